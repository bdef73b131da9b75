"""Announcements: for whom, from when, mailed once, changed, withdrawn, read; reminders of deadlines."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from classroom.models import AuditEntry, Course, Enrolment, Notice, Outbox, Role
from projects import services, tasks, words
from projects.errors import Refused
from projects.models import EventAnnouncement, Reading, Registration, Reminder
from projects.models.announcement import Audience
from projects.queries.announcements import recipients
from projects.services import announcing, reminding
from tests.factories import NOW, CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.projects.factories import HackathonFactory, challenge_of, members, project_of, team_of
from tests.races import at_once

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def url(name, event, *more):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *more])


@pytest.fixture
def event(course):
    return HackathonFactory(course=course, registration_required=True)


def registered(event, now=NOW):
    user = student_of(event.course)
    services.register(hackathon=event, user=user, answers=[], now=now)
    return user


def announce(event, title="Pizza", now=NOW, **fields):
    by = fields.pop("by", None) or instructor_of(event.course)
    one = EventAnnouncement(hackathon=event, title=title, body=fields.pop("body", "At **noon**."), **fields)
    return announcing.announce(announcement=one, by=by, now=now)


def titles(client, event):
    return [one.title for one in client.get(event.get_absolute_url()).context["news"]]


def mails():
    return sorted(Outbox.objects.filter(key__startswith="announcement:").values_list("recipient", flat=True))


def test_each_sees_what_is_for_them(as_user, event, instructor):
    partaker, member = registered(event), registered(event)
    judge, outsider = student_of(event.course), student_of(event.course)
    services.add_judge(hackathon=event, user=judge, now=NOW)
    team = services.create_team(hackathon=event, user=member, name="Tides", now=NOW)
    for audience in (Audience.ALL, Audience.PARTICIPANTS, Audience.JUDGES):
        announce(event, audience.value, audience=audience)
    announce(event, "team", audience=Audience.TEAM, team=team)
    announce(HackathonFactory(course=event.course), "elsewhere")
    for user, seen in (
        (outsider, ["all"]),
        (partaker, ["all", "participants"]),
        (judge, ["all", "judges"]),
        (member, ["all", "participants", "team"]),
        (instructor, ["all", "judges", "participants", "team"]),
    ):
        assert sorted(titles(as_user(user), event)) == seen


def test_where_nobody_registers_the_teams_are_the_participants(as_user, course):
    event = HackathonFactory(course=course)
    member = members(team_of(event))[0]
    one = announce(event, audience=Audience.PARTICIPANTS)
    assert titles(as_user(member), event) == ["Pizza"]
    assert titles(as_user(student_of(course)), event) == []
    assert list(recipients(announcement=one)) == [member]


def test_it_is_shown_from_its_time_on_and_the_pinned_first(as_user, now, event, student):
    announce(event, "later", published_at=NOW + HOUR)
    announce(event, "pinned", now=NOW - HOUR, pinned=True)
    announce(event, "now")
    assert titles(as_user(student), event) == ["pinned", "now"]
    now(NOW + HOUR)
    assert titles(as_user(student), event) == ["pinned", "later", "now"]


def test_the_course_s_first_page_tells_of_it(as_user, event):
    user = registered(event)
    announce(event, "For all")
    announce(event, "For judges", audience=Audience.JUDGES)
    page = as_user(user).get(event.course.get_absolute_url()).content.decode()
    assert ("For all" in page, "For judges" in page) == (True, False)


def test_a_text_is_shown_safely(as_user, event, student):
    announce(event, "<b>Bold</b>", body="**yes** <script>x</script> [a](javascript:alert(1))")
    page = as_user(student).get(event.get_absolute_url()).content.decode()
    assert "<strong>yes</strong>" in page
    assert ("<script>x" in page, "<b>Bold" in page, 'href="javascript' in page) == (False, False, False)


def test_everybody_it_is_for_is_mailed_exactly_once(event):
    users = [registered(event) for _ in range(3)]
    mentor, judge = student_of(event.course), UserFactory()
    challenge_of(event).mentors.add(mentor, users[0])
    services.add_judge(hackathon=event, user=judge, now=NOW)
    registered(HackathonFactory(course=event.course, registration_required=True))
    UserFactory(is_active=False)
    one = announce(event, by_mail=True, published_at=NOW + HOUR)
    announce(event, "no mail")
    announcing.mail_due(now=NOW)
    assert mails() == []
    for _ in range(2):
        announcing.mail_due(now=NOW + HOUR)
    assert mails() == sorted(user.email for user in (*users, mentor, judge))
    mail = Outbox.objects.get(key=f"announcement:{one.pk}:{users[0].pk}")
    assert mail.subject == f"{event.title}: Pizza"
    assert mail.body.startswith("At **noon**.\n\nhttp")


def test_a_judge_from_outside_reads_it_on_the_judges_page(as_user, event):
    judge, gone = UserFactory(), UserFactory()
    for user in (judge, gone):
        services.add_judge(hackathon=event, user=user, now=NOW)
    event.judges.filter(user=gone).update(left_at=NOW)
    one = announce(event, "Coffee for judges", audience=Audience.JUDGES, by_mail=True)
    announce(event, "Not for judges", audience=Audience.PARTICIPANTS)
    page = as_user(judge).get(url("judge", event))
    assert [item.title for item in page.context["news"]] == ["Coffee for judges"]
    assert list(recipients(announcement=one)) == [judge]
    assert as_user(gone).get(url("judge", event)).status_code == 404
    assert Reading.objects.get().user == judge


def test_the_sweep_mails_what_is_due(event, monkeypatch):
    user = registered(event)
    announce(event, by_mail=True)
    monkeypatch.setattr("classroom.clock.now", lambda: NOW)
    tasks.sweep()
    assert mails() == [user.email]


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_mail_each_person_once():
    event = HackathonFactory(registration_required=True)
    users = [registered(event) for _ in range(3)]
    for number in range(1, 6):
        announce(event, by_mail=True)
        at_once([lambda: announcing.mail_due(now=NOW)] * 4, refusals=Refused)
        assert len(mails()) == number * len(users)


@pytest.mark.django_db(transaction=True)
def test_reminders_at_once_are_written_once():
    event = HackathonFactory(registration_required=True, reminds=True)
    user = student_of(event.course)
    services.save_draft(hackathon=event, user=user, answers=[], now=NOW)
    at = event.registration_closes_at - HOUR
    at_once([lambda: reminding.send_due(now=at)] * 4, refusals=Refused)
    assert (Outbox.objects.count(), Reminder.objects.get().people) == (1, 1)


def test_a_change_is_marked_only_once_it_is_out(as_user, event, instructor):
    planned, out = announce(event, "planned", published_at=NOW + HOUR), announce(event, "out", by_mail=True)
    client = as_user(instructor)
    form = {"title": "new", "body": "text", "audience": "judges", "published_at": "2027-06-01T10:00"}
    for one in (planned, out):
        assert client.post(url("edit_announcement", event, one.pk), form).status_code == 302
        one.refresh_from_db()
        assert (one.title, one.body) == ("new", "text")
    assert (planned.changed_at, planned.audience) == (None, Audience.JUDGES)
    assert (out.changed_at, out.audience, out.published_at, out.by_mail) == (NOW, Audience.ALL, NOW, True)
    assert "changed" in as_user(student_of(event.course)).get(event.get_absolute_url()).content.decode()


def test_what_came_out_meanwhile_keeps_its_audience(event, instructor):
    one = announce(event, published_at=NOW + HOUR)
    one.audience = Audience.JUDGES
    with pytest.raises(Refused, match="out meanwhile"):
        announcing.change(announcement=one, fields=["title", "audience"], by=instructor, now=NOW + 2 * HOUR)
    assert EventAnnouncement.objects.get().audience == Audience.ALL


def test_a_withdrawn_one_is_gone_and_not_mailed(as_user, event, instructor):
    user = registered(event)
    one = announce(event, by_mail=True)
    for _ in range(2):
        as_user(instructor).post(url("withdraw_announcement", event, one.pk))
    announcing.mail_due(now=NOW)
    assert (titles(as_user(user), event), mails()) == ([], [])
    assert AuditEntry.objects.filter(action="announcement.withdrawn").count() == 1
    client = as_user(instructor)
    assert client.get(url("edit_announcement", event, one.pk)).status_code == 302
    client.post(url("edit_announcement", event, one.pk), {"title": "x", "body": "y"})
    one.refresh_from_db()
    assert one.title == "Pizza"


def test_who_has_read_it_is_counted_once_and_without_staff(as_user, event, instructor):
    users = [registered(event) for _ in range(2)]
    one = announce(event)
    assert "new</span>" in as_user(users[0]).get(event.get_absolute_url()).content.decode()
    assert "new</span>" not in as_user(users[0]).get(url("announcements", event)).content.decode()
    as_user(users[1]).get(url("announcements", event))
    client = as_user(instructor)
    client.get(event.get_absolute_url())
    (row,) = client.get(url("announcements", event)).context["page"]
    assert (row, row.read) == (one, 2)
    client.post(reverse("student_view", args=[event.course.slug]))
    client.get(event.get_absolute_url())
    assert Reading.objects.count() == 2


def test_a_preview_shows_the_text_and_stores_nothing(as_user, event, instructor):
    form = {"title": "Lunch", "body": "**Soup**", "audience": "all", "preview": ""}
    page = as_user(instructor).post(url("new_announcement", event), form)
    assert (page.status_code, EventAnnouncement.objects.count()) == (200, 0)
    text = page.content.decode()
    assert "<strong>Soup</strong>" in text
    assert "**Soup**</textarea>" in text


def test_an_organiser_writes_and_is_told_what_is_missing(as_user, event, instructor):
    client = as_user(instructor)
    team = team_of(HackathonFactory(course=event.course))
    right = {"title": "Lunch", "body": "Soup", "audience": "all"}
    for wrong in (
        {},
        right | {"title": ""},
        right | {"audience": "team"},
        right | {"audience": "team", "team": team.pk},
        right | {"audience": "nobody"},
        right | {"published_at": "tomorrow"},
        right | {"body": "x" * 10_001},
    ):
        assert client.post(url("new_announcement", event), wrong).status_code == 422
    assert client.post(url("new_announcement", event), right).status_code == 302
    planned = right | {"published_at": "2027-06-01T10:00"}
    assert client.post(url("new_announcement", event), planned).status_code == 302
    times = EventAnnouncement.objects.order_by("pk").values_list("published_at", flat=True)
    assert [one.isoformat() for one in times] == ["2027-05-18T16:00:00+00:00", "2027-06-01T08:00:00+00:00"]


def test_a_team_is_named_exactly_where_it_is_for_one(event):
    for fields in ({"audience": Audience.TEAM}, {"team": team_of(HackathonFactory(course=event.course))}):
        with pytest.raises(IntegrityError), transaction.atomic():
            announce(event, **fields)


def test_instructors_announce_and_others_read(as_user, event, instructor):
    course = event.course
    one = announce(event, "Public")
    announce(event, "Secret plan", published_at=NOW + HOUR)
    viewer, assistant = (
        EnrolmentFactory(course=course, role=role).user for role in (Role.VIEWER, Role.ASSISTANT)
    )
    for someone, reads, acts in (
        (student_of(course), 200, 403),
        (viewer, 200, 403),
        (assistant, 200, 403),
        (instructor_of(CourseFactory()), 404, 404),
        (instructor, 200, 200),
    ):
        client = as_user(someone)
        page = client.get(url("announcements", event))
        assert page.status_code == reads
        assert ("Secret plan" in page.content.decode()) == (someone == instructor)
        for name, more in (("new_announcement", ()), ("edit_announcement", (one.pk,))):
            assert client.get(url(name, event, *more)).status_code == acts
        done = 302 if acts == 200 else acts
        assert client.post(url("reminders", event), {"on": "1"}).status_code == done
        assert client.post(url("withdraw_announcement", event, one.pk)).status_code == done


def test_one_of_another_event_is_not_found(as_user, event, instructor):
    one = announce(HackathonFactory(course=event.course))
    client = as_user(instructor)
    assert client.get(url("edit_announcement", event, one.pk)).status_code == 404
    assert client.post(url("withdraw_announcement", event, one.pk)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_need_the_same_queries_for_any_number(
    as_user, event, instructor, count, django_assert_num_queries
):
    users = [registered(event) for _ in range(count)]
    for _ in range(count):
        announce(event)
    for user in users:
        as_user(user).get(url("announcements", event))
    client = as_user(users[0])
    with django_assert_num_queries(5):
        assert client.get(url("announcements", event)).status_code == 200
    client = as_user(instructor)
    with django_assert_num_queries(6):
        assert client.get(url("announcements", event)).status_code == 200


# Reminders ------------------------------------------------------------------------------------------------


def reminded():
    return sorted(Outbox.objects.filter(key__startswith="reminder:").values_list("recipient", flat=True))


def test_drafts_are_reminded_a_day_and_an_hour_before_registration_ends(event):
    registered(event)
    user = student_of(event.course)
    services.save_draft(hackathon=event, user=user, answers=[], now=NOW)
    event.reminds = True
    event.save(update_fields=["reminds"])
    end, second = event.registration_closes_at, timedelta(seconds=1)
    for moment, count in (
        (end - 24 * HOUR - second, 0),
        (end - 24 * HOUR, 1),
        (end - 23 * HOUR, 1),
        (end - HOUR - second, 1),
        (end - HOUR, 2),
        (end - second, 2),
        (end, 2),
    ):
        reminding.send_due(now=moment)
        assert reminded() == [user.email] * count
    assert url("register", event) in Outbox.objects.filter(key__startswith="reminder:").first().body


def test_a_reminder_is_in_the_readers_language_its_time_too(event):
    user = student_of(event.course, user=UserFactory(language="de"))
    services.save_draft(hackathon=event, user=user, answers=[], now=NOW)
    event.reminds = True
    event.save(update_fields=["reminds"])
    reminding.send_due(now=event.registration_closes_at - HOUR)
    letter = Outbox.objects.get(key__startswith="reminder:")
    with translation.override("de"):
        assert words.moment(event.registration_closes_at, event.course) in letter.body


def test_reminder_names_the_readers_own_time(event):
    user = student_of(event.course, user=UserFactory(time_zone="Asia/Tokyo"))
    services.save_draft(hackathon=event, user=user, answers=[], now=NOW)
    event.reminds = True
    event.save(update_fields=["reminds"])
    reminding.send_due(now=event.registration_closes_at - HOUR)
    assert "29 May 2027, 01:00 (Asia/Tokyo)" in Notice.objects.get(user=user).body


@pytest.mark.parametrize("change", ["leave", "archive"])
def test_nobody_is_reminded_of_a_course_that_is_over_for_them(event, change):
    user = student_of(event.course)
    services.save_draft(hackathon=event, user=user, answers=[], now=NOW)
    event.reminds = True
    event.save(update_fields=["reminds"])
    if change == "leave":
        Enrolment.objects.filter(user=user).update(left_at=NOW)
    else:
        Course.objects.update(archived_at=NOW)
    reminding.send_due(now=event.registration_closes_at - HOUR)
    assert not Notice.objects.exists()


def test_teams_without_a_complete_project_are_reminded(event):
    event = HackathonFactory(course=event.course, reminds=True)
    challenge = challenge_of(event)
    without, incomplete, complete = (team_of(event, 2) for _ in range(3))
    project_of(incomplete, challenge, has_video=True)
    project_of(complete, challenge, has_public_repository=True, has_commented_notebook=True, has_video=True)
    reminding.send_due(now=event.submission_closes_at - HOUR)
    assert reminded() == sorted(user.email for team in (without, incomplete) for user in members(team))


def test_nobody_is_reminded_unasked_late_or_of_a_hidden_event(event):
    services.save_draft(hackathon=event, user=student_of(event.course), answers=[], now=NOW)
    end = event.registration_closes_at
    reminding.send_due(now=end - HOUR)
    event.reminds, event.published_at = True, None
    event.save(update_fields=["reminds", "published_at"])
    reminding.send_due(now=end - HOUR)
    event.published_at = NOW
    event.save(update_fields=["published_at"])
    reminding.send_due(now=end - 11 * HOUR)  # too late for "a day before", too early for "an hour before"
    assert reminded() == []


def test_a_deadline_that_is_moved_is_reminded_of_again(event):
    user = student_of(event.course)
    services.save_draft(hackathon=event, user=user, answers=[], now=NOW)
    event.reminds = True
    event.save(update_fields=["reminds"])
    reminding.send_due(now=event.registration_closes_at - HOUR)
    event.registration_closes_at += 5 * HOUR
    event.save(update_fields=["registration_closes_at"])
    reminding.send_due(now=event.registration_closes_at - HOUR)
    assert reminded() == [user.email] * 2


def test_reminders_are_switched_on_and_off(as_user, event, instructor):
    client = as_user(instructor)
    for on in (True, False):
        client.post(url("reminders", event), {"on": "1" if on else "0"})
        event.refresh_from_db()
        assert event.reminds is on
    assert AuditEntry.objects.filter(action__startswith="hackathon.reminders").count() == 2
    assert Registration.objects.count() == 0
