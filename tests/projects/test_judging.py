import pytest
from django.urls import reverse

from projects import queries, services
from projects.models import Criterion, Look, Mark, Project
from projects.services import Refused
from tests.factories import NOW, UserFactory, instructor_of, student_of
from tests.projects.factories import DAY, HackathonFactory, challenge_of, members, project_of, team_of
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(course):
    return HackathonFactory(course=course, judging_opens_at=NOW - DAY, judging_closes_at=NOW + DAY)


@pytest.fixture
def projects(event):
    challenge = challenge_of(event)
    return [project_of(team_of(event), challenge, title=f"Project {n}") for n in range(4)]


def judge_of(event, user=None):
    return services.add_judge(hackathon=event, user=user or instructor_of(event.course), now=NOW)


def url(name, event, *args):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *args])


def see_all(judge, wanted):
    """Look at everything and place it as the titles in `wanted` are ordered."""
    placed = []
    while look := services.next_look(judge=judge, now=NOW):
        title = look.project.title
        at = sum(wanted.index(other) < wanted.index(title) for other in placed) + 1
        services.place(look=look, at=at, marks={}, comment="", now=NOW)
        placed.append(title)


def order_of(judge):
    return [look.project.title for look in judge.looks.select_related("project").order_by("place")]


def test_looks_are_spread_evenly(event, projects):
    judges = [judge_of(event) for _ in range(2)]
    for judge in judges * 2:
        look = services.next_look(judge=judge, now=NOW)
        services.place(look=look, at=1, marks={}, comment="", now=NOW)
    assert [project.looks.count() for project in projects] == [1, 1, 1, 1]


def test_a_judge_sees_each_once_and_keeps_their_order(event, projects):
    judge = judge_of(event)
    wanted = ["Project 2", "Project 0", "Project 3", "Project 1"]
    see_all(judge, wanted)
    assert order_of(judge) == wanted
    assert services.next_look(judge=judge, now=NOW) is None


def test_the_same_project_is_shown_until_it_is_placed(event, projects):
    judge = judge_of(event)
    first = services.next_look(judge=judge, now=NOW)
    assert services.next_look(judge=judge, now=NOW) == first


def test_nobody_judges_their_own_team_or_a_conflict(event, projects):
    inside = members(projects[0].team)[0]
    judge = judge_of(event, inside)
    services.declare_conflict(judge=judge, team=projects[1].team, now=NOW)
    see_all(judge, [project.title for project in projects])
    assert order_of(judge) == ["Project 2", "Project 3"]


