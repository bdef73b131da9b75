"""Who is in a quiz."""

from datetime import timedelta

from django import forms
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.models import Enrolment, Role
from classroom.pages.dashboards.rows.subject import Cell, Chosen, FilterForm, Scene, Subject, called, choices
from classroom.templatetags.moments import minutes
from quizzes.models import Attempt, Quiz
from quizzes.queries.counted import attempts_of_others
from quizzes.queries.live import SILENT_SECONDS

WRITING, SILENT, HANDED_IN, ABSENT = "writing", "silent", "handed_in", "absent"


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
