"""Landlock: a process gives up the file system but for what it names.

Source: the kernel's ``Documentation/userspace-api/landlock.rst``.
"""

import ctypes
import os
from collections.abc import Iterable

from nnengine.sandbox.system import (
    SYS_LANDLOCK_ADD_RULE,
    SYS_LANDLOCK_CREATE_RULESET,
    SYS_LANDLOCK_RESTRICT_SELF,
    syscall,
)

READ_FILE, READ_DIR = 1 << 2, 1 << 3
WRITE_FILE, REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 1, 1 << 4, 1 << 5, 1 << 7, 1 << 8
TRUNCATE = 1 << 14
READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | TRUNCATE
# How many rights on files each version of the interface knows, by version 1, 2, ...
_FILE_RIGHTS = (13, 14, 15, 15, 16)
_TCP, _SCOPES = 0b11, 0b11


def version() -> int:
    """Return the kernel's Landlock version; `OSError` (ENOSYS, EOPNOTSUPP) where there is none."""
    return syscall("landlock_create_ruleset", SYS_LANDLOCK_CREATE_RULESET, ctypes.c_void_p(None), 0, 1)


def restrict(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Allow reading beneath `readable`, reading and writing beneath `writable`, and nothing else.

    Needs no_new_privs. Executing, links, sockets and devices are allowed nowhere. From version 4 on TCP, and
    from version 6 on abstract sockets and signals to processes outside, are refused as well.
    """
    abi = version()
    handled = (1 << _FILE_RIGHTS[min(abi, len(_FILE_RIGHTS)) - 1]) - 1
    attributes = (ctypes.c_uint64 * 3)(handled, _TCP if abi >= 4 else 0, _SCOPES if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    place = ctypes.byref(attributes)
    ruleset = syscall("landlock_create_ruleset", SYS_LANDLOCK_CREATE_RULESET, place, size, 0)
    try:
        for paths, rights in ((readable, READ), (writable, WRITE)):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        syscall("landlock_restrict_self", SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def _allow(ruleset: int, path: str, rights: int) -> None:
    parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _PathBeneath(rights, parent)
        syscall("landlock_add_rule", SYS_LANDLOCK_ADD_RULE, ruleset, 1, ctypes.byref(rule), 0)
    finally:
        os.close(parent)
