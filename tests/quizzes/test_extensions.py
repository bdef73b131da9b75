from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from classroom import clock
from classroom.models import Accommodation, AuditEntry, Extension, Group
from quizzes import services
from quizzes.errors import Refused, TooLate, WouldEnd
from quizzes.models import Attempt, AttemptEvent, Quiz
from tests.factories import NOW, CourseFactory, UserFactory, instructor_of, student_of
from tests.quizzes.factories import make_question, make_quiz

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def teacher(course):
    return instructor_of(course)


@pytest.fixture
def student(course):
    return student_of(course, user__name="Ada")


@pytest.fixture
def quiz(course):
    return make_quiz(course, ("single",))


@pytest.fixture
def attempt(quiz, student):
    return services.start_attempt(quiz=quiz, user=student, now=NOW)


def minutes_of(attempt):
    """How long an attempt takes by its stored deadline; the grace goes with it."""
    attempt.refresh_from_db()
    assert attempt.accepts_until == attempt.deadline + Quiz.objects.get(pk=attempt.quiz_id).grace
    return (attempt.deadline - attempt.started_at) / MINUTE


def group_of(course, *members):
    group = Group.objects.create(course=course, name="Tuesday")
    group.members.add(*members)
    return group


# Giving ----------------------------------------------------------------------------------------------------


def test_more_time_for_one_is_for_one_and_adds_up(course, teacher, student, quiz, attempt):
    other = services.start_attempt(quiz=quiz, user=student_of(course), now=NOW)
    for _ in range(2):
        moved = services.extend(
            quiz=quiz, user=student, extra_seconds=60, by=teacher, reason="Late", now=NOW + MINUTE
        )
    assert (moved.running, moved.later) == (1, 1)
    assert (minutes_of(attempt), minutes_of(other)) == (8, 6)
    events = AttemptEvent.objects.filter(what=AttemptEvent.What.EXTENDED)
    assert [(event.attempt, event.by, event.detail["why"]) for event in events] == [
        (attempt, teacher, "extension")
    ] * 2
    entry = AuditEntry.objects.filter(action="quiz.extended").first()
    assert (entry.actor, entry.about, entry.item) == (teacher, student, quiz.deadline_key)
    assert entry.detail["reason"] == "Late"


def test_more_time_for_a_group_is_for_its_members(course, teacher, student, quiz, attempt):
    outside = services.start_attempt(quiz=quiz, user=student_of(course), now=NOW)
    later = student_of(course)
    group = group_of(course, student, later)
    services.extend(quiz=quiz, group=group, time_multiplier=Decimal("1.5"), by=teacher, now=NOW)
    assert (minutes_of(attempt), minutes_of(outside)) == (9, 6)
    assert minutes_of(services.start_attempt(quiz=quiz, user=later, now=NOW + MINUTE)) == 9


def test_a_later_closing_date_lets_in_after_the_close_and_moves_who_writes(course, teacher, student):
    quiz = make_quiz(course, ("single",), closes_at=NOW + 2 * MINUTE)
    attempt = services.start_attempt(quiz=quiz, user=student, now=NOW)
    assert minutes_of(attempt) == 2
    absent = student_of(course)
    for user in (student, absent):
        services.extend(quiz=quiz, user=user, closes_at=NOW + 60 * MINUTE, by=teacher, now=NOW)
    assert minutes_of(attempt) == 6
    assert minutes_of(services.start_attempt(quiz=quiz, user=absent, now=NOW + 57 * MINUTE)) == 3
    with pytest.raises(TooLate):
        services.start_attempt(quiz=quiz, user=student_of(course), now=NOW + 3 * MINUTE)


def test_time_given_back_after_an_outage_stays(teacher, student, quiz, attempt):
    credited = timedelta(seconds=40)
    Attempt.objects.filter(pk=attempt.pk).update(
        credited_seconds=40,
        deadline=attempt.deadline + credited,
        accepts_until=attempt.accepts_until + credited,
    )
    services.extend(quiz=quiz, user=student, extra_seconds=60, by=teacher, now=NOW)
    assert minutes_of(attempt) == 7 + 40 / 60


def test_an_attempt_whose_end_was_set_otherwise_only_gets_more_time(course, teacher, student, quiz, attempt):
    far = NOW + 90 * MINUTE
    Attempt.objects.filter(pk=attempt.pk).update(deadline=far, accepts_until=far + quiz.grace)
    services.extend(quiz=quiz, user=student, extra_seconds=60, by=teacher, now=NOW)
    assert minutes_of(attempt) == 90
    services.take_back(quiz=quiz, extension=Extension.objects.get(), by=teacher, now=NOW)
    assert minutes_of(attempt) == 90


