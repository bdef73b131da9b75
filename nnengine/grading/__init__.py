"""Grading: student source in, a `Report` out."""

from nnengine.grading.grader import grade
from nnengine.grading.report import FunctionResult, Problem, Report, Verdict
from nnengine.sandbox import IsolationUnavailable, Sandbox, SandboxCrashed
from nnengine.sandbox.doctor import DoctorReport, worker_doctor

__all__ = [
    "DoctorReport",
    "FunctionResult",
    "IsolationUnavailable",
    "Problem",
    "Report",
    "Sandbox",
    "SandboxCrashed",
    "Verdict",
    "grade",
    "worker_doctor",
]
