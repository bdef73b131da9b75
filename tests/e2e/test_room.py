"""A class in the live room: lobby, common start, the wall, the discussion, the leader board."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from classroom import clock
from classroom.models import Course
from quizzes.models import Attempt
from tests.browser import axe
from tests.factories import instructor_of, student_of
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 900}}
WALL = {"viewport": {"width": 1920, "height": 1080}}
CODE = "BCDFGHJK"


@pytest.fixture
def course():
    return Course.objects.create(slug="dl", title="Deep Learning")


@pytest.fixture
def quiz(course):
    return make_quiz(
        course,
        ("single", "numeric"),
        now=clock.now(),
        is_open=False,
        lobby=True,
        anonymous=True,
        join_code=CODE,
        shuffle_options=False,
        published_at=None,
        time_limit_seconds=120,
    )


def look(page, name):
    """Check a page as it stands, and keep a picture of it where somebody wants one."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


def answer(page, choice, number):
    page.get_by_label(choice).check()
    page.locator('[name="q2"]').fill(number)
    expect(page.locator(".saved")).to_have_attribute("data-state", "saved")
    page.get_by_role("button", name="Hand in").click()
    page.wait_for_url("**/done/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_class_from_the_lobby_to_the_leader_board(open_page, course, quiz, scheme):
    room_url = f"/c/dl/quizzes/{quiz.pk}/room/"
    teacher = open_page(instructor_of(course, user__name="Mira"), color_scheme=scheme, **DESK)
    teacher.on("dialog", lambda dialog: dialog.accept())
    teacher.goto(room_url)
    teacher.get_by_role("button", name="Open the lobby").click()
    expect(teacher.get_by_role("button", name="Start for everybody")).to_be_visible()
    with teacher.expect_popup() as opened:
        teacher.get_by_role("link", name="Open the wall").click()
    wall = opened.value
    wall.set_viewport_size(WALL["viewport"])

    ada, bob = (
        open_page(student_of(course, user__name=name), color_scheme=scheme, **PHONE)
        for name in ("Ada", "Bob")
    )
    guest = open_page(color_scheme=scheme, **PHONE)
    for page in (ada, bob, guest):
        page.on("dialog", lambda dialog: dialog.accept())
    ada.goto(quiz.get_absolute_url())
    bob.goto(quiz.get_absolute_url())
    guest.goto("/join/")
    look(guest, f"join-code-{scheme}")
    guest.get_by_label("Code").fill("bcdf ghjk")
    guest.get_by_role("button", name="Go on").click()
    look(guest, f"join-name-{scheme}")
    guest.get_by_label("Your name").fill("Ada")
    guest.get_by_role("button", name="Join").click()
    guest.wait_for_url(f"**{quiz.get_absolute_url()}")

    for page in (teacher, wall):
        expect(page.locator('[data-news="arrived"]').first).to_have_text("3")
        expect(page.get_by_text("Ada (2)").first).to_be_visible()
    expect(ada.get_by_text("Ada (2)")).to_be_visible()
    look(teacher, f"room-waiting-{scheme}")
    look(wall, f"wall-waiting-{scheme}")
    look(ada, f"lobby-{scheme}")

    teacher.get_by_role("button", name="Start for everybody").click()
    expect(ada.locator("count-down")).to_be_visible()
    look(ada, f"lobby-starting-{scheme}")
    for page in (ada, bob, guest):
        page.wait_for_url(re.compile(r"/attempts/\d+/$"))
    assert Attempt.objects.count() == 3
    assert len(set(Attempt.objects.values_list("deadline", flat=True))) == 1

    answer(ada, "A step", "0.64")
    expect(wall.locator('[data-news="handed_in"]')).to_have_text("1")
    expect(wall.locator('[data-answered="2"] [data-count]')).to_have_text("1")
    look(teacher, f"room-running-{scheme}")
    look(wall, f"wall-running-{scheme}")
    answer(bob, "ReLU", "0.64")
    answer(guest, "A step", "0.64")

    teacher.get_by_role("button", name="Close the quiz").click()
    teacher.get_by_role("button", name="Discuss question by question").click(timeout=15_000)
    expect(ada.get_by_text("Question 1 of 2")).to_be_visible()
    expect(wall.get_by_text("Question 1 of 2")).to_be_visible()
    expect(ada.locator("progress:visible")).to_have_count(0)
    look(ada, f"following-{scheme}")
    look(wall, f"wall-hidden-{scheme}")
    look(teacher, f"room-discussing-{scheme}")

    wall.keyboard.press("ArrowRight")  # reveals
    for page in (ada, guest, wall):
        expect(page.locator(".bars__row[data-tone=good]").get_by_text("2 (67 %)")).to_be_visible()
    look(ada, f"following-revealed-{scheme}")
    look(wall, f"wall-revealed-{scheme}")
    wall.keyboard.press("ArrowRight")  # goes on
    expect(guest.get_by_text("Question 2 of 2")).to_be_visible()

    teacher.get_by_role("button", name="Show the leader board").click()
    for page in (ada, wall):
        expect(page.locator(".board th[scope=row]")).to_have_text(
            [re.compile("^Ada"), re.compile(r"^Ada \(2\)"), "Bob"]
        )
    assert wall.locator(".board__place").all_inner_texts() == ["1.", "1.", "3."]
    look(ada, f"following-board-{scheme}")
    look(wall, f"wall-board-{scheme}")
    look(teacher, f"room-board-{scheme}")
