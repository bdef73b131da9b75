import json
from datetime import timedelta

import pytest
from django.urls import reverse

from classroom.models import Role
from projects import queries, services
from projects.models import Award, Hackathon, Judge, Project, Track, TrackEntry
from tests.factories import NOW, EnrolmentFactory, instructor_of, student_of
from tests.pictures import file_of
from tests.projects.factories import (
    DAY,
    NOT_AVERAGED,
    RIGHT,
    HackathonFactory,
    challenge_of,
    members,
    project_of,
    team_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(course):
    return HackathonFactory(course=course, gallery_opens_at=NOW + DAY)


@pytest.fixture
def project(event):
    return project_of(
        team_of(event, size=2, name="Leuchtturm"),
        challenge_of(event, exercise="planar-one-hidden-layer", title="Fjord"),
        title="Tides",
        abstract="Of the **sea** <img src=//evil.example/x> ![y](https://evil.example/y) <script>1</script>",
        repository_url="https://example.org/tides",
    )


def url(name, event, *args):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *args])


def test_nobody_but_staff_sees_projects_before_the_embargo_ends(as_user, event, project, now):
    pages = [url("gallery", event), url("gallery_project", event, project.pk), url("gallery_json", event)]
    student, stranger = student_of(event.course), student_of(HackathonFactory().course)
    for page in pages:
        assert as_user(student).get(page).status_code == 403
        assert as_user(instructor_of(event.course)).get(page).status_code == 200
    now(event.gallery_opens_at)
    for page in pages:
        assert as_user(student).get(page).status_code == 200
        assert as_user(stranger).get(page).status_code == 404


def test_without_a_time_projects_stay_among_staff(as_user, event, project, now):
    event.gallery_opens_at = None
    event.save()
    now(NOW + timedelta(days=1000))
    assert as_user(student_of(event.course)).get(url("gallery", event)).status_code == 403


def test_the_card_is_the_best_graded_run(event, project, grade_all):
    for text in (NOT_AVERAGED, RIGHT, NOT_AVERAGED + "\n# again"):
        services.hand_in(
            challenge=project.challenge,
            user=members(project.team)[0],
            filename="a.py",
            source=text.encode(),
            now=NOW,
        )
    grade_all()
    (card,) = queries.gallery(hackathon=event, now=NOW)
    assert (card.title, card.score, card.max_score) == ("Tides", 100, 100)
    page = queries.project_page(hackathon=event, pk=project.pk, now=NOW)
    assert [verdict for _, verdict in page.functions] == ["correct"] * 8
    assert len(page.members) == 2


def test_what_a_team_writes_loads_nothing_and_runs_nothing(as_user, event, project):
    client = as_user(instructor_of(event.course))
    html = client.get(url("gallery_project", event, project.pk)).content.decode()
    assert "<strong>sea</strong>" in html
    assert "<img" not in html
    assert "<script>1" not in html
    assert 'rel="noopener noreferrer nofollow"' in html


def test_search_and_filter(event, project):
    other = challenge_of(event)
    project_of(team_of(event, name="Faltung"), other, title="Letters")
    titles = lambda **asked: [p.title for p in queries.gallery_projects(hackathon=event, **asked)]  # noqa: E731
    assert titles() == ["Letters", "Tides"]
    assert titles(search="sea leucht") == ["Tides"]
    assert titles(search="sea falt") == []
    assert titles(challenge=other.pk) == ["Letters"]
    assert titles(search="%") == []


def test_a_withdrawn_project_is_gone(as_user, event, project):
    services.withdraw_project(team=project.team, now=NOW)
    page = url("gallery_project", event, project.pk)
    assert as_user(instructor_of(event.course)).get(page).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_gallery_asks_the_same_of_one_and_three(
    as_user, event, count, now, django_assert_num_queries, grade_all
):
    challenge = challenge_of(event)
    for _ in range(count):
        project = project_of(team_of(event), challenge)
        hand_in(project, RIGHT)
        services.add_picture(project=project, content=file_of(), alt="A net", now=NOW)
    grade_all()
    with django_assert_num_queries(5):
        assert [card.functions_right for card in queries.gallery(hackathon=event, now=NOW)] == [8] * count
    client = as_user(student_of(event.course))
    now(event.gallery_opens_at)
    services.add_track(event=event, track=Track(title="Sound"))
    with django_assert_num_queries(11):
        assert client.get(url("gallery", event)).status_code == 200


def hand_in(project, text):
    services.hand_in(
        challenge=project.challenge,
        user=members(project.team)[0],
        filename="a.py",
        source=text.encode(),
        now=NOW,
    )


