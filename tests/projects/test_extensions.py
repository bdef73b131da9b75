"""A later closing date for a challenge, given to a person or a group."""

from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock
from classroom.models import AuditEntry, Enrolment, Extension, Group, Role
from projects import queries, services
from projects.errors import Refused
from projects.models import Submission
from tests.factories import NOW, CourseFactory, EnrolmentFactory, student_of
from tests.projects.boards import board_of
from tests.projects.factories import DAY, ChallengeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def challenge(course):
    return ChallengeFactory(course=course, closes_at=NOW + DAY)


def at(challenge, name="extensions", *args):
    return reverse(f"projects:{name}", args=[challenge.course.slug, challenge.pk, *args])


def give(challenge, by, user=None, until=None, **who):
    return services.extend(
        challenge=challenge, by=by, now=NOW, user=user, closes_at=until or NOW + 3 * DAY, **who
    )


def hand_in(challenge, user, now, source=b"a = 1"):
    return services.hand_in(challenge=challenge, user=user, filename="a.py", source=source, now=now)


def local(moment):
    """A moment as the form takes it: on Berlin's clock in summer."""
    return (moment + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")


def test_an_instructor_gives_a_student_a_later_date(as_user, instructor, student, challenge):
    client = as_user(instructor)
    data = {"who": f"person:{student.pk}", "closes_at": local(NOW + 3 * DAY), "reason": "ill"}
    assert client.post(at(challenge, "extend"), data).status_code == 302
    page = client.get(at(challenge)).content.decode()
    assert "ill" in page
    assert clock.effective_deadline(student, challenge) == NOW + 3 * DAY
    assert clock.effective_deadline(student_of(challenge.course), challenge) == NOW + DAY
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.about, entry.item) == (
        "challenge.extended",
        student,
        challenge.deadline_key,
    )


def test_a_group_gets_a_later_date_and_loses_it(as_user, instructor, student, challenge):
    group = Group.objects.create(course=challenge.course, name="Tuesday")
    group.members.add(student)
    client = as_user(instructor)
    data = {"who": f"group:{group.pk}", "closes_at": local(NOW + 3 * DAY)}
    assert client.post(at(challenge, "extend"), data).status_code == 302
    assert clock.effective_deadline(student, challenge) == NOW + 3 * DAY
    given = Extension.objects.get()
    assert client.post(at(challenge, "take_extension_back", given.pk)).status_code == 302
    assert clock.effective_deadline(student, challenge) == NOW + DAY
    assert list(AuditEntry.objects.values_list("action", flat=True)) == [
        "challenge.extension_taken_back",
        "challenge.extended",
    ]


