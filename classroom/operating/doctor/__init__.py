"""The doctor: looks at everything an operator forgets, and says for each finding what to do about it."""

from classroom.operating.doctor.finding import Finding, Level
from classroom.operating.doctor.rounds import examine

__all__ = ["Finding", "Level", "examine"]
