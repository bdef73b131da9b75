"""Hand-ins after the deadline, where a challenge still takes them."""

from datetime import timedelta

import pytest

from classroom import clock
from classroom.models import Extension
from projects import services
from projects.errors import Refused
from tests.factories import student_of
from tests.projects.factories import ChallengeFactory

pytestmark = pytest.mark.django_db


def hand_in(challenge, student=None, *, now, source=b"a = 1"):
    return services.hand_in(
        challenge=challenge,
        user=student or student_of(challenge.course),
        filename="a.py",
        source=source,
        now=now,
    )


@pytest.mark.parametrize(
    ("hours", "factor"), [(-0.01, 1.0), (0, 0.8), (23.9, 0.8), (24, 0.6), (47.9, 0.6), (48, None)]
)
def test_late_hand_ins_earn_less_for_each_day_begun(course, hours, factor):
    challenge = ChallengeFactory(course=course, late_days=2, late_percent=20)
    now = challenge.closes_at + timedelta(hours=hours)
    if factor is None:
        with pytest.raises(Refused):
            hand_in(challenge, now=now)
        return
    submission = hand_in(challenge, now=now)
    submission.score, submission.max_score = 50.0, 100.0
    assert (submission.late_factor, submission.points) == (pytest.approx(factor), pytest.approx(50 * factor))
    submission.adjusted_score = 70.0
    assert submission.points == 70.0


def test_an_extension_moves_the_day_from_which_it_is_late(course):
    challenge = ChallengeFactory(course=course, late_days=1, late_percent=50)
    student = student_of(course)
    Extension.objects.create(
        course=course,
        user=student,
        item=challenge.deadline_key,
        closes_at=challenge.closes_at + timedelta(days=3),
    )
    assert hand_in(challenge, student, now=challenge.closes_at + timedelta(days=2)).late_factor == 1
    assert (
        hand_in(challenge, student, now=challenge.closes_at + timedelta(days=3), source=b"b = 2").late_factor
        == 0.5
    )


def test_the_page_says_what_being_late_costs(client, course):
    challenge = ChallengeFactory(
        course=course, closes_at=clock.now() - timedelta(hours=1), late_days=2, late_percent=20
    )
    student = student_of(course)
    client.force_login(student)
    page = client.get(challenge.get_absolute_url()).content.decode()
    assert "80 % of the points still count" in page
    hand_in(challenge, student, now=clock.now())
    assert (
        "Handed in after the deadline: 80 % of the points count."
        in client.get(challenge.get_absolute_url()).content.decode()
    )


@pytest.mark.parametrize(("opens", "closes", "says"), [(1, 2, "Hand in until"), (-2, -1, "Closed since")])
def test_a_deadline_to_come_is_not_called_past(client, course, opens, closes, says):
    day = timedelta(days=1)
    challenge = ChallengeFactory(
        course=course, opens_at=clock.now() + opens * day, closes_at=clock.now() + closes * day
    )
    client.force_login(student_of(course))
    page = client.get(challenge.get_absolute_url()).content.decode()
    assert [words for words in ("Hand in until", "Closed since") if words in page] == [says]
