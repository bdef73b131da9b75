"""The function server: takes in a submission, calls its functions, sends back what they return.

Everything here runs inside the room, next to the student's code, and is not believed by the trusted side.
"""

import ast
import io
import os
import random
import sys
import time
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from nnengine.sandbox import shims, stand_ins, wire

REQUEST_BYTES = 256 << 20
PRINTED = 2000
Namespace = dict[str, Any]


class Server:
    """The room's end of the wire.

    Parameters
    ----------
    receive
        Returns exactly n bytes.
    send
        Writes all bytes.
    """

    def __init__(self, receive: Callable[[int], bytes], send: Callable[[bytes], None]) -> None:
        self.receive = receive
        self.send = send
        self.module = types.ModuleType("submission")
        self.results: dict[int, Any] = {}
        self.notes: list[str] = []

    def run(self) -> None:
        """Answer requests until the worker hangs up (`EOFError`)."""
        sys.modules["submission"] = self.module
        stand_ins.install()
        sys.stdout = sys.stderr = Printed()
        self.send(wire.pack({"ready": True}))
        while True:
            header, body = wire.read(self.receive, REQUEST_BYTES)
            answer, parts = self.load(header) if header["op"] == "load" else self.call(header, body)
            self.send(wire.pack({"id": header["id"], **answer}, parts))

    def load(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Execute the submission's chunks in order; one that fails does not stop the next."""
        namespace = self.module.__dict__
        namespace.update(np=np, numpy=np, **shims.in_namespace(self.notes))
        namespace.update(stand_ins.provided(request["provided"]))
        errors = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for index, chunk in enumerate(request["chunks"]):
                try:
                    tree = shims.rewrite(ast.parse(chunk["source"]))
                    exec(compile(tree, chunk["name"], "exec"), namespace)  # noqa: S102 - that is the purpose
                except BaseException as error:  # noqa: BLE001 - whatever a student's code raises
                    errors.append({"chunk": index, **describe(error)})
        callables = [name for name, value in namespace.items() if callable(value) and name.isidentifier()]
        return {"ok": True, "errors": errors[:50], "callables": callables[:2000]}, b""

    def call(self, request: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """Call one function and describe what came of it."""
        decoder = wire.Decoder(body, self._kept)
        arguments = [decoder.value(node) for node in request["args"]]
        named = {key: decoder.value(node) for key, node in request["kwargs"].items()}
        before = [_frozen(argument) for argument in (*arguments, *named.values())]
        if request["seed"] is not None:
            np.random.seed(request["seed"])  # noqa: NPY002 - the generator that course code uses
            random.seed(request["seed"])
        namespace = self.module.__dict__
        hidden = {name: namespace[name] for name in request["stubs"] if name in namespace}
        namespace.update({name: self._stub(name, request["id"]) for name in hidden})
        self.notes.clear()
        Printed.text = ""
        started = time.perf_counter()
        try:
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                result = namespace[request["name"]](*arguments, **named)
        except BaseException as error:  # noqa: BLE001 - whatever a student's code raises
            return {"ok": False, "error": describe(error), "printed": Printed.text}, b""
        finally:
            namespace.update(hidden)
        seconds = time.perf_counter() - started
        if request["keep"]:
            self.results[request["id"]] = result
        encoder = wire.Encoder()
        answer = {"ok": True, "value": encoder.node(result), "seconds": seconds, "printed": Printed.text}
        given = [*arguments, *named.values()]
        answer["changed"] = [i for i, value in enumerate(given) if _frozen(value) != before[i]]
        answer["warnings"] = sorted({str(w.message)[:200] for w in warned})[:5]
        shared = ["shares-memory"] if _share_memory(result) else []
        answer["notes"] = sorted({*self.notes, *shared})[:10]
        if request["arguments_back"]:
            answer["arguments"] = [encoder.node(value) for value in given]
        return answer, encoder.body

    def _kept(self, kept: wire.Kept) -> Any:  # noqa: ANN401 - any value
        value = self.results[kept.call]
        for step in kept.path:
            value = value[step]
        return value

    def _stub(self, name: str, call: int) -> Callable[..., Any]:
        """Return a function that asks the trusted side for the right answer."""

        def stub(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - stands for any function
            encoder = wire.Encoder()
            nodes = [encoder.node(argument) for argument in arguments]
            pairs = {key: encoder.node(value) for key, value in named.items()}
            question = {"id": call, "callback": name, "args": nodes, "kwargs": pairs}
            self.send(wire.pack(question, encoder.body))
            header, body = wire.read(self.receive, REQUEST_BYTES)
            if "error" in header:
                raise RuntimeError(header["error"])
            return wire.Decoder(body).value(header["value"])

        return stub


class Printed(io.TextIOBase):
    """Standard output: the first characters are kept, the rest is dropped."""

    text = ""

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, text: str) -> int:
        """Keep what still fits."""
        if len(Printed.text) < PRINTED:
            Printed.text += str(text)[: PRINTED - len(Printed.text)]
        return len(text)


def _frozen(value: object) -> tuple[object, bytes]:
    encoder = wire.Encoder()
    return encoder.node(value), encoder.body


def _share_memory(result: object) -> bool:
    """Tell whether two arrays of a dict, or of several dicts, are one and the same."""
    tables = [one for one in (result if isinstance(result, tuple) else (result,)) if isinstance(one, dict)]
    arrays = [
        id(value) for table in tables for value in list(table.values())[:100] if isinstance(value, np.ndarray)
    ]
    return len(set(arrays)) < len(arrays)


def describe(error: BaseException) -> dict[str, Any]:
    """Return type, message and the innermost line of the student's own source."""
    line, chunk, trace = None, None, error.__traceback__
    own = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith("submission"):
            own = trace
        trace = trace.tb_next
    if own is not None:
        line, chunk = own.tb_lineno, own.tb_frame.f_code.co_filename
    try:
        message = str(error)[:500]
    except Exception:  # noqa: BLE001 - a student's __str__
        message = ""
    return {"type": type(error).__name__[:100], "message": message, "line": line, "where": chunk}


def serve(descriptor: int) -> int:
    """Serve on `descriptor` until the other end hangs up; return the exit code."""

    def receive(count: int) -> bytes:
        pieces = bytearray()
        while len(pieces) < count:
            piece = os.read(descriptor, min(count - len(pieces), 1 << 20))
            if not piece:
                raise EOFError
            pieces += piece
        return bytes(pieces)

    def send(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    try:
        Server(receive, send).run()
    except EOFError:
        return 0
    return 0
