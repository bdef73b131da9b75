"""Screens that look across apps, read-only."""
