"""A question as the page asks it, as practice checks it, and as the review shows it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from classroom import markdown
from quizzes import queries
from quizzes.kinds import KINDS, Data, Pictured, Score, Value
from quizzes.marks import checks_allowed, found, is_answered, is_being_checked
from quizzes.models import Attempt, AttemptItem, Marking, Quiz, SecondLook, Section
from quizzes.phases import EVERYTHING, Shown, shown_during
from quizzes.replay import Standing, standing_answers
from quizzes.scoring import CERTAIN_RIGHT, CERTAIN_WRONG


@dataclass(frozen=True)
class Stake:
    """What an answer given with some certainty earns if it is right, and costs if it is wrong."""

    level: int
    label: str
    right: float
    wrong: float
    chosen: bool


@dataclass(frozen=True)
class Checked:
    """What is said about an answer before it is handed in; `fraction` is None where that is not known."""

    answered: bool
    fraction: float | None
    feedback: str
    explanation: str = ""
    solution: list[str] = field(default_factory=list)
    #: Who must still look at it: "worker", "person", or "sandbox" where a worker cannot at the moment.
    waits_for: str = ""

    @property
    def tone(self) -> str:
        """The tone the design gives it."""
        if self.fraction is None or not self.answered:
            return ""
        return "good" if self.fraction >= 1 else "warn" if self.fraction > 0 else "bad"


@dataclass(frozen=True)
class AskedQuestion:
    """A question to be answered; it holds nothing that tells the right answer, unless practice checked it.

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
    #: Points that a wrong answer costs.
    penalty: float = 0
    stakes: list[Stake] = field(default_factory=list)
    #: Those that were taken.
    hints: list[str] = field(default_factory=list)
    next_hint: int | None = None
    checked: Checked | None = None
    #: Whether the solution is shown on demand.
    solvable: bool = False
    #: How often this question may still be checked in a quiz that counts; None: it is no such question.
    checks_left: int | None = None

    @property
    def is_touched(self) -> bool:
        """Whether the student has answered it, or is offered help with it."""
        helped = self.hints or self.next_hint or self.checked or self.checks_left is not None
        return bool(self.answered or helped)


def asked_questions(
    attempt: Attempt, *, checked: Collection[int] = (), solved: Collection[int] = ()
) -> list[AskedQuestion]:
    """Return the attempt's questions in its order, with the answers that stand.

    `checked` and `solved` are the positions of questions whose answer is judged at once, in practice.
    """
    fresh = attempt.just_given  # nothing has been answered or asked for yet
    answers = standing_answers([] if fresh else queries.log_of(attempt))
    # What an author lets a sandbox check in a quiz that counts is told whole.
    shown = shown_during(attempt.quiz) if attempt.quiz.practice else EVERYTHING
    solvable = attempt.quiz.practice and Shown.SOLUTION in shown
    shows_hints = attempt.quiz.practice or attempt.quiz.hint_cost_percent is not None
    hints = queries.hints_of(attempt) if shows_hints and not fresh else Counter()
    items = fresh or queries.items_of(attempt)
    allowed = {item.position: checks_allowed(item, attempt.quiz) for item in items}
    checks = queries.checks_of(attempt) if any(allowed.values()) and not fresh else Counter()
    asked: list[AskedQuestion] = []
    section: Section | None = None
    for item in items:
        kind, answer = KINDS[item.version.kind], answers.get(item.position)
        value = answer.value if answer else None
        taken = hints[item.position]
        its_section = item.slot.section if item.slot else None
        asked.append(
            AskedQuestion(
                position=item.position,
                name=f"q{item.position}",
                body="" if kind.draws_body else item.version.body,
                text=item.version.body,
                points=item.max_points,
                template=kind.template,
                fields=kind.fields(item.data, item.option_order, value),
                answered=is_answered(value or []),
                penalty=item.max_points * item.version.penalty if _penalises(attempt.quiz) else 0,
                stakes=_stakes(item, attempt.quiz, answer),
                hints=item.version.hints[:taken],
                next_hint=taken + 1 if shows_hints and taken < len(item.version.hints) else None,
                section=its_section if its_section != section else None,
                checked=_checked(item, answer, shown, solution=solvable and item.position in solved)
                if _tells(item, value, attempt.quiz, checked, solved)
                else None,
                solvable=solvable,
                checks_left=max(0, allowed[item.position] - checks[item.position])
                if allowed[item.position]
                else None,
            )
        )
        section = its_section
    return asked


def _tells(
    item: AttemptItem, value: Value | None, quiz: Quiz, checked: Collection[int], solved: Collection[int]
) -> bool:
    """Whether the page says how right the answer is: in practice on demand, else what a worker was asked."""
    asked = found(item, value or []) is not None or is_being_checked(item, value or [])
    if not quiz.practice:
        return asked and checks_allowed(item, quiz) > 0
    by_worker = KINDS[(item.scored_by or item.version).kind].graded_by == "worker"
    return item.position in solved or (item.position in checked and (asked or not by_worker or not value))


def _penalises(quiz: Quiz) -> bool:
    return quiz.marking == Marking.PLAIN


