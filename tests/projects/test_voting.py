"""The public vote, and the ranking that nobody sees before it is published."""

import pytest
from django.urls import reverse

from classroom.models import AuditEntry, Role
from projects import queries, services
from projects.models import Ballot, Choice, Criterion, Look, Track
from projects.services import Refused
from tests.factories import NOW, CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.projects.factories import DAY, HackathonFactory, challenge_of, members, project_of, team_of
from tests.races import at_once

pytestmark = pytest.mark.django_db

HOURS = {
    "judging_opens_at": NOW - DAY,
    "judging_closes_at": NOW + DAY,
    "gallery_opens_at": NOW - DAY,
    "vote_opens_at": NOW - DAY,
    "vote_closes_at": NOW + DAY,
}


@pytest.fixture
def event(course):
    return HackathonFactory(course=course, **HOURS)


@pytest.fixture
def projects(event):
    challenge = challenge_of(event)
    return [project_of(team_of(event, name=f"Team {n}"), challenge, title=f"Project {n}") for n in range(5)]


def url(name, event, *args):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *args])


def vote(event, user, *projects, now=NOW):
    order = [project.pk for project in projects]
    services.cast_ballot(hackathon=event, user=user, order=order, now=now)


def counted(event):
    return [
        (line.place, line.project.title, line.points) for line in queries.vote_count(hackathon=event).lines
    ]


class TestBallots:
    def test_points_by_hand_and_ties_share_a_place(self, event, projects):
        a, b, c, d, _e = projects
        for order in ((a, b, c), (b, a), (d,)):
            vote(event, student_of(event.course), *order)
        assert counted(event) == [
            (1, "Project 0", 5),
            (1, "Project 1", 5),
            (3, "Project 3", 3),
            (4, "Project 2", 1),
        ]
        assert queries.vote_count(hackathon=event).ballots == 3

    def test_a_later_ballot_takes_the_place_of_the_first(self, event, projects):
        voter = student_of(event.course)
        vote(event, voter, projects[0], projects[1])
        vote(event, voter, projects[1])
        assert counted(event) == [(1, "Project 1", 3)]
        vote(event, voter)
        assert (counted(event), Ballot.objects.count()) == ([], 0)

    def test_own_project_cannot_be_chosen_and_what_becomes_ones_own_is_passed_over(self, event, projects):
        insider = members(projects[0].team)[0]
        with pytest.raises(Refused, match="cannot be chosen"):
            vote(event, insider, projects[0])
        voter = student_of(event.course)
        vote(event, voter, projects[1], projects[2])
        services.join_team(hackathon=event, user=voter, code=projects[1].team.join_code, now=NOW)
        assert counted(event) == [(1, "Project 2", 3)]

    def test_withdrawn_project_is_passed_over(self, event, projects):
        vote(event, student_of(event.course), projects[0], projects[1])
        services.withdraw_project(team=projects[0].team, now=NOW)
        assert counted(event) == [(1, "Project 1", 3)]

    def test_what_a_ballot_cannot_be(self, event, projects):
        voter = student_of(event.course)
        elsewhere = HackathonFactory(course=event.course)
        stranger = project_of(team_of(elsewhere), challenge_of(elsewhere))
        for order in ([projects[0]] * 2, [stranger], projects[:4]):
            with pytest.raises(Refused):
                vote(event, voter, *order)
        assert Choice.objects.count() == 0

    @pytest.mark.parametrize(
        ("fields", "when", "why"),
        [
            ({"vote_opens_at": None}, NOW, "no vote"),
            ({}, NOW - 2 * DAY, "opens"),
            ({}, NOW + DAY, "closed"),
            ({"gallery_opens_at": None}, NOW, "not shown"),
            ({"gallery_closes_at": NOW}, NOW, "not shown"),
            ({"ranking_published_at": NOW}, NOW, "published"),
        ],
    )
    def test_votes_are_taken_in_their_window_only(self, event, projects, fields, when, why):
        for name, value in fields.items():
            setattr(event, name, value)
        event.save(update_fields=list(fields))
        with pytest.raises(Refused, match=why):
            vote(event, student_of(event.course), projects[0], now=when)

    def test_the_very_beginning_counts(self, event, projects):
        event.gallery_opens_at = event.vote_opens_at
        vote(event, student_of(event.course), projects[0], now=event.vote_opens_at)
        assert Ballot.objects.count() == 1


