"""Where each line of a certificate stands: whatever people are called, all of it is inside the frame.

Lengths are points (1/72 inch), from the page's lower left corner as in PDF.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from projects.papers.wording import Wording

Weight = Literal["regular", "bold"]
#: How wide a text is at a size of one point; twice the size is twice as wide.
Measure = Callable[[str, Weight], float]
Anchor = Literal["middle", "start", "end"]

SHORT, LONG = 595.28, 841.89  # A4
MARGIN = 64.0
FRAME = 28.0
FOOT = 74.0
SIGNATURES = 64.0
LEADING = 1.35
TITLE, LARGE, BODY, SMALL = 36.0, 30.0, 15.0, 9.0
#: A gap in the text, as a share of a line.
GAP = 0.6
SHRINK = 0.94


@dataclass(frozen=True)
class Line:
    """A line of text; `x` is its middle, its start or its end."""

    text: str
    x: float
    y: float
    size: float
    weight: Weight = "regular"
    anchor: Anchor = "middle"


@dataclass(frozen=True)
class Rule:
    """A line to sign on."""

    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Sheet:
    """A page: its size, its lines and rules, and the square of the QR code (lower left corner, side).

    `text_size` is the size of the text between title and signatures.
    """

    width: float
    height: float
    lines: tuple[Line, ...]
    rules: tuple[Rule, ...]
    code_at: tuple[float, float, float]
    text_size: float


def arrange(wording: Wording, measure: Measure) -> Sheet:
    """Lay a certificate out."""
    width, height = (LONG, SHORT) if wording.is_landscape else (SHORT, LONG)
    room = width - 2 * MARGIN
    head, below = _head(wording, width, height, measure)
    signatures = SIGNATURES if wording.signatures else 0.0
    bottom = MARGIN + FOOT + signatures
    scale, body = _body(wording.text, room, below - bottom, measure)
    free = below - bottom - sum(step for _line, step in body)
    lines, y = [*head], below - free / 2
    for line, step in body:
        y -= step
        if line is not None:
            lines.append(Line(line.text, width / 2, y + 0.3 * step, line.size, line.weight))
    signing, rules = _signatures(wording.signatures, width, MARGIN + FOOT, measure)
    return Sheet(
        width,
        height,
        (*lines, *signing, *_foot(wording, width, measure)),
        tuple(rules),
        (width - MARGIN - FOOT + 6, MARGIN - 12, FOOT),
        BODY * scale,
    )


def tidy(text: str) -> str:
    """Return text as fonts know it: letters composed, nothing invisible."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(letter for letter in composed if unicodedata.category(letter)[0] != "C")


def wrap(text: str, room: float, size: float, weight: Weight, measure: Measure) -> list[str]:
    """Break a text into lines no wider than `room`; a word that is wider is broken itself."""
    space = measure(" ", weight) * size
    lines: list[str] = []
    current: list[str] = []
    used = 0.0
    for word in text.split():
        wide = measure(word, weight) * size
        if current and used + space + wide <= room:
            current.append(word)
            used += space + wide
            continue
        if current:
            lines.append(" ".join(current))
        *full, last = [word] if wide <= room else _pieces(word, room, size, weight, measure)
        lines += full
        current, used = [last], measure(last, weight) * size
    return [*lines, " ".join(current)] if current else lines


def _pieces(word: str, room: float, size: float, weight: Weight, measure: Measure) -> Iterator[str]:
    piece, used = "", 0.0
    for letter in word:
        wide = measure(letter, weight) * size
        if piece and used + wide > room:
            yield piece
            piece, used = "", 0.0
        piece += letter
        used += wide
    yield piece


def _head(wording: Wording, width: float, height: float, measure: Measure) -> tuple[list[Line], float]:
    """Place the course and the title at the top; return also where the room below begins."""
    room = width - 2 * MARGIN
    y = height - MARGIN - SMALL
    course = _fitted(wording.course, room, 11.0, "regular", measure)
    lines = [Line(course.text, width / 2, y, course.size)]
    size = TITLE
    while len(found := wrap(tidy(wording.title), room, size, "bold", measure)) > 2:
        size *= SHRINK
    y -= 14
    for text in found:
        y -= size * 1.15
        lines.append(Line(text, width / 2, y, size, "bold"))
    return lines, y - 12


def _body(
    text: str, room: float, height: float, measure: Measure
) -> tuple[float, list[tuple[Line | None, float]]]:
    """Return lines with the height each takes (None is a gap), and the largest scale at which all fit."""
    scale = 1.0
    while True:
        found = list(_set(text, scale, room, measure))
        if sum(step for _line, step in found) <= height:
            return scale, found
        scale *= SHRINK


def _set(text: str, scale: float, room: float, measure: Measure) -> Iterator[tuple[Line | None, float]]:
    for given in text.splitlines():
        large = given.startswith("# ")
        paragraph = tidy(given.removeprefix("# "))
        size = (LARGE if large else BODY) * scale
        if not paragraph.strip():
            yield None, GAP * BODY * scale * LEADING
            continue
        weight: Weight = "bold" if large else "regular"
        # A long name is first made smaller, down to the size of the text; only then it is broken.
        while large and size > BODY * scale and len(wrap(paragraph, room, size, weight, measure)) > 1:
            size *= SHRINK
        for line in wrap(paragraph, room, size, weight, measure):
            yield Line(line, 0, 0, size, weight), size * LEADING


def _signatures(
    signatures: tuple[tuple[str, str], ...], width: float, base: float, measure: Measure
) -> tuple[list[Line], list[Rule]]:
    """Place the rules to sign on side by side, with who signs below."""
    lines: list[Line] = []
    rules: list[Rule] = []
    if not signatures:
        return lines, rules
    share = (width - 2 * MARGIN) / len(signatures)
    long = min(190.0, share - 24)
    for number, (who, what) in enumerate(signatures):
        middle = MARGIN + share * (number + 0.5)
        rules.append(Rule(middle - long / 2, base + 34, long))
        for text, size, y in ((who, 11.0, base + 20), (what, SMALL, base + 8)):
            if text:
                fitted = _fitted(text, share - 16, size, "regular", measure)
                lines.append(Line(fitted.text, middle, y, fitted.size))
    return lines, rules


def _foot(wording: Wording, width: float, measure: Measure) -> list[Line]:
    """Place when it was issued and how to check it, left of the QR code."""
    right = width - MARGIN - FOOT - 4
    room = right - MARGIN
    texts = [(wording.issued, 11.0), (wording.check, SMALL), (wording.address, SMALL), (wording.code, SMALL)]
    lines, y = [], MARGIN + FOOT - 24
    for text, size in texts:
        fitted = _fitted(text, room, size, "regular", measure)
        lines.append(Line(fitted.text, right, y, fitted.size, anchor="end"))
        y -= 14
    return lines


def _fitted(text: str, room: float, size: float, weight: Weight, measure: Measure) -> Line:
    """Return a text on one line, smaller where it has to be."""
    text = tidy(text)
    return Line(text, 0, 0, size * min(1.0, room / max(measure(text, weight) * size, 1e-9)), weight)
