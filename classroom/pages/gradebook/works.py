"""What the apps have to give points for, all together."""

from collections.abc import Collection

from classroom.models import Course
from classroom.works import Results, Work
from projects.queries import grades as project_grades
from quizzes.queries import grades as quiz_grades


def works_of(course: Course) -> dict[str, Work]:
    """Return the course's quizzes and challenges that give points, by key, in the order of the weeks."""
    works = [*quiz_grades.works_of(course), *project_grades.works_of(course)]
    return {work.deadline_key: work for work in works}


def most_points(keys: Collection[str]) -> dict[str, float]:
    """Return the points of works whose `possible` is not known otherwise, as far as anybody handed in."""
    return project_grades.most_points(keys=keys) if keys else {}


def results_of(course: Course, keys: Collection[str], users: Collection[int] | None = None) -> Results:
    """Return what people have for the works with these keys; without `users`, of everybody."""
    if not keys:
        return {}
    return {
        **quiz_grades.results_of(course=course, keys=keys, users=users),
        **project_grades.results_of(course=course, keys=keys, users=users),
    }
