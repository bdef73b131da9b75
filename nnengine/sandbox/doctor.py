"""What isolation this machine offers, found by trying it."""

import platform
import sys
from dataclasses import dataclass
from typing import Any

from nnengine.sandbox.errors import IsolationUnavailable, SandboxCrashed
from nnengine.sandbox.isolate import Sandbox, Tier


@dataclass(frozen=True, slots=True)
class Trial:
    """One tier, tried: it works, or `reason` says what is missing and what to do."""

    tier: Tier
    works: bool
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able copy."""
        return {"tier": self.tier, "works": self.works, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What this machine can do.

    Attributes
    ----------
    trials
        Every tier, the strongest first.
    machine
        System, kernel and processor.
    """

    trials: tuple[Trial, ...]
    machine: str

    @property
    def best(self) -> Tier | None:
        """The strongest tier that works here; None where the worker must refuse to grade."""
        return next((trial.tier for trial in self.trials if trial.works), None)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able copy."""
        return {"machine": self.machine, "best": self.best, "trials": [t.to_dict() for t in self.trials]}


def worker_doctor() -> DoctorReport:
    """Try every tier for real, with one room each, and report."""
    machine = f"{sys.platform} {platform.release()} {platform.machine()}"
    return DoctorReport((_try("full"), _try("reduced")), machine)


def _try(tier: Tier) -> Trial:
    try:
        with Sandbox(tier=tier, ready=1) as sandbox, sandbox.room() as room:
            room.load([{"name": "submission", "source": "def f(x):\n    return x @ x"}], "")
            room.call("f", (1.5,))
    except (IsolationUnavailable, SandboxCrashed) as error:
        return Trial(tier, works=False, reason=str(error))
    return Trial(tier, works=True, reason="")