def test_more_time_for_everybody_raises_limit_and_close(course, teacher, student):
    quiz = make_quiz(course, ("single",), closes_at=NOW + 7 * MINUTE)
    Accommodation.objects.create(course=course, user=student, time_multiplier=2)
    slow, quick = (
        services.start_attempt(quiz=quiz, user=user, now=NOW) for user in (student, student_of(course))
    )
    assert (minutes_of(slow), minutes_of(quick)) == (7, 6)
    moved = services.more_time_for_everybody(quiz=quiz, extra_seconds=120, by=teacher, now=NOW + MINUTE)
    assert moved.later == 2
    assert (quiz.time_limit_seconds, quiz.closes_at) == (480, NOW + 9 * MINUTE)
    assert (minutes_of(slow), minutes_of(quick)) == (9, 8)


def test_an_accommodation_follows_into_running_attempts(course, teacher, student, quiz, attempt):
    services.accommodate(
        course=course, user=student, time_multiplier=Decimal("1.5"), note="", by=teacher, now=NOW
    )
    assert minutes_of(attempt) == 9
    services.accommodate(
        course=course, user=student, time_multiplier=Decimal(1), note="", by=teacher, now=NOW
    )
    assert minutes_of(attempt) == 6
    assert not Accommodation.objects.exists()


def test_changes_in_the_administration_follow_too(client, course, student):
    quiz = make_quiz(course, ("single",), now=clock.now())
    attempt = services.start_attempt(quiz=quiz, user=student, now=clock.now())
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    sent = {"course": course.pk, "user": student.pk, "time_multiplier": "2", "note": ""}
    client.post(reverse("admin:classroom_accommodation_add"), sent)
    assert minutes_of(attempt) == 12
    added = {
        "course": course.pk,
        "item": quiz.deadline_key,
        "user": student.pk,
        "extra_seconds": 60,
        "time_multiplier": "1",
        "given_by": student.pk,
    }
    client.post(reverse("admin:classroom_extension_add"), added)
    assert minutes_of(attempt) == 13
    accommodation = Accommodation.objects.get()
    client.post(reverse("admin:classroom_accommodation_delete", args=[accommodation.pk]), {"post": "yes"})
    assert minutes_of(attempt) == 7


@pytest.mark.parametrize(
    ("gift", "fields"),
    [
        ({}, {}),
        ({"extra_seconds": -5}, {}),
        ({"extra_seconds": 90_000}, {}),
        ({"time_multiplier": Decimal("0.5")}, {}),
        ({"time_multiplier": Decimal(11)}, {}),
        ({"closes_at": NOW + MINUTE}, {}),
        ({"closes_at": NOW + MINUTE}, {"closes_at": NOW + 2 * MINUTE}),
        ({"extra_seconds": 60}, {"time_limit_seconds": None}),
    ],
)
def test_what_gives_nothing_or_takes_time_away_is_refused(course, teacher, student, gift, fields):
    quiz = make_quiz(course, ("single",), **fields)
    with pytest.raises(Refused):
        services.extend(quiz=quiz, user=student, by=teacher, now=NOW, **gift)
    assert not Extension.objects.exists()
    assert not AuditEntry.objects.exists()


def test_who_does_not_take_part_gets_nothing(course, teacher, quiz):
    with pytest.raises(Refused):
        services.extend(quiz=quiz, user=UserFactory(), extra_seconds=60, by=teacher, now=NOW)
    group = group_of(CourseFactory(), student_of(course))
    with pytest.raises(Refused):
        services.extend(quiz=quiz, group=group, extra_seconds=60, by=teacher, now=NOW)


# Taking back -----------------------------------------------------------------------------------------------


def test_taking_back_undoes_and_never_ends_an_attempt_unsaid(course, teacher, student, quiz, attempt):
    services.extend(quiz=quiz, user=student, extra_seconds=300, by=teacher, now=NOW)
    extension = Extension.objects.get()
    assert minutes_of(attempt) == 11
    late = NOW + 8 * MINUTE
    with pytest.raises(WouldEnd, match="end the running attempt of Ada at once"):
        services.take_back(quiz=quiz, extension=extension, by=teacher, now=late)
    assert (minutes_of(attempt), Extension.objects.count()) == (11, 1)
    moved = services.take_back(quiz=quiz, extension=extension, by=teacher, now=late, force=True)
    assert [one.pk for one in moved.ended] == [attempt.pk]
    assert minutes_of(attempt) == 8  # now, not in the past
    services.settle(now=late + quiz.grace)
    attempt.refresh_from_db()
    assert attempt.finished_at == late


def test_taking_back_in_time_gives_the_old_end(teacher, student, quiz, attempt):
    services.extend(quiz=quiz, user=student, extra_seconds=300, by=teacher, now=NOW)
    services.take_back(quiz=quiz, extension=Extension.objects.get(), by=teacher, now=NOW + MINUTE)
    assert minutes_of(attempt) == 6


