"""Questions out as GIFT. Ordering, text with gaps and whatever the engine checks have no place in it."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from quizzes.formats import html, weights
from quizzes.formats.draft import Draft, Problem, Unreadable
from quizzes.formats.gift_text import escape, note
from quizzes.formats.writing import (
    accepted_entries,
    each,
    number,
    refuse_kind,
    warn_of_lost,
    widest_tolerance,
)
from quizzes.kinds import Data

KINDS = ("single", "multiple", "true_false", "numeric", "short_text", "matching", "essay")
LOST = ("rubric", "min_words", "max_words", "lines", "template", "notes", "units", "unit_required")


def write(drafts: Sequence[Draft]) -> tuple[bytes, list[Problem]]:
    """Return the file and what could not be written."""
    blocks, problems = each(drafts, _block)
    category, lines = "", []
    for draft, block in blocks:
        if draft.category != category:
            category = draft.category
            lines.append(f"$CATEGORY: $course$/top/{escape(category)}\n")
        lines.append(block)
    return "\n".join(lines).encode(), problems


def _block(draft: Draft, problems: list[Problem]) -> str:
    if draft.kind not in KINDS:
        raise refuse_kind(draft, "GIFT")
    if draft.pictures:
        problems.append(
            Problem(_("“%s”: GIFT has no pictures; their names stay.") % draft.title, is_warning=True)
        )
    warn_of_lost(draft, LOST, "GIFT", problems)
    answers = _WRITERS[draft.kind](draft.data)
    if draft.explanation:
        answers = answers.rstrip("\n") + f"\n\t####{_text(draft.explanation)}\n"
    body = escape(draft.body)
    return f"{_notes(draft)}::{escape(draft.title)}::[markdown]{body}{{{answers}}}\n"


def _notes(draft: Draft) -> str:
    """Return the comment that carries what GIFT has no sign for."""
    notes = [note("id", draft.reference)] if draft.reference else []
    notes += [note("tag", tag) for tag in draft.tags]
    notes += [note("points", number(draft.points))] if draft.points != 1 else []
    notes += [note("penalty", number(draft.penalty))] if draft.penalty else []
    notes += [note("hint", hint) for hint in draft.hints]
    notes += [note("unit", draft.data["unit"])] if draft.data.get("unit") else []
    notes += [note(name, 1) for name in ("case", "accents", "all_or_nothing") if draft.data.get(name) is True]
    return f"// {' '.join(notes)}\n" if notes else ""


def _text(text: str) -> str:
    """Return an answer's text; one that begins like the name of a format gets its own before it."""
    return ("[markdown]" if text.startswith("[") else "") + escape(text)


def _words(text: str) -> str:
    """Return a text that is no rich text."""
    return ("[plain]" if text.startswith("[") or html.looks_like_html(text) else "") + escape(text)


def _said(feedback: str) -> str:
    return f"#{_text(feedback)}" if feedback else ""


def _choice(data: Data, *, is_single: bool) -> str:
    lines = []
    for one, share in zip(data["options"], weights.shares(data, is_single=is_single), strict=True):
        sign = "=" if is_single and one.get("right") else "~"
        has_weight = one["text"].lstrip().startswith("%") or (share and sign == "~")
        weight = f"%{weights.write_percent(share)}%" if has_weight else ""
        lines.append(f"\n\t{sign}{weight}{_text(one['text'])}{_said(one.get('feedback', ''))}")
    return "".join(lines) + "\n"


def _true_false(data: Data) -> str:
    right = bool(data["right"])
    wrong_said, right_said = (data.get(f"feedback_{str(value).lower()}", "") for value in (not right, right))
    said = f"#{_text(wrong_said)}#{_text(right_said)}" if right_said else _said(wrong_said)
    return ("TRUE" if right else "FALSE") + said


def _short_text(data: Data) -> str:
    lines = []
    for text, share, feedback in accepted_entries(data):
        if "->" in text + feedback:
            raise Unreadable(
                _("GIFT takes “->” in an answer for a matching question: export it as Moodle XML.")
            )
        lines.append(f"\n\t=%{weights.write_percent(share)}%{_words(text)}{_said(feedback)}")
    return "".join(lines) + "\n"


def _numeric(data: Data) -> str:
    lines = []
    for answer in data["answers"]:
        tolerance = widest_tolerance(answer)
        value = f"{number(answer['value'])}:{number(tolerance)}" if tolerance else number(answer["value"])
        share = weights.write_percent(float(answer.get("fraction", 1)))
        lines.append(f"\n\t=%{share}%{value}{_said(answer.get('feedback', ''))}")
    return "#" + "".join(lines) + "\n"


def _matching(data: Data) -> str:
    pairs = [(pair["left"], pair["right"]) for pair in data["pairs"]]
    pairs += [("", text) for text in data.get("distractors", [])]
    if any("->" in left for left, _right in pairs):
        raise Unreadable(_("GIFT has no way to write “->” in a pair: export it as Moodle XML."))
    return "".join(f"\n\t={_text(left)} -> {_words(right)}" for left, right in pairs) + "\n"


def _essay(data: Data) -> str:
    return ""


_WRITERS = {
    "single": lambda data: _choice(data, is_single=True),
    "multiple": lambda data: _choice(data, is_single=False),
    "true_false": _true_false,
    "numeric": _numeric,
    "short_text": _short_text,
    "matching": _matching,
    "essay": _essay,
}
