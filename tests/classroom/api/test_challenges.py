"""Challenges and hand-ins through the API: the page's services, limits and doors."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from classroom import clock
from classroom.models import Course, Role
from projects import grading, services
from projects.models import Source, Submission
from tests.factories import NOW, CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.projects.factories import (
    NOT_AVERAGED,
    RIGHT,
    ChallengeFactory,
    HackathonFactory,
    challenge_of,
    members,
    project_of,
    team_of,
)

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/courses/deep/"
DAY = timedelta(days=1)


@pytest.fixture
def course():
    return CourseFactory(slug="deep")


@pytest.fixture
def task(course):
    now = clock.now()
    return ChallengeFactory(course=course, published_at=now - DAY, opens_at=now - DAY, closes_at=now + DAY)


def send(program, task, source=RIGHT, name="network.py"):
    file = SimpleUploadedFile(name, source.encode() if isinstance(source, str) else source)
    return program.post(f"{ROOT}challenges/{task.pk}/submissions", {"file": file})


def test_handing_in_is_saved_and_named_and_its_report_is_read(program_of, course, task):
    student = student_of(course)
    program = program_of(student)
    answer = send(program, task, NOT_AVERAGED)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["state"], made["number"], made["filename"], made["by"]["id"]) == (
        "waiting",
        1,
        "network.py",
        student.pk,
    )
    assert bytes(Source.objects.get().content).decode() == NOT_AVERAGED
    assert answer["Location"] == f"{ROOT}submissions/{made['id']}"
    while grading.grade_next():
        pass
    graded = program.get(answer["Location"]).json()
    assert graded["state"] == "graded"
    assert 0 < graded["score"] < graded["max_score"]
    verdicts = {one["name"]: one["verdict"] for one in graded["functions"]}
    assert "wrong_values" in verdicts.values()
    assert set(graded["functions"][0]) == {
        *("name", "verdict", "points", "max_points", "message", "hint", "expected", "got")
    }
    file = program.get(f"{answer['Location']}/source")
    assert (file.content.decode(), file["Content-Type"]) == (NOT_AVERAGED, "application/octet-stream")
    assert file["Content-Disposition"] == 'attachment; filename="01-network.py"'


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"opens_at": DAY}, "This opens on"),
        ({"opens_at": -2 * DAY, "closes_at": -DAY}, "This closed on"),
    ],
)
def test_what_the_page_refuses_the_api_refuses_and_names_the_remedy(program_of, course, task, changes, said):
    type(task).objects.filter(pk=task.pk).update(closes_at=None)
    type(task).objects.filter(pk=task.pk).update(**{name: clock.now() + by for name, by in changes.items()})
    answer = send(program_of(student_of(course)), task)
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert answer.json()["detail"].startswith(said)
    assert Submission.objects.count() == 0
    assert ("Retry-After" in answer) == ("opens_at" in changes and "closes_at" not in changes)


@pytest.mark.parametrize(
    ("source", "name", "said"),
    [
        (b"x" * (5 * 1024 * 1024 + 1), "network.py", "the limit is"),
        (b"", "network.py", "There is nothing in it yet."),
        (b"x = 1", "network.exe", "Hand in a file of one of these kinds: .py, .ipynb."),
        (b"\xff\xfe", "network.py", "This is not text"),
    ],
)
def test_files_have_the_pages_limits(program_of, course, task, source, name, said):
    answer = send(program_of(student_of(course)), task, source, name)
    assert (answer.status_code, Submission.objects.count()) == (409, 0)
    assert said in answer.json()["detail"]


def test_tries_are_counted_with_those_of_the_page(program_of, course, task):
    type(task).objects.filter(pk=task.pk).update(tries=1)
    student = student_of(course)
    services.hand_in(challenge=task, user=student, filename="a.py", source=b"a = 1", now=clock.now())
    answer = send(program_of(student), task)
    assert (answer.status_code, Submission.objects.count()) == (409, 1)
    assert 0 < int(answer["Retry-After"]) <= 3600


def test_only_students_of_a_living_course_hand_in(program_of, course, task):
    people = {role: EnrolmentFactory(course=course, role=role).user for role in Role}
    stranger = instructor_of(CourseFactory())
    statuses = {role: send(program_of(user), task).status_code for role, user in people.items()}
    assert statuses | {"stranger": send(program_of(stranger), task).status_code} == {
        "guest": 404,
        "student": 201,
        "viewer": 403,
        "assistant": 403,
        "instructor": 403,
        "stranger": 404,
    }
    reading = program_of(people[Role.STUDENT], "read:results")
    assert send(reading, task).status_code == 403
    Course.objects.filter(pk=course.pk).update(archived_at=clock.now())
    assert send(program_of(people[Role.STUDENT]), task).status_code == 403
    assert Submission.objects.count() == 1


def test_a_body_that_is_no_form_is_a_problem(program_of, course, task):
    program = program_of(student_of(course))
    for sent in ({}, {"file": "no file"}):
        answer = program.post(f"{ROOT}challenges/{task.pk}/submissions", sent)
        assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "file.file")
    answer = program.post(f"{ROOT}challenges/{task.pk}/submissions", "{", content_type="application/json")
    assert answer.status_code == 422


def test_a_body_that_is_too_large_is_a_problem_in_json(program_of, course, task):
    program = program_of(student_of(course))
    answer = program.post(
        f"{ROOT}challenges/{task.pk}/submissions", b"x" * (3 * 1024 * 1024), content_type="application/json"
    )
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert answer.json()["detail"] == "This is too large: 2.0\xa0MB at most."


def test_students_get_their_own_hand_ins_and_staff_everybodys(program_of, course, task):
    people = [student_of(course) for _ in range(2)]
    for person in people:
        for text in (b"a = 1", b"b = 1"):
            services.hand_in(challenge=task, user=person, filename="a.py", source=text, now=clock.now())
    address = f"{ROOT}challenges/{task.pk}/submissions"
    mine = program_of(people[0]).get(address).json()
    assert [(one["by"]["id"], one["number"]) for one in mine["items"]] == [
        (people[0].pk, 2),
        (people[0].pk, 1),
    ]
    staff = program_of(EnrolmentFactory(course=course, role=Role.VIEWER).user)
    assert staff.get(address).json()["count"] == 4
    counting = staff.get(f"{address}?counting=true").json()
    assert {one["by"]["id"] for one in counting["items"]} == {person.pk for person in people}
    assert counting["count"] == 2
    other = Submission.objects.filter(user=people[1]).first()
    for tail in ("", "/source"):
        assert program_of(people[0]).get(f"{ROOT}submissions/{other.pk}{tail}").status_code == 404
        assert (
            program_of(instructor_of(CourseFactory())).get(f"{ROOT}submissions/{other.pk}{tail}").status_code
            == 404
        )
        assert staff.get(f"{ROOT}submissions/{other.pk}{tail}").status_code == 200


def test_a_team_hands_in_for_its_challenge_and_reads_its_hand_ins(program_of, course, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    event = HackathonFactory(course=course)
    task = challenge_of(event)
    team = team_of(event, size=2)
    one, other = members(team)
    assert send(program_of(one), task).json()["detail"].startswith("Your team has not chosen this challenge.")
    project_of(team, task)
    made = send(program_of(one), task).json()
    assert made["team"] == team.name
    assert program_of(other).get(f"{ROOT}submissions/{made['id']}").json()["id"] == made["id"]
    [card] = program_of(other).get(f"{ROOT}challenges").json()["items"]
    assert (card["id"], card["hackathon"], card["submissions"]) == (task.pk, event.pk, 1)


def test_a_challenge_that_is_not_shown_yet_is_not_there(program_of, course):
    task = ChallengeFactory(course=course, published_at=None, opens_at=None, closes_at=None)
    student, staff = program_of(student_of(course)), program_of(instructor_of(course))
    assert [who.get(f"{ROOT}challenges/{task.pk}").status_code for who in (student, staff)] == [404, 200]
    assert [len(who.get(f"{ROOT}challenges").json()["items"]) for who in (student, staff)] == [0, 1]
    assert student.get(f"{ROOT}challenges/{task.pk}/submissions").status_code == 404
    assert send(student, task).status_code == 404


def test_a_challenge_tells_its_rules_and_the_next_try(program_of, course, task):
    type(task).objects.filter(pk=task.pk).update(tries=1, description="Build $W$.")
    student = student_of(course)
    program = program_of(student)
    first = program.get(f"{ROOT}challenges/{task.pk}").json()
    assert (first["description"], first["counts"], first["tries"], first["next_try_at"]) == (
        "Build $W$.",
        "best",
        1,
        None,
    )
    assert (first["is_open"], first["submissions"]) == (True, 0)
    send(program, task)
    second = program.get(f"{ROOT}challenges/{task.pk}").json()
    assert (second["submissions"], second["next_try_at"] is None) == (1, False)
    [listed] = program.get(f"{ROOT}challenges").json()["items"]
    assert listed == {name: second[name] for name in listed}


@pytest.mark.parametrize(
    ("who", "address", "queries"),
    [
        ("student", "challenges", 7),
        ("instructor", "challenges", 4),
        ("student", "challenges/{}/submissions", 5),
        ("instructor", "challenges/{}/submissions", 5),
    ],
)
def test_lists_take_as_many_queries_for_many_as_for_one(
    program_of, course, task, django_assert_num_queries, who, address, queries
):
    now, student = clock.now(), student_of(course)
    program = program_of({"student": student, "instructor": instructor_of(course)}[who])
    program.get("/api/v1/me")
    for count in (1, 3):
        while course.challenges.count() < count:
            ChallengeFactory(course=course, published_at=now - DAY, opens_at=now - DAY, closes_at=now + DAY)
        for number in range(task.submissions.count(), count):
            services.hand_in(
                challenge=task, user=student, filename="a.py", source=b"a = %d" % number, now=now
            )
        with django_assert_num_queries(queries):
            assert len(program.get(ROOT + address.format(task.pk)).json()["items"]) == count
