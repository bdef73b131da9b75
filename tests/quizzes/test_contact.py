"""Outages that are measured and given back, pages that are left, devices that change."""

import json
from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom import clock
from quizzes import services
from quizzes.device import device_of, network_of
from quizzes.models import Attempt, AttemptEvent
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db
What = AttemptEvent.What
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@pytest.fixture
def quiz():
    return make_quiz(CourseFactory(slug="dl"), now=clock.now(), outage_cap_seconds=120, watch_focus=True)


@pytest.fixture
def attempt(client, quiz):
    user = student_of(quiz.course)
    client.force_login(user)
    client.post(reverse("quizzes:start", args=["dl", quiz.pk]))
    return Attempt.objects.get(user=user)


def url(name, attempt):
    return reverse(f"quizzes:{name}", args=["dl", attempt.pk])


def signal(client, attempt, **content):
    return client.post(url("signals", attempt), json.dumps(content), "application/json")


def silent(attempt, seconds, **fields):
    """Let the site have heard nothing of the attempt's page for so long."""
    then = clock.now() - timedelta(seconds=seconds)
    start = then - timedelta(seconds=60)
    end = start + attempt.quiz.time_limit
    times = {"deadline": end, "accepts_until": end + attempt.quiz.grace}
    Attempt.objects.filter(pk=attempt.pk).update(
        started_at=start, last_seen_at=then, last_saved_at=None, **times | fields
    )
    attempt.refresh_from_db()


def events(attempt, *whats):
    return [(event.what, event.detail) for event in attempt.events.filter(what__in=whats)]


def test_time_without_connection_is_given_back(client, attempt):
    silent(attempt, 75)
    before = attempt.deadline
    told = signal(client, attempt, outage=70.4).json()
    assert (told["given"], told["credited"], told["state"]) == (70, 70, "running")
    attempt.refresh_from_db()
    assert attempt.deadline == before + timedelta(seconds=70)
    assert attempt.accepts_until == attempt.deadline + attempt.quiz.grace
    assert events(attempt, What.OFFLINE, What.CREDITED) == [
        (What.OFFLINE, {"reported": 70, "silence": 75}),
        (What.CREDITED, {"seconds": 70, "deadline": str(attempt.deadline)}),
    ]


def test_no_more_is_given_back_than_the_site_saw(client, attempt):
    silent(attempt, 30)
    assert signal(client, attempt, outage=500).json()["given"] == 30


def test_no_more_is_given_back_than_the_cap_however_often(client, attempt):
    given = []
    for _ in range(3):
        silent(attempt, 90)
        given.append(signal(client, attempt, outage=90).json()["given"])
    assert given == [90, 30, 0]


def test_nothing_is_given_back_twice_for_one_outage(client, attempt):
    silent(attempt, 60)
    assert signal(client, attempt, outage=60).json()["given"] == 60
    assert signal(client, attempt, outage=60).json()["given"] == 0


def test_nothing_is_given_back_where_the_author_gives_nothing(client, quiz, attempt):
    quiz.outage_cap_seconds = 0
    quiz.save()
    silent(attempt, 60)
    assert signal(client, attempt, outage=60).json()["given"] == 0
    assert events(attempt, What.OFFLINE, What.CREDITED) == [(What.OFFLINE, {"reported": 60, "silence": 60})]


def test_a_save_in_the_silence_shows_that_there_was_a_connection(client, attempt):
    silent(attempt, 60)
    Attempt.objects.filter(pk=attempt.pk).update(last_saved_at=clock.now() - timedelta(seconds=10))
    assert signal(client, attempt, outage=60).json()["given"] == 10


def test_time_given_back_ends_with_the_quiz(client, quiz, attempt):
    silent(attempt, 60)
    quiz.closes_at = attempt.deadline + timedelta(seconds=20)
    quiz.save()
    assert signal(client, attempt, outage=60).json()["given"] == 20
    attempt.refresh_from_db()
    assert attempt.deadline == quiz.closes_at


