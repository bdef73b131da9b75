"""What the services refuse, each with a text for the person who asked."""

from classroom.errors import Refused

__all__ = ["MayStillWrite", "Outdated", "Refused", "TooLate", "TooLong", "WouldEnd"]


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
