"""What a hackathon's challenge comes with: data, people, prizes, or an idea of one's own."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from classroom.models import Role
from projects import queries, services
from projects.errors import Refused
from projects.models import Challenge, DataSet, Project
from tests.factories import NOW, CourseFactory, EnrolmentFactory, UserFactory, student_of
from tests.projects.factories import HackathonFactory, challenge_of, project_of, team_of

pytestmark = pytest.mark.django_db

#: A page of HTML that claims to be a table.
EVIL = b"<script>alert(1)</script>"


@pytest.fixture
def event(course):
    return HackathonFactory(course=course)


def url(name, event, *more):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *more])


def data_url(challenge):
    return reverse("projects:data_set", args=[challenge.course.slug, challenge.pk])


def fields(**changed):
    return {"title": "Tides", "description": "Predict them.", "max_points": "10", "capacity": "3"} | changed


def test_a_challenge_comes_with_data_people_and_prizes(as_user, event, instructor, student):
    mentor = student_of(event.course, user__name="Mira Mentor")
    given = fields(
        mentors=f"{mentor.email.upper()}\n\n",
        prizes="A **trophy**",
        data_url="example.org/tides.csv",
        data_set=SimpleUploadedFile("../tides 2026.csv", b"1,2\n"),
    )
    assert as_user(instructor).post(url("new_challenge", event), given).status_code == 302
    challenge = Challenge.objects.get()
    page = as_user(student).get(event.get_absolute_url()).content.decode()
    wanted = ["Mira Mentor", "<strong>trophy</strong>", "https://example.org/tides.csv", "tides 2026.csv"]
    assert [text in page for text in wanted] == [True] * 4
    assert mentor.email not in page
    answer = as_user(student).get(data_url(challenge))
    assert (answer.content, answer["Content-Disposition"]) == (
        b"1,2\n",
        'attachment; filename="tides 2026.csv"',
    )
    own_page = as_user(student).get(challenge.get_absolute_url()).content.decode()
    assert [text in own_page for text in wanted] == [True] * 4


def test_data_is_kept_until_it_is_replaced_or_taken_away(as_user, event, instructor):
    client = as_user(instructor)
    challenge = challenge_of(event, exercise="")
    page = url("edit_challenge", event, challenge.pk)
    client.post(page, fields(data_set=SimpleUploadedFile("a.csv", b"1")))
    client.post(page, fields())
    assert DataSet.objects.get().name == "a.csv"
    client.post(page, fields(data_set=SimpleUploadedFile("b.csv", b"22")))
    assert list(DataSet.objects.values_list("name", "size_bytes")) == [("b.csv", 2)]
    client.post(page, fields(without_data="on"))
    assert DataSet.objects.count() == 0


@pytest.mark.parametrize("name", ['x.html"; filename="y.svg', "a\r\nX-Evil: 1.svg", "<script>.html"])
def test_a_file_is_saved_and_never_shown(as_user, event, instructor, student, name):
    client = as_user(instructor)
    challenge = challenge_of(event, exercise="")
    given = fields(data_set=SimpleUploadedFile(name, EVIL, content_type="text/html"))
    assert client.post(url("edit_challenge", event, challenge.pk), given).status_code == 302
    answer = as_user(student).get(data_url(challenge))
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        "application/octet-stream",
        "nosniff",
    )
    assert answer["Content-Disposition"].startswith("attachment")
    assert "X-Evil" not in answer
    assert EVIL.decode() not in as_user(student).get(event.get_absolute_url()).content.decode()
    assert "<script>.html" not in as_user(student).get(event.get_absolute_url()).content.decode()


def test_what_does_not_fit_is_said_and_nothing_is_lost(as_user, event, instructor, monkeypatch):
    client = as_user(instructor)
    other = EnrolmentFactory().user
    gone = EnrolmentFactory(course=event.course, left_at=NOW).user
    given = fields(mentors=f"{other.email}\n{gone.email}", description="typed with care")
    answer = client.post(url("new_challenge", event), given)
    page = answer.content.decode()
    assert (answer.status_code, other.email in page, "typed with care" in page) == (422, True, True)
    monkeypatch.setattr("projects.forms.event.MAX_DATA_BYTES", 3)
    answer = client.post(url("new_challenge", event), fields(data_set=SimpleUploadedFile("a.csv", b"1234")))
    assert (answer.status_code, "put it elsewhere" in answer.content.decode()) == (422, True)
    answer = client.post(url("new_challenge", event), fields(data_url="javascript:alert(1)"))
    assert (answer.status_code, Challenge.objects.count()) == (422, 0)


def test_data_is_for_who_may_see_the_challenge(as_user, event, student):
    challenge = challenge_of(event, published_at=NOW + timedelta(days=1))
    DataSet.objects.create(challenge=challenge, name="a.csv", size_bytes=1, content=b"1", changed_at=NOW)
    viewer = EnrolmentFactory(course=event.course, role=Role.VIEWER).user
    people = {student: 404, viewer: 200, student_of(CourseFactory()): 404, UserFactory(): 404}
    assert {person: as_user(person).get(data_url(challenge)).status_code for person in people} == people
    assert as_user(viewer).get(data_url(challenge_of(event))).status_code == 404


def test_an_idea_of_ones_own_says_what_it_is(as_user, event, instructor, student):
    as_user(instructor).post(url("new_challenge", event), fields(title="Your own", is_own_idea="on"))
    own = Challenge.objects.get()
    assert "bring an idea of your own" in as_user(student).get(event.get_absolute_url()).content.decode()
    with pytest.raises(Refused, match="abstract"):
        project_of(team_of(event), own, abstract="  ")
    own.refresh_from_db()
    assert (own.taken, Project.objects.count()) == (0, 0)
    project_of(team_of(event), own, abstract="We count birds.")


@pytest.mark.parametrize("count", [1, 3])
def test_challenges_are_read_in_three_queries(event, count, django_assert_num_queries):
    for _ in range(count):
        challenge = challenge_of(event)
        people = [UserFactory() for _ in range(count)]
        services.change_challenge(
            challenge=challenge,
            fields=["title"],
            extras=services.Extras(mentors=people, data=("a", b"1")),
            now=NOW,
        )
    with django_assert_num_queries(3):
        rows = queries.challenge_rows(hackathon=event, now=NOW)
    assert [(len(row.mentors), row.data_name) for row in rows] == [(count, "a")] * count
