import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classroom import clock
from classroom.models import Accommodation, AuditEntry, Extension, Outbox
from quizzes import services
from quizzes.discussion import discussed
from quizzes.errors import MayStillWrite, Refused
from quizzes.models import Arrival, Attempt, Room
from quizzes.queries.leaders import leaders
from quizzes.queries.news import news, news_of
from quizzes.services.room import COUNTDOWN
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import make_question, make_quiz, save, take
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return CourseFactory(slug="dl", mattermost_webhook="http://127.0.0.1:1/hooks/x")


@pytest.fixture
def quiz(course):
    return make_quiz(
        course, ("single", "numeric"), now=clock.now(), is_open=False, lobby=True, shuffle_options=False
    )


@pytest.fixture
def teacher(course):
    return instructor_of(course, user__name="Mira")


@pytest.fixture
def as_teacher(client, teacher):
    client.force_login(teacher)
    return client


def as_student(course, name="Ada"):
    client = Client()
    client.user = student_of(course, user__name=name)
    client.force_login(client.user)
    return client


def url(name, *args):
    return reverse(f"quizzes:{name}", args=["dl", *args])


def state(quiz, now=None):
    return news(services.room_of(quiz), now or clock.now()).state


def begin(quiz, teacher):
    """Start for everybody, the countdown over."""
    services.start_together(quiz=quiz, by=teacher, now=clock.now() - COUNTDOWN)


def close(quiz, teacher):
    services.close_quiz(quiz=quiz, by=teacher, now=clock.now())
    services.settle(now=clock.now() + quiz.grace)


# The lobby -------------------------------------------------------------------------------------------------


def test_who_opens_the_quizs_page_waits_in_the_lobby_by_name(course, quiz):
    ada, bob = as_student(course, "Ada"), as_student(course, "Bob")
    ada.get(quiz.get_absolute_url())
    page = bob.get(quiz.get_absolute_url())
    assert [person.name for person in page.context["people"]] == ["Bob", "Ada"]
    bob.get(quiz.get_absolute_url())
    assert (Arrival.objects.count(), state(quiz)["arrived"]) == (2, 2)
    assert "Ada" in ada.get(url("lobby", quiz.pk)).content.decode()


def test_from_sixty_on_there_are_numbers_and_no_names(course, quiz):
    room, now = services.room_of(quiz), clock.now()
    students = [student_of(course, user__name=f"Student {number}") for number in range(60)]
    Arrival.objects.bulk_create(Arrival(room=room, user=one, arrived_at=now) for one in students)
    page = as_student(course).get(url("lobby", quiz.pk)).content.decode()
    assert "Student" not in page


def test_staff_looking_as_a_student_do_not_arrive(as_teacher, course, quiz):
    as_teacher.post(reverse("student_view", args=["dl"]))
    assert as_teacher.get(quiz.get_absolute_url()).status_code == 200
    assert not Arrival.objects.exists()


def test_inviting_publishes_the_quiz_and_posts_its_link(as_teacher, quiz, course):
    type(quiz).objects.filter(pk=quiz.pk).update(published_at=None)
    student = as_student(course)
    assert student.get(quiz.get_absolute_url()).status_code == 404
    as_teacher.post(url("room_invite", quiz.pk))
    assert student.get(quiz.get_absolute_url()).status_code == 200
    assert f"/c/dl/quizzes/{quiz.pk}/" in Outbox.objects.get().body
    type(quiz).objects.filter(pk=quiz.pk).update(anonymous=True, join_code="BCDFGHJK")
    as_teacher.post(url("room_invite", quiz.pk))
    assert "/join/BCDFGHJK/" in Outbox.objects.latest("pk").body


def test_the_lobby_of_a_list_page_costs_the_same_for_one_and_for_three(
    as_teacher, course, quiz, django_assert_num_queries
):
    def queries_with(count):
        for number in range(count):
            services.arrive(quiz=quiz, user=student_of(course, user__name=f"S{number}"), now=clock.now())
        as_teacher.get(url("room", quiz.pk))
        with django_assert_num_queries(ROOM_QUERIES):
            as_teacher.get(url("room", quiz.pk), headers={"HX-Request": "true"})

    queries_with(1)
    queries_with(3)


ROOM_QUERIES = 12


