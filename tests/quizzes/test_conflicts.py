"""Two tabs, two devices, one attempt: everything is stored, the conflict is told, the last save counts."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock
from quizzes import services
from quizzes.models import Answer, Attempt, AttemptEvent
from quizzes.replay import standing_answers
from tests.factories import CourseFactory, student_of
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db
CONFLICT = AttemptEvent.What.CONFLICT


@pytest.fixture
def attempt(client):
    quiz = make_quiz(CourseFactory(slug="dl"), ("single", "numeric", "short_text"), now=clock.now())
    user = student_of(quiz.course)
    client.force_login(user)
    return services.start_attempt(quiz=quiz, user=user, now=clock.now())


def url(name, attempt):
    return reverse(f"quizzes:{name}", args=["dl", attempt.pk])


def save(client, attempt, position, value, *, tab, seq, seen="", certainty=None):
    body = {"position": position, "client": tab, "seq": seq, "value": [value], "seen": seen}
    if certainty is not None:
        body["certainty"] = certainty
    return client.post(url("save", attempt), json.dumps(body), "application/json")


def test_one_tab_that_goes_on_writing_is_no_conflict(client, attempt, django_assert_num_queries):
    first = save(client, attempt, 2, "1", tab="a", seq=1).json()
    with django_assert_num_queries(5):  # session with user, claim, insert; and the savepoint around them
        second = save(client, attempt, 2, "2", tab="a", seq=2, seen="2020-01-01T00:00:00+00:00").json()
    assert (set(first), set(second)) == ({"saved", "seen"}, {"saved", "seen"})
    assert not attempt.events.filter(what=CONFLICT).exists()


def test_a_page_that_has_seen_the_last_save_takes_over_without_a_conflict(client, attempt):
    seen = save(client, attempt, 2, "1", tab="a", seq=1).json()["seen"]
    assert set(save(client, attempt, 2, "2", tab="b", seq=1, seen=seen).json()) == {"saved", "seen"}
    attempt.refresh_from_db()
    assert attempt.writer == "b"
    assert not attempt.events.filter(what=CONFLICT).exists()


def test_a_tab_that_has_not_seen_the_others_save_is_told_what_it_was(client, attempt):
    save(client, attempt, 2, "1", tab="a", seq=1)
    save(client, attempt, 3, "chain rule", tab="a", seq=2)
    told = save(client, attempt, 2, "2", tab="b", seq=1).json()
    assert told["conflict"] == {
        "answers": [
            {"position": 2, "value": ["1"], "certainty": None, "said": "<code>1</code>"},
            {"position": 3, "value": ["chain rule"], "certainty": None, "said": "<code>chain rule</code>"},
        ]
    }
    event = attempt.events.get(what=CONFLICT)
    assert (event.position, event.detail) == (2, {"writer": "b", "other": "a"})


def test_both_versions_stay_in_the_log_and_the_last_save_counts(client, attempt):
    save(client, attempt, 2, "1", tab="a", seq=1)
    save(client, attempt, 2, "2", tab="b", seq=1)
    save(client, attempt, 2, "1", tab="a", seq=2)
    assert [answer.value for answer in attempt.answers.order_by("pk")] == [["1"], ["2"], ["1"]]
    assert standing_answers(attempt.answers.all())[2].value == ["1"]


def test_two_tabs_in_turns_are_one_conflict_in_the_log(client, attempt):
    for seq in range(1, 6):
        for tab in "ab":
            assert save(client, attempt, 2, f"{tab}{seq}", tab=tab, seq=seq).status_code == 200
    assert attempt.events.filter(what=CONFLICT).count() == 1
    assert attempt.answers.count() == 10


def test_a_repeated_save_whose_acknowledgement_was_lost_is_no_conflict(client, attempt):
    save(client, attempt, 2, "1", tab="a", seq=1)
    assert set(save(client, attempt, 2, "1", tab="a", seq=1).json()) == {"saved", "seen"}
    assert Answer.objects.count() == 1


def test_a_number_that_was_given_to_another_answer_is_not_acknowledged(client, attempt):
    for seq, value in ((1, "1"), (2, "2"), (3, "3")):
        save(client, attempt, 2, value, tab="a", seq=seq)
    assert save(client, attempt, 2, "4", tab="a", seq=2).json() == {"count_from": 4}
    assert save(client, attempt, 2, "2", tab="a", seq=2).json()["saved"] == 2  # just a repeated save
    assert save(client, attempt, 2, "2", tab="a", seq=2, certainty=1).json() == {"count_from": 4}
    assert save(client, attempt, 2, "4", tab="a", seq=4).json()["saved"] == 4
    assert standing_answers(attempt.answers.all())[2].value == ["4"]
    assert Answer.objects.count() == 4


def test_the_clock_tells_the_other_tab(client, attempt):
    mine = save(client, attempt, 2, "1", tab="a", seq=1).json()["seen"]
    address = url("clock", attempt)
    assert "conflict" not in client.get(address, {"client": "a", "seen": mine}).json()
    theirs = save(client, attempt, 2, "2", tab="b", seq=1, seen=mine).json()["seen"]
    told = client.get(address, {"client": "a", "seen": mine}).json()
    assert told["conflict"]["answers"] == [
        {"position": 2, "value": ["2"], "certainty": None, "said": "<code>2</code>"}
    ]
    assert told["seen"] == theirs
    assert "conflict" not in client.get(address, {"client": "a", "seen": theirs}).json()
    assert client.get(address, {"client": "a", "seen": "nonsense"}).status_code == 200


def test_a_conflict_after_the_end_is_too_late(client, attempt):
    save(client, attempt, 2, "1", tab="a", seq=1)
    past = clock.now() - timedelta(seconds=1)
    Attempt.objects.filter(pk=attempt.pk).update(deadline=past, accepts_until=past)
    assert save(client, attempt, 2, "2", tab="b", seq=1).status_code == 409
    assert Answer.objects.count() == 1


def test_somebody_else_is_told_nothing_of_it(client, attempt):
    save(client, attempt, 2, "1", tab="a", seq=1)
    client.force_login(student_of(attempt.quiz.course))
    refused = save(client, attempt, 2, "2", tab="b", seq=1)
    assert (refused.status_code, list(refused.json())) == (403, ["error"])


def test_without_script_only_what_changed_is_saved_and_the_conflict_is_told(client, attempt):
    form = {"q1": "0", "q2": "0.64", "q3": "", "seen": ""}
    client.post(url("attempt", attempt), form)
    assert [answer.position for answer in attempt.answers.order_by("pk")] == [1, 2]
    attempt.refresh_from_db()
    seen = attempt.last_saved_at.isoformat()
    page = client.post(url("attempt", attempt), form | {"q2": "0.7", "seen": seen}, follow=True)
    assert "What you have just sent counts" not in page.content.decode()
    assert attempt.answers.count() == 3
    page = client.post(url("attempt", attempt), form | {"q2": "0.8", "seen": seen}, follow=True)
    assert "What you have just sent counts" in page.content.decode()
    assert standing_answers(attempt.answers.all())[2].value == ["0.8"]


@pytest.mark.parametrize("certainty", [0, 4, -1, "x", [], {}])
def test_a_certainty_that_is_none_is_told_so(client, attempt, certainty):
    assert save(client, attempt, 2, "1", tab="a", seq=1, certainty=certainty).status_code == 400
    assert Answer.objects.count() == 0
