"""What crosses the wall: frames of a JSON header and raw array bytes, never pickles.

A frame is three little-endian unsigned integers (magic, header length, body length), the header as UTF-8
JSON, and the bytes of all arrays one after the other. A value is described in the header by a small *node*:

========================================  =============================================
``null``, ``true``, ``"text"``, ``3``      themselves (integers up to 64 bits)
``{"f": "0x1.8p+1"}``                      a Python float, exactly
``{"a": [dtype, shape]}``                  an array; its bytes are next in the body
``{"s": dtype}``                           a numpy scalar, likewise
``{"t": [...]}``, ``{"l": [...]}``         a tuple, a list
``{"d": [[key, node], ...]}``              a dict; keys are text or integers
``{"o": "type name"}``                     anything else: only its type is told
``{"r": [call, path]}``                    an earlier result of the room, which never left it
========================================  =============================================

The trusted side reads with `decode`, which believes nothing: types come from a fixed list, sizes must add up.
"""

import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

DTYPES = frozenset(
    {"|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16"}
)
MAGIC = 0x4E4E_5731
PREFIX = struct.Struct("<IIQ")
HEADER_BYTES = 1 << 20
DEPTH, NODES, DIMENSIONS, TEXT = 12, 20_000, 16, 4_000


class WireError(ValueError):
    """A frame that breaks the rules above."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """Stands for a value that cannot cross: an object of the student's own class, a function."""

    type_name: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Names an earlier result inside the room: the call's number and the way into its result."""

    call: int
    path: tuple[int | str, ...] = ()


def pack(header: dict[str, Any], body: bytes = b"") -> bytes:
    """Return the frame of `header` and `body`."""
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    return PREFIX.pack(MAGIC, len(text), len(body)) + text + body


