"""Marking who was there, on the site."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from classroom import agenda, clock
from classroom.attendance import codes, marks, tally
from classroom.errors import Refused
from classroom.models import Attendance, AuditEntry, Enrolment, Role, ScheduleItem, User
from classroom.pages.attendance import table
from classroom.pages.attendance.room import wrong_codes
from tests.factories import NOW, CourseFactory, EnrolmentFactory, WeekFactory, instructor_of, student_of
from tests.races import at_once

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
Status = Attendance.Status


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The clock, stopped at NOW; `now(later)` moves it."""
    times = [NOW]
    monkeypatch.setattr(clock, "now", lambda: times[-1])
    monkeypatch.setattr(wrong_codes, "name", uuid4())
    return times.append


@pytest.fixture
def course():
    return CourseFactory(slug="dl", max_missed_sessions=2)


@pytest.fixture
def teacher(course):
    return instructor_of(course, user__name="Mira", user__email="mira@example.org")


@pytest.fixture
def ada(course):
    return student_of(course, user__name="Ada Okafor", user__email="ada@example.org")


@pytest.fixture
def session(course):
    return session_of(course)


@pytest.fixture
def as_user(client):
    def as_user(user):
        client.force_login(user)
        return client

    return as_user


def session_of(course, at=NOW, **fields):
    return ScheduleItem.objects.create(
        **{"course": course, "title": "Week 1", "starts_at": at, "ends_at": at + 1.5 * HOUR} | fields
    )


def at(name, *args):
    return reverse(name, args=["dl", *args])


def mark(session, user, status, by=None):
    by = by or instructor_of(session.course)
    marks.mark(session=session, user=user, status=status, by=by, now=NOW)


def found(session):
    return {
        one.user.name: (one.status, one.source, one.minutes)
        for one in Attendance.objects.filter(session=session).select_related("user")
    }


# By hand ---------------------------------------------------------------------------------------------------


def test_a_click_marks_and_a_second_one_takes_the_mark_away(as_user, teacher, ada, session):
    client = as_user(teacher)
    page = client.get(at("roll", session.pk)).content.decode()
    assert f'value="{ada.pk}:late"' in page
    client.post(at("mark_attendance", session.pk), {"mark": f"{ada.pk}:late"})
    assert found(session) == {"Ada Okafor": ("late", "staff", None)}
    page = client.get(at("roll", session.pk)).content.decode()
    assert f'value="{ada.pk}:" data-status="late" aria-pressed="true"' in page
    client.post(at("mark_attendance", session.pk), {"mark": f"{ada.pk}:"})
    assert found(session) == {}
    history = client.get(at("attendance_history", session.pk)).content.decode()
    assert history.count("Ada Okafor") == 2
    entries = AuditEntry.objects.filter(action="attendance.marked").order_by("pk")
    assert [(one.actor, one.about, one.detail["status"]) for one in entries] == [
        (teacher, ada, "late"),
        (teacher, ada, ""),
    ]


