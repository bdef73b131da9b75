"""One's own data: taking them along, and being forgotten; and what administrators do about it."""
