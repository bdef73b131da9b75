"""Where student code runs, and nowhere else."""

from nnengine.sandbox.errors import IsolationUnavailable, SandboxCrashed

__all__ = ["IsolationUnavailable", "SandboxCrashed"]
