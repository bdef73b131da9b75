"""The launcher: builds a jail that holds interpreter and numpy only, and starts the zygote in it.

Runs as a fresh Python process (see `nnengine.sandbox.isolate`), never inside the site or a worker. The
order matters:

1. As root, copy the mount trees of what goes in while closed directories on the way (``/root``) still open.
2. Root becomes nobody. From here on root and ordinary users take the same path.
3. Seven new namespaces; only the own user is mapped.
4. A small tmpfs becomes the root, the trees are placed in it read-only, the old root goes away.
5. In a child, so that it is process 1 of the new process namespace, Python starts afresh as the zygote.
"""

import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from nnengine.sandbox import landlock, seccomp, system

NOBODY = 65534
ENVIRONMENT = {
    "LD_LIBRARY_PATH": "/python/lib",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "LC_ALL": "C.UTF-8",
    "HOME": "/tmp",  # noqa: S108 - the room's own, private /tmp
}
# Runs the zygote in an interpreter that has neither site-packages nor nnengine's own __init__ files.
ZYGOTE = (
    "import sys; sys.path[:0] = ['/ours', '/site']; "
    "from nnengine.sandbox.zygote import main; main(*map(int, sys.argv[1:]))"
)


class StepFailed(Exception):  # noqa: N818 - a step of the launch, told to the worker
    """A step of the launch that the machine refused."""

    def __init__(self, step: str, error: OSError) -> None:
        super().__init__(step)
        self.step = step
        self.error = error

    def to_dict(self) -> dict[str, Any]:
        """Return what the worker is told."""
        return {"failed": self.step, "errno": self.error.errno, "why": str(self.error)}


class Step:
    """Names the steps: an `OSError` inside ``with Step("..."):`` leaves as `StepFailed`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        """Begin the step."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Name the step that failed."""
        if isinstance(error, OSError):
            raise StepFailed(self.name, error) from error


def drop_root() -> None:
    """Become nobody; where root is not allowed to (one id in its user namespace), stay."""
    if os.geteuid() != 0:
        return
    try:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError:
        if os.geteuid() != 0:
            raise
    # Changing the user closed /proc/self to ourselves; the maps of step 3 are written there.
    system.prctl(system.PR_SET_DUMPABLE, 1)


def clone_trees(binds: list[list[str]]) -> dict[str, int]:
    """Return a detached tree for every (source, target) of `binds`, by target."""
    return {target: system.clone_tree(source) for source, target in binds}


def build(config: dict[str, Any]) -> int:
    """Build the jail around this process and return a descriptor of the ``/proc`` outside.

    Raises
    ------
    StepFailed
        The kernel or the container refuses a step; `step` says which.
    """
    trees: dict[str, int] = {}
    if os.geteuid() == 0:
        try:
            trees = clone_trees(config["binds"])
        except OSError:
            trees = {}  # root of a container without CAP_SYS_ADMIN: try again with the namespace's own
    with Step("drop-root"):
        drop_root()
    with Step("proc"):
        proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    with Step("namespaces"):
        system.enter_namespaces(proc)
    with Step("mounts"):
        system.mount("none", "/", None, system.MS_REC | system.MS_PRIVATE)
        _fill(trees or clone_trees(config["binds"]), config)
    return proc


def _fill(trees: dict[str, int], config: dict[str, Any]) -> None:
    base = next(place for place in ("/tmp", "/run", "/mnt", "/var") if Path(place).is_dir())  # noqa: S108
    system.mount("tmpfs", base, "tmpfs", system.MS_NOSUID | system.MS_NODEV, "size=1m,mode=755")
    os.chdir(base)
    for target, tree in trees.items():
        place = Path(target.lstrip("/"))
        if target in config["files"]:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
        else:
            place.mkdir(parents=True, exist_ok=True)
        system.place_tree(tree, str(place))
        os.close(tree)
    for hidden in config["hidden"]:
        system.mount("tmpfs", hidden.lstrip("/"), "tmpfs", system.MS_RDONLY, "size=4k,mode=755")
    for name, text in config["modules"].items():
        module = Path("ours", name)
        module.parent.mkdir(parents=True, exist_ok=True)
        module.write_text(text, encoding="utf-8")
    Path("tmp").mkdir()
    system.pivot_root(".", ".")
    system.unmount(".", system.MNT_DETACH)
    os.chdir("/")
    system.set_read_only(system.AT_FDCWD, "/")
    socket.sethostname("room")


def check_inner_walls(config: dict[str, Any]) -> None:
    """Try Landlock and seccomp in a child that is thrown away.

    Raises
    ------
    StepFailed
        One of them is missing.
    """
    for name, wall in (("landlock", _try_landlock), ("seccomp", _try_seccomp)):
        if name == "landlock" and config["tier"] == "full":
            continue  # the namespaces stand behind it; `python -m nnengine doctor` tells of it
        pid = os.fork()
        if pid == 0:
            code = 0
            try:
                wall()
            except OSError as error:
                code = error.errno or 1
            os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code:
            raise StepFailed(name, OSError(abs(code), os.strerror(abs(code))))


def _try_landlock() -> None:
    system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
    landlock.restrict(["/"], [])


def _try_seccomp() -> None:
    system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
    seccomp.install()


def main() -> None:
    """Build the jail as ``argv[1]`` says and become the zygote's parent until it ends."""
    config = json.loads(sys.argv[1])
    control = socket.socket(fileno=config["control"])
    try:
        check_inner_walls(config)  # before `build`: the first child after it is process 1 of the jail
        if config["tier"] == "full":
            proc = build(config)
            python, arguments, environment = "/python/bin/python", ["-c", ZYGOTE], ENVIRONMENT
        else:
            with Step("drop-root"):
                drop_root()
            with Step("interpreter"):
                os.close(os.open(config["python"], os.O_RDONLY))
            proc = -1
            python, arguments = config["python"], ["-c", config["bootstrap"]]
            environment = {**ENVIRONMENT, "LD_LIBRARY_PATH": config["library"]}
    except StepFailed as failure:
        control.send(json.dumps(failure.to_dict()).encode())
        sys.exit(1)
    pid = os.fork()
    if pid == 0:
        system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
        os.set_inheritable(control.fileno(), True)
        if proc >= 0:
            os.set_inheritable(proc, True)
        descriptors = [str(control.fileno()), str(proc)]
        os.execve(python, [python, "-I", "-S", *arguments, *descriptors], environment)  # noqa: S606
    control.close()
    os.waitpid(pid, 0)