@pytest.mark.parametrize(
    ("closes_at", "why"),
    [
        ("", "This field is required."),
        (local(NOW), "not later than the closing date for everybody"),
        ("nonsense", "Write a date and a time"),
    ],
)
def test_what_gives_nothing_is_refused_and_kept_in_the_form(
    as_user, instructor, student, challenge, closes_at, why
):
    data = {"who": f"person:{student.pk}", "closes_at": closes_at, "reason": "my reason"}
    answer = as_user(instructor).post(at(challenge, "extend"), data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert (why in page, "my reason" in page) == (True, True)
    assert Extension.objects.count() == 0


def test_nobody_outside_the_course_gets_a_later_date(as_user, instructor, challenge):
    client = as_user(instructor)
    gone = EnrolmentFactory(course=challenge.course, left_at=NOW).user
    foreign = Group.objects.create(course=CourseFactory(), name="Elsewhere")
    guest = EnrolmentFactory(course=challenge.course, role=Role.GUEST).user
    for who in (f"person:{gone.pk}", f"group:{foreign.pk}", f"person:{guest.pk}", "person:", "x"):
        answer = client.post(at(challenge, "extend"), {"who": who, "closes_at": local(NOW + 3 * DAY)})
        assert answer.status_code == 422
    assert Extension.objects.count() == 0


def test_a_challenge_without_a_closing_date_has_nothing_to_extend(as_user, instructor, student, course):
    challenge = ChallengeFactory(course=course, closes_at=None)
    client = as_user(instructor)
    assert at(challenge, "extend") not in client.get(at(challenge)).content.decode()
    data = {"who": f"person:{student.pk}", "closes_at": local(NOW + 3 * DAY)}
    assert client.post(at(challenge, "extend"), data).status_code == 422


def test_a_hand_in_that_came_late_is_forgiven(as_user, instructor, student, course):
    challenge = ChallengeFactory(course=course, late_days=5, late_percent=20, closes_at=NOW + DAY)
    other = student_of(course)
    late = hand_in(challenge, student, NOW + 2.5 * DAY)  # two days begun
    later = hand_in(challenge, student, NOW + 4.5 * DAY, source=b"b = 2")
    theirs = hand_in(challenge, other, NOW + 2.5 * DAY)
    assert give(challenge, instructor, student) == 2
    shares = Submission.objects.in_bulk()
    assert [round(shares[one.pk].late_factor, 6) for one in (late, later, theirs)] == [1.0, 0.6, 0.6]
    services.take_extension_back(
        challenge=challenge, extension=Extension.objects.get(), by=instructor, now=NOW + 5 * DAY
    )
    assert Submission.objects.get(pk=late.pk).late_factor == 1.0


def test_an_extension_opens_a_closed_challenge_again_and_the_card_says_so(
    as_user, instructor, student, challenge, now
):
    now(NOW + 2 * DAY)
    with pytest.raises(Refused):
        hand_in(challenge, student, NOW + 2 * DAY)
    give(challenge, instructor, student)
    [card] = queries.cards_for(user=student, course=challenge.course, now=NOW + 2 * DAY)
    assert (card.state, card.is_extended, card.deadline) == ("open", True, NOW + 3 * DAY)
    page = as_user(student).get(reverse("projects:index", args=[challenge.course.slug])).content.decode()
    assert "extended" in page
    assert hand_in(challenge, student, NOW + 3 * DAY - timedelta(seconds=1)).late_factor == 1
    with pytest.raises(Refused):  # the deadline itself is too late
        hand_in(challenge, student, NOW + 3 * DAY, source=b"b = 2")


def test_a_card_says_that_it_is_late(student, course):
    challenge = ChallengeFactory(course=course, late_days=2, closes_at=NOW + DAY)

    def seen(at):
        [card] = queries.cards_for(user=student, course=course, now=at)
        return card.state, card.is_late

    assert [seen(NOW), seen(NOW + DAY), seen(NOW + 3 * DAY)] == [
        ("open", False),
        ("open", True),
        ("closed", False),
    ]
    hand_in(challenge, student, NOW + 1.5 * DAY)
    assert seen(NOW + 1.6 * DAY) == ("waiting", False)


def test_the_final_result_of_a_board_waits_for_everybody(instructor):
    board = board_of(final_at=NOW + 10 * DAY)
    challenge = board.challenge
    student = student_of(challenge.course)
    closes_at = challenge.closes_at
    with pytest.raises(Refused, match="The final result comes out on"):
        give(challenge, instructor, student, until=NOW + 11 * DAY)
    give(challenge, instructor, student, until=closes_at + DAY)
    with pytest.raises(Refused, match="Teams can hand in until"):
        services.reveal(board=board, by=instructor, now=closes_at)
    Enrolment.objects.filter(user=student).update(left_at=NOW)  # who has left keeps nobody waiting
    services.reveal(board=board, by=instructor, now=closes_at)
    assert board.final_at == closes_at


@pytest.mark.parametrize(
    ("role", "reads", "gives"),
    [
        (Role.INSTRUCTOR, 200, 302),
        (Role.ASSISTANT, 200, 403),
        (Role.VIEWER, 200, 403),
        (Role.STUDENT, 403, 403),
        (Role.GUEST, 404, 404),
        (None, 404, 404),
    ],
)
def test_staff_read_and_instructors_give(as_user, student, challenge, instructor, role, reads, gives):
    give(challenge, instructor, student, until=NOW + 2 * DAY)
    given = Extension.objects.get()
    where = challenge.course if role else CourseFactory()
    client = as_user(EnrolmentFactory(course=where, role=role or Role.INSTRUCTOR).user)
    data = {"who": f"person:{student.pk}", "closes_at": local(NOW + 3 * DAY)}
    assert client.get(at(challenge)).status_code == reads
    assert client.post(at(challenge, "extend"), data).status_code == gives
    assert client.post(at(challenge, "take_extension_back", given.pk)).status_code == gives


def test_an_extension_of_something_else_cannot_be_taken_back_here(as_user, instructor, student, challenge):
    other = ChallengeFactory(course=challenge.course, closes_at=NOW + DAY)
    give(other, instructor, student)
    address = at(challenge, "take_extension_back", Extension.objects.get().pk)
    assert as_user(instructor).post(address).status_code == 404
    assert Extension.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_no_more_for_more_rows(as_user, instructor, challenge, rows, django_assert_num_queries):
    for _ in range(rows):
        give(challenge, instructor, student_of(challenge.course))
    client = as_user(instructor)
    with django_assert_num_queries(6):
        client.get(at(challenge))