class TestVotePage:
    def test_a_ballot_is_put_together_and_counts_at_once(self, as_user, event, projects):
        client = as_user(student_of(event.course))

        def act(**change):
            choice = [one.project_id for one in client.get(url("vote", event)).context["choices"]]
            return client.post(url("cast_ballot", event), {"choice": choice} | change)

        for project in projects[:3]:
            act(add=project.pk)
        assert act(add=projects[3].pk).status_code == 422
        act(up=projects[2].pk)
        act(remove=projects[0].pk)
        assert counted(event) == [(1, "Project 2", 3), (2, "Project 1", 2)]
        page = client.get(url("vote", event), {"q": "team 4"})
        assert [project.title for project in page.context["page"]] == ["Project 4"]

    def test_answers_without_reload_say_what_happened(self, as_user, event, projects):
        client = as_user(student_of(event.course))
        html = {"HX-Request": "true"}
        answer = client.post(url("cast_ballot", event), {"add": projects[0].pk}, headers=html)
        assert (answer.status_code, answer.context["said"]) == (200, "Project 0: place 1")
        answer = client.post(url("cast_ballot", event), {"choice": ["1²", "x", "9" * 40]}, headers=html)
        assert answer.status_code == 200

    def test_ones_own_project_is_not_offered(self, as_user, event, projects):
        page = as_user(members(projects[0].team)[0]).get(url("vote", event))
        assert [project.title for project in page.context["page"]] == [f"Project {n}" for n in range(1, 5)]

    def test_who_votes(self, as_user, event, projects):
        outsider = services.add_judge(hackathon=event, user=UserFactory(), now=NOW).user
        viewer = EnrolmentFactory(course=event.course, role=Role.VIEWER).user
        refused = ((outsider, 404), (viewer, 403), (student_of(CourseFactory()), 404))
        for user, status in refused:
            answer = as_user(user).post(url("cast_ballot", event), {"add": projects[0].pk})
            assert answer.status_code == status
        for user in (student_of(event.course), instructor_of(event.course)):
            as_user(user).post(url("cast_ballot", event), {"add": projects[0].pk})
        assert Ballot.objects.count() == 2

    def test_before_the_projects_are_shown_there_is_nothing_to_see(self, as_user, event, projects, now):
        now(NOW - 2 * DAY)
        assert as_user(student_of(event.course)).get(url("vote", event)).status_code == 403

    def test_after_the_end_it_says_so_and_nothing_changes(self, as_user, event, projects, now):
        voter = student_of(event.course)
        vote(event, voter, projects[0])
        now(event.vote_closes_at)
        client = as_user(voter)
        assert "closed" in client.get(url("vote", event)).context["closed"]
        answer = client.post(url("cast_ballot", event), {"add": projects[1].pk})
        assert (answer.status_code, Choice.objects.count()) == (422, 1)

    @pytest.mark.parametrize("count", [1, 3])
    def test_queries_do_not_grow(self, as_user, event, projects, count, django_assert_num_queries):
        voter = student_of(event.course)
        vote(event, voter, *projects[:count])
        client = as_user(voter)
        with django_assert_num_queries(6):
            client.get(url("vote", event))
        with django_assert_num_queries(2):
            queries.vote_count(hackathon=event)


