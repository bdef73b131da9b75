"""Where student code runs, and nowhere else."""

from nnengine.sandbox.errors import IsolationUnavailable, SandboxCrashed
from nnengine.sandbox.isolate import Sandbox, Tier
from nnengine.sandbox.limits import Limits
from nnengine.sandbox.own import default_sandbox
from nnengine.sandbox.reply import Reply
from nnengine.sandbox.room import Room, RoomEnded

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
