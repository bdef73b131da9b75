"""What is announced to a course: students read it, staff write it."""
