"""Awards: given in quiet, published at one moment, and by nobody but the organisers."""

import pytest
from django.urls import reverse

from classroom.models import AuditEntry, Outbox, Role
from projects import queries, services
from projects.models import Award, Judge, Look, Track, TrackEntry
from projects.services import Refused
from tests.factories import NOW, EnrolmentFactory, instructor_of, student_of
from tests.projects.factories import DAY, HackathonFactory, challenge_of, members, project_of, team_of
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(course):
    return HackathonFactory(
        course=course,
        judging_opens_at=NOW - DAY,
        judging_closes_at=NOW + DAY,
        gallery_opens_at=NOW - DAY,
    )


@pytest.fixture
def project(event):
    return project_of(team_of(event, size=2, name="Leuchtturm"), challenge_of(event, title="Fjord"))


@pytest.fixture
def award(event):
    return services.add_award(event=event, award=Award(title="First prize", sponsor="Nordwind"))


def url(name, event, *args):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *args])


def give(award, project, by=None):
    services.give_award(
        award=award, project=project, by=by or instructor_of(project.team.hackathon.course), now=NOW
    )


def publish(event):
    services.publish_awards(event=event, by=instructor_of(event.course), now=NOW)


def test_organiser_adds_gives_and_publishes_an_award(as_user, event, project, instructor):
    browser = as_user(instructor)
    browser.post(url("new_award", event), {"title": "First prize", "sponsor": "Nordwind", "prize": "500 €"})
    award = Award.objects.get()
    assert browser.post(url("give_award", event, award.pk), {"project": project.pk}).status_code == 302
    browser.post(url("publish_awards", event))
    page = as_user(student_of(event.course)).get(event.get_absolute_url())
    assert [line.project for line in page.context["awards"]] == ["Tides"]
    assert "500 €" in page.content.decode()


def test_nobody_else_learns_of_an_award_before_publication(as_user, event, project, award):
    give(award, project)
    seen = [
        event.get_absolute_url(),
        url("gallery", event),
        url("gallery_project", event, project.pk),
        url("gallery_json", event),
        url("team", event),
    ]
    readers = [members(project.team)[0], student_of(event.course)]
    for reader in readers:
        browser = as_user(reader)
        assert [b"First prize" in browser.get(page).content for page in seen] == [False] * 5
    publish(event)
    shown = {
        reader: [b"First prize" in as_user(reader).get(page).content for page in seen] for reader in readers
    }
    assert shown == {readers[0]: [True] * 5, readers[1]: [True] * 4 + [False]}


def test_hidden_awards_are_shown_no_more_and_can_be_changed(as_user, event, project, award, instructor):
    give(award, project)
    publish(event)
    as_user(instructor).post(url("publish_awards", event), {"hide": ""})
    assert queries.published_awards(hackathon=event) == []
    give(award, None, by=instructor)
    award.refresh_from_db()
    assert (award.project, award.given_at) == (None, None)


def test_published_awards_do_not_change(event, project, award, instructor):
    give(award, project)
    publish(event)
    award.refresh_from_db()
    acts = [
        lambda: give(award, None, by=instructor),
        lambda: services.remove_award(award=award, now=NOW),
        lambda: services.change_award(award=award, fields=["title"]),
        lambda: services.add_award(event=event, award=Award(title="Late")),
    ]
    for act in acts:
        with pytest.raises(Refused, match="Hide them first"):
            act()
    assert list(Award.objects.values_list("title", "project__title")) == [("First prize", "Tides")]


def test_an_award_without_a_project_is_not_shown(event, project, award):
    give(award, project)
    services.add_award(event=event, award=Award(title="Best pun"))
    publish(event)
    assert [line.title for line in queries.published_awards(hackathon=event)] == ["First prize"]


def test_nothing_is_published_before_an_award_is_given(as_user, event, award, instructor):
    page = as_user(instructor).post(url("publish_awards", event), follow=True)
    assert "No award has been given yet" in page.content.decode()
    event.refresh_from_db()
    assert event.awards_published_at is None


