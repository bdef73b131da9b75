"""Tracks: judged beside the whole, by judges and orders of their own."""

import pytest
from django.urls import reverse

from classroom.models import Role
from projects import queries, services
from projects.models import Project, Track, TrackEntry
from projects.services import Refused
from tests.factories import NOW, CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.projects.factories import DAY, HackathonFactory, challenge_of, members, project_of, team_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(course):
    return HackathonFactory(course=course, judging_opens_at=NOW - DAY, judging_closes_at=NOW + DAY)


@pytest.fixture
def fjord(event):
    return challenge_of(event, title="Fjord")


@pytest.fixture
def projects(event, fjord):
    other = challenge_of(event, title="Dune")
    return [project_of(team_of(event), [fjord, other][n % 2], title=f"Project {n}") for n in range(4)]


def track_of(event, **fields):
    return services.add_track(event=event, track=Track(**{"title": "Best explained"} | fields))


def judge_of(event, track=None):
    return services.add_judge(hackathon=event, user=instructor_of(event.course), now=NOW, track=track)


def see_all(judge, wanted):
    """Look at everything and place it as `wanted` is ordered."""
    placed = []
    while look := services.next_look(judge=judge, now=NOW):
        at = sum(wanted.index(other) < wanted.index(look.project) for other in placed) + 1
        services.place(look=look, at=at, marks={}, comment="", now=NOW)
        placed.append(look.project)
    return placed


def ranked(event, track=None):
    report = queries.judging_report(hackathon=event, track=track)
    return [row.project for row in report.standings]


def url(name, event, *args):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *args])


def test_orders_of_a_track_and_of_the_whole_stay_apart(event, projects):
    track = track_of(event)
    see_all(judge_of(event), projects)
    see_all(judge_of(event, track), projects[::-1])
    assert ranked(event) == projects
    assert ranked(event, track) == projects[::-1]


def test_a_track_without_judges_follows_the_whole(event, projects, fjord):
    see_all(judge_of(event), projects[::-1])
    assert ranked(event, track_of(event, challenge=fjord)) == [projects[2], projects[0]]


def test_judges_of_a_track_see_only_what_competes(event, projects, fjord):
    by_challenge, by_choice = track_of(event, challenge=fjord), track_of(event, by_choice=True)
    services.enter_tracks(project=projects[1], tracks=[by_choice], now=NOW)
    assert set(see_all(judge_of(event, by_challenge), projects)) == {projects[0], projects[2]}
    assert see_all(judge_of(event, by_choice), projects) == [projects[1]]
    assert len(see_all(judge_of(event), projects)) == 4


def test_looks_are_balanced_within_a_track(event, projects):
    """What judges of the whole have seen does not count there."""
    track = track_of(event)
    whole = judge_of(event)
    for _ in range(2):
        look = services.next_look(judge=whole, now=NOW)
        services.place(look=look, at=1, marks={}, comment="", now=NOW)
    seen = [services.next_look(judge=judge_of(event, track), now=NOW).project for _ in range(4)]
    assert set(seen) == set(projects)


def test_a_project_that_leaves_a_track_counts_no_more(event, projects):
    track = track_of(event, by_choice=True)
    for project in projects:
        services.enter_tracks(project=project, tracks=[track], now=NOW)
    judge = judge_of(event, track)
    see_all(judge, projects)
    services.enter_tracks(project=projects[0], tracks=[], now=NOW)
    assert ranked(event, track) == projects[1:]
    assert queries.judging_progress(hackathon=event).tracks[1].judges[0].placed == 3


def test_done_is_said_of_each_track(event, projects, fjord):
    track = track_of(event, challenge=fjord)
    see_all(judge_of(event, track), projects)
    whole, row = queries.judging_progress(hackathon=event).tracks
    assert (row.is_done, row.projects, whole.is_done) == (True, 2, False)
    assert queries.judging_progress(hackathon=event).is_done  # nobody judges the whole
    judge_of(event)
    assert not queries.judging_progress(hackathon=event).is_done


def test_queries_do_not_grow_with_tracks(event, projects, django_assert_num_queries):
    for count in (1, 3):
        while Track.objects.count() < count:
            see_all(judge_of(event, track_of(event)), projects)
        with django_assert_num_queries(9):
            queries.judging_progress(hackathon=event)
        track = Track.objects.first()
        with django_assert_num_queries(4):
            queries.judging_report(hackathon=event, track=track)


def test_who_has_placed_stays_in_the_track(event, projects):
    track = track_of(event)
    judge = judge_of(event)
    services.next_look(judge=judge, now=NOW)
    services.assign_judge(judge=judge, track=track)
    judge.refresh_from_db()
    assert (judge.track, judge.looks.count()) == (track, 0)
    see_all(judge, projects)
    with pytest.raises(Refused, match="placed projects already"):
        services.assign_judge(judge=judge, track=None)
    services.assign_judge(judge=judge, track=track)


