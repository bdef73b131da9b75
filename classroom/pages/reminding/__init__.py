"""Reminding students of what closes soon."""