def read(receive: Callable[[int], bytes], most: int) -> tuple[dict[str, Any], bytes]:
    """Read one frame; `receive(n)` returns exactly n bytes.

    Raises
    ------
    WireError
        Not a frame, or one of more than `most` bytes.
    """
    magic, header_length, body_length = PREFIX.unpack(receive(PREFIX.size))
    if magic != MAGIC:
        raise WireError("not a frame")
    if header_length > HEADER_BYTES or body_length > most:
        raise WireError("the frame is too long")
    try:
        header = json.loads(receive(header_length), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise WireError("the header is not JSON") from None
    if not isinstance(header, dict):
        raise WireError("the header is not an object")
    return header, receive(body_length)


def _refuse_constant(text: str) -> float:
    raise WireError(f"{text} is no JSON")


class Encoder:
    """Turns values into nodes and gathers the arrays' bytes in `body`."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.nodes = 0

    @property
    def body(self) -> bytes:
        """The bytes of all arrays so far."""
        return b"".join(self.chunks)

    def node(self, value: object, depth: int = 0) -> Any:  # noqa: ANN401, PLR0911 - JSON; one line a kind
        """Return the node of `value`."""
        self.nodes += 1
        if depth > DEPTH or self.nodes > NODES:
            return {"o": "too deep or too long"}
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            return str(value)[:TEXT]
        if kind is int:
            number = int(value)  # type: ignore[call-overload] # an int by the line above
            return number if -(2**63) <= number < 2**63 else {"o": "int of more than 64 bits"}
        if kind is float:
            return {"f": float(value).hex()}  # type: ignore[arg-type] # a float by the line above
        if isinstance(value, np.ndarray | np.generic):
            return self._array(value)
        return self._container(value, depth)

    def _array(self, value: np.ndarray[Any, Any] | np.generic) -> dict[str, Any]:
        plain = np.asarray(value)
        if isinstance(plain, np.ma.MaskedArray) or plain.dtype.str not in DTYPES:
            plain = plain.astype(plain.dtype.newbyteorder("<")) if plain.dtype.kind in "iufc" else plain
        if plain.dtype.str not in DTYPES:
            return {"o": f"array of {plain.dtype}"}
        self.chunks.append(plain.tobytes())
        if isinstance(value, np.generic):
            return {"s": plain.dtype.str}
        return {"a": [plain.dtype.str, list(plain.shape)]}

    def _container(self, value: object, depth: int) -> dict[str, Any]:
        if isinstance(value, tuple):
            return {"t": [self.node(item, depth + 1) for item in value]}
        if isinstance(value, list):
            return {"l": [self.node(item, depth + 1) for item in value]}
        if isinstance(value, dict) and all(type(key) in (str, int) for key in value):
            return {"d": [[key, self.node(item, depth + 1)] for key, item in value.items()]}
        if isinstance(value, Kept):
            return {"r": [value.call, list(value.path)]}
        return {"o": type(value).__name__[:100]}


class Decoder:
    """Turns nodes into values again, checking everything.

    Parameters
    ----------
    body
        The arrays' bytes; `finish` demands that they were used up exactly.
    kept
        Resolves a `Kept`; None refuses them.
    """

    def __init__(self, body: bytes, kept: Callable[[Kept], Any] | None = None) -> None:
        self.body = memoryview(body)
        self.offset = 0
        self.nodes = 0
        self.kept = kept

    def value(self, node: Any, depth: int = 0) -> Any:  # noqa: ANN401 - any value
        """Return what `node` stands for; `WireError` if it breaks a rule."""
        self.nodes += 1
        if depth > DEPTH + 1 or self.nodes > NODES + 1:
            raise WireError("too many values")
        if node is None or isinstance(node, bool):
            return node
        if isinstance(node, str):
            return _text(node)
        if isinstance(node, int):
            if not -(2**63) <= node < 2**63:
                raise WireError("an integer of more than 64 bits")
            return node
        if not isinstance(node, dict) or len(node) != 1:
            raise WireError("not a node")
        return self._tagged(*next(iter(node.items())), depth)

    def _tagged(self, tag: str, content: Any, depth: int) -> Any:  # noqa: ANN401, PLR0911 - one line a kind
        if tag == "f":
            return _float(content)
        if tag == "a":
            if not isinstance(content, list) or len(content) != 2:
                raise WireError("not an array")
            return self._array(content[0], content[1])
        if tag == "s":
            return self._array(content, [])[()]
        if tag in ("t", "l") and isinstance(content, list):
            items = [self.value(item, depth + 1) for item in content]
            return tuple(items) if tag == "t" else items
        if tag == "d" and isinstance(content, list):
            return self._dict(content, depth)
        if tag == "o":
            return Opaque(_text(content))
        if tag == "r" and self.kept is not None:
            return self.kept(Kept(content[0], tuple(content[1])))
        raise WireError("an unknown node")

    def _dict(self, content: list[Any], depth: int) -> dict[str | int, Any]:
        result: dict[str | int, Any] = {}
        for pair in content:
            if not isinstance(pair, list) or len(pair) != 2 or type(pair[0]) not in (str, int):
                raise WireError("not a dict")
            result[pair[0] if isinstance(pair[0], int) else _text(pair[0])] = self.value(pair[1], depth + 1)
        return result

    def _array(self, dtype: Any, shape: Any) -> np.ndarray[Any, Any]:  # noqa: ANN401 - JSON
        if not isinstance(dtype, str) or dtype not in DTYPES:
            raise WireError("not a type of numbers")
        if not isinstance(shape, list) or len(shape) > DIMENSIONS:
            raise WireError("not a shape")
        if not all(type(n) is int and 0 <= n < 2**40 for n in shape):
            raise WireError("not a shape")
        kind = np.dtype(dtype)
        size = math.prod(shape) * kind.itemsize
        if size > len(self.body) - self.offset:
            raise WireError("an array longer than its bytes")
        piece = self.body[self.offset : self.offset + size]
        self.offset += size
        if kind.kind == "b" and bytes(piece).strip(b"\x00\x01"):
            raise WireError("a truth value that is neither 0 nor 1")
        try:
            return np.frombuffer(piece, dtype=kind).reshape(shape).copy()
        except ValueError:
            raise WireError("not a shape") from None

    def finish(self) -> None:
        """Demand that every byte of the body belonged to an array."""
        if self.offset != len(self.body):
            raise WireError("bytes that belong to nothing")


def _text(node: object) -> str:
    if not isinstance(node, str) or len(node) > TEXT:
        raise WireError("not a text")
    return node.encode("utf-8", "replace").decode()


def _float(node: object) -> float:
    if not isinstance(node, str) or len(node) > 40:
        raise WireError("not a number")
    try:
        return float.fromhex(node)
    except (ValueError, OverflowError):
        raise WireError("not a number") from None
