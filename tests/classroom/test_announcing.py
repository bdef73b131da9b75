"""Announcing to a course: each person is told once, of what is out and was not withdrawn."""

from datetime import timedelta

import pytest
from celery import current_app
from django.db import IntegrityError, transaction

from classroom import announcing, bell, courses, notices, tasks
from classroom.errors import Refused
from classroom.models import Announcement, AuditEntry, Notice, Outbox, Role, User
from tests.factories import NOW, CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.races import at_once

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def text(title="Room", **fields):
    return {"title": title, "body": "We meet in **room 2**.", "as_notice": True} | fields


def write(course, by=None, *, now=NOW, **fields):
    by = by or instructor_of(course)
    one = Announcement(course=course, **text(**{"published_at": now} | fields))
    return announcing.write(announcement=one, by=by, now=now)


def change(one, now=NOW, seen=None, **values):
    values = {"title": one.title, "body": one.body} | values
    seen = str(seen or Announcement.objects.get(pk=one.pk).revision)
    announcing.change(announcement=one, values=values, seen=seen, by=one.author, now=now)


def told():
    return sorted(Notice.objects.values_list("user__email", "title"))


def acts(one):
    found = AuditEntry.objects.filter(item=f"announcement:{one.pk}").order_by("pk")
    return [(entry.action, entry.actor, entry.detail["title"]) for entry in found]


@pytest.fixture
def course():
    return CourseFactory(mattermost_webhook="https://chat.example.org/hooks/x")


def test_everybody_in_the_course_is_told_once_but_guests_and_who_wrote_it(course):
    people = [student_of(course), EnrolmentFactory(course=course, role=Role.VIEWER).user]
    EnrolmentFactory(course=course, role=Role.GUEST)
    student_of(course, left_at=NOW)
    student_of(course, user__is_active=False)
    student_of(CourseFactory())
    one = write(course)
    for _ in range(2):
        announcing.tell_due(now=NOW)
    assert told() == sorted((user.email, "Room") for user in people)
    letters = Outbox.objects.values_list("recipient", "subject")
    assert sorted(letters) == told()
    one.refresh_from_db()
    assert (one.told_at, one.told_people) == (NOW, 2)
    assert {notice.page for notice in Notice.objects.all()} == {one.get_absolute_url()}


def test_without_the_tick_nobody_is_told(course):
    student_of(course)
    write(course, as_notice=False)
    announcing.tell_due(now=NOW)
    assert (told(), Outbox.objects.count()) == ([], 0)


def test_the_chat_gets_the_text_with_a_link(course, settings):
    one = write(course, as_notice=False, in_chat=True)
    announcing.tell_due(now=NOW)
    post = Outbox.objects.get()
    assert (post.channel, post.recipient) == ("mattermost", course.slug)
    link = f"{settings.SITE_URL}{one.get_absolute_url()}"
    assert post.body == f"#### Room\n\nWe meet in **room 2**.\n\n{link}"


def test_a_chat_that_is_gone_meanwhile_is_not_said_to_have_it(course):
    one = write(course, in_chat=True)
    courses.change(course=course, values={"mattermost_webhook": ""}, by=one.author, now=NOW)
    announcing.tell_due(now=NOW)
    one.refresh_from_db()
    assert (one.in_chat, one.told_at, Outbox.objects.count()) == (False, NOW, 0)


def test_a_draft_is_told_to_nobody_until_it_is_published(course):
    student = student_of(course)
    one = write(course, published_at=None)
    announcing.tell_due(now=NOW + HOUR)
    assert told() == []
    announcing.publish(announcement=one, by=one.author, now=NOW + HOUR)
    announcing.tell_due(now=NOW + HOUR)
    assert told() == [(student.email, "Room")]


def test_what_is_scheduled_is_told_by_the_sweep_at_its_time(course, monkeypatch):
    student = student_of(course)
    write(course, published_at=NOW + HOUR)
    found = []
    for when in (NOW, NOW + HOUR - timedelta(seconds=1), NOW + HOUR):
        monkeypatch.setattr("classroom.clock.now", lambda when=when: when)
        tasks.sweep()
        found.append(told())
    assert found == [[], [], [(student.email, "Room")]]


def test_publishing_rings_for_it(course, monkeypatch, django_capture_on_commit_callbacks):
    student = student_of(course)
    rung = []
    monkeypatch.setattr(bell, "_quiet_until", 0.0)
    monkeypatch.setattr(current_app, "send_task", lambda task, **_how: rung.append(task))
    with django_capture_on_commit_callbacks(execute=True):
        planned = write(course, published_at=NOW + HOUR)
        write(course, planned.author, title="Now")
    assert rung == ["classroom.tasks.tell_announcements"]
    monkeypatch.setattr("classroom.clock.now", lambda: NOW)
    tasks.tell_announcements()
    assert told() == [(student.email, "Now")]


