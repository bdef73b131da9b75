"""Registering a project as a team does: drafts, links, two people at once, and the approval."""

from datetime import timedelta

import pytest
from django.urls import reverse

from classroom.models import AuditEntry, Outbox, Role
from projects import queries, services
from projects.errors import Refused
from projects.models import Project, ProjectDraft
from tests.factories import NOW, CourseFactory, EnrolmentFactory, student_of
from tests.projects.factories import DAY, HackathonFactory, challenge_of, members, project_of, team_of
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(course):
    return HackathonFactory(course=course, gallery_opens_at=NOW + DAY)


@pytest.fixture
def reviewed(event):
    event.projects_reviewed = True
    event.save(update_fields=["projects_reviewed"])
    return event


@pytest.fixture
def team(event):
    return team_of(event, size=2, name="Leuchtturm")


@pytest.fixture
def challenge(event):
    return challenge_of(event, title="Fjord")


def url(name, event, *args):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *args])


def typed(challenge, **changed):
    return {"challenge": challenge.pk, "title": "Tides", "abstract": "Of the sea."} | changed


def test_a_draft_is_kept_as_typed_and_takes_no_place(as_user, event, team, challenge):
    first, second = members(team)
    half = typed(challenge, title="", repository_url="exampl", has_video="on", abstract="Half a\0 sentence")
    assert as_user(first).post(url("project", event), half | {"draft": ""}).status_code == 302
    challenge.refresh_from_db()
    assert (challenge.taken, Project.objects.count()) == (0, 0)
    page = as_user(second).get(url("project", event)).content.decode()
    assert [text in page for text in ("Half a sentence", 'value="exampl"', f"Kept by {first}")] == [True] * 3
    assert as_user(second).post(url("project", event), typed(challenge)).status_code == 302
    assert (Project.objects.get().title, ProjectDraft.objects.count()) == ("Tides", 0)


def test_a_draft_may_be_kept_while_a_team_is_too_small_or_too_early(as_user, event, team, challenge, now):
    event.registration_opens_at = NOW + DAY
    event.min_team_size = 3
    event.save()
    services.keep_draft(team=team, typed={"title": "T"}, by=members(team)[0], now=NOW)
    with pytest.raises(Refused, match="due"):
        services.keep_draft(
            team=team, typed={"title": "U"}, by=members(team)[0], now=event.submission_closes_at
        )
    with pytest.raises(Refused, match="too long"):
        services.keep_draft(team=team, typed={"title": "U" * 20_001}, by=members(team)[0], now=NOW)
    assert ProjectDraft.objects.get().typed == {"title": "T"}


@pytest.mark.parametrize("registers", [True, False])
def test_after_the_deadline_nothing_invites_to_work_that_is_refused(
    as_user, event, team, challenge, now, registers
):
    if registers:
        project_of(team, challenge)
    client = as_user(members(team)[0])
    promises = ("Change your project", "Register your project", "Yes, withdraw", 'name="abstract"')
    shown = {}
    for when in ("before", "after"):
        now(NOW if when == "before" else event.submission_closes_at)
        pages = [client.get(url(name, event)).content.decode() for name in ("event", "team", "project")]
        shown[when] = [any(text in page for page in pages) for text in promises]
    assert shown == {"before": [registers, not registers, registers, True], "after": [False] * 4}


def test_what_is_refused_stays_in_the_form(as_user, event, team):
    full = challenge_of(event, title="Full", capacity=1)
    project_of(team_of(event), full)
    answer = as_user(members(team)[0]).post(url("project", event), typed(full, abstract="with care"))
    page = answer.content.decode()
    assert (answer.status_code, "with care" in page, "has just been taken" in page) == (422, True, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("repository_url", "javascript:alert(1)"),
        ("demo_url", "http://example.org"),
        ("video_url", "file:///etc/passwd"),
        ("video_url", "https://"),
        ("repository_url", "data:text/html,<script>1</script>"),
        ("has_public_repository", "on"),
        ("has_video", "on"),
        ("title", ""),
        ("challenge", "0"),
    ],
)
def test_links_are_links_and_a_ticked_one_is_given(as_user, event, team, challenge, field, value):
    answer = as_user(members(team)[0]).post(url("project", event), typed(challenge) | {field: value})
    assert (answer.status_code, Project.objects.count()) == (422, 0)


