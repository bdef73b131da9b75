"""A word or two, compared with the accepted answers.

`data`: ``{"accepted": ["chain rule", {"text": "*rule*", "fraction": 0.5, "feedback": "Which one?",
"misconception": ""}], "case": false, "accents": false}``. An asterisk stands for any text. Case and accents
count only where the author says so; spaces at the ends and doubled ones never do. An entry earns its
``fraction`` (-1 to 1; 1 where none is given); one that earns nothing gives its feedback to a known mistake.
Of several that fit the best counts.

An answer is one field.
"""

import unicodedata

from django.utils.translation import gettext as _

from quizzes.kinds.base import Data, QuestionKind, Score, Value, is_share, quoted, text_problems

MAX_LENGTH = 500


def normal_form(text: str, *, case: bool, accents: bool) -> str:
    """Return `text` in the form in which it is compared."""
    text = unicodedata.normalize("NFKC", text[:MAX_LENGTH])
    if not case:
        text = unicodedata.normalize("NFKC", text.casefold())
    if not accents:
        apart = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(unicodedata.normalize("NFC", text).split())


def matches(text: str, pattern: str) -> bool:
    """Tell whether `text` is `pattern`, in which * stands for any text; time grows with the length only."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    *middle, last = rest
    if not text.startswith(first) or len(text) < len(first) + len(last) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


class ShortText(QuestionKind):
    """One line in which words are written."""

    template = "quizzes/kinds/_line.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = []
        accepted = data.get("accepted")
        if not isinstance(accepted, list) or not all(isinstance(one, str | dict) for one in accepted):
            return [_("Give at least one accepted answer, and none that is empty.")]
        if any(not isinstance(data.get(name, False), bool) for name in ("case", "accents")):
            found.append(_("Whether case and accents count is either true or false."))
        entries = _entries(data)
        for entry in entries:
            found += text_problems(entry, "text", "feedback", "misconception")
            if not is_share(entry.get("fraction", 1), -1):
                found.append(_("The share of an answer is a number from -1 to 1."))
        if found:
            return list(dict.fromkeys(found))
        if not all(entry.get("text", "").strip() for entry in entries):
            found.append(_("Give at least one accepted answer, and none that is empty."))
        elif not any(_fraction(entry) == 1 for entry in entries):
            found.append(_("One of the answers must earn all points."))
        elif any(not entry["text"].strip(" *") and _fraction(entry) > 0 for entry in entries):
            found.append(_('"*" alone would accept everything.'))
        return found

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        return {"text": value[0] if value else "", "unit": "", "mode": "text"}

    def score(self, data: Data, value: Value) -> Score:
        """Return what the best entry earns that fits, else 0."""
        rules = {"case": bool(data.get("case")), "accents": bool(data.get("accents"))}
        text = normal_form(value[0], **rules) if len(value) == 1 else ""
        if not text:
            return Score(0)
        fitting = [one for one in _entries(data) if matches(text, normal_form(str(one["text"]), **rules))]
        best = max(fitting, key=_fraction, default=None)
        if best is None:
            return Score(0)
        return Score(_fraction(best), str(best.get("feedback", "")), str(best.get("misconception", "")))

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return [quoted(str(one["text"])) for one in _entries(data) if _fraction(one) == 1][:1]

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return [quoted(part) for part in value if part.strip()]


def _entries(data: Data) -> list[Data]:
    return [one if isinstance(one, dict) else {"text": str(one)} for one in data.get("accepted", [])]


def _fraction(entry: Data) -> float:
    return float(entry.get("fraction", 1))
