"""The site on a database of its own, the bare page beside it, and students who are signed in already.

Importing this chooses the settings, so it comes before anything of the site; `DB` in the environment chooses
the database.
"""

# Django has to be set up before the site's modules are imported:
# ruff: noqa: E402

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # everything it writes is in a folder that goes away
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import django

django.setup()

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from classroom.models import Course, Enrolment, Session, User
from quizzes.models import Quiz
from tests.factories import CourseFactory
from tests.quizzes.factories import make_quiz
from tests.site import Site

QUESTIONS = ("single", "multiple", "numeric", "short_text", "true_false", "single")
#: What somebody could give as answers, by question.
ANSWERS = (
    ("0", "1", "2"),
    ("0", "1", "2"),
    ("0.64", "0,6", "1"),
    ("chain rule", "rule"),
    ("0", "1"),
    ("0", "2"),
)


@contextmanager
def running() -> Iterator[tuple[Site, Site]]:
    """Start the site and the bare page, each as its own web server on the same database."""
    database = settings.DATABASES["default"]
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{database['NAME']}"
    call_command("prepare")
    connection.close()
    site, bare = Site(url), Site(url)
    bare.environment["DJANGO_SETTINGS_MODULE"] = "benchmarks.quiz.bare"
    site.manage("collectstatic", "--noinput", "--verbosity=0")
    try:
        site.start("web")
        bare.start("web")
        yield site, bare
    finally:
        for one in (site, bare):
            one.stop(*one.running)


def course_of(students: int) -> tuple[Course, list[str]]:
    """Make a course with so many students; return it with the keys of their sessions."""
    course = CourseFactory()
    nobody = make_password(None)
    people = User.objects.bulk_create(
        User(email=f"student{n}@{course.slug}.example.org", name=f"Student {n}", password=nobody)
        for n in range(students)
    )
    Enrolment.objects.bulk_create(Enrolment(course=course, user=user) for user in people)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    expires = timezone.now() + timedelta(days=1)
    sessions = [
        Session(
            user=user,
            session_key=store._get_new_session_key(),
            session_data=store.encode(
                {
                    SESSION_KEY: str(user.pk),
                    BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
                    HASH_SESSION_KEY: user.get_session_auth_hash(),
                }
            ),
            expire_date=expires,
        )
        for user in people
    ]
    Session.objects.bulk_create(sessions)
    return course, [session.session_key for session in sessions]


def open_quiz(course: Course) -> Quiz:
    """Make a quiz of six questions that is open now."""
    return make_quiz(course, QUESTIONS, now=timezone.now())


def address(name: str, quiz: Quiz, pk: int) -> str:
    """Return the address of a quiz's or an attempt's page."""
    return reverse(f"quizzes:{name}", args=[quiz.course.slug, pk])
