"""Grading: student source in, a `Report` out."""

from nnengine.grading.report import FunctionResult, Problem, Report, Verdict

__all__ = ["FunctionResult", "Problem", "Report", "Verdict"]
