"""What the course's own services refuse."""


class Refused(Exception):  # noqa: N818 - reads as what happened, like StopIteration
    """An act that is not possible now. Its text is for the person who asked: what is wrong and what to do."""
