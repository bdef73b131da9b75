"""One's own calendar of a course, read back as a calendar program does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from icalendar import Calendar

from classroom import calendars, clock
from classroom.models import CalendarEntry, CalendarFeed, Enrolment, Extension, Group, Role, ScheduleItem
from tests.factories import NOW, CourseFactory, EnrolmentFactory, UserFactory, student_of
from tests.projects.factories import ChallengeFactory, HackathonFactory, members, team_of
from tests.quizzes.factories import make_quiz
from tests.races import at_once

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The clock, stopped at NOW; `now(later)` moves it."""
    times = [NOW]
    monkeypatch.setattr(clock, "now", lambda: times[-1])
    return times.append


@pytest.fixture
def course():
    return CourseFactory(slug="dl", title="Deep Learning")


@pytest.fixture
def ada(course):
    return student_of(course)


@pytest.fixture
def as_user(client):
    def as_user(user):
        client.force_login(user)
        return client

    return as_user


def address(course, user):
    token = calendars.feed_of(course=course, user=user).token
    return reverse("calendar_feed", args=[course.slug, token])


def told(client, course, user):
    """The feed's events by their summary."""
    answer = client.get(address(course, user))
    assert answer.status_code == 200
    calendar = Calendar.from_ical(answer.content)
    assert (calendar["version"], calendar["x-wr-timezone"]) == ("2.0", course.time_zone)
    events = calendar.walk("VEVENT")
    for each in events:  # what RFC 5545 demands of an event
        assert {"UID", "DTSTAMP", "DTSTART"} <= set(each)
        assert "DTEND" not in each or each.decoded("dtend") > each.decoded("dtstart")
    assert len({str(each["uid"]) for each in events}) == len(events)
    return {str(each["summary"]): each for each in events}


def said(each):
    return each["sequence"], str(each["status"]), each.decoded("dtstart"), each.decoded("dtstamp")


def session_of(course, title="Week 1", at=NOW + DAY, **fields):
    return ScheduleItem.objects.create(
        **{"course": course, "title": title, "starts_at": at, "ends_at": at + HOUR} | fields
    )


def test_it_has_sessions_and_own_deadlines(client, course, ada):
    session_of(course, place="Zoom", url="https://example.org/call", description="Über; Netze,\nund mehr")
    session_of(course, "Lunch", kind="break")
    make_quiz(course, now=NOW, title="Nets", closes_at=NOW + 2 * DAY)
    make_quiz(course, now=NOW, title="Hidden", published_at=None, closes_at=NOW + 2 * DAY)
    ChallengeFactory(course=course, title="Autoencoder", closes_at=NOW + 3 * DAY)
    ChallengeFactory(course=course, title="Not yet", published_at=NOW + DAY, closes_at=NOW + 3 * DAY)
    ChallengeFactory(course=course, title="For ever", closes_at=None)
    event = HackathonFactory(course=course, title="Hack")
    read = told(client, course, ada)
    assert sorted(read) == ["Hand in: Autoencoder", "Quiz: Nets", "Week 1"]
    week = read["Week 1"]
    assert (str(week["location"]), str(week["url"])) == ("Zoom", "https://example.org/call")
    assert str(week["description"]) == "Über; Netze,\nund mehr"
    assert (week.decoded("dtstart"), week.decoded("dtend")) == (NOW + DAY, NOW + DAY + HOUR)
    assert read["Quiz: Nets"].decoded("dtstart") == NOW + 2 * DAY
    assert "DTEND" not in read["Quiz: Nets"]
    member = members(team_of(event))[0]
    assert said(told(client, course, member)["Projects due: Hack"])[2] == event.submission_closes_at