def test_moving_the_time_moves_it(course):
    student = student_of(course)
    one = write(course, published_at=NOW + HOUR)
    change(one, published_at=NOW + 2 * HOUR)
    announcing.tell_due(now=NOW + HOUR)
    assert told() == []
    announcing.tell_due(now=NOW + 2 * HOUR)
    assert told() == [(student.email, "Room")]


def test_what_is_withdrawn_before_its_time_is_never_sent(course):
    student_of(course)
    one = write(course, published_at=NOW + HOUR, in_chat=True)
    announcing.withdraw(announcement=one, by=one.author, now=NOW)
    announcing.tell_due(now=NOW + 2 * HOUR)
    assert (told(), Outbox.objects.count()) == ([], 0)
    with pytest.raises(Refused):
        announcing.publish(announcement=one, by=one.author, now=NOW)
    one.refresh_from_db()
    assert one.withdrawn_at == NOW


def test_withdrawing_takes_notices_and_waiting_letters_back(course):
    early, late = student_of(course), student_of(course)
    one, other = write(course), write(course, title="Stays")
    announcing.tell_due(now=NOW)
    Outbox.objects.filter(recipient=early.email).update(sent_at=NOW)
    notices.count_unread([early.pk, late.pk])
    announcing.withdraw(announcement=one, by=one.author, now=NOW + HOUR)
    announcing.withdraw(announcement=one, by=one.author, now=NOW + 2 * HOUR)
    kept = {email for email, _title in told()}
    assert {title for _email, title in told()} == {"Stays"}
    assert {early.email, late.email} <= kept
    left = Outbox.objects.filter(recipient__in=[early.email, late.email]).values_list("recipient", "subject")
    assert sorted(left) == sorted([(early.email, "Room"), (early.email, "Stays"), (late.email, "Stays")])
    one.refresh_from_db()
    assert one.withdrawn_at == NOW + HOUR
    assert [action for action, _by, _title in acts(one)] == ["announcement.written", "announcement.withdrawn"]
    assert other.withdrawn_at is None


@pytest.mark.django_db(transaction=True)
def test_withdrawing_leaves_no_unread_notice_behind(course):
    student = student_of(course)
    one = write(course)
    announcing.tell_due(now=NOW)
    unread = [User.objects.get(pk=student.pk).unread_notices]
    announcing.withdraw(announcement=one, by=one.author, now=NOW)
    unread.append(User.objects.get(pk=student.pk).unread_notices)
    assert unread == [1, 0]


def test_a_draft_that_is_withdrawn_is_deleted(course):
    one = write(course, published_at=None)
    announcing.withdraw(announcement=one, by=one.author, now=NOW)
    assert Announcement.objects.count() == 0
    assert acts(one)[-1] == ("announcement.deleted", one.author, "Room")
    with pytest.raises(Refused):
        change(one, seen=1)


def test_a_change_of_what_was_told_is_told_again_only_if_ticked(course):
    student = student_of(course)
    one = write(course)
    announcing.tell_due(now=NOW)
    change(one, NOW + HOUR, title="Room 3", as_notice=False, in_chat=False)
    announcing.tell_due(now=NOW + HOUR)
    assert told() == [(student.email, "Room")]
    change(one, NOW + HOUR, title="Room 4", as_notice=True)
    for _ in range(2):
        announcing.tell_due(now=NOW + HOUR)
    assert told() == [(student.email, "Room"), (student.email, "Room 4")]
    one.refresh_from_db()
    assert (one.changed_at, one.told_at, one.revision) == (NOW + HOUR, NOW + HOUR, 3)


def test_what_is_changed_before_it_was_told_is_told_once_as_it_is_then(course):
    student = student_of(course)
    one = write(course)
    change(one, title="Room 3", as_notice=False, in_chat=True)
    announcing.tell_due(now=NOW)
    assert told() == [(student.email, "Room 3")]
    assert sorted(Outbox.objects.values_list("channel", flat=True)) == ["email", "mattermost"]


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(course):
    one = write(course, published_at=None)
    change(one, title="Theirs")
    with pytest.raises(announcing.ChangedMeanwhile):
        change(one, seen=1, title="Mine")
    one.refresh_from_db()
    assert one.title == "Theirs"


def test_the_time_of_what_is_out_stays(course):
    one = write(course)
    with pytest.raises(Refused):
        change(one, published_at=NOW + HOUR)
    with pytest.raises(Refused):
        announcing.publish(announcement=one, by=one.author, now=NOW + HOUR)
    one.refresh_from_db()
    assert (one.published_at, one.revision) == (NOW, 1)