def test_time_given_back_survives_an_extension(client, quiz, attempt):
    silent(attempt, 60)
    signal(client, attempt, outage=60)
    services.extend(
        quiz=quiz,
        user=attempt.user,
        extra_seconds=30,
        by=instructor_of(quiz.course),
        reason="",
        now=clock.now(),
    )
    attempt.refresh_from_db()
    assert attempt.deadline == attempt.started_at + quiz.time_limit + timedelta(seconds=90)


def test_the_clock_leaves_a_long_silence_on_record_until_the_page_has_reported(client, attempt):
    silent(attempt, 60)
    assert client.get(url("clock", attempt)).json()["unheard"] is True
    assert client.get(url("attempt", attempt)).status_code == 200
    assert signal(client, attempt, outage=60).json()["given"] == 60
    assert client.get(url("clock", attempt)).json()["unheard"] is False


def test_the_clock_notes_that_the_page_is_there_but_not_every_time(client, attempt):
    silent(attempt, 15)
    client.get(url("clock", attempt))
    attempt.refresh_from_db()
    seen = attempt.last_seen_at
    assert clock.now() - seen < timedelta(seconds=5)
    client.get(url("clock", attempt))
    attempt.refresh_from_db()
    assert attempt.last_seen_at == seen


def ended(attempt, *, silence, ago):
    """Let the attempt's time have ended `ago` seconds ago, after `silence` seconds of silence."""
    end = clock.now() - timedelta(seconds=ago)
    silent(attempt, silence + ago, deadline=end, accepts_until=end + attempt.quiz.grace)


def test_who_is_cut_off_over_the_end_goes_on_with_what_is_given_back(client, quiz, attempt):
    ended(attempt, silence=30, ago=20)
    assert services.settle(quiz=quiz, now=clock.now()) == 0
    assert client.get(url("attempt", attempt)).status_code == 200
    told = signal(client, attempt, outage=50).json()
    assert (told["given"], told["state"]) == (50, "running")
    assert 28 < told["seconds_left"] <= 30


def test_the_quizs_page_lets_who_was_cut_off_go_on(client, quiz, attempt):
    ended(attempt, silence=30, ago=20)
    page = client.get(reverse("quizzes:quiz", args=["dl", quiz.pk])).content.decode()
    assert "You are in the middle of it" in page
    assert f'href="{url("attempt", attempt)}"' in page


def test_who_was_there_at_the_end_is_closed_at_once(client, quiz, attempt):
    ended(attempt, silence=10, ago=20)
    assert services.settle(quiz=quiz, now=clock.now()) == 1


def test_nobody_is_waited_for_longer_than_the_cap(client, quiz, attempt):
    ended(attempt, silence=60, ago=130)
    assert services.settle(quiz=quiz, now=clock.now()) == 1
    assert signal(client, attempt, outage=190).json()["state"] == "over"


def test_who_is_waited_for_saves_nothing_before_it_is_given_back(client, attempt):
    ended(attempt, silence=60, ago=20)
    body = {"position": 1, "client": "a", "seq": 1, "value": ["0"]}
    assert client.post(url("save", attempt), json.dumps(body), "application/json").status_code == 409


def test_nobody_is_waited_for_when_the_instructor_closes_the_quiz(client, quiz, attempt):
    silent(attempt, 60)
    now = clock.now()
    services.close_quiz(quiz=quiz, by=instructor_of(quiz.course), now=now)
    assert services.settle(quiz=quiz, now=now + quiz.grace + timedelta(seconds=1)) == 1


def test_a_report_without_outage_ends_the_waiting(client, quiz, attempt):
    ended(attempt, silence=60, ago=20)
    assert signal(client, attempt, outage=0).json()["state"] == "over"
    assert services.settle(quiz=quiz, now=clock.now()) == 1


def test_a_finished_attempt_gets_nothing_back(client, attempt):
    silent(attempt, 60)
    client.post(url("hand_in", attempt))
    told = signal(client, attempt, outage=60).json()
    assert (told["given"], told["state"], told["seconds_left"]) == (0, "over", 0)


