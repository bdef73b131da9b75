"""The schedule's editor by mouse, by keyboard and without script; its pages at two widths in two schemes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock
from projects import services
from projects.models import Slot
from projects.services import Place, SessionDetails
from tests.e2e.test_accessibility import faults
from tests.factories import CourseFactory, instructor_of, student_of
from tests.projects.factories import HackathonFactory

HOUR = timedelta(hours=1)


@pytest.fixture
def event(transactional_db):
    """An event that began this morning at eight."""
    course = CourseFactory()
    begins = clock.now().astimezone(course.zone).replace(hour=8, minute=0, second=0, microsecond=0)
    return HackathonFactory(
        course=course, starts_at=begins, ends_at=begins + 10 * HOUR, published_at=begins - HOUR
    )


@pytest.fixture
def rooms(event):
    return [services.add_room(hackathon=event, name=name, url="") for name in ("Hall 3", "Studio")]


def add(event, title, at, room=None, minutes=60, **details):
    starts_at = event.starts_at + at * HOUR
    return services.add_session(
        hackathon=event,
        details=SessionDetails(title=title, **details),
        speakers=[],
        place=Place(room, starts_at, starts_at + timedelta(minutes=minutes)),
    )


def url(name, event, *rest):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *rest])


def where(session):
    slot = Slot.objects.select_related("room", "session__hackathon").get(
        session=session, schedule__version=None
    )
    begins = slot.session.hackathon.starts_at
    minute = timedelta(minutes=1)
    return (slot.starts_at - begins) / minute, (slot.ends_at - begins) / minute, slot.room and slot.room.name


def test_arrow_keys_move_a_session_and_say_where_it_is(open_page, event, rooms):
    session = add(event, "Welcome", 0)
    page = open_page(instructor_of(event.course), reduced_motion="reduce")
    page.goto(url("planning", event))
    card = page.locator(f"#session-{session.pk}")
    card.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp", "Shift+ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    page.locator("[role=status]", has_text="Studio").wait_for(state="attached")
    assert where(session) == (15, 90, "Studio")
    assert page.evaluate("document.activeElement.id") == f"session-{session.pk}"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{url('session', event, session.pk)}")


def test_a_session_is_dragged_to_another_room_and_time(open_page, event, rooms):
    session, other = add(event, "Welcome", 0), add(event, "Talk", 2, rooms[0])
    page = open_page(instructor_of(event.course), reduced_motion="reduce")
    page.goto(url("planning", event))
    at = (event.starts_at + 2.25 * HOUR).astimezone(event.course.zone).isoformat()
    cell = page.locator(f'tr[data-at="{at}"] > td[data-room="{rooms[0].pk}"]')
    page.locator(f"#session-{session.pk}").drag_to(cell, force=True)
    page.locator("[role=status]", has_text="1 warning").wait_for(state="attached")
    assert where(session) == (135, 195, "Hall 3")
    assert where(other) == (120, 180, "Hall 3")
    cards = [page.locator(f"#session-{each.pk}").bounding_box() for each in (other, session)]
    assert cards[0]["x"] + cards[0]["width"] <= cards[1]["x"]


def test_a_session_is_moved_without_script(open_page, event, rooms):
    session = add(event, "Welcome", 0)
    page = open_page(instructor_of(event.course), java_script_enabled=False)
    page.goto(url("planning", event))
    page.locator(f"#session-{session.pk}").click()
    page.get_by_label("Room").select_option("Studio")
    page.get_by_label("Minutes").fill("90")
    page.get_by_role("button", name="Save").click()
    assert where(session) == (0, 90, "Studio")
    assert page.locator(f"#session-{session.pk}").count() == 1


def test_the_pages_are_accessible(open_page, event, rooms):
    hours = (clock.now() - event.starts_at) / HOUR
    add(event, "Welcome and the challenges", 0, rooms[0], track="Main", abstract="What **waits** for you.")
    add(event, "Lunch", 4, kind="break")
    add(event, "What a network sees", 1, rooms[0], minutes=45, speaker_names="Ada Lovelace", kind="talk")
    add(event, "Office hour", 1.5, rooms[0], kind="mentors", track="Help")
    add(event, "Going on now", hours - 0.2, rooms[1], track="Main")
    by, reader = instructor_of(event.course), student_of(event.course)
    services.release(hackathon=event, by=by, note="First plan", now=clock.now())
    moved = add(event, "To be placed", 5)
    services.take_off(session=moved)
    add(event, "Evening", 12)
    services.state_availability(
        hackathon=event, room=rooms[1], user=None, starts_at=event.starts_at, ends_at=event.ends_at
    )
    page = open_page(by, reduced_motion="reduce", locale="de")
    found = []
    for name in ("planning", "add_session", "rooms", "pitches", "schedule_versions"):
        found += faults(page, url(name, event))
    found += faults(page, url("session", event, moved.pk))
    page = open_page(reader, reduced_motion="reduce", locale="de")
    for name in ("schedule", "schedule_print", "schedule_versions", "calendars"):
        found += faults(page, url(name, event))
    found += faults(page, url("schedule", event) + "?by=track")
    assert found == []
