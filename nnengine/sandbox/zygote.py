"""The zygote: numpy imported and nothing else, it forks rooms on request.

Inside the jail only. For every request it forks a *keeper*, which makes the room's own namespaces, forks the
room's process (1 of its process namespace), hands its pidfd to the worker, waits for its end and reports it.
A room is used once.
"""

import gc
import json
import os
import signal
import socket
from typing import Any

import numpy as np

from nnengine.sandbox import landlock, seccomp, system
from nnengine.sandbox.limits import Limits
from nnengine.sandbox.serve import serve
from nnengine.sandbox.wire import Encoder

WIRE = 3


def main(control_descriptor: int, proc: int) -> None:
    """Serve requests from the worker until it hangs up.

    A request is one packet: JSON ``{"limits": ..., "readable": [...]}`` with two descriptors, the room's
    end of the wire and the keeper's end of the status line.
    """
    control = socket.socket(fileno=control_descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    warm_up()
    gc.collect()
    gc.freeze()
    control.send(b'{"ready": true}')
    while True:
        packet, descriptors, _, _ = socket.recv_fds(control, 65536, 2)
        if not packet:
            os._exit(0)
        wire, status = descriptors
        if os.fork() == 0:
            control.close()
            keep(json.loads(packet), proc, wire, status)
        os.close(wire)
        os.close(status)


def warm_up() -> None:
    """Import what numpy puts off until first use, so that no room pays for it."""
    np.linalg.svd(np.eye(3))
    np.ones((64, 64)) @ np.ones((64, 64))
    np.random.default_rng(0).normal(size=3)
    np.random.standard_normal(1)  # noqa: NPY002 - the global generator is what course code uses
    np.einsum("ij,jk->ik", np.eye(2), np.eye(2), optimize=True)
    np.fft.fft(np.ones(4))
    repr(np.float64(1.5))
    repr(np.eye(2))
    Encoder().node(np.eye(2))  # numpy.ma, which takes 12 ms


def keep(request: dict[str, Any], proc: int, wire: int, status: int) -> None:
    """Be the keeper: make the room, wait for its end, report it, end."""
    line = socket.socket(fileno=status)
    try:
        system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if proc >= 0:
            system.enter_namespaces(proc)
        pid = os.fork()
        if pid == 0:
            be_room(request, wire, full=proc >= 0)
        os.close(wire)
        socket.send_fds(line, [b'{"started": true}'], [os.pidfd_open(pid)])
        _, end, usage = os.wait4(pid, 0)
        seconds = usage.ru_utime + usage.ru_stime
        report: dict[str, Any] = {
            "end": os.waitstatus_to_exitcode(end),
            "cpu": seconds,
            "peak": usage.ru_maxrss * 1024,
        }
    except BaseException as error:  # noqa: BLE001 - whatever it was, the worker must hear of it
        report = {"failed": f"{type(error).__name__}: {error}"}
    try:
        line.send(json.dumps(report).encode())
    finally:
        os._exit(0)


def be_room(request: dict[str, Any], wire: int, *, full: bool) -> None:
    """Put up the walls and serve the submission's functions; never returns."""
    code = 1
    try:
        limits = Limits(**request["limits"])
        enter(limits, request["readable"], wire, full=full)
        code = serve(WIRE)
    except MemoryError:
        code = 77
    except BaseException as error:  # noqa: BLE001 - said on the wire's end, by the exit code
        _complain(error)
    finally:
        os._exit(code)


def _complain(error: BaseException) -> None:
    """Write why the walls could not be put up to whatever is standard error."""
    os.write(2, f"room: {type(error).__name__}: {error}\n".encode()[:500])


def enter(limits: Limits, readable: list[str], wire: int, *, full: bool) -> None:
    """Put up every wall around this process, the system-call filter last.

    Parameters
    ----------
    limits
        How much it may use.
    readable
        Directories it may read.
    wire
        Its only way out; becomes descriptor 3.
    full
        True with namespaces of its own, which give it a private ``/tmp``.
    """
    system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()
    if full:
        flags = system.MS_NOSUID | system.MS_NODEV | system.MS_NOEXEC
        options = f"size={limits.disk_bytes},nr_inodes={limits.files},mode=700"
        system.mount("tmpfs", "/tmp", "tmpfs", flags, options)  # noqa: S108 - its own
        os.chdir("/tmp")  # noqa: S108 - its own
    else:
        os.chdir("/")
    os.dup2(wire, WIRE)
    system.close_from(WIRE + 1)
    limits.apply()
    np.random.seed(int.from_bytes(os.urandom(4), "little"))  # noqa: NPY002 - else all rooms draw the same
    system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
    if full or readable:
        try:
            landlock.restrict(readable, ["/tmp"] if full else [])  # noqa: S108 - its own
        except OSError:
            if not full:
                raise
    os.dup2(0, 2)
    if full:
        system.drop_capabilities()
    seccomp.install()
