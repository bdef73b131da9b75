import json
from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock
from classroom.models import Role
from quizzes.models import Answer, Attempt, AttemptEvent
from quizzes.queries.attempt_log import attempt_log
from quizzes.queries.integrity import signals
from tests.factories import NOW, CourseFactory, UserFactory, instructor_of, student_of
from tests.quizzes import factories
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db
What = AttemptEvent.What

RIGHT = ("0", "0.64", "chain rule")


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def quiz(course):
    return make_quiz(course, ("single", "numeric", "short_text"), now=NOW, watch_focus=True, max_attempts=2)


def url(name, *args, slug="dl", **query):
    return reverse(f"quizzes:{name}", args=[slug, *args], query=query)


def take(quiz, *values, step=30, **how):
    return factories.take(quiz, *values, now=NOW, step=step, last=200, client="abcdef", **how)


def happened(attempt, what, *, seconds=60, **detail):
    at = NOW + timedelta(seconds=seconds)
    return AttemptEvent.objects.create(attempt=attempt, what=what, at=at, detail=detail)


def test_events_add_up_by_attempt(quiz):
    quiet, noisy = take(quiz, *RIGHT, name="Quiet"), take(quiz, *RIGHT, name="Noisy", finish=False)
    happened(noisy, What.FOCUS, seconds=12)
    AttemptEvent.objects.filter(what=What.FOCUS).update(detail={"seconds": 12.5})
    happened(noisy, What.FOCUS, forged="not a number")
    happened(noisy, What.DEVICE, address="192.0.2.7", browser="Firefox")
    happened(noisy, What.CONFLICT, writer="abcdef", other="fedcba")
    happened(quiet, What.STARTED)
    found = signals(quiz=quiz)
    [row] = found.rows
    assert found.attempts == 2
    assert (row.name, row.left, row.left_seconds, row.devices, row.conflicts) == ("Noisy", 2, 12.5, 1, 1)


def test_what_a_students_pages_send_arrives_here(client, course):
    quiz = make_quiz(course, ("single", "numeric"), now=clock.now(), watch_focus=True)
    client.force_login(student_of(course, user__name="Ada"))
    firefox, chrome = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "Mozilla/5.0 Chrome/140.0"
    client.post(url("start", quiz.pk), headers={"user-agent": firefox})
    attempt = Attempt.objects.get()

    def send(name, body, agent=firefox):
        address = url(name, attempt.pk)
        return client.post(address, json.dumps(body), "application/json", headers={"user-agent": agent})

    for tab in ("tab-a", "tab-b"):
        send("save", {"position": 2, "client": tab, "seq": 1, "value": [tab]})
    send("signals", {"away": [3.25, 12]})
    client.get(url("clock", attempt.pk), headers={"user-agent": chrome})
    [row] = signals(quiz=quiz).rows
    assert (row.name, row.left, row.left_seconds, row.devices, row.conflicts) == ("Ada", 2, 15.2, 1, 1)
    told = {entry.what: entry.detail for entry in attempt_log(attempt=attempt)}
    assert told["conflict"] == "tab tab-, after tab tab-"
    assert told["device"] == "127.0.0.0/24, Chrome"
    assert told["started"].endswith("Firefox Linux")


def test_staff_who_try_it_out_give_no_signals(quiz):
    happened(take(quiz, *RIGHT, user=instructor_of(quiz.course)), What.FOCUS, seconds=5)
    assert signals(quiz=quiz).rows == []


def test_an_answer_much_faster_than_the_class_is_named_with_both_times(quiz):
    for _ in range(10):
        take(quiz, *RIGHT, step=50)
    take(quiz, *RIGHT, name="Quick", step=5)
    [row] = signals(quiz=quiz).rows
    assert row.name == "Quick"
    assert [(fast.seconds, fast.median) for fast in row.fast] == [(5, 50)] * 3


def test_a_second_attempt_may_be_fast(quiz):
    users = [student_of(quiz.course) for _ in range(11)]
    for user in users:
        take(quiz, *RIGHT, user=user, step=50)
    take(quiz, *RIGHT, user=users[0], step=2)
    assert signals(quiz=quiz).rows == []


def wrong_class(quiz):
    """Ten people who are wrong each in a way of their own, and two who are wrong alike."""
    for number in range(10):
        take(quiz, "0", f"{number + 2}", f"word {number}")
    return [
        take(quiz, "0", "17", spelling, name=name)
        for name, spelling in (("Ada", "Odd One"), ("Ben", "odd  one"))
    ]


def test_rare_wrong_answers_that_two_share_are_shown_with_how_rare_they_are(quiz):
    ada, ben = wrong_class(quiz)
    found = signals(quiz=quiz)
    [pair] = found.pairs
    assert found.compared == 66
    assert ({pair.first_id, pair.second_id}, pair.both_wrong) == ({ada.pk, ben.pk}, 2)
    assert [(shared.others, shared.wrong) for shared in pair.shared] == [(0, 10), (0, 10)]
    assert pair.one_in == 144  # (12 / 1) squared


def test_right_answers_that_all_share_are_no_signal(quiz):
    for _ in range(6):
        take(quiz, *RIGHT)
    assert signals(quiz=quiz).pairs == []


def test_a_person_shares_nothing_with_their_own_second_attempt(quiz):
    wrong_class(quiz)
    eve = student_of(quiz.course, user__name="Eve")
    for _ in range(2):
        take(quiz, "0", "99", "eve's own", user=eve)
    assert [(pair.first, pair.second) for pair in signals(quiz=quiz).pairs] == [("Ada", "Ben")]


def test_questions_drawn_for_everybody_are_not_compared(quiz):
    wrong_class(quiz)
    for attempt in Attempt.objects.all():
        attempt.items.update(variant={"drawn": attempt.pk})
    assert signals(quiz=quiz).pairs == []


