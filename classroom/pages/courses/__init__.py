"""Courses as a whole: new ones, their settings, a copy for the next term, the archive."""