def test_a_click_fetches_the_row_and_the_counts_only(as_user, teacher, ada, session):
    answer = as_user(teacher).post(
        at("mark_attendance", session.pk), {"mark": f"{ada.pk}:present"}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert (page.count("<li"), "<html" in page, "1 present" in page) == (1, False, True)


@pytest.mark.parametrize("sent", ["", "x", "1", "99999999:present", ":present", "{pk}:gone", "²:late"])
def test_a_mark_that_makes_no_sense_is_refused(as_user, teacher, ada, session, sent):
    answer = as_user(teacher).post(at("mark_attendance", session.pk), {"mark": sent.format(pk=ada.pk)})
    assert answer.status_code == 302
    htmx = {"HX-Request": "true"}
    answer = as_user(teacher).post(at("mark_attendance", session.pk), {"mark": "x"}, headers=htmx)
    assert answer["HX-Refresh"] == "true"
    assert found(session) == {}


def test_only_students_of_the_course_are_marked(as_user, teacher, course, session):
    strangers = [teacher, student_of(CourseFactory()), EnrolmentFactory(course=course, left_at=NOW).user]
    for user in strangers:
        with pytest.raises(Refused, match="no student"):
            mark(session, user, Status.PRESENT, teacher)
    assert found(session) == {}


def test_attendance_is_taken_at_sessions_and_workshops_only(course, ada, teacher):
    workshop, pause = session_of(course, kind="workshop"), session_of(course, kind="break")
    mark(workshop, ada, Status.PRESENT, teacher)
    with pytest.raises(Refused, match="at sessions and workshops"):
        mark(pause, ada, Status.PRESENT, teacher)


def test_the_rest_is_marked_absent_but_for_those_who_joined_later(as_user, teacher, course, ada, session):
    ben, late = student_of(course, user__name="Ben"), student_of(course, user__name="Late")
    Enrolment.objects.filter(user=late).update(joined_at=session.ends_at)
    mark(session, ben, Status.EXCUSED, teacher)
    as_user(teacher).post(at("mark_rest_absent", session.pk))
    assert found(session) == {"Ada Okafor": ("absent", "rest", None), "Ben": ("excused", "staff", None)}


def test_a_session_with_marks_is_not_taken_off_the_schedule(as_user, teacher, course, ada):
    week = WeekFactory(course=course, number=1)
    session = session_of(course, week=week)
    mark(session, ada, Status.PRESENT, teacher)
    with pytest.raises(Refused, match="it stays"):
        agenda.remove_session(session=session, by=teacher, now=NOW)
    client = as_user(teacher)
    assert client.post(at("delete_session", session.pk)).status_code == 302
    form = {"title": "S", "kind": "break", "starts_at": "2027-05-18T18:00", "ends_at": "2027-05-18T19:00"}
    assert client.post(at("edit_session", session.pk), form).status_code == 422
    assert course.schedule.count() == 1
    course.delete()  # a course goes with all it has
    assert Attendance.objects.count() == 0


# By the code in the room ------------------------------------------------------------------------------------


def check_in(client, session, code):
    return client.post(at("check_in", session.pk), {"code": code})


@pytest.mark.parametrize(
    ("minutes", "status"), [(-15, "present"), (0, "present"), (14.9, "present"), (15, "late"), (89, "late")]
)
def test_a_student_checks_in_by_the_code_on_the_wall(as_user, ada, session, now, minutes, status):
    moment = NOW + minutes * MINUTE
    now(moment)
    code = codes.code_at(session, moment).text
    client = as_user(ada)
    scanned = client.get(at("check_in", session.pk) + f"?code={code}").content.decode()
    assert f'value="{code}"' in scanned
    assert found(session) == {}  # looking at an address marks nobody
    assert check_in(client, session, code).url == at("attendance")
    assert check_in(client, session, code).status_code == 302
    assert found(session) == {"Ada Okafor": (status, "code", None)}
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("minutes", [-15.1, 90, 24 * 60])
def test_nobody_checks_in_outside_the_session(as_user, ada, session, now, minutes):
    moment = NOW + minutes * MINUTE
    now(moment)
    answer = check_in(as_user(ada), session, codes.code_at(session, moment).text)
    assert (answer.status_code, found(session)) == (422, {})
    assert "only while the session runs" in answer.content.decode()


def test_an_old_code_and_another_sessions_code_are_refused(as_user, ada, course, session, now):
    old = codes.code_at(session, NOW - MINUTE).text
    other = codes.code_at(session_of(course), NOW).text
    client = as_user(ada)
    for code in (old, other, "", "AAAAAA"):
        answer = check_in(client, session, code)
        assert answer.status_code == 422
        assert "not the code on the wall" in answer.content.decode()
    assert found(session) == {}


def test_guessing_codes_ends_after_some(as_user, ada, session):
    client = as_user(ada)
    for _ in range(20):
        check_in(client, session, "AAAAAA")
    good = codes.code_at(session, NOW).text
    assert "Too many wrong codes" in check_in(client, session, good).content.decode()
    ben = student_of(session.course)
    assert check_in(as_user(ben), session, good).status_code == 302


@pytest.mark.parametrize("status", [Status.EXCUSED, Status.ABSENT])
def test_a_code_does_not_undo_what_staff_marked(as_user, teacher, ada, session, status):
    mark(session, ada, status, teacher)
    answer = check_in(as_user(ada), session, codes.code_at(session, NOW).text)
    assert answer.status_code == 422
    assert found(session) == {"Ada Okafor": (status, "staff", None)}


def test_a_code_undoes_being_absent_with_the_rest(as_user, teacher, ada, session):
    marks.mark_rest_absent(session=session, by=teacher, now=NOW)
    assert check_in(as_user(ada), session, codes.code_at(session, NOW).text).status_code == 302
    assert found(session) == {"Ada Okafor": ("present", "code", None)}


@pytest.mark.django_db(transaction=True)
def test_checking_in_at_once_marks_once(ada, session):
    code = codes.code_at(session, NOW).text
    acts = [lambda: marks.check_in(session=session, user=ada, code=code, now=NOW)] * 6
    done = at_once(acts, refusals=Refused)
    assert (len(done), found(session)) == (6, {"Ada Okafor": ("present", "code", None)})
    assert AuditEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_check_in_and_the_rest_absent_at_once_lose_nothing(ada, teacher, session):
    code = codes.code_at(session, NOW).text
    acts = [
        lambda: marks.check_in(session=session, user=ada, code=code, now=NOW),
        lambda: marks.mark_rest_absent(session=session, by=teacher, now=NOW),
    ]
    at_once(acts, refusals=Refused)
    assert found(session) == {"Ada Okafor": ("present", "code", None)}


def test_the_wall_shows_the_code_and_renews_itself(as_user, teacher, session, now):
    client = as_user(teacher)
    code = codes.code_at(session, NOW).text
    page = client.get(at("attendance_wall", session.pk)).content.decode()
    drawn = 'aria-label="QR code to check in"'
    assert (f"{code[:3]} {code[3:]}" in page, drawn in page, 'hx-trigger="every 5s' in page) == (True,) * 3
    now(NOW + MINUTE)
    part = client.get(at("attendance_wall", session.pk), headers={"HX-Request": "true"}).content.decode()
    assert (code[:3] + " " + code[3:] in part, "<html" in part) == (False, False)
    now(NOW + 2 * HOUR)
    page = client.get(at("attendance_wall", session.pk)).content.decode()
    assert ("The session is over" in page, drawn in page) == (True, False)


# By Zoom's table --------------------------------------------------------------------------------------------

HEAD = "Name (Original Name),User Email,Duration (Minutes)\n"


def choose(client, session, rows, **fields):
    file = SimpleUploadedFile("participants.csv", (HEAD + rows).encode())
    data = {"file": file, "least_minutes": 45, "rest_absent": "on"} | fields
    return client.post(at("import_attendance", session.pk), data)


def confirm(client, preview, **answers):
    context = preview.context
    data = {
        "text": context["text"],
        "least_minutes": context["least_minutes"],
        "digest": context["plan"].digest,
    }
    if context["rest_absent"]:
        data["rest_absent"] = "on"
    return client.post(preview.request["PATH_INFO"], data | answers)


def test_a_table_is_previewed_and_then_taken_over(as_user, teacher, course, ada, session):
    for name in ("Ben", "Carla", "Dora"):
        student_of(course, user__name=name)
    rows = "Ada,ada@example.org,30\nAda,ada@example.org,20\nBen,,44\nMira,mira@example.org,90\nCarla,,90\n"
    client = as_user(teacher)
    preview = choose(client, session, rows)
    assert found(session) == {}
    lines = preview.context["plan"].lines
    assert [(line.student.name, line.is_enough, line.by_name) for line in lines] == [
        ("Ben", False, True),
        ("Carla", True, True),
        ("Ada Okafor", True, False),  # what is worth a look stands first
    ]
    assert (preview.context["questions"], preview.context["plan"].staff) == ([], 1)
    assert confirm(client, preview).url == at("roll", session.pk)
    assert found(session) == {
        "Ada Okafor": ("present", "zoom", 50),
        "Ben": ("absent", "zoom", 44),
        "Carla": ("present", "zoom", 90),
        "Dora": ("absent", "rest", None),
    }
    assert AuditEntry.objects.filter(action="attendance.marked").count() == 4


def test_names_that_are_not_certain_are_asked_about(as_user, teacher, course, ada, session):
    one, two = (student_of(course, user__name="Nils Petersen") for _ in range(2))
    client = as_user(teacher)
    preview = choose(client, session, "Nils Petersen,,60\niPad,,70\nSomebody,,90\n")
    assert [name for name, *_rest in preview.context["questions"]] == ["answer-0", "answer-1", "answer-2"]
    page = preview.content.decode()
    assert ("several students have this name" in page, "Somebody" in page) == (True, True)
    assert confirm(client, preview, **{"answer-0": two.pk, "answer-1": ada.pk}).status_code == 302
    marked = dict(Attendance.objects.filter(session=session).values_list("user", "status"))
    assert marked == {one.pk: "absent", two.pk: "present", ada.pk: "present"}


def test_a_large_class_is_offered_those_only_who_may_be_meant(
    as_user, teacher, course, ada, session, monkeypatch
):
    monkeypatch.setattr(table, "MOST_OFFERED", 5)
    for _ in range(2):
        student_of(course, user__name="Nils Petersen")
    preview = choose(as_user(teacher), session, "Nils Petersen,,60\niPad,,70\n")
    offered = [[str(user) for user in one[3]] for one in preview.context["questions"]]
    assert offered == [["Nils Petersen", "Nils Petersen"], []]
    assert "mark the others on the session" in preview.content.decode()


@pytest.mark.parametrize("answers", [("ada", "ada"), ("ben", ""), ("stranger", ""), ("x", ""), ("-1", "")])
def test_an_answer_that_cannot_be_imports_nothing(as_user, teacher, course, ada, session, answers):
    ben = student_of(course, user__name="Ben")
    people = {"ada": ada.pk, "ben": ben.pk, "stranger": student_of(CourseFactory()).pk}
    client = as_user(teacher)
    preview = choose(client, session, "Ben,,60\niPad,,70\nPhone,,80\n")
    first, second = (people.get(answer, answer) for answer in answers)
    refused = confirm(client, preview, **{"answer-0": first, "answer-1": second})
    assert (refused.status_code, found(session)) == (422, {})
    assert confirm(client, refused, **{"answer-0": ada.pk}).status_code == 302


def test_what_changed_since_the_preview_is_looked_at_again(as_user, teacher, course, ada, session):
    client = as_user(teacher)
    preview = choose(client, session, "Ada Okafor,,60\n")
    student_of(course, user__name="Ada Okafor")
    again = confirm(client, preview)
    assert (again.status_code, found(session)) == (422, {})
    assert "Who takes part has changed meanwhile" in again.content.decode()
    assert len(again.context["questions"]) == 1


def test_marks_by_hand_and_by_code_stay_and_a_second_import_replaces_the_first(
    as_user, teacher, course, ada, session
):
    ben = student_of(course, user__name="Ben")
    carla = student_of(course, user__name="Carla")
    mark(session, ada, Status.EXCUSED, teacher)
    code = codes.code_at(session, NOW).text
    marks.check_in(session=session, user=ben, code=code, now=NOW)
    client = as_user(teacher)
    rows = "Ada Okafor,,90\nBen,,1\nCarla,,10\n"
    preview = choose(client, session, rows)
    assert [line.kept for line in preview.context["plan"].lines] == ["excused", "present", ""]
    confirm(client, preview)
    confirm(client, choose(client, session, rows.replace("Carla,,10", "Carla,,80")))
    assert found(session) == {
        "Ada Okafor": ("excused", "staff", None),
        "Ben": ("present", "code", None),
        "Carla": ("present", "zoom", 80),
    }
    changes = AuditEntry.objects.filter(about=carla).order_by("pk")
    assert [one.detail["status"] for one in changes] == ["absent", "present"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Choose the file."),
        (b"a,b\n1,2", "not Zoom"),
        ((HEAD + "Ada,,many").encode(), "Line 2"),
        ((HEAD + "Ada,,1").encode() + b"x" * 1_000_001, "too large"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(as_user, teacher, session, content, why):
    data = {"file": SimpleUploadedFile("p.csv", content), "least_minutes": 45}
    answer = as_user(teacher).post(at("import_attendance", session.pk), data)
    assert (answer.status_code, why in answer.content.decode()) == (422, True)


@pytest.mark.parametrize(("separator", "letters"), [("\t", "utf-16"), (";", "cp1252"), (";", "utf-8-sig")])
def test_a_table_saved_by_a_spreadsheet_is_read(as_user, teacher, course, session, separator, letters):
    mueller = student_of(course, user__name="Jörg Müller")
    text = "Name,E-Mail,Dauer (Minuten)\nJörg Müller,,60\n".replace(",", separator)
    data = {"file": SimpleUploadedFile("p.csv", text.encode(letters)), "least_minutes": 45}
    preview = as_user(teacher).post(at("import_attendance", session.pk), data)
    assert [line.student for line in preview.context["plan"].lines] == [mueller]


def test_a_preview_of_a_thousand_is_light_and_shows_first_what_to_look_at(as_user, teacher, course, session):
    people = User.objects.bulk_create(
        User(name=f"Student Number {n:04}", email=f"student.number.{n:04}@uni.example.org")
        for n in range(1000)
    )
    Enrolment.objects.bulk_create(Enrolment(course=course, user=user) for user in people)
    times = "26.11.2026 18:00:00,26.11.2026 19:30:00"
    rows = [f"{one.name},{one.email},{times},{minutes},No" for one in people for minutes in (40, 45)]
    rows[-2:] = [f"Student Number 0999,,{times},20,Yes"]
    rows += [f"Somebody {n},,{times},60,Yes" for n in range(150)]
    head = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"
    file = SimpleUploadedFile("p.csv", "\n".join([head, *rows]).encode())
    data = {"file": file, "least_minutes": 45, "rest_absent": "on"}
    client = as_user(teacher)
    preview = client.post(at("import_attendance", session.pk), data)
    assert len(preview.content) < 200_000
    assert [str(line.student) for line in preview.context["lines"][:2]] == [
        "Student Number 0999",
        "Student Number 0000",
    ]
    assert preview.context["plan"].counts == {"present": 999, "absent": 1, "kept": 0}
    assert (len(preview.context["lines"]), len(preview.context["questions"])) == (60, 60)
    assert confirm(client, preview).status_code == 302
    marked = Attendance.objects.filter(session=session, source="zoom").values_list("status", "minutes")
    assert Counter(marked) == {("present", 85): 999, ("absent", 20): 1}


# Who missed how many ----------------------------------------------------------------------------------------


def test_excused_and_late_do_not_count_as_missed(as_user, teacher, course, ada):
    for status in (Status.ABSENT, Status.EXCUSED, Status.LATE, Status.PRESENT):
        mark(session_of(course), ada, status, teacher)
    standing = tally.standing(course=course, user=ada)
    assert (standing.missed, standing.came, standing.excused, standing.tone) == (1, 2, 1, "good")
    page = as_user(ada).get(at("attendance")).content.decode()
    assert "You have missed 1 of at most 2." in page


@pytest.mark.parametrize(("missed", "tone"), [(0, "good"), (1, "good"), (2, "warn"), (3, "bad")])
def test_the_tone_says_how_many_are_left(course, ada, teacher, missed, tone):
    for _ in range(missed):
        mark(session_of(course), ada, Status.ABSENT, teacher)
    assert tally.standing(course=course, user=ada).tone == tone


def test_staff_see_who_missed_most_first_and_download_all(as_user, teacher, course, ada):
    ben = student_of(course, user__name="=Ben", user__email="ben@example.org")
    week = WeekFactory(course=course, number=3)
    for session, status in ((session_of(course, week=week), "absent"), (session_of(course), "late")):
        mark(session, ben, status, teacher)
    client = as_user(teacher)
    page = client.get(at("attendance")).content.decode()
    assert page.index("=Ben") < page.index("Ada Okafor")
    assert ("1 of 2" in page, "week 3" in page) == (True, True)
    lines = client.get(at("attendance_csv")).content.decode("utf-8-sig").splitlines()
    assert lines[1:] == ["'=Ben,ben@example.org,1,2,0,1,absent,late", "Ada Okafor,ada@example.org,0,2,0,0,,"]


def test_a_student_sees_only_own_marks(as_user, course, ada, teacher, session):
    ben = student_of(course, user__name="Ben Secret")
    mark(session, ben, Status.ABSENT, teacher)
    page = as_user(ada).get(at("attendance")).content.decode()
    assert ("Ben Secret" in page, "not taken" in page, "missed 0" in page) == (False, True, True)


# Who may do what --------------------------------------------------------------------------------------------

LOOKS = ("roll", "attendance_history")
GRADERS_LOOK = ("attendance_wall", "import_attendance")
ACTS = ("mark_attendance", "mark_rest_absent", "import_attendance")


@pytest.mark.parametrize(
    ("role", "looks", "grades", "csv", "checks_in"),
    [
        (Role.INSTRUCTOR, 200, 200, 200, 403),
        (Role.ASSISTANT, 200, 200, 200, 403),
        (Role.VIEWER, 200, 403, 200, 403),
        (Role.STUDENT, 403, 403, 403, 200),
        (Role.GUEST, 404, 404, 404, 404),
        (None, 404, 404, 404, 404),
    ],
)
def test_who_may_do_what(as_user, course, ada, session, role, looks, grades, csv, checks_in):
    where = course if role else CourseFactory()
    client = as_user(EnrolmentFactory(course=where, role=role or Role.INSTRUCTOR).user)
    assert {client.get(at(name, session.pk)).status_code for name in LOOKS} == {looks}
    assert {client.get(at(name, session.pk)).status_code for name in GRADERS_LOOK} == {grades}
    assert client.get(at("attendance_csv")).status_code == csv
    assert client.get(at("check_in", session.pk)).status_code == checks_in
    sent = {client.post(at(name, session.pk), {"mark": f"{ada.pk}:late"}).status_code for name in ACTS}
    assert sent == ({302, 422} if grades == 200 else {grades})
    assert bool(found(session)) is (grades == 200)


def test_another_courses_session_cannot_be_reached_through_ones_own(as_user, course, teacher, ada):
    foreign = session_of(CourseFactory())
    client = as_user(teacher)
    answers = {client.post(at(name, foreign.pk), {"mark": f"{ada.pk}:late"}).status_code for name in ACTS}
    answers |= {client.get(at(name, foreign.pk)).status_code for name in LOOKS + GRADERS_LOOK}
    assert answers == {404}
    code = codes.code_at(foreign, NOW).text
    assert check_in(as_user(ada), foreign, code).status_code == 404
    assert Attendance.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "who", "queries"),
    [
        ("attendance", "teacher", 7),
        ("attendance", "student", 6),
        ("attendance_csv", "teacher", 6),
        ("roll", "teacher", 7),
        ("attendance_history", "teacher", 5),
    ],
)
def test_pages_ask_no_more_for_more_rows(
    as_user, course, teacher, ada, name, who, queries, rows, django_assert_num_queries
):
    for number in range(rows):
        session = session_of(course, week=WeekFactory(course=course, number=number + 1))
        for user in (ada, student_of(course)):
            mark(session, user, Status.ABSENT, teacher)
    args = [session.pk] if name in ("roll", "attendance_history") else []
    client = as_user(teacher if who == "teacher" else ada)
    with django_assert_num_queries(queries):
        client.get(at(name, *args))
