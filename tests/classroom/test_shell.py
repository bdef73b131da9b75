"""The frame of every page: the places of a course, by role, with the one the page belongs to."""

import re

import pytest
from django.core.cache import caches
from django.urls import reverse

from classroom.models import Course
from tests.factories import CourseFactory, instructor_of, student_of


@pytest.fixture(autouse=True)
def _nothing_kept():
    caches["template_fragments"].clear()


def places(client, address):
    """Return the places of the course as the page names them, the current one in brackets."""
    page = client.get(address).content.decode()
    nav = page.partition('<nav class="shell__nav"')[2].partition("</nav>")[0]
    links = re.findall(r'<a href="[^"]+"( aria-current="page")?>([^<]+)</a>', nav)
    return [f"[{label}]" if current else label for current, label in links]


@pytest.mark.django_db
def test_the_places_of_a_course_depend_on_the_role_and_the_page(client):
    course = CourseFactory()
    now, quizzes = course.get_absolute_url(), reverse("quizzes:index", args=[course.slug])
    client.force_login(student_of(course))
    rest = ["Exercises", "Hackathon", "Grades"]
    assert places(client, now) == ["[Now]", "Week", "Schedule", "Quizzes", *rest]
    assert places(client, quizzes) == ["Now", "Week", "Schedule", "[Quizzes]", *rest]
    client.force_login(instructor_of(course))
    staff = places(client, reverse("people", args=[course.slug]))
    assert (staff[0], staff[-1]) == ("Dashboard", "[People]")
    assert places(client, quizzes)[:4] == ["Dashboard", "Week", "Schedule", "[Quizzes]"]
    client.logout()
    assert places(client, "/accounts/login/") == []


@pytest.mark.django_db
def test_a_course_that_is_renamed_has_its_new_name_at_once(client):
    course = CourseFactory(title="Deep Learning")
    client.force_login(student_of(course))
    assert "<span>Deep Learning</span>" in client.get(course.get_absolute_url()).content.decode()
    Course.objects.filter(pk=course.pk).update(title="Networks")
    assert "<span>Networks</span>" in client.get(course.get_absolute_url()).content.decode()
