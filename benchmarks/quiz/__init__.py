"""A whole class takes a quiz at once."""
