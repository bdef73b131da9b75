"""Grading: student source in, a `Report` out."""

from nnengine.grading.grader import grade, grade_custom
from nnengine.grading.report import FunctionResult, Problem, Report, Verdict
from nnengine.grading.verify import verify_custom
from nnengine.grading.written import ExerciseError, Written, read
from nnengine.sandbox import IsolationUnavailable, Sandbox, SandboxCrashed
from nnengine.sandbox.doctor import DoctorReport, worker_doctor

__all__ = [
    "DoctorReport",
    "ExerciseError",
    "FunctionResult",
    "IsolationUnavailable",
    "Problem",
    "Report",
    "Sandbox",
    "SandboxCrashed",
    "Verdict",
    "Written",
    "grade",
    "grade_custom",
    "read",
    "verify_custom",
    "worker_doctor",
]
