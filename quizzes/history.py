"""What changed between two versions of a question, for people. Pure."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quizzes.models import QuestionVersion


@dataclass(frozen=True)
class Line:
    """A line of a part: "same", "gone" or "new"."""

    what: str
    text: str


@dataclass(frozen=True)
class Change:
    """A part of the question that differs, line by line."""

    part: str | Promise
    lines: list[Line]


def changes(older: QuestionVersion, newer: QuestionVersion) -> list[Change]:
    """Return the parts in which two versions differ."""
    return [
        Change(part, _compared(before, after))
        for (part, before), (_part, after) in zip(_parts(older), _parts(newer), strict=True)
        if before != after
    ]


def _parts(version: QuestionVersion) -> list[tuple[Promise, list[str]]]:
    return [
        (_("Kind"), [version.get_kind_display()]),
        (_("Question"), version.body.splitlines()),
        (_("Details"), _written(version.data)),
        (_("Explanation"), version.explanation.splitlines()),
        (_("Hints"), [str(hint) for hint in version.hints]),
        (_("Points"), [f"{version.points.normalize():f}"]),
        (_("A wrong answer costs"), [f"{version.penalty:g}"]),
    ]


def _written(value: Any, indent: str = "") -> list[str]:  # noqa: ANN401 - any JSON
    """Write details down, a line a value, so that a change of one is a change of one line."""
    if isinstance(value, dict):
        named = [(f"{name}:", inside) for name, inside in value.items()]
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        named = [(f"{number}.", inside) for number, inside in enumerate(value, start=1)]
    else:
        return [indent + _plain(value)]
    lines = []
    for name, inside in named:
        if isinstance(inside, dict) or (
            isinstance(inside, list) and inside and isinstance(inside[0], dict | list)
        ):
            lines += [indent + name, *_written(inside, indent + "  ")]
        else:
            lines.append(f"{indent}{name} {_plain(inside)}")
    return lines


def _plain(value: Any) -> str:  # noqa: ANN401 - as above
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _compared(before: list[str], after: list[str]) -> list[Line]:
    lines = []
    for what, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            lines += [Line("same", text) for text in before[start:end]]
        else:
            lines += [Line("gone", text) for text in before[start:end]]
            lines += [Line("new", text) for text in after[first:last]]
    return lines
