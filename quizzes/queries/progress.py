"""Where a quiz stands, and what its instructor does next."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from quizzes.models import Attempt, Quiz
from quizzes.phases import Phase, is_released
from quizzes.queries.drawers import missing_draws
from quizzes.queries.endings import Ending, endings


class Step(TextChoices):
    """What is done with a quiz, one after the other."""

    QUESTIONS = "questions", _("Choose questions")
    PUBLISH = "publish", _("Show it to students")
    OPEN = "open", _("Open")
    WATCH = "watch", _("Watch")
    CLOSE = "close", _("Close")
    RELEASE = "release", _("Release the review")


class State(TextChoices):
    """A quiz's state in words."""

    DRAFT = "draft", _("Draft: only staff see it")
    PLANNED = "planned", _("Not shown to students yet")
    READY = "ready", _("Shown to students, not open yet")
    OPEN = "open", pgettext_lazy("a quiz that one can take", "Open")
    ENDING = "ending", _("Closed, some still write")
    CLOSED = "closed", _("Closed")
    RELEASED = "released", _("Review released")


@dataclass(frozen=True)
class Progress:
    """What the instructor's page says about the way of a quiz."""

    state: State
    #: What to do now; None: all is done.
    step: Step | None
    questions: int
    missing: int
    ending: Ending
    #: Attempts whose answers a person or a worker must still grade.
    ungraded: int

    @property
    def steps(self) -> list[tuple[Step, str]]:
        """All steps, each "done", "now" or "later"."""
        at = list(Step).index(self.step) if self.step else len(Step)
        return [
            (step, "done" if place < at else "now" if place == at else "later")
            for place, step in enumerate(Step)
        ]

    @property
    def key(self) -> str:
        """Changes whenever the page has something else to say."""
        ending = f"{self.ending.writing > 0}-{len(self.ending.windows)}"
        return f"{self.state}-{self.step}-{self.questions}-{self.missing}-{ending}-{self.ungraded > 0}"


def progress_of(*, quiz: Quiz, now: datetime) -> Progress:
    """Return where the quiz stands; at most six queries."""
    slots = list(quiz.slots.select_related("category"))
    short = sum(missing_draws(quiz=quiz, slots=slots).values())
    ending = endings(quizzes=[quiz], now=now)[quiz.pk]
    state = state_of(quiz, ending, now)
    return Progress(
        state=state,
        step=_step(quiz, state, ready=bool(slots) and not short, writing=ending.writing > 0),
        questions=sum(slot.count for slot in slots),
        missing=short,
        ending=ending,
        ungraded=Attempt.objects.filter(quiz=quiz, pending__gt=0).count(),
    )


def state_of(quiz: Quiz, ending: Ending, now: datetime) -> State:
    """Return the quiz's state."""
    if is_released(quiz, now, over=ending.over):
        return State.RELEASED
    if quiz.is_open(now):
        return State.OPEN
    if quiz.has_opened(now):
        return State.CLOSED if ending.over else State.ENDING
    if quiz.published_at is None:
        return State.DRAFT
    return State.READY if quiz.published_at <= now else State.PLANNED


def step_after_close(quiz: Quiz, ending: Ending, now: datetime) -> Step | None:
    """Return what is to be done with a quiz that has been closed; None: nothing."""
    return _step(quiz, state_of(quiz, ending, now), ready=True, writing=ending.writing > 0)


def _step(quiz: Quiz, state: State, *, ready: bool, writing: bool) -> Step | None:
    if not ready and state in {State.DRAFT, State.PLANNED, State.READY}:
        return Step.QUESTIONS
    if state == State.DRAFT:
        return Step.PUBLISH
    if state in {State.PLANNED, State.READY}:
        return Step.OPEN
    if state == State.OPEN:
        return Step.WATCH if writing or quiz.closes_at is not None else Step.CLOSE
    if state == State.ENDING:
        return Step.CLOSE
    shows_by_itself = quiz.practice or bool(quiz.review.get(Phase.AFTER_CLOSE))
    return None if state == State.RELEASED or shows_by_itself else Step.RELEASE