def test_an_award_of_a_challenge_goes_to_its_projects_only(event, project, instructor):
    other = challenge_of(event, title="Harbour")
    award = services.add_award(event=event, award=Award(title="Harbour's prize", challenge=other))
    with pytest.raises(Refused, match="for projects of “Harbour” only"):
        give(award, project, by=instructor)
    assert queries.candidates(award=award) == []


def test_an_award_of_a_track_goes_to_its_projects_in_its_order(as_user, event, project, instructor):
    """The order of the whole says nothing about who explains best."""
    track = Track.objects.create(hackathon=event, title="Best explained", by_choice=True)
    others = [project_of(team_of(event), project.challenge, title=title) for title in ("Currents", "Waves")]
    for entered in (project, others[0]):
        TrackEntry.objects.create(track=track, project=entered, entered_at=NOW)
    for judged, order in ((None, [project, *others]), (track, [others[0], project])):
        judge = Judge.objects.create(
            hackathon=event, user=student_of(event.course), track=judged, added_at=NOW
        )
        for place, one in enumerate(order, start=1):
            Look.objects.create(judge=judge, project=one, begun_at=NOW, placed_at=NOW, place=place)
    browser = as_user(instructor)
    browser.post(url("new_award", event), {"title": "Best explained", "track": track.pk})
    award = Award.objects.get()
    page = browser.get(url("give_award", event, award.pk))
    assert [row.project.title for row in page.context["page"]] == ["Currents", "Tides"]
    with pytest.raises(Refused, match="does not compete here"):
        give(award, others[1], by=instructor)
    give(award, others[0], by=instructor)
    publish(event)
    assert [(line.within, line.project) for line in queries.published_awards(hackathon=event)] == [
        ("Best explained", "Currents")
    ]


def test_an_award_is_of_a_challenge_or_of_a_track(as_user, event, project, instructor):
    track = Track.objects.create(hackathon=event, title="Best explained")
    data = {"title": "Both", "track": track.pk, "challenge": project.challenge_id}
    page = as_user(instructor).post(url("new_award", event), data)
    assert (page.status_code, Award.objects.count()) == (422, 0)
    assert "Choose a challenge or a track, not both." in page.content.decode()


def test_an_award_of_a_foreign_track_is_refused(as_user, event, instructor):
    foreign = Track.objects.create(hackathon=HackathonFactory(course=event.course), title="Foreign")
    Track.objects.create(hackathon=event, title="Own")
    page = as_user(instructor).post(url("new_award", event), {"title": "Mine", "track": foreign.pk})
    assert (page.status_code, Award.objects.count()) == (422, 0)


def test_a_given_award_does_not_move_to_another_challenge(event, project, award):
    give(award, project)
    award.challenge = challenge_of(event, title="Harbour")
    with pytest.raises(Refused, match="for projects of “Harbour” only"):
        services.change_award(award=award, fields=["challenge"])


def test_a_withdrawn_project_gets_nothing(event, project, award, instructor):
    give(award, project)
    services.withdraw_project(team=project.team, now=NOW)
    project.refresh_from_db()
    assert list(Award.objects.given()) == []
    with pytest.raises(Refused, match="withdrawn"):
        give(award, project, by=instructor)


def test_candidates_come_in_the_judges_order(as_user, event, project, award, instructor):
    best = project_of(team_of(event), project.challenge, title="Currents")
    judge = services.add_judge(hackathon=event, user=instructor, now=NOW)
    while look := services.next_look(judge=judge, now=NOW):
        at = 1 if look.project == best else 2
        services.place(look=look, at=at, marks={}, comment="", now=NOW)
    page = as_user(instructor).get(url("give_award", event, award.pk))
    assert [row.project.title for row in page.context["page"]] == ["Currents", "Tides"]
    page = as_user(instructor).get(url("give_award", event, award.pk), {"q": "leucht"})
    assert [(row.place, row.project.title) for row in page.context["page"]] == [(2, "Tides")]


def test_publishing_writes_to_each_member_once(event, project, award):
    give(award, project)
    publish(event)
    publish(event)
    expected = sorted(member.email for member in members(project.team))
    assert sorted(Outbox.objects.values_list("recipient", flat=True)) == expected


