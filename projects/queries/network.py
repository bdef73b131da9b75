"""The functions of a grade sheet as a network: what builds on what, from left to right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Sizes of the drawing in its own units.
CHARACTER, ROW, BOX, GAP = 7.2, 40, 28, 44


@dataclass(frozen=True)
class Node:
    """A function's box; sizes are texts, because a German page writes numbers with a comma."""

    name: str
    tone: str
    x: str
    y: str
    width: str
    text_x: str
    text_y: str


@dataclass(frozen=True)
class Network:
    """Boxes, and lines from what is used to what uses it."""

    nodes: list[Node]
    lines: list[str]
    width: int
    height: int
    box: int = BOX


def network_of(tones: Mapping[str, str], uses: Mapping[str, Sequence[str]]) -> Network | None:
    """Lay the functions out; None where none builds on another.

    Parameters
    ----------
    tones
        The functions in order, each with the tone of its verdict.
    uses
        Which of them each builds on.
    """
    inside = {name: [one for one in used if one in tones] for name, used in uses.items() if name in tones}
    if not any(inside.values()):
        return None
    columns: dict[int, list[str]] = {}
    for name in tones:
        columns.setdefault(_depth(name, inside), []).append(name)
    places: dict[str, tuple[float, float, float]] = {}
    x = 1.0
    for depth in sorted(columns):
        width = max(len(name) for name in columns[depth]) * CHARACTER + 18
        for row, name in enumerate(columns[depth]):
            places[name] = (x, row * ROW + 1.0, width)
        x += width + GAP
    nodes = [
        Node(name, tones[name], f"{x:.1f}", f"{y:.1f}", f"{width:.1f}", f"{x + 9:.1f}", f"{y + 18:.1f}")
        for name, (x, y, width) in places.items()
    ]
    lines = [_line(places[used], places[name]) for name, all_used in inside.items() for used in all_used]
    rows = max(map(len, columns.values()))
    return Network(nodes, lines, round(x - GAP + 2), rows * ROW)


def _depth(name: str, uses: Mapping[str, Sequence[str]], seen: frozenset[str] = frozenset()) -> int:
    """Return how many steps it is from functions that build on nothing; a circle counts once."""
    below = [one for one in uses.get(name, ()) if one not in seen]
    return 1 + max(_depth(one, uses, seen | {name}) for one in below) if below else 0


def _line(start: tuple[float, float, float], end: tuple[float, float, float]) -> str:
    x1, y1 = start[0] + start[2], start[1] + BOX / 2
    x2, y2 = end[0], end[1] + BOX / 2
    bend = max(20.0, (x2 - x1) / 2)
    return f"M{x1:.1f} {y1:.1f}C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