def test_a_card_says_whether_the_gradients_are_right(as_user, event, project, now, grade_all):
    now(event.gallery_opens_at)
    client = as_user(student_of(event.course))
    page = lambda: client.get(url("gallery", event)).content.decode()  # noqa: E731
    assert "gradients" not in page()
    hand_in(project, NOT_AVERAGED)
    grade_all()
    assert [text in page() for text in ("7 of 8 functions right", "gradients not right yet")] == [True, True]
    hand_in(project, RIGHT)
    grade_all()
    assert [text in page() for text in ("8 of 8 functions right", "gradients checked")] == [True, True]


def test_the_gallery_comes_in_pages_and_takes_any_filter(as_user, event, now, monkeypatch):
    monkeypatch.setattr("projects.views.gallery.CARDS_A_PAGE", 2)
    challenge = challenge_of(event)
    for title in ("A", "B", "C"):
        project_of(team_of(event), challenge, title=f"Project {title}")
    now(event.gallery_opens_at)
    client = as_user(student_of(event.course))
    page = client.get(url("gallery", event), {"page": "2", "q": "project"}).content.decode()
    assert ("Project C" in page, "Project A" in page) == (True, False)
    for asked in ({"page": "x"}, {"challenge": "x"}, {"challenge": "9" * 30}, {"q": "\0"}, {"won": "1"}):
        assert client.get(url("gallery", event), asked).status_code == 200


def test_winners_are_found_once_the_awards_are_published(as_user, event, project, instructor, now):
    project_of(team_of(event), challenge_of(event), title="Letters")
    award = Award.objects.create(hackathon=event, title="First prize")
    services.give_award(award=award, project=project, by=instructor, now=NOW)
    now(event.gallery_opens_at)
    client = as_user(student_of(event.course))
    page = client.get(url("gallery", event), {"won": "on"}).content.decode()
    assert ("Letters" in page, "with an award" in page) == (True, False)
    services.publish_awards(event=event, by=instructor, now=NOW)
    page = client.get(url("gallery", event), {"won": "on"}).content.decode()
    assert ("Letters" in page, "Tides" in page, "First prize" in page) == (False, True, True)


def test_projects_are_found_by_the_track_they_compete_in(as_user, event, project, now, monkeypatch):
    monkeypatch.setattr("projects.views.gallery.CARDS_A_PAGE", 1)
    other = challenge_of(event)
    letters = project_of(team_of(event), other, title="Letters")
    project_of(team_of(event), other, title="Numbers")
    client = as_user(student_of(event.course))
    now(event.gallery_opens_at)
    assert 'name="track"' not in client.get(url("gallery", event)).content.decode()
    by_challenge = services.add_track(event=event, track=Track(title="Reading", challenge=other))
    by_choice = services.add_track(event=event, track=Track(title="Sound", by_choice=True))
    foreign = services.add_track(event=HackathonFactory(course=event.course), track=Track(title="Theirs"))
    TrackEntry.objects.create(track=by_choice, project=letters, entered_at=NOW)

    def found(track, **more):
        page = client.get(url("gallery", event), {"track": track} | more)
        assert page.status_code == 200
        return [card.title for card in page.context["cards"]], page.context["page"].paginator.count

    assert found(by_choice.pk) == (["Letters"], 1)
    assert found(by_challenge.pk, page=2) == (["Numbers"], 2)
    assert found(by_challenge.pk, q="numb") == (["Numbers"], 1)
    assert [found(track) for track in (foreign.pk, "x", "9" * 30)] == [(["Letters"], 3)] * 3
    page = client.get(url("gallery", event), {"track": by_challenge.pk}).content.decode()
    assert (f"track={by_challenge.pk}&amp;page=2" in page, "Theirs" in page) == (True, False)


@pytest.fixture
def public(event):
    event.gallery_is_public = True
    event.save(update_fields=["gallery_is_public"])
    return event


def pages_of(event, project):
    return [
        url("gallery", event),
        url("gallery_json", event),
        url("gallery_project", event, project.pk),
        url("notebook", event, project.pk),
        url("notebook_file", event, project.pk),
        url("project_picture", event, project.pk, project.pictures.get().digest),
    ]


@pytest.fixture
def furnished(project):
    services.add_picture(project=project, content=file_of(), alt="A net", now=NOW)
    cell = {"cell_type": "code", "source": "print(1)", "outputs": []}
    source = json.dumps({"cells": [cell]}).encode()
    services.put_notebook(project=project, filename="a.ipynb", source=source, now=NOW)
    return project


