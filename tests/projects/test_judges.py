"""Judges for the organisers: inviting them, also from outside, conflicts, what they said, and the rubric."""

import csv
import io

import pytest
from django.urls import reverse

from classroom.models import AuditEntry, Enrolment, Notice, Outbox, Role, User
from projects import queries, services
from projects.models import Conflict, Criterion, Judge
from tests.factories import NOW, CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.projects.factories import DAY, HackathonFactory, challenge_of, members, project_of, team_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(course):
    return HackathonFactory(course=course, judging_opens_at=NOW - DAY, judging_closes_at=NOW + DAY)


@pytest.fixture
def projects(event):
    challenge = challenge_of(event)
    return [project_of(team_of(event), challenge, title=f"Project {n}") for n in range(3)]


@pytest.fixture
def judge(event):
    return services.add_judge(hackathon=event, user=instructor_of(event.course), now=NOW)


@pytest.fixture
def outsider(event):
    """A judge who takes no part in the course."""
    return services.add_judge(hackathon=event, user=UserFactory(name="Grace Outside"), now=NOW)


def url(name, event, *args):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *args])


def place_all(judge, marks=None, comment=""):
    while look := services.next_look(judge=judge, now=NOW):
        services.place(look=look, at=99, marks=marks or {}, comment=comment, now=NOW)


class TestInviting:
    def test_judges_from_the_course_and_from_outside_are_written_to_once(self, as_user, event, instructor):
        student = student_of(event.course)
        text = f"{student.email.upper()}\nGrace Hopper <grace@example.com>\n"
        for _ in range(2):
            as_user(instructor).post(url("invite_judges", event), {"people": text})
        grace = User.objects.get(email="grace@example.com")
        assert grace.name == "Grace Hopper"
        assert {judge.user for judge in event.judges.all()} == {student, grace}
        assert not Enrolment.objects.filter(user=grace).exists()
        letters = Outbox.objects.filter(recipient=grace.email)
        assert [url("judge", event) in letter.body for letter in letters] == [True]
        assert [told.page for told in Notice.objects.filter(user=grace)] == [url("judge", event)]
        assert AuditEntry.objects.filter(action="judge.added").count() == 2

    def test_lines_without_an_address_are_named_and_nothing_is_lost(self, as_user, event, instructor):
        page = as_user(instructor).post(url("invite_judges", event), {"people": "ada@example.org\nBob"})
        assert page.status_code == 422
        assert "Bob" in page.context["form"].errors["people"][0]
        assert "ada@example.org" in page.content.decode()
        assert Judge.objects.count() == 0

    @pytest.mark.parametrize("people", ["", "guest-1@guest.invalid", "\x00", "x" * 20_001])
    def test_what_is_no_person_is_refused(self, as_user, event, instructor, people):
        assert as_user(instructor).post(url("invite_judges", event), {"people": people}).status_code == 422

    def test_nobody_but_instructors_invites(self, as_user, event, outsider):
        users = [student_of(event.course), outsider.user, instructor_of(CourseFactory())]
        users += [
            EnrolmentFactory(course=event.course, role=role).user for role in (Role.ASSISTANT, Role.VIEWER)
        ]
        for user in users:
            answer = as_user(user).post(url("invite_judges", event), {"people": user.email})
            assert answer.status_code in {403, 404}
        assert Judge.objects.count() == 1