def test_a_conflict_declared_late_forgets_what_was_said(event, projects):
    judge = judge_of(event)
    see_all(judge, [project.title for project in projects])
    services.declare_conflict(judge=judge, team=projects[1].team, now=NOW)
    assert order_of(judge) == ["Project 0", "Project 2", "Project 3"]
    assert list(judge.looks.order_by("place").values_list("place", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize("when", [NOW - 2 * DAY, NOW + DAY])
def test_judging_has_a_window(event, projects, when):
    with pytest.raises(Refused, match="Judging"):
        services.next_look(judge=judge_of(event), now=when)


def test_an_order_of_something_else_is_refused(event, projects):
    judge = judge_of(event)
    see_all(judge, [project.title for project in projects])
    with pytest.raises(Refused, match="another window"):
        services.reorder(judge=judge, order=[look.pk for look in judge.looks.all()][1:], now=NOW)


def test_the_report_ranks_by_all_orders(event, projects):
    wanted = ["Project 2", "Project 0", "Project 3", "Project 1"]
    for _ in range(3):
        see_all(judge_of(event), wanted)
    report = queries.judging_report(hackathon=event)
    assert [row.project.title for row in report.standings] == wanted
    assert [row.copeland for row in report.standings] == [3, 1, -1, -3]
    assert [row.looks for row in report.standings] == [3, 3, 3, 3]
    assert all(row.beats_next > 0.5 for row in report.standings[:3])
    assert [row.place for row in report.standings] == [1, 2, 3, 4]


def test_what_no_order_tells_apart_shares_a_place(event, projects):
    assert [row.place for row in queries.judging_report(hackathon=event).standings] == [1, 1, 1, 1]


def test_what_nobody_has_placed_stands_last_and_takes_no_place(event, projects):
    judge = judge_of(event)
    for at in (1, 2):
        look = services.next_look(judge=judge, now=NOW)
        services.place(look=look, at=at, marks={}, comment="", now=NOW)
    report = queries.judging_report(hackathon=event)
    assert [row.project.title for row in report.standings[:2]] == order_of(judge)
    assert [row.place for row in report.standings] == [1, 2, 3, 3]
    assert report.standings[1].beats_next is None
    assert [row.place for row in report.board(None)] == [1, 2]


def test_rubric_is_a_weighted_mean_with_its_deviation(event):
    idea = Criterion.objects.create(hackathon=event, title="Idea", weight=3)
    code = Criterion.objects.create(hackathon=event, title="Code", weight=1)
    project_of(team_of(event), challenge_of(event))
    for marks in ({idea: 5, code: 1}, {idea: 2}, {}):
        look = services.next_look(judge=judge_of(event), now=NOW)
        services.place(look=look, at=1, marks=marks, comment="", now=NOW)
    look = services.next_look(judge=judge_of(event), now=NOW)
    services.save_look(look=look, marks={idea: 1}, comment="", now=NOW)
    row = queries.judging_report(hackathon=event).standings[0]
    assert (row.rubric, row.rubric_deviation) == (3.0, pytest.approx(2**0.5))


def test_skipped_project_comes_back_last_and_goes_to_others_first(event, projects):
    judge = judge_of(event)
    first = services.next_look(judge=judge, now=NOW)
    services.skip(look=first, now=NOW)
    for _ in range(3):
        look = services.next_look(judge=judge, now=NOW)
        assert look.project != first.project
        services.place(look=look, at=1, marks={}, comment="", now=NOW)
    assert services.next_look(judge=judge_of(event), now=NOW).project == first.project
    assert services.next_look(judge=judge, now=NOW).project == first.project


def test_withdrawn_project_counts_no_more_and_is_not_waited_for(event, projects):
    judge = judge_of(event)
    see_all(judge, [project.title for project in projects[:3]] + ["Project 3"])
    other = judge_of(event)
    look = services.next_look(judge=other, now=NOW)
    services.withdraw_project(team=look.project.team, now=NOW)
    assert services.next_look(judge=other, now=NOW).project != look.project
    desk = queries.judge_desk(judge=judge)
    assert [one.project for one in desk.placed] == [p for p in projects if p != look.project]
    services.reorder(judge=judge, order=[one.pk for one in reversed(desk.placed)], now=NOW)
    assert queries.judge_desk(judge=judge).placed == desk.placed[::-1]


def test_a_judge_who_joins_a_team_says_nothing_about_it(event, projects):
    student = student_of(event.course)
    judge = judge_of(event, student)
    see_all(judge, [project.title for project in projects])
    code = projects[0].team.join_code
    services.join_team(hackathon=event, user=student, code=code, now=NOW)
    counts = {row.project: row.looks for row in queries.judging_report(hackathon=event).standings}
    assert [counts[project] for project in projects] == [0, 1, 1, 1]


def test_what_waits_for_approval_is_not_judged(event, projects):
    event.projects_reviewed = True
    event.save(update_fields=["projects_reviewed"])
    Project.objects.filter(pk__in=[project.pk for project in projects[:2]]).update(approved_at=NOW)
    judge = judge_of(event)
    see_all(judge, [project.title for project in projects])
    assert order_of(judge) == ["Project 0", "Project 1"]
    Project.objects.filter(pk=projects[0].pk).update(approved_at=None)
    assert [row.project for row in queries.judging_report(hackathon=event).standings] == [projects[1]]
    assert queries.judge_desk(judge=judge).field.projects == 1


def test_an_author_judges_not_what_they_wrote(event, projects):
    """Also when they have left the team."""
    judge = judge_of(event)
    see_all(judge, [project.title for project in projects])
    projects[0].authors.add(judge.user)
    assert queries.judging_progress(hackathon=event).tracks[0].judges[0].left == 0
    counts = {row.project: row.looks for row in queries.judging_report(hackathon=event).standings}
    assert [counts[project] for project in projects] == [0, 1, 1, 1]
    again = judge_of(event)
    projects[1].authors.add(again.user)
    see_all(again, [project.title for project in projects])
    assert order_of(again) == ["Project 0", "Project 2", "Project 3"]


def test_done_is_when_all_are_placed_by_three_or_by_all_who_may(event, projects):
    def is_done():
        return queries.judging_progress(hackathon=event).is_done

    assert not is_done()
    judges = [judge_of(event) for _ in range(2)]
    assert not is_done()
    see_all(judges[0], [project.title for project in projects])
    assert not is_done()
    see_all(judges[1], [project.title for project in projects])
    assert is_done()  # both have nothing left, though three is more
    judges += [judge_of(event), judge_of(event)]
    assert not is_done()
    see_all(judges[2], [project.title for project in projects])
    assert is_done()  # though the fourth has not begun


def test_a_look_taken_away_meanwhile_is_refused(event, projects):
    judge = judge_of(event)
    look = services.next_look(judge=judge, now=NOW)
    services.declare_conflict(judge=judge, team=look.project.team, now=NOW)
    for act in (services.save_look, lambda **what: services.place(at=1, **what)):
        with pytest.raises(Refused, match="any more"):
            act(look=look, marks={}, comment="", now=NOW)


@pytest.mark.parametrize("judges", [1, 3])
def test_queries_do_not_grow_with_judges(event, projects, judges, django_assert_num_queries):
    for _ in range(judges):
        see_all(judge := judge_of(event), [project.title for project in projects])
    with django_assert_num_queries(3):
        queries.judging_report(hackathon=event)
    with django_assert_num_queries(9):
        queries.judging_progress(hackathon=event)
    with django_assert_num_queries(11):
        queries.judge_desk(judge=judge)


class TestPages:
    def test_a_judge_works_through_the_pages(self, as_user, event, projects):
        idea = Criterion.objects.create(hackathon=event, title="Idea")
        judge = judge_of(event)
        client = as_user(judge.user)
        assert "Begin" in client.get(url("judge", event)).content.decode()
        page = client.post(url("next_project", event))
        for done in range(len(projects)):
            look = judge.looks.get(placed_at=None)
            assert page.url == url("look", event, look.pk)
            html = client.get(page.url).content.decode()
            assert look.project.title in html
            data = {"place": 1, f"criterion_{idea.pk}": 4, "comment": f"Nice {done}.", "place_it": "yes"}
            assert client.post(page.url, data | {"place": 9}).status_code == 422
            page = client.post(page.url, data)
        assert page.url == url("judge", event)
        assert "You are done." in client.get(page.url).content.decode()
        before = order_of(judge)
        pks = [look.pk for look in judge.looks.order_by("place")]
        client.post(url("order", event), {"look": pks, "down": pks[0]})
        assert order_of(judge) == [before[1], before[0], *before[2:]]
        assert Mark.objects.count() == 4

    @pytest.mark.parametrize("moved", ["9" * 5000, "\u0661", "\u00b2", "-1", "x", "\0"])
    def test_moving_what_is_not_there_moves_nothing(self, as_user, event, projects, moved):
        judge = judge_of(event)
        see_all(judge, [project.title for project in projects])
        before, pks = order_of(judge), list(judge.looks.order_by("place").values_list("pk", flat=True))
        page = as_user(judge.user).post(
            url("order", event), {"look": [*pks, moved], "up": moved}, headers={"HX-Request": "true"}
        )
        assert (page.status_code, order_of(judge)) == (200, before)

    def test_looking_at_the_page_takes_no_project(self, as_user, event, projects):
        judge = judge_of(event)
        as_user(judge.user).get(url("judge", event))
        assert judge.looks.count() == 0

    def test_what_is_written_is_kept_as_it_is_written(self, as_user, event, projects):
        idea, code = (Criterion.objects.create(hackathon=event, title=title) for title in ("Idea", "Code"))
        judge = judge_of(event)
        look = services.next_look(judge=judge, now=NOW)
        client = as_user(judge.user)
        said = {f"criterion_{idea.pk}": 5, "comment": "So far", "place": ""}
        answer = client.post(url("look", event, look.pk), said, headers={"HX-Request": "true"})
        assert 'data-state="saved"' in answer.content.decode()
        form = client.get(url("look", event, look.pk)).context["form"]
        assert form.initial == {f"criterion_{idea.pk}": 5, "comment": "So far", "place": 1}
        assert judge.looks.get().placed_at is None
        assert client.post(url("look", event, look.pk), said | {"place_it": "yes"}).status_code == 422
        assert code.marks.count() == 0

    def test_what_cannot_be_kept_is_said_and_not_lost(self, as_user, event, projects, now):
        judge = judge_of(event)
        look = services.next_look(judge=judge, now=NOW)
        client = as_user(judge.user)
        address, typed = url("look", event, look.pk), {"comment": "x" * 2001}
        answer = client.post(address, typed, headers={"HX-Request": "true"}).content.decode()
        assert 'data-state="failed"' in answer
        assert "x" * 2001 in client.post(address, typed).content.decode()
        now(event.judging_closes_at)
        answer = client.post(address, {"comment": "Late", "place": 1, "place_it": "yes"})
        assert (answer.status_code, "Late" in answer.content.decode()) == (422, True)
        assert "Judging closed" in answer.content.decode()
        answer = client.post(address, {"comment": "Late"}, headers={"HX-Request": "true"}).content.decode()
        assert "Judging closed" in answer
        assert judge.looks.get().comment == ""

    def test_a_placed_look_can_be_changed_without_moving(self, as_user, event, projects):
        judge = judge_of(event)
        see_all(judge, wanted := [project.title for project in projects])
        second = judge.looks.get(place=2)
        client = as_user(judge.user)
        assert client.get(url("look", event, second.pk)).context["form"]["place"].initial == 2
        client.post(url("look", event, second.pk), {"place": 2, "comment": "More", "place_it": "yes"})
        client.post(url("look", event, second.pk), {"comment": "Still more"})
        assert order_of(judge) == wanted
        assert judge.looks.get(place=2).comment == "Still more"

    def test_a_second_window_places_nothing_twice(self, as_user, event, projects):
        judge = judge_of(event)
        client = as_user(judge.user)
        address = client.post(url("next_project", event)).url
        for comment in ("One", "Two"):
            client.post(address, {"place": 1, "comment": comment, "place_it": "yes"})
        assert [look.comment for look in judge.looks.exclude(placed_at=None)] == ["Two"]

    def test_skipping_leads_on(self, as_user, event, projects):
        judge = judge_of(event)
        client = as_user(judge.user)
        client.post(url("next_project", event))
        first = judge.looks.get()
        page = client.post(url("skip", event, first.pk))
        assert page.url == url("look", event, judge.looks.get(skipped_at=None).pk)

    def test_moves_without_reload_say_where_it_went(self, as_user, event, projects):
        judge = judge_of(event)
        see_all(judge, [project.title for project in projects])
        pks = [look.pk for look in judge.looks.order_by("place")]
        client = as_user(judge.user)
        html = {"HX-Request": "true"}
        answer = client.post(url("order", event), {"look": pks, "down": pks[0]}, headers=html)
        assert "Project 0: place 2 of 4" in answer.content.decode()
        answer = client.post(url("order", event), {"look": [*pks, "zero", "9" * 30]}, headers=html)
        assert answer.context["problem"] == ""
        answer = client.post(url("order", event), {"look": pks[1:]}, headers=html)
        assert "another window" in answer.content.decode()

    def test_conflict_is_declared_for_any_team_of_the_event(self, as_user, event, projects):
        judge = judge_of(event)
        client = as_user(judge.user)
        client.post(url("conflict", event), {"team": projects[0].team_id})
        elsewhere = team_of(HackathonFactory())
        assert client.post(url("conflict", event), {"team": elsewhere.pk}).status_code == 422
        assert [conflict.team for conflict in judge.conflicts.all()] == [projects[0].team]
        assert "Left out" in client.get(url("judge", event)).content.decode()

    def test_judges_see_nothing_of_other_judges(self, as_user, event, projects):
        mine, theirs = judge_of(event), judge_of(event)
        look = services.next_look(judge=theirs, now=NOW)
        services.place(look=look, at=1, marks={}, comment="Secret praise", now=NOW)
        client = as_user(mine.user)
        assert client.get(url("look", event, look.pk)).status_code == 404
        assert client.post(url("look", event, look.pk), {"comment": "Mine"}).status_code == 404
        assert client.post(url("skip", event, look.pk)).status_code == 404
        assert "Secret" not in client.get(url("judge", event)).content.decode()
        assert theirs.looks.get().comment == "Secret praise"

    def test_only_judges_judge(self, as_user, event, projects):
        judge = judge_of(event)
        look = services.next_look(judge=judge, now=NOW)
        for user in (student_of(event.course), instructor_of(event.course), UserFactory()):
            client = as_user(user)
            assert client.get(url("judge", event)).status_code == 404
            assert client.get(url("look", event, look.pk)).status_code == 404
            for name in ("next_project", "order", "conflict"):
                assert client.post(url(name, event), {"look": [1]}).status_code == 404
        assert Look.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_judges_who_ask_at_once_are_sent_to_different_projects():
    event = HackathonFactory(judging_opens_at=NOW - DAY, judging_closes_at=NOW + DAY)
    challenge = challenge_of(event)
    for _ in range(5):
        project_of(team_of(event), challenge)
    for spread in (1, 2, 3):
        judges = [judge_of(event) for _ in range(5)]
        at_once(
            [lambda judge=judge: services.next_look(judge=judge, now=NOW) for judge in judges], refusals=()
        )
        assert [project.looks.count() for project in Project.objects.all()] == [spread] * 5


@pytest.mark.django_db(transaction=True)
def test_two_windows_of_a_judge_get_one_project():
    event = HackathonFactory(judging_opens_at=NOW - DAY, judging_closes_at=NOW + DAY)
    challenge = challenge_of(event)
    for _ in range(4):
        project_of(team_of(event), challenge)
    judge = judge_of(event)
    looks = at_once([lambda: services.next_look(judge=judge, now=NOW)] * 4, refusals=())
    assert len({look.pk for look in looks}) == 1


@pytest.mark.django_db(transaction=True)
def test_places_stay_in_order_when_windows_place_at_once():
    event = HackathonFactory(judging_opens_at=NOW - DAY, judging_closes_at=NOW + DAY)
    challenge = challenge_of(event)
    for _ in range(4):
        project_of(team_of(event), challenge)
    judge = judge_of(event)
    looks = []
    while look := services.next_look(judge=judge, now=NOW):
        services.skip(look=look, now=NOW)
        looks.append(look)
        if len(looks) == 4:
            break
    at_once(
        [
            lambda look=look: services.place(look=look, at=1, marks={}, comment="", now=NOW)
            for look in Look.objects.filter(judge=judge).select_related("judge__hackathon")
        ],
        refusals=(),
    )
    assert sorted(judge.looks.values_list("place", flat=True)) == [1, 2, 3, 4]
