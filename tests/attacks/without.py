"""Runs Python as on a lesser machine: ``python -m tests.attacks.without seccomp,landlock -m ...``.

A seccomp filter refuses the system call behind each, as a container's profile or an old kernel would; the
process then becomes Python with the other arguments.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

from nnengine.sandbox import seccomp, system

COLUMN, _ = seccomp._MACHINES[platform.machine()]
#: What is missing: the number of its system call, and how that is refused.
MISSING = {
    "seccomp": (system.number("seccomp"), errno.ENOSYS),
    "landlock": (system.SYS_LANDLOCK_CREATE_RULESET, errno.ENOSYS),
    "namespaces": (seccomp.DEADLY["unshare"][COLUMN], errno.EPERM),
}
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF_0000, 0x0005_0000


def refuse(calls: dict[int, int]) -> None:
    """Let the calls fail with their errno from now on, for whatever this process becomes."""
    code = [(LOAD, 0, 0, 0)]
    for number, error in calls.items():
        code += [(EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE | error)]
    code.append((RETURN, 0, 0, ALLOW))
    text = b"".join(struct.pack("=HBBI", *instruction) for instruction in code)
    whole = seccomp._Program(len(code), text)
    system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
    system.syscall("seccomp", system.number("seccomp"), 1, 0, ctypes.byref(whole))


def main() -> None:
    refuse(dict(MISSING[name] for name in sys.argv[1].split(",")))
    os.execv(sys.executable, [sys.executable, *sys.argv[2:]])


if __name__ == "__main__":
    main()
