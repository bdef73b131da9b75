from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from classroom import ical
from classroom.models import Enrolment, Role
from projects import services
from projects.models import CalendarToken
from projects.services import Place, SessionDetails
from tests.factories import NOW, EnrolmentFactory, instructor_of, student_of
from tests.projects.factories import DAY, HackathonFactory, members, team_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def event(course):
    return HackathonFactory(course=course, title="Hack", venue="Kiel", starts_at=NOW, ends_at=NOW + 2 * DAY)


@pytest.fixture
def hall(event):
    return services.add_room(hackathon=event, name="Hall 3", url="https://example.org/hall")


def add(event, title="Welcome", at=NOW, until=None, room=None, speakers=(), **details):
    return services.add_session(
        hackathon=event,
        details=SessionDetails(title=title, **details),
        speakers=speakers,
        place=Place(room, at, until or at + HOUR),
    )


def move(session, at, room=None):
    services.place_session(session=session, place=Place(room, at, at + HOUR))


def release(event, now=NOW):
    return services.release(hackathon=event, by=instructor_of(event.course), note="", now=now)


def address(event, user, which="event"):
    token = services.calendar_token(hackathon=event, user=user)
    return reverse("projects:calendar_feed", args=[event.course.slug, event.pk, token, which])


def events(client, event, user, which="event"):
    """The feed, read back as a calendar program does."""
    answer = client.get(address(event, user, which))
    assert answer.status_code == 200
    calendar = Calendar.from_ical(answer.content)
    assert (calendar["version"], calendar["x-wr-timezone"]) == ("2.0", event.course.time_zone)
    return {str(each["summary"]): each for each in calendar.walk("VEVENT")}


def said(each):
    return each["sequence"], str(each["status"]), each.decoded("dtstart"), each.decoded("dtstamp")


def test_a_feed_says_what_where_and_when(client, event, hall):
    ada = student_of(event.course)
    session = add(
        event,
        "Über; Netze, und\\mehr",
        room=hall,
        speakers=[ada],
        speaker_names="Guest",
        abstract="One\r\nTwo",
        track="Main",
    )
    release(event)
    (read,) = events(client, event, ada).values()
    assert {
        "uid": str(read["uid"]),
        "summary": str(read["summary"]),
        "location": str(read["location"]),
        "description": str(read["description"]),
        "categories": [str(each) for each in read["categories"].cats],
        "dtstart": read.decoded("dtstart"),
        "dtend": read.decoded("dtend"),
    } == {
        "uid": f"{session.uid}@classroom",
        "summary": "Über; Netze, und\\mehr",
        "location": "Hall 3, Kiel",
        "description": f"{ada}, Guest\n\nOne\nTwo\n\nhttps://example.org/hall",
        "categories": ["Main"],
        "dtstart": NOW,
        "dtend": NOW + HOUR,
    }


def test_sequences_follow_the_versions_in_which_a_session_moved(client, event, hall):
    reader = student_of(event.course)
    welcome = add(event)
    add(event, "Lunch", at=NOW + 3 * HOUR)
    release(event)
    uid = events(client, event, reader)["Welcome"]["uid"]
    move(welcome, NOW + HOUR)
    assert said(events(client, event, reader)["Welcome"]) == (0, "CONFIRMED", NOW, NOW)
    release(event, now=NOW + DAY)
    assert said(events(client, event, reader)["Welcome"]) == (1, "CONFIRMED", NOW + HOUR, NOW + DAY)
    move(welcome, NOW + HOUR, hall)
    release(event, now=NOW + 2 * DAY)
    services.take_off(session=welcome)
    release(event, now=NOW + 3 * DAY)
    read = events(client, event, reader)
    assert said(read["Welcome"]) == (3, "CANCELLED", NOW + HOUR, NOW + 3 * DAY)
    assert said(read["Lunch"]) == (0, "CONFIRMED", NOW + 3 * HOUR, NOW)
    move(welcome, NOW + 5 * HOUR)
    release(event, now=NOW + 4 * DAY)
    read = events(client, event, reader)["Welcome"]
    assert said(read) == (4, "CONFIRMED", NOW + 5 * HOUR, NOW + 4 * DAY)
    assert read["uid"] == uid


@pytest.mark.parametrize(
    ("begins", "ends", "utc", "hours"),
    [
        # The clock goes from 02:00 to 03:00, so a talk from 01:30 to 03:30 takes an hour.
        (datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 3, 30), datetime(2026, 3, 29, 0, 30), 1),
        # The clock goes from 03:00 back to 02:00, so one from 01:30 to 03:30 takes three.
        (datetime(2026, 10, 25, 1, 30), datetime(2026, 10, 25, 3, 30), datetime(2026, 10, 24, 23, 30), 3),
        # The second half past two, and the first.
        (
            datetime(2026, 10, 25, 2, 30, fold=1),
            datetime(2026, 10, 25, 3, 30),
            datetime(2026, 10, 25, 1, 30),
            1,
        ),
        (datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 3, 30), datetime(2026, 10, 25, 0, 30), 2),
    ],
)
def test_times_are_right_in_nights_in_which_clocks_change(client, course, begins, ends, utc, hours):
    starts_at, ends_at = (at.replace(tzinfo=BERLIN).astimezone(UTC) for at in (begins, ends))
    event = HackathonFactory(course=course, starts_at=starts_at - HOUR, ends_at=ends_at + HOUR)
    add(event, at=starts_at, until=ends_at)
    release(event)
    read = events(client, event, student_of(course))["Welcome"]
    assert read.decoded("dtstart") == utc.replace(tzinfo=UTC)
    assert read.decoded("dtend") - read.decoded("dtstart") == hours * HOUR


