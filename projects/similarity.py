"""How much two sources have in common: a hint where to look, never a verdict.

Sources become tokens, names that the author chose become one and the same token, and fingerprints of
overlapping pieces are compared (winnowing: Schleimer, Wilkerson and Aiken, "Winnowing: Local Algorithms for
Document Fingerprinting", SIGMOD 2003). What many have, such as the starter code or the only way to write a
line, weighs little: each fingerprint weighs the logarithm of how rare it is.
"""

import json
import keyword
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

#: Tokens in a piece: shorter matches are chance.
PIECE = 12
#: Of so many pieces in a row at least one becomes a fingerprint.
WINDOW = 6

_TOKEN = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|[A-Za-z_]\w*|\d[\w.]*|\S")
_COMMENT = re.compile(r"#.*")


@dataclass(frozen=True)
class Pair:
    """Two sources, by the names they were given, and what share of the smaller one the other has too."""

    first: int
    second: int
    share: float
    first_lines: frozenset[int]
    second_lines: frozenset[int]


def plain_source(content: bytes, filename: str) -> str:
    """Return the Python of a file, a notebook's code cells one after another; "" where there is none."""
    text = content.decode("utf-8-sig", "replace")
    if not filename.lower().endswith(".ipynb"):
        return text
    try:
        cells = json.loads(text)["cells"]
        return "\n\n".join(
            "".join(cell["source"])
            for cell in cells
            if cell.get("cell_type") == "code" and cell.get("source")
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""


def fingerprints(source: str) -> dict[int, set[int]]:
    """Return a source's fingerprints, each with the lines (from 1) its pieces cover."""
    tokens = _tokens(source)
    pieces = [
        (_mark(token for token, _ in tokens[i : i + PIECE]), tokens[i][1], tokens[i + PIECE - 1][1])
        for i in range(len(tokens) - PIECE + 1)
    ]
    chosen: dict[int, set[int]] = {}
    for start in range(max(1, len(pieces) - WINDOW + 1)):
        window = pieces[start : start + WINDOW]
        if window:
            mark, first, last = min(window)
            chosen.setdefault(mark, set()).update(range(first, last + 1))
    return chosen


def _mark(tokens: Iterable[str]) -> int:
    """Return a piece's number, the same in every process: Python's own `hash` of text is not."""
    return int.from_bytes(blake2b("\0".join(tokens).encode(), digest_size=8).digest())


def most_similar(sources: Mapping[int, str], *, limit: int = 30, least: float = 0.3) -> list[Pair]:
    """Return the pairs that have the most in common, of those with at least a share of `least`.

    `sources` are at most one a person: with themselves people may have as much in common as they like.
    """
    prints, weight = _weighed(sources)
    names = sorted(prints)
    pairs = [
        pair
        for position, first in enumerate(names)
        for second in names[position + 1 :]
        if (pair := _pair(first, second, prints, weight)).share >= least
    ]
    return sorted(pairs, key=lambda pair: (-pair.share, pair.first, pair.second))[:limit]


def compare(sources: Mapping[int, str], first: int, second: int) -> Pair:
    """Return what two of the `sources` have in common; the others tell what is common to all."""
    prints, weight = _weighed(sources)
    return _pair(first, second, prints, weight)


def _weighed(sources: Mapping[int, str]) -> tuple[dict[int, dict[int, set[int]]], dict[int, float]]:
    prints = {name: fingerprints(source) for name, source in sources.items()}
    spread = Counter(mark for marks in prints.values() for mark in marks)
    return prints, {mark: math.log((len(prints) + 1) / count) for mark, count in spread.items()}


def _pair(
    first: int,
    second: int,
    prints: Mapping[int, Mapping[int, set[int]]],
    weight: Mapping[int, float],
) -> Pair:
    shared = list(prints[first].keys() & prints[second].keys())
    smaller = min(sum(weight[mark] for mark in prints[name]) for name in (first, second))
    return Pair(
        first=first,
        second=second,
        share=sum(weight[mark] for mark in shared) / smaller if smaller else 0.0,
        first_lines=_lines(prints[first], shared),
        second_lines=_lines(prints[second], shared),
    )


def _lines(marks: Mapping[int, set[int]], shared: Sequence[int]) -> frozenset[int]:
    return frozenset(line for mark in shared for line in marks[mark])


def _tokens(source: str) -> list[tuple[str, int]]:
    return [
        (_kind(word), number)
        for number, line in enumerate(source.splitlines(), start=1)
        for word in _TOKEN.findall(_COMMENT.sub("", line))
    ]


def _kind(word: str) -> str:
    """Tell names, numbers and strings apart, but not from each other; all else is itself."""
    if word[0] in "\"'":
        return "string"
    if word[0].isdigit():
        return "number"
    return "name" if word.isidentifier() and not keyword.iskeyword(word) else word