def test_links_are_never_fetched(as_user, event, team, challenge, monkeypatch):
    """Neither at registering nor on the page: an address inside is as good as any."""

    def refuse(*args, **kwargs):
        raise AssertionError("the server opened a connection")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    client = as_user(members(team)[0])
    inside = typed(
        challenge, repository_url="https://127.0.0.1/x", demo_url="https://metadata.example/latest"
    )
    assert client.post(url("project", event), inside).status_code == 302
    page = client.get(url("gallery_project", event, Project.objects.get().pk)).content.decode()
    assert page.count('rel="noopener noreferrer nofollow"') == 2
    assert "<iframe" not in page


def test_nobody_overwrites_what_they_have_not_seen(as_user, event, team, challenge, now):
    project = project_of(team, challenge)
    stale = project.changed_at.isoformat()
    client = as_user(members(team)[0])
    now(NOW + timedelta(minutes=1))
    assert client.post(url("project", event), typed(challenge, title="Mine", seen=stale)).status_code == 302
    answer = client.post(url("project", event), typed(challenge, title="Theirs", seen=stale))
    page = answer.content.decode()
    assert (answer.status_code, "Somebody of your team" in page, 'value="Theirs"' in page) == (
        422,
        True,
        True,
    )
    project.refresh_from_db()
    assert project.title == "Mine"
    fresh = typed(challenge, title="Theirs", seen=project.changed_at.isoformat())
    assert client.post(url("project", event), fresh).status_code == 302
    assert client.post(url("project", event), typed(challenge, seen="nonsense")).status_code == 302


def test_the_checklist_says_what_is_missing(as_user, event, team, challenge):
    project_of(team, challenge, has_public_repository=True, repository_url="https://example.org/x")
    page = as_user(members(team)[0]).get(url("project", event)).content.decode()
    assert "give its link and tick that it is public" not in page
    assert "give its link and tick that it is there" in page


def review(client, project, word="approve", **fields):
    event = project.team.hackathon
    given = {word: "", "words": "", "seen": project.changed_at.isoformat()} | fields
    return client.post(url("review", event, project.pk), given)


def test_a_project_is_shown_once_it_is_approved(as_user, reviewed, team, challenge, instructor, student, now):
    project = project_of(team, challenge)
    page = url("gallery_project", reviewed, project.pk)
    now(reviewed.gallery_opens_at)
    assert as_user(student).get(page).status_code == 404
    assert as_user(members(team)[0]).get(page).status_code == 200
    assert as_user(instructor).get(page).status_code == 200
    assert "Tides" not in as_user(student).get(url("gallery", reviewed)).content.decode()
    review(as_user(instructor), project)
    assert as_user(student).get(page).status_code == 200
    assert [card.title for card in queries.gallery(hackathon=reviewed, now=NOW)] == ["Tides"]
    project.refresh_from_db()
    assert (project.review, project.reviewed_by) == ("approved", instructor)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.item) == ("project.approved", f"project:{project.pk}")
    assert Outbox.objects.filter(subject="Approved: Tides").count() == 2


def test_changes_are_wanted_with_words_and_a_change_asks_again(
    as_user, reviewed, team, challenge, instructor
):
    project = project_of(team, challenge)
    client = as_user(instructor)
    review(client, project, "changes", words="  ")
    project.refresh_from_db()
    assert project.review == "submitted"
    review(client, project, "changes", words="Say what <b>you</b> measured.")
    project.refresh_from_db()
    assert project.review == "changes"
    assert Outbox.objects.filter(body__contains="Say what <b>you</b> measured.").count() == 2
    member = as_user(members(team)[0])
    page = member.get(url("project", reviewed)).content.decode()
    assert "Say what &lt;b&gt;you&lt;/b&gt; measured." in page
    seen = project.changed_at.isoformat()
    assert (
        member.post(url("project", reviewed), typed(challenge, title="Tides 2", seen=seen)).status_code == 302
    )
    project.refresh_from_db()
    assert project.review == "submitted"


