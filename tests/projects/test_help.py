"""The help queue's pages at a hackathon: who asks, who serves, what they see."""

from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import helpdesk
from classroom.models import HelpRequest, Role
from projects import services
from tests.factories import NOW, CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.projects.factories import HackathonFactory, challenge_of, members, team_of

pytestmark = pytest.mark.django_db

ASKED = {"topic": "The loss is nan", "place": "Room 2"}


def url(name, event, *more):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *more])


@pytest.fixture
def event(course):
    return HackathonFactory(course=course)


def ask(event, team, now=NOW):
    user = members(team)[0]
    return services.ask_for_help(hackathon=event, team=team, user=user, now=now, **ASKED)


def test_a_team_asks_sees_its_place_and_withdraws(as_user, event):
    ask(event, team_of(event))
    team = team_of(event, 2)
    first, second = members(team)
    assert as_user(first).post(url("ask_for_help", event), ASKED).status_code == 302
    page = as_user(second).get(url("help", event))
    assert page.context["waiting"].ahead == 1
    assert "1 request is before yours." in page.content.decode()
    assert "The loss is nan" in page.content.decode()
    assert page.context["may_ask"] is False
    as_user(second).post(url("withdraw_help", event))
    assert HelpRequest.objects.unsettled().count() == 1
    assert as_user(first).get(url("help", event)).context["may_ask"] is True


def test_a_second_request_of_the_team_is_refused_and_what_was_written_stays(as_user, event):
    team = team_of(event, 2)
    ask(event, team)
    page = as_user(members(team)[1]).post(url("ask_for_help", event), {"topic": "Other", "place": "Here"})
    assert page.status_code == 422
    assert "asked already" in page.content.decode()
    assert "Other" in page.content.decode()


def test_an_empty_or_endless_request_is_refused(as_user, event):
    student = members(team_of(event))[0]
    for bad in ({}, ASKED | {"place": ""}, ASKED | {"topic": "x" * 501}):
        page = as_user(student).post(url("ask_for_help", event), bad)
        assert page.status_code == 422
    assert HelpRequest.objects.count() == 0


def test_who_joins_a_team_keeps_the_request(as_user, event, student):
    services.ask_for_help(hackathon=event, team=None, user=student, now=NOW, **ASKED)
    team = team_of(event)
    services.join_team(hackathon=event, user=student, code=team.join_code, now=NOW)
    assert as_user(student).get(url("help", event)).context["mine"].topic == "The loss is nan"
    as_user(student).post(url("withdraw_help", event))
    assert HelpRequest.objects.unsettled().count() == 0


def test_help_is_for_those_who_take_part(as_user, course, student):
    event = HackathonFactory(course=course, registration_required=True)
    page = as_user(student).post(url("ask_for_help", event), ASKED)
    assert (page.status_code, HelpRequest.objects.count()) == (422, 0)


@pytest.mark.parametrize("shift", [timedelta(days=-10, seconds=-1), timedelta(days=12)])
def test_nobody_is_asked_before_or_after_the_event(as_user, now, event, student, shift):
    now(NOW + shift)
    HackathonFactory._meta.model.objects.update(published_at=NOW - timedelta(days=99))
    page = as_user(student).post(url("ask_for_help", event), ASKED)
    assert (page.status_code, HelpRequest.objects.count()) == (422, 0)
    assert "Mentors can be asked from" in page.content.decode()


def test_a_request_is_claimed_handed_back_and_resolved(as_user, event, instructor):
    team = team_of(event)
    asked = ask(event, team)
    client = as_user(instructor)
    serve = url("serve_help", event, asked.pk)
    assert client.get(url("help", event)).context["requests"] == [asked]
    client.post(serve, {"act": "claim"})
    page = as_user(members(team)[0]).get(url("help", event))
    assert f"{instructor} comes to you." in page.content.decode()
    client = as_user(instructor)
    client.post(serve, {"act": "hand_back"})
    client.post(serve, {"act": "claim"})
    client.post(serve, {"act": "resolve", "note": "Divide by <m>"})
    page = as_user(members(team)[0]).get(url("help", event)).content.decode()
    assert "Divide by &lt;m&gt;" in page
    assert "Ask again" in page
    assert as_user(instructor).get(url("help", event)).context["figures"].resolved == 1


