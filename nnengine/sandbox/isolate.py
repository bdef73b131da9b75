"""The sandbox: a zygote and the rooms it keeps ready, seen from the worker's side of the wall."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections import deque
from typing import Literal, Self

from nnengine.sandbox import runtime
from nnengine.sandbox.errors import IsolationUnavailable, SandboxCrashed
from nnengine.sandbox.explain import explain
from nnengine.sandbox.limits import Limits
from nnengine.sandbox.room import Room

Tier = Literal["full", "reduced", "none"]

_BARE = (
    "import sys, types\n"
    "for name, path in (('nnengine', []), ('nnengine.sandbox', [{ours!r}])):\n"
    "    module = types.ModuleType(name); module.__path__ = path; sys.modules[name] = module\n"
)
_LAUNCH = _BARE + "from nnengine.sandbox.jail import main\nmain()\n"
_REDUCED = (
    "sys.path.insert(0, {site!r})\nfrom nnengine.sandbox.zygote import main\nmain(*map(int, sys.argv[1:]))\n"
)
_UNWALLED = (
    "sys.path.insert(0, {site!r})\nimport socket\n"
    "line = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\nline.sendall(sys.argv[2].encode())\n"
    "from nnengine.sandbox.serve import Server\n"
    "def receive(count):\n"
    "    data = bytearray()\n"
    "    while len(data) < count:\n"
    "        piece = line.recv(count - len(data))\n"
    "        if not piece:\n"
    "            raise SystemExit\n"
    "        data += piece\n"
    "    return bytes(data)\n"
    "Server(receive, line.sendall).run()\n"
)


class Sandbox:
    """A zygote and the rooms it keeps ready.

    Start one in each worker process; it dies with the process. Thread-safe.

    Parameters
    ----------
    tier
        ``"full"``: every wall. ``"reduced"``: seccomp, Landlock and resource limits without namespaces, for
        machines that have none; the operator chooses it, nothing falls back to it. ``"none"``: a plain
        process, for students checking their own code on their own machine.
    limits
        Bounds of each room.
    ready
        How many rooms are kept waiting.

    Raises
    ------
    IsolationUnavailable
        The machine cannot give the tier; says what is missing and what to do.
    SandboxCrashed
        The zygote did not come up for another reason.
    """

    def __init__(self, *, tier: Tier = "full", limits: Limits | None = None, ready: int = 2) -> None:
        self.tier = tier
        self.limits = limits or Limits()
        self.ready = ready
        self.pid = os.getpid()
        self._lock = threading.Lock()
        self._rooms: deque[Room] = deque()
        self._control: socket.socket | None = None
        self._launcher: subprocess.Popen[bytes] | None = None
        if tier != "none":
            self._start()

    def _start(self) -> None:
        if not sys.platform.startswith("linux"):
            raise IsolationUnavailable(explain("platform", 0, sys.platform))
        place = runtime.here()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        config = {
            "tier": self.tier,
            "control": theirs.fileno(),
            "binds": place.binds,
            "files": place.files,
            "hidden": place.hidden,
            "modules": runtime.modules(),
            "python": place.python,
            "library": place.library,
            "bootstrap": (_BARE + _REDUCED).format(ours=str(runtime.OURS), site=place.site),
        }
        self._readable = ["/"] if self.tier == "full" else place.readable
        with theirs:
            self._launcher = subprocess.Popen(  # noqa: S603 - our own interpreter
                [place.python, "-I", "-S", "-c", _LAUNCH.format(ours=str(runtime.OURS)), json.dumps(config)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={"LD_LIBRARY_PATH": place.library},
                cwd="/",
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._control = ours
        ours.settimeout(30.0)
        try:
            told = json.loads(ours.recv(65536) or b"{}")
        except TimeoutError:
            told = {}
        if not told.get("ready"):
            self.close()
            if "failed" in told:
                raise IsolationUnavailable(explain(told["failed"], told["errno"], told["why"]))
            raise SandboxCrashed("the zygote did not start; its standard error says why")
        ours.settimeout(5.0)
        self.prepare()

    def is_alive(self) -> bool:
        """Say whether the zygote still runs."""
        return self.tier == "none" or (self._launcher is not None and self._launcher.poll() is None)

    def disown(self) -> None:
        """Forget a sandbox that this process inherited by forking: close its lines, end nothing."""
        for room in self._rooms:
            room.disown()
        self._rooms.clear()
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._launcher is not None:
            self._launcher.returncode = 0  # its parent waits for it, not we
            self._launcher = None

    def prepare(self) -> None:
        """See to it that `ready` rooms are waiting or on their way."""
        if self.tier == "none":
            return
        with self._lock:
            while len(self._rooms) < self.ready:
                self._rooms.append(self._request(self.limits))

    def _request(self, limits: Limits) -> Room:
        line, its_line = socket.socketpair()
        status, its_status = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        message = json.dumps({"limits": limits.to_dict(), "readable": self._readable}).encode()
        with its_line, its_status:
            try:
                if self._control is None:
                    raise OSError("closed")
                socket.send_fds(self._control, [message], [its_line.fileno(), its_status.fileno()])
            except OSError as error:
                line.close()
                status.close()
                raise SandboxCrashed(f"the zygote is gone: {error}") from error
        return Room(line, status, limits)

    def room(self, limits: Limits | None = None) -> Room:
        """Return a room nobody has used; close it when done.

        Parameters
        ----------
        limits
            Other bounds than the sandbox's: such a room is made on the spot.

        Raises
        ------
        SandboxCrashed
            None could be had.
        """
        if self.tier == "none":
            return self._unwalled(limits or self.limits)
        if limits is not None and limits != self.limits:
            room = self._request(limits)
        else:
            with self._lock:
                room = self._rooms.popleft() if self._rooms else self._request(self.limits)
        room.wait_until_ready()
        return room

    def _unwalled(self, limits: Limits) -> Room:
        place = runtime.here()
        code = (_BARE + _UNWALLED).format(ours=str(runtime.OURS), site=place.site)
        token = os.urandom(16).hex()
        with socket.create_server(("127.0.0.1", 0)) as door:
            door.settimeout(30.0)
            process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-I", "-c", code, str(door.getsockname()[1]), token],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
            line, _ = door.accept()
        line.settimeout(10.0)
        if line.recv(32) != token.encode():
            process.kill()
            raise SandboxCrashed("somebody else answered")
        room = Room(line, None, limits)
        room.process = process
        return room

    def close(self) -> None:
        """End the zygote and every room."""
        while self._rooms:
            self._rooms.popleft().close()
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._launcher is not None:
            try:
                self._launcher.wait(5.0)
            except subprocess.TimeoutExpired:
                self._launcher.kill()
                self._launcher.wait()
            self._launcher = None

    def __enter__(self) -> Self:
        """Return the sandbox."""
        return self

    def __exit__(self, *exception: object) -> None:
        """End it."""
        self.close()
