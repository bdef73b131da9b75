"""A list in a browser: marked by click and by key, without losing one's place; and the code on the wall."""

from datetime import timedelta

import pytest

from classroom import clock
from classroom.models import Attendance, ScheduleItem
from tests.factories import CourseFactory, instructor_of, student_of
from tests.site import wait_until


@pytest.fixture
def session(transactional_db):
    now = clock.now()
    return ScheduleItem.objects.create(
        course=CourseFactory(slug="dl"),
        title="Week 1",
        starts_at=now - timedelta(minutes=5),
        ends_at=now + timedelta(hours=1),
    )


def marks():
    return dict(Attendance.objects.values_list("user__name", "status"))


def test_a_class_is_marked_with_the_keyboard(open_page, session):
    for name in ("Ada", "Ben"):
        student_of(session.course, user__name=name)
    page = open_page(instructor_of(session.course))
    page.goto(f"/c/dl/attendance/{session.pk}/")
    ada, ben = page.locator("roll-call li").all()
    ada.get_by_text("present").focus()
    page.keyboard.press("1")
    ada.locator("[data-status=present][aria-pressed=true]").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("4")
    ben.locator("[data-status=absent][aria-pressed=true]").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "absent"
    assert page.locator("#roll-counts").inner_text() == "1 present · 0 late · 0 excused · 1 absent"
    assert marks() == {"Ada": "present", "Ben": "absent"}
    ben.get_by_text("absent").click()
    ben.locator("[aria-pressed=true]").wait_for(state="detached")
    assert marks() == {"Ada": "present"}


def test_a_student_checks_in_by_what_the_wall_shows(open_page, session):
    ada = student_of(session.course, user__name="Ada")
    wall = open_page(instructor_of(session.course))
    wall.goto(f"/c/dl/attendance/{session.pk}/wall/")
    student = open_page(ada)
    student.goto("/c/dl/attendance/")
    student.get_by_text("Enter the code").click()
    student.get_by_label("Code on the wall").fill(wall.locator(".attendance-wall__code").inner_text())
    student.get_by_role("button", name="I am here").click()
    student.get_by_text("You are marked as present.").wait_for()
    wait_until(lambda: wall.locator(".attendance-wall__came").inner_text() == "1 are here", what="the wall")
