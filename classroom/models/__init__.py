"""The tables every course has."""

from classroom.models.user import User

__all__ = ["User"]
