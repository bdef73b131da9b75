"""Everything of a hackathon leaves for its organisers, and for nobody else; no secret leaves at all."""

import csv
import io
import json
import zipfile

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse
from icalendar import Calendar

from classroom.models import Role
from projects import packing, services
from projects.export import contents, tables
from projects.models import Answer, Award, BoardData, Package, RegistrationQuestion, Session, Submission, Team
from projects.services import Given, Place, SessionDetails
from tests.factories import NOW, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.projects.boards import board_of
from tests.projects.factories import DAY, HackathonFactory, challenge_of, members, project_of, team_of

pytestmark = pytest.mark.django_db

#: Tables that stay, and why. A new table of a hackathon is either exported or named here.
STAY = {
    "FailedJoin": "counts guesses of join codes, no part of the event",
    "CalendarToken": "secret addresses",
    "Board": "its token and seeds are secret; what is not is in “leaderboards”",
    "BoardData": "the hidden data of a leaderboard",
    "CustomExercise": "the course's, and answer keys",
    "Regrade": "trials of the grader",
    "Shadow": "trials of the grader",
    "ProjectDraft": "what a team has not shown to anybody yet",
    "NotebookPicture": "is in the notebook",
    "Package": "the archives themselves",
    "PackagePart": "the archives themselves",
    "Ballot": "whose it is stays secret; what it says is in “votes”",
    "Invitation": "secret links, and addresses that members typed",
    "JoinRequest": "between who asked and the team",
    "Reading": "who has read what is between them and the announcement",
    "Source": "a file: files/hand-ins/",
    "DataSet": "a file: files/data/",
}


@pytest.fixture
def event(course):
    return HackathonFactory(course=course, title="Waterkant", starts_at=NOW - DAY, ends_at=NOW + DAY)


@pytest.fixture
def full(event, instructor):
    """A hackathon in which a bit of everything has happened."""
    question = services.add_question(
        event=event, question=RegistrationQuestion(text="Your CV", kind=RegistrationQuestion.Kind.FILE)
    )
    event.registration_required = True
    event.save()
    applicant = student_of(event.course, user=UserFactory(name="Ada Okafor"))
    given = Given(question, "../../cv.txt", b"My life")
    services.register(hackathon=event, user=applicant, answers=[given], now=NOW)
    event.registration_required = False
    event.save()
    team = team_of(event, size=2, name="Leuchtturm")
    task = challenge_of(event, exercise="", title="Fjord")
    project = project_of(team, task, title="Tides – „Wellen“", abstract="=1+1")
    services.hand_in(challenge=task, user=members(team)[0], filename="waves.md", source=b"# Waves", now=NOW)
    services.ask_for_help(
        hackathon=event, team=team, user=members(team)[0], topic="Shapes", place="Hall 3", now=NOW
    )
    award = services.add_award(event=event, award=Award(title="First prize"))
    services.give_award(award=award, project=project, by=instructor, now=NOW)
    hall = services.add_room(hackathon=event, name="Hall 3", url="")
    services.add_session(
        hackathon=event,
        details=SessionDetails(title="Pitches", kind=Session.Kind.PITCH),
        speakers=[instructor],
        place=Place(hall, NOW, NOW + DAY / 24),
    )
    services.release(hackathon=event, by=instructor, note="", now=NOW)
    return event


def url(name, event, *args):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *args])


def rows_of(answer):
    content = b"".join(answer).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def packed(browser, event):
    browser.post(url("ask_for_everything", event))
    packing.pack_next()
    answer = browser.get(url("package", event, Package.objects.get().pk))
    return zipfile.ZipFile(io.BytesIO(b"".join(answer)))


def test_a_table_is_downloaded(as_user, full, instructor):
    answer = as_user(instructor).get(url("export_csv", full, "projects"))
    assert answer["Content-Disposition"] == 'attachment; filename="waterkant-projects.csv"'
    found = [(row["team"], row["challenge"], row["title"], row["abstract"]) for row in rows_of(answer)]
    assert found == [("Leuchtturm", "Fjord", "Tides – „Wellen“", "'=1+1")]