# The start -------------------------------------------------------------------------------------------------


def test_one_button_starts_everybody_three_seconds_later_with_one_clock(as_teacher, course, quiz):
    before = clock.now()
    as_teacher.post(url("room_start", quiz.pk))
    quiz.refresh_from_db()
    assert COUNTDOWN <= quiz.opens_at - before < COUNTDOWN + timedelta(seconds=2)
    ada, bob = student_of(course), student_of(course)
    with pytest.raises(Refused):
        services.start_attempt(quiz=quiz, user=ada, now=quiz.opens_at - timedelta(seconds=1))
    early = services.start_attempt(quiz=quiz, user=ada, now=quiz.opens_at)
    late = services.start_attempt(quiz=quiz, user=bob, now=quiz.opens_at + timedelta(seconds=100))
    assert early.deadline == late.deadline == quiz.opens_at + quiz.time_limit


def test_a_second_click_moves_nothing(as_teacher, teacher, quiz):
    as_teacher.post(url("room_start", quiz.pk))
    quiz.refresh_from_db()
    starts_at = quiz.opens_at
    page = as_teacher.post(url("room_start", quiz.pk), follow=True)
    quiz.refresh_from_db()
    assert quiz.opens_at == starts_at
    assert "was started already" in page.content.decode()
    assert AuditEntry.objects.filter(action="quiz.started_together").count() == 1


def test_a_planned_opening_is_brought_forward(teacher, quiz):
    now = clock.now()
    type(quiz).objects.filter(pk=quiz.pk).update(
        opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=2)
    )
    quiz.refresh_from_db()
    assert services.start_together(quiz=quiz, by=teacher, now=now)
    assert (quiz.opens_at, quiz.closes_at) == (now + COUNTDOWN, now + timedelta(hours=2))


def test_a_closed_quiz_is_started_anew_and_shows_no_old_discussion(teacher, quiz):
    begin(quiz, teacher)
    close(quiz, teacher)
    services.discuss(quiz=quiz, position=1, by=teacher, now=clock.now())
    services.reveal(quiz=quiz)
    services.show_leaders(quiz=quiz)
    assert services.start_together(quiz=quiz, by=teacher, now=clock.now())
    room = Room.objects.get()
    assert (room.discussing, room.revealed, room.leaders, quiz.closes_at) == (None, False, False, None)


def test_without_script_the_button_of_the_lobby_starts(course, quiz, teacher):
    student = as_student(course)
    assert "<noscript><button" in student.get(quiz.get_absolute_url()).content.decode()
    assert student.post(url("start", quiz.pk))["Location"] == quiz.get_absolute_url()
    begin(quiz, teacher)
    student.post(url("start", quiz.pk))
    assert Attempt.objects.get().user == student.user


def test_more_time_for_everybody_moves_the_common_end(as_teacher, teacher, course, quiz):
    begin(quiz, teacher)
    attempt = services.start_attempt(quiz=quiz, user=student_of(course), now=clock.now())
    as_teacher.post(url("room_more_time", quiz.pk), {"minutes": "2"})
    end = attempt.deadline + timedelta(minutes=2)
    attempt.refresh_from_db()
    quiz.refresh_from_db()
    told = news(services.room_of(quiz), clock.now())
    assert (attempt.deadline, told.mark) == (end, end.isoformat())


@pytest.mark.parametrize("minutes", ["", "-1", "1e3", "99999999999", "٣"])
def test_nonsense_for_minutes_is_refused_and_no_error(as_teacher, quiz, teacher, minutes):
    begin(quiz, teacher)
    page = as_teacher.post(url("room_more_time", quiz.pk), {"minutes": minutes}, follow=True)
    assert page.status_code == 200
    quiz.refresh_from_db()
    assert quiz.time_limit_seconds == 360


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_starts(quiz, teacher):
    now = clock.now()
    acts = [
        lambda n=n: services.start_together(
            quiz=type(quiz).objects.get(pk=quiz.pk), by=teacher, now=now + timedelta(milliseconds=n)
        )
        for n in range(4)
    ]
    assert sorted(at_once(acts, refusals=Refused)) == [False, False, False, True]
    assert AuditEntry.objects.filter(action="quiz.started_together").count() == 1


# What everybody may know -----------------------------------------------------------------------------------