class TestFromOutside:
    def test_they_judge(self, as_user, event, projects, outsider):
        client = as_user(outsider.user)
        address = client.post(url("next_project", event)).url
        client.post(address, {"place": 1, "comment": "Good", "place_it": "yes"})
        page = client.get(url("judge", event))
        assert [look.comment for look in page.context["desk"].placed] == ["Good"]
        assert f'href="{event.get_absolute_url()}"' not in page.content.decode()

    def test_the_first_page_leads_there(self, as_user, event, outsider, now):
        assert as_user(outsider.user).get("/").url == url("judge", event)
        other = HackathonFactory(judging_opens_at=NOW, judging_closes_at=NOW + 2 * DAY)
        services.add_judge(hackathon=other, user=outsider.user, now=NOW)
        html = as_user(outsider.user).get("/").content.decode()
        assert (url("judge", event) in html, url("judge", other) in html) == (True, True)
        EnrolmentFactory(course=other.course, user=outsider.user)
        html = as_user(outsider.user).get("/").content.decode()
        assert (url("judge", event) in html, url("judge", other) in html) == (True, False)
        now(event.judging_closes_at)
        assert as_user(outsider.user).get("/").url == other.course.get_absolute_url()

    def test_they_read_a_projects_page_before_it_is_shown(self, as_user, event, projects, outsider):
        address = url("gallery_project", event, projects[0].pk)
        look = services.next_look(judge=outsider, now=NOW)
        html = as_user(outsider.user).get(url("look", event, look.pk)).content.decode()
        assert url("gallery_project", event, look.project_id) in html
        assert as_user(outsider.user).get(address).status_code == 200
        services.remove_judge(judge=outsider, by=instructor_of(event.course), now=NOW)
        assert as_user(outsider.user).get(address).status_code == 404

    def test_they_find_the_gallery_once_it_is_open(self, as_user, event, projects, outsider, now):
        event.gallery_opens_at = event.judging_closes_at
        event.save(update_fields=["gallery_opens_at"])
        client, address = as_user(outsider.user), url("gallery", event)
        assert address not in client.get(url("judge", event)).content.decode()
        now(event.gallery_opens_at)
        assert f'href="{address}"' in client.get(url("judge", event)).content.decode()
        html = client.get(address).content.decode()
        assert (projects[0].title in html, f'href="{event.get_absolute_url()}"' in html) == (True, False)

    def test_they_see_nothing_else_of_the_course(self, as_user, event, projects, outsider):
        client = as_user(outsider.user)
        for name in ("event", "judging", "marks", "teams", "rubric", "participants"):
            assert client.get(url(name, event)).status_code == 404
        assert client.get(event.course.get_absolute_url()).status_code == 404

    def test_they_sign_in_first(self, client, event, outsider):
        assert "/login/" in client.get(url("judge", event)).url

    def test_an_event_of_another_course_stays_shut(self, as_user, event, outsider):
        other = HackathonFactory()
        assert as_user(outsider.user).get(url("judge", other)).status_code == 404
        address = reverse("projects:judge", args=[other.course.slug, event.pk])
        assert as_user(outsider.user).get(address).status_code == 404

    def test_in_an_archived_course_nothing_changes(self, as_user, event, projects, outsider):
        event.course.archived_at = NOW
        event.course.save(update_fields=["archived_at"])
        assert as_user(outsider.user).post(url("next_project", event)).status_code == 403
        assert outsider.looks.count() == 0

    def test_a_viewer_who_judges_may(self, as_user, event, projects):
        viewer = EnrolmentFactory(course=event.course, role=Role.VIEWER).user
        judge = services.add_judge(hackathon=event, user=viewer, now=NOW)
        as_user(viewer).post(url("next_project", event))
        assert judge.looks.count() == 1

    def test_who_is_removed_is_out_and_what_they_said_counts(self, as_user, event, projects, outsider):
        place_all(outsider)
        instructor = instructor_of(event.course)
        as_user(instructor).post(url("remove_judge", event, outsider.pk))
        assert as_user(outsider.user).get(url("judge", event)).status_code == 404
        assert [row.looks for row in queries.judging_report(hackathon=event).standings] == [1, 1, 1]
        as_user(instructor).post(url("invite_judges", event), {"people": outsider.user.email})
        assert as_user(outsider.user).get(url("judge", event)).status_code == 200

    def test_the_project_a_removed_judge_was_at_is_free(self, event, projects, outsider):
        look = services.next_look(judge=outsider, now=NOW)
        services.remove_judge(judge=outsider, by=instructor_of(event.course), now=NOW)
        assert look.project.looks.count() == 0


class TestConflicts:
    def test_staff_declare_and_revoke_them(self, as_user, event, projects, judge, instructor):
        place_all(judge)
        client = as_user(instructor)
        client.post(url("judge_conflicts", event, judge.pk), {"team": projects[0].team_id})
        assert [look.project for look in judge.looks.all()] == projects[1:]
        assert "leaves out" in client.get(url("judging", event)).content.decode()
        conflict = Conflict.objects.get()
        client.post(url("revoke_conflict", event, conflict.pk))
        assert services.next_look(judge=judge, now=NOW).project == projects[0]
        actions = AuditEntry.objects.filter(action__startswith="conflict.").order_by("pk")
        assert [entry.action for entry in actions] == ["conflict.declared", "conflict.revoked"]

    def test_own_team_counts_as_nothing_left(self, event, projects):
        inside = members(projects[0].team)[0]
        services.add_judge(hackathon=event, user=inside, now=NOW)
        assert [row.left for row in queries.judging_progress(hackathon=event).tracks[0].judges] == [2]

    def test_only_the_events_instructors_decide(self, as_user, event, projects, judge):
        services.declare_conflict(judge=judge, team=projects[0].team, now=NOW)
        conflict = Conflict.objects.get()
        stranger = instructor_of(CourseFactory())
        assistant = EnrolmentFactory(course=event.course, role=Role.ASSISTANT).user
        for user, status in ((assistant, 403), (student_of(event.course), 403), (stranger, 404)):
            client = as_user(user)
            for name, pk in (
                ("judge_conflicts", judge.pk),
                ("remove_judge", judge.pk),
                ("revoke_conflict", conflict.pk),
            ):
                assert client.post(url(name, event, pk), {"team": projects[1].team_id}).status_code == status
        other = HackathonFactory(course=event.course)
        mine = as_user(instructor_of(event.course))
        assert mine.post(url("revoke_conflict", other, conflict.pk)).status_code == 404
        assert mine.get(url("judge_conflicts", other, judge.pk)).status_code == 404
        assert (Conflict.objects.count(), Judge.objects.get().left_at) == (1, None)


