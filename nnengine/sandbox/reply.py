"""What a room sends back, turned into values; checked for form, never believed."""

import re
from dataclasses import dataclass
from typing import Any

from nnengine.sandbox import wire

_NOTE = re.compile("[a-z-]{1,60}")


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


def _printable(value: object) -> str:
    """Return text without what a terminal or a log would obey."""
    return "".join(c if c.isprintable() else " " for c in str(value)[:2000])


def error_of(node: object) -> dict[str, Any]:
    """Return what was raised, in printable words; `WireError` if `node` does not say it."""
    if not isinstance(node, dict):
        raise wire.WireError("not an error")
    line = node.get("line")
    return {
        "chunk": node.get("chunk") if isinstance(node.get("chunk"), int) else None,
        "type": _printable(node.get("type"))[:100],
        "message": _printable(node.get("message"))[:500],
        "line": line if isinstance(line, int) else None,
        "where": _printable(node.get("where"))[:100] if node.get("where") else None,
    }


def reply_of(header: dict[str, Any], body: bytes, seconds: float, *, given: int, back: int) -> Reply:
    """Return what one call brought back; `WireError` or another exception if that is no answer.

    It was given `given` arguments, of which `back` were asked back.
    """
    printed = str(header.get("printed", ""))[:4000]
    if header.get("ok") is not True:
        return Reply(error=error_of(header["error"]), printed=printed, seconds=seconds)
    decoder = wire.Decoder(body)
    value = decoder.value(header["value"])
    arguments = tuple(decoder.value(node) for node in header.get("arguments", ()))
    decoder.finish()
    changed, notes = tuple(header["changed"]), tuple(header["notes"])
    if len(arguments) != back or not all(type(index) is int and 0 <= index < given for index in changed):
        raise wire.WireError("arguments that were not given")
    if not all(isinstance(note, str) and _NOTE.fullmatch(note) for note in notes):
        raise wire.WireError("a note that is no word")
    return Reply(
        value=value,
        arguments=arguments,
        changed=changed,
        warnings=tuple(str(text)[:200] for text in header["warnings"][:5]),
        notes=notes[:10],
        printed=printed,
        seconds=seconds,
    )