def test_an_edit_does_not_hide_an_approved_project(
    as_user, reviewed, team, challenge, instructor, student, now
):
    project = project_of(team, challenge)
    services.approve(project=project, seen=project.changed_at, by=instructor, now=NOW)
    now(NOW + timedelta(minutes=1))
    as_user(members(team)[0]).post(url("project", reviewed), typed(challenge, title="Better tides"))
    now(reviewed.gallery_opens_at)
    assert [card.title for card in queries.gallery(hackathon=reviewed, now=NOW)] == ["Better tides"]
    assert as_user(student).get(url("gallery_project", reviewed, project.pk)).status_code == 200
    assert (
        "changed since it was approved" in as_user(instructor).get(url("reviews", reviewed)).content.decode()
    )


def test_nobody_approves_what_they_have_not_seen(as_user, reviewed, team, challenge, instructor):
    project = project_of(team, challenge)
    project_of(team, challenge, title="Something else", now=NOW + timedelta(minutes=1))
    client = as_user(instructor)
    review(client, project, words="typed with care")
    review(client, project, seen="2027-99-01")
    project.refresh_from_db()
    assert project.review == "submitted"
    review(client, project, seen=NOW.isoformat(), words="typed with care")
    page = client.get(url("gallery_project", reviewed, project.pk)).content.decode()
    assert "typed with care" in page
    services.withdraw_project(team=team, now=NOW)
    with pytest.raises(Refused, match="meanwhile"):
        services.approve(project=project, seen=project.changed_at, by=instructor, now=NOW)


def test_only_graders_approve_and_only_in_their_course(as_user, reviewed, team, challenge):
    project = project_of(team, challenge)
    course = reviewed.course
    people = {
        student_of(course): 403,
        members(team)[0]: 403,
        EnrolmentFactory(course=course, role=Role.VIEWER).user: 403,
        student_of(CourseFactory()): 404,
        EnrolmentFactory(role=Role.INSTRUCTOR).user: 404,
    }
    assert {person: review(as_user(person), project).status_code for person in people} == people
    project.refresh_from_db()
    assert project.review == "submitted"
    assistant = EnrolmentFactory(course=course, role=Role.ASSISTANT).user
    other = HackathonFactory(course=course)
    client = as_user(assistant)
    assert client.post(url("review", other, project.pk), {"approve": ""}).status_code == 404
    assert review(client, project).url == url("reviews", reviewed)


def test_the_list_of_reviews_is_for_staff(as_user, reviewed, team):
    course = reviewed.course
    people = {
        student_of(course): 403,
        EnrolmentFactory(course=course, role=Role.VIEWER).user: 200,
        student_of(CourseFactory()): 404,
    }
    assert {person: as_user(person).get(url("reviews", reviewed)).status_code for person in people} == people


def test_reviews_that_wait_come_first_and_are_found(as_user, reviewed, challenge, instructor):
    titles = ["Approved one", "Waiting one", "Lacking one"]
    one, _two, three = (project_of(team_of(reviewed), challenge, title=title) for title in titles)
    services.approve(project=one, seen=one.changed_at, by=instructor, now=NOW)
    services.want_changes(project=three, seen=three.changed_at, words="More.", by=instructor, now=NOW)
    found = lambda **asked: [p.title for p in queries.projects_to_review(hackathon=reviewed, **asked)]  # noqa: E731
    assert found() == ["Waiting one", "Approved one", "Lacking one"]
    assert found(state="changes") == ["Lacking one"]
    assert found(state="nonsense", search="one approved") == ["Approved one"]
    page = as_user(instructor).get(url("reviews", reviewed), {"state": "approved"}).content.decode()
    assert [title in page for title in titles] == [True, False, False]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_reviews_asks_the_same_of_one_and_three(
    as_user, reviewed, challenge, instructor, count, django_assert_num_queries
):
    for _ in range(count):
        project = project_of(team_of(reviewed), challenge)
        services.approve(project=project, seen=project.changed_at, by=instructor, now=NOW)
    client = as_user(instructor)
    with django_assert_num_queries(6):
        assert client.get(url("reviews", reviewed)).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told(event):
    for _ in range(10):
        team = team_of(event)
        challenge = challenge_of(event)
        project = project_of(team, challenge)

        def save(title, team=team, challenge=challenge, seen=project.changed_at):
            details = services.ProjectDetails(title=title)
            later = NOW + timedelta(seconds=len(title))
            return services.register_project(
                team=team, challenge=challenge, details=details, now=later, seen=seen
            ).title

        done = at_once([lambda: save("A"), lambda: save("BB")], refusals=Refused)
        project.refresh_from_db()
        assert done == [project.title]
