"""One's own calendar of a course: its page, and the feed for calendar programs."""