def test_the_phases_follow_from_the_quizs_times(teacher, course, quiz):
    assert state(quiz)["phase"] == "waiting"
    services.start_together(quiz=quiz, by=teacher, now=clock.now())
    told = news(services.room_of(quiz), clock.now())
    assert (told.state["phase"], 0 < told.seconds <= 3) == ("waiting", True)
    later = quiz.opens_at + timedelta(seconds=60)
    told = news(services.room_of(quiz), later)
    assert (told.state["phase"], told.seconds) == ("running", 300)
    services.start_attempt(quiz=quiz, user=student_of(course), now=later)
    services.close_quiz(quiz=quiz, by=teacher, now=later)
    assert state(quiz, later)["phase"] == "running"  # within the grace of what runs
    assert state(quiz, later + quiz.grace)["phase"] == "over"


def test_answers_are_counted_by_question(teacher, course, quiz):
    begin(quiz, teacher)
    ada, bob = student_of(course), student_of(course)
    first = services.start_attempt(quiz=quiz, user=ada, now=clock.now())
    services.start_attempt(quiz=quiz, user=bob, now=clock.now())
    save(first, 1, "0", seq=1)
    save(first, 1, "1", seq=2)
    told = state(quiz)
    assert (told["answered"], told["writing"], told["handed_in"]) == ([[1, 1, 2], [2, 0, 2]], 2, 0)
    services.hand_in(attempt=first, now=clock.now())
    assert (state(quiz)["writing"], state(quiz)["handed_in"]) == (1, 1)


def test_bars_are_told_only_once_revealed_and_only_of_the_question_discussed(teacher, course, quiz):
    begin(quiz, teacher)
    for name, answer in [("Ada", "0"), ("Bob", "0"), ("Cy", "2")]:
        take(quiz, answer, "0.64", name=name)
    take(quiz, name="Di")
    close(quiz, teacher)
    services.discuss(quiz=quiz, position=1, by=teacher, now=clock.now())
    assert (state(quiz)["discussing"], state(quiz)["bars"]) == (1, None)
    services.reveal(quiz=quiz)
    assert state(quiz)["bars"] == {"position": 1, "counts": [2, 0, 1, 1], "shares": [50, 0, 25, 25]}
    services.discuss(quiz=quiz, position=2, by=teacher, now=clock.now())
    assert (state(quiz)["discussing"], state(quiz)["bars"], state(quiz)["revealed"]) == (2, None, False)
    services.reveal(quiz=quiz)
    assert state(quiz)["bars"]["counts"] == [3, 0, 0, 1]
    services.end_discussion(quiz=quiz)
    assert (state(quiz)["phase"], state(quiz)["bars"]) == ("over", None)


@pytest.mark.parametrize("phase", ["waiting", "running", "over", "discussing"])
def test_news_of_rooms_that_differ_only_in_their_keys_are_equal(course, teacher, phase):
    now, told = clock.now(), []
    for right in (0, 2):
        data = {"options": [{"text": text, "right": place == right} for place, text in enumerate("abc")]}
        quiz = make_quiz(course, (), now=now, is_open=False, lobby=True)
        question = make_question(course, data=data, explanation=f"It is {right}")
        quiz.slots.create(position=1, question=question, points=1)
        if phase != "waiting":
            services.start_together(quiz=quiz, by=teacher, now=now - COUNTDOWN)
            for answer in ("0", "1", "0"):
                take(quiz, answer)
        if phase in {"over", "discussing"}:
            close(quiz, teacher)
        if phase == "discussing":
            services.discuss(quiz=quiz, position=1, by=teacher, now=clock.now())
        room = services.room_of(quiz)
        found = news(room, clock.now())
        told.append((json.dumps(found.state, default=str), found.mark, discussed(room, revealed=False)))
    assert told[0] == told[1]


def test_no_name_is_told_before_the_leader_board_is_shown(teacher, quiz):
    begin(quiz, teacher)
    take(quiz, "0", "0.64", name="Ada")
    services.show_leaders(quiz=quiz)
    assert state(quiz)["leaders"] is None  # it runs
    close(quiz, teacher)
    assert state(quiz)["leaders"] == [{"place": 1, "name": "Ada"}]
    services.show_leaders(quiz=quiz, shown=False)
    assert "Ada" not in json.dumps(state(quiz))