def test_a_second_click_writes_nothing_twice(course):
    by = instructor_of(course)
    later = NOW + timedelta(seconds=2)
    planned = {"published_at": NOW + HOUR}
    same = [
        [write(course, by, now=when, **fields).pk for when in (NOW, later)]
        for fields in ({}, {"published_at": None}, planned)
    ]
    others = [
        write(course, by, title="Another", now=later),
        write(course, by, published_at=NOW + 2 * HOUR, now=later),
        write(course, instructor_of(course), now=later),
        write(course, by, now=NOW + HOUR),
    ]
    assert [first == second for first, second in same] == [True] * 3
    assert len({one.pk for one in others} | {first for first, _second in same}) == 7


def test_archiving_makes_drafts_of_what_is_scheduled(course):
    student_of(course)
    out, planned = write(course, as_notice=False), write(course, published_at=NOW + HOUR)
    elsewhere = write(CourseFactory(), published_at=NOW + HOUR, as_notice=False)
    courses.archive(course=course, by=out.author, now=NOW)
    courses.unarchive(course=course, by=out.author, now=NOW + 2 * HOUR)
    announcing.tell_due(now=NOW + 2 * HOUR)
    times = Announcement.objects.in_bulk()
    assert [times[one.pk].published_at for one in (out, planned, elsewhere)] == [NOW, None, NOW + HOUR]
    assert told() == []
    assert acts(planned)[-1] == ("announcement.held_back", out.author, "Room")
    assert len(acts(out)) == len(acts(elsewhere)) == 1


@pytest.mark.parametrize("field", ["told_at", "withdrawn_at"])
def test_the_database_keeps_drafts_untold(course, field):
    one = write(course, published_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Announcement.objects.filter(pk=one.pk).update(**{field: NOW})


def test_every_act_is_written_down(course):
    by, other = instructor_of(course), instructor_of(course)
    one = write(course, by, published_at=None)
    change(one, title="Room 3")
    announcing.publish(announcement=one, by=other, now=NOW)
    announcing.withdraw(announcement=one, by=other, now=NOW)
    assert acts(one) == [
        ("announcement.written", by, "Room"),
        ("announcement.changed", by, "Room 3"),
        ("announcement.published", other, "Room 3"),
        ("announcement.withdrawn", other, "Room"),
    ]
    other_way = write(course, by, title="B", published_at=None)
    for _ in range(2):
        change(other_way, **({} if other_way.is_out(NOW) else {"published_at": NOW}))
        other_way.refresh_from_db()
    assert [action for action, _by, _title in acts(other_way)] == [
        "announcement.written",
        "announcement.published",
        "announcement.changed",
    ]


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """What several processes do at the same moment, on both databases."""

    def course_of(self, people):
        course = CourseFactory(mattermost_webhook="https://chat.example.org/hooks/x")
        return course, [student_of(course) for _ in range(people)]

    def test_sweeps_tell_each_person_once(self):
        course, people = self.course_of(3)
        for number in range(1, 6):
            write(course, title=f"N{number}", in_chat=True, by=instructor_of(course, left_at=NOW))
            at_once([lambda: announcing.tell_due(now=NOW)] * 4, refusals=Refused)
            assert len(told()) == number * len(people)
            assert Outbox.objects.filter(channel="mattermost").count() == number

    def test_publishing_while_sweeps_run_tells_each_person_once(self):
        course, people = self.course_of(3)
        for number in range(1, 6):
            by = instructor_of(course, left_at=NOW)
            one = write(course, title=f"N{number}", published_at=NOW + HOUR, by=by)
            publish = [lambda one=one: announcing.publish(announcement=one, by=one.author, now=NOW + HOUR)]
            early = [lambda one=one: announcing.publish(announcement=one, by=one.author, now=NOW)]
            sweeps = [lambda: announcing.tell_due(now=NOW + HOUR)] * 2
            at_once([*early, *publish, *sweeps], refusals=Refused)
            announcing.tell_due(now=NOW + HOUR)
            assert len(told()) == number * len(people)

    def test_what_is_withdrawn_while_the_sweep_runs_leaves_nothing_behind(self):
        course, _people = self.course_of(3)
        for _ in range(5):
            one = write(course, by=instructor_of(course, left_at=NOW))
            acts = [
                lambda: announcing.tell_due(now=NOW),
                lambda one=one: announcing.withdraw(announcement=one, by=one.author, now=NOW),
            ]
            at_once([*acts, *acts], refusals=Refused)
            announcing.tell_due(now=NOW)
            assert (told(), Outbox.objects.count()) == ([], 0)

    def test_of_two_who_save_one_is_told_of_the_other(self):
        course, _people = self.course_of(0)
        one = write(course, published_at=None)
        acts = [lambda title=title: change(one, seen=1, title=title) for title in ("A", "B")]
        assert len(at_once(acts, refusals=announcing.ChangedMeanwhile)) == 1
        one.refresh_from_db()
        assert one.revision == 2

    def test_of_two_clicks_one_writes(self):
        course, _people = self.course_of(0)
        by = instructor_of(course)
        at_once([lambda: write(course, by)] * 4, refusals=Refused)
        assert Announcement.objects.count() == 1
