"""Where student code runs, and nowhere else."""

from nnengine.sandbox.errors import IsolationUnavailable, SandboxCrashed
from nnengine.sandbox.isolate import Reply, Room, RoomEnded, Sandbox, Tier
from nnengine.sandbox.limits import Limits
from nnengine.sandbox.own import default_sandbox

__all__ = [
    "IsolationUnavailable",
    "Limits",
    "Reply",
    "Room",
    "RoomEnded",
    "Sandbox",
    "SandboxCrashed",
    "Tier",
    "default_sandbox",
]
