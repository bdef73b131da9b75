"""Numbers that browsers send as text: whatever else comes is none."""

from collections.abc import Iterable

#: Of a row's number; every database takes so many.
KEY_DIGITS = 18
#: How many rows are ticked at most.
MOST_TICKED = 1000


def whole(text: str, *, digits: int = 9) -> int | None:
    """Return a whole number of at most so many digits; None where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def keys(texts: Iterable[str]) -> list[int]:
    """Return the numbers of rows that were ticked."""
    found = (whole(text, digits=KEY_DIGITS) for text in texts)
    return [key for key in found if key is not None][:MOST_TICKED]