def test_an_extension_moves_the_deadline_in_this_persons_calendar_only(client, course, ada, now):
    ben = student_of(course)
    challenge = ChallengeFactory(course=course, title="Autoencoder", closes_at=NOW + DAY)
    before = told(client, course, ada)["Hand in: Autoencoder"]
    told(client, course, ben)
    now(NOW + HOUR)
    given = Extension.objects.create(
        course=course, item=challenge.deadline_key, user=ada, closes_at=NOW + 5 * DAY
    )
    after = told(client, course, ada)["Hand in: Autoencoder"]
    assert said(before) == (0, "CONFIRMED", NOW + DAY, NOW)
    assert said(after) == (1, "CONFIRMED", NOW + 5 * DAY, NOW + HOUR)
    assert after["uid"] == before["uid"]
    assert said(told(client, course, ben)["Hand in: Autoencoder"]) == (0, "CONFIRMED", NOW + DAY, NOW)
    now(NOW + 2 * HOUR)
    given.delete()
    assert said(told(client, course, ada)["Hand in: Autoencoder"])[:3] == (2, "CONFIRMED", NOW + DAY)


def test_who_joins_a_group_with_more_time_has_it_in_the_calendar(client, course, ada):
    quiz = make_quiz(course, now=NOW, title="Nets", closes_at=NOW + DAY)
    group = Group.objects.create(course=course, name="Tuesday")
    Extension.objects.create(course=course, item=quiz.deadline_key, group=group, closes_at=NOW + 2 * DAY)
    assert said(told(client, course, ada)["Quiz: Nets"])[2] == NOW + DAY
    group.members.add(ada)
    assert said(told(client, course, ada)["Quiz: Nets"])[:3] == (1, "CONFIRMED", NOW + 2 * DAY)


def test_what_is_gone_is_told_as_cancelled_and_forgotten_later(client, course, ada, now):
    session = session_of(course)
    uid = told(client, course, ada)["Week 1"]["uid"]
    session.delete()
    now(NOW + HOUR)
    gone = told(client, course, ada)["Week 1"]
    assert (said(gone), gone["uid"]) == ((1, "CANCELLED", NOW + DAY, NOW + HOUR), uid)
    assert said(told(client, course, ada)["Week 1"])[0] == 1  # told again, not cancelled again
    now(NOW + HOUR + 91 * DAY)
    assert told(client, course, ada) == {}


def test_a_quiz_that_is_hidden_and_shown_again_keeps_its_name(client, course, ada):
    quiz = make_quiz(course, now=NOW, title="Nets", closes_at=NOW + DAY)
    first = told(client, course, ada)["Quiz: Nets"]
    type(quiz).objects.update(published_at=None)
    assert said(told(client, course, ada)["Quiz: Nets"])[:2] == (1, "CANCELLED")
    type(quiz).objects.update(published_at=NOW)
    again = told(client, course, ada)["Quiz: Nets"]
    assert (said(again)[:2], again["uid"]) == ((2, "CONFIRMED"), first["uid"])


def test_a_deadline_that_is_over_is_no_news(client, course, ada):
    make_quiz(course, now=NOW - DAY, title="Closed by hand", closes_at=NOW)
    ChallengeFactory(course=course, opens_at=NOW - 2 * DAY, closes_at=NOW - DAY)
    session_of(course, "Last week", at=NOW - DAY)
    assert list(told(client, course, ada)) == ["Last week"]


@pytest.mark.parametrize(
    ("begins", "ends", "utc", "hours"),
    [
        (datetime(2027, 3, 28, 1, 30), datetime(2027, 3, 28, 3, 30), datetime(2027, 3, 28, 0, 30), 1),
        (datetime(2027, 10, 31, 1, 30), datetime(2027, 10, 31, 3, 30), datetime(2027, 10, 30, 23, 30), 3),
        (
            datetime(2027, 10, 31, 2, 30, fold=1),
            datetime(2027, 10, 31, 3),
            datetime(2027, 10, 31, 1, 30),
            0.5,
        ),
    ],
)
def test_times_are_right_in_nights_in_which_clocks_change(client, course, ada, begins, ends, utc, hours):
    starts_at, ends_at = (at.replace(tzinfo=BERLIN).astimezone(UTC) for at in (begins, ends))
    session_of(course, at=starts_at, ends_at=ends_at)
    read = told(client, course, ada)["Week 1"]
    assert read.decoded("dtstart") == utc.replace(tzinfo=UTC)
    assert read.decoded("dtend") - read.decoded("dtstart") == hours * HOUR


