"""The kernel calls Python has no names for, each raising `OSError` with the call in its message.

Numbers are those of the generic table, which x86-64 and AArch64 share for every call since Linux 5.1; the
older ones come from `nnengine.sandbox.seccomp`. Sources: the man pages of each call, section 2.
"""

import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS = 0x0002_0000
CLONE_NEWCGROUP = 0x0200_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000
SEVEN_NAMESPACES = (
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET
)

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 0x4000, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38

AT_FDCWD, AT_EMPTY_PATH, AT_RECURSIVE = -100, 0x1000, 0x8000
OPEN_TREE_CLONE = 1
OPEN_TREE_CLOEXEC = os.O_CLOEXEC
MOVE_MOUNT_F_EMPTY_PATH = 4
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 1, 2, 4

SYS_OPEN_TREE, SYS_MOVE_MOUNT, SYS_CLOSE_RANGE, SYS_MOUNT_SETATTR = 428, 429, 436, 442
SYS_LANDLOCK_CREATE_RULESET, SYS_LANDLOCK_ADD_RULE, SYS_LANDLOCK_RESTRICT_SELF = 444, 445, 446
_OLD = {
    "x86_64": {"pivot_root": 155, "seccomp": 317, "capset": 126},
    "aarch64": {"pivot_root": 41, "seccomp": 277, "capset": 91},
}


def number(name: str) -> int:
    """Return the number of one of the older calls on this machine; `OSError` on unknown machines."""
    try:
        return _OLD[platform.machine()][name]
    except KeyError:
        message = f"no system call table for {platform.machine()}"
        raise OSError(38, message) from None


def syscall(what: str, nr: int, *args: object) -> int:
    """Make the call number `nr`; integers are passed as C longs."""
    converted = [ctypes.c_long(a) if isinstance(a, int) else a for a in args]
    result: int = libc.syscall(ctypes.c_long(nr), *converted)
    return _checked(result, what)


def _checked(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def prctl(option: int, value: int) -> None:
    """Set one attribute of this process."""
    zero = ctypes.c_ulong(0)
    _checked(libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero), f"prctl({option})")


def unshare(flags: int) -> None:
    """Move this process into new namespaces."""
    _checked(libc.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """Mount `source` at `target`."""
    fields = [text.encode() if text is not None else None for text in (source, target, kind)]
    _checked(libc.mount(*fields, ctypes.c_ulong(flags), options.encode()), f"mount {kind or ''} at {target}")


def unmount(target: str, flags: int) -> None:
    """Take the mount at `target` away."""
    _checked(libc.umount2(target.encode(), flags), f"umount {target}")


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root and put the old one at `old`."""
    syscall("pivot_root", number("pivot_root"), ctypes.c_char_p(new.encode()), ctypes.c_char_p(old.encode()))


def clone_tree(path: str) -> int:
    """Return a descriptor of a private, read-only, detached copy of the mount tree at `path`.

    The copy can be placed later by `place_tree`, from a process that could not reach `path` any more.
    """
    flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE
    tree = syscall(f"open_tree {path}", SYS_OPEN_TREE, AT_FDCWD, ctypes.c_char_p(os.fsencode(path)), flags)
    set_read_only(tree, "", AT_EMPTY_PATH | AT_RECURSIVE)
    return tree


def set_read_only(directory: int, path: str, flags: int = 0) -> None:
    """Make the mount at `path` read-only, without devices or set-uid programs, and private."""
    wanted = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV
    attributes = (ctypes.c_uint64 * 4)(wanted, 0, MS_PRIVATE, 0)
    place = ctypes.c_char_p(path.encode())
    size = ctypes.sizeof(attributes)
    syscall("mount_setattr", SYS_MOUNT_SETATTR, directory, place, flags, ctypes.byref(attributes), size)


def place_tree(tree: int, target: str) -> None:
    """Attach what `clone_tree` returned at `target`."""
    empty, place = ctypes.c_char_p(b""), ctypes.c_char_p(target.encode())
    nr, flags = SYS_MOVE_MOUNT, MOVE_MOUNT_F_EMPTY_PATH
    syscall(f"move_mount to {target}", nr, tree, empty, AT_FDCWD, place, flags)


def close_from(first: int) -> None:
    """Close every descriptor from `first` on."""
    syscall("close_range", SYS_CLOSE_RANGE, first, 0x7FFF_FFFF, 0)


def enter_namespaces(proc: int) -> None:
    """Move this process into seven new namespaces, in which its own user and group exist and no other.

    `proc` is a descriptor of a ``/proc``: there is none inside the jail.
    """
    uid, gid = os.geteuid(), os.getegid()  # after the next line nobody is known by number
    unshare(SEVEN_NAMESPACES)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        descriptor = os.open(f"self/{name}", os.O_WRONLY | os.O_CLOEXEC, dir_fd=proc)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)


def drop_capabilities() -> None:
    """Give up every capability for good, the bounding set included (where this process may change it)."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break
    header = (ctypes.c_uint32 * 2)(0x2008_0522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    syscall("capset", number("capset"), ctypes.byref(header), ctypes.byref(nothing))
