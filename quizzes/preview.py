"""A question of the bank as students see it, and an answer to it tried out; nothing is stored."""

import random
from dataclasses import dataclass

from quizzes import checking
from quizzes.kinds import KINDS, Data, Pictured, QuestionKind, Value
from quizzes.phases import EVERYTHING
from quizzes.review import AskedQuestion, ReviewedQuestion

#: Fields of the answer are called as those of an attempt's first question.
POSITION = 1
NAME = f"q{POSITION}"


@dataclass(frozen=True)
class Preview:
    """A question as it is asked, with the answer tried out, if one was.

    `is_drawn` tells that another `seed` gives another variant or order; `outcome` is what the review would
    show, and `percent` how right the answer is: None where a worker or a person must say.
    """

    question: AskedQuestion
    seed: int
    is_drawn: bool
    graded_by: str
    hints: list[str]
    outcome: ReviewedQuestion | None = None
    percent: float | None = None
    #: Where a worker must say how right the answer is: by which name to ask for it.
    trial: str = ""


@dataclass(frozen=True)
class Content:
    """What of a version the preview shows."""

    kind: str
    body: str
    data: Data
    explanation: str = ""
    hints: tuple[str, ...] = ()
    points: float = 1.0


def preview(content: Content, *, seed: int, value: Value, tried: bool) -> Preview:
    """Draw the variant that `seed` gives, and with `tried` judge the answer `value`."""
    kind = KINDS[content.kind]
    variant = checking.variant(content.kind, content.data, seed)
    data = content.data | variant
    order = kind.order(data, random.Random(seed), shuffle=True)  # noqa: S311 - an order to look at
    judged = tried and kind.graded_by == "rule"
    score = kind.score(data, value) if judged else None
    return Preview(
        question=_asked(content, kind, kind.fields(data, order, value or None)),
        seed=seed,
        is_drawn=bool(variant or order),
        graded_by=kind.graded_by,
        hints=list(content.hints),
        outcome=_outcome(content, kind, data, value, score.fraction if score else None) if tried else None,
        percent=100 * score.fraction if score else None,
    )


def _asked(content: Content, kind: QuestionKind, fields: Data) -> AskedQuestion:
    return AskedQuestion(
        position=POSITION,
        name=NAME,
        body="" if kind.draws_body else content.body,
        text=content.body,
        points=content.points,
        template=kind.template,
        fields=fields,
        answered=False,
    )


def _outcome(
    content: Content, kind: QuestionKind, data: Data, value: Value, fraction: float | None
) -> ReviewedQuestion:
    pictured = isinstance(kind, Pictured)
    return ReviewedQuestion(
        position=POSITION,
        body="",
        text=content.body,
        shown=EVERYTHING,
        points=None if fraction is None else fraction * content.points,
        max_points=content.points,
        said=kind.said(data, value),
        solution=kind.solution(data),
        feedback="" if fraction is None else kind.score(data, value).feedback,
        explanation=content.explanation,
        template=kind.review_template if pictured and isinstance(kind, Pictured) else "",
        picture=kind.picture(data, value) if pictured and isinstance(kind, Pictured) else {},
    )