# Closing and opening ---------------------------------------------------------------------------------------


def test_closing_spares_who_has_a_later_date(course, teacher, student):
    quiz = make_quiz(course, ("single",), closes_at=NOW + 30 * MINUTE)
    services.extend(quiz=quiz, user=student, closes_at=NOW + 60 * MINUTE, by=teacher, now=NOW)
    spared, other = (
        services.start_attempt(quiz=quiz, user=user, now=NOW) for user in (student, student_of(course))
    )
    assert services.close_quiz(quiz=quiz, by=teacher, now=NOW + MINUTE) == 1
    assert (minutes_of(spared), minutes_of(other)) == (6, 1)


def test_a_quiz_that_never_opened_is_not_closed(course, teacher):
    quiz = make_quiz(course, ("single",), opens_at=NOW + MINUTE)
    with pytest.raises(Refused):
        services.close_quiz(quiz=quiz, by=teacher, now=NOW)


@pytest.mark.parametrize(("planned", "kept"), [(NOW + 9 * MINUTE, NOW + 9 * MINUTE), (NOW - MINUTE, None)])
def test_opening_keeps_a_closing_date_that_is_to_come(course, teacher, planned, kept):
    quiz = make_quiz(course, ("single",), opens_at=None, closes_at=planned)
    services.open_quiz(quiz=quiz, by=teacher, now=NOW)
    assert (quiz.opens_at, quiz.closes_at) == (NOW, kept)


# One clock for everybody -----------------------------------------------------------------------------------


def test_who_starts_together_shares_one_clock(course, teacher, student):
    quiz = make_quiz(course, ("single",), lobby=True, is_open=False)
    services.open_quiz(quiz=quiz, by=teacher, now=NOW)
    early, late = (
        services.start_attempt(quiz=quiz, user=user, now=NOW + after)
        for user, after in ((student_of(course), timedelta(seconds=1)), (student, 2 * MINUTE))
    )
    assert early.deadline == late.deadline == NOW + 6 * MINUTE
    services.extend(quiz=quiz, user=student, extra_seconds=60, by=teacher, now=NOW + 3 * MINUTE)
    late.refresh_from_db()
    assert late.deadline == NOW + 7 * MINUTE
    with pytest.raises(TooLate, match="the time is over"):
        services.start_attempt(quiz=quiz, user=student_of(course), now=NOW + 6 * MINUTE)


# Over the change of the clocks -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before",
    [
        datetime(2027, 3, 28, 0, 58, tzinfo=UTC),  # 1:58; two minutes later it is 3:00 in Berlin
        datetime(2027, 10, 31, 0, 58, tzinfo=UTC),  # 2:58; two minutes later it is 2:00 again
    ],
)
def test_the_change_of_the_clocks_takes_nothing_and_gives_nothing(course, teacher, student, before):
    quiz = make_quiz(course, ("single",), now=before, closes_at=before + 20 * MINUTE)
    attempt = services.start_attempt(quiz=quiz, user=student, now=before)
    assert minutes_of(attempt) == 6
    services.extend(quiz=quiz, user=student, extra_seconds=60, by=teacher, now=before + 3 * MINUTE)
    assert minutes_of(attempt) == 7
    assert attempt.seconds_left(before + 5 * MINUTE) == 120


# On the pages ----------------------------------------------------------------------------------------------


@pytest.fixture
def live(course):
    return make_quiz(course, ("single",), now=clock.now())


@pytest.fixture
def as_teacher(client, teacher):
    client.force_login(teacher)
    return client


def url(name, quiz, *args):
    return reverse(f"quizzes:{name}", args=["dl", quiz.pk, *args])


def test_a_page_that_counts_down_hears_of_more_time(as_teacher, client, course, student, live):
    Quiz.objects.filter(pk=live.pk).update(time_limit_seconds=60)
    attempt = services.start_attempt(quiz=live, user=student, now=clock.now())
    sent = {"who": f"person:{student.pk}", "extra_seconds": "2:00", "reason": "Projector failed"}
    page = as_teacher.post(url("extend", live), sent, follow=True).content.decode()
    assert "its page shows that within 15 seconds" in page
    assert "Projector failed" in page
    client.force_login(student)
    left = client.get(reverse("quizzes:clock", args=["dl", attempt.pk])).json()["seconds_left"]
    assert 175 < left <= 180


def test_the_page_lists_who_got_what_and_takes_it_back(as_teacher, course, student, live):
    group = group_of(course, student)
    as_teacher.post(url("extend", live), {"who": f"group:{group.pk}", "time_multiplier": "1.5"})
    page = as_teacher.get(url("extensions", live)).content.decode()
    assert "Tuesday" in page
    assert "× 1.5" in page
    as_teacher.post(url("take_back", live, Extension.objects.get().pk))
    assert not Extension.objects.exists()


