"""A chart in the browser: drawn from its numbers, which leave as CSV, and as a picture."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import expect

from classroom import clock
from classroom.models import Enrolment
from classroom.pages.dashboards import counting
from projects.models import FunctionGrade, Submission
from tests.browser import axe
from tests.factories import CourseFactory, WeekFactory, instructor_of, student_of
from tests.projects.factories import ChallengeFactory

VERDICTS = ("correct", "wrong_values", "missing")


@pytest.fixture
def teacher(transactional_db):
    """A course with an exercise that three handed in, counted."""
    now = clock.now()
    course = CourseFactory(slug="dl", language="en")
    week = WeekFactory(course=course, number=1, starts_at=now, released_at=now)
    challenge = ChallengeFactory(
        course=course,
        week=week,
        title="Nets",
        published_at=now,
        opens_at=now,
        closes_at=now + timedelta(days=1),
    )
    for place, score in enumerate((2, 7, 10)):
        user = student_of(course, user__name=f"Student {place}")
        found = Submission.objects.create(
            challenge=challenge,
            user=user,
            number=1,
            exercise=challenge.exercise,
            filename="a.py",
            sha256="0" * 64,
            size_bytes=1,
            submitted_at=now,
            graded_at=now,
            score=score,
            max_score=10,
        )
        FunctionGrade.objects.create(
            submission=found, position=0, name="=cost", verdict=VERDICTS[place], points=1, max_points=2
        )
    Enrolment.objects.update(joined_at=now - timedelta(days=9))
    counting.count_course(course=course, now=now)
    return instructor_of(course)


def test_a_charts_numbers_and_drawing_are_saved(open_page, teacher):
    page = open_page(teacher)
    page.goto("/c/dl/dashboard/week/")
    heat = page.locator("classroom-chart", has_text="What the grader said")
    heat.locator("svg").first.wait_for()
    with page.expect_download() as download:
        heat.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "what-the-grader-said-function-by-function.csv"
    assert download.value.path().read_bytes().decode("utf-8-sig").splitlines() == [
        "Function,Series,Students",
        "'=cost,Correct,1",
        "'=cost,Wrong values,1",
        "'=cost,Missing,1",
    ]
    with page.expect_download() as download:
        heat.get_by_role("button", name="PNG").click()
    picture = Image.open(io.BytesIO(download.value.path().read_bytes()))
    assert picture.format == "PNG"
    assert picture.getpixel((2, 2))[3] == 255  # on paper, not on whatever it is pasted upon
    assert len(picture.convert("RGB").getcolors(picture.width * picture.height)) > 20  # words and shades
    histogram = page.locator("classroom-chart", has_text="Scores: Nets")
    assert histogram.locator("svg rect").count() == 10
    assert axe(page) == []


def test_what_comes_anew_leaves_the_focus_where_it_is(open_page, teacher):
    page = open_page(teacher)
    page.goto("/c/dl/dashboard/")
    link = page.locator("#live").get_by_role("link", name="Grading", exact=True)
    link.focus()
    link.evaluate("element => { element.dataset.old = 'yes' }")
    expect(page.locator("#live a[data-old]")).to_have_count(0, timeout=15_000)
    expect(link).to_be_focused()
