"""A project's pictures and notebook, through the pages of its team."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from projects import services
from projects.errors import Refused
from projects.intake import MAX_SOURCE_BYTES
from projects.models import Notebook, NotebookPicture, ProjectPicture
from tests.factories import NOW, CourseFactory, instructor_of, student_of
from tests.pictures import SVG, file_of, png_that_says
from tests.projects.factories import HackathonFactory, challenge_of, members, project_of, team_of
from tests.projects.test_notebook import code, drawn
from tests.races import at_once

pytestmark = pytest.mark.django_db
COLOURS = [(shade, 30, 30) for shade in range(0, 250, 20)]


@pytest.fixture
def event(course):
    return HackathonFactory(course=course)


@pytest.fixture
def project(event):
    return project_of(team_of(event, size=2), challenge_of(event))


@pytest.fixture
def member(as_user, project):
    return as_user(members(project.team)[0])


def url(name, project, *args):
    event = project.team.hackathon
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *args])


def add(client, project, content=None, alt="A net", name="a.png"):
    file = SimpleUploadedFile(name, file_of() if content is None else content)
    return client.post(url("add_picture", project), {"picture": file, "alt": alt})


def put(client, project, content, name="a.ipynb"):
    return client.post(url("put_notebook", project), {"notebook": SimpleUploadedFile(name, content)})


def notebook_of(*cells):
    return json.dumps({"cells": list(cells), "nbformat": 4}).encode()


def test_pictures_are_added_described_ordered_and_removed(member, project):
    for number, colour in enumerate(COLOURS[:3]):
        assert add(member, project, file_of(colour=colour), f"Picture {number}").status_code == 302
    first, second, third = project.pictures.all()
    member.post(url("change_picture", project, third.pk), {"up": ""})
    member.post(url("change_picture", project, first.pk), {"up": ""})
    member.post(url("change_picture", project, first.pk), {"down": ""})
    assert list(project.pictures.values_list("alt", flat=True)) == ["Picture 2", "Picture 0", "Picture 1"]
    member.post(url("change_picture", project, second.pk), {"alt": "  A better\nword "})
    member.post(url("change_picture", project, second.pk), {"alt": ""})
    member.post(url("change_picture", project, first.pk), {"remove": ""})
    assert list(project.pictures.values_list("alt", flat=True)) == ["Picture 2", "A better word"]
    page = member.get(url("gallery_project", project, project.pk)).content.decode()
    assert ('alt="A better word"' in page, 'alt="Picture 0"' in page) == (True, False)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SVG, "export it as PNG"),
        (b"<!doctype html><script>alert(1)</script>", "no picture that can be read"),
        (png_that_says(20_000, 20_000), "million pixels"),
        (b"PK\x03\x04" + b"\0" * 100, "no picture that can be read"),
        (b"", "empty"),
    ],
)
def test_what_is_no_picture_is_refused_and_its_description_kept(member, project, content, words):
    answer = add(member, project, content, alt="typed with care", name="x.svg.png")
    page = answer.content.decode()
    assert (answer.status_code, words in page, "typed with care" in page) == (422, True, True)
    assert ProjectPicture.objects.count() == 0


def test_a_picture_says_what_it_shows_comes_once_and_not_too_often(member, project):
    assert add(member, project, alt=" ").status_code == 422
    for colour in COLOURS[: services.MAX_PICTURES]:
        assert add(member, project, file_of(colour=colour)).status_code == 302
    again = add(member, project, file_of(colour=COLOURS[0]))
    more = add(member, project, file_of(colour=COLOURS[-1]))
    assert (again.status_code, more.status_code) == (422, 422)
    assert project.pictures.count() == services.MAX_PICTURES


def test_a_picture_is_sent_with_safe_headers(member, project):
    add(member, project, name='x"<script>.html')
    picture = project.pictures.get()
    answer = member.get(url("project_picture", project, project.pk, picture.digest))
    assert answer.content == bytes(picture.content)
    assert [
        answer[name] for name in ("Content-Type", "X-Content-Type-Options", "Content-Security-Policy")
    ] == [
        "image/png",
        "nosniff",
        "default-src 'none'; sandbox",
    ]


def test_a_notebook_is_shown_and_can_be_downloaded(member, project):
    source = notebook_of(
        {"cell_type": "markdown", "source": "# Tides <script>alert(1)</script> ![x](https://evil.example/x)"},
        code(
            {"output_type": "stream", "text": "<script>alert(2)</script>"},
            drawn(file_of()),
            {"output_type": "display_data", "data": {"text/html": "<script>alert(3)</script>"}},
            source="print('<script>alert(4)</script>')",
        ),
    )
    assert put(member, project, source, '../my"<b>note.ipynb').status_code == 302
    page = member.get(url("notebook", project, project.pk)).content.decode()
    assert ("<script>alert" in page, "evil.example/x" in page, 'src="https://evil' in page) == (
        False,
        True,
        False,
    )
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in page
    assert "1 piece is not shown" in page
    digest = NotebookPicture.objects.get().digest
    assert url("project_picture", project, project.pk, digest) in page
    assert member.get(url("project_picture", project, project.pk, digest))["Content-Type"] == "image/png"
    file = member.get(url("notebook_file", project, project.pk))
    assert (file.content, file["Content-Type"]) == (source, "application/octet-stream")
    assert file["Content-Disposition"] == 'attachment; filename="my__b_note.ipynb"'


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.ipynb"),
        (b"PK\x03\x04\x00", "a.ipynb"),
        (b"<html></html>", "a.ipynb"),
        (b'{"cells": 3}', "a.ipynb"),
        (b'{"cells": []}', "a.ipynb"),
        (b'{"cells": [' + b"[" * 200_000, "a.ipynb"),
        (b'{"cells": [], "n": ' + b"9" * 10_000 + b"}", "a.ipynb"),
        (notebook_of(code()), "a.html"),
        (b" " * (MAX_SOURCE_BYTES + 1), "a.ipynb"),
    ],
)
def test_what_is_no_notebook_is_refused(member, project, content, name):
    assert put(member, project, content, name).status_code == 422
    assert Notebook.objects.count() == 0


def test_a_notebook_takes_the_place_of_the_one_before_and_goes(member, project):
    put(member, project, notebook_of(code(drawn(file_of()))))
    put(member, project, notebook_of(code(source="second()")), "b.ipynb")
    assert list(Notebook.objects.values_list("name", flat=True)) == ["b.ipynb"]
    assert NotebookPicture.objects.count() == 0
    member.post(url("remove_notebook", project))
    assert Notebook.objects.count() == 0


def test_what_is_changed_is_seen_by_reviewers_and_ends_when_projects_are_due(as_user, member, project, now):
    event, instructor = project.team.hackathon, instructor_of(project.team.hackathon.course)
    services.want_changes(
        project=project, seen=project.changed_at, words="A picture!", by=instructor, now=NOW
    )
    now(NOW + timedelta(minutes=1))
    member = as_user(members(project.team)[0])
    add(member, project)
    project.refresh_from_db()
    assert (project.review, project.changed_at) == ("submitted", NOW + timedelta(minutes=1))
    now(event.submission_closes_at)
    picture = project.pictures.get()
    assert add(member, project, file_of(colour=COLOURS[3])).status_code == 422
    assert put(member, project, notebook_of(code())).status_code == 422
    for act in ({"remove": ""}, {"up": ""}, {"alt": "Else"}):
        member.post(url("change_picture", project, picture.pk), act)
    member.post(url("remove_notebook", project))
    assert list(project.pictures.values_list("alt", flat=True)) == ["A net"]
    page = member.get(url("exhibits", project)).content.decode()
    assert ("Projects were due on" in page, "Add the picture" in page) == (True, False)


def test_only_the_team_changes_its_exhibits(as_user, member, project):
    add(member, project)
    picture, event = project.pictures.get(), project.team.hackathon
    other = members(project_of(team_of(event), challenge_of(event)).team)[0]
    people = {
        other: (302, 404),
        student_of(event.course): (404, 404),
        instructor_of(event.course): (403, 403),
        student_of(CourseFactory()): (404, 404),
    }
    for person, (own, foreign) in people.items():
        there = as_user(person)
        assert add(there, project, file_of(colour=COLOURS[5])).status_code == own
        assert there.post(url("change_picture", project, picture.pk), {"remove": ""}).status_code == foreign
    assert list(project.pictures.all()) == [picture]


def test_a_withdrawn_project_takes_nothing(member, project):
    services.withdraw_project(team=project.team, now=NOW)
    assert add(member, project).status_code == 404
    with pytest.raises(Refused, match="withdrawn"):
        services.add_picture(project=project, content=file_of(), alt="A net", now=NOW)


@pytest.mark.django_db(transaction=True)
def test_no_project_gets_more_pictures_than_there_is_room_for(event):
    project = project_of(team_of(event), challenge_of(event))
    for colour in COLOURS[: services.MAX_PICTURES - 1]:
        services.add_picture(project=project, content=file_of(colour=colour), alt="A", now=NOW)

    def act(colour):
        return lambda: services.add_picture(project=project, content=file_of(colour=colour), alt="B", now=NOW)

    done = at_once([act(colour) for colour in COLOURS[-4:]], refusals=Refused)
    assert (len(done), project.pictures.count()) == (1, services.MAX_PICTURES)
