"""Cloze: a text with gaps; the question's text says with {{1}}, {{2}} ... where they are.

`data`: ``{"gaps": [{"kind": "short_text" | "numeric" | "single", "data": {...}, "points": 1}, ...]}``, where
``data`` is what that kind takes and ``points`` how much the gap counts beside the others (1 where none is
given). A gap of options is a list to choose from, whose texts are shown as they are, without Markdown.

An answer has a field for each gap: its text, of a choice the option's place; "" where it is open.
"""

import random
import re

from django.utils.translation import gettext as _

from quizzes.kinds import base
from quizzes.kinds.base import Data, QuestionKind, Score, Value
from quizzes.kinds.numeric import Numeric
from quizzes.kinds.short_text import ShortText
from quizzes.kinds.single import Single

GAP = re.compile(r"\{\{\s*(\d{1,2})\s*\}\}", re.ASCII)
MOST = 40
_KINDS: dict[str, QuestionKind] = {"short_text": ShortText(), "numeric": Numeric(), "single": Single()}


class Cloze(QuestionKind):
    """A field in the text for each gap."""

    template = "quizzes/kinds/_cloze.html"
    review_template = "quizzes/kinds/_cloze_review.html"
    draws_body = True

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = base.shape_problems(data, "gaps", dict)
        gaps = base.rows_of(data, "gaps")
        if not found and not 1 <= len(gaps) <= MOST:
            found.append(_("Give one to %(most)d gaps.") % {"most": MOST})
        for number, gap in enumerate(gaps, start=1):
            kind, inner = gap.get("kind"), gap.get("data")
            if not isinstance(kind, str) or kind not in _KINDS or not isinstance(inner, dict):
                problems = [_("choose one of these kinds: %(names)s.") % {"names": ", ".join(_KINDS)}]
            else:
                problems = _KINDS[kind].problems(inner)
            points = gap.get("points", 1)
            if not base.is_number(points) or points <= 0:
                problems.append(_("Its points are a number above 0."))
            found += [
                _("Gap %(number)d: %(problem)s") % {"number": number, "problem": problem}
                for problem in problems
            ]
        return found

    def body_problems(self, data: Data, body: str) -> list[str]:
        """Return which gaps the text lacks, has twice, or has although they are not described."""
        named = [int(number) for number in GAP.findall(body)]
        wanted = range(1, len(base.rows_of(data, "gaps")) + 1)
        found = []
        for number in wanted:
            if named.count(number) != 1:
                found.append(
                    _("Write %(gap)s once in the text, where gap %(number)d is.")
                    % {"gap": f"{{{{{number}}}}}", "number": number}
                )
        for number in sorted(set(named) - set(wanted)):
            found.append(
                _("The text has the gap %(gap)s, which is not described.") % {"gap": f"{{{{{number}}}}}"}
            )
        return found

    def bare(self, body: str) -> str:
        """See `QuestionKind`."""
        return GAP.sub(r"**\[\1\]**", body)

    def order(self, data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
        """Return the orders of all gaps' options, one after the other."""
        return [
            place for kind, inner, _points in _gaps(data) for place in kind.order(inner, rng, shuffle=shuffle)
        ]

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        gaps, left, drawn = _gaps(data), list(order), []
        for number, ((kind, inner, _points), text) in enumerate(
            zip(gaps, base.padded(value, len(gaps)), strict=True), start=1
        ):
            count = len(base.options_of(inner)) if isinstance(kind, Single) else 0
            own, left = left[:count] or list(range(count)), left[count:]
            drawn.append({"number": number} | kind.fields(inner, own, [text] if text else None))
        return {"gaps": drawn}

    def score(self, data: Data, value: Value) -> Score:
        """Return the mean of what the gaps earn, weighted by their points, and what each has to say."""
        gaps = _gaps(data)
        scores = _scores(data, value)
        if not gaps:
            return Score(0)
        earned = sum(score.fraction * points for score, (_k, _d, points) in zip(scores, gaps, strict=True))
        told = [f"{number}: {one.feedback}" for number, one in enumerate(scores, start=1) if one.feedback]
        return Score(
            max(-1.0, min(1.0, earned / sum(points for _k, _d, points in gaps))),
            "\n\n".join(told),
            next((score.misconception for score in scores if score.misconception), ""),
        )

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        right = [" / ".join(kind.solution(inner)) for kind, inner, _points in _gaps(data)]
        return [f"{number}: {text}" for number, text in enumerate(right, start=1)]

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        told = [(n, " ".join(kind.said(inner, answer))) for n, kind, inner, answer in _answered(data, value)]
        return [f"{number}: {text}" for number, text in told if text]

    def picture(self, data: Data, value: Value) -> Data:
        """Return for each gap what was written and what is right."""
        scores = _scores(data, value)
        return {
            "gaps": [
                {
                    "number": number,
                    "said": " ".join(kind.said(inner, answer)),
                    "key": " / ".join(kind.solution(inner)),
                    "right": score.fraction == 1,
                    "partly": 0 < score.fraction < 1,
                }
                for (number, kind, inner, answer), score in zip(_answered(data, value), scores, strict=True)
            ]
        }


def _gaps(data: Data) -> list[tuple[QuestionKind, Data, float]]:
    return [
        (_KINDS[str(gap["kind"])], gap["data"], float(gap.get("points", 1)))
        for gap in base.rows_of(data, "gaps")
    ]


def _answered(data: Data, value: Value) -> list[tuple[int, QuestionKind, Data, Value]]:
    gaps = _gaps(data)
    texts = base.padded(value, len(gaps))
    return [
        (number, kind, inner, [text] if text.strip() else [])
        for number, ((kind, inner, _points), text) in enumerate(zip(gaps, texts, strict=True), start=1)
    ]


def _scores(data: Data, value: Value) -> list[Score]:
    return [kind.score(inner, answer) for _number, kind, inner, answer in _answered(data, value)]
