"""The tabs of one quiz: the same on every page of staff, at one place."""

import re

import pytest
from django.urls import reverse

from classroom.models import Role
from quizzes.models import Quiz
from tests.factories import CourseFactory, EnrolmentFactory, instructor_of
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db

LABELS = {
    "run": "Run it",
    "slots": "Questions",
    "edit": "Settings",
    "extensions": "More time",
    "room": "Live room",
    "grading": "Grading",
    "statistics": "Statistics",
    "integrity": "Signals",
}
FOR_INSTRUCTORS = {"slots", "edit", "integrity"}


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


def tabs_of(client, course, quiz: Quiz, name: str) -> list[tuple[str, str, bool]]:
    page = client.get(reverse(f"quizzes:{name}", args=[course.slug, quiz.pk])).content.decode()
    head, _nav, rest = page.partition('<nav class="tabs"')
    assert re.search(r"<h1>\s*Week 7\s*</h1>", head)
    assert head.split("</header>")[-1].strip() == '<div class="stack stack--loose">'
    assert "page--wide" in head
    links = re.findall(r'<a href="([^"]+)"( aria-current="page")?>([^<]+)</a>', rest.partition("</nav>")[0])
    return [(address, label, bool(here)) for address, here, label in links]


@pytest.mark.parametrize("name", LABELS)
def test_every_page_of_a_quiz_has_all_tabs(client, course, name):
    quiz = make_quiz(course, title="Week 7")
    client.force_login(instructor_of(course))
    assert tabs_of(client, course, quiz, name) == [
        (reverse(f"quizzes:{tab}", args=[course.slug, quiz.pk]), label, tab == name)
        for tab, label in LABELS.items()
    ]


@pytest.mark.parametrize("name", sorted(LABELS.keys() - FOR_INSTRUCTORS))
def test_an_assistant_has_the_tabs_that_open_for_assistants(client, course, name):
    quiz = make_quiz(course, title="Week 7")
    client.force_login(EnrolmentFactory(course=course, role=Role.ASSISTANT).user)
    for address, _label, _here in tabs_of(client, course, quiz, name):
        assert client.get(address).status_code == 200