def test_an_act_that_makes_no_sense_changes_nothing(as_user, event, instructor):
    asked = ask(event, team_of(event))
    client = as_user(instructor)
    for wrong in ({}, {"act": "delete"}, {"act": "resolve"}, {"act": "resolve", "note": "x" * 501}):
        assert client.post(url("serve_help", event, asked.pk), wrong).status_code == 302
    asked.refresh_from_db()
    assert (asked.claimed_at, asked.resolved_at) == (None, None)


def test_a_link_is_shown_as_a_link_and_no_script_runs(as_user, event, instructor):
    team = team_of(event)
    services.ask_for_help(
        hackathon=event,
        team=team,
        user=members(team)[0],
        topic="<script>x</script>",
        place="https://meet.example.org/a javascript:alert(1)",
        now=NOW,
    )
    page = as_user(instructor).get(url("help", event)).content.decode()
    assert '<a href="https://meet.example.org/a" rel="nofollow">' in page
    assert ("<script>x" in page, 'href="javascript' in page) == (False, False)


def test_the_queue_is_served_by_staff_and_by_mentors_of_the_event(as_user, event, instructor):
    course = event.course
    mentor, elsewhere = student_of(course), student_of(course)
    challenge_of(event).mentors.add(mentor)
    challenge_of(HackathonFactory(course=course)).mentors.add(elsewhere)
    viewer, assistant = (
        EnrolmentFactory(course=course, role=role).user for role in (Role.VIEWER, Role.ASSISTANT)
    )
    outsider = student_of(course)
    stranger = instructor_of(CourseFactory())
    asked = ask(event, team_of(event, name="The secret team"))
    for someone, sees, acts in (
        (outsider, False, 403),
        (elsewhere, False, 403),
        (viewer, True, 403),
        (mentor, True, 302),
        (assistant, True, 302),
        (instructor, True, 302),
    ):
        client = as_user(someone)
        for address in ("help", "help_panel"):
            page = client.get(url(address, event))
            assert (page.status_code, "The secret team" in page.content.decode()) == (200, sees)
        assert client.post(url("serve_help", event, asked.pk), {"act": "claim"}).status_code == acts
    asked.refresh_from_db()
    assert asked.claimed_by == mentor
    client = as_user(stranger)
    assert client.get(url("help", event)).status_code == 404
    assert client.post(url("serve_help", event, asked.pk), {"act": "claim"}).status_code == 404
    assert as_user(instructor).post(url("ask_for_help", event), ASKED).status_code == 403


def test_a_request_of_another_event_is_not_found(as_user, event, instructor):
    other = HackathonFactory(course=event.course)
    asked = ask(other, team_of(other))
    assert as_user(instructor).post(url("serve_help", event, asked.pk), {"act": "claim"}).status_code == 404


def test_an_unpublished_event_has_no_desk_for_students(as_user, event, student):
    event.published_at = None
    event.save(update_fields=["published_at"])
    assert as_user(student).get(url("help", event)).status_code == 404


def test_staff_looking_as_a_student_change_nothing(as_user, event, instructor):
    client = as_user(instructor)
    client.post(reverse("student_view", args=[event.course.slug]))
    assert client.get(url("help", event)).status_code == 200
    assert client.post(url("ask_for_help", event), ASKED).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_needs_the_same_queries_for_any_number(
    as_user, event, instructor, count, django_assert_num_queries
):
    for _ in range(count):
        ask(event, team_of(event))
    done = ask(event, team_of(event))
    helpdesk.claim(request=done, by=instructor, page="/help/", now=NOW)
    helpdesk.resolve(request=done, by=instructor, note="", now=NOW)
    client = as_user(instructor)
    with django_assert_num_queries(11):
        assert client.get(url("help", event)).status_code == 200


def test_the_event_leads_to_its_desk(as_user, event, student):
    assert url("help", event) in as_user(student).get(event.get_absolute_url()).content.decode()


def test_names_are_shown_not_addresses(as_user, event, instructor):
    user = student_of(event.course, user=UserFactory(name="Ada Okafor", email="ada@example.org"))
    services.ask_for_help(hackathon=event, team=None, user=user, now=NOW, **ASKED)
    page = as_user(instructor).get(url("help", event)).content.decode()
    assert ("Ada Okafor" in page, "ada@example.org" in page) == (True, False)
