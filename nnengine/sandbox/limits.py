"""How much of the machine one submission may use."""

import resource
from dataclasses import asdict, dataclass
from typing import Any

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one room; reaching one ends the call or the room, never the worker.

    Attributes
    ----------
    memory_bytes
        Address space of the room's only process, interpreter and numpy (about 190 MiB) included.
    cpu_seconds
        Processor time over all threads; the kernel kills at the limit.
    load_seconds, call_seconds
        Wall time for taking in the source, and for one call of a student's function.
    threads
        Tasks the room may hold; one of them runs the student's functions.
    disk_bytes, files
        Size of the private ``/tmp`` and how many names it can hold.
    reply_bytes
        The largest answer that is read.
    """

    memory_bytes: int = 1024 * MIB
    cpu_seconds: int = 20
    load_seconds: float = 5.0
    call_seconds: float = 5.0
    threads: int = 64
    disk_bytes: int = 16 * MIB
    files: int = 512
    reply_bytes: int = 64 * MIB

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able copy, for the zygote."""
        return asdict(self)

    def apply(self) -> None:
        """Set this process's resource limits; there is no way back up."""
        for what, most in (
            (resource.RLIMIT_AS, self.memory_bytes),
            (resource.RLIMIT_CPU, self.cpu_seconds),
            (resource.RLIMIT_NPROC, self.threads),
            (resource.RLIMIT_FSIZE, self.disk_bytes),
            (resource.RLIMIT_NOFILE, 64),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_MSGQUEUE, 0),
            (resource.RLIMIT_MEMLOCK, 0),
        ):
            resource.setrlimit(what, (most, most))
