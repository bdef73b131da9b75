"""A student's first page: where they stand, and what feedback waits."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from classroom import clock, helpdesk
from classroom.models import Attendance, Enrolment, Role, ScheduleItem
from classroom.pages.dashboards import counting
from classroom.pages.standing import class_bands
from projects.models import Submission
from quizzes.models import AttemptItem, Quiz, SecondLook
from tests.factories import CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.projects.factories import ChallengeFactory
from tests.quizzes.factories import make_quiz, take

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def ada(course):
    return student_of(course, user__name="Ada")


def exercise(course, days=3, **fields):
    at = clock.now() - days * DAY
    return ChallengeFactory(
        course=course, **{"published_at": at, "opens_at": at, "closes_at": at + DAY} | fields
    )


def hand_in(challenge, user, score, **fields):
    return Submission.objects.create(
        challenge=challenge,
        user=user,
        number=1,
        exercise=challenge.exercise,
        filename="a.py",
        sha256="0" * 64,
        size_bytes=1,
        submitted_at=challenge.opens_at,
        graded_at=challenge.opens_at,
        score=score,
        max_score=10,
        **fields,
    )


def quiz_of(course, *, released=True, days=2, **fields):
    """A quiz that is over."""
    opens = clock.now() - days * DAY
    quiz = make_quiz(course, kinds=["single"], now=opens, **fields)
    quiz.opens_at = opens
    quiz.save(update_fields=["opens_at"])
    return quiz, opens, released


def close(quiz, opens, released):
    Quiz.objects.filter(pk=quiz.pk).update(
        closes_at=opens + HOUR, review_released_at=opens + 2 * HOUR if released else None
    )


def page(client, user):
    client.force_login(user)
    answer = client.get("/c/dl/")
    assert answer.status_code == 200
    return answer.content.decode()


def section(text, name):
    found = text.partition(f'id="{name}"')[2].partition("</section>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found)).split())


@pytest.mark.parametrize(("others", "told"), [(9, False), (10, True)])
def test_the_class_is_told_only_with_ten_others(client, course, ada, others, told):
    challenge = exercise(course)
    hand_in(challenge, ada, 5)
    for score in range(others):
        hand_in(challenge, student_of(course), score)
    student_of(course)  # without a result: not one of the others
    counting.count_course(course=course, now=clock.now())
    key = challenge.deadline_key
    assert bool(class_bands(course=course, user=ada, keys=[key])) is told
    text = page(client, ada)
    assert ("The band holds the middle half" in text) is told
    assert ("Middle half of the class: from" in " ".join(unescape(text).split())) is told


@pytest.mark.parametrize(("others", "told"), [(9, False), (10, True)])
def test_who_has_no_result_is_not_among_the_others_either(course, ada, others, told):
    challenge = exercise(course)
    for score in range(others):
        hand_in(challenge, student_of(course), score)
    counting.count_course(course=course, now=clock.now())
    assert bool(class_bands(course=course, user=ada, keys=[challenge.deadline_key])) is told


def test_the_band_is_the_quartiles_in_percent(course, ada):
    challenge = exercise(course)
    for score in range(11):
        hand_in(challenge, student_of(course), score)
    counting.count_course(course=course, now=clock.now())
    key = challenge.deadline_key
    assert class_bands(course=course, user=ada, keys=[key]) == {key: (25.0, 75.0)}
    other = CourseFactory()
    assert class_bands(course=other, user=ada, keys=[key]) == {}


def test_results_are_compared_with_ones_own_past(client, course, ada):
    for place, score in enumerate((2, 4, 9, 9, 9)):
        hand_in(exercise(course, days=9 - place), ada, score)
    said = section(page(client, ada), "standing-title")
    assert "Your last results come to 90 % on average, those before to 30 %." in said


def test_one_result_is_only_a_mean(client, course, ada):
    hand_in(exercise(course), ada, 7)
    assert "Your mean so far is 70 %." in section(page(client, ada), "standing-title")


def test_nothing_is_said_before_the_first_result(client, course, ada):
    assert "Where you stand" not in page(client, ada)


def test_a_score_that_may_not_be_seen_yet_is_told_neither_as_own_nor_as_the_classes(client, course, ada):
    quiz, opens, released = quiz_of(course, released=False)
    take(quiz, "0", user=ada, now=opens)
    for _ in range(12):
        take(quiz, "1", user=student_of(course), now=opens)
    close(quiz, opens, released)
    counting.count_course(course=course, now=clock.now())
    text = page(client, ada)
    assert "Where you stand" not in text
    assert "Middle half" not in text


def test_feedback_waits_until_it_is_read(client, course, ada):
    quiz, opens, released = quiz_of(course, title="Nets")
    attempt = take(quiz, "0", user=ada, now=opens)
    close(quiz, opens, released)
    item = AttemptItem.objects.get(attempt=attempt)
    SecondLook.objects.create(
        item=item, text="Why?", asked_at=opens, answered_at=clock.now() - HOUR, answer="!"
    )
    work = exercise(course, title="An essay on nets", exercise="")
    hand_in(work, ada, None, adjusted_score=8, adjusted_at=clock.now() - MINUTE)
    desk = helpdesk.desk_for(course=course, about="hackathon:1")
    asked = helpdesk.ask(
        desk=desk, party="user:1", party_name="Ada", by=ada, topic="nan", place="Hall", now=clock.now() - HOUR
    )
    mentor = instructor_of(course)
    helpdesk.claim(request=asked, by=mentor, page="/help/", now=clock.now() - HOUR)
    helpdesk.resolve(request=asked, by=mentor, note="Clip the logarithm.", now=clock.now() - 2 * MINUTE)
    text = page(client, ada)
    assert re.findall(r"<li><a[^>]*>([^<]+)</a>", text.partition('id="feedback-title"')[2]) == [
        "An essay on nets: points and a comment",
        "“nan”: Clip the logarithm.",
        "Nets: 1 answer graded or answered by a person",
        "Nets: the review is open",
    ]
    until = re.search(r'name="until" value="([^"]+)"', text)[1]
    assert client.post(reverse("read_feedback", args=["dl"]), {"until": unescape(until)}).url == "/c/dl/"
    assert "Feedback for you" not in page(client, ada)


def test_what_came_after_the_page_was_drawn_is_not_read(client, course, ada):
    work = exercise(course, exercise="")
    hand_in(work, ada, None, adjusted_score=8, adjusted_at=clock.now() - MINUTE)
    client.force_login(ada)
    earlier = (clock.now() - HOUR).isoformat()
    client.post(reverse("read_feedback", args=["dl"]), {"until": earlier})
    assert "points and a comment" in page(client, ada)
    for nonsense in ("", "x", "2027-01-01T00:00:00", (clock.now() + 9 * DAY).isoformat()):
        client.post(reverse("read_feedback", args=["dl"]), {"until": nonsense})
    assert "points and a comment" not in page(client, ada)
    assert Enrolment.objects.get(user=ada).feedback_read_at <= clock.now()


def test_feedback_on_what_may_not_be_seen_is_kept_back(client, course, ada):
    quiz, opens, released = quiz_of(course, released=False)
    attempt = take(quiz, "0", user=ada, now=opens)
    close(quiz, opens, released)
    AttemptItem.objects.filter(attempt=attempt).update(graded_at=clock.now() - MINUTE)
    assert "Feedback for you" not in page(client, ada)


@pytest.mark.parametrize(("role", "status"), [("guest", 404), ("viewer", 403), ("instructor", 403)])
def test_only_students_read_their_feedback(client, course, role, status):
    client.force_login(EnrolmentFactory(course=course, role=Role(role)).user)
    assert client.post(reverse("read_feedback", args=["dl"])).status_code == status


def test_missed_sessions_are_told(client, course, ada):
    now = clock.now()
    session = ScheduleItem.objects.create(course=course, title="S", starts_at=now - HOUR, ends_at=now)
    assert "Attendance" not in page(client, ada)
    Attendance.objects.create(
        course=course, session=session, user=ada, status="absent", source="staff", changed_at=now
    )
    assert "1 of at most 2 sessions missed" in section(page(client, ada), "progress-title")


def test_what_was_handed_in_of_what_has_opened_is_told(client, course, ada):
    assert "handed in" not in section(page(client, ada), "progress-title")
    for place, answers in enumerate((True, False)):
        quiz, opens, released = quiz_of(course, title=f"Nets {place}")
        if answers:
            take(quiz, "0", user=ada, now=opens)
        close(quiz, opens, released)
    hand_in(exercise(course, days=1), ada, None)
    make_quiz(course, kinds=["single"], practice=True, now=clock.now() - DAY)
    make_quiz(course, kinds=["single"], now=clock.now() - DAY, opens_at=clock.now() + DAY)
    exercise(course, days=-1, published_at=clock.now() - DAY)
    exercise(course, exercise="board/xor", days=1)
    said = section(page(client, ada), "progress-title")
    assert "2 of 3 quizzes and exercises handed in so far" in said
    assert reverse("grade_progress", args=["dl"]) in page(client, ada)