def test_strangers_see_public_projects_and_nothing_sooner(client, as_user, public, furnished, now):
    pages = pages_of(public, furnished)
    sign_in = [(302, True)] * len(pages)

    def answers():
        return [
            (a.status_code, a.get("Location", "").startswith("/accounts/")) for a in map(client.get, pages)
        ]

    assert answers() == sign_in
    now(public.gallery_opens_at)
    assert [client.get(page).status_code for page in pages] == [200] * len(pages)
    other = student_of(HackathonFactory().course)
    assert [as_user(other).get(page).status_code for page in pages] == [200] * len(pages)
    client.logout()
    for change in (
        {"published_at": NOW + 9 * DAY},
        {"gallery_is_public": False},
        {"gallery_opens_at": NOW, "gallery_closes_at": NOW + DAY},
    ):
        Hackathon.objects.filter(pk=public.pk).update(
            **{"published_at": NOW, "gallery_is_public": True, "gallery_closes_at": None} | change
        )
        assert answers() == sign_in
    assert client.get(url("event", public)).status_code == 302


def test_strangers_see_no_project_that_waits_for_approval(client, public, furnished, now, instructor):
    Hackathon.objects.filter(pk=public.pk).update(projects_reviewed=True)
    now(public.gallery_opens_at)
    pages = pages_of(public, furnished)
    assert [client.get(page).status_code for page in pages] == [200, 200, 404, 404, 404, 404]
    assert client.get(url("gallery_json", public)).json()["projects"] == []
    furnished.refresh_from_db()
    services.approve(project=furnished, seen=furnished.changed_at, words="Well done", by=instructor, now=NOW)
    html = client.get(url("gallery_project", public, furnished.pk)).content.decode()
    assert [text in html for text in ("Tides", "Well done", "Want changes", str(instructor))] == [
        True,
        False,
        False,
        False,
    ]


def test_strangers_read_the_names_the_team_chose_and_no_others(client, as_user, public, furnished, now):
    now(public.gallery_opens_at)
    people = members(furnished.team)
    page = url("gallery_project", public, furnished.pk)
    html = [client.get(address).content.decode() for address in pages_of(public, furnished)[:4]]
    assert [(person.name in text, person.email in text) for person in people for text in html] == [
        (False, False)
    ] * 8
    assert "Leuchtturm" in html[2]
    Project.objects.filter(pk=furnished.pk).update(credits="Ada <b>& friends</b>")
    assert "Ada &lt;b&gt;&amp; friends&lt;/b&gt;" in client.get(page).content.decode()
    Project.objects.filter(pk=furnished.pk).update(credits="")
    assert people[0].name in as_user(student_of(public.course)).get(page).content.decode()


def test_a_project_is_its_team_s_and_its_judges_before_it_is_shown(as_user, event, furnished):
    judge = Judge.objects.create(hackathon=event, user=student_of(event.course), added_at=NOW).user
    outside = EnrolmentFactory(course=event.course, role=Role.GUEST).user
    Judge.objects.create(hackathon=event, user=outside, added_at=NOW)
    gone = student_of(event.course)
    Judge.objects.create(hackathon=event, user=gone, added_at=NOW, left_at=NOW)
    other_team = members(team_of(event))[0]
    people = {
        members(furnished.team)[1]: 200,
        instructor_of(event.course): 200,
        judge: 200,
        outside: 200,
        gone: 403,
        other_team: 403,
        student_of(HackathonFactory().course): 404,
    }
    for page in pages_of(event, furnished)[2:]:
        assert {person: as_user(person).get(page).status_code for person in people} == people


def test_addresses_of_another_event_find_nothing(as_user, event, furnished, instructor):
    other = HackathonFactory(course=event.course)
    client = as_user(instructor)
    for name in ("gallery_project", "notebook", "notebook_file"):
        assert client.get(url(name, other, furnished.pk)).status_code == 404
    digest = furnished.pictures.get().digest
    assert client.get(url("project_picture", other, furnished.pk, digest)).status_code == 404
    second = project_of(team_of(event), furnished.challenge)
    assert client.get(url("project_picture", event, second.pk, digest)).status_code == 404
    assert client.get(url("notebook", event, second.pk)).status_code == 404


def test_names_and_titles_are_text(as_user, public, now, client):
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    team = team_of(public, name=evil[:80])
    project = project_of(
        team,
        challenge_of(public, title=evil),
        title=evil[:120],
        abstract=f"{evil} [x](javascript:alert(1)) <svg/onload=alert(1)>",
        credits=evil,
        needs=evil,
    )
    services.add_picture(project=project, content=file_of(), alt=evil, now=NOW)
    now(public.gallery_opens_at)
    for page in (url("gallery", public), url("gallery_project", public, project.pk)):
        html = client.get(page).content.decode()
        assert [
            text in html for text in ("<script>alert", "<img src=x", "<svg/onload", 'href="javascript')
        ] == [False] * 4
