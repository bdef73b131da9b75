"""A question as the page asks it, and as the review shows it."""

from dataclasses import dataclass

from quizzes import queries
from quizzes.kinds import KINDS, Data, Pictured, Value
from quizzes.models import Attempt, AttemptItem, SecondLook, Section
from quizzes.phases import EVERYTHING, Shown
from quizzes.replay import standing_answers


@dataclass(frozen=True)
class AskedQuestion:
    """A question to be answered; it holds nothing that tells the right answer.

    `body` is empty where the kind's template draws the question's `text` itself, with fields in it.
    """

    position: int
    name: str
    body: str
    text: str
    points: float
    template: str
    fields: Data
    answered: bool
    #: The section that begins with this question.
    section: Section | None = None


@dataclass(frozen=True)
class ReviewedQuestion:
    """A question with what was answered, what was right, and what it earned, as far as it is `shown`."""

    position: int
    body: str
    text: str
    shown: frozenset[Shown]
    points: float | None
    max_points: float
    said: list[str]
    solution: list[str]
    feedback: str
    explanation: str
    template: str
    picture: Data
    #: None in a preview, which belongs to no attempt.
    item_id: int | None = None
    #: What a person who graded it says.
    comment: str = ""
    second_look: SecondLook | None = None

    @property
    def may_be_asked_about(self) -> bool:
        """Whether the student sees enough to ask for a second look."""
        return self.item_id is not None and {Shown.ANSWERS, Shown.POINTS} <= self.shown

    @property
    def tone(self) -> str:
        """The tone the design gives it; none where the points are not known or not shown."""
        if self.points is None:
            return ""
        return "good" if self.points >= self.max_points else "warn" if self.points > 0 else "bad"


def asked_questions(attempt: Attempt) -> list[AskedQuestion]:
    """Return the attempt's questions in its order, with the answers that stand."""
    answers = standing_answers(queries.log_of(attempt))
    asked, inside = [], None
    for item in queries.items_of(attempt):
        section = item.slot.section if item.slot else None
        kind, answer = KINDS[item.version.kind], answers.get(item.position)
        value = answer.value if answer else None
        asked.append(
            AskedQuestion(
                position=item.position,
                name=f"q{item.position}",
                body="" if kind.draws_body else item.version.body,
                text=item.version.body,
                points=item.max_points,
                template=kind.template,
                fields=kind.fields(item.data, item.option_order, value),
                answered=any(part.strip() for part in value or []),
                section=section if section != inside else None,
            )
        )
        inside = section
    return asked


def reviewed_questions(attempt: Attempt, *, shown: frozenset[Shown] = EVERYTHING) -> list[ReviewedQuestion]:
    """Return the attempt's questions with what of the review is `shown`; the rest is empty.

    What is not shown is not in what a template gets, so no template can give it away.
    """
    answers = standing_answers(queries.log_of(attempt))
    looks = {look.item_id: look for look in queries.second_looks(attempt)}
    reviewed = []
    for item in queries.items_of(attempt):
        answer = answers.get(item.position)
        reviewed.append(_reviewed(item, answer.value if answer else [], shown, looks.get(item.pk)))
    return reviewed


def _reviewed(
    item: AttemptItem, value: Value, shown: frozenset[Shown], look: SecondLook | None
) -> ReviewedQuestion:
    kind, data = KINDS[(item.scored_by or item.version).kind], item.data
    pictured = isinstance(kind, Pictured) and {Shown.ANSWERS, Shown.SOLUTION} <= shown
    feedback = str(item.verdict.get("feedback", "")) or kind.score(data, value).feedback
    return ReviewedQuestion(
        position=item.position,
        body="" if kind.draws_body and pictured else kind.bare(item.version.body),
        text=item.version.body,
        shown=shown,
        points=item.points if Shown.POINTS in shown else None,
        max_points=item.max_points,
        said=kind.said(data, value) if Shown.ANSWERS in shown else [],
        solution=kind.solution(data) if Shown.SOLUTION in shown else [],
        feedback=feedback if Shown.FEEDBACK in shown else "",
        explanation=item.version.explanation if Shown.EXPLANATION in shown else "",
        template=kind.review_template if pictured and isinstance(kind, Pictured) else "",
        picture=kind.picture(data, value) if pictured and isinstance(kind, Pictured) else {},
        item_id=item.pk,
        comment=item.comment if Shown.FEEDBACK in shown else "",
        second_look=look,
    )