def _stakes(item: AttemptItem, quiz: Quiz, answer: Standing | None) -> list[Stake]:
    if quiz.marking != Marking.CERTAINTY:
        return []
    labels = {1: _("not sure"), 2: _("fairly sure"), 3: _("sure")}
    return [
        Stake(
            level=level,
            label=labels[level],
            right=round(item.max_points * CERTAIN_RIGHT[level], 2),
            wrong=round(-item.max_points * CERTAIN_WRONG[level], 2) + 0.0,
            chosen=bool(answer and answer.certainty == level),
        )
        for level in labels
    ]


def _checked(
    item: AttemptItem, answer: Standing | None, shown: frozenset[Shown], *, solution: bool
) -> Checked:
    kind = KINDS[item.version.kind]
    value = answer.value if answer else []
    score = judged(item, value)
    return Checked(
        answered=is_answered(value),
        fraction=score.fraction if score and shown & {Shown.POINTS, Shown.FEEDBACK} else None,
        feedback=score.feedback if score and Shown.FEEDBACK in shown else "",
        explanation=item.version.explanation if solution and Shown.EXPLANATION in shown else "",
        solution=kind.solution(item.data) if solution else [],
        waits_for=_waits_for(item, value) if score is None else "",
    )


def _waits_for(item: AttemptItem, value: Value) -> str:
    if KINDS[(item.scored_by or item.version).kind].graded_by == "person":
        return "person"
    if not is_being_checked(item, value):
        return ""
    return "sandbox" if "problem" in item.verdict else "worker"


def judged(item: AttemptItem, value: Value) -> Score | None:
    """Return how right an answer is: by rule, or as a worker found; None where nobody has looked yet."""
    kind = KINDS[(item.scored_by or item.version).kind]
    if kind.graded_by == "rule":
        return kind.score(item.data, value)
    return found(item, value)


def told_answers(attempt_id: int, answers: dict[int, Standing]) -> list[dict[str, Any]]:
    """Return answers from another tab as its page tells them to the student: values, and in words."""
    items = AttemptItem.objects.filter(attempt=attempt_id, position__in=answers).select_related(
        "version", "scored_by"
    )
    return [
        {
            "position": item.position,
            "value": answers[item.position].value,
            "certainty": answers[item.position].certainty,
            "said": ", ".join(
                markdown.to_html(text, inline=True)
                for text in KINDS[item.version.kind].said(item.data, answers[item.position].value)
            ),
        }
        for item in items
    ]


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
    #: How sure the student was, in words.
    certainty: str = ""
    hints: int = 0
    #: Who must still grade it: "worker" or "person".
    waits_for: str = ""
    #: Why a worker could not check it yet.
    problem: str = ""

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


def reviewed_questions(
    attempt: Attempt, *, shown: frozenset[Shown] = EVERYTHING, slot: int | None = None
) -> list[ReviewedQuestion]:
    """Return the attempt's questions with what of the review is `shown`; the rest is empty.

    With `slot` only those of the quiz's place with this position: several where several are drawn.

    What is not shown is not in what a template gets, so no template can give it away.
    """
    answers = standing_answers(queries.log_of(attempt))
    whole = slot is None  # a discussion of one question tells neither second looks nor hints
    looks = {look.item_id: look for look in queries.second_looks(attempt)} if whole else {}
    hints = queries.hints_of(attempt) if whole else Counter()
    return [
        replace(
            _reviewed(item, answers.get(item.position), attempt, shown),
            hints=hints[item.position],
            second_look=looks.get(item.pk),
        )
        for item in queries.items_of(attempt)
        if slot is None or (item.slot is not None and item.slot.position == slot)
    ]


def _reviewed(
    item: AttemptItem, answer: Standing | None, attempt: Attempt, shown: frozenset[Shown]
) -> ReviewedQuestion:
    kind, data = KINDS[(item.scored_by or item.version).kind], item.data
    value = answer.value if answer else []
    pictured = isinstance(kind, Pictured) and {Shown.ANSWERS, Shown.SOLUTION} <= shown
    score = judged(item, value)
    certain = next((one.label for one in _stakes(item, attempt.quiz, answer) if one.chosen), "")
    return ReviewedQuestion(
        position=item.position,
        body="" if kind.draws_body and pictured else kind.bare(item.version.body),
        text=item.version.body,
        shown=shown,
        points=item.points if Shown.POINTS in shown else None,
        max_points=item.max_points,
        said=kind.said(data, value) if Shown.ANSWERS in shown else [],
        solution=kind.solution(data) if Shown.SOLUTION in shown else [],
        feedback=score.feedback if score and Shown.FEEDBACK in shown else "",
        explanation=item.version.explanation if Shown.EXPLANATION in shown else "",
        template=kind.review_template if pictured and isinstance(kind, Pictured) else "",
        picture=kind.picture(data | {"shown_order": item.option_order}, value)
        if pictured and isinstance(kind, Pictured)
        else {},
        item_id=item.pk,
        comment=item.comment if Shown.FEEDBACK in shown else "",
        certainty=certain,
        waits_for=kind.graded_by if item.points is None and attempt.finished_at else "",
        problem=str(item.verdict.get("problem", "")) if item.points is None else "",
    )
