"""A course's weeks: their pages, and writing them."""