def test_a_track_with_judges_stays(event):
    track = track_of(event)
    judge = judge_of(event, track)
    with pytest.raises(Refused, match="has judges"):
        services.remove_track(track=track)
    services.assign_judge(judge=judge, track=None)
    services.remove_track(track=track)
    assert Track.objects.count() == 0


def test_an_event_with_judged_tracks_can_be_deleted(event, projects):
    judge_of(event, track_of(event))
    Project.objects.all().delete()
    event.delete()
    assert Track.objects.count() == 0


class TestPages:
    def test_organiser_keeps_tracks_and_invites_into_them(self, as_user, event, fjord, projects, instructor):
        client = as_user(instructor)
        assert "No tracks yet" in client.get(url("tracks", event)).content.decode()
        assert "track" not in client.get(url("judging", event)).context["form"].fields
        client.post(
            url("new_track", event), {"title": "Sea", "question": "Is it wet?", "challenge": fjord.pk}
        )
        client.post(url("new_track", event), {"title": "Words", "by_choice": "on"})
        words = Track.objects.get(title="Words")
        client.post(url("move_track", event, words.pk), {"up": ""})
        client.post(url("edit_track", event, words.pk), {"title": "Best words", "by_choice": "on"})
        assert [track.title for track in event.tracks.all()] == ["Best words", "Sea"]
        client.post(url("invite_judges", event), {"people": "ada@example.com", "track": words.pk})
        judge = event.judges.get()
        assert judge.track == words
        assert "Best words" in as_user(judge.user).get(url("judge", event)).content.decode()
        client = as_user(instructor)
        assert "has judges" in client.post(url("remove_track", event, words.pk), follow=True).content.decode()
        client.post(url("assign_judge", event, judge.pk), {"track": ""})
        client.post(url("remove_track", event, words.pk))
        assert [track.title for track in event.tracks.all()] == ["Sea"]
        page = client.get(url("judging", event), {"track": event.tracks.get().pk})
        assert {row.project for row in page.context["page"]} == {projects[0], projects[2]}

    def test_a_team_enters_and_leaves_until_projects_are_due(self, as_user, event, projects, fjord, now):
        words = track_of(event, by_choice=True)
        track_of(event, title="Everybody")
        not_theirs = track_of(event, title="Fjord only", by_choice=True, challenge=fjord)
        client = as_user(members(projects[1].team)[0])
        assert "Choose in which tracks" in client.get(url("project", event)).content.decode()
        page = client.get(url("enter_tracks", event))
        assert list(page.context["form"].offered.values()) == [words]
        for _ in range(2):
            client.post(url("enter_tracks", event), {"tracks": [words.pk]})
        assert [entry.track for entry in projects[1].track_entries.all()] == [words]
        assert client.post(url("enter_tracks", event), {"tracks": [not_theirs.pk]}).status_code == 422
        assert client.post(url("enter_tracks", event), {"tracks": ["x", ""]}).status_code == 422
        now(event.submission_closes_at)
        page = client.post(url("enter_tracks", event), {"tracks": []})
        assert (page.status_code, TrackEntry.objects.count()) == (422, 1)

    def test_without_a_project_there_is_nothing_to_enter(self, as_user, event):
        track_of(event, by_choice=True)
        assert as_user(student_of(event.course)).post(url("enter_tracks", event), {}).status_code == 302

    def test_only_the_events_instructors_keep_them(self, as_user, event):
        track = track_of(event)
        judge = judge_of(event)
        assistant = EnrolmentFactory(course=event.course, role=Role.ASSISTANT).user
        stranger = instructor_of(CourseFactory())
        for user, status in ((assistant, 403), (student_of(event.course), 403), (stranger, 404)):
            client = as_user(user)
            assert client.get(url("tracks", event)).status_code == status
            assert client.post(url("new_track", event), {"title": "Mine"}).status_code == status
            assert (
                client.post(url("assign_judge", event, judge.pk), {"track": track.pk}).status_code == status
            )
            for name in ("edit_track", "move_track", "remove_track"):
                assert client.post(url(name, event, track.pk), {"title": "Mine"}).status_code == status
        other = HackathonFactory(course=event.course)
        client = as_user(instructor_of(event.course))
        assert client.post(url("edit_track", other, track.pk), {"title": "Mine"}).status_code == 404
        client.post(url("assign_judge", event, judge.pk), {"track": track_of(other).pk})
        judge.refresh_from_db()
        assert (judge.track, [one.title for one in event.tracks.all()]) == (None, ["Best explained"])
