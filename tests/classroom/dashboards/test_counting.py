from datetime import timedelta

import pytest

from classroom import lease
from classroom.models import Enrolment, Extension, Group, Mistake, Outcome, Standing, Tally, standing_is
from classroom.pages.dashboards import counting, outcomes
from projects.models import FunctionGrade, Submission
from quizzes import services as quiz_services
from quizzes.models import Quiz
from tests.factories import NOW, CourseFactory, student_of
from tests.projects.factories import ChallengeFactory
from tests.quizzes.factories import make_quiz, save, take

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def course():
    return CourseFactory()


def came(course, **fields):
    """A student who has been there from the start."""
    user = student_of(course, **fields)
    Enrolment.objects.filter(user=user).update(joined_at=NOW - 100 * DAY)
    return user


def hand_in(challenge, user, score, *, number=1, at=NOW, most=10, **fields):
    return Submission.objects.create(
        challenge=challenge,
        user=user,
        number=number,
        exercise=challenge.exercise,
        filename="a.py",
        sha256="0" * 64,
        size_bytes=1,
        submitted_at=at,
        graded_at=None if score is None else at,
        score=score,
        max_score=None if score is None else most,
        **fields,
    )


def count(course, now=NOW):
    return counting.count_course(course=course, now=now)


def counted(user):
    return {
        (one.standing(NOW).value, None if one.share is None else round(one.share, 3))
        for one in Outcome.objects.filter(user=user)
    }


def test_a_quiz_is_counted_by_its_own_rule(course):
    quiz = make_quiz(course, kinds=["single"], max_attempts=3, counts="last", now=NOW)
    ada, ben, cem = (came(course) for _ in range(3))
    take(quiz, "0", user=ada, now=NOW)
    take(quiz, "1", user=ada, now=NOW + timedelta(seconds=5))
    quiz_services.start_attempt(quiz=quiz, user=ben, now=NOW)
    assert count(course, NOW + HOUR) == 1
    assert [counted(user) for user in (ada, ben, cem)] == [
        {("done", 0.0)},
        {("begun", None)},
        {("open", None)},
    ]
    Quiz.objects.update(counts="best", closes_at=NOW + 2 * HOUR)
    assert count(course, NOW + HOUR) == 1
    assert counted(ada) == {("done", 1.0)}


def test_an_exercise_is_counted_with_when_it_was_begun_and_solved(course):
    challenge = ChallengeFactory(course=course)
    ada, ben = came(course), came(course)
    for number, score in enumerate((4, 10, 10), start=1):
        hand_in(challenge, ada, score, number=number, at=NOW + number * HOUR)
    hand_in(challenge, ben, None)
    count(course)
    mine = Outcome.objects.get(user=ada)
    assert (mine.begun_at, mine.solved_at, mine.handed_in_at, mine.share) == (
        NOW + HOUR,
        NOW + 2 * HOUR,
        NOW + 2 * HOUR,
        1.0,
    )
    assert counted(ben) == {("ungraded", None)}


def test_what_staff_gave_and_what_being_late_costs_count(course):
    challenge = ChallengeFactory(course=course)
    ada, ben = came(course), came(course)
    hand_in(challenge, ada, 10, late_factor=0.8)
    hand_in(challenge, ben, 2, adjusted_score=9)
    count(course)
    assert [counted(user) for user in (ada, ben)] == [{("done", 0.8)}, {("done", 0.9)}]


def test_missed_is_what_is_over_for_this_person(course):
    challenge = ChallengeFactory(course=course, opens_at=NOW - 9 * DAY, closes_at=NOW - 2 * DAY, late_days=1)
    ada, ben = came(course), came(course)
    new = student_of(course)
    Enrolment.objects.filter(user=new).update(joined_at=NOW - HOUR)
    Extension.objects.create(course=course, item=challenge.deadline_key, user=ben, closes_at=NOW)
    count(course)
    assert [counted(user) for user in (ada, ben, new)] == [
        {("missed", None)},
        {("open", None)},
        {("open", None)},
    ]


def test_the_rows_of_a_standing_are_those_that_say_so(course):
    course_students = [came(course) for _ in range(4)]
    quiz = make_quiz(course, kinds=["single"], now=NOW)
    take(quiz, "0", user=course_students[0], now=NOW)
    quiz_services.start_attempt(quiz=quiz, user=course_students[1], now=NOW)
    over = ChallengeFactory(course=course, opens_at=NOW - 9 * DAY, closes_at=NOW - DAY)
    hand_in(over, course_students[2], None)
    count(course)
    rows = list(Outcome.objects.all())
    for standing in Standing:
        asked = set(Outcome.objects.filter(standing_is(standing, NOW)).values_list("pk", flat=True))
        assert asked == {row.pk for row in rows if row.standing(NOW) == standing}
    assert {row.standing(NOW) for row in rows} == set(Standing)


def test_nothing_is_counted_again_until_something_changes(course):
    quiz = make_quiz(course, kinds=["single"], now=NOW)
    challenge = ChallengeFactory(course=course)
    user = came(course)
    take(quiz, "0", user=user, now=NOW)
    hand_in(challenge, user, 5)
    assert [count(course), count(course)] == [2, 0]
    Submission.objects.update(adjusted_score=7, adjusted_at=NOW)
    assert [count(course), count(course)] == [1, 0]
    came(course)
    assert count(course) == 2


