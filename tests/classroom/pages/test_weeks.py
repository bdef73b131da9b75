from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from classroom import clock, materials, weeks
from classroom.errors import Refused
from classroom.models import (
    AuditEntry,
    Course,
    Material,
    PassingRule,
    Reference,
    Role,
    ScheduleItem,
    Topic,
    Week,
)
from tests.factories import (
    NOW,
    CourseFactory,
    EnrolmentFactory,
    WeekFactory,
    instructor_of,
    student_of,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
PDF = b"%PDF-1.7 slides"


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The clock, stopped at NOW; `now(later)` moves it."""
    times = [NOW]
    monkeypatch.setattr(clock, "now", lambda: times[-1])
    return times.append


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def week(course):
    return WeekFactory(course=course, number=1, title="Neurons")


@pytest.fixture
def teacher(client, course):
    client.force_login(instructor_of(course))
    return client


def at(name, *args):
    return reverse(name, args=["dl", *args])


def sent(client, url, data=None, status=302):
    answer = client.post(url, data or {})
    assert answer.status_code == status, answer.content.decode()[-4000:]
    return answer


def written(week, **changes):
    """A week's form as the browser sends it."""
    return {
        "title": week.title,
        "goals": week.goals,
        "for_next_week": week.for_next_week,
        "starts_at": "2027-05-18T18:00",
        "released_at": "2027-05-17T18:00",
        "video_call_url": "",
        "recording_url": "",
        "seen": weeks.fingerprint(week) if week.pk else "",
    } | changes


def topic_form(topic=None, rows=(), **changes):
    data = {
        "title": "Autoencoders",
        "body": "Code $h$.",
        "seen": weeks.fingerprint(topic) if topic else "",
        "reference-TOTAL_FORMS": len(rows),
        "reference-INITIAL_FORMS": 0,
    }
    for i, (number, citation, url) in enumerate(rows):
        data |= {
            f"reference-{i}-number": number,
            f"reference-{i}-citation": citation,
            f"reference-{i}-url": url,
        }
    return data | changes


def add(week, title="Slides", published=True, by=None, **fields):
    """A material; a PDF unless it has a link."""
    upload = None if "url" in fields else ("slides.pdf", PDF)
    return materials.save_material(
        material=Material(week=week, title=title, **fields),
        upload=upload,
        publish=published,
        by=by or instructor_of(week.course),
        now=NOW,
    )


def test_a_week_is_added_a_calendar_week_after_the_last_one(teacher, course):
    WeekFactory(course=course, number=3, starts_at=datetime(2026, 10, 20, 16, tzinfo=UTC))
    page = teacher.get(at("new_week")).content.decode()
    assert 'value="2026-10-27T18:00"' in page  # 18:00 in Berlin on both sides of the clock change
    sent(teacher, at("new_week"), written(Week(title="Convolutions"), starts_at="2026-10-27T18:00"))
    added = course.weeks.get(number=4)
    assert (added.title, added.starts_at) == ("Convolutions", datetime(2026, 10, 27, 17, tzinfo=UTC))


def test_a_week_is_changed_on_its_page(teacher, week):
    sent(
        teacher,
        at("edit_week", 1),
        written(
            week,
            title="What a neuron computes",
            goals="Say $w^2$.",
            video_call_url="zoom.us/j/1",
            released_at="",
        ),
    )
    week.refresh_from_db()
    assert (week.title, week.goals, week.video_call_url, week.released_at) == (
        "What a neuron computes",
        "Say $w^2$.",
        "https://zoom.us/j/1",
        None,
    )
    assert AuditEntry.objects.get().action == "week.changed"


def test_what_is_refused_stays_in_the_form(teacher, week):
    answer = sent(
        teacher, at("edit_week", 1), written(week, goals="A long draft", recording_url="javascript:1"), 422
    )
    page = answer.content.decode()
    assert "A long draft" in page
    assert "javascript:1" in page
    assert Week.objects.get().goals == ""


def test_a_week_that_somebody_else_changed_is_not_overwritten_unseen(teacher, week):
    mine = written(week, goals="Mine")
    sent(teacher, at("edit_week", 1), written(week, goals="Theirs"))
    answer = sent(teacher, at("edit_week", 1), mine, 422)
    page = answer.content.decode()
    assert "Somebody saved this page while you wrote" in page
    assert "Mine" in page
    assert Week.objects.get().goals == "Theirs"
    sent(teacher, at("edit_week", 1), mine | {"seen": answer.context["seen"]})
    assert Week.objects.get().goals == "Mine"


def test_weeks_change_places_and_dates_stay(teacher, course, week):
    other = WeekFactory(course=course, number=3, title="Layers", starts_at=NOW + timedelta(weeks=2))
    session = ScheduleItem.objects.create(
        course=course, week=week, title="Tuesday", starts_at=NOW, ends_at=NOW + HOUR
    )
    sent(teacher, at("move_week", 1), {"later": ""})
    week.refresh_from_db()
    other.refresh_from_db()
    session.refresh_from_db()
    assert (week.number, week.starts_at) == (3, NOW + timedelta(weeks=2))
    assert (other.number, other.starts_at) == (1, NOW)
    assert session.week == other
    sent(teacher, at("move_week", 1), {"earlier": ""})  # it is the first: nothing to exchange it with
    assert list(course.weeks.order_by("number").values_list("title", flat=True)) == ["Layers", "Neurons"]


def test_a_week_is_deleted_and_its_sessions_stay(teacher, course, week):
    add(week)
    session = ScheduleItem.objects.create(
        course=course, week=week, title="Tuesday", starts_at=NOW, ends_at=NOW + HOUR
    )
    page = teacher.get(at("edit_week", 1)).content.decode()
    assert "Delete this week with its topics and materials?" in page
    sent(teacher, at("delete_week", 1))
    session.refresh_from_db()
    assert (course.weeks.count(), Material.objects.count(), session.week) == (0, 0, None)


def test_a_topic_comes_with_its_bibliography(teacher, week):
    rows = [("", "Bourlard, Kamp 1988", "example.org/bk"), ("5", "Hinton 2006", ""), ("", "", "")]
    sent(teacher, at("new_topic", 1), topic_form(rows=rows))
    topic = week.topics.get()
    found = list(topic.references.order_by("number").values_list("number", "citation", "url"))
    assert found == [(5, "Hinton 2006", ""), (6, "Bourlard, Kamp 1988", "https://example.org/bk")]
    page = teacher.get(at("edit_topic", 1, topic.pk)).content.decode()
    assert "Hinton 2006" in page
    # Numbers are exchanged and an entry is emptied, all at once.
    rows = [("6", "Hinton 2006", ""), ("5", "Bourlard, Kamp 1988", ""), ("", "", "")]
    sent(teacher, at("edit_topic", 1, topic.pk), topic_form(topic, rows))
    found = list(topic.references.order_by("number").values_list("number", "citation"))
    assert found == [(5, "Bourlard, Kamp 1988"), (6, "Hinton 2006")]


def test_a_topic_with_a_mistake_keeps_every_word(teacher, week):
    rows = [("1", "One", ""), ("1", "Two", "")]
    page = sent(teacher, at("new_topic", 1), topic_form(rows=rows, body="My draft"), 422).content.decode()
    assert "Two entries have the same number" in page
    assert all(text in page for text in ("My draft", "One", "Two"))
    rows = [("1", "", "https://example.org/")]
    page = sent(teacher, at("new_topic", 1), topic_form(rows=rows), 422).content.decode()
    assert "Write what this link leads to." in page
    assert Topic.objects.count() == 0


def test_a_topic_that_somebody_else_changed_is_not_overwritten(teacher, week):
    topic = Topic.objects.create(week=week, position=1, title="Old", body="")
    mine = topic_form(topic, body="Mine")
    Reference.objects.create(topic=topic, number=1, citation="Theirs")
    assert sent(teacher, at("edit_topic", 1, topic.pk), mine, 422).context["topic"].pk == topic.pk
    topic.refresh_from_db()
    assert (topic.body, topic.references.count()) == ("", 1)


def test_topics_and_materials_are_ordered_by_buttons(teacher, week):
    for position, title in enumerate(("A", "B", "C"), start=1):
        Topic.objects.create(week=week, position=position, title=title)
        add(week, title)
    first, last = week.topics.get(title="A"), week.topics.get(title="C")
    sent(teacher, at("move_topic", 1, first.pk), {"down": ""})
    sent(teacher, at("move_topic", 1, last.pk), {"down": ""})
    assert list(week.topics.order_by("position").values_list("title", flat=True)) == ["B", "A", "C"]
    sent(teacher, at("move_material", 1, week.materials.get(title="C").pk), {"up": ""})
    assert list(week.materials.order_by("position").values_list("title", flat=True)) == ["A", "C", "B"]
    sent(teacher, at("delete_topic", 1, first.pk))
    assert list(week.topics.order_by("position").values_list("title", flat=True)) == ["B", "C"]


def test_a_file_is_uploaded_and_downloaded_never_shown(teacher, week):
    sent(
        teacher,
        at("new_material", 1),
        {"title": "Slides", "file": SimpleUploadedFile('../We"ek 1.pdf', PDF), "publish": "on"},
    )
    made = week.materials.get()
    assert (made.size_bytes, made.published_at) == (len(PDF), NOW)
    answer = teacher.get(made.get_absolute_url())
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("page.html", b"<script>", "Files of this kind are not taken"),
        ("slides.pdf", b"<script>", "not what its name says"),
        ("notes.txt", b"\xff\xfe\x00", "not what its name says"),
        ("nets.ipynb", b"[" * 100_000, "not what its name says"),
        ("empty.pdf", b"", "This file is empty"),
        ("no_suffix", b"text", "Files of this kind are not taken"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(teacher, week, name, content, why):
    data = {"title": "My title", "note": "A note", "file": SimpleUploadedFile(name, content)}
    page = sent(teacher, at("new_material", 1), data, 422).content.decode()
    assert why in page
    assert "A note" in page
    assert Material.objects.count() == 0


def test_a_file_that_is_too_large_is_refused(week, monkeypatch):
    monkeypatch.setattr(materials, "MAX_BYTES", 4)
    with pytest.raises(Refused, match="the limit is"):
        add(week)
    assert week.materials.count() == 0


def test_a_material_is_a_file_or_a_link(teacher, week):
    assert sent(teacher, at("new_material", 1), {"title": "Nothing"}, 422)
    both = {"title": "Both", "url": "https://example.org", "file": SimpleUploadedFile("a.pdf", PDF)}
    assert sent(teacher, at("new_material", 1), both, 422)
    made = add(week)
    change = at("edit_material", 1, made.pk)
    sent(teacher, change, {"title": "Renamed", "publish": "on"})  # the file stays
    assert teacher.get(made.get_absolute_url()).content == PDF
    sent(teacher, change, {"title": "Renamed", "url": "https://example.org/a", "publish": "on"})
    made.refresh_from_db()
    assert (made.url, made.file_name, hasattr(made, "file")) == ("https://example.org/a", "", False)


def test_a_material_is_published_on_its_own(client, teacher, course, week):
    made = add(week, published=False)
    student = student_of(course)
    teacher.post(at("publish_material", 1, made.pk), {"show": ""})
    client.force_login(student)
    assert "Slides" in client.get(at("week", 1)).content.decode()
    client.force_login(instructor_of(course))
    sent(client, at("publish_material", 1, made.pk), {"hide": ""})
    client.force_login(student)
    assert "Slides" not in client.get(at("week", 1)).content.decode()
    assert client.get(at("material", 1, made.pk)).status_code == 404


def test_files_are_for_those_who_may_see_the_week(client, course, week):
    unreleased = WeekFactory(course=course, number=2, released_at=NOW + HOUR)
    other = WeekFactory(course=CourseFactory(slug="other"), number=1)
    shown, hidden, early, foreign = (
        add(week),
        add(week, published=False),
        add(unreleased),
        add(other),
    )

    def seen(user):
        client.force_login(user)
        addresses = [
            at("material", 1, shown.pk),
            at("material", 1, hidden.pk),
            at("material", 2, early.pk),
            at("material", 1, foreign.pk),
            at("material", 1, early.pk),
        ]
        return [client.get(url).status_code for url in addresses]

    viewer = EnrolmentFactory(course=course, role=Role.VIEWER).user
    assert seen(student_of(course)) == [200, 404, 404, 404, 404]
    assert seen(viewer) == [200, 200, 200, 404, 404]
    assert seen(student_of(CourseFactory())) == [404] * 5
    client.logout()
    assert client.get(at("material", 1, shown.pk)).status_code == 302


def test_staff_preview_a_week_as_students_will_see_it(teacher, course):
    week = WeekFactory(course=course, number=1, released_at=NOW + HOUR)
    add(week, "Ready")
    add(week, "Draft", published=False)
    own, preview = (teacher.get(at("week", 1) + query).content.decode() for query in ("", "?preview"))
    assert ("Draft" in own, at("edit_week", 1) in own) == (True, True)
    assert ("Draft" in preview, at("edit_week", 1) in preview) == (False, False)
    assert "This is what students will see." in preview


def test_a_student_cannot_preview_what_is_hidden(client, course, week):
    add(week, "Draft", published=False)
    client.force_login(student_of(course))
    assert "Draft" not in client.get(at("week", 1) + "?preview").content.decode()


def test_a_session_is_planned_moved_and_taken_off(teacher, course, week):
    form = {"title": "Neurons", "kind": "session", "starts_at": "2027-05-18T18:00", "place": "Zoom"}
    new, back = at("new_session") + "?week=1", at("edit_week", 1)
    assert teacher.get(new).context["form"].initial["week"] == week.pk
    form |= {"week": week.pk}
    sent(teacher, new, form | {"ends_at": "2027-05-18T17:00"}, 422)
    assert sent(teacher, new, form | {"ends_at": "2027-05-18T19:30"}).url == back
    session = course.schedule.get()
    assert (session.week, session.starts_at, session.ends_at) == (week, NOW, NOW + 1.5 * HOUR)
    later = form | {"starts_at": "2027-05-18T19:00", "ends_at": "2027-05-18T20:30", "kind": "workshop"}
    assert sent(teacher, at("edit_session", session.pk) + "?week=1", later).url == back
    session.refresh_from_db()
    assert (session.kind, session.starts_at) == ("workshop", NOW + HOUR)
    assert sent(teacher, at("delete_session", session.pk) + "?week=1").url == back
    assert course.schedule.count() == 0


def test_what_belongs_to_no_week_is_written_on_the_schedule(teacher, course, week):
    at_six = "2027-05-18T18:00"
    form = {"title": "Projects due", "kind": "deadline", "starts_at": at_six, "ends_at": at_six}
    sent(teacher, at("new_session"), form | {"kind": "break"}, 422)
    made = sent(teacher, at("new_session"), form | {"description": "In **teams**."})
    item = course.schedule.get()
    assert (made.url, item.week, item.starts_at, item.ends_at) == (at("schedule"), None, NOW, NOW)
    page = teacher.get(at("schedule")).content.decode()
    assert (at("edit_session", item.pk) in page, "<strong>teams</strong>" in page) == (True, True)
    foreign = WeekFactory(course=CourseFactory(), number=2)
    sent(teacher, at("edit_session", item.pk), form | {"week": foreign.pk}, 422)
    assert sent(teacher, at("edit_session", item.pk), form | {"week": week.pk}).url == at("schedule")
    item.refresh_from_db()
    assert (item.week, item.description) == (week, "")
    assert sent(teacher, at("delete_session", item.pk)).url == at("schedule")
    assert course.schedule.count() == 0
    assert teacher.get(at("new_session") + "?week=2").status_code == 404


def test_the_schedule_offers_to_write_to_who_may(client, course, week):
    item = ScheduleItem.objects.create(course=course, title="S", starts_at=NOW, ends_at=NOW + HOUR)
    for role, offered in ((Role.ASSISTANT, True), (Role.VIEWER, False), (Role.STUDENT, False)):
        client.force_login(EnrolmentFactory(course=course, role=role).user)
        page = client.get(at("schedule")).content.decode()
        assert (at("edit_session", item.pk) in page, at("new_session") in page) == (offered, offered)


def _addresses(week):
    topic = Topic.objects.create(week=week, position=1, title="T")
    material = add(week)
    session = ScheduleItem.objects.create(
        course=week.course, week=week, title="S", starts_at=NOW, ends_at=NOW + HOUR
    )
    number = week.number
    return {
        "new_week": [],
        "edit_week": [number],
        "move_week": [number],
        "delete_week": [number],
        "new_topic": [number],
        "edit_topic": [number, topic.pk],
        "move_topic": [number, topic.pk],
        "delete_topic": [number, topic.pk],
        "new_material": [number],
        "edit_material": [number, material.pk],
        "move_material": [number, material.pk],
        "publish_material": [number, material.pk],
        "delete_material": [number, material.pk],
        "new_session": [],
        "edit_session": [session.pk],
        "delete_session": [session.pk],
    }


@pytest.mark.parametrize(
    ("role", "status"), [(Role.STUDENT, 403), (Role.VIEWER, 403), (Role.GUEST, 404), (None, 404)]
)
def test_only_assistants_and_instructors_write_weeks(client, course, week, role, status):
    addresses = _addresses(week)
    user = EnrolmentFactory(course=course if role else CourseFactory(), role=role or Role.INSTRUCTOR).user
    client.force_login(user)
    answers = {name: client.post(at(name, *args)).status_code for name, args in addresses.items()}
    assert answers == dict.fromkeys(addresses, status)
    assert (week.topics.count(), week.materials.count(), course.schedule.count()) == (1, 1, 1)


def test_what_is_another_courses_cannot_be_reached_through_ones_own(client, course, week):
    other = WeekFactory(course=CourseFactory(slug="other"), number=1)
    others_own = {"edit_session", "delete_session"}
    addresses = {
        name: args for name, args in _addresses(other).items() if len(args) == 2 or name in others_own
    }
    client.force_login(instructor_of(course))
    answers = {name: client.post(at(name, *args)).status_code for name, args in addresses.items()}
    assert answers == dict.fromkeys(addresses, 404)


def test_an_assistant_writes_weeks_but_deletes_none(client, course, week):
    client.force_login(EnrolmentFactory(course=course, role=Role.ASSISTANT).user)
    sent(client, at("edit_week", 1), written(week, title="New"))
    assert client.post(at("delete_week", 1)).status_code == 403
    assert Week.objects.get().title == "New"


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("edit_week", 6), ("edit_topic", 6), ("weeks", 4)])
def test_the_editors_ask_no_more_for_more_rows(
    teacher, course, week, name, queries, rows, django_assert_num_queries
):
    for i in range(rows):
        WeekFactory(course=course, number=i + 2)
        topic = Topic.objects.create(week=week, position=i + 1, title="T")
        for number in range(rows):
            Reference.objects.create(topic=topic, number=number + 1, citation="C")
        add(week, by=course.enrolments.first().user)
        ScheduleItem.objects.create(course=course, week=week, title="S", starts_at=NOW, ends_at=NOW + HOUR)
    args = {"edit_week": [1], "edit_topic": [1, week.topics.first().pk], "weeks": []}[name]
    with django_assert_num_queries(queries):
        teacher.get(at(name, *args))


def test_the_courses_rules_are_data_that_students_read(client, course):
    Course.objects.filter(pk=course.pk).update(max_missed_sessions=3, max_team_size=5)
    client.force_login(student_of(course))
    page = client.get(at("weeks")).content.decode()
    assert "At most 3 sessions may be missed" in page
    assert "Up to 5 people." in page
    assert "Points; there is no pass or fail." in page
    assert "You have missed 0 of at most 3." in page
    PassingRule.objects.create(course=course, kind="percent", least=60)
    Course.objects.filter(pk=course.pk).update(max_missed_sessions=1, max_team_size=1)
    client.force_login(instructor_of(course))
    page = client.get(at("weeks")).content.decode()
    assert "you pass with 60 % of the course" in page
    assert "At most 1 session may be missed" in page
    assert "Everybody works alone." in page
    assert "You have missed" not in page