@pytest.mark.django_db(transaction=True)
def test_publishing_twice_at_once_happens_once(event, project, award):
    give(award, project)
    instructor = instructor_of(event.course)
    at_once(
        [lambda: services.publish_awards(event=event, by=instructor, now=NOW)] * 6,
        refusals=(Refused,),
    )
    assert AuditEntry.objects.filter(action="awards.published").count() == 1
    assert Outbox.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_award_changes_before_publication_or_not_at_all(event, project, award):
    """Whoever is told of an award has it: giving and publishing at once never end apart."""
    give(award, project)
    instructor = instructor_of(event.course)
    at_once(
        [
            lambda: give(award, None, by=instructor),
            lambda: services.publish_awards(event=event, by=instructor, now=NOW),
        ],
        refusals=(Refused,),
    )
    event.refresh_from_db()
    told = Outbox.objects.exists()
    assert told == (event.awards_published_at is not None) == (Award.objects.get().project is not None)


PAGES = ("awards", "new_award", "edit_award", "give_award")
ACTS = ("new_award", "edit_award", "give_award", "move_award", "remove_award", "publish_awards")


def address(name, event, award):
    return url(name, event, *([award.pk] if name not in {"awards", "new_award", "publish_awards"} else []))


@pytest.mark.parametrize(
    ("role", "own", "foreign"),
    [
        (Role.STUDENT, 403, 404),
        (Role.VIEWER, 403, 404),
        (Role.ASSISTANT, 403, 404),
        (Role.INSTRUCTOR, 200, 404),
    ],
)
def test_only_instructors_of_the_course_see_the_awards_pages(as_user, event, award, role, own, foreign):
    browser = as_user(EnrolmentFactory(course=event.course, role=role).user)
    assert [browser.get(address(name, event, award)).status_code for name in PAGES] == [own] * 4
    browser = as_user(EnrolmentFactory(course=HackathonFactory().course, role=role).user)
    assert [browser.get(address(name, event, award)).status_code for name in PAGES] == [foreign] * 4


@pytest.mark.parametrize("role", [Role.STUDENT, Role.VIEWER, Role.ASSISTANT])
def test_nobody_else_changes_awards(as_user, event, project, award, role):
    browser = as_user(EnrolmentFactory(course=event.course, role=role).user)
    data = {"title": "Mine", "project": project.pk}
    assert [browser.post(address(name, event, award), data).status_code for name in ACTS] == [403] * 6
    assert list(Award.objects.values_list("title", "project")) == [("First prize", None)]


def test_an_award_cannot_go_to_another_hackathon(as_user, event, project, award, instructor):
    """Neither its address under a foreign event nor a foreign project's number works."""
    elsewhere = HackathonFactory(course=event.course)
    foreign = project_of(team_of(elsewhere), challenge_of(elsewhere), title="Foreign")
    browser = as_user(instructor)
    assert browser.get(url("edit_award", elsewhere, award.pk)).status_code == 404
    assert browser.post(url("give_award", event, award.pk), {"project": foreign.pk}).status_code == 404
    assert Award.objects.get().project is None


@pytest.mark.parametrize("wanted", ["²", "9" * 30, "abc"])
def test_strange_project_numbers_do_no_harm(as_user, event, award, instructor, wanted):
    assert as_user(instructor).post(url("give_award", event, award.pk), {"project": wanted}).status_code in {
        302,
        404,
    }


def test_awards_pages_ask_the_same_number_of_queries(
    as_user, event, project, award, instructor, django_assert_num_queries
):
    browser = as_user(instructor)
    give(award, project, by=instructor)
    with django_assert_num_queries(4):
        browser.get(url("awards", event))
    for number in range(2):
        other = services.add_award(event=event, award=Award(title=f"Prize {number}"))
        give(other, project_of(team_of(event), project.challenge, title=f"P{number}"), by=instructor)
    with django_assert_num_queries(4):
        browser.get(url("awards", event))
