"""A whole evening: a quiz with a reload and a lost network, code that gets better, a team, the dashboard."""

import json
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from classroom import clock
from classroom.demo import exercises
from classroom.models import Course, Week
from classroom.pages.dashboards import counting
from projects.models import Challenge, FunctionGrade, Hackathon, Project, Submission
from quizzes.models import Answer, Attempt
from tests.factories import instructor_of, student_of
from tests.quizzes.factories import make_quiz
from tests.site import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

#: Long enough to play the story, short enough to wait for its end.
LIMIT_SECONDS = 35


@pytest.fixture
def course():
    return Course.objects.create(slug="dl", title="Deep Learning")


@pytest.fixture
def week(course):
    now = clock.now()
    return Week.objects.create(course=course, number=7, title="Four families", starts_at=now, released_at=now)


@pytest.fixture
def quiz(course, week):
    return make_quiz(
        course,
        ("single", "numeric", "short_text"),
        now=clock.now(),
        is_open=False,
        week=week,
        time_limit_seconds=LIMIT_SECONDS,
        shuffle_options=False,
    )


@pytest.fixture
def exercise(course, week):
    now = clock.now()
    return Challenge.objects.create(
        course=course,
        week=week,
        title="One hidden layer",
        exercise="planar-one-hidden-layer",
        published_at=now,
        opens_at=now,
    )


@pytest.fixture
def event(course):
    now = clock.now()
    hour = timedelta(hours=1)
    event = Hackathon.objects.create(
        course=course,
        title="Waterkant hackathon",
        starts_at=now + 48 * hour,
        ends_at=now + 72 * hour,
        registration_opens_at=now - hour,
        registration_closes_at=now + 24 * hour,
        submission_closes_at=now + 71 * hour,
        published_at=now - hour,
    )
    Challenge.objects.create(
        course=course, hackathon=event, title="See through the noise", capacity=2, published_at=now - hour
    )
    return event


def notebook(source: bytes) -> bytes:
    """A notebook with the source in one cell, between text and a magic."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# My network"},
        {
            "cell_type": "code",
            "metadata": {},
            "source": "%matplotlib inline",
            "outputs": [],
            "execution_count": 1,
        },
        {"cell_type": "code", "metadata": {}, "source": source.decode(), "outputs": [], "execution_count": 2},
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def start(page, quiz):
    page.goto(quiz.get_absolute_url())
    page.get_by_role("button", name="Start the quiz").click()
    page.wait_for_selector("quiz-form")


def saved(page):
    page.wait_for_selector('.saved[data-state="saved"]')


def upload(page, exercise, source):
    page.goto(exercise.get_absolute_url())
    page.set_input_files(
        "#id_file", {"name": "network.ipynb", "mimeType": "application/json", "buffer": source}
    )
    page.get_by_role("button", name="Hand in the file").click()


def test_an_evening_of_the_course(open_page, course, quiz, exercise, event):
    teacher, ada, ben = instructor_of(course), student_of(course), student_of(course)

    # A student waits at the door; the instructor opens the quiz with one click on the dashboard.
    at_ada, at_ben, at_teacher = open_page(ada), open_page(ben), open_page(teacher)
    at_ada.goto(quiz.get_absolute_url())
    assert at_ada.get_by_role("heading", name="Wait here").is_visible()
    at_teacher.goto("/c/dl/dashboard/")
    at_teacher.get_by_role("button", name="Open the quiz now").click()
    at_teacher.wait_for_selector("#quiz-link")
    at_ada.get_by_role("button", name="Start the quiz").click()  # it appeared by itself
    at_ada.wait_for_selector("quiz-form")
    start(at_ben, quiz)

    # Ada answers and reloads: nothing is lost.
    at_ada.get_by_label("A step").check()
    at_ada.locator("[name=q2]").fill("0,64")
    saved(at_ada)
    at_ada.reload()
    assert at_ada.get_by_label("A step").is_checked()
    assert at_ada.locator("[name=q2]").input_value() == "0,64"

    # Ben loses the network for ten seconds; he is told, writes on, and it is sent when the network is back.
    at_ben.watch.offline = True
    at_ben.context.set_offline(True)
    at_ben.locator("[name=q3]").fill("chain rule")
    at_ben.wait_for_selector('.saved[data-state="failed"]')
    at_ben.wait_for_timeout(10_000)
    assert Answer.objects.filter(attempt__user=ben).count() == 0
    at_ben.context.set_offline(False)
    saved(at_ben)
    wait_until(lambda: Answer.objects.filter(attempt__user=ben).exists(), what="Ben's answer")

    # The dashboard shows who is in it.
    at_teacher.goto("/c/dl/dashboard/")
    assert at_teacher.locator(".stat", has_text="In the quiz").locator("dd").inner_text() == "2"

    # Nobody hands in: at zero it happens by itself.
    for page in (at_ada, at_ben):
        page.wait_for_url("**/done/", timeout=LIMIT_SECONDS * 1000)
    assert sorted(Attempt.objects.values_list("user", "score")) == [(ada.pk, 4.0), (ben.pk, 2.0)]

    # Ada hands in a notebook with a mistake, is told what it is, mends it, and the sheet turns right.
    wrong = exercises.source_with([one for one in exercises.mistakes() if "db1" in one.line][:1])
    right_tiles = at_ada.locator('.tile[data-tone="good"]')
    upload(at_ada, exercise, notebook(wrong))
    expect(right_tiles).to_have_count(7, timeout=15_000)
    expect(at_ada.locator(".tile", has_text="backward_propagation")).to_contain_text("db1")
    upload(at_ada, exercise, notebook(exercises.source_with([])))
    expect(right_tiles).to_have_count(8, timeout=15_000)
    assert list(Submission.objects.order_by("pk").values_list("score", flat=True)) == [75, 100]
    assert FunctionGrade.objects.filter(submission__user=ada).count() == 16

    # Ben creates a team and registers a project.
    at_ben.goto(f"/c/dl/hackathon/{event.pk}/team/")
    at_ben.get_by_label("Name").fill("Fischbrötchen")
    at_ben.get_by_role("button", name="Create").click()
    at_ben.get_by_role("link", name="Register your project").click()
    at_ben.get_by_label("Title").fill("Clean digits")
    at_ben.get_by_label("Challenge").select_option(str(event.challenges.get().pk))
    at_ben.get_by_role("button", name="Register").click()
    wait_until(lambda: Project.objects.filter(title="Clean digits").exists(), what="the project")

    # All of it is on the dashboard.
    at_teacher.goto("/c/dl/dashboard/")
    assert at_teacher.locator(".stat", has_text="Handed in").locator("dd").inner_text() == "2"
    counting.count_all(now=clock.now())  # beat's, every 20 seconds
    at_teacher.goto("/c/dl/dashboard/week/")
    assert at_teacher.locator(".heat tbody td[data-tone=good]").count() == 8
    at_teacher.goto(f"/c/dl/hackathon/{event.pk}/teams/")
    assert at_teacher.locator("#teams-panel").get_by_text("Clean digits").is_visible()
    at_teacher.goto(f"/c/dl/quizzes/{quiz.pk}/run/")
    at_teacher.on("dialog", lambda dialog: dialog.accept())
    at_teacher.get_by_role("button", name="Close the quiz").click()
    at_teacher.get_by_role("button", name="Release the review").click()
    expect(at_teacher.get_by_role("button", name="Hide the review")).to_be_visible()
    at_ada.goto(quiz.get_absolute_url())
    at_ada.get_by_role("link", name="Review").click()
    assert at_ada.get_by_text("4 of 6 points").is_visible()
