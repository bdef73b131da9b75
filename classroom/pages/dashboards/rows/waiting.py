"""What waits: hand-ins, answers, second looks, requests for help."""

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from classroom import lease
from classroom.models import HelpRequest
from classroom.pages.dashboards.rows.subject import Cell, Chosen, FilterForm, Scene, Subject, called, choices
from projects.models import Submission
from quizzes.models import AttemptItem, SecondLook

WAITING, GRADING, FAILED, BY_HAND, CLAIMED = "waiting", "grading", "failed", "by_hand", "claimed"


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
