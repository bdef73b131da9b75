"""What all exports share: one question at a time, a named problem for each that a format cannot carry."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.utils.translation import gettext as _

from quizzes.formats.draft import Draft, Problem, Unreadable
from quizzes.kinds import Data
from quizzes.models import Kind

Made = TypeVar("Made")


def each(
    drafts: Sequence[Draft], write: Callable[[Draft, list[Problem]], Made]
) -> tuple[list[tuple[Draft, Made]], list[Problem]]:
    """Write each draft; what cannot be written becomes a problem."""
    made: list[tuple[Draft, Made]] = []
    problems: list[Problem] = []
    for draft in drafts:
        try:
            made.append((draft, write(draft, problems)))
        except Unreadable as refusal:
            problems.append(Problem(f"“{draft.title}”: {refusal.message}"))
    return made, problems


def refuse_kind(draft: Draft, format_name: str) -> Unreadable:
    """Return the reason why a kind has no place in a format."""
    kind = Kind(draft.kind).label if draft.kind in Kind.values else draft.kind
    return Unreadable(
        _("%(format)s has no questions of the kind “%(kind)s”: CSV carries every kind.")
        % {"format": format_name, "kind": kind}
    )


def warn_of_lost(draft: Draft, names: Sequence[str], format_name: str, problems: list[Problem]) -> None:
    """Say which details a format has no place for; the names of wrong ideas are no format's but ours."""
    lost = [name for name in names if draft.data.get(name)]
    lost += ["misconception"] if _names_wrong_ideas(draft.data) else []
    if lost:
        message = _("“%(title)s”: %(format)s has no place for %(names)s; it was left out.")
        values = {"title": draft.title, "format": format_name, "names": ", ".join(lost)}
        problems.append(Problem(message % values, is_warning=True))


def _names_wrong_ideas(data: object) -> bool:
    """Tell whether an answer somewhere in the question has a misconception."""
    if isinstance(data, dict):
        return bool(data.get("misconception")) or _names_wrong_ideas(list(data.values()))
    return isinstance(data, list) and any(map(_names_wrong_ideas, data))


def number(value: float) -> str:
    """Return a number as files write it: 5, 0.5, 1e-07."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def widest_tolerance(answer: Data) -> float:
    """Return the tolerance of a numeric answer as other systems know it: absolute."""
    relative = float(answer.get("relative", 0)) * abs(float(answer["value"]))
    return max(float(answer.get("absolute", 0)), float(f"{relative:.14g}"))


def accepted_entries(data: Data) -> list[tuple[str, float, str]]:
    """Return the accepted texts of a short answer with their share of the points and their feedback."""
    entries = [one if isinstance(one, dict) else {"text": str(one)} for one in data["accepted"]]
    return [
        (str(one["text"]), float(one.get("fraction", 1)), str(one.get("feedback", ""))) for one in entries
    ]
