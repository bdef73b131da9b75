"""The sandbox of the running process."""

import atexit
import os
import threading

from nnengine.sandbox.isolate import Sandbox, Tier

_lock = threading.Lock()
_own: dict[Tier, Sandbox] = {}


def default_sandbox(tier: Tier = "full") -> Sandbox:
    """Return this process's sandbox of that tier, started at the first call.

    A process forked from one that had a sandbox gets its own; one whose zygote has died gets a new one.

    Raises
    ------
    IsolationUnavailable
        The machine cannot give the tier.
    SandboxCrashed
        The zygote did not start.
    """
    with _lock:
        found = _own.get(tier)
        if found is not None and found.pid != os.getpid():
            found.disown()
            found = None
        if found is not None and not found.is_alive():
            found.close()
            found = None
        if found is None:
            found = _own[tier] = Sandbox(tier=tier)
        return found


@atexit.register
def _close() -> None:
    for sandbox in _own.values():
        if sandbox.pid == os.getpid():
            sandbox.close()
