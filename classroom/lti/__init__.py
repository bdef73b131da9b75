"""LTI 1.3: the site as a tool of Moodle, Canvas and other platforms (IMS/1EdTech LTI Advantage)."""