class TestRanking:
    @pytest.fixture
    def judged(self, event, projects):
        idea = Criterion.objects.create(hackathon=event, title="Idea")
        for number in range(3):
            judge = services.add_judge(
                hackathon=event, user=instructor_of(event.course, user__name=f"Judge {number}"), now=NOW
            )
            while look := services.next_look(judge=judge, now=NOW):
                wanted = projects.index(look.project)
                before = [one.project for one in queries.judge_desk(judge=judge).placed]
                at = sum(projects.index(other) < wanted for other in before) + 1
                comment = f"On {wanted} by {number}"
                services.place(look=look, at=at, marks={idea: 3 + number % 2}, comment=comment, now=NOW)
        vote(event, student_of(event.course), projects[4])
        return event

    def publish(self, client, event, shown):
        return client.post(url("publish_ranking", event), {"shown": shown})

    def test_nobody_but_staff_sees_anything_before(self, as_user, judged, projects, now):
        now(judged.judging_closes_at)
        insider, outsider = members(projects[0].team)[0], judged.judges.first().user
        for user in (insider, student_of(judged.course)):
            client = as_user(user)
            for name in ("ranking", "judging", "marks", "marks_csv"):
                assert client.get(url(name, judged)).status_code == 403
            for name in ("event", "gallery", "gallery_json", "vote"):
                html = client.get(url(name, judged)).content.decode()
                assert ("by 0" in html, "better than the next" in html) == (False, False)
        assert "Project 4" in as_user(outsider).get(url("ranking", judged)).content.decode()  # an instructor

    @pytest.mark.parametrize(("unseen", "warns"), [([], False), ([4], True)])
    def test_the_organiser_is_told_of_what_few_have_seen(self, as_user, judged, projects, now, unseen, warns):
        Look.objects.filter(project__in=[projects[n] for n in unseen]).delete()
        now(judged.judging_closes_at)
        page = as_user(instructor_of(judged.course)).get(url("ranking", judged))
        assert ("Placed by 3 judges or more: 4 / 5" in page.content.decode()) is warns

    def test_published_the_course_sees_the_first_places(self, as_user, judged, projects, now):
        now(judged.judging_closes_at)
        assert self.publish(as_user(instructor_of(judged.course)), judged, 2).status_code == 302
        page = as_user(student_of(judged.course)).get(url("ranking", judged))
        assert [row.project for row in page.context["page"]] == projects[:2]
        assert [line.project for line in page.context["vote_lines"]] == [projects[4]]
        assert "by 0" not in page.content.decode()
        assert as_user(UserFactory()).get(url("ranking", judged)).status_code == 404

    def test_a_team_reads_what_the_judges_said_without_names(self, as_user, judged, projects, now):
        now(judged.judging_closes_at)
        self.publish(as_user(instructor_of(judged.course)), judged, "")
        page = as_user(members(projects[3].team)[0]).get(url("ranking", judged))
        feedback = page.context["feedback"]
        assert feedback.comments == [f"On 3 by {n}" for n in range(3)]
        assert feedback.means == [("Idea", pytest.approx(10 / 3), pytest.approx(3**-0.5))]
        assert ("On 2" in page.content.decode(), "Judge 1" in page.content.decode()) == (False, False)

    def test_it_waits_for_judging_and_the_vote(self, as_user, judged, now):
        client = as_user(instructor_of(judged.course))
        self.publish(client, judged, 3)
        judged.judging_closes_at = NOW
        judged.save(update_fields=["judging_closes_at"])
        self.publish(client, judged, 3)
        judged.refresh_from_db()
        assert judged.ranking_published_at is None
        now(judged.vote_closes_at)
        self.publish(client, judged, 3)
        judged.refresh_from_db()
        assert judged.ranking_published_at == judged.vote_closes_at

    def test_what_is_published_does_not_change_until_it_is_hidden(self, as_user, judged, projects, now):
        track = services.add_track(event=judged, track=Track(title="Words"))
        now(judged.judging_closes_at)
        client = as_user(instructor_of(judged.course))
        self.publish(client, judged, "")
        judge = judged.judges.first()
        answer = client.post(url("judge_conflicts", judged, judge.pk), {"team": projects[0].team_id})
        assert answer.status_code == 422
        as_user(judge.user).post(url("conflict", judged), {"team": projects[0].team_id})
        assert client.post(url("edit_track", judged, track.pk), {"title": "New"}).status_code == 422
        assert judge.looks.count() == 5
        client = as_user(instructor_of(judged.course))
        client.post(url("publish_ranking", judged), {"hide": ""})
        assert as_user(student_of(judged.course)).get(url("ranking", judged)).status_code == 403
        actions = AuditEntry.objects.filter(action__startswith="ranking.").order_by("pk")
        assert [entry.action for entry in actions] == ["ranking.published", "ranking.hidden"]

    @pytest.mark.parametrize("shown", ["0", "-1", "many", "1001"])
    def test_how_many_places_is_a_number(self, as_user, judged, now, shown):
        now(judged.judging_closes_at)
        self.publish(as_user(instructor_of(judged.course)), judged, shown)
        judged.refresh_from_db()
        assert judged.ranking_published_at is None

    def test_only_instructors_publish(self, as_user, judged, now):
        now(judged.judging_closes_at)
        assistant = EnrolmentFactory(course=judged.course, role=Role.ASSISTANT).user
        stranger = instructor_of(CourseFactory())
        for user, status in ((assistant, 403), (student_of(judged.course), 403), (stranger, 404)):
            assert self.publish(as_user(user), judged, 3).status_code == status
        judged.refresh_from_db()
        assert judged.ranking_published_at is None

    def test_queries_do_not_grow(self, as_user, judged, projects, now, django_assert_num_queries):
        now(judged.judging_closes_at)
        self.publish(as_user(instructor_of(judged.course)), judged, "")
        client = as_user(members(projects[0].team)[0])
        for count in (0, 3):
            for _ in range(count):
                services.add_track(event=judged, track=Track(title="Words"))
            with django_assert_num_queries(13):
                client.get(url("ranking", judged))


def test_a_vote_before_the_projects_are_shown_is_no_plan(as_user, event, instructor):
    zone = event.course.zone
    fields = {
        name: value.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        for name in ("starts_at", "ends_at", "vote_opens_at")
        if (value := getattr(event, name))
    }
    sent = {"title": "Tides", "min_team_size": 1, "max_team_size": 3, "offer_hours": 24} | fields
    page = as_user(instructor).post(reverse("projects:new_hackathon", args=[event.course.slug]), sent)
    assert "vote_opens_at" in page.context["form"].errors


@pytest.mark.django_db(transaction=True)
def test_one_ballot_a_person_however_many_are_sent_at_once():
    event = HackathonFactory(**HOURS)
    challenge = challenge_of(event)
    projects = [project_of(team_of(event), challenge) for _ in range(4)]
    voter = student_of(event.course)
    for _ in range(3):
        at_once([lambda one=one: vote(event, voter, one, projects[0]) for one in projects[1:]], refusals=())
        assert (Ballot.objects.count(), Choice.objects.count()) == (1, 2)
        assert queries.vote_count(hackathon=event).ballots == 1
    at_once([lambda: vote(event, voter), lambda: vote(event, voter, projects[1])], refusals=Refused)
    assert Ballot.objects.count() == (1 if Choice.objects.exists() else 0)
