"""All quizzes and exercises of a course into its gradebook, with one click."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from classroom import gradebook
from classroom.models import Course, GradeCategory, GradeColumn, User
from classroom.pages.gradebook.works import works_of
from projects.grading import exercise_info
from projects.models import Challenge


def add_everything(*, course: Course, by: User, now: datetime) -> int:
    """Add a column for each quiz and exercise that has none; return how many.

    They go to the categories of their kind, made where there is none. What is for teams of a hackathon is
    left out, since each team does only one of them.
    """
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)  # two clicks at once add nothing twice
        known = set(GradeColumn.objects.filter(course=course).exclude(item="").values_list("item", flat=True))
        works = [work for work in works_of(course).values() if work.listed and work.deadline_key not in known]
        with translation.override(course.language):
            titles = {"quiz": _("Quizzes"), "challenge": _("Exercises")}
        for work in works:
            column = GradeColumn(
                course=course,
                category=_category(course, titles[work.deadline_key.split(":")[0]]),
                title=work.title,
                item=work.deadline_key,
                points=points_to_begin_with(work.deadline_key),
                released_at=now,
            )
            gradebook.add_column(column=column, by=by, now=now)
    return len(works)


def _category(course: Course, title: str) -> GradeCategory:
    return GradeCategory.objects.get_or_create(
        course=course, title=title, defaults={"position": GradeCategory.objects.filter(course=course).count()}
    )[0]


def points_to_begin_with(key: str) -> float | None:
    """Return how many points a work's column has where only the grader knows; None: as many as the work."""
    kind, _colon, pk = key.partition(":")
    if kind != "challenge":
        return None
    exercise = Challenge.objects.values_list("exercise", flat=True).get(pk=pk)
    info = exercise_info(exercise) if exercise else None
    return info.max_score if info else None
