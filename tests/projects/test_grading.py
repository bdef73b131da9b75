"""Claim, grade, record: what happens to a hand-in when workers die, hurry or disagree."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from classroom import bell
from nnengine import grading as engine
from nnengine.sandbox import IsolationUnavailable, SandboxCrashed
from projects import grading, queries, services, tasks
from projects.models import MAX_ATTEMPTS, FunctionGrade, State, Submission
from tests.factories import NOW, instructor_of, student_of
from tests.projects.factories import (
    NOT_AVERAGED,
    RIGHT,
    ChallengeFactory,
    HackathonFactory,
    challenge_of,
    members,
    project_of,
    team_of,
)
from tests.site import wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def challenge(course):
    return ChallengeFactory(course=course)


def hand_in(challenge, user=None, text=RIGHT, now=NOW):
    return services.hand_in(
        challenge=challenge,
        user=user or student_of(challenge.course),
        filename="a.py",
        source=text.encode(),
        now=now,
    )


def report(text=RIGHT):
    return engine.grade(text.encode(), filename="a.py", exercise="planar-one-hidden-layer", seed=1)


def test_first_hand_ins_go_before_repeats_and_older_before_newer(challenge):
    eager = student_of(challenge.course)
    first = hand_in(challenge, eager, "a = 1", NOW)
    repeat = hand_in(challenge, eager, "a = 2", NOW + timedelta(seconds=1))
    late = hand_in(challenge, text="a = 3", now=NOW + timedelta(seconds=2))
    order = [grading.claim(now=NOW).submission for _ in range(3)]
    assert order == [first, late, repeat]
    assert grading.claim(now=NOW) is None


def test_a_claim_holds_until_its_lease_lapses(challenge):
    hand_in(challenge)
    first = grading.claim(now=NOW)
    assert grading.claim(now=NOW + grading.LEASE - timedelta(seconds=1)) is None
    second = grading.claim(now=NOW + grading.LEASE)
    assert (first.run, second.run) == (1, 2)


def test_a_superseded_worker_writes_nothing(challenge):
    submission = hand_in(challenge)
    slow = grading.claim(now=NOW)
    quick = grading.claim(now=NOW + grading.LEASE)
    assert grading.record(quick, report=report(), now=NOW)
    assert not grading.record(slow, report=report(NOT_AVERAGED), now=NOW)
    submission.refresh_from_db()
    assert submission.score == 100
    assert submission.functions.filter(verdict="correct").count() == 8


def test_a_worker_cannot_write_after_staff_started_it_again(challenge, instructor):
    submission = hand_in(challenge)
    held = grading.claim(now=NOW)
    services.grade_again(submission=submission, by=instructor, now=NOW)
    assert not grading.record(held, report=report(), now=NOW)


def test_a_second_delivery_finds_nothing(challenge, grade_all):
    submission = hand_in(challenge)
    grade_all()
    tasks.grade_next()
    submission.refresh_from_db()
    assert (submission.run, submission.attempts) == (1, 1)


def test_workers_that_die_are_counted_and_then_it_fails_in_sight(challenge, as_user, now):
    submission = hand_in(challenge)
    for attempt in range(MAX_ATTEMPTS):
        assert grading.claim(now=NOW + attempt * grading.LEASE)
    late = NOW + MAX_ATTEMPTS * grading.LEASE
    assert grading.claim(now=late) is None
    assert grading.give_up_lapsed(now=late) == 1
    submission.refresh_from_db()
    assert submission.state(late) is State.FAILED
    page = reverse("projects:queue", args=[challenge.course.slug])
    html = as_user(instructor_of(challenge.course)).get(page).content.decode()
    assert "stopped 3 times" in html
    assert reverse("projects:grade_again", args=[challenge.course.slug, submission.pk]) in html


def test_staff_start_a_failed_one_again_and_it_is_graded(challenge, as_user, grade_all):
    submission = hand_in(challenge)
    Submission.objects.update(failed_at=NOW, attempts=MAX_ATTEMPTS, failure="x")
    as_user(instructor_of(challenge.course)).post(
        reverse("projects:grade_again", args=[challenge.course.slug, submission.pk])
    )
    grade_all()
    submission.refresh_from_db()
    assert (submission.score, submission.failed_at, submission.attempts) == (100, None, 1)


@pytest.mark.django_db(transaction=True)
def test_a_worker_at_work_keeps_its_claim(challenge, monkeypatch, now):
    monkeypatch.setattr(grading, "RENEW_SECONDS", 0.1)
    submission = hand_in(challenge, text="import time\ntime.sleep(1)\n" + RIGHT)
    worker = threading.Thread(target=grade_and_close)
    worker.start()
    while not Submission.objects.filter(leased_until=NOW + grading.LEASE).exists():
        time.sleep(0.01)
    later = NOW + timedelta(seconds=50)
    now(later)
    while Submission.objects.filter(leased_until=NOW + grading.LEASE).exists():
        time.sleep(0.01)
    submission.refresh_from_db()
    assert submission.leased_until in {later + grading.LEASE, None}
    worker.join()
    submission.refresh_from_db()
    assert (submission.graded_at, submission.run) == (later, 1)


@pytest.mark.django_db(transaction=True)
def test_a_claim_is_kept_over_a_database_that_fails_for_a_while(challenge, monkeypatch, now, caplog):
    monkeypatch.setattr(grading, "RENEW_SECONDS", 0.1)
    hand_in(challenge)
    with grading.renewed(grading.claim(now=NOW)), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE projects_submission RENAME TO away")
        try:
            wait_until(lambda: "could not be renewed" in caplog.text)
        finally:
            cursor.execute("ALTER TABLE away RENAME TO projects_submission")
        later = NOW + timedelta(seconds=50)
        now(later)
        wait_until(lambda: Submission.objects.filter(leased_until=later + grading.LEASE).exists())


def grade_and_close():
    try:
        grading.grade_next()
    finally:
        connection.close()


class Broken:
    """A grader that cannot: the failure of machine or sandbox, which no test can bring about on demand."""

    def __init__(self, monkeypatch, error):
        monkeypatch.setattr(engine, "grade", self)
        self.error = error

    def __call__(self, *args, **kwargs):
        raise self.error


def test_a_machine_that_cannot_isolate_lets_it_wait_and_says_why(challenge, as_user, monkeypatch, grade_all):
    submission = hand_in(challenge)
    with monkeypatch.context() as broken:
        Broken(broken, IsolationUnavailable("No user namespaces: set kernel.unprivileged_userns_clone=1."))
        for _ in range(5):
            tasks.grade_next()
    submission.refresh_from_db()
    assert (submission.state(NOW), submission.attempts) == (State.BLOCKED, 0)
    slug = challenge.course.slug
    mine = as_user(submission.user).get(reverse("projects:submission", args=[slug, submission.pk]))
    assert "cannot be graded just now" in mine.content.decode()
    assert "kernel.unprivileged" not in mine.content.decode()
    staff = as_user(instructor_of(challenge.course)).get(reverse("projects:queue_panel", args=[slug]))
    assert "kernel.unprivileged_userns_clone=1" in staff.content.decode()
    grade_all()
    submission.refresh_from_db()
    assert (submission.score, submission.blocked_reason) == (100, "")


@pytest.mark.parametrize(("tier", "told"), [("full", False), ("reduced", True)])
def test_reduced_walls_are_shown_beside_the_queue(challenge, as_user, settings, tier, told):
    settings.SANDBOX_TIER = tier
    panel = reverse("projects:queue_panel", args=[challenge.course.slug])
    shown = as_user(instructor_of(challenge.course)).get(panel).content.decode()
    assert ("Student code runs in the reduced sandbox" in shown) == told


@pytest.mark.parametrize("error", [SandboxCrashed("zygote gone"), ZeroDivisionError("a defect of ours")])
def test_a_failing_grader_is_tried_again_and_costs_no_try(challenge, monkeypatch, error):
    challenge.tries = 1
    challenge.save()
    submission = hand_in(challenge)
    Broken(monkeypatch, error)
    for _ in range(MAX_ATTEMPTS):
        assert grading.grade_next()
    assert not grading.grade_next()
    submission.refresh_from_db()
    assert submission.state(NOW) is State.FAILED
    assert str(error) in submission.failure
    hand_in(challenge, submission.user, "b = 2")


def test_the_sweep_rings_once_for_each_that_waits(challenge, monkeypatch):
    for number in range(3):
        hand_in(challenge, text=f"a = {number}")
    grading.claim(now=NOW)
    rung = []
    monkeypatch.setattr(bell, "ring", lambda task, *args: rung.append(task))
    tasks.sweep()
    assert rung == ["projects.tasks.grade_next"] * 2


def test_what_databases_refuse_is_replaced():
    stored = grading.storable({"a\0": ["\ud800", float("nan"), float("inf"), 1.5, None, True]})
    assert stored == {"a\ufffd": ["?", None, None, 1.5, None, True]}


def test_hostile_text_in_a_report_can_be_stored(challenge, grade_all):
    text = RIGHT.replace("    m = ", "    raise ValueError('\\0\\ud800')\n    m = ")
    submission = hand_in(challenge, text=text)
    grade_all()
    submission.refresh_from_db()
    assert submission.graded_at == NOW


def test_a_teams_hand_in_belongs_to_its_members_of_then(grade_all):
    hackathon = HackathonFactory()
    challenge = challenge_of(hackathon, exercise="planar-one-hidden-layer")
    team = team_of(hackathon, size=2)
    first, second = members(team)
    project_of(team, challenge)
    hand_in(challenge, first, NOT_AVERAGED)
    staff = instructor_of(hackathon.course)
    services.take_out(team=team, user=first, reason="asked to go", by=staff, now=NOW)
    later = hand_in(challenge, second, RIGHT)
    grade_all()
    assert [s.authors.count() for s in Submission.objects.order_by("number")] == [2, 1]
    assert later.number == 2
    assert Submission.objects.counting(challenge).get() == later


def test_a_team_hands_in_only_where_it_registered():
    hackathon = HackathonFactory()
    challenge = challenge_of(hackathon, exercise="planar-one-hidden-layer")
    with pytest.raises(services.Refused, match="Only teams"):
        hand_in(challenge)
    with pytest.raises(services.Refused, match="has not chosen this challenge"):
        hand_in(challenge, members(team_of(hackathon))[0])


class TestResults:
    @pytest.fixture
    def graded(self, challenge, grade_all):
        for number in range(3):
            user = student_of(challenge.course, user__name=f"Student {number}")
            hand_in(challenge, user, NOT_AVERAGED, NOW)
            if number == 0:
                hand_in(challenge, user, RIGHT, NOW + timedelta(minutes=12))
        grade_all()
        return challenge

    def test_the_heat_map_shows_what_counts(self, graded):
        found = queries.heat_map(challenge=graded)
        assert [row.who for row in found.rows] == ["Student 0", "Student 1", "Student 2"]
        assert dict(found.columns)["backward_propagation"] == pytest.approx(1 / 3)
        assert dict(found.columns)["predict"] == 1

    def test_misconceptions_name_the_mistake_and_who_makes_it(self, graded):
        (mistake,) = queries.misconceptions(challenge=graded)
        assert (mistake.function, mistake.count) == ("backward_propagation", 2)
        assert [who for _, who in mistake.submissions] == ["Student 1", "Student 2"]
        assert "db1" in mistake.message

    def test_progress_tells_the_time_to_success(self, graded):
        assert queries.progress(challenge=graded) == queries.results.Progress(3, 1, 12.0)

    def test_the_pages_show_it(self, graded, as_user):
        client = as_user(instructor_of(graded.course))
        args = [graded.course.slug, graded.pk]
        html = client.get(reverse("projects:results", args=args)).content.decode()
        assert "Student 1" in html
        text = client.get(reverse("projects:results_csv", args=args)).content.decode()
        assert text.count("\n") == 4
        assert "backward_propagation" in text

    def test_points_given_by_hand_count_and_are_explained(self, graded, as_user):
        submission = Submission.objects.get(user__name="Student 1")
        client = as_user(instructor_of(graded.course))
        url = reverse("projects:adjust", args=[graded.course.slug, submission.pk])
        assert client.post(url, {"adjusted_score": "101", "adjustment_comment": "x"}).status_code == 422
        assert client.post(url, {"adjusted_score": "90", "adjustment_comment": ""}).status_code == 422
        client.post(url, {"adjusted_score": "90", "adjustment_comment": "Close enough."})
        submission.refresh_from_db()
        assert (submission.points, submission.score) == (90, 75)
        page = as_user(submission.user).get(submission.get_absolute_url()).content.decode()
        assert "Close enough." in page


@pytest.mark.parametrize("students", [1, 3])
def test_staff_pages_need_as_many_queries_for_three_as_for_one(
    challenge, students, grade_all, as_user, django_assert_num_queries
):
    for number in range(students):
        hand_in(challenge, text=NOT_AVERAGED + f"\n# {number}")
    grade_all()
    with django_assert_num_queries(1):
        queries.heat_map(challenge=challenge)
    with django_assert_num_queries(2):
        queries.queue_state(course=challenge.course, now=NOW)
    client = as_user(instructor_of(challenge.course))
    with django_assert_num_queries(10):
        client.get(reverse("projects:results", args=[challenge.course.slug, challenge.pk]))


@pytest.mark.parametrize("challenges", [1, 3])
def test_a_students_list_needs_as_many_queries_for_three_as_for_one(
    course, student, challenges, grade_all, as_user, django_assert_num_queries
):
    for _ in range(challenges):
        hand_in(ChallengeFactory(course=course), student)
    grade_all()
    with django_assert_num_queries(4):
        cards = queries.cards_for(user=student, course=course, now=NOW)
    assert [(card.state, card.score, card.max_score) for card in cards] == [("graded", 100, 100)] * challenges


def test_cards_tell_what_counts_as_the_heat_map_does(course, student, grade_all):
    challenge = ChallengeFactory(course=course, policy="last")
    hand_in(challenge, student, RIGHT)
    hand_in(challenge, student, NOT_AVERAGED)
    grade_all()
    (card,) = queries.cards_for(user=student, course=course, now=NOW)
    (row,) = queries.heat_map(challenge=challenge).rows
    assert card.score == row.points == 75
    first = Submission.objects.get(number=1)
    challenge.policy = "chosen"
    challenge.save()
    first.challenge.refresh_from_db()
    services.choose(submission=first, now=NOW)
    (card,) = queries.cards_for(user=student, course=course, now=NOW)
    (row,) = queries.heat_map(challenge=challenge).rows
    assert card.score == row.points == 100


def test_function_rows_are_replaced_when_graded_again(challenge, grade_all, instructor):
    submission = hand_in(challenge)
    grade_all()
    services.grade_again(submission=submission, by=instructor, now=NOW)
    assert FunctionGrade.objects.count() == 0
    grade_all()
    assert FunctionGrade.objects.count() == 8
