"""Who may be falling behind, and who was there."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.attendance.tally import sessions_of
from classroom.models import Attendance, Enrolment, ScheduleItem
from classroom.pages.dashboards.risk import EXERCISES, FALLING, QUIZZES, SESSIONS, at_risk, student
from classroom.pages.dashboards.rows.subject import (
    Cell,
    Chosen,
    FilterForm,
    Scene,
    Subject,
    called,
    choices,
    percent,
)

#: In time or late.
CAME = "came"


class PeopleForm(FilterForm):
    """Narrow the list of who may be falling behind."""

    why = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=choices(
            (
                (QUIZZES, gettext_lazy("missed quizzes")),
                (EXERCISES, gettext_lazy("exercises not handed in")),
                (SESSIONS, gettext_lazy("sessions missed")),
                (FALLING, gettext_lazy("falling results")),
            )
        ),
        required=False,
    )


def people_rows(scene: Scene, chosen: Chosen) -> "QuerySet[Enrolment, dict[str, Any]]":
    """Return who may be falling behind."""
    return scene_at_risk(scene, chosen.get("why", "")).filter(called(chosen.get("q", "")))


def scene_at_risk(scene: Scene, why: str = "") -> "QuerySet[Enrolment, dict[str, Any]]":
    """Return who may be falling behind, in two queries."""
    return at_risk(course=scene.course, pieces=scene.pieces, absences=scene.absences, now=scene.now, why=why)


def _people_cells(scene: Scene, row: dict[str, Any]) -> list[Cell]:
    found = student(row, scene.absences)
    return [
        Cell(found.name),
        Cell(found.email),
        Cell(" ".join(found.reasons)),
        Cell(percent(found.lately)),
        Cell(_("Write"), reverse("write_to_student", args=[scene.course.slug, found.user_id])),
    ]


PEOPLE = Subject(
    "people",
    gettext_lazy("Who may be falling behind"),
    (
        gettext_lazy("Name"),
        gettext_lazy("E-mail"),
        gettext_lazy("Reason"),
        gettext_lazy("Mean lately"),
        gettext_lazy("Message"),
    ),
    PeopleForm,
    people_rows,
    _people_cells,
)


class AttendanceForm(FilterForm):
    """Narrow marks of attendance."""

    session = forms.ModelChoiceField(
        ScheduleItem.objects.none(),
        label=gettext_lazy("Session"),
        required=False,
        empty_label=gettext_lazy("all"),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=choices(((CAME, gettext_lazy("was there")), *Attendance.Status.choices)),
        required=False,
    )

    def __init__(self, data: object, scene: Scene) -> None:
        super().__init__(data, scene)
        self.fields["session"].queryset = sessions_of(scene.course)  # type: ignore[attr-defined]


def _attendance_rows(scene: Scene, chosen: Chosen) -> "QuerySet[Attendance]":
    rows = Attendance.objects.filter(called(chosen.get("q", "")), course=scene.course)
    if chosen.get("session"):
        rows = rows.filter(session=chosen["session"])
    if chosen.get("status") == CAME:
        rows = rows.filter(status__in=[Attendance.Status.PRESENT, Attendance.Status.LATE])
    elif chosen.get("status"):
        rows = rows.filter(status=chosen["status"])
    return rows.select_related("user", "session").order_by("session__starts_at", "user__name", "pk")


def _attendance_cells(scene: Scene, row: Attendance) -> list[Cell]:
    return [
        Cell(str(row.user)),
        Cell(row.session.title, reverse("roll", args=[scene.course.slug, row.session_id])),
        Cell(when=row.session.starts_at),
        Cell(row.get_status_display()),
    ]


ATTENDANCE = Subject(
    "attendance",
    gettext_lazy("Attendance"),
    (gettext_lazy("Name"), gettext_lazy("Session"), gettext_lazy("When"), gettext_lazy("State")),
    AttendanceForm,
    _attendance_rows,
    _attendance_cells,
)
