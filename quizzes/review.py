"""A question as the page asks it, and as the review shows it."""

from dataclasses import dataclass

from quizzes import queries
from quizzes.kinds import KINDS, Data, Pictured
from quizzes.models import Attempt
from quizzes.replay import standing_answers


@dataclass(frozen=True)
class AskedQuestion:
    """A question to be answered; it holds nothing that tells the right answer."""

    position: int
    name: str
    body: str
    points: float
    template: str
    fields: Data
    answered: bool


@dataclass(frozen=True)
class ReviewedQuestion:
    """A question with what was answered, what was right, and what it earned."""

    position: int
    body: str
    points: float | None
    max_points: float
    said: list[str]
    solution: list[str]
    feedback: str
    explanation: str
    template: str
    picture: Data

    @property
    def tone(self) -> str:
        """The tone the design gives it."""
        if self.points is None:
            return ""
        return "good" if self.points >= self.max_points else "warn" if self.points > 0 else "bad"


def asked_questions(attempt: Attempt) -> list[AskedQuestion]:
    """Return the attempt's questions in its order, with the answers that stand."""
    answers = standing_answers(queries.log_of(attempt))
    asked = []
    for item in queries.items_of(attempt):
        kind, answer = KINDS[item.version.kind], answers.get(item.position)
        value = answer.value if answer else None
        asked.append(
            AskedQuestion(
                position=item.position,
                name=f"q{item.position}",
                body=item.version.body,
                points=item.max_points,
                template=kind.template,
                fields=kind.fields(item.data, item.option_order, value),
                answered=any(part.strip() for part in value or []),
            )
        )
    return asked


def reviewed_questions(attempt: Attempt) -> list[ReviewedQuestion]:
    """Return the attempt's questions with everything, right answers included."""
    answers = standing_answers(queries.log_of(attempt))
    reviewed = []
    for item in queries.items_of(attempt):
        kind, answer = KINDS[item.version.kind], answers.get(item.position)
        value, data = (answer.value if answer else []), item.data
        reviewed.append(
            ReviewedQuestion(
                position=item.position,
                body=item.version.body,
                points=item.points,
                max_points=item.max_points,
                said=kind.said(data, value),
                solution=kind.solution(data),
                feedback=kind.score(data, value).feedback,
                explanation=item.version.explanation,
                template=kind.review_template if isinstance(kind, Pictured) else "",
                picture=kind.picture(data, value) if isinstance(kind, Pictured) else {},
            )
        )
    return reviewed