def test_there_is_no_news_of_an_unknown_room(quiz):
    assert news_of("x" * 22) is None
    assert news_of(services.room_of(quiz).token).state["phase"] == "waiting"


# Discussion ------------------------------------------------------------------------------------------------


def test_nothing_is_discussed_while_anybody_writes(teacher, course, quiz):
    begin(quiz, teacher)
    with pytest.raises(Refused):
        services.discuss(quiz=quiz, position=1, by=teacher, now=clock.now())
    attempt = services.start_attempt(quiz=quiz, user=student_of(course), now=clock.now())
    services.close_quiz(quiz=quiz, by=teacher, now=clock.now())
    with pytest.raises(Refused):
        services.discuss(quiz=quiz, position=1, by=teacher, now=clock.now())
    after = clock.now() + quiz.grace
    services.discuss(quiz=quiz, position=1, by=teacher, now=after)
    Attempt.objects.filter(pk=attempt.pk).update(
        finished_at=None, deadline=after + timedelta(hours=1), accepts_until=after + timedelta(hours=1)
    )
    assert state(quiz, after)["phase"] == "running"  # somebody was let in again: the wall says nothing


def test_who_may_still_take_the_quiz_is_named_first_and_shown_nothing(teacher, course, quiz):
    begin(quiz, teacher)
    close(quiz, teacher)
    ill = as_student(course, "Ill")
    Extension.objects.create(
        course=course, item=quiz.deadline_key, user=ill.user, closes_at=clock.now() + timedelta(days=1)
    )
    with pytest.raises(MayStillWrite):
        services.discuss(quiz=quiz, position=1, by=teacher, now=clock.now())
    services.discuss(quiz=quiz, position=1, by=teacher, now=clock.now(), force=True)
    services.reveal(quiz=quiz)
    assert "A step" not in ill.get(url("discussion", quiz.pk)).content.decode()
    assert "A step" in as_student(course).get(url("discussion", quiz.pk)).content.decode()


def test_students_follow_with_their_own_answer_and_see_the_right_one_once_revealed(teacher, course, quiz):
    quiz.slots.get(position=1).question.versions.update(explanation="Because it jumps.")
    begin(quiz, teacher)
    ada = as_student(course)
    take(quiz, "2", "0.64", user=ada.user)
    close(quiz, teacher)
    services.discuss(quiz=quiz, position=1, by=teacher, now=clock.now())
    page = ada.get(url("discussion", quiz.pk), headers={"HX-Request": "true"})
    assert [question.said for question in page.context["mine"]] == [["ReLU"]]
    question = page.context["question"]
    assert {(bar.count, bar.share, bar.right) for bar in question.bars} == {(None, None, False)}
    assert question.solution == []
    assert page.context["mine"][0].solution == []
    assert "Because it jumps" not in page.content.decode()
    services.reveal(quiz=quiz)
    page = ada.get(url("discussion", quiz.pk), headers={"HX-Request": "true"})
    question = page.context["question"]
    assert [(bar.label, bar.count, bar.right) for bar in question.bars] == [
        ("A step", 0, True),
        ("An ELU", 0, False),
        ("ReLU", 1, False),
        ("No answer", 0, False),
    ]
    assert (question.solution, question.explanation) == (["A step"], "Because it jumps.")


def test_the_wall_hides_what_is_not_revealed(as_teacher, teacher, quiz):
    quiz.slots.get(position=1).question.versions.update(explanation="Because it jumps.")
    begin(quiz, teacher)
    take(quiz, "0", "0.64")
    close(quiz, teacher)
    services.discuss(quiz=quiz, position=1, by=teacher, now=clock.now())
    wall = as_teacher.get(url("wall", quiz.pk))
    assert {bar.count for bar in wall.context["question"].bars} == {None}
    assert "Because it jumps" not in wall.content.decode()
    room = as_teacher.get(url("room", quiz.pk))
    assert (room.context["question"].solution, "Because it jumps" in room.content.decode()) == (
        ["A step"],
        True,
    )
    as_teacher.post(url("room_reveal", quiz.pk), {"back": "wall"})
    assert "Because it jumps" in as_teacher.get(url("wall", quiz.pk)).content.decode()


