from datetime import timedelta

import pytest
from django.urls import reverse

from projects import queries, services
from tests.factories import NOW, instructor_of, student_of
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
    (card,) = queries.gallery(hackathon=event)
    assert (card.title, card.score, card.max_score) == ("Tides", 100, 100)
    page = queries.project_page(hackathon=event, pk=project.pk)
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
    titles = lambda **asked: [card.title for card in queries.gallery(hackathon=event, **asked)]  # noqa: E731
    assert titles() == ["Letters", "Tides"]
    assert titles(search="leucht") == ["Tides"]
    assert titles(challenge=other.pk) == ["Letters"]
    assert titles(search="%") == []


def test_a_withdrawn_project_is_gone(as_user, event, project):
    services.withdraw_project(team=project.team, now=NOW)
    page = url("gallery_project", event, project.pk)
    assert as_user(instructor_of(event.course)).get(page).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_gallery_is_two_queries(event, count, django_assert_num_queries):
    for _ in range(count):
        project_of(team_of(event), challenge_of(event))
    with django_assert_num_queries(2):
        assert len(queries.gallery(hackathon=event)) == count