def test_points_that_change_places_are_a_change(course):
    challenge = ChallengeFactory(course=course)
    ada, ben = came(course), came(course)
    mine, theirs = hand_in(challenge, ada, 1 / 3), hand_in(challenge, ben, 5)
    assert [count(course), count(course)] == [1, 0]
    for submission, score in ((mine, 5), (theirs, 1 / 3)):
        Submission.objects.filter(pk=submission.pk).update(score=score)
    assert count(course) == 1
    assert [counted(user) for user in (ada, ben)] == [{("done", 0.5)}, {("done", 0.033)}]


def test_who_comes_into_a_group_with_an_extension_has_not_missed_it(course):
    challenge = ChallengeFactory(course=course, opens_at=NOW - 9 * DAY, closes_at=NOW - DAY)
    ada, group = came(course), Group.objects.create(course=course, name="Ill")
    Extension.objects.create(course=course, item=challenge.deadline_key, group=group, closes_at=NOW + DAY)
    count(course)
    assert counted(ada) == {("missed", None)}
    group.members.add(ada)
    assert [count(course), count(course)] == [1, 0]
    assert counted(ada) == {("open", None)}


def test_who_leaves_and_what_is_hidden_again_is_forgotten(course):
    quiz = make_quiz(course, kinds=["single"], now=NOW)
    ada, ben = came(course), came(course)
    take(quiz, "1", user=ada, now=NOW)
    take(quiz, "1", user=ben, now=NOW)
    count(course)
    Enrolment.objects.filter(user=ada).update(left_at=NOW)
    count(course)
    assert list(Outcome.objects.values_list("user", flat=True)) == [ben.pk]
    Quiz.objects.update(published_at=None)
    count(course)
    assert [model.objects.count() for model in (Outcome, Mistake, Tally)] == [0, 0, 0]


def test_practice_boards_and_challenges_of_an_event_are_not_counted(course):
    make_quiz(course, now=NOW, practice=True)
    ChallengeFactory(course=course, exercise="board/1")
    ChallengeFactory(course=course, published_at=None)
    came(course)
    assert count(course) == 0


def test_quartiles_are_those_of_the_results(course):
    challenge = ChallengeFactory(course=course)
    for score in (0, 2, 4, 6, 8):
        hand_in(challenge, came(course), score)
    came(course)
    count(course)
    tally = Tally.objects.get()
    assert (tally.people, tally.low, tally.middle, tally.high) == (5, 0.2, 0.4, 0.6)


def test_mistakes_with_a_name_are_kept_with_who_makes_them(course):
    challenge = ChallengeFactory(course=course)
    ada, ben = came(course), came(course)
    for user, cause in ((ada, "not_averaged"), (ben, "")):
        FunctionGrade.objects.create(
            submission=hand_in(challenge, user, 5),
            position=1,
            name="backward",
            verdict="wrong_values",
            cause=cause,
            points=0,
            max_points=2,
        )
    count(course)
    assert list(Mistake.objects.values_list("user", "item", "place", "name")) == [
        (ada.pk, challenge.deadline_key, "backward", "not_averaged")
    ]


def test_wrong_ideas_in_a_quiz_are_kept_with_who_holds_them(course):
    quiz = make_quiz(course, kinds=["single"], now=NOW)
    version = quiz.slots.get().question.versions.get()
    version.data["options"][1]["misconception"] = "thinks an ELU is a step"
    version.save(update_fields=["data"])
    ada, ben = came(course), came(course)
    take(quiz, "1", user=ada, now=NOW)
    take(quiz, "0", user=ben, now=NOW)
    count(course)
    assert list(Mistake.objects.values_list("user", "place", "name")) == [
        (ada.pk, "A single question", "thinks an ELU is a step")
    ]
    assert Tally.objects.get().questions[0]["facility"] == 50


def test_a_worker_that_was_superseded_writes_nothing(course, monkeypatch):
    quiz = make_quiz(course, kinds=["single"], now=NOW)
    take(quiz, "0", user=came(course), now=NOW)
    allowances = outcomes.clock.allowances

    def claimed_meanwhile(*args):
        later = NOW + 2 * counting.LEASE
        assert lease.claim(Tally.objects.all(), pk=Tally.objects.get().pk, now=later, lease=counting.LEASE)
        return allowances(*args)

    monkeypatch.setattr(outcomes.clock, "allowances", claimed_meanwhile)
    assert count(course) == 0
    assert Outcome.objects.count() == 0


def test_an_answer_that_still_waits_for_a_person_gives_no_share(course):
    quiz = make_quiz(course, kinds=["essay"], now=NOW)
    ada = came(course)
    attempt = quiz_services.start_attempt(quiz=quiz, user=ada, now=NOW)
    save(attempt, 1, "Some words on nets.", now=NOW)
    quiz_services.hand_in(attempt=attempt, now=NOW)
    count(course)
    assert counted(ada) == {("ungraded", None)}
