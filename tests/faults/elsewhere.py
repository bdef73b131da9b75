"""A web server on a database of its own, so that a test can kill it, fill its disk or shift its clock.

The test's own connection goes to another database, so students are made by the site itself (`enter`) and what
is stored is read with the given function.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from tests.site import Site
from tests.visitor import Answer, Visitor

SCHOOL = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from tests.factories import CourseFactory, student_of
from tests.quizzes.factories import make_quiz
quiz = make_quiz(CourseFactory(slug="dl"), ("short_text", "numeric"), now=timezone.now())
cookies = []
for _ in range({students}):
    user = student_of(quiz.course)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store.save()
    cookies.append(store.session_key)
print(json.dumps([quiz.pk, cookies]))
"""


@dataclass
class Student:
    """Somebody in the middle of a quiz."""

    visitor: Visitor
    attempt: str  # the address of the attempt's page

    def save(self, seq: int, value: str | None = None) -> Answer:
        """Send what the page would send."""
        body = {"position": 1, "client": "tab", "seq": seq, "value": [value or f"answer {seq}"]}
        return self.visitor.post_json(self.attempt + "answers/", body)

    @property
    def number(self) -> int:
        """The attempt's number in the database."""
        return int(self.attempt.rstrip("/").rpartition("/")[2])


@dataclass
class Elsewhere:
    """The site there."""

    site: Site
    read: Callable[..., list[tuple]]  # read("SELECT ... = %s", 7)

    def enter(self, students: int) -> list[Student]:
        """Make a course with a quiz of six minutes, and let so many students start it."""
        made = self.site.manage("shell", "--no-imports", "-c", SCHOOL.format(students=students))
        quiz, cookies = json.loads(made.splitlines()[-1])
        inside = []
        for cookie in cookies:
            session = {"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.site.url}
            visitor = Visitor(self.site.url, session)
            visitor.get(f"/c/dl/quizzes/{quiz}/")
            page = visitor.post(f"/c/dl/quizzes/{quiz}/start/")
            assert (page.status, "/attempts/" in page.own_url) == (200, True), page.url
            inside.append(Student(visitor, page.own_url))
        return inside

    def stored(self, student: Student) -> list[int]:
        """Return the counts of the saves that the database has."""
        rows = self.read("SELECT seq FROM quizzes_answer WHERE attempt_id = %s ORDER BY seq", student.number)
        return [seq for (seq,) in rows]


def site_on(database_url: str, folder: Path) -> Site:
    """Return a site on this database that is prepared but not started."""
    site = Site(database_url)
    site.logs = folder
    site.manage("prepare")
    if not any((settings.VAR / "static").iterdir()):
        site.manage("collectstatic", "--noinput", "--verbosity=0")
    return site