def test_times_are_on_the_events_clock_and_truths_in_words(as_user, full, instructor):
    slots = rows_of(as_user(instructor).get(url("export_csv", full, "slots")))
    assert sorted((row["version"], row["starts_at"]) for row in slots) == [
        ("", "2027-05-18T18:00:00+02:00"),
        ("1", "2027-05-18T18:00:00+02:00"),
    ]
    people = rows_of(as_user(instructor).get(url("export_csv", full, "members")))
    assert [row["is_leader"] for row in people] == ["yes", "no"]


def test_json_holds_all_tables_as_people_wrote_them(as_user, full, instructor):
    answer = as_user(instructor).get(url("export_json", full))
    found = json.loads(b"".join(answer))
    assert list(found["tables"]) == [table.name for table in tables.TABLES]
    assert (found["hackathon"], found["time_zone"]) == ("Waterkant", "Europe/Berlin")
    (project,) = found["tables"]["projects"]
    assert (project["abstract"], project["has_video"]) == ("=1+1", False)
    assert [len(found["tables"][name]) for name in ("members", "registrations", "awards", "hand_ins")] == [
        2,
        1,
        1,
        1,
    ]


def test_an_empty_hackathon_is_exported_too(as_user, event, instructor):
    found = json.loads(b"".join(as_user(instructor).get(url("export_json", event))))
    assert [name for name, rows in found["tables"].items() if rows] == ["hackathon"]
    with packed(as_user(instructor), event) as archive:
        assert archive.testzip() is None


def test_the_archive_holds_tables_files_schedule_and_says_what_is_what(as_user, full, instructor):
    browser = as_user(instructor)
    assert "Pack the archive" in browser.get(url("export", full)).content.decode()
    with packed(browser, full) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        read = {name: archive.read(name) for name in names}
    package = Package.objects.get()
    assert (package.done, package.total) == (len(names), len(names))
    tables_ = [f"tables/{table.name}.csv" for table in tables.TABLES]
    assert [*names[:2], *names[2:-3], names[-3]] == [
        "README.txt",
        "everything.json",
        *tables_,
        "schedule.ics",
    ]
    answer, submission = names[-2:]
    assert (answer.endswith("-cv.txt"), read[answer]) == (True, b"My life")
    assert (submission.endswith("-waves.md"), read[submission]) == (True, b"# Waves")
    assert [str(entry["SUMMARY"]) for entry in Calendar.from_ical(read["schedule.ics"]).walk("VEVENT")] == [
        "Pitches"
    ]
    said = read["README.txt"].decode()
    folders = {f"{name.rpartition('/')[0]}/" for name in names if name.startswith("files/")}
    assert [
        name for name in {*tables_, *folders, "everything.json", "schedule.ics"} if name not in said
    ] == []
    assert json.loads(read["everything.json"])["tables"]["teams"][0]["name"] == "Leuchtturm"
    assert "Download the archive" in browser.get(url("export", full)).content.decode()


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..", "C:\\x\\y.txt", "", "é" * 300])
def test_no_name_of_a_file_leaves_the_archives_folder(as_user, full, instructor, name):
    Answer.objects.update(value=name)
    with packed(as_user(instructor), full) as archive:
        (path,) = (name for name in archive.namelist() if name.startswith("files/registrations/"))
    folder, _slash, file = path.rpartition("/")
    assert (folder, "\\" in path, len(file) < 120) == ("files/registrations", False, True)
    assert file.partition("-")[0] == str(Answer.objects.get().pk)


def test_no_secret_leaves(as_user, full, instructor):
    """What lets people in, and what hand-ins are graded by."""
    board = board_of(full)
    secrets = [
        *Team.objects.values_list("join_code", flat=True),
        services.calendar_token(hackathon=full, user=instructor),
        *map(str, Submission.objects.values_list("seed", flat=True)),
        board.token,
        *map(str, (board.split_seed, board.resampling_seed)),
    ]
    assert (len(secrets), min(map(len, secrets)) > 5) == (6, True)
    hidden = bytes(BoardData.objects.get().content)
    with packed(as_user(instructor), full) as archive:
        contents_ = [archive.read(name) for name in archive.namelist()]
    assert hidden not in contents_
    everything = b"\n".join(contents_).decode()
    assert [secret for secret in secrets if secret in everything] == []


