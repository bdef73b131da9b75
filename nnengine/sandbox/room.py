"""A room as the worker sees it: one isolated process, its wire, and the clock."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from typing import Any, Self

from nnengine.sandbox import wire
from nnengine.sandbox.errors import SandboxCrashed
from nnengine.sandbox.limits import Limits
from nnengine.sandbox.reply import Reply, error_of, reply_of

# Answers a room's question for the right value of a function: (name, arguments, keyword arguments) -> value.
Oracle = Callable[[str, list[Any], dict[str, Any]], Any]


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
        try:
            errors = [error_of(error) for error in header["errors"]]
            return {"errors": errors, "callables": [str(name) for name in header["callables"]]}
        except Exception as error:  # whatever is odd about an answer is the room's doing
            raise self._ended("forged", repr(error)) from error

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
            given = len(arguments) + len(named or {})
            return reply_of(header, body, elapsed, given=given, back=given if arguments_back else 0)
        except Exception as error:  # whatever is odd about an answer is the room's doing
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