class TestMarks:
    @pytest.fixture
    def said(self, event, projects, judge):
        idea = Criterion.objects.create(hackathon=event, title="Idea", weight=2)
        Criterion.objects.create(hackathon=event, title="Code")
        place_all(judge, marks={idea: 4}, comment="=1+1")
        return judge

    def test_staff_read_and_download_what_was_said(self, as_user, event, said, instructor):
        client = as_user(instructor)
        lines = client.get(url("marks", event)).context["lines"]
        assert [(line.project, line.marks, line.mean) for line in lines] == [
            (f"Project {n}", (("Idea", 4), ("Code", None)), 4.0) for n in range(3)
        ]
        rows = list(
            csv.reader(io.StringIO(client.get(url("marks_csv", event)).getvalue().decode("utf-8-sig")))
        )
        assert rows[0] == ["project", "team", "judge", "track", "place", "Idea", "Code", "mean", "comment"]
        assert [row[5:] for row in rows[1:]] == [["4", "", "4.0", "'=1+1"]] * 3

    def test_nobody_else_does(self, as_user, event, said, outsider):
        for name in ("marks", "marks_csv", "judging", "judging_panel"):
            assert as_user(student_of(event.course)).get(url(name, event)).status_code == 403
            assert as_user(instructor_of(CourseFactory())).get(url(name, event)).status_code == 404
            assert as_user(outsider.user).get(url(name, event)).status_code == 404

    @pytest.mark.parametrize("judges", [1, 3])
    def test_queries_do_not_grow(
        self, as_user, event, projects, instructor, judges, django_assert_num_queries
    ):
        idea = Criterion.objects.create(hackathon=event, title="Idea")
        for _ in range(judges):
            judge = services.add_judge(hackathon=event, user=instructor_of(event.course), now=NOW)
            place_all(judge, marks={idea: 3})
        client = as_user(instructor)
        for name, count in (("judging", 16), ("judging_panel", 12), ("marks", 9)):
            with django_assert_num_queries(count):
                assert client.get(url(name, event)).status_code == 200


class TestRubric:
    def test_organiser_writes_it(self, as_user, event, instructor):
        client = as_user(instructor)
        assert "No criteria yet" in client.get(url("rubric", event)).content.decode()
        for title, weight in (("Idea", 2), ("Code", 1)):
            client.post(url("new_criterion", event), {"title": title, "weight": weight})
        code = Criterion.objects.get(title="Code")
        client.post(url("move_criterion", event, code.pk), {"up": ""})
        client.post(url("edit_criterion", event, code.pk), {"title": "Network", "weight": 3})
        assert list(event.criteria.values_list("title", "weight")) == [("Network", 3), ("Idea", 2)]
        client.post(url("remove_criterion", event, code.pk))
        assert list(event.criteria.values_list("title", flat=True)) == ["Idea"]

    @pytest.mark.parametrize("weight", [0, -1, 101, 10**9, "much", ""])
    def test_weights_are_from_1_to_100(self, as_user, event, instructor, weight):
        page = as_user(instructor).post(url("new_criterion", event), {"title": "Idea", "weight": weight})
        assert page.status_code == 422
        assert "weight" in page.context["form"].errors

    def test_what_has_marks_stays(self, as_user, event, projects, judge, instructor):
        idea = Criterion.objects.create(hackathon=event, title="Idea")
        place_all(judge, marks={idea: 3})
        page = as_user(instructor).post(url("remove_criterion", event, idea.pk), follow=True)
        assert "it stays" in page.content.decode()
        assert idea.marks.count() == 3

    def test_only_instructors_write_it(self, as_user, event, judge):
        idea = Criterion.objects.create(hackathon=event, title="Idea")
        assistant = EnrolmentFactory(course=event.course, role=Role.ASSISTANT).user
        stranger = instructor_of(CourseFactory())
        for user, status in ((assistant, 403), (student_of(event.course), 403), (stranger, 404)):
            client = as_user(user)
            assert client.get(url("rubric", event)).status_code == status
            assert (
                client.post(url("new_criterion", event), {"title": "Mine", "weight": 9}).status_code == status
            )
            for name in ("edit_criterion", "move_criterion", "remove_criterion"):
                assert (
                    client.post(url(name, event, idea.pk), {"title": "Mine", "weight": 9}).status_code
                    == status
                )
        assert list(event.criteria.values_list("title", "weight")) == [("Idea", 1)]
