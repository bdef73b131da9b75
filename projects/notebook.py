"""A notebook as it is shown: what people wrote and what their code printed and drew, and nothing that runs.

An .ipynb is JSON (nbformat.readthedocs.io); nothing of it is executed. Of the outputs only text and pictures
are shown, pictures written anew. HTML, SVG, scripts and widgets are left out: their plain text stands for
them.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from classroom.pictures import Picture, Unfit, taken_in

#: How much is shown; the file itself can be downloaded whole.
MAX_CELLS = 300
MAX_LETTERS = 300_000
MAX_CELL_LETTERS = 20_000
MAX_OUTPUT_LETTERS = 5_000
MAX_OUTPUTS = 20
#: So many pictures are looked at, good or bad, each with so many pixels: both cost time.
MAX_PICTURES = 24
MAX_PIXELS = 4_000_000

#: What terminals take for colours and movements of the cursor (ECMA-48).
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass
class Shown:
    """What a page shows of a notebook.

    Attributes
    ----------
    cells
        Of each its kind ("markdown", "code" or "raw"), its text, and the outputs of code: texts, and pictures
        with the hash, width and height of one of `pictures`.
    pictures
        By their hash.
    left_out
        How many cells, outputs and cut texts are not shown.
    """

    cells: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[str, Picture] = field(default_factory=dict)
    left_out: int = 0
    letters: int = 0
    looked_at: int = 0


def shown(source: bytes) -> Shown:
    """Return what can be shown of a notebook that `intake.check_source` has let in."""
    result = Shown()
    cells = json.loads(source.decode("utf-8-sig"))["cells"]
    for cell in cells:
        if not isinstance(cell, dict) or len(result.cells) >= MAX_CELLS:
            result.left_out += 1
            continue
        kind = cell.get("cell_type")
        kind = kind if kind in {"markdown", "code"} else "raw"
        text = _text(cell.get("source"), MAX_CELL_LETTERS, result)
        outputs = list(_outputs(cell.get("outputs"), result)) if kind == "code" else []
        if text.strip() or outputs:
            result.cells.append({"kind": kind, "text": text, "outputs": outputs})
    return result


def _outputs(outputs: object, result: Shown) -> Iterator[dict[str, Any]]:
    """Read what a cell printed and drew; what follows each other in print is one text."""
    printed = ""
    for number, output in enumerate(outputs if isinstance(outputs, list) else []):
        if number >= MAX_OUTPUTS or not isinstance(output, dict):
            result.left_out += 1
            continue
        data = output.get("data")
        drawn = _picture(data, result) if isinstance(data, dict) else None
        if drawn is None:
            printed += _printed(output, data, result)
            continue
        if printed.strip():
            yield {"kind": "text", "text": printed}
        printed = ""
        yield {"kind": "picture"} | drawn
    if printed.strip():
        yield {"kind": "text", "text": printed}


def _printed(output: Mapping[str, Any], data: object, result: Shown) -> str:
    """Return an output as plain text: of a stream, a value, or an error with its traceback."""
    if output.get("output_type") == "error":
        lines = output.get("traceback")
        said = "\n".join(map(str, lines)) if isinstance(lines, list) else ""
        return _text(
            said or f"{output.get('ename', '')}: {output.get('evalue', '')}", MAX_OUTPUT_LETTERS, result
        )
    if isinstance(data, dict):
        if "text/plain" not in data:
            result.left_out += 1
        return _text(data.get("text/plain"), MAX_OUTPUT_LETTERS, result)
    return _text(output.get("text"), MAX_OUTPUT_LETTERS, result)


def _picture(data: Mapping[str, Any], result: Shown) -> dict[str, Any] | None:
    """Write a drawn picture anew; None where there is none, or it cannot be shown."""
    encoded = next((data[kind] for kind in ("image/png", "image/jpeg") if kind in data), None)
    if encoded is None:
        return None
    result.looked_at += 1
    if result.looked_at > MAX_PICTURES:
        result.left_out += 1
        return None
    text = "".join(map(str, encoded)) if isinstance(encoded, list) else str(encoded)
    try:
        picture = taken_in(base64.b64decode(text), max_pixels=MAX_PIXELS)
    except (binascii.Error, ValueError, Unfit):
        result.left_out += 1
        return None
    result.pictures[picture.digest] = picture
    return {"digest": picture.digest, "width": picture.width, "height": picture.height}


def _text(value: object, most: int, result: Shown) -> str:
    """Return text, which notebooks write whole or in lines, without what only terminals read."""
    text = "".join(map(str, value)) if isinstance(value, list) else value if isinstance(value, str) else ""
    text = _ESCAPES.sub("", text.replace("\r\n", "\n"))
    # A bar of progress writes its line again and again; a terminal shows the last.
    text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    text = _CONTROLS.sub("", text).encode("utf-8", "replace").decode()
    room = min(most, MAX_LETTERS - result.letters)
    if len(text) > room:
        text = text[: max(room, 0)] + "\u2026"
        result.left_out += 1
    result.letters += len(text)
    return text
