"""A word or two, compared with the accepted answers.

`data`: ``{"accepted": ["chain rule", "*rule*"], "case": false, "accents": false}``. An asterisk stands for
any text. Case and accents count only where the author says so; spaces at the ends and doubled ones never do.
"""

import random
import unicodedata

from django.utils.translation import gettext as _

from quizzes.kinds.base import Data, QuestionKind, Score, Value

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
        accepted = [str(one).strip() for one in data.get("accepted", [])]
        if not accepted or not all(accepted):
            return [_("Give at least one accepted answer, and none that is empty.")]
        return [_('"*" alone would accept everything.')] if any(not a.strip("*") for a in accepted) else []

    def order(self, data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
        """See `QuestionKind`."""
        return []

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        return {"text": value[0] if value else "", "unit": "", "mode": "text"}

    def score(self, data: Data, value: Value) -> Score:
        """Return 1 for an accepted answer, else 0."""
        rules = {"case": bool(data.get("case")), "accents": bool(data.get("accents"))}
        text = normal_form(value[0], **rules) if len(value) == 1 else ""
        accepted = [normal_form(str(one), **rules) for one in data.get("accepted", [])]
        return Score(float(bool(text) and any(matches(text, pattern) for pattern in accepted)))

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return [str(one) for one in data.get("accepted", [])][:1]

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return [f"`{part}`" for part in value if part.strip()]