def test_a_feed_is_sent_again_only_when_it_is_news(client, course, ada, now):
    session = session_of(course)
    first = client.get(address(course, ada))
    now(NOW + HOUR)
    tag = {"If-None-Match": first["ETag"]}
    assert client.get(address(course, ada), headers=tag).status_code == 304
    ScheduleItem.objects.filter(pk=session.pk).update(place="Hall 3")
    assert client.get(address(course, ada), headers=tag).status_code == 200


def test_a_feed_needs_its_secret_and_shuts(as_user, client, course, ada):
    session_of(course)
    good = address(course, ada)
    token = CalendarFeed.objects.get().token
    CourseFactory(slug="other")
    wrong = [good.replace(token, "A" * 43), reverse("calendar_feed", args=["other", token])]
    assert [client.get(each).status_code for each in (good, *wrong)] == [200, 404, 404]
    signed_in = as_user(ada)
    assert good in signed_in.get(reverse("calendar", args=["dl"])).content.decode()
    signed_in.post(reverse("renew_calendar", args=["dl"]))
    renewed = address(course, ada)
    assert [client.get(each).status_code for each in (good, renewed)] == [404, 200]
    signed_in.post(reverse("shut_calendar", args=["dl"]))
    assert client.get(renewed).status_code == 404
    assert CalendarEntry.objects.count() == 0


def test_a_feed_shuts_when_its_person_leaves(client, course, ada):
    feed = address(course, ada)
    Enrolment.objects.filter(user=ada).update(left_at=NOW)
    assert client.get(feed).status_code == 404
    Enrolment.objects.filter(user=ada).update(left_at=None, role=Role.GUEST)
    assert client.get(feed).status_code == 404
    Enrolment.objects.filter(user=ada).update(role=Role.VIEWER)
    assert client.get(feed).status_code == 200
    type(ada).objects.filter(pk=ada.pk).update(is_active=False)
    assert client.get(feed).status_code == 404


@pytest.mark.parametrize(
    ("role", "sees", "changes"),
    [
        (Role.STUDENT, 200, 302),
        (Role.INSTRUCTOR, 200, 302),
        (Role.VIEWER, 200, 302),
        (Role.GUEST, 404, 404),
        (None, 404, 404),
    ],
)
def test_who_may_subscribe(as_user, course, ada, role, sees, changes):
    mine = calendars.feed_of(course=course, user=ada).token
    user = EnrolmentFactory(course=course, role=role).user if role else UserFactory()
    client = as_user(user)
    page = client.get(reverse("calendar", args=["dl"]))
    assert (page.status_code, mine in page.content.decode()) == (sees, False)
    for name in ("renew_calendar", "shut_calendar"):
        assert client.post(reverse(name, args=["dl"])).status_code == changes
    assert CalendarFeed.objects.get(user=ada).token == mine


@pytest.mark.django_db(transaction=True)
def test_programs_that_ask_at_once_are_told_the_same(course, ada):
    session = session_of(course)
    feed = calendars.feed_of(course=course, user=ada)

    def ask():
        item = calendars.Item(f"schedule:{session.pk}", "Week 1", NOW, NOW + HOUR)
        return calendars.appointments(feed=CalendarFeed.objects.get(pk=feed.pk), items=[item], now=NOW)

    answers = at_once([ask] * 5, refusals=())
    assert answers == [answers[0]] * 5
    assert CalendarEntry.objects.get().sequence == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_a_feed_needs_the_same_queries_for_any_length(client, course, ada, rows, django_assert_num_queries):
    for number in range(rows):
        session_of(course, f"S{number}")
        make_quiz(course, now=NOW, closes_at=NOW + DAY)
        ChallengeFactory(course=course)
    feed = address(course, ada)
    client.get(feed)
    with django_assert_num_queries(11):
        client.get(feed)