def test_somebody_elses_outage_is_nobodys_business(client, attempt):
    silent(attempt, 60)
    client.force_login(student_of(attempt.quiz.course))
    assert signal(client, attempt, outage=60).status_code == 404


def test_leaving_the_page_is_noted_where_the_quiz_says_so(client, quiz, attempt):
    assert signal(client, attempt, away=[3.25, 12]).json()["given"] == 0
    assert events(attempt, What.FOCUS) == [(What.FOCUS, {"seconds": 3.2}), (What.FOCUS, {"seconds": 12.0})]
    assert "how often and how long this page is left" in client.get(url("attempt", attempt)).content.decode()
    quiz.watch_focus = False
    quiz.save()
    signal(client, attempt, away=[5])
    assert len(events(attempt, What.FOCUS)) == 2
    assert "this page is left" not in client.get(url("attempt", attempt)).content.decode()


def test_leaving_the_page_is_noted_only_so_often(client, attempt):
    for _ in range(5):
        assert signal(client, attempt, away=[2] * 100).status_code == 200
    assert len(events(attempt, What.FOCUS)) == 200


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "5",
        '{"outage": "x"}',
        '{"outage": -1}',
        '{"outage": NaN}',
        '{"away": 5}',
        '{"away": [null]}',
    ],
)
def test_a_broken_signal_is_told_so(client, attempt, body):
    response = client.post(url("signals", attempt), body, "application/json")
    assert (response.status_code, list(response.json())) == (400, ["error"])


def test_another_browser_is_noted_once(client, attempt):
    for agent in (FIREFOX, CHROME, CHROME):
        client.get(url("clock", attempt), headers={"user-agent": agent})
    assert events(attempt, What.DEVICE) == [
        (What.DEVICE, {"address": "127.0.0.0/24", "browser": "Firefox Linux"}),
        (What.DEVICE, {"address": "127.0.0.0/24", "browser": "Chrome Android"}),
    ]
    attempt.refresh_from_db()
    assert len(attempt.device) == 64


def test_the_start_is_logged_with_its_device(attempt):
    assert attempt.events.get(what=What.STARTED).detail == {
        "deadline": attempt.deadline.isoformat(),
        "address": "127.0.0.0/24",
        "browser": "",
    }


def test_a_device_is_known_by_a_keyed_hash(monkeypatch):
    request = RequestFactory().get("/", headers={"user-agent": FIREFOX}, REMOTE_ADDR="2001:db8:1:2::7")
    device = device_of(request)
    assert (device.address, device.browser) == ("2001:db8:1::/48", "Firefox Linux")
    monkeypatch.setattr("django.conf.settings.SECRET_KEY", "another" * 8)
    assert device_of(request).fingerprint != device.fingerprint


@given(st.text(max_size=40))
def test_whatever_an_address_says_its_network_is_shorter_or_nothing(text):
    assert network_of(text) == "" or "/" in network_of(text)


@settings(deadline=None)
@given(
    outages=st.lists(st.tuples(st.floats(0, 500), st.floats(0, 500)), max_size=5),
    cap=st.integers(0, 300),
)
def test_the_sum_given_back_never_passes_the_cap_nor_what_was_measured(outages, cap):
    quiz = make_quiz(now=clock.now(), time_limit_seconds=3600, outage_cap_seconds=cap)
    start = clock.now()
    attempt = services.start_attempt(quiz=quiz, user=student_of(quiz.course), now=start)
    now = start
    for silence, reported in outages:
        now += timedelta(seconds=silence)
        services.report_outage(attempt_id=attempt.pk, user=attempt.user, seconds=reported, now=now)
    attempt.refresh_from_db()
    given_back = (attempt.deadline - start - quiz.time_limit).total_seconds()
    assert given_back == attempt.credited_seconds
    assert given_back <= min(cap, sum(min(pair) for pair in outages))
