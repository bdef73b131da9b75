"""What the services refuse."""


class Refused(Exception):  # noqa: N818 - reads as what happened, like StopIteration
    """An act that is not possible now. Its text is for the person who asked: what is wrong and what to do."""


class TooLate(Refused):
    """The time for it is over."""


class Outdated(Refused):
    """Somebody else has changed the same thing in between."""


class MayStillWrite(Refused):
    """Others still write or may still start; it can be done all the same, by saying so."""


class WouldEnd(Refused):
    """Running attempts would be left without time; it can be done all the same, by saying so."""


class TooLong(Refused):
    """It is more than is ever taken."""
