"""Teams and projects, through the pages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects import queries, services
from projects.errors import Refused
from projects.models import Challenge, FailedJoin, Membership, Project, Team
from projects.services.teams import MAX_FAILED_JOINS
from projects.views import staff
from tests.factories import NOW, instructor_of, student_of
from tests.projects.factories import HackathonFactory, challenge_of, members, project_of, team_of
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def hackathon(course):
    return HackathonFactory(course=course)


def url(name, hackathon):
    return reverse(f"projects:{name}", args=[hackathon.course.slug, hackathon.pk])


def join(client, hackathon, code):
    return client.post(url("join_team", hackathon), {"code": code})


def test_creating_a_team_makes_one_its_leader(as_user, student, hackathon):
    response = as_user(student).post(url("create_team", hackathon), {"name": "  Fisch   brötchen "})
    team = Team.objects.get()
    assert response.status_code == 302
    assert (team.name, team.size, team.created_at) == ("Fisch brötchen", 1, NOW)
    assert [(m.user, m.is_leader) for m in team.memberships.all()] == [(student, True)]


def test_a_name_is_given_once_whatever_its_case(as_user, student, hackathon):
    team_of(hackathon, name="Leuchtturm")
    response = as_user(student).post(url("create_team", hackathon), {"name": "LEUCHTTURM"})
    assert response.status_code == 422
    assert "already a team called" in response.content.decode()


def test_joining_by_code_forgives_case_spaces_and_hyphens(as_user, student, hackathon):
    team = team_of(hackathon)
    code = team.join_code.lower()
    assert join(as_user(student), hackathon, f" {code[:5]}-{code[5:]} ").status_code == 302
    team.refresh_from_db()
    assert (team.size, student in members(team)) == (2, True)


def test_the_invitation_link_asks_before_it_joins(as_user, student, hackathon):
    team = team_of(hackathon)
    page = as_user(student).get(url("join_team", hackathon), {"code": team.join_code})
    assert f'value="{team.join_code}"' in page.content.decode()
    assert Membership.objects.filter(user=student).count() == 0


def test_an_unknown_code_is_explained(as_user, student, hackathon):
    response = join(as_user(student), hackathon, "NOSUCHCODE")
    assert response.status_code == 422
    assert "No team has this code" in response.content.decode()


def test_codes_cannot_be_guessed_for_ever(as_user, student, hackathon, now):
    team = team_of(hackathon)
    client = as_user(student)
    for _ in range(MAX_FAILED_JOINS):
        join(client, hackathon, "WRONG")
    locked = join(client, hackathon, team.join_code)
    assert "too many unknown codes" in locked.content.decode()
    assert FailedJoin.objects.count() == MAX_FAILED_JOINS
    now(NOW + timedelta(minutes=15))
    assert join(client, hackathon, team.join_code).status_code == 302


def test_the_code_of_another_hackathon_does_not_open_this_one(as_user, student, hackathon):
    other = team_of(HackathonFactory(course=hackathon.course))
    assert join(as_user(student), hackathon, other.join_code).status_code == 422


def test_a_full_team_takes_nobody(as_user, student, hackathon):
    team = team_of(hackathon, size=3)
    response = join(as_user(student), hackathon, team.join_code)
    assert "is full: a team has at most 3 members" in response.content.decode()
    assert Membership.objects.filter(team=team).count() == 3


def test_one_has_one_team(as_user, hackathon):
    mine, other = team_of(hackathon, name="Mine"), team_of(hackathon)
    client = as_user(members(mine)[0])
    for response in (
        join(client, hackathon, other.join_code),
        client.post(url("create_team", hackathon), {"name": "Second"}),
    ):
        assert response.status_code == 422
    assert Team.objects.count() == 2
    assert Membership.objects.count() == 2


def test_registration_has_a_window(as_user, student, hackathon, now):
    team = team_of(hackathon)
    now(hackathon.registration_closes_at)
    response = join(as_user(student), hackathon, team.join_code)
    assert "Registration closed on" in response.content.decode()


def test_a_leader_who_leaves_is_followed_by_the_longest_standing_member(as_user, hackathon):
    team = team_of(hackathon, size=3)
    first, second, third = members(team)
    as_user(first).post(url("leave_team", hackathon))
    team.refresh_from_db()
    assert team.size == 2
    assert [(m.user, m.is_leader) for m in team.memberships.all()] == [(second, True), (third, False)]


def test_the_last_to_leave_archives_the_team_and_frees_its_place(as_user, hackathon):
    team = team_of(hackathon)
    challenge = challenge_of(hackathon, capacity=1)
    project_of(team, challenge)
    as_user(members(team)[0]).post(url("leave_team", hackathon))
    team.refresh_from_db()
    challenge.refresh_from_db()
    assert (team.size, team.archived_at, challenge.taken) == (0, NOW, 0)
    assert Project.objects.get().withdrawn_at == NOW
    with pytest.raises(Refused):
        services.join_team(
            hackathon=hackathon, user=student_of(hackathon.course), code=team.join_code, now=NOW
        )


def test_a_leader_hands_over_and_only_a_leader(as_user, hackathon):
    team = team_of(hackathon, size=2)
    first, second = members(team)
    as_user(second).post(url("hand_over", hackathon), {"user": second.pk})
    assert team.memberships.get(is_leader=True).user == first
    as_user(first).post(url("hand_over", hackathon), {"user": student_of(hackathon.course).pk})
    assert team.memberships.get(is_leader=True).user == first
    as_user(first).post(url("hand_over", hackathon), {"user": second.pk})
    assert team.memberships.get(is_leader=True).user == second


def test_a_new_code_ends_the_old_one(as_user, hackathon):
    team = team_of(hackathon)
    as_user(members(team)[0]).post(url("renew_code", hackathon))
    assert join(as_user(student_of(hackathon.course)), hackathon, team.join_code).status_code == 422


def test_the_code_of_conduct_is_agreed_to_in_its_present_words(as_user, student, hackathon):
    hackathon.code_of_conduct = "Be kind."
    hackathon.save()
    client = as_user(student)
    data = {"name": "Kind ones"}
    assert "Be kind." in client.get(url("team", hackathon)).content.decode()
    assert client.post(url("create_team", hackathon), data).status_code == 422
    assert client.post(url("create_team", hackathon), data | {"conduct": "on"}).status_code == 302
    (consent,) = hackathon.consents.all()
    assert (consent.user, consent.given_at, consent.text_sha256) == (student, NOW, hackathon.conduct_version)
    client.post(url("leave_team", hackathon))
    assert client.post(url("create_team", hackathon), data).status_code == 302
    client.post(url("leave_team", hackathon))
    hackathon.code_of_conduct = "Be kind and clean up."
    hackathon.save()
    assert client.post(url("create_team", hackathon), data).status_code == 422


class TestProjects:
    @pytest.fixture
    def challenge(self, hackathon):
        return challenge_of(hackathon, capacity=1, title="Sounds of the fjord")

    def register(self, client, challenge, **fields):
        data = {"challenge": challenge.pk, "title": "Tides", "abstract": "An LSTM."} | fields
        return client.post(url("project", challenge.hackathon), data)

    def test_a_team_takes_a_place(self, as_user, hackathon, challenge):
        team = team_of(hackathon)
        response = self.register(as_user(members(team)[0]), challenge, repository_url="example.org/tides")
        challenge.refresh_from_db()
        project = Project.objects.get()
        assert response.status_code == 302
        assert (project.team, project.challenge, challenge.taken) == (team, challenge, 1)
        assert project.repository_url == "https://example.org/tides"

    def test_what_was_written_is_kept_when_the_last_place_is_gone(self, as_user, hackathon, challenge):
        project_of(team_of(hackathon), challenge)
        challenge_of(hackathon, title="Your own idea")
        response = self.register(
            as_user(members(team_of(hackathon))[0]), challenge, abstract="A week of thought."
        )
        html = response.content.decode()
        assert response.status_code == 422
        assert "The last place in “Sounds of the fjord” has just been taken" in html
        assert "“Your own idea”" in html
        assert "A week of thought." in html

    def test_changing_the_challenge_moves_the_place(self, as_user, hackathon, challenge):
        team, other = team_of(hackathon), challenge_of(hackathon, capacity=1)
        project_of(team, challenge)
        client = as_user(members(team)[0])
        assert self.register(client, other).status_code == 302
        assert [c.taken for c in Challenge.objects.order_by("pk")] == [0, 1]
        assert Project.objects.filter(withdrawn_at=None).count() == 1

    def test_withdrawing_gives_the_place_back_once(self, as_user, hackathon, challenge):
        team = team_of(hackathon)
        project_of(team, challenge)
        client = as_user(members(team)[0])
        client.post(url("withdraw_project", hackathon))
        client.post(url("withdraw_project", hackathon))
        challenge.refresh_from_db()
        assert challenge.taken == 0
        assert self.register(client, challenge).status_code == 302

    def test_a_team_too_small_cannot_register(self, as_user, hackathon):
        pairs = challenge_of(hackathon, min_team_size=2, max_team_size=4)
        response = self.register(as_user(members(team_of(hackathon))[0]), pairs)
        assert "a team of at least 2" in response.content.decode()

    def test_details_can_change_after_the_choice_is_closed(self, as_user, hackathon, challenge, now):
        team = team_of(hackathon)
        project_of(team, challenge)
        client = as_user(members(team)[0])
        now(hackathon.registration_closes_at)
        assert self.register(client, challenge, title="Better").status_code == 302
        assert self.register(client, challenge_of(hackathon), title="Other").status_code == 422
        now(hackathon.submission_closes_at)
        assert self.register(client, challenge, title="Too late").status_code == 422
        assert Project.objects.get().title == "Better"

    @pytest.mark.parametrize(
        "link", ["javascript:alert(1)", "http://example.org", "ftp://example.org/x", "https://"]
    )
    def test_links_are_https_or_refused(self, as_user, hackathon, challenge, link):
        client = as_user(members(team_of(hackathon))[0])
        assert self.register(client, challenge, video_url=link).status_code == 422

    def test_another_hackathons_challenge_cannot_be_chosen(self, as_user, hackathon):
        elsewhere = challenge_of(HackathonFactory(course=hackathon.course))
        client = as_user(members(team_of(hackathon))[0])
        response = client.post(url("project", hackathon), {"challenge": elsewhere.pk, "title": "Tides"})
        assert (response.status_code, Project.objects.count()) == (422, 0)

    def test_without_a_team_there_is_nothing_to_register(self, as_user, student, hackathon, challenge):
        assert self.register(as_user(student), challenge).url == url("team", hackathon)

    def test_markup_in_names_stays_text(self, as_user, hackathon, challenge):
        team = team_of(hackathon, name="<b>bold</b>")
        project_of(team, challenge, title="<script>1</script>")
        for user, page in ((members(team)[0], "event"), (instructor_of(hackathon.course), "teams")):
            html = as_user(user).get(url(page, hackathon)).content.decode()
            assert "<b>bold" not in html
            assert "<script>1" not in html


class TestDoors:
    def test_a_stranger_to_the_course_sees_nothing(self, as_user, hackathon):
        team_of(hackathon, name="Secret sauce")
        stranger = student_of(HackathonFactory().course)
        for name in ("event", "team", "teams", "project", "teams_csv"):
            assert as_user(stranger).get(url(name, hackathon)).status_code == 404

    def test_students_do_not_see_everybodys_codes_and_addresses(self, as_user, student, hackathon):
        team = team_of(hackathon)
        client = as_user(student)
        assert client.get(url("teams", hackathon)).status_code == 403
        assert client.get(url("teams_csv", hackathon)).status_code == 403
        assert team.join_code not in client.get(url("event", hackathon)).content.decode()

    def test_an_unpublished_hackathon_is_for_staff(self, as_user, student, course):
        draft = HackathonFactory(course=course, published_at=None)
        assert as_user(student).get(url("event", draft)).status_code == 404
        assert as_user(instructor_of(course)).get(url("event", draft)).status_code == 200

    def test_who_left_the_course_cannot_join(self, as_user, student, hackathon):
        team = team_of(hackathon)
        student.enrolments.update(left_at=NOW)
        assert join(as_user(student), hackathon, team.join_code).status_code == 404


def test_the_table_that_leaves_computes_nothing(as_user, hackathon):
    team = team_of(hackathon, name='=HYPERLINK("https://evil.example")')
    project_of(team, challenge_of(hackathon, title="+1"), title="@cmd")
    text = as_user(instructor_of(hackathon.course)).get(url("teams_csv", hackathon)).getvalue().decode()
    assert "'=HYPERLINK" in text
    assert ",'+1,'@cmd," in text


@pytest.mark.parametrize("teams", [1, 3])
def test_pages_need_as_many_queries_for_three_teams_as_for_one(
    as_user, hackathon, teams, django_assert_num_queries
):
    for _ in range(teams):
        project_of(team_of(hackathon, size=2), challenge_of(hackathon))
    with django_assert_num_queries(3):
        queries.team_rows(hackathon=hackathon)
    with django_assert_num_queries(3):
        queries.challenge_rows(hackathon=hackathon, now=NOW)
    client = as_user(instructor_of(hackathon.course))
    with django_assert_num_queries(10):
        assert client.get(url("teams", hackathon)).status_code == 200


def test_many_teams_come_in_pages_and_the_panel_stays_on_its_own(as_user, hackathon, monkeypatch):
    monkeypatch.setattr(staff, "TEAMS_A_PAGE", 2)
    for name in ("Alpha", "Beta", "Gamma"):
        team_of(hackathon, name=name)
    client = as_user(instructor_of(hackathon.course))
    second = client.get(url("teams", hackathon), {"page": 2}).content.decode()
    assert ("Gamma" in second, "Alpha" in second) == (True, False)
    assert url("teams_panel", hackathon) + "?page=2" in second
    assert "Alpha" in client.get(url("teams_panel", hackathon), {"page": "x"}).content.decode()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from(["create", "join", "leave"]), st.integers(0, 4)), max_size=25))
def test_whatever_people_do_the_counts_are_right(hackathon, acts):
    users = [student_of(hackathon.course) for _ in range(5)]
    for number, (act, who) in enumerate(acts):
        now, user = NOW + timedelta(seconds=number), users[who]
        team = Team.objects.active().filter(hackathon=hackathon).first()
        try:
            if act == "create":
                services.create_team(hackathon=hackathon, user=user, name=f"T{user.pk}", now=now)
            elif act == "join" and team:
                services.join_team(hackathon=hackathon, user=user, code=team.join_code, now=now)
            elif act == "leave":
                services.leave_team(hackathon=hackathon, user=user, now=now)
        except Refused:
            pass
    for team in Team.objects.all():
        inside = team.memberships.count()
        assert team.size == inside <= hackathon.max_team_size
        assert (team.archived_at is not None) == (inside == 0)
        assert team.memberships.filter(is_leader=True).count() == min(inside, 1)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Each many times: a race that is lost once in fifty is lost."""

    TRIALS = 25

    def test_the_last_place_in_a_challenge_goes_to_exactly_one(self):
        """Two hundred times, one of four at once: never nobody, never two."""
        hackathon = HackathonFactory()
        teams = [team_of(hackathon) for _ in range(4)]
        for _ in range(200):
            challenge = challenge_of(hackathon, capacity=1)
            acts = [lambda team=team, c=challenge: project_of(team, c) for team in teams]
            (project,) = at_once(acts, refusals=Refused)
            challenge.refresh_from_db()
            assert (challenge.taken, challenge.projects.filter(withdrawn_at=None).get()) == (1, project)
            Project.objects.filter(pk=project.pk).update(withdrawn_at=NOW)  # the team is free for the next

    def test_the_last_seat_of_a_team_goes_to_one(self):
        hackathon = HackathonFactory()
        for _ in range(self.TRIALS):
            team = team_of(hackathon, size=2)
            others = [student_of(hackathon.course) for _ in range(5)]
            acts = [
                lambda user=user, team=team: services.join_team(
                    hackathon=hackathon, user=user, code=team.join_code, now=NOW
                )
                for user in others
            ]
            assert len(at_once(acts, refusals=Refused)) == 1
            team.refresh_from_db()
            assert (team.size, team.memberships.count()) == (3, 3)

    def test_one_person_in_five_tabs_gets_one_team(self):
        hackathon = HackathonFactory()
        for trial in range(self.TRIALS):
            user = student_of(hackathon.course)
            acts = [
                lambda name=f"T{trial}-{tab}", user=user: services.create_team(
                    hackathon=hackathon, user=user, name=name, now=NOW
                )
                for tab in range(5)
            ]
            assert len(at_once(acts, refusals=Refused)) == 1
            assert Membership.objects.filter(user=user).count() == 1

    def test_all_leaving_at_once_archives_the_team_once(self):
        hackathon = HackathonFactory()
        for _ in range(self.TRIALS):
            challenge = challenge_of(hackathon, capacity=3)
            team = team_of(hackathon, size=3)
            project_of(team, challenge)
            acts = [
                lambda user=user: services.leave_team(hackathon=hackathon, user=user, now=NOW)
                for user in members(team)
            ]
            assert len(at_once(acts, refusals=Refused)) == 3
            team.refresh_from_db()
            challenge.refresh_from_db()
            assert (team.size, team.archived_at, challenge.taken) == (0, NOW, 0)
