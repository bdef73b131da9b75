"""Contests: code that learns from data it is given and is judged by data whose labels it never meets."""

from nnengine.contest.metrics import METRICS, Metric, Unusable
from nnengine.contest.run import INTERFACE, Budget, Failure, Run, Task, compete
from nnengine.contest.split import Parts, split

__all__ = [
    "INTERFACE",
    "METRICS",
    "Budget",
    "Failure",
    "Metric",
    "Parts",
    "Run",
    "Task",
    "Unusable",
    "compete",
    "split",
]