def test_taking_back_what_would_end_an_attempt_asks_first(as_teacher, course, student, live):
    start = clock.now() - 7 * MINUTE
    Quiz.objects.filter(pk=live.pk).update(opens_at=start)
    live.refresh_from_db()
    services.extend(quiz=live, user=student, extra_seconds=300, by=instructor_of(course), now=start)
    services.start_attempt(quiz=live, user=student, now=start)
    back = url("take_back", live, Extension.objects.get().pk)
    asked = as_teacher.post(back)
    assert (asked.status_code, "end the running attempt of Ada" in asked.content.decode()) == (409, True)
    page = as_teacher.post(back, {"force": "1"}, follow=True).content.decode()
    assert "Ended now, with what was saved: Ada." in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"who": "", "extra_seconds": "2:00"}, "Choose somebody who takes part"),
        ({"who": "person:1000000", "extra_seconds": "2:00"}, "Choose somebody who takes part"),
        ({}, "Give minutes, a multiplier or a later closing date."),
        ({"extra_seconds": "soon"}, "Write minutes and seconds"),
        ({"time_multiplier": "99"}, "less than or equal to 10"),
        ({"closes_at": "2027-03-28T02:30"}, "does not exist in Europe/Berlin"),
    ],
)
def test_a_mistake_is_named(as_teacher, student, live, sent, said):
    response = as_teacher.post(url("extend", live), {"who": f"person:{student.pk}"} | sent)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Extension.objects.exists()


def test_a_student_cannot_forge_more_time(client, course, student, live):
    attempt = services.start_attempt(quiz=live, user=student, now=clock.now())
    client.force_login(student)
    sent = {"who": f"person:{student.pk}", "extra_seconds": "60:00", "time_multiplier": "10", "note": ""}
    for name in ("extend", "extend_everybody", "accommodate"):
        assert client.post(url(name, live), sent).status_code == 403
    forged = sent | {"deadline": "2099-01-01T00:00", "seconds_left": "9999", "started_at": "2099-01-01"}
    client.post(url("start", live), forged)
    client.post(reverse("quizzes:attempt", args=["dl", attempt.pk]), forged)
    assert minutes_of(attempt) == 6
    assert (Extension.objects.count(), Accommodation.objects.count()) == (0, 0)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow_with_extensions(
    as_teacher, course, teacher, live, rows, django_assert_num_queries
):
    for _ in range(rows):
        user = student_of(course)
        services.extend(quiz=live, user=user, extra_seconds=60, by=teacher, now=clock.now())
        Accommodation.objects.create(course=course, user=user, time_multiplier=2)
    with django_assert_num_queries(8):
        as_teacher.get(url("extensions", live))


@pytest.mark.parametrize("students", [1, 3])
def test_moving_a_class_takes_as_many_queries_as_moving_one(
    course, teacher, quiz, students, django_assert_num_queries
):
    for _ in range(students):
        services.start_attempt(quiz=quiz, user=student_of(course), now=NOW)
    with django_assert_num_queries(16):
        services.more_time_for_everybody(quiz=quiz, extra_seconds=60, by=teacher, now=NOW)


def test_a_quiz_whose_times_are_changed_in_the_administration_moves_who_writes(client, course, student):
    quiz = make_quiz(course, (), now=clock.now())
    quiz.slots.create(position=1, question=make_question(course), points=1)
    attempt = services.start_attempt(quiz=quiz, user=student, now=clock.now())
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    url = reverse("admin:classroom_accommodation_changelist")
    Accommodation.objects.create(course=course, user=student, time_multiplier=2)
    picked = {"action": "delete_selected", "_selected_action": Accommodation.objects.get().pk, "post": "yes"}
    with_admin = reverse("admin:quizzes_quiz_change", args=[quiz.pk])
    form = client.get(with_admin).context["adminform"].form
    sent = {
        name: value if value is not None else ""
        for name, value in ((name, form[name].value()) for name in form.fields)
        if value is not False and name not in {"opens_at", "closes_at", "published_at", "review_released_at"}
    }
    for name in ("opens_at", "published_at"):
        sent[f"{name}_0"], sent[f"{name}_1"] = getattr(quiz, name).strftime("%Y-%m-%d %H:%M:%S").split()
    sent |= {
        "review": "{}",
        "time_limit_seconds": "600",
        "slots-TOTAL_FORMS": "0",
        "slots-INITIAL_FORMS": "0",
    }
    client.post(with_admin, sent)
    assert Quiz.objects.get(pk=quiz.pk).time_limit_seconds == 600
    assert minutes_of(attempt) == 20
    client.post(url, picked)
    assert minutes_of(attempt) == 10
