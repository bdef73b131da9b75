"""What the demo course's first students were told: on the site only, since nobody reads their mail."""

from datetime import datetime, timedelta

from django.urls import reverse

from classroom.demo.cohort import Cohort
from classroom.models import Course, Notice
from classroom.models.notice import Sort
from classroom.notices import count_unread

DAY = timedelta(days=1)


def tell(course: Course, people: Cohort, now: datetime) -> None:
    """Leave three of them an answer to look at, and a reminder that they have read."""
    readers = [student.user for student in people.students[:3]]
    quizzes = reverse("quizzes:index", args=[course.slug])
    Notice.objects.bulk_create(
        notice
        for user in readers
        for notice in (
            Notice(
                user=user,
                course=course,
                sort=Sort.RESULT,
                key=f"demo:{course.pk}:result",
                title="Your question about One hidden layer was answered",
                body="You are right: with that learning rate it diverges, so both answers count.",
                page=quizzes,
                at=now - DAY,
            ),
            Notice(
                user=user,
                course=course,
                sort=Sort.DEADLINE,
                key=f"demo:{course.pk}:deadline",
                title="Closes soon: Recap: from pixels to answers",
                page=quizzes,
                at=now - 4 * DAY,
                read_at=now - 3 * DAY,
            ),
        )
    )
    count_unread([user.pk for user in readers])
