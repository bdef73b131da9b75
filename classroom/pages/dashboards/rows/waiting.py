"""What goes on and what waits: people in a quiz, hand-ins, answers, second looks, requests for help."""

from datetime import timedelta

from django import forms
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom import lease
from classroom.models import Enrolment, HelpRequest, Role
from classroom.pages.dashboards.rows.subject import Cell, Chosen, FilterForm, Scene, Subject, called, choices
from classroom.templatetags.moments import minutes
from projects.models import Submission
from quizzes.models import Attempt, AttemptItem, Quiz, SecondLook
from quizzes.queries.counted import attempts_of_others
from quizzes.queries.live import SILENT_SECONDS

WRITING, SILENT, HANDED_IN, ABSENT = "writing", "silent", "handed_in", "absent"
WAITING, GRADING, FAILED, BY_HAND, CLAIMED = "waiting", "grading", "failed", "by_hand", "claimed"


class TakingForm(FilterForm):
    """Narrow who is in a quiz."""

    quiz = forms.ModelChoiceField(Quiz.objects.none(), label=gettext_lazy("Quiz"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=choices(
            (
                (WRITING, gettext_lazy("in the quiz")),
                (SILENT, gettext_lazy("silent")),
                (HANDED_IN, gettext_lazy("handed in")),
                (ABSENT, gettext_lazy("not started")),
            )
        ),
        required=False,
    )

    def __init__(self, data: object, scene: Scene) -> None:
        super().__init__(data, scene)
        self.fields["quiz"].queryset = Quiz.objects.filter(course=scene.course)  # type: ignore[attr-defined]


def taking_conditions(scene: Scene) -> dict[str, Q]:
    """Return by state the condition on somebody's newest attempt, which has `heard` of them."""
    writes = Q(finished_at=None) & (Q(accepts_until=None) | Q(accepts_until__gt=scene.now))
    return {
        WRITING: writes,
        SILENT: writes & Q(heard__lt=scene.now - timedelta(seconds=SILENT_SECONDS)),
        HANDED_IN: ~writes,
    }


def newest_attempts(quiz: Quiz) -> "QuerySet[Attempt]":
    """Return everybody's newest attempt, those of staff left out."""
    later = Attempt.objects.filter(quiz=quiz, user=OuterRef("user"), number__gt=OuterRef("number"))
    return (
        attempts_of_others(quiz)
        .exclude(Exists(later))
        .annotate(heard=Coalesce("last_saved_at", "started_at"))
    )


def absent_from(quiz: Quiz) -> "QuerySet[Enrolment]":
    """Return the students who have not started."""
    started = Attempt.objects.filter(quiz=quiz, user=OuterRef("user"))
    students = Enrolment.objects.filter(course=quiz.course_id, role=Role.STUDENT, left_at=None)
    return students.exclude(Exists(started)).select_related("user").order_by("user__name", "user__email")


def _taking_rows(scene: Scene, chosen: Chosen) -> "QuerySet[Attempt] | QuerySet[Enrolment]":
    quiz, state = chosen.get("quiz"), chosen.get("state")
    if quiz is None:
        return Attempt.objects.none()
    if state == ABSENT:
        return absent_from(quiz).filter(called(chosen.get("q", "")))
    rows = newest_attempts(quiz).filter(called(chosen.get("q", "")))
    if state:
        rows = rows.filter(taking_conditions(scene)[state])
    answered = Count("answers__position", distinct=True)
    return rows.select_related("user").annotate(answered=answered).order_by("user__name", "pk")


def _taking_cells(scene: Scene, row: Attempt | Enrolment) -> list[Cell]:
    if isinstance(row, Enrolment):
        return [Cell(str(row.user)), Cell(_("not started")), Cell(), Cell(), Cell()]
    writes = row.is_accepting(scene.now)
    return [
        Cell(str(row.user), reverse("quizzes:attempt_review", args=[scene.course.slug, row.pk])),
        Cell(_("in the quiz") if writes else _("handed in")),
        Cell(str(row.answered)),  # type: ignore[attr-defined]  # annotated above
        Cell(minutes(row.seconds_left(scene.now)) if writes else ""),
        Cell(when=row.heard if writes else row.finished_at),  # type: ignore[attr-defined]  # annotated above
    ]


TAKING = Subject(
    "taking",
    gettext_lazy("Who is in the quiz"),
    (
        gettext_lazy("Name"),
        gettext_lazy("State"),
        gettext_lazy("Answered"),
        gettext_lazy("Time left"),
        gettext_lazy("Last heard of"),
    ),
    TakingForm,
    _taking_rows,
    _taking_cells,
)


class HandInsForm(FilterForm):
    """Narrow hand-ins that wait."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=choices(
            (
                (WAITING, gettext_lazy("waiting")),
                (GRADING, gettext_lazy("being graded")),
                (FAILED, gettext_lazy("the grader gave up")),
                (BY_HAND, gettext_lazy("for a person to grade")),
            )
        ),
        required=False,
    )


def hand_in_conditions(scene: Scene) -> dict[str, Q]:
    """Return by state the condition on a hand-in that is not graded."""
    queued = Q(graded_at=None, failed_at=None) & ~Q(exercise="")
    return {
        WAITING: queued & lease.available(scene.now),
        GRADING: queued & Q(leased_until__gt=scene.now),
        FAILED: Q(failed_at__isnull=False, graded_at=None),
        BY_HAND: Q(exercise="", adjusted_score=None),
    }


def _hand_in_rows(scene: Scene, chosen: Chosen) -> "QuerySet[Submission]":
    conditions = hand_in_conditions(scene)
    state = chosen.get("state")
    wanted = conditions[state] if state else conditions[WAITING] | conditions[GRADING] | conditions[FAILED]
    rows = Submission.objects.filter(wanted, called(chosen.get("q", "")), challenge__course=scene.course)
    return rows.select_related("user", "team", "challenge").defer("report").order_by("submitted_at", "pk")


def _hand_in_cells(scene: Scene, row: Submission) -> list[Cell]:
    return [
        Cell(str(row.team or row.user)),
        Cell(row.challenge.title, reverse("projects:submission", args=[scene.course.slug, row.pk])),
        Cell(when=row.submitted_at),
        Cell(row.failure or row.blocked_reason),
    ]


HAND_INS = Subject(
    "hand-ins",
    gettext_lazy("Hand-ins that wait"),
    (
        gettext_lazy("Who"),
        gettext_lazy("Piece of work"),
        gettext_lazy("Handed in"),
        gettext_lazy("What keeps it"),
    ),
    HandInsForm,
    _hand_in_rows,
    _hand_in_cells,
)


def waiting_answers(scene: Scene) -> "QuerySet[AttemptItem]":
    """Return the answers that a person must grade."""
    return AttemptItem.objects.filter(
        attempt__quiz__course=scene.course,
        attempt__finished_at__isnull=False,
        attempt__pending__gt=0,
        points=None,
        unchecked_since=None,
    )


def _answer_rows(scene: Scene, chosen: Chosen) -> "QuerySet[AttemptItem]":
    rows = waiting_answers(scene).filter(called(chosen.get("q", ""), "attempt__user__"))
    return rows.select_related("attempt__user", "attempt__quiz", "version__question").order_by(
        "attempt__finished_at", "pk"
    )


def _answer_cells(scene: Scene, row: AttemptItem) -> list[Cell]:
    url = reverse("quizzes:grade_item", args=[scene.course.slug, row.pk]) if scene.may_grade else ""
    return [
        Cell(str(row.attempt.user)),
        Cell(row.attempt.quiz.title),
        Cell(row.version.question.name, url),
        Cell(when=row.attempt.finished_at),
    ]


ANSWERS = Subject(
    "answers",
    gettext_lazy("Answers for a person to grade"),
    (gettext_lazy("Name"), gettext_lazy("Quiz"), gettext_lazy("Question"), gettext_lazy("Handed in")),
    FilterForm,
    _answer_rows,
    _answer_cells,
)


def open_looks(scene: Scene) -> "QuerySet[SecondLook]":
    """Return the requests for a second look that nobody has answered."""
    return SecondLook.objects.filter(item__attempt__quiz__course=scene.course, answered_at=None)


def _look_rows(scene: Scene, chosen: Chosen) -> "QuerySet[SecondLook]":
    rows = open_looks(scene).filter(called(chosen.get("q", ""), "item__attempt__user__"))
    return rows.select_related(
        "item__attempt__user", "item__attempt__quiz", "item__version__question"
    ).order_by("asked_at", "pk")


def _look_cells(scene: Scene, row: SecondLook) -> list[Cell]:
    item = row.item
    return [
        Cell(str(item.attempt.user)),
        Cell(item.attempt.quiz.title),
        Cell(item.version.question.name, reverse("quizzes:answer_look", args=[scene.course.slug, item.pk])),
        Cell(when=row.asked_at),
        Cell(row.text),
    ]


LOOKS = Subject(
    "looks",
    gettext_lazy("Requests for a second look"),
    (
        gettext_lazy("Name"),
        gettext_lazy("Quiz"),
        gettext_lazy("Question"),
        gettext_lazy("Asked"),
        gettext_lazy("Why"),
    ),
    FilterForm,
    _look_rows,
    _look_cells,
)


class HelpForm(FilterForm):
    """Narrow requests for help."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=choices(((WAITING, gettext_lazy("waiting")), (CLAIMED, gettext_lazy("somebody helps")))),
        required=False,
    )


