"""Who is in a team: removing, dissolving, when nobody comes or goes any more, and what staff may change."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse

from classroom.models import AuditEntry, Outbox, Role
from projects import queries, services
from projects.errors import Refused
from projects.models import Challenge, Membership, Project, Submission, Team
from tests.factories import NOW, CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.projects.factories import (
    NOT_AVERAGED,
    HackathonFactory,
    challenge_of,
    members,
    project_of,
    team_of,
)
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def hackathon(course):
    return HackathonFactory(course=course)


def url(name, hackathon, *more):
    return reverse(f"projects:{name}", args=[hackathon.course.slug, hackathon.pk, *more])


def hand_in(user, challenge, now=NOW):
    return services.hand_in(
        challenge=challenge, user=user, filename="net.py", source=NOT_AVERAGED.encode(), now=now
    )


def handed_in(hackathon, size=2):
    """A team that has registered a project and handed in."""
    team = team_of(hackathon, size=size)
    project_of(team, challenge_of(hackathon))
    hand_in(members(team)[0], Project.objects.get(team=team).challenge)
    return team


def mails():
    return list(Outbox.objects.order_by("pk").values_list("recipient", "subject"))


def names(team):
    return [(m.user, m.is_leader) for m in Membership.objects.filter(team=team).select_related("user")]


class TestRemoving:
    def test_a_leader_removes_a_member_and_the_code_they_know(self, as_user, hackathon):
        team = team_of(hackathon, size=3)
        leader, second, third = members(team)
        response = as_user(leader).post(url("remove_member", hackathon), {"user": second.pk})
        assert response.url == url("team", hackathon)
        assert names(team) == [(leader, True), (third, False)]
        assert mails() == [(second.email, f"You are no longer in “{team.name}”: {hackathon.title}")]
        again = as_user(second).post(url("join_team", hackathon), {"code": team.join_code})
        assert (again.status_code, "No team has this code" in again.content.decode()) == (422, True)

    def test_only_the_leader_removes_and_only_members_of_that_team(self, as_user, hackathon):
        team, other = team_of(hackathon, size=2), team_of(hackathon, size=2)
        leader, second = members(team)
        for who, whom in (
            (second, leader),
            (leader, leader),
            (leader, members(other)[1]),
            (student_of(hackathon.course), second),
        ):
            as_user(who).post(url("remove_member", hackathon), {"user": whom.pk})
        as_user(leader).post(url("remove_member", hackathon), {"user": "x"})
        assert [team.memberships.count(), other.memberships.count(), len(mails())] == [2, 2, 0]

    def test_who_was_removed_reaches_nothing_of_the_team_any_more(self, as_user, hackathon):
        """What they wrote themselves stays theirs; what the team does from then on is not."""
        team = handed_in(hackathon)
        leader, second = members(team)
        challenge = Project.objects.get().challenge
        staff = instructor_of(hackathon.course)
        services.take_out(team=team, user=second, reason="x", by=staff, now=NOW)
        later = services.hand_in(
            challenge=challenge,
            user=leader,
            filename="net.py",
            source=b"a = 1",
            now=NOW + timedelta(minutes=1),
        )
        client = as_user(second)
        before = Submission.objects.get(number=1)
        page = reverse("projects:submission", args=[hackathon.course.slug, later.pk])
        assert client.get(before.get_absolute_url()).status_code == 200
        assert client.get(page).status_code == 404
        assert client.get(url("project", hackathon)).url == url("team", hackathon)
        assert client.post(url("project", hackathon), {"title": "Mine"}).url == url("team", hackathon)
        assert team.name not in client.get(url("team", hackathon)).content.decode()
        with pytest.raises(Refused, match="Only teams"):
            hand_in(second, challenge, NOW + timedelta(minutes=2))
        for act in ("hand_over", "remove_member", "dissolve_team", "renew_code", "leave_team"):
            client.post(url(act, hackathon), {"user": leader.pk})
        assert names(team) == [(leader, True)]


class TestDissolving:
    def test_everybody_is_free_and_the_place_too(self, as_user, hackathon):
        team = team_of(hackathon, size=2)
        challenge = challenge_of(hackathon, capacity=1)
        project_of(team, challenge)
        leader, second = members(team)
        as_user(leader).post(url("dissolve_team", hackathon))
        team.refresh_from_db()
        challenge.refresh_from_db()
        assert (team.archived_at, team.size, challenge.taken, names(team)) == (NOW, 0, 0, [])
        assert mails() == [(second.email, f"“{team.name}” is dissolved: {hackathon.title}")]
        assert services.create_team(hackathon=hackathon, user=second, name=team.name, now=NOW)

    def test_only_the_leader_dissolves(self, as_user, hackathon):
        team = team_of(hackathon, size=2)
        for user in (members(team)[1], student_of(hackathon.course)):
            as_user(user).post(url("dissolve_team", hackathon))
        assert team.memberships.count() == 2


class TestFrozen:
    def test_a_team_that_has_handed_in_stays_as_it_is(self, as_user, hackathon):
        team = handed_in(hackathon)
        leader, second = members(team)
        for who, act, data in (
            (second, "leave_team", {}),
            (leader, "remove_member", {"user": second.pk}),
            (leader, "dissolve_team", {}),
        ):
            client = as_user(who)
            client.post(url(act, hackathon), data)
            assert "has handed in" in client.get(url("event", hackathon)).content.decode()
        response = as_user(student_of(hackathon.course)).post(
            url("join_team", hackathon), {"code": team.join_code}
        )
        assert "has handed in" in response.content.decode()
        assert names(team) == [(leader, True), (second, False)]
        page = as_user(leader).get(url("team", hackathon)).content.decode()
        assert ("has handed in" in page, team.join_code in page, "Yes, leave" in page) == (True, False, False)
        as_user(leader).post(url("hand_over", hackathon), {"user": second.pk})
        assert names(team) == [(leader, False), (second, True)]

    def test_a_team_is_told_before_its_first_hand_in(self, as_user, hackathon):
        team = team_of(hackathon, size=2)
        challenge = challenge_of(hackathon)
        project_of(team, challenge)
        client = as_user(members(team)[1])
        said = "With its first hand-in"
        assert said in client.get(challenge.get_absolute_url()).content.decode()
        hand_in(members(team)[0], challenge)
        assert said not in client.get(challenge.get_absolute_url()).content.decode()

    def test_from_the_moment_projects_are_due_teams_stay(self, as_user, hackathon, now):
        team = team_of(hackathon, size=2)
        first, second = members(team)
        client = as_user(second)
        now(hackathon.submission_closes_at)
        client.post(url("leave_team", hackathon))
        assert names(team) == [(first, True), (second, False)]
        now(hackathon.submission_closes_at - timedelta(microseconds=1))
        client.post(url("leave_team", hackathon))
        assert names(team) == [(first, True)]

    def test_who_withdraws_from_the_event_asks_the_organisers_first(self, hackathon, instructor):
        hackathon.registration_required = True
        hackathon.save()
        user = student_of(hackathon.course)
        services.register(hackathon=hackathon, user=user, answers=[], now=NOW)
        team = services.create_team(hackathon=hackathon, user=user, name="One", now=NOW)
        project_of(team, challenge_of(hackathon))
        hand_in(user, Challenge.objects.get())
        with pytest.raises(Refused, match="has handed in"):
            services.withdraw(hackathon=hackathon, user=user, now=NOW)
        services.decline(registration=user.registrations.get(), by=instructor, now=NOW)
        team.refresh_from_db()
        assert (team.archived_at, Submission.objects.get().team) == (NOW, team)


class TestStaff:
    def test_staff_move_somebody_with_a_reason(self, as_user, hackathon, instructor):
        out_of, into = team_of(hackathon, size=2), team_of(hackathon)
        leader, second = members(out_of)
        data = {"email": leader.email.upper(), "reason": "too loud"}
        response = as_user(instructor).post(url("add_member", hackathon, into.pk), data)
        assert response.url == url("staff_team", hackathon, into.pk)
        assert names(out_of) == [(second, True)]
        assert names(into) == [(members(into)[0], True), (leader, False)]
        assert [t.size for t in Team.objects.order_by("pk")] == [1, 2]
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.actor, entry.about) == ("team.moved", instructor, leader)
        assert (entry.detail["reason"], entry.detail["from"]) == ("too loud", out_of.pk)
        (mail,) = Outbox.objects.all()
        assert (mail.recipient, "too loud" in mail.body) == (leader.email, True)
        for team in (out_of, into):
            page = as_user(instructor).get(url("staff_team", hackathon, team.pk)).content.decode()
            assert "too loud" in page

    def test_a_full_team_stays_full_for_staff_too(self, as_user, hackathon, instructor):
        into = team_of(hackathon, size=3)
        user = student_of(hackathon.course)
        data = {"email": user.email, "reason": "x"}
        response = as_user(instructor).post(url("add_member", hackathon, into.pk), data)
        assert (response.status_code, "is full" in response.content.decode()) == (422, True)
        hackathon.max_team_size = 2  # the team is larger than that by now
        hackathon.save()
        with pytest.raises(Refused, match="is full"):
            services.join_team(hackathon=hackathon, user=user, code=into.join_code, now=NOW)
        assert (into.memberships.count(), Membership.objects.filter(user=user).count()) == (3, 0)

    def test_authors_stay_authors_and_others_become_ones_on_request(self, as_user, hackathon, instructor):
        team = handed_in(hackathon)
        leader, second = members(team)
        third = student_of(hackathon.course)
        client = as_user(instructor)
        client.post(url("take_out", hackathon, team.pk, second.pk), {"reason": "x"})
        client.post(url("add_member", hackathon, team.pk), {"email": third.email, "reason": "x"})
        project, submission = Project.objects.get(), Submission.objects.get()
        assert queries.authors_of(project=project) == [leader, second]
        assert list(submission.authors.order_by("pk")) == [leader, second]
        client.post(url("take_out", hackathon, team.pk, third.pk), {"reason": "x"})
        data = {"email": third.email, "reason": "forgot to join", "as_author": "on"}
        client.post(url("add_member", hackathon, team.pk), data)
        assert queries.authors_of(project=project) == [leader, second, third]
        assert list(submission.authors.order_by("pk")) == [leader, second, third]

    def test_the_last_one_taken_out_archives_the_team_and_its_work_stays(
        self, as_user, hackathon, instructor
    ):
        team = handed_in(hackathon, size=1)
        (user,) = members(team)
        as_user(instructor).post(url("take_out", hackathon, team.pk, user.pk), {"reason": "x"})
        team.refresh_from_db()
        assert (team.archived_at, team.size) == (NOW, 0)
        assert (Project.objects.get().withdrawn_at, Submission.objects.get().team) == (None, team)
        assert queries.authors_of(project=Project.objects.get()) == [user]
        with pytest.raises(ProtectedError):
            team.delete()

    def test_merging_moves_all_and_keeps_who_handed_in_what(self, as_user, hackathon, instructor, now):
        team, into = handed_in(hackathon), team_of(hackathon, name="Ümläut")
        now(NOW + timedelta(hours=1))
        moved = members(team)
        data = {"into": "Ümläut", "reason": "both too small"}
        as_user(instructor).post(url("merge_teams", hackathon, team.pk), data)
        assert names(into) == [(members(into)[0], True), *((user, False) for user in moved)]
        team.refresh_from_db()
        into.refresh_from_db()
        assert (team.size, team.archived_at, into.size) == (0, NOW + timedelta(hours=1), 3)
        assert queries.authors_of(project=Project.objects.get()) == moved
        assert [recipient for recipient, _ in mails()] == [user.email for user in moved]

    def test_too_many_together_are_not_merged(self, as_user, hackathon, instructor):
        team, into = team_of(hackathon, size=2), team_of(hackathon, size=2)
        data = {"into": into.name, "reason": "x"}
        response = as_user(instructor).post(url("merge_teams", hackathon, team.pk), data)
        assert (response.status_code, "more than 3" in response.content.decode()) == (422, True)
        for name in (team.name, "nobody's", ""):
            data = {"into": name, "reason": "x"}
            assert as_user(instructor).post(url("merge_teams", hackathon, team.pk), data).status_code == 422
        assert [t.size for t in Team.objects.order_by("pk")] == [2, 2]

    def test_staff_dissolve_and_what_was_handed_in_stays(self, as_user, hackathon, instructor):
        team = handed_in(hackathon)
        were = members(team)
        client = as_user(instructor)
        assert client.post(url("end_team", hackathon, team.pk), {"reason": ""}).status_code == 422
        client.post(url("end_team", hackathon, team.pk), {"reason": "cheated"})
        assert (Team.objects.active().count(), Submission.objects.count()) == (0, 1)
        assert queries.authors_of(project=Project.objects.get()) == were
        assert client.post(url("end_team", hackathon, team.pk), {"reason": "x"}).status_code == 422

    def test_only_students_of_the_course_are_added(self, as_user, hackathon, instructor):
        team = team_of(hackathon)
        gone = EnrolmentFactory(course=hackathon.course, left_at=NOW).user
        for user in (student_of(CourseFactory()), gone, instructor):
            data = {"email": user.email, "reason": "x"}
            response = as_user(instructor).post(url("add_member", hackathon, team.pk), data)
            assert (response.status_code, "No student of this course" in response.content.decode()) == (
                422,
                True,
            )
        assert team.memberships.count() == 1

    def test_who_may_do_what(self, as_user, hackathon, instructor):
        team = team_of(hackathon, size=2)
        elsewhere = team_of(HackathonFactory(course=hackathon.course))
        leader, second = members(team)
        assistant, viewer = (
            EnrolmentFactory(course=hackathon.course, role=role).user
            for role in (Role.ASSISTANT, Role.VIEWER)
        )
        page = url("staff_team", hackathon, team.pk)
        acts = [
            url("add_member", hackathon, team.pk),
            url("take_out", hackathon, team.pk, second.pk),
            url("merge_teams", hackathon, team.pk),
            url("end_team", hackathon, team.pk),
        ]
        for someone, read, act in (
            (leader, 403, 403),
            (viewer, 200, 403),
            (assistant, 200, 403),
            (instructor_of(CourseFactory()), 404, 404),
            (instructor, 200, 422),
        ):
            client = as_user(someone)
            assert client.get(page).status_code == read
            assert [client.post(address).status_code for address in acts] == [act] * 4
        client = as_user(instructor)
        assert client.get(url("staff_team", hackathon, elsewhere.pk)).status_code == 404
        assert client.post(url("take_out", hackathon, team.pk, members(elsewhere)[0].pk)).status_code == 404
        assert Membership.objects.count() == 3


def test_the_database_allows_one_team_a_person_and_event(hackathon):
    mine, other = team_of(hackathon), team_of(hackathon)
    (user,) = members(mine)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(hackathon=hackathon, team=other, user=user, joined_at=NOW)
    elsewhere = HackathonFactory(course=hackathon.course)
    assert services.create_team(hackathon=elsewhere, user=user, name="Also", now=NOW).size == 1


def test_nobody_smuggles_in_a_team_a_seat_or_the_lead(as_user, hackathon):
    """Fields that the forms do not ask for change nothing."""
    other, user = team_of(hackathon), student_of(hackathon.course)
    leader = members(other)[0]
    smuggled = {
        "team": other.pk,
        "team_id": other.pk,
        "hackathon": HackathonFactory().pk,
        "size": 99,
        "is_leader": "on",
        "user": leader.pk,
        "join_code": "AAAAAAAAAA",
        "authors": [user.pk],
        "score": 100,
        "is_staff": "on",
    }
    client = as_user(user)
    client.post(url("create_team", hackathon), {"name": "Mine"} | smuggled)
    mine = Team.objects.get(name="Mine")
    assert (names(mine), mine.size, mine.hackathon) == ([(user, True)], 1, hackathon)
    assert mine.join_code != "AAAAAAAAAA"
    client.post(url("project", hackathon), {"challenge": challenge_of(hackathon).pk, "title": "T"} | smuggled)
    project = Project.objects.get()
    assert (project.team, list(project.authors.all())) == (mine, [])
    client.post(url("leave_team", hackathon), smuggled)
    client.post(url("join_team", hackathon), {"code": other.join_code} | smuggled)
    other.refresh_from_db()
    user.refresh_from_db()
    assert (names(other), other.size) == ([(leader, True), (user, False)], 2)
    assert (user.is_staff, user.is_superuser) == (False, False)


@pytest.mark.parametrize("size", [1, 3])
def test_a_teams_pages_need_the_same_queries_for_any_number(
    as_user, hackathon, instructor, size, django_assert_num_queries
):
    hackathon.max_team_size = 9
    hackathon.save()
    team = handed_in(hackathon, size=size)
    for _ in range(size):
        services.move_member(user=student_of(hackathon.course), to=team, reason="x", by=instructor, now=NOW)
    client = as_user(instructor)
    with django_assert_num_queries(9):
        assert client.get(url("staff_team", hackathon, team.pk)).status_code == 200


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Each many times: a race that is lost once in fifty is lost."""

    TRIALS = 25

    def test_the_last_two_leave_at_once(self):
        hackathon = HackathonFactory()
        for _ in range(self.TRIALS):
            team = team_of(hackathon, size=2)
            acts = [
                lambda u=user: services.leave_team(hackathon=hackathon, user=u, now=NOW)
                for user in members(team)
            ]
            assert len(at_once(acts, refusals=Refused)) == 2
            team.refresh_from_db()
            assert (team.size, team.archived_at, team.memberships.count()) == (0, NOW, 0)

    def test_who_hands_in_while_being_removed_is_an_author_or_refused(self):
        hackathon = HackathonFactory()
        challenge = challenge_of(hackathon)
        for _ in range(self.TRIALS):
            team = team_of(hackathon, size=2)
            project_of(team, challenge)
            leader, second = members(team)
            acts = [
                lambda u=second: hand_in(u, challenge),
                lambda u=leader, s=second: services.remove_member(
                    hackathon=hackathon, user=u, member=s, now=NOW
                ),
            ]
            assert len(at_once(acts, refusals=Refused)) == 1
            handed = Submission.objects.filter(team=team)
            assert team.memberships.count() == 1 + handed.count()
            assert all(second in found.authors.all() for found in handed)

    def test_one_person_joined_and_moved_at_once_has_one_team(self):
        hackathon = HackathonFactory(max_team_size=50)
        staff = instructor_of(hackathon.course)
        teams = [team_of(hackathon) for _ in range(4)]
        for _ in range(self.TRIALS):
            user = student_of(hackathon.course)
            acts = [
                lambda t=team, u=user: services.join_team(
                    hackathon=hackathon, user=u, code=t.join_code, now=NOW
                )
                for team in teams[:2]
            ] + [
                lambda t=team, u=user: services.move_member(user=u, to=t, reason="x", by=staff, now=NOW)
                for team in teams[2:]
            ]
            at_once(acts, refusals=Refused)
            assert Membership.objects.filter(user=user).count() == 1
        for team in teams:
            team.refresh_from_db()
            assert team.size == team.memberships.count()

    def test_two_teams_merged_into_each_other_at_once_become_one(self):
        hackathon = HackathonFactory(max_team_size=4)
        staff = instructor_of(hackathon.course)
        for _ in range(self.TRIALS):
            pair = [team_of(hackathon, size=2) for _ in range(2)]
            acts = [
                lambda a=one, b=other: services.merge_teams(team=a, into=b, reason="x", by=staff, now=NOW)
                for one, other in (pair, pair[::-1])
            ]
            assert len(at_once(acts, refusals=Refused)) == 1
            assert sorted(Team.objects.get(pk=t.pk).size for t in pair) == [0, 4]
            assert Membership.objects.filter(team__in=pair, is_leader=True).count() == 1