def test_each_calendar_has_what_it_is_of(client, event):
    team, others = team_of(event, size=2), team_of(event)
    mine, mate = members(team)
    add(event, "Pitch", kind="pitch", team=team)
    add(event, "Their pitch", kind="pitch", team=others)
    add(event, "My talk", speakers=[mine])
    release(event)
    read = {which: sorted(events(client, event, mine, which)) for which in ("event", "mine", "team")}
    assert read == {
        "event": ["My talk", "Pitch", "Their pitch"],
        "mine": ["My talk", "Pitch"],
        "team": ["Pitch"],
    }
    assert sorted(events(client, event, mate, "mine")) == ["Pitch"]
    assert sorted(events(client, event, student_of(event.course), "team")) == []


def test_drafts_are_in_no_feed(client, event):
    add(event, "Surprise guest")
    assert events(client, event, student_of(event.course)) == {}


def test_a_feed_is_sent_again_only_when_it_is_news(client, event):
    reader = student_of(event.course)
    welcome = add(event)
    release(event)
    first = client.get(address(event, reader))
    tag = first["ETag"]
    again = client.get(address(event, reader), headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    move(welcome, NOW + HOUR)
    assert client.get(address(event, reader), headers={"If-None-Match": tag}).status_code == 304
    release(event)
    news = client.get(address(event, reader), headers={"If-None-Match": tag})
    assert (news.status_code, news["ETag"] == tag) == (200, False)


def test_a_feed_needs_its_secret_and_nothing_else(client, event):
    add(event)
    release(event)
    reader = student_of(event.course)
    good = address(event, reader)
    other = HackathonFactory(course=event.course)
    token = services.calendar_token(hackathon=event, user=reader)
    wrong = [
        good.replace(token, "A" * 43),
        good.replace("event.ics", "secret.ics"),
        reverse("projects:calendar_feed", args=[event.course.slug, other.pk, token, "event"]),
        reverse("projects:calendar_feed", args=["elsewhere", event.pk, token, "event"]),
    ]
    assert client.get(good).status_code == 200
    assert [client.get(each).status_code for each in wrong] == [404] * 4
    assert client.post(good).status_code == 405


def test_a_feed_shuts_with_a_new_secret_or_when_its_person_leaves(client, as_user, event):
    reader, leaver = student_of(event.course), student_of(event.course)
    old, leavers = address(event, reader), address(event, leaver)
    signed_in = as_user(reader)
    page = reverse("projects:calendars", args=[event.course.slug, event.pk])
    assert old in signed_in.get(page).content.decode()
    assert (
        signed_in.post(reverse("projects:renew_calendars", args=[event.course.slug, event.pk])).status_code
        == 302
    )
    assert (client.get(old).status_code, client.get(address(event, reader)).status_code) == (404, 200)
    assert client.get(leavers).status_code == 200
    Enrolment.objects.filter(user=leaver).update(left_at=NOW)
    assert client.get(leavers).status_code == 404
    assert CalendarToken.objects.count() == 2


def test_an_unpublished_event_is_in_the_calendars_of_staff_only(client, course):
    event = HackathonFactory(course=course, published_at=None)
    viewer = EnrolmentFactory(course=course, role=Role.VIEWER).user
    assert client.get(address(event, student_of(course))).status_code == 404
    assert client.get(address(event, viewer)).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_a_feed_needs_the_same_queries_for_any_length(client, event, hall, count, django_assert_num_queries):
    reader = student_of(event.course)
    for number in range(count):
        add(event, f"Talk {number}", room=hall, speakers=[student_of(event.course)])
        release(event)
    feed = address(event, reader, "mine")
    with django_assert_num_queries(8):
        client.get(feed)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(), st.text(min_size=1), st.integers(0, 99), st.booleans())
def test_any_text_comes_back_but_for_control_characters(title, description, sequence, is_cancelled):
    def kept(text):
        lines = text.replace("\r\n", "\n").replace("\r", "\n")
        return "".join(letter for letter in lines if letter in "\t\n" or (" " <= letter != "\x7f"))

    appointment = ical.Appointment(
        uid="1@classroom",
        title=title,
        description=description,
        place="",
        url="",
        categories=(),
        starts_at=NOW,
        ends_at=NOW + HOUR,
        sequence=sequence,
        changed_at=NOW,
        is_cancelled=is_cancelled,
    )
    content = ical.feed(name="Hack", zone="Europe/Berlin", appointments=[appointment])
    assert max(map(len, content.split(b"\r\n"))) <= 75
    (read,) = Calendar.from_ical(content).walk("VEVENT")
    assert (str(read["summary"]), str(read["description"])) == (kept(title), kept(description))
    assert (read["sequence"], str(read["status"])) == (sequence, "CANCELLED" if is_cancelled else "CONFIRMED")
