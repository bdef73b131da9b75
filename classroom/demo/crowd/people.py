"""Everybody at the event: made-up accounts that sign in by code, or not at all."""

from django.contrib.auth.hashers import make_password

from classroom.models import Course, Enrolment, Role, User

FIRST = ("Ada", "Ben", "Carla", "Deniz", "Elif", "Finn", "Greta", "Hassan", "Ines", "Jakob", "Kaja", "Lena")
LAST = ("Aydin", "Brandt", "Conti", "Diallo", "Friis", "Grant", "Hansen", "Jansen", "Kaya", "Levin", "Maier")
#: How many rows one statement writes.
BATCH = 1000


def enrol_staff(course: Course) -> list[User]:
    """Enrol two instructors."""
    return _enrol(course, "instructor", 2, Role.INSTRUCTOR)


def enrol_judges(course: Course, count: int) -> list[User]:
    """Enrol those who judge."""
    return _enrol(course, "judge", count, Role.ASSISTANT)


def enrol_participants(course: Course, count: int) -> list[User]:
    """Enrol the students."""
    return _enrol(course, "student", count, Role.STUDENT)


def _enrol(course: Course, what: str, count: int, role: Role) -> list[User]:
    people = User.objects.bulk_create(
        (
            User(
                email=f"{what}{number}@{course.slug}.example.org",
                name=f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]} {number}",
                password=make_password(None),
            )
            for number in range(count)
        ),
        batch_size=BATCH,
    )
    Enrolment.objects.bulk_create(
        (Enrolment(course=course, user=user, role=role) for user in people), batch_size=BATCH
    )
    return people
