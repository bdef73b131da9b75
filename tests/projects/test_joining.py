"""Ways into a team: invitations, asking to join, and the page on which both begin."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from classroom.models import Notice, Outbox, Role
from projects import services
from projects.errors import Refused
from projects.models import (
    FailedJoin,
    Hackathon,
    Invitation,
    JoinRequest,
    Membership,
    Seeker,
    Team,
    skills_in,
)
from projects.services import asking, inviting
from projects.services.teams import MAX_FAILED_JOINS
from projects.views import openings
from tests.factories import NOW, CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.projects.factories import HackathonFactory, members, team_of
from tests.races import at_once

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def hackathon(course):
    return HackathonFactory(course=course)


def url(name, hackathon, *more):
    return reverse(f"projects:{name}", args=[hackathon.course.slug, hackathon.pk, *more])


def leader_of(team):
    return team.memberships.get(is_leader=True).user


def invited(team, now=NOW, **whom):
    return services.invite(hackathon=team.hackathon, user=leader_of(team), now=now, **whom)


def listed(hackathon, skills=(), pitch="", **fields):
    """A team that looks for members."""
    team = team_of(hackathon, **fields)
    services.list_team(
        hackathon=hackathon, user=leader_of(team), listed=True, pitch=pitch, skills=skills, now=NOW
    )
    team.refresh_from_db()
    return team


def ask(team, user, now=NOW):
    return services.ask_to_join(team=team, user=user, message="Hi", now=now)


def seeker(hackathon, *skills, user=None, now=NOW):
    user = user or student_of(hackathon.course)
    services.seek_team(hackathon=hackathon, user=user, skills=skills, about="", now=now)
    return Seeker.objects.get(hackathon=hackathon, user=user)


def mails():
    return list(Outbox.objects.order_by("pk").values_list("recipient", "subject"))


class TestInvitations:
    def test_an_e_mail_brings_a_link_that_works_once(self, as_user, hackathon):
        team = team_of(hackathon)
        mia = student_of(hackathon.course, user=UserFactory(email="mia@example.org", language="de"))
        as_user(leader_of(team)).post(url("invite", hackathon), {"email": " Mia@Example.org "})
        invitation, mail = Invitation.objects.get(), Outbox.objects.get()
        address = url("invitation", hackathon, invitation.token)
        assert (mail.recipient, address in mail.body) == (mia.email, True)
        assert invitation.expires_at == NOW + timedelta(days=7)
        assert [(told.user, told.page) for told in Notice.objects.all()] == [(mia, address)]
        client = as_user(mia)
        assert client.get(url("team", hackathon)).content.decode().count(address) == 1
        assert Membership.objects.filter(user=mia).count() == 0
        assert client.get(address).status_code == 200
        assert Membership.objects.filter(user=mia).count() == 0
        assert client.post(address).url == url("team", hackathon)
        invitation.refresh_from_db()
        assert (members(team)[1], invitation.used_by, invitation.used_at) == (mia, mia, NOW)
        late = as_user(student_of(hackathon.course))
        assert "no longer works" in late.get(address).content.decode()
        assert late.post(address).status_code == 422
        team.refresh_from_db()
        assert team.size == 2

    def test_the_letter_is_in_the_language_of_who_gets_it(self, hackathon, settings):
        settings.LANGUAGE_CODE = "en"
        team = team_of(hackathon)
        hackathon.course.language = "de"
        hackathon.course.save()
        student_of(hackathon.course, user=UserFactory(email="mia@example.org", language="en"))
        invited(team, email="mia@example.org")
        assert Outbox.objects.get().subject == f"Join “{team.name}”: {hackathon.title}"

    def test_a_link_is_for_whoever_gets_it(self, as_user, hackathon):
        team = team_of(hackathon)
        client = as_user(leader_of(team))
        client.post(url("invite", hackathon), {"email": ""})
        invitation = Invitation.objects.get()
        address = url("invitation", hackathon, invitation.token)
        assert address in client.get(url("team", hackathon)).content.decode()
        assert mails() == []
        assert as_user(student_of(hackathon.course)).post(address).status_code == 302

    def test_it_ends_by_time_by_revoking_by_declining_and_with_the_team(self, as_user, hackathon, now):
        team = team_of(hackathon)
        user = student_of(hackathon.course)
        expired, revoked, declined, gone = (
            invited(team, email=e) for e in ("a@x.org", "b@x.org", user.email, "")
        )
        leader = as_user(leader_of(team))
        leader.post(url("revoke_invitation", hackathon, revoked.pk))
        as_user(user).post(url("decline_invitation", hackathon, declined.token))
        for invitation in (revoked, declined):
            assert as_user(user).post(url("invitation", hackathon, invitation.token)).status_code == 422
        now(expired.expires_at)
        assert as_user(user).post(url("invitation", hackathon, expired.token)).status_code == 422
        now(NOW)
        services.leave_team(hackathon=hackathon, user=leader_of(team), now=NOW)
        assert (
            "no longer works" in as_user(user).get(url("invitation", hackathon, gone.token)).content.decode()
        )
        assert as_user(user).post(url("invitation", hackathon, gone.token)).status_code == 422
        assert Membership.objects.count() == 0

    def test_whoever_is_removed_knows_no_way_back(self, as_user, hackathon):
        team = team_of(hackathon, size=2)
        leader, second = members(team)
        mine = services.invite(hackathon=hackathon, user=second, now=NOW)
        services.remove_member(hackathon=hackathon, user=leader, member=second, now=NOW)
        client = as_user(second)
        assert client.post(url("invitation", hackathon, mine.token)).status_code == 422
        assert client.post(url("join_team", hackathon), {"code": team.join_code}).status_code == 422
        assert client.post(url("revoke_invitation", hackathon, mine.pk)).status_code == 404
        assert client.post(url("invite", hackathon), {"email": ""}).status_code == 422
        assert members(team) == [leader]

    def test_members_revoke_their_own_and_leaders_all(self, as_user, hackathon):
        team = team_of(hackathon, size=2)
        leader, second = members(team)
        first = services.invite(hackathon=hackathon, user=leader, now=NOW)
        other = services.invite(hackathon=hackathon, user=second, now=NOW)
        client = as_user(second)
        page = client.get(url("team", hackathon)).content.decode()
        assert (first.token in page, other.token in page) == (False, True)
        client.post(url("revoke_invitation", hackathon, first.pk))
        assert Invitation.objects.open(NOW).count() == 2
        for invitation in (first, other):
            as_user(leader).post(url("revoke_invitation", hackathon, invitation.pk))
        assert Invitation.objects.open(NOW).count() == 0

    def test_refusals_say_what_to_do(self, as_user, hackathon, now):
        team, full = team_of(hackathon, size=2), team_of(hackathon, size=3)
        taken = members(team)[1].email
        client = as_user(leader_of(team))
        for email, said in (
            ("nonsense", "valid email"),
            (taken, "in your team already"),
            ("new@example.org", None),
            ("NEW@example.org", "invited already"),
        ):
            response = client.post(url("invite", hackathon), {"email": email})
            assert said is None or said in response.content.decode()
        response = as_user(leader_of(full)).post(url("invite", hackathon), {"email": ""})
        assert (response.status_code, "is full" in response.content.decode()) == (422, True)
        now(hackathon.teams_close_at)
        response = client.post(url("invite", hackathon), {"email": ""})
        assert "Registration closed" in response.content.decode()
        assert Invitation.objects.count() == 1

    def test_the_site_is_no_spam_machine(self, hackathon):
        team = team_of(hackathon)
        for number in range(inviting.MAX_OPEN):
            last = invited(team, email=f"p{number}@example.org")
        with pytest.raises(Refused, match="too many open"):
            invited(team)
        for _ in range(inviting.MAX_A_DAY - inviting.MAX_OPEN):
            services.revoke_invitation(invitation=last, user=leader_of(team), now=NOW)
            last = invited(team)
        services.revoke_invitation(invitation=last, user=leader_of(team), now=NOW)
        with pytest.raises(Refused, match="for one day"):
            invited(team)
        assert invited(team, now=NOW + timedelta(days=1)).team == team

    def test_a_wrong_token_and_a_foreign_course_open_nothing(self, as_user, hackathon):
        invitation = invited(team_of(hackathon))
        other = HackathonFactory(course=hackathon.course)
        client = as_user(student_of(hackathon.course))
        assert client.get(url("invitation", hackathon, "x" * 32)).status_code == 404
        assert client.post(url("invitation", other, invitation.token)).status_code == 404
        stranger = as_user(student_of(CourseFactory()))
        assert stranger.post(url("invitation", hackathon, invitation.token)).status_code == 404
        staff = as_user(instructor_of(hackathon.course))
        assert staff.post(url("invitation", hackathon, invitation.token)).status_code == 403
        assert len(invitation.token) == 32

    def test_the_code_of_conduct_is_agreed_to_first(self, as_user, hackathon):
        hackathon.code_of_conduct = "Be kind."
        hackathon.save()
        invitation = invited(team_of(hackathon))
        client = as_user(student_of(hackathon.course))
        address = url("invitation", hackathon, invitation.token)
        assert "Be kind." in client.get(address).content.decode()
        assert client.post(address).status_code == 422
        assert client.post(address, {"conduct": "on"}).status_code == 302

    def test_who_has_no_place_in_the_event_cannot_use_one(self, as_user, hackathon):
        invitation = invited(team_of(hackathon))
        hackathon.registration_required = True
        hackathon.save()
        client = as_user(student_of(hackathon.course))
        response = client.post(url("invitation", hackathon, invitation.token))
        assert "register on the hackathon" in response.content.decode()
        assert Invitation.objects.open(NOW).get() == invitation


class TestRequests:
    def test_somebody_asks_and_the_leader_accepts(self, as_user, student, hackathon):
        team = listed(hackathon, size=2)
        leader, second = members(team)
        response = as_user(student).post(url("ask_to_join", hackathon, team.pk), {"message": "I know audio."})
        asked = JoinRequest.objects.get()
        assert (response.url, asked.message) == (url("team", hackathon), "I know audio.")
        assert team.name in as_user(student).get(url("team", hackathon)).content.decode()
        assert "I know audio." in as_user(leader).get(url("team", hackathon)).content.decode()
        as_user(second).post(url("accept_request", hackathon, asked.pk))
        assert Membership.objects.filter(user=student).count() == 0
        as_user(leader).post(url("accept_request", hackathon, asked.pk))
        asked.refresh_from_db()
        assert set(members(team)) == {leader, second, student}
        assert (asked.accepted_at, asked.decided_by) == (NOW, leader)
        assert mails() == [
            (leader.email, f"{student} would like to join “{team.name}”: {hackathon.title}"),
            (student.email, f"You are in “{team.name}” now: {hackathon.title}"),
        ]

    def test_the_leader_declines_and_is_not_asked_again(self, as_user, student, hackathon):
        team = listed(hackathon)
        asked = ask(team, student)
        as_user(leader_of(team)).post(url("decline_request", hackathon, asked.pk))
        assert "declined" in as_user(student).get(url("team", hackathon)).content.decode()
        response = as_user(student).post(url("ask_to_join", hackathon, team.pk))
        assert (response.status_code, "has declined" in response.content.decode()) == (422, True)
        as_user(leader_of(team)).post(url("accept_request", hackathon, asked.pk))
        assert Membership.objects.filter(user=student).count() == 0

    def test_who_asked_withdraws_and_asks_again(self, as_user, student, hackathon):
        team = listed(hackathon)
        asked = ask(team, student)
        client = as_user(student)
        response = client.post(url("ask_to_join", hackathon, team.pk))
        assert "asked this team already" in response.content.decode()
        client.post(url("withdraw_request", hackathon, asked.pk))
        as_user(leader_of(team)).post(url("accept_request", hackathon, asked.pk))
        assert Membership.objects.filter(user=student).count() == 0
        assert ask(team, student).pk != asked.pk

    def test_joining_one_team_withdraws_what_was_asked_of_others(self, student, hackathon):
        first, second = listed(hackathon), listed(hackathon)
        one, other = ask(first, student), ask(second, student)
        seeker(hackathon, "Python", user=student)
        services.accept_request(request=one, by=leader_of(first), now=NOW + HOUR)
        other.refresh_from_db()
        assert (other.withdrawn_at, Seeker.objects.count()) == (NOW + HOUR, 0)
        with pytest.raises(Refused, match="answered or withdrawn"):
            services.accept_request(request=other, by=leader_of(second), now=NOW + HOUR)
        services.leave_team(hackathon=hackathon, user=student, now=NOW + HOUR)
        assert JoinRequest.objects.open().count() == 0

    def test_a_full_team_accepts_nobody_and_the_request_stays(self, hackathon, student):
        team = listed(hackathon, size=2)
        asked = ask(team, student)
        services.join_team(
            hackathon=hackathon, user=student_of(hackathon.course), code=team.join_code, now=NOW
        )
        with pytest.raises(Refused, match="is full"):
            services.accept_request(request=asked, by=leader_of(team), now=NOW)
        assert JoinRequest.objects.open().get() == asked
        with pytest.raises(Refused, match="is full"):
            ask(team, student_of(hackathon.course))

    def test_not_everybody_is_asked_at_once(self, hackathon, student):
        for _ in range(asking.MAX_OPEN):
            ask(listed(hackathon), student)
        with pytest.raises(Refused, match="many teams already"):
            ask(listed(hackathon), student)

    def test_only_those_concerned_reach_a_request(self, as_user, student, hackathon):
        team, other = listed(hackathon), listed(hackathon)
        asked = ask(team, student)
        bystander = student_of(hackathon.course)
        for user, act in (
            (leader_of(other), "accept_request"),
            (leader_of(other), "decline_request"),
            (leader_of(team), "withdraw_request"),
            (bystander, "accept_request"),
            (bystander, "withdraw_request"),
            (student, "accept_request"),
            (student_of(CourseFactory()), "withdraw_request"),
        ):
            assert as_user(user).post(url(act, hackathon, asked.pk)).status_code == 404
        staff = as_user(instructor_of(hackathon.course))
        assert staff.post(url("accept_request", hackathon, asked.pk)).status_code == 403
        assert JoinRequest.objects.open().get() == asked

    def test_a_team_that_is_not_listed_cannot_be_asked(self, as_user, student, hackathon):
        hidden, elsewhere = team_of(hackathon), listed(HackathonFactory(course=hackathon.course))
        for team in (hidden, elsewhere):
            assert as_user(student).post(url("ask_to_join", hackathon, team.pk)).status_code == 404
        with pytest.raises(Refused, match="not on the board"):
            ask(hidden, student)

    def test_who_lost_their_place_is_not_taken_in(self, hackathon, student):
        asked = ask(listed(hackathon), student)
        hackathon.registration_required = True
        hackathon.save()
        asked = JoinRequest.objects.get()
        with pytest.raises(Refused, match="no place in this hackathon"):
            services.accept_request(request=asked, by=leader_of(asked.team), now=NOW)

    def test_the_database_keeps_one_open_request_and_one_state(self, hackathon, student):
        asked = ask(listed(hackathon), student)
        with pytest.raises(IntegrityError), transaction.atomic():
            JoinRequest.objects.create(hackathon=hackathon, team=asked.team, user=student, asked_at=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            JoinRequest.objects.filter(pk=asked.pk).update(accepted_at=NOW, declined_at=NOW)


class TestOpenings:
    def shown(self, client, hackathon, **query):
        page = client.get(url("openings", hackathon), query).context
        rows = page["people"] if query.get("show") else page["teams"]
        return [row.name for row in rows]

    def test_teams_are_searched_and_those_that_fit_are_marked(self, as_user, student, hackathon):
        listed(hackathon, name="Fjord", skills=["Audio", "PyTorch"])
        listed(hackathon, name="Tides", pitch="We listen to whales", skills=["design"])
        listed(hackathon, name="Full", size=3)
        team_of(hackathon, name="Private")
        listed(HackathonFactory(course=hackathon.course), name="Elsewhere")
        client = as_user(student)
        assert self.shown(client, hackathon) == ["Fjord", "Tides"]
        assert self.shown(client, hackathon, q="audio") == ["Fjord"]
        assert self.shown(client, hackathon, q="whales design") == ["Tides"]
        assert self.shown(client, hackathon, q="whales audio") == []
        assert self.shown(client, hackathon, fits="on") == ["Fjord", "Tides"]
        seeker(hackathon, "audio", user=student)
        assert self.shown(client, hackathon, fits="on") == ["Fjord"]
        fjord = client.get(url("openings", hackathon)).context["teams"][0]
        assert [(skill.name, skill.fits) for skill in fjord.skills] == [("Audio", True), ("PyTorch", False)]

    def test_people_without_a_team_offer_themselves(self, as_user, student, hackathon):
        client = as_user(student)
        data = {"skills": "Python,  numpy, python", "about": "Whales", "user": 1, "team": 1}
        assert client.post(url("seek_team", hackathon), data).status_code == 302
        mine = Seeker.objects.get()
        assert (mine.user, mine.skills, mine.about) == (student, "Python, numpy", "Whales")
        client.post(url("seek_team", hackathon), {"skills": "Go"})
        mine.refresh_from_db()
        assert (Seeker.objects.count(), mine.skills, mine.listed_at) == (1, "Go", NOW)
        page = as_user(instructor_of(hackathon.course)).get(url("openings", hackathon), {"show": "people"})
        assert (str(student) in page.content.decode(), student.email in page.content.decode()) == (
            True,
            False,
        )
        client = as_user(student)
        client.post(url("stop_seeking", hackathon))
        assert Seeker.objects.count() == 0

    @pytest.mark.parametrize("skills", ["", " , ,", ", ".join("abcdefghi"), "x" * 31])
    def test_skills_are_a_few_words(self, as_user, student, hackathon, skills):
        response = as_user(student).post(url("seek_team", hackathon), {"skills": skills, "about": "kept"})
        assert (response.status_code, "kept" in response.content.decode()) == (422, True)
        assert Seeker.objects.count() == 0

    def test_who_has_a_team_or_left_the_course_is_not_offered(self, as_user, hackathon):
        for name, fields in (("Ada", {}), ("Ben", {}), ("Gone", {})):
            seeker(
                hackathon, "Python", user=student_of(hackathon.course, user=UserFactory(name=name), **fields)
            )
        Seeker.objects.get(user__name="Gone").user.enrolments.update(left_at=NOW)
        ben = Seeker.objects.get(user__name="Ben").user
        team = team_of(hackathon)
        Membership.objects.create(hackathon=hackathon, team=team, user=ben, joined_at=NOW)
        client = as_user(leader_of(team))
        assert self.shown(client, hackathon, show="people") == ["Ada"]
        with pytest.raises(Refused, match="already in"):
            services.seek_team(hackathon=hackathon, user=ben, skills=["x"], about="", now=NOW)

    def test_a_team_invites_from_the_list_and_never_sees_the_address(self, as_user, hackathon):
        team = listed(hackathon, skills=["python"])
        found = seeker(hackathon, "Python")
        client = as_user(leader_of(team))
        assert client.get(url("openings", hackathon), {"show": "people"}).context["people"][0].skills[0].fits
        client.post(url("invite_seeker", hackathon, found.pk))
        client.post(url("invite_seeker", hackathon, found.pk))
        (mail,) = Outbox.objects.all()
        pages = [client.get(url("team", hackathon)), client.get(url("openings", hackathon) + "?show=people")]
        assert [found.user.email in page.content.decode() for page in pages] == [False, False]
        assert (mail.recipient, str(found.user) in pages[0].content.decode()) == (found.user.email, True)
        invitation = Invitation.objects.get()
        assert as_user(found.user).post(url("invitation", hackathon, invitation.token)).status_code == 302
        assert members(team)[1] == found.user

    def test_only_the_leader_lists_the_team(self, as_user, student, hackathon):
        team = team_of(hackathon, size=2)
        leader, second = members(team)
        data = {"listed": "on", "pitch": "Whales", "skills": "audio; design", "size": 9, "team": 1}
        for user in (second, student):
            as_user(user).post(url("list_team", hackathon), data)
        assert Team.objects.get().listed_at is None
        as_user(leader).post(url("list_team", hackathon), data)
        team.refresh_from_db()
        assert (team.listed_at, team.pitch, team.skills_wanted, team.size) == (
            NOW,
            "Whales",
            "audio, design",
            2,
        )
        as_user(leader).post(url("list_team", hackathon), {"pitch": "Whales"})
        team.refresh_from_db()
        assert (team.listed_at, team.pitch) == (None, "Whales")

    def test_who_sees_it(self, as_user, student, hackathon):
        listed(hackathon, name="Fjord")
        viewer = EnrolmentFactory(course=hackathon.course, role=Role.VIEWER).user
        for user, status in ((student, 200), (viewer, 200), (student_of(CourseFactory()), 404)):
            assert as_user(user).get(url("openings", hackathon)).status_code == status
        for name in ("seek_team", "stop_seeking", "list_team", "invite"):
            assert as_user(viewer).post(url(name, hackathon)).status_code == 403
            assert as_user(instructor_of(hackathon.course)).post(url(name, hackathon)).status_code == 403
        hackathon.published_at = None
        hackathon.save()
        assert as_user(student).get(url("openings", hackathon)).status_code == 404

    def test_it_says_when_teams_do_not_form_any_more(self, as_user, student, hackathon):
        listed(hackathon, name="Fjord")
        seen = []
        for closes_at in (NOW + HOUR, NOW):
            Hackathon.objects.filter(pk=hackathon.pk).update(registration_closes_at=closes_at)
            html = as_user(student).get(url("openings", hackathon)).content.decode()
            seen.append(("Registration is not open." in html, "Ask to join" in html))
        assert seen == [(False, True), (True, False)]

    def test_markup_stays_text(self, as_user, student, hackathon):
        listed(hackathon, name="<b>x", pitch="<script>1</script>", skills=["<i>a", "&q=x#"])
        html = as_user(student).get(url("openings", hackathon)).content.decode()
        assert [bad in html for bad in ("<b>x", "<script>1", "<i>a")] == [False] * 3
        assert 'href="?q=%26q%3Dx%23"' in html

    @pytest.mark.parametrize("count", [1, 3])
    def test_pages_need_the_same_queries_for_any_number(
        self, as_user, student, hackathon, count, django_assert_num_queries
    ):
        mine = listed(hackathon, skills=["x"])
        for _ in range(count):
            ask(listed(hackathon, size=2, skills=["python"]), student)
            found = seeker(hackathon, "Python")
            ask(mine, found.user)
            invited(mine, invitee=found.user)
        client = as_user(student)
        with django_assert_num_queries(11):
            assert client.get(url("openings", hackathon)).status_code == 200
        with django_assert_num_queries(9):
            assert client.get(url("openings", hackathon), {"show": "people"}).status_code == 200
        with django_assert_num_queries(6):
            assert client.get(url("team", hackathon)).status_code == 200
        client = as_user(leader_of(mine))
        with django_assert_num_queries(10):
            assert client.get(url("team", hackathon)).status_code == 200

    def test_many_come_in_pages(self, as_user, student, hackathon, monkeypatch):
        monkeypatch.setattr(openings, "CARDS_A_PAGE", 2)
        for name in ("Alpha", "Beta", "Gamma"):
            listed(hackathon, name=name)
        client = as_user(student)
        assert self.shown(client, hackathon, page="2") == ["Gamma"]
        assert self.shown(client, hackathon, page="x") == ["Alpha", "Beta"]


@given(st.text())
def test_skills_are_named_once_without_blanks_around(text):
    skills = skills_in(text)
    assert len({skill.casefold() for skill in skills}) == len(skills)
    assert [" ".join(skill.split()) for skill in skills] == skills
    assert skills_in(", ".join(skills)) == skills


def test_many_guesses_at_once_are_counted_too(hackathon, student):
    """One after another here; all at once in `TestRaces`."""
    team = team_of(hackathon)
    for number in range(3 * MAX_FAILED_JOINS):
        with pytest.raises(Refused):
            services.join_team(hackathon=hackathon, user=student, code=f"GUESS{number}", now=NOW)
    with pytest.raises(Refused, match="too many unknown codes"):
        services.join_team(hackathon=hackathon, user=student, code=team.join_code, now=NOW)
    assert FailedJoin.objects.count() == MAX_FAILED_JOINS


def test_guesses_tell_nothing_of_teams_that_are_gone_or_elsewhere(as_user, student, hackathon):
    gone, elsewhere = team_of(hackathon), team_of(HackathonFactory(course=hackathon.course))
    services.leave_team(hackathon=hackathon, user=leader_of(gone), now=NOW)
    client = as_user(student)
    said = set()
    for code in (gone.join_code, elsewhere.join_code, "AAAAAAAAAA"):
        response = client.post(url("join_team", hackathon), {"code": code})
        said.add((response.status_code, str(response.context["join_form"].errors)))
    assert len(said) == 1


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Each many times: a race that is lost once in fifty is lost."""

    TRIALS = 25

    def test_an_invitation_takes_exactly_one_in(self):
        hackathon = HackathonFactory(max_team_size=9)
        for _ in range(self.TRIALS):
            team = team_of(hackathon)
            invitation = invited(team)
            acts = [
                lambda u=user, i=invitation: services.accept_invitation(invitation=i, user=u, now=NOW)
                for user in (student_of(hackathon.course) for _ in range(4))
            ]
            assert len(at_once(acts, refusals=Refused)) == 1
            team.refresh_from_db()
            assert (team.size, team.memberships.count()) == (2, 2)

    def test_an_invitation_is_used_or_revoked(self):
        hackathon = HackathonFactory()
        for _ in range(self.TRIALS):
            team = team_of(hackathon)
            invitation, leader, user = invited(team), leader_of(team), student_of(hackathon.course)
            acts = [
                lambda u=user, i=invitation: services.accept_invitation(invitation=i, user=u, now=NOW),
                lambda u=leader, i=invitation: services.revoke_invitation(invitation=i, user=u, now=NOW),
            ]
            assert len(at_once(acts, refusals=Refused)) == 1
            invitation.refresh_from_db()
            assert team.memberships.count() == (2 if invitation.used_at else 1)

    def test_two_requests_accepted_at_once_for_the_last_seat(self):
        hackathon = HackathonFactory(max_team_size=2)
        for _ in range(self.TRIALS):
            team = listed(hackathon)
            leader = leader_of(team)
            acts = [
                lambda r=asked, u=leader: services.accept_request(request=r, by=u, now=NOW)
                for asked in [ask(team, student_of(hackathon.course)) for _ in range(3)]
            ]
            assert len(at_once(acts, refusals=Refused)) == 1
            team.refresh_from_db()
            assert (team.size, team.memberships.count(), team.requests.open().count()) == (2, 2, 2)

    def test_two_teams_accept_somebody_who_joins_a_third(self):
        hackathon = HackathonFactory(max_team_size=500)
        teams = [listed(hackathon) for _ in range(3)]
        leaders = [leader_of(team) for team in teams]
        for _ in range(self.TRIALS):
            user = student_of(hackathon.course)
            asked = [ask(team, user) for team in teams]
            acts = [
                lambda r=request, u=leader: services.accept_request(request=r, by=u, now=NOW)
                for request, leader in zip(asked, leaders, strict=True)
            ]
            acts += [
                lambda u=user: services.join_team(
                    hackathon=hackathon, user=u, code=teams[2].join_code, now=NOW
                ),
                lambda r=asked[0], u=leaders[0]: services.decline_request(request=r, by=u, now=NOW),
            ]
            at_once(acts, refusals=Refused)
            assert Membership.objects.filter(user=user).count() == 1
            assert JoinRequest.objects.open().filter(user=user).count() == 0
        for team in teams:
            team.refresh_from_db()
            assert team.size == team.memberships.count()

    def test_guesses_all_at_once_are_counted(self):
        hackathon = HackathonFactory()
        user = student_of(hackathon.course)
        acts = [
            lambda n=number: services.join_team(hackathon=hackathon, user=user, code=f"GUESS{n}", now=NOW)
            for number in range(2 * MAX_FAILED_JOINS)
        ]
        assert at_once(acts, refusals=Refused) == []
        assert FailedJoin.objects.count() <= MAX_FAILED_JOINS
        assert Team.objects.count() == 0