def test_questions_drawn_for_everybody_are_counted_by_how_right_they_were(teacher, course):
    quiz = make_quiz(course, (), now=clock.now(), is_open=False, lobby=True)
    data = {"ask": "all"}
    quiz.slots.create(position=1, question=make_question(course, "backprop", data, body="Go back"), points=2)
    begin(quiz, teacher)
    ada = as_student(course)
    take(quiz, user=ada.user)
    close(quiz, teacher)
    services.discuss(quiz=quiz, position=1, by=teacher, now=clock.now())
    services.reveal(quiz=quiz)
    page = ada.get(url("discussion", quiz.pk))
    question = page.context["question"]
    assert (question.drawn, question.solution, [bar.count for bar in question.bars]) == (
        True,
        [],
        [0, 0, 0, 1],
    )
    assert len(page.context["mine"]) == 1


def test_the_leader_board_shares_places_and_leaves_out_who_was_sent_away(teacher, course, quiz):
    begin(quiz, teacher)
    for name, answers in [("Cy", ("0", "0.64")), ("Ada", ("0", "0.64")), ("Bob", ("0",)), ("Di", ())]:
        take(quiz, *answers, name=name)
    gone = take(quiz, "0", "0.64", name="Gone").user
    gone.enrolments.update(left_at=clock.now())
    board = [(leader.place, leader.name, leader.points) for leader in leaders(quiz=quiz)]
    assert board == [(1, "Ada", 4), (1, "Cy", 4), (3, "Bob", 2)]


# Who may ---------------------------------------------------------------------------------------------------

STAFF_PAGES = ("room", "wall")
ACTS = ("invite", "start", "more_time", "close", "discuss", "reveal", "leaders", "code", "guest")


def test_only_staff_see_the_room_and_only_instructors_steer_it(course, quiz):
    student = as_student(course)
    assert [student.get(url(page, quiz.pk)).status_code for page in STAFF_PAGES] == [403] * 2
    assert [student.post(url(f"room_{act}", quiz.pk)).status_code for act in ACTS] == [403] * len(ACTS)
    assistant = Client()
    assistant.force_login(instructor_of(course))
    assistant_part = course.enrolments.latest("pk")
    assistant_part.role = "assistant"
    assistant_part.save()
    assert [assistant.get(url(page, quiz.pk)).status_code for page in STAFF_PAGES] == [200] * 2
    assert [assistant.post(url(f"room_{act}", quiz.pk)).status_code for act in ACTS] == [403] * len(ACTS)
    quiz.refresh_from_db()
    assert quiz.opens_at is None


def test_an_act_by_htmx_answers_with_the_part_and_says_refusals(as_teacher, quiz):
    page = as_teacher.post(url("room_discuss", quiz.pk), {"position": "1"}, headers={"HX-Request": "true"})
    assert page.status_code == 200
    assert "The quiz still runs" in page.content.decode()
    assert "<html" not in page.content.decode()


# A common clock --------------------------------------------------------------------------------------------


def test_who_comes_late_is_told_what_is_left_and_who_comes_too_late_that_it_is_over(teacher, course, quiz):
    begin(quiz, teacher)
    ada, slow = as_student(course, "Ada"), as_student(course, "Slow")
    Accommodation.objects.create(course=course, user=slow.user, time_multiplier=2)
    assert "you have what is left" in ada.get(quiz.get_absolute_url()).content.decode()
    type(quiz).objects.filter(pk=quiz.pk).update(opens_at=clock.now() - timedelta(seconds=400))
    states = [client.get(quiz.get_absolute_url()).context["card"].state for client in (ada, slow)]
    assert states == ["closed", "open"]
    ada.post(url("start", quiz.pk))
    slow.post(url("start", quiz.pk))
    assert Attempt.objects.get().user == slow.user


def test_a_list_with_common_clocks_costs_the_same_for_one_and_for_three(client, teacher, course):
    client.force_login(student_of(course))
    counts = []
    for more in (1, 2):
        for _ in range(more):
            quiz = make_quiz(course, now=clock.now(), is_open=False, lobby=True)
            begin(quiz, teacher)
        with CaptureQueriesContext(connection) as caught:
            client.get(url("index"))
        counts.append(len(caught))
    assert counts[0] == counts[1]
