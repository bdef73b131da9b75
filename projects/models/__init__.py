"""The tables of `projects`."""