#: By state, the condition on an open request for help.
HELP_CONDITIONS = {WAITING: Q(claimed_at=None), CLAIMED: Q(claimed_at__isnull=False)}


def open_requests(scene: Scene) -> "QuerySet[HelpRequest]":
    """Return the open requests at all desks of the course."""
    return HelpRequest.objects.unsettled().filter(desk__course=scene.course)


def _help_rows(scene: Scene, chosen: Chosen) -> "QuerySet[HelpRequest]":
    rows = open_requests(scene).filter(called(chosen.get("q", ""), "asked_by__"))
    if chosen.get("state"):
        rows = rows.filter(HELP_CONDITIONS[chosen["state"]])
    return rows.select_related("desk", "claimed_by").order_by("asked_at", "pk")


def desk_url(scene: Scene, about: str) -> str:
    """Return the page of a help desk; empty for one that is no hackathon's."""
    kind, _colon, pk = about.partition(":")
    known = kind == "hackathon" and pk.isdecimal()
    return reverse("projects:help", args=[scene.course.slug, int(pk)]) if known else ""


def _help_cells(scene: Scene, row: HelpRequest) -> list[Cell]:
    return [
        Cell(row.party_name),
        Cell(row.topic, desk_url(scene, row.desk.about)),
        Cell(row.place),
        Cell(when=row.asked_at),
        Cell(str(row.claimed_by or "")),
    ]


HELP = Subject(
    "help",
    gettext_lazy("Requests for help"),
    (
        gettext_lazy("Who"),
        gettext_lazy("What about"),
        gettext_lazy("Where"),
        gettext_lazy("Asked"),
        gettext_lazy("Who helps"),
    ),
    HelpForm,
    _help_rows,
    _help_cells,
)
