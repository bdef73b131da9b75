"""How people come into the demo course: a code, and somebody who asks."""

from datetime import datetime

from classroom import enrolling
from classroom.demo.cohort import address
from classroom.models import Course, User

APPLICANT = "Priya Raman"


def open_doors(course: Course, instructor: User, now: datetime) -> None:
    """Give the course a code, take requests, and let one wait for an answer."""
    enrolling.renew_code(course=course, by=instructor, now=now)
    enrolling.take_requests(course=course, takes=True, by=instructor, now=now)
    email = address(APPLICANT)
    applicant = User.objects.filter(email=email).first() or User.objects.create_user(email, name=APPLICANT)
    enrolling.ask(
        course=course,
        user=applicant,
        message="I study physics and missed the first weeks. May I still join?",
        now=now,
    )
