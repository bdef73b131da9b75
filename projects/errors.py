"""What the services refuse."""

from datetime import datetime


class Refused(Exception):  # noqa: N818 - reads as what happened, like StopIteration
    """An act that is not possible now. Its text is for the person who asked: what is wrong and what to do.

    Parameters
    ----------
    message
        A translated sentence or two, plain text.
    until
        When the same act may be tried again, where that is known.
    """

    def __init__(self, message: str, *, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until