def test_secret_columns_are_in_no_table():
    columns = {lookup.rpartition("__")[2] for table in tables.TABLES for lookup in table.columns.values()}
    forbidden = {"join_code", "token", "seed", "split_seed", "resampling_seed", "report", "cause", "content"}
    forbidden |= {"private_score", "private_low", "private_high", "private_means", "means", "password", "run"}
    assert columns & forbidden == set()


def test_nothing_of_another_hackathon_leaves(as_user, full, instructor):
    other = HackathonFactory(course=full.course, title="Elsewhere")
    foreign = team_of(other, name="Foreigners")
    project_of(foreign, challenge_of(other, title="Foreign task"), title="Foreign")
    services.ask_for_help(
        hackathon=other, team=foreign, user=members(foreign)[0], topic="Foreign", place="x", now=NOW
    )
    content = b"".join(as_user(instructor).get(url("export_json", full))).decode()
    assert [word in content for word in ("Elsewhere", "Foreign", "Leuchtturm")] == [False, False, True]


def test_every_table_of_a_hackathon_is_exported_or_stays_for_a_reason():
    """A new table belongs into `projects.export.tables`, or into STAY with the reason."""
    exported = {table.model.__name__ for table in tables.TABLES}
    known = {model.__name__ for model in apps.get_app_config("projects").get_models()}
    assert known - exported - STAY.keys() == set()
    assert STAY.keys() - known == set()


def test_every_uploaded_file_is_packed_or_stays_for_a_reason():
    """A new table with bytes belongs into `projects.export.contents.FILES`, or into STAY with the reason."""
    holding = {
        model.__name__
        for model in apps.get_app_config("projects").get_models()
        if any(isinstance(field, models.BinaryField | models.FileField) for field in model._meta.get_fields())
    }
    packed_ = {kept.model.__name__ for kept in contents.FILES}
    assert holding - packed_ - STAY.keys() == {"Training"}  # what private scores are drawn from


def addresses(event):
    return [
        url("export", event),
        url("export_json", event),
        *(url("export_csv", event, table.name) for table in tables.TABLES),
    ]


@pytest.mark.parametrize("role", [Role.GUEST, Role.STUDENT, Role.VIEWER, Role.ASSISTANT, Role.INSTRUCTOR])
def test_only_instructors_of_the_course_export(as_user, full, role):
    pages = addresses(full)
    own = as_user(EnrolmentFactory(course=full.course, role=role).user)
    expected = {Role.INSTRUCTOR: 200, Role.GUEST: 404}.get(role, 403)
    assert {own.get(page).status_code for page in pages} == {expected}
    if role != Role.INSTRUCTOR:
        assert own.post(url("ask_for_everything", full)).status_code == expected
    foreign = as_user(EnrolmentFactory(course=HackathonFactory().course, role=role).user)
    assert {foreign.get(page).status_code for page in pages} == {404}
    assert foreign.post(url("ask_for_everything", full)).status_code == 404
    assert not Package.objects.exists()


def test_who_left_the_course_exports_no_more(as_user, full):
    former = instructor_of(full.course, left_at=NOW)
    assert {as_user(former).get(page).status_code for page in addresses(full)} == {404}


@pytest.mark.parametrize("name", ["nothing", "users", "package"])
def test_other_tables_do_not_exist(as_user, full, instructor, name):
    assert as_user(instructor).get(url("export_csv", full, name)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_tables_ask_the_same_number_of_queries(event, count, django_assert_num_queries):
    task = challenge_of(event)
    for number in range(count):
        project_of(team_of(event), task, title=f"P{number}")
    with django_assert_num_queries(len(tables.TABLES)):
        rows = [list(table.rows(event)) for table in tables.TABLES]
    assert len(rows[[table.name for table in tables.TABLES].index("projects")]) == count