# The log.


def test_the_log_tells_answers_and_events_in_order(quiz):
    attempt = take(quiz, "1", "0.64")
    attempt.events.all().delete()
    happened(attempt, What.FOCUS, seconds=45)
    AttemptEvent.objects.update(detail={"seconds": 12.5})
    Answer.objects.create(
        attempt=attempt,
        position=1,
        client="other-tab",
        seq=1,
        value=["0"],
        received_at=NOW + timedelta(seconds=50),
    )
    entries = attempt_log(attempt=attempt)
    assert [
        (e.what, e.since_start, e.since_before, e.question, e.said, e.detail, e.tab) for e in entries
    ] == [
        ("answered", 30, 30, "1. A single question", ["An ELU"], "", "abcd"),
        ("focus", 45, 15, "", [], "for 12 s", ""),
        ("answered", 50, 5, "1. A single question", ["A step"], "", "othe"),
        ("answered", 60, 10, "2. A numeric question", ["`0.64`"], "", "abcd"),
    ]


def test_the_log_survives_what_it_does_not_know(quiz):
    attempt = take(quiz, "1")
    attempt.events.all().delete()
    happened(attempt, "novel", seconds=31, why="because", empty="")
    AttemptEvent.objects.create(attempt=attempt, what=What.HINT, position=9, at=NOW + timedelta(seconds=32))
    Answer.objects.create(attempt=attempt, position=77, client="t", seq=1, value=["?"], received_at=NOW)
    entries = attempt_log(attempt=attempt)
    assert [(e.what, e.question, e.detail) for e in entries if e.since_start != 30] == [
        ("answered", "77", ""),
        ("novel", "", "why: because"),
        ("hint", "9", ""),
    ]


# The pages.


@pytest.fixture
def as_teacher(client, course):
    client.force_login(instructor_of(course))
    return client


def test_every_number_leads_to_its_rows(as_teacher, quiz):
    ada, _ben = wrong_class(quiz)
    happened(ada, What.DEVICE, address="192.0.2.7", browser="<b>Firefox</b>")
    page = as_teacher.get(url("integrity", quiz.pk)).content.decode()
    assert "no verdicts" in page
    assert url("attempt_log", ada.pk) + "?only=device" in page
    log = as_teacher.get(url("attempt_log", ada.pk, only="device"))
    assert [entry.what for entry in log.context["page"]] == ["device"]
    assert "192.0.2.7, &lt;b&gt;Firefox&lt;/b&gt;" in log.content.decode()
    everything = as_teacher.get(url("attempt_log", ada.pk)).context
    assert (everything["total"], len(everything["page"])) == (4 + ada.events.count() - 1,) * 2
    assert list(as_teacher.get(url("attempt_log", ada.pk, only="<x>")).context["page"]) == []


def test_a_long_log_has_pages_and_no_row_is_lost(as_teacher, quiz):
    attempt = take(quiz, *RIGHT)
    Answer.objects.bulk_create(
        Answer(
            attempt=attempt,
            position=1,
            client="t",
            seq=n,
            value=[str(n)],
            received_at=NOW + timedelta(seconds=n),
        )
        for n in range(100, 450)
    )
    pages = [
        as_teacher.get(url("attempt_log", attempt.pk, only="answered", page=n)) for n in (1, 2, "nonsense")
    ]
    assert [len(page.context["page"]) for page in pages] == [200, 153, 200]
    assert "only=answered&amp;page=2" in pages[0].content.decode()


def test_a_quiz_without_signals_says_so(as_teacher, quiz):
    assert "Nobody has taken this quiz yet" in as_teacher.get(url("integrity", quiz.pk)).content.decode()
    take(quiz, *RIGHT)
    page = as_teacher.get(url("integrity", quiz.pk)).content.decode()
    assert "Nothing stands out in any of them." in page
    assert "No two attempts share" in page


@pytest.mark.parametrize(("name", "queries"), [("integrity", 9), ("attempt_log", 6)])
@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(
    as_teacher, quiz, name, queries, rows, django_assert_num_queries
):
    attempts = [take(quiz, "1", "3", "sum rule") for _ in range(rows)]
    for attempt in attempts:
        happened(attempt, What.FOCUS)
    pk = quiz.pk if name == "integrity" else attempts[0].pk
    with django_assert_num_queries(queries):
        assert as_teacher.get(url(name, pk)).status_code == 200


def test_only_instructors_of_the_course_see_signals(client, course, quiz):
    attempt = take(quiz, *RIGHT, name="Ada Leaks")
    happened(attempt, What.DEVICE, address="192.0.2.7")
    for user, slug, status in (
        (attempt.user, "dl", 403),
        (student_of(course, role=Role.GUEST), "dl", 404),
        (student_of(course, role=Role.VIEWER), "dl", 403),
        (student_of(course, role=Role.ASSISTANT), "dl", 403),
        (instructor_of(CourseFactory(slug="other")), "dl", 404),
        (instructor_of(CourseFactory(slug="third")), "third", 404),
        (UserFactory(), "dl", 404),
    ):
        client.force_login(user)
        for name, pk in (("integrity", quiz.pk), ("attempt_log", attempt.pk)):
            assert client.get(url(name, pk, slug=slug)).status_code == status


def test_assistants_have_no_tab_that_leads_to_signals(client, course, quiz):
    client.force_login(student_of(course, role=Role.ASSISTANT))
    assert url("integrity", quiz.pk) not in client.get(url("run", quiz.pk)).content.decode()
    client.force_login(instructor_of(course))
    assert url("integrity", quiz.pk) in client.get(url("statistics", quiz.pk)).content.decode()
