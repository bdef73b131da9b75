from threading import Barrier, Thread

import pytest
from django.db import connection
from django.urls import reverse

from projects import queries, services
from projects.models import Criterion, Look, Mark
from projects.services import Refused
from tests.factories import NOW, instructor_of, student_of
from tests.projects.factories import DAY, HackathonFactory, challenge_of, members, project_of, team_of

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


def url(name, event):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk])


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
    assert report.is_done


def test_rubric_means_are_weighted(event, projects):
    idea = Criterion.objects.create(hackathon=event, title="Idea", weight=3)
    code = Criterion.objects.create(hackathon=event, title="Code", weight=1)
    look = services.next_look(judge=judge_of(event), now=NOW)
    services.place(look=look, at=1, marks={idea: 5, code: 1}, comment="", now=NOW)
    rubric = {row.project: row.rubric for row in queries.judging_report(hackathon=event).standings}
    assert rubric[look.project] == 4.0


@pytest.mark.parametrize("judges", [1, 3])
def test_the_report_needs_five_queries(event, projects, judges, django_assert_num_queries):
    for _ in range(judges):
        see_all(judge_of(event), [project.title for project in projects])
    with django_assert_num_queries(5):
        queries.judging_report(hackathon=event)


class TestPages:
    def test_a_judge_works_through_the_pages(self, as_user, event, projects):
        idea = Criterion.objects.create(hackathon=event, title="Idea")
        judge = judge_of(event)
        client = as_user(judge.user)
        for _ in projects:
            html = client.get(url("judge", event)).content.decode()
            look = judge.looks.get(placed_at=None)
            assert look.project.title in html
            data = {"look": look.pk, "place": 1, f"criterion_{idea.pk}": 4, "comment": "Nice."}
            assert client.post(url("judge", event), data | {"place": 9}).status_code == 422
            assert client.post(url("judge", event), data).status_code == 302
        assert "You have seen everything" in client.get(url("judge", event)).content.decode()
        before = order_of(judge)
        pks = [look.pk for look in judge.looks.order_by("place")]
        client.post(url("order", event), {"look": pks, "down": pks[0]})
        assert order_of(judge) == [before[1], before[0], *before[2:]]
        assert Mark.objects.count() == 4

    def test_a_second_window_places_nothing_twice(self, as_user, event, projects):
        judge = judge_of(event)
        client = as_user(judge.user)
        client.get(url("judge", event))
        first = judge.looks.get()
        client.post(url("judge", event), {"look": first.pk, "place": 1})
        client.post(url("judge", event), {"look": first.pk, "place": 1})
        assert judge.looks.exclude(placed_at=None).count() == 1

    def test_only_judges_judge(self, as_user, event, projects):
        judge_of(event)
        for user in (student_of(event.course), instructor_of(event.course)):
            assert as_user(user).get(url("judge", event)).status_code == 404
            assert as_user(user).post(url("order", event), {"look": [1]}).status_code == 404
        assert Look.objects.count() == 0

    def test_standings_are_for_staff_and_judges_are_named_by_instructors(self, as_user, event, projects):
        student = student_of(event.course)
        client = as_user(student)
        assert client.get(url("judging", event)).status_code == 403
        assert client.post(url("add_judge", event), {"email": student.email}).status_code == 403
        client = as_user(instructor_of(event.course))
        client.post(url("add_judge", event), {"email": student.email.upper()})
        client.post(url("add_judge", event), {"email": "stranger@example.org"})
        assert [judge.user for judge in event.judges.all()] == [student]
        assert "Project 3" in client.get(url("judging", event)).content.decode()


@pytest.mark.django_db(transaction=True)
def test_judges_who_ask_at_once_are_sent_to_different_projects():
    event = HackathonFactory(judging_opens_at=NOW - DAY, judging_closes_at=NOW + DAY)
    challenge = challenge_of(event)
    for _ in range(5):
        project_of(team_of(event), challenge)
    judges = [judge_of(event) for _ in range(5)]
    barrier = Barrier(5)

    def ask(judge):
        barrier.wait()
        try:
            services.next_look(judge=judge, now=NOW)
        finally:
            connection.close()

    threads = [Thread(target=ask, args=[judge]) for judge in judges]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Look.objects.values("project").distinct().count() == 5
