"""Exercises, homework and hackathons."""
