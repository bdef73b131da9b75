"""What the doctor says of one thing."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"  # works today, hurts later
    ERROR = "error"  # does not work, or is not safe


@dataclass(frozen=True)
class Finding:
    """One thing, how it is, and what to do where it is not well."""

    check: str
    level: Level
    text: str
    remedy: str = ""


def well(check: str, text: str) -> Finding:
    """Say that it is as it should be."""
    return Finding(check, Level.OK, text)


def warning(check: str, text: str, remedy: str) -> Finding:
    """Say what will hurt."""
    return Finding(check, Level.WARNING, text, remedy)


def error(check: str, text: str, remedy: str) -> Finding:
    """Say what does not work."""
    return Finding(check, Level.ERROR, text, remedy)
