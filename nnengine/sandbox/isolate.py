"""The worker's side of the wall: a zygote, ready rooms, and the clock."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Self

from nnengine.sandbox import runtime, wire
from nnengine.sandbox.errors import IsolationUnavailable, SandboxCrashed
from nnengine.sandbox.explain import explain
from nnengine.sandbox.limits import Limits

Tier = Literal["full", "reduced", "none"]
# Answers a room's question for the right value of a function: (name, arguments, keyword arguments) -> value.
Oracle = Callable[[str, list[Any], dict[str, Any]], Any]

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


class RoomEnded(Exception):  # noqa: N818 - an outcome, not a fault of ours
    """A room ended before it answered.

    Attributes
    ----------
    reason
        ``"time"``, ``"processor-time"``, ``"memory"``, ``"forbidden-call"``, ``"crash"``, ``"exit"``,
        ``"forged"`` or ``"too-much-output"``.
    detail
        What is known beyond that, for the log.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Reply:
    """What one call brought back, checked for form but not for truth.

    Attributes
    ----------
    value
        The result; None when the function raised.
    error
        ``{"type", "message", "line", "where"}`` of what was raised, or None.
    changed
        Which arguments were different after the call.
    arguments
        The arguments after the call, where asked for.
    seconds
        Wall time on this side of the wall.
    """

    value: Any = None
    error: dict[str, Any] | None = None
    changed: tuple[int, ...] = ()
    arguments: tuple[Any, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    printed: str = ""
    seconds: float = 0.0


class Room:
    """One isolated process that holds one submission; used by one thread, once."""

    def __init__(self, line: socket.socket, status: socket.socket | None, limits: Limits) -> None:
        self.line = line
        self.status = status
        self.limits = limits
        self.pidfd: int | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.calls = 0
        self.report: dict[str, Any] = {}
        self._ready = False

    def wait_until_ready(self, seconds: float = 10.0) -> None:
        """Wait for the walls to be up.

        Raises
        ------
        SandboxCrashed
            They are not, `seconds` later.
        """
        if self._ready:
            return
        deadline = time.monotonic() + seconds
        try:
            if self.status is not None and self.pidfd is None:
                self._take_pidfd(deadline)
            header, _ = wire.read(self._receiver(deadline), 0)
        except (EOFError, TimeoutError, OSError, wire.WireError) as error:
            self.close()
            raise SandboxCrashed(f"a room did not open: {error!r} {self.report.get('failed', '')}") from error
        self._ready = bool(header.get("ready"))

    def _take_pidfd(self, deadline: float) -> None:
        assert self.status is not None  # noqa: S101 - only called then
        self.status.settimeout(max(deadline - time.monotonic(), 0.001))
        packet, descriptors, _, _ = socket.recv_fds(self.status, 4096, 1)
        if descriptors:
            self.pidfd = descriptors[0]
        else:
            self.report = json.loads(packet) if packet else {}
            raise EOFError("no process")

    def load(self, chunks: list[dict[str, str]], provided: str) -> dict[str, Any]:
        """Take in the submission's source; return ``{"errors": [...], "callables": [...]}``.

        Raises
        ------
        RoomEnded
            The source ended the room or took too long.
        """
        self.wait_until_ready()
        request = {"op": "load", "id": self._next(), "chunks": chunks, "provided": provided}
        header, _ = self._exchange(request, b"", self.limits.load_seconds, None)
        errors, callables = header.get("errors"), header.get("callables")
        if not isinstance(errors, list) or not isinstance(callables, list):
            raise self._ended("forged", "an answer of another form")
        return {"errors": [_error(e) for e in errors], "callables": [str(name) for name in callables]}

    def call(
        self,
        name: str,
        arguments: tuple[Any, ...],
        *,
        named: dict[str, Any] | None = None,
        seed: int | None = None,
        keep: bool = False,
        arguments_back: bool = False,
        stubs: tuple[str, ...] = (),
        oracle: Oracle | None = None,
        seconds: float | None = None,
    ) -> Reply:
        """Call the student's function `name`.

        Parameters
        ----------
        arguments, named
            What it gets; arrays are copied.
        seed
            Seeds the global generators before the call.
        keep
            Keep the result in the room, to be an argument (`wire.Kept` of `self.calls`) of a later call.
        arguments_back
            Return the arguments as they are after the call.
        stubs, oracle
            Functions of the submission that are answered by `oracle` while this call runs.
        seconds
            Wall time; the room's limit by default.

        Raises
        ------
        RoomEnded
            The call ended the room, took too long, or answered something that is no answer.
        """
        self.wait_until_ready()
        encoder = wire.Encoder()
        request = {
            "op": "call",
            "id": self._next(),
            "name": name,
            "args": [encoder.node(argument) for argument in arguments],
            "kwargs": {key: encoder.node(value) for key, value in (named or {}).items()},
            "seed": seed,
            "keep": keep,
            "arguments_back": arguments_back,
            "stubs": list(stubs),
        }
        started = time.perf_counter()
        header, body = self._exchange(request, encoder.body, seconds or self.limits.call_seconds, oracle)
        elapsed = time.perf_counter() - started
        try:
            return _reply(header, body, elapsed)
        except (wire.WireError, TypeError, KeyError, AttributeError, ValueError) as error:
            raise self._ended("forged", repr(error)) from error

    def _next(self) -> int:
        self.calls += 1
        return self.calls

    def _exchange(
        self, request: dict[str, Any], body: bytes, seconds: float, oracle: Oracle | None
    ) -> tuple[dict[str, Any], bytes]:
        deadline = time.monotonic() + seconds
        try:
            self._send(wire.pack(request, body), deadline)
            for _ in range(20_000):
                header, answer = wire.read(self._receiver(deadline), self.limits.reply_bytes)
                if header.get("id") != request["id"]:
                    raise wire.WireError("an answer to another question")
                if "callback" not in header:
                    return header, answer
                if oracle is None or header["callback"] not in request.get("stubs", ()):
                    raise wire.WireError("a question that was not allowed")
                self._send(_answer(oracle, header, answer), deadline)
            raise wire.WireError("too many questions")
        except TimeoutError:
            raise self._ended("time", f"{seconds} s") from None
        except wire.WireError as error:
            too_long = "too long" in str(error)
            raise self._ended("too-much-output" if too_long else "forged", str(error)) from None
        except (EOFError, OSError) as error:
            raise self._ended("", repr(error)) from None

    def _send(self, data: bytes, deadline: float) -> None:
        self.line.settimeout(max(deadline - time.monotonic(), 0.001))
        self.line.sendall(data)

    def _receiver(self, deadline: float) -> Callable[[int], bytes]:
        def receive(count: int) -> bytes:
            pieces = bytearray()
            while len(pieces) < count:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                self.line.settimeout(left)
                piece = self.line.recv(min(count - len(pieces), 1 << 20))
                if not piece:
                    raise EOFError("the room hung up")
                pieces += piece
            return bytes(pieces)

        return receive

    def _ended(self, reason: str, detail: str) -> RoomEnded:
        """Kill what is left and say how it ended; `reason` "" means: read it off the exit status."""
        self.close(patience=0.0 if reason else 0.5)
        if "failed" in self.report:
            raise SandboxCrashed(f"a room failed: {self.report['failed']}")
        return RoomEnded(reason or _reason(self.report, self.limits), detail)

    def close(self, patience: float = 0.0) -> None:
        """End the room and everything in it; afterwards `report` says how it ended.

        Parameters
        ----------
        patience
            Seconds to wait for a room that is ending by itself, so that its own end is what is reported.
        """
        if self.status is not None:
            if patience:
                select.select([self.status], [], [], patience)
            if self.pidfd is not None:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            self.line.close()
            self.status.settimeout(5.0)
            with contextlib.suppress(OSError, ValueError):
                self.report = json.loads(self.status.recv(4096) or b"{}")
            self.status.close()
            self.status = None
        if self.pidfd is not None:
            os.close(self.pidfd)
            self.pidfd = None
        if self.process is not None:
            if patience:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(patience)
            self.process.kill()
            self.report = {"end": self.process.wait()}
            self.process = None
        self.line.close()

    def disown(self) -> None:
        """Close this process's copies of the descriptors; the room belongs to another process."""
        self.line.close()
        if self.status is not None:
            self.status.close()
        if self.pidfd is not None:
            os.close(self.pidfd)

    def __enter__(self) -> Self:
        """Return the room."""
        return self

    def __exit__(self, *exception: object) -> None:
        """End the room."""
        self.close()


def _reason(report: dict[str, Any], limits: Limits) -> str:
    end, cpu = report.get("end"), report.get("cpu", 0.0)
    if end == -signal.SIGSYS:
        return "forbidden-call"
    if end in (-signal.SIGKILL, -signal.SIGXCPU):
        return "processor-time" if cpu >= limits.cpu_seconds * 0.95 else "memory"
    if end == 77:
        return "memory"
    return "exit" if isinstance(end, int) and end >= 0 else "crash"


def _answer(oracle: Oracle, header: dict[str, Any], body: bytes) -> bytes:
    """Answer a stub's question; whatever is odd about it is the asker's error, never ours."""
    decoder = wire.Decoder(body)
    try:
        arguments = [decoder.value(node) for node in header["args"]]
        named = {str(key): decoder.value(node) for key, node in header["kwargs"].items()}
        decoder.finish()
        encoder = wire.Encoder()
        node = encoder.node(oracle(header["callback"], arguments, named))
    except wire.WireError:
        raise
    except Exception as error:  # noqa: BLE001 - the reference, called with a student's values
        return wire.pack({"error": f"{type(error).__name__}: {error}"[:300]})
    return wire.pack({"value": node}, encoder.body)


def _printable(value: object) -> str:
    """Return text without what a terminal or a log would obey."""
    return "".join(c if c.isprintable() else " " for c in str(value)[:2000])


def _error(node: object) -> dict[str, Any]:
    if not isinstance(node, dict):
        raise wire.WireError("not an error")
    line = node.get("line")
    return {
        "chunk": node.get("chunk") if isinstance(node.get("chunk"), int) else None,
        "type": _printable(node.get("type"))[:100],
        "message": _printable(node.get("message"))[:500],
        "line": line if isinstance(line, int) else None,
        "where": str(node.get("where"))[:100] if node.get("where") else None,
    }


def _reply(header: dict[str, Any], body: bytes, seconds: float) -> Reply:
    printed = str(header.get("printed", ""))[:4000]
    if header.get("ok") is not True:
        return Reply(error=_error(header["error"]), printed=printed, seconds=seconds)
    decoder = wire.Decoder(body)
    value = decoder.value(header["value"])
    arguments = tuple(decoder.value(node) for node in header.get("arguments", ()))
    decoder.finish()
    return Reply(
        value=value,
        arguments=arguments,
        changed=tuple(int(index) for index in header["changed"]),
        warnings=tuple(str(text)[:200] for text in header["warnings"][:5]),
        notes=tuple(str(text)[:60] for text in header["notes"][:10]),
        printed=printed,
        seconds=seconds,
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
