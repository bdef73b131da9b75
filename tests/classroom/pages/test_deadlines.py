"""One deadline a person and work: on every screen, in every check and in the calendar."""

import re
from datetime import timedelta

import pytest
from django.urls import Resolver404, resolve, reverse
from icalendar import Calendar

from classroom import calendars, clock
from classroom.extensions import give
from classroom.models import Group
from projects import services as project_services
from projects.errors import Refused as ProjectRefused
from quizzes import services as quiz_services
from quizzes.errors import Refused
from tests.factories import NOW, CourseFactory, WeekFactory, instructor_of, student_of
from tests.projects.factories import ChallengeFactory
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
#: On Berlin's clock, at minutes that nothing else on any page has.
USUAL = {"quiz": NOW + DAY + timedelta(minutes=37), "challenge": NOW + DAY + timedelta(minutes=41)}
LATER = {"quiz": NOW + 3 * DAY + timedelta(minutes=43), "challenge": NOW + 3 * DAY + timedelta(minutes=47)}
SHOWN = {"quiz": ("18:37", "18:43"), "challenge": ("18:41", "18:47")}


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The clock, stopped at NOW; `now(later)` moves it."""
    times = [NOW]
    monkeypatch.setattr(clock, "now", lambda: times[-1])
    return times.append


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def works(course):
    week = WeekFactory(course=course, number=1)
    return {
        "quiz": make_quiz(course, now=NOW, week=week, title="Nets", closes_at=USUAL["quiz"]),
        "challenge": ChallengeFactory(
            course=course, week=week, title="Autoencoder", closes_at=USUAL["challenge"]
        ),
    }


@pytest.fixture
def ada(course):
    return student_of(course)


def pages(client):
    """Every page that links lead a student to, its text by its address."""
    waiting, seen = ["/c/dl/"], {}
    while waiting:
        address = waiting.pop()
        try:
            kind = resolve(address).view_name
        except Resolver404:
            continue
        if address in seen or kind.startswith(("account_", "admin:", "logout")) or kind == "home":
            continue
        answer = client.get(address)
        if answer.status_code != 200 or answer.streaming or "html" not in answer["Content-Type"]:
            continue
        seen[address] = answer.content.decode()
        links = re.findall(r'href="(/[^"#?]*)', seen[address])
        waiting += [link for link in links if link.startswith("/c/dl/")]
    return seen


def moments(text):
    """Every moment that a page names, shown or said in full."""
    return set(re.findall(r"\b\d\d:\d\d\b", re.sub(r'datetime="[^"]*"', "", text)))


@pytest.mark.parametrize("to_group", [False, True])
@pytest.mark.parametrize("days", [0, 2])
def test_every_screen_of_a_student_with_an_extension_names_no_other_deadline(
    client, course, works, ada, now, to_group, days
):
    group = Group.objects.create(course=course, name="Tuesday")
    group.members.add(ada)
    for name, work in works.items():
        who = {"group": group} if to_group else {"user": ada}
        give(item=work, by=instructor_of(course), now=NOW, closes_at=LATER[name], **who)
    now(NOW + days * DAY)  # before the usual deadline, and after it
    client.force_login(ada)
    read = pages(client)
    for name, work in works.items():
        usual, later = SHOWN[name]
        assert [address for address, text in read.items() if usual in moments(text)] == []
        saying = {address for address, text in read.items() if later in moments(text)}
        assert {work.get_absolute_url(), reverse("week", args=["dl", 1]), "/c/dl/"} <= saying
    assert {reverse("quizzes:index", args=["dl"]), reverse("projects:index", args=["dl"])} <= read.keys()


def test_a_student_without_one_reads_the_usual_deadlines(client, course, works, ada):
    give(item=works["quiz"], by=ada, now=NOW, user=student_of(course), closes_at=LATER["quiz"])
    client.force_login(ada)
    read = "".join(pages(client).values())
    assert {usual for usual, _later in SHOWN.values()} <= moments(read)
    assert not {later for _usual, later in SHOWN.values()} & moments(read)


def test_checks_and_calendar_go_by_the_same_deadline(client, course, works, ada):
    by, ben = instructor_of(course), student_of(course)
    for name, work in works.items():
        give(item=work, by=by, now=NOW, user=ada, closes_at=LATER[name])
    feed = calendars.feed_of(course=course, user=ada)
    content = client.get(reverse("calendar_feed", args=["dl", feed.token])).content
    told = sorted(event.decoded("dtstart") for event in Calendar.from_ical(content).walk("VEVENT"))
    assert told == sorted(LATER.values())

    def hand_in(user, at):
        return project_services.hand_in(
            challenge=works["challenge"], user=user, filename="a.py", source=b"a = 1", now=at
        )

    for user, until in ((ben, USUAL), (ada, LATER)):
        second = timedelta(seconds=1)
        with pytest.raises(ProjectRefused):
            hand_in(user, until["challenge"])
        assert hand_in(user, until["challenge"] - second).late_factor == 1
        with pytest.raises(Refused):
            quiz_services.start_attempt(quiz=works["quiz"], user=user, now=until["quiz"])
        attempt = quiz_services.start_attempt(quiz=works["quiz"], user=user, now=until["quiz"] - second)
        assert attempt.deadline == until["quiz"]


def test_who_is_cut_off_is_waited_for_by_their_own_closing_date(course, ada):
    """The page of somebody with a later date was silent at the end, near the usual close."""
    quiz = make_quiz(
        course, now=NOW, closes_at=NOW + timedelta(minutes=7), time_limit_seconds=360, outage_cap_seconds=300
    )
    ben = student_of(course)
    give(item=quiz, by=instructor_of(course), now=NOW, user=ada, closes_at=NOW + DAY)
    mine, theirs = (quiz_services.start_attempt(quiz=quiz, user=user, now=NOW) for user in (ada, ben))
    at = NOW + timedelta(minutes=9)  # a minute's credit would be left to who has no later date
    quiz_services.settle(quiz=quiz, now=at)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.finished_at, theirs.finished_at) == (None, NOW + timedelta(minutes=6))
    assert quiz_services.report_outage(attempt_id=mine.pk, user=ada, seconds=300, now=at) == 300
