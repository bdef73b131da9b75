"""A quiz's author in a browser: searching, dragging, and more time that reaches a page in time."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock
from quizzes import services
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import make_question, make_quiz


@pytest.fixture
def course(site):
    return CourseFactory(slug="dl", title="Deep Learning")


def named(course, name):
    question = make_question(course)
    question.name = name
    question.save(update_fields=["name"])
    return question


def order(quiz):
    slots = quiz.slots.order_by("position").values_list("question__name", "section__title")
    return [(name, section or "") for name, section in slots]


def test_questions_are_searched_while_typing_and_dragged_into_a_section(open_page, course):
    quiz = make_quiz(course, (), is_open=False)
    section = services.add_section(quiz=quiz, title="Pooling")
    for name in ("First", "Second"):
        services.add_question(quiz=quiz, question=named(course, name))
    services.add_question(quiz=quiz, question=named(course, "Third"), section=section)
    named(course, "Max pooling")
    named(course, "Dropout")
    page = open_page(instructor_of(course))
    page.goto(reverse("quizzes:slots", args=["dl", quiz.pk]))
    page.get_by_label("Search").press_sequentially("max pool")
    page.locator("#found", has_not_text="Dropout").wait_for()
    page.get_by_role("button", name="Add Max pooling").click()
    page.get_by_text("“Max pooling” is added.").wait_for()
    assert order(quiz) == [("First", ""), ("Second", ""), ("Third", "Pooling"), ("Max pooling", "")]

    place = page.locator("[data-slot]", has_text="First")
    with page.expect_response("**/questions/order/"):
        place.drag_to(page.locator("[data-slot]", has_text="Third"), target_position={"x": 20, "y": 2})
    page.locator(".slots[data-section] [data-slot]", has_text="First").wait_for()
    assert order(quiz) == [
        ("Second", ""),
        ("Max pooling", ""),
        ("First", "Pooling"),
        ("Third", "Pooling"),
    ]


def test_more_time_reaches_a_running_page_within_fifteen_seconds(open_page, course):
    quiz = make_quiz(course, ("numeric",), now=clock.now(), time_limit_seconds=120)
    student = student_of(course)
    attempt = services.start_attempt(quiz=quiz, user=student, now=clock.now())
    page = open_page(student)
    page.goto(reverse("quizzes:attempt", args=["dl", attempt.pk]))
    assert page.locator("count-down span").first.inner_text()[:2] in {"2:", "1:"}
    services.extend(quiz=quiz, user=student, extra_seconds=600, by=instructor_of(course), now=clock.now())
    page.locator("count-down span", has_text=re.compile("^11:")).wait_for(timeout=16_000)
    attempt.refresh_from_db()
    assert attempt.deadline - attempt.started_at == timedelta(minutes=12)
