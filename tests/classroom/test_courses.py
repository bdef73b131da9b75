"""Courses are made, set up, copied for a new term and put away."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import models
from django.urls import reverse

from classroom import clock
from classroom.models import (
    AuditEntry,
    Course,
    Enrolment,
    Material,
    MaterialFile,
    Role,
    ScheduleItem,
    User,
)
from classroom.shifting import Oddity
from projects.models import Challenge, Hackathon
from quizzes import services
from quizzes.models import QuestionVersion, Quiz
from tests.factories import (
    CourseFactory,
    EnrolmentFactory,
    UserFactory,
    WeekFactory,
    instructor_of,
    student_of,
)
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db

WEBHOOK = "https://chat.example.org/hooks/secret123"


@pytest.fixture
def course():
    return CourseFactory(slug="dl-26", title="Deep Learning", time_zone="Europe/Berlin")


@pytest.fixture
def instructor(course, client):
    instructor = instructor_of(course)
    client.force_login(instructor)
    return instructor


def settings_of(course, **changes):
    return {
        "title": course.title,
        "term": course.term,
        "slug": course.slug,
        "language": course.language,
        "time_zone": course.time_zone,
        "starts_on": "",
        "ends_on": "",
        "max_missed_sessions": 2,
        "max_team_size": 4,
    } | changes


def save(client, course, **changes):
    return client.post(reverse("course_settings", args=[course.slug]), settings_of(course, **changes))


# New courses


def test_allowed_person_makes_a_course_and_runs_it(client):
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="add_course"))
    client.force_login(user)
    answer = client.post(reverse("new_course"), settings_of(Course(), title="New", slug="new"))
    assert answer.url == reverse("course_settings", args=["new"])
    assert Enrolment.objects.values_list("user", "role").get(course__slug="new") == (user.pk, "instructor")


def test_new_course_is_on_the_sites_clock_unless_somebody_chooses(client, settings):
    settings.TIME_ZONE = "Europe/Lisbon"
    client.force_login(UserFactory(is_superuser=True, language="de"))
    form = client.get(reverse("new_course")).context["form"]
    assert (form["time_zone"].value(), form["language"].value()) == ("Europe/Lisbon", "de")


@pytest.mark.parametrize("taken", ["dl-26", "DL 26", ""])
def test_short_name_is_the_courses_own(client, course, taken):
    client.force_login(UserFactory(is_superuser=True))
    answer = client.post(reverse("new_course"), settings_of(Course(), title="New", slug=taken))
    assert answer.status_code == 422
    assert Course.objects.count() == 1


def test_others_make_no_course(client, course, instructor):
    for user in (instructor, UserFactory(is_staff=True), student_of(course)):
        client.force_login(user)
        answer = client.post(reverse("new_course"), settings_of(Course(), title="New", slug="new"))
        assert answer.status_code == 403
    assert Course.objects.count() == 1


def test_administrator_lets_somebody_make_courses(client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    user = UserFactory()
    address = reverse("admin:classroom_user_change", args=[user.pk])
    data = {"email": user.email, "name": user.name, "is_active": "on", "may_create_courses": "on"}
    client.post(address, data)
    assert User.objects.get(pk=user.pk).has_perm("classroom.add_course")
    data.pop("may_create_courses")
    client.post(address, data)
    assert not User.objects.get(pk=user.pk).has_perm("classroom.add_course")


# Settings


def test_settings_are_saved_and_written_down(client, course, instructor):
    answer = save(client, course, title="DL", slug="dl", starts_on="2026-10-13", ends_on="2027-02-02")
    assert answer.url == reverse("course_settings", args=["dl"])
    course.refresh_from_db()
    assert (course.title, course.starts_on, course.ends_on) == ("DL", date(2026, 10, 13), date(2027, 2, 2))
    assert AuditEntry.objects.values_list("action", "detail").get() == (
        "course.changed",
        {"fields": ["title", "slug", "starts_on", "ends_on"]},
    )


@pytest.mark.parametrize(
    "nonsense",
    [
        {"title": ""},
        {"slug": "a b"},
        {"slug": "other"},
        {"language": "xx"},
        {"time_zone": "Moon/Crater"},
        {"starts_on": "2026-10-13", "ends_on": "2026-10-12"},
        {"max_team_size": "0"},
        {"webhook": "ftp://chat.example.org/x"},
    ],
)
def test_nonsense_is_refused(client, course, instructor, nonsense):
    CourseFactory(slug="other")
    assert save(client, course, **nonsense).status_code == 422
    assert not AuditEntry.objects.exists()


def test_webhook_is_never_shown_nor_logged(client, course, instructor):
    save(client, course, webhook=WEBHOOK)
    course.refresh_from_db()
    assert course.mattermost_webhook == WEBHOOK
    page = client.get(reverse("course_settings", args=[course.slug])).content.decode()
    assert ("secret123" in page, "One is set" in page) == (False, True)
    assert "secret123" not in json.dumps(list(AuditEntry.objects.values_list("detail", flat=True)))
    save(client, course, title="Other")
    course.refresh_from_db()
    assert course.mattermost_webhook == WEBHOOK  # an empty field leaves it
    save(client, course, forget_webhook="on")
    course.refresh_from_db()
    assert course.mattermost_webhook == ""


def test_another_zone_is_asked_about_with_an_example(client, course, instructor):
    at = datetime(2050, 6, 7, 16, 0, tzinfo=UTC)
    ScheduleItem.objects.create(course=course, title="Session", starts_at=at, ends_at=at)
    asked = save(client, course, time_zone="Europe/London")
    assert asked.status_code == 409
    assert (asked.context["zone_change"]["old_time"], asked.context["zone_change"]["new_time"]) == (
        "2050-06-07 18:00",
        "2050-06-07 17:00",
    )
    course.refresh_from_db()
    assert course.time_zone == "Europe/Berlin"
    save(client, course, time_zone="Europe/London", zone_confirmed="on")
    course.refresh_from_db()
    assert course.time_zone == "Europe/London"
    assert ScheduleItem.objects.get().starts_at == at


ROLES = [("student", 403), ("viewer", 403), ("assistant", 403), ("instructor", 200)]


@pytest.mark.parametrize(("role", "status"), ROLES)
def test_only_instructors_set_a_course_up(client, course, role, status):
    client.force_login(EnrolmentFactory(course=course, role=role).user)
    for name in ("course_settings", "copy_course"):
        assert client.get(reverse(name, args=[course.slug])).status_code == status
    save(client, course, title="Changed")
    client.post(reverse("archive_course", args=[course.slug]))
    course.refresh_from_db()
    assert (course.title == "Changed", course.archived_at is not None) == (status == 200, status == 200)
    client.post(reverse("unarchive_course", args=[course.slug]))
    course.refresh_from_db()
    assert course.archived_at is None


def test_instructor_of_another_course_learns_nothing(client, course):
    client.force_login(instructor_of(CourseFactory()))
    for name in ("course_settings", "copy_course", "archive_course", "unarchive_course"):
        assert client.post(reverse(name, args=[course.slug])).status_code == 404


# The archive


def test_archived_course_is_read_and_not_written(client, course, instructor):
    student = student_of(course)
    quiz = make_quiz(
        course=course,
        opens_at=clock.now() - timedelta(hours=1),
        published_at=clock.now() - timedelta(hours=1),
    )
    client.post(reverse("archive_course", args=[course.slug]))
    assert client.get(reverse("people", args=[course.slug])).status_code == 200
    refused = save(client, course, title="Changed")
    assert refused.status_code == 403
    assert "take it out of the archive" in refused.content.decode()
    client.force_login(student)
    assert client.get(course.get_absolute_url()).status_code == 200
    start = reverse("quizzes:start", args=[course.slug, quiz.pk])
    assert client.post(start).status_code == 403
    client.force_login(instructor)
    client.post(reverse("unarchive_course", args=[course.slug]))
    client.force_login(student)
    assert client.post(start).status_code == 200
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "course.archived",
        "course.unarchived",
    ]


def test_course_in_which_somebody_writes_is_not_archived(client, course, instructor):
    now = clock.now()
    quiz = make_quiz(course=course, opens_at=now - timedelta(hours=1), time_limit_seconds=600)
    services.start_attempt(quiz=quiz, user=student_of(course), now=now)
    client.post(reverse("archive_course", args=[course.slug]))
    course.refresh_from_db()
    assert course.archived_at is None


# A copy for a new term


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def held(course, instructor):
    """A course with a week before and one after the clock change in autumn, and work in it."""
    Course.objects.update(starts_on="2026-10-20", ends_on="2027-02-02", mattermost_webhook=WEBHOOK)
    course.refresh_from_db()
    for number, day in ((1, "2026-10-20"), (2, "2026-10-27")):
        week = WeekFactory(
            course=course,
            number=number,
            title=f"Week {number}",
            starts_at=berlin(f"{day} 18:00"),
            released_at=berlin(f"{day} 00:00"),
            recording_url="https://video.example.org/1",
        )
        topic = week.topics.create(position=1, title="Pooling", body="Text")
        topic.references.create(number=1, citation="Goodfellow")
        ScheduleItem.objects.create(
            course=course,
            week=week,
            title="Session",
            starts_at=week.starts_at,
            ends_at=week.starts_at + timedelta(minutes=90),
        )
    material = Material.objects.create(week=week, position=1, title="Slides", file_name="a.pdf")
    MaterialFile.objects.create(material=material, content=b"%PDF")
    return course


def copied(client, course, **changes):
    data = {
        "title": "Deep Learning",
        "term": "2027",
        "slug": "dl-27",
        "first_day": "2027-04-13",
        "hidden": "",
    } | changes
    address = reverse("copy_course", args=[course.slug])
    return client.post(address, {name: value for name, value in data.items() if value})


def test_preview_tells_where_dates_go_and_copies_nothing(client, held):
    page = copied(client, held)
    assert page.context["weeks"] == 25
    assert {
        (one.what, str(one.before.astimezone(held.zone))[:16], str(one.after.astimezone(held.zone))[:16])
        for one in page.context["moved"]
        if one.kind == "Week 2"
    } == {
        ("begins", "2026-10-27 18:00", "2027-04-20 18:00"),
        ("shown to students from", "2026-10-27 00:00", "2027-04-20 00:00"),
    }
    assert Course.objects.count() == 1


def test_hour_that_does_not_exist_is_named_in_the_preview(client, held):
    ScheduleItem.objects.create(
        course=held, title="Night", starts_at=berlin("2026-11-01 02:30"), ends_at=berlin("2026-11-01 02:40")
    )
    page = copied(client, held, first_day="2027-03-16")  # so that the night is that of 28 March
    odd = [(one.title, one.what) for one in page.context["moved"] if one.oddity == Oddity.SKIPPED]
    assert odd == [("Night", "begins"), ("Night", "ends")]
    assert "the clock skips this time" in page.content.decode()
    copied(client, held, first_day="2027-03-16", confirm="yes")
    night = ScheduleItem.objects.get(course__slug="dl-27", title="Night")
    assert (night.starts_at.isoformat(), night.ends_at - night.starts_at) == (
        "2027-03-28T01:30:00+00:00",
        timedelta(minutes=10),
    )


def test_copy_has_the_weeks_and_nobody_in_it(client, held, instructor):
    student_of(held)
    answer = copied(client, held, confirm="yes")
    new = Course.objects.get(slug="dl-27")
    assert answer.url == reverse("course_settings", args=["dl-27"])
    assert (new.starts_on, new.ends_on, new.mattermost_webhook) == (date(2027, 4, 13), date(2027, 7, 27), "")
    assert [str(week.starts_at.astimezone(new.zone))[:16] for week in new.weeks.all()] == [
        "2027-04-13 18:00",
        "2027-04-20 18:00",
    ]
    assert [(w.recording_url, w.topics.get().references.get().citation) for w in new.weeks.all()] == [
        ("", "Goodfellow"),
        ("", "Goodfellow"),
    ]
    assert [item.week.course for item in new.schedule.all()] == [new, new]
    assert bytes(Material.objects.get(week__course=new).file.content) == b"%PDF"
    assert list(new.enrolments.values_list("user", "role")) == [(instructor.pk, "instructor")]
    assert (held.weeks.count(), held.schedule.count()) == (2, 2)


def test_copy_is_hidden_from_students_if_that_is_wished(client, held):
    make_quiz(course=held, week=held.weeks.first(), published_at=berlin("2026-10-20 09:00"))
    copied(client, held, hidden="on", confirm="yes")
    new = Course.objects.get(slug="dl-27")
    assert set(new.weeks.values_list("released_at", flat=True)) == {None}
    assert new.quizzes.get().published_at is None


def test_quizzes_come_with_the_current_versions_of_their_questions(client, held, instructor):
    quiz = make_quiz(
        course=held,
        week=held.weeks.first(),
        opens_at=berlin("2026-10-20 18:10"),
        closes_at=berlin("2026-10-27 18:10"),
        access_code="secret",
        title="Quiz 1",
    )
    services.add_section(quiz=quiz, title="Part", intro="")
    question = quiz.slots.first().question
    old = question.versions.get()
    services.revise_question(
        question=question,
        kind=old.kind,
        body="Newer?",
        data=old.data,
        explanation="",
        now=clock.now(),
        author=instructor,
    )
    services.start_attempt(
        quiz=quiz, user=student_of(held), access_code="secret", now=berlin("2026-10-20 18:11")
    )
    copied(client, held, confirm="yes")
    new = Quiz.objects.get(course__slug="dl-27")
    assert [str(at.astimezone(held.zone))[:16] for at in (new.opens_at, new.closes_at)] == [
        "2027-04-13 18:10",
        "2027-04-20 18:10",
    ]
    assert (new.week.course.slug, new.access_code, new.attempts.count()) == ("dl-27", "", 0)
    assert (new.slots.count(), new.sections.count()) == (quiz.slots.count(), quiz.sections.count())
    versions = QuestionVersion.objects.filter(question=new.slots.first().question)
    assert versions.values_list("number", "body").get() == (1, "Newer?")
    assert new.slots.first().question.course == new.course


def test_live_quiz_waits_for_its_button_again(client, held):
    make_quiz(course=held, lobby=True, opens_at=berlin("2026-10-20 18:10"), closes_at=None)
    copied(client, held, confirm="yes")
    assert Quiz.objects.get(course__slug="dl-27").opens_at is None


def test_other_day_of_the_week_is_refused_with_the_right_one(client, held):
    page = copied(client, held, first_day="2027-04-14", confirm="yes")
    assert page.status_code == 422
    assert "Choose a Tuesday." in page.content.decode()
    assert copied(client, held, slug="dl-26", confirm="yes").status_code == 422
    assert copied(client, held, first_day="9999-01-01", confirm="yes").status_code == 422
    assert Course.objects.count() == 1


def test_course_without_dates_is_copied_as_it_is(client, course, instructor):
    assert "first_day" not in client.get(reverse("copy_course", args=[course.slug])).context["form"].fields
    copied(client, course, confirm="yes")
    assert Course.objects.get(slug="dl-27").starts_on is None


def test_archived_course_can_be_copied(client, held):
    Course.objects.update(archived_at=clock.now())
    copied(client, held, confirm="yes")
    assert Course.objects.get(slug="dl-27").archived_at is None
    assert Course.objects.get(slug="dl-26").archived_at is not None


#: What a copy has as many of as the course it was made of.
COPIED = {
    "classroom.Week",
    "classroom.Topic",
    "classroom.Reference",
    "classroom.ScheduleItem",
    "classroom.Material",
    "classroom.MaterialFile",
    "classroom.Entrance",
    "classroom.PassingRule",
    "classroom.GradeCategory",
    "classroom.GradeColumn",
    "quizzes.Category",
    "quizzes.Tag",
    "quizzes.Question",
    "quizzes.QuestionImage",
    "quizzes.Quiz",
    "quizzes.Section",
    "quizzes.Slot",
    "projects.Challenge",
    "projects.DataSet",
    "projects.Board",
    "projects.BoardData",
    "projects.Hackathon",
    "projects.RegistrationQuestion",
    "projects.Criterion",
    "projects.Track",
    "projects.Award",
}
#: Of these the newest ones.
NEWEST = {"quizzes.QuestionVersion", "projects.CustomExercise"}
#: What belongs to a course and stays behind, because it is about people, or made again.
STAYS = {
    "classroom.Enrolment": "people",
    "classroom.Group": "people",
    "classroom.Accommodation": "people",
    "classroom.Extension": "people",
    "classroom.Announcement": "of that term",
    "classroom.AuditEntry": "what people did",
    "classroom.Outbox": "letters to people",
    "classroom.SignInCode": "people",
    "classroom.HelpDesk": "nothing but a secret and a queue; there when it is first asked for",
    "classroom.HelpRequest": "people",
    "classroom.InviteLink": "secret, and of that term",
    "classroom.EnrolmentRequest": "people",
    "classroom.Attendance": "people",
    "classroom.CalendarFeed": "people",
    "classroom.Mistake": "counted from what people did",
    "classroom.Notice": "people",
    "classroom.Outcome": "counted from what people did",
    "classroom.Tally": "counted from what people did",
    "classroom.GradeUpload": "what somebody is about to import",
    "lti.Context": "of that term's course on the other platform",
    "quizzes.Upload": "what somebody is about to import",
}


def direct(model):
    return any(
        isinstance(field, models.ForeignKey) and field.related_model is Course
        for field in model._meta.get_fields()
    )


def label(model):
    return model._meta.label


def test_every_table_of_a_course_is_copied_or_named_as_staying():
    of_courses = {label(model) for model in apps.get_models() if direct(model)}
    undecided = of_courses - COPIED - NEWEST - set(STAYS)
    assert undecided == set()


def test_demo_course_is_copied_with_all_that_it_is_made_of(client):
    call_command("demo")
    demo = Course.objects.get()
    client.force_login(User.objects.get(email="mira.petersen@example.org"))
    day = demo.starts_on + timedelta(weeks=26)
    assert copied(client, demo, first_day=f"{day:%Y-%m-%d}", confirm="yes").status_code == 302
    new = Course.objects.get(slug="dl-27")
    assert [counts(new, name) for name in sorted(COPIED)] == [counts(demo, name) for name in sorted(COPIED)]
    assert Challenge.objects.filter(course=new).exclude(taken=0).count() == 0
    event = Hackathon.objects.get(course=new, title__startswith="Waterkant")
    assert (event.teams.count(), event.places_taken, event.ranking_published_at) == (0, 0, None)
    assert not Enrolment.objects.filter(course=new).exclude(role=Role.INSTRUCTOR).exists()
    before, after = (
        event.starts_at.astimezone(demo.zone).replace(tzinfo=None)
        for event in (one.hackathons.get(title__startswith="Waterkant") for one in (demo, new))
    )
    assert after - before == timedelta(weeks=26)


PATHS = {
    "Topic": "week__course",
    "Reference": "topic__week__course",
    "Material": "week__course",
    "MaterialFile": "material__week__course",
    "Section": "quiz__course",
    "Slot": "quiz__course",
    "DataSet": "challenge__course",
    "Board": "challenge__course",
    "BoardData": "board__challenge__course",
    "RegistrationQuestion": "hackathon__course",
    "Criterion": "hackathon__course",
    "Track": "hackathon__course",
    "Award": "hackathon__course",
}


def counts(course, name):
    model = apps.get_model(name)
    path = PATHS.get(model.__name__, "course")
    return name, model.objects.filter(**{path: course}).count()
