"""Organising a hackathon, through the pages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from classroom.models import AuditEntry, Role
from projects import services
from projects.errors import Refused
from projects.models import Challenge, Hackathon, RegistrationQuestion
from tests.factories import NOW, CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.projects.boards import board_of
from tests.projects.factories import ChallengeFactory, HackathonFactory, challenge_of, project_of, team_of

pytestmark = pytest.mark.django_db

#: What a form for a new event brings at least; the wall clock in Berlin.
LEAST = {
    "title": "Night of nets",
    "starts_at": "2027-06-04T09:00",
    "ends_at": "2027-06-05T17:00",
    "min_team_size": "1",
    "max_team_size": "4",
    "offer_hours": "24",
}


@pytest.fixture
def hackathon(course):
    return HackathonFactory(course=course)


def url(name, hackathon, *more):
    return reverse(f"projects:{name}", args=[hackathon.course.slug, hackathon.pk, *more])


def new(client, course, **fields):
    return client.post(reverse("projects:new_hackathon", args=[course.slug]), LEAST | fields)


def fields_of(event, **changes):
    """What the form of an event sends back unchanged, but for `changes`."""
    zone = event.course.zone
    shown = {}
    for name in (
        "starts_at",
        "ends_at",
        "registration_opens_at",
        "registration_closes_at",
        "submission_closes_at",
    ):
        shown[name] = getattr(event, name).astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    return LEAST | shown | {"title": event.title} | changes


def test_from_zero_to_open_registration(as_user, course, student, instructor):
    """What an organiser clicks the first time, with nothing but a title and two dates."""
    client = as_user(instructor)
    empty = client.get(reverse("projects:hackathon", args=[course.slug]))
    assert reverse("projects:new_hackathon", args=[course.slug]) in empty.content.decode()
    assert new(client, course, registration_required="on").status_code == 302
    event = Hackathon.objects.get()
    challenge = {"title": "Tides", "description": "Predict them.", "max_points": "10", "capacity": "3"}
    assert client.post(url("new_challenge", event), challenge).status_code == 302
    question = {"kind": "text", "text": "T-shirt size?", "required": "on"}
    assert client.post(url("new_question", event), question).status_code == 302
    assert client.get(url("register", event)).status_code == 403
    assert client.post(url("publish_hackathon", event)).url == event.get_absolute_url()
    page = as_user(student).get(reverse("projects:hackathon", args=[course.slug])).content.decode()
    assert [text in page for text in ("Tides", url("register", event))] == [True, True]
    assert "T-shirt size?" in as_user(student).get(url("register", event)).content.decode()


def test_dates_left_out_follow_from_the_others(as_user, course, instructor):
    assert new(as_user(instructor), course).status_code == 302
    event = Hackathon.objects.get()
    starts, ends = datetime(2027, 6, 4, 7, tzinfo=UTC), datetime(2027, 6, 5, 15, tzinfo=UTC)
    assert (event.starts_at, event.ends_at) == (starts, ends)
    assert (event.registration_opens_at, event.registration_closes_at) == (NOW, starts)
    assert (event.submission_closes_at, event.building) == (ends, (starts, ends))
    assert (event.published_at, event.registration_required) == (None, False)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.item) == (
        "hackathon.created",
        instructor,
        f"hackathon:{event.pk}",
    )


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("ends_at", "2027-06-04T09:00", "after the beginning"),
        ("registration_closes_at", "2027-05-01T09:00", "after the beginning"),
        ("building_closes_at", "2027-06-03T09:00", "after the beginning"),
        ("submission_closes_at", "2027-06-04T08:00", "after the beginning"),
        ("judging_closes_at", "2027-06-03T09:00", "after the beginning"),
        ("gallery_closes_at", "2027-06-03T09:00", "after the beginning"),
        ("max_team_size", "0", "greater than or equal to 1"),
        ("min_team_size", "5", "cannot be smaller"),
        ("starts_at", "2027-03-28T02:30", "does not exist"),
        ("ends_at", "2027-10-31T02:30", "comes twice"),
        ("venue_url", "http://example.org", "https://"),
        ("places", "-1", "greater than or equal to 0"),
        ("title", "\x00", "Null characters"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(as_user, course, instructor, field, value, message):
    fields = {
        "registration_opens_at": "2027-05-02T09:00",
        "building_opens_at": "2027-06-04T09:00",
        "judging_opens_at": "2027-06-04T09:00",
        "gallery_opens_at": "2027-06-04T09:00",
        "summary": "typed with care",
    }
    response = new(as_user(instructor), course, **fields | {field: value})
    page = response.content.decode()
    assert (response.status_code, message in page, "typed with care" in page) == (422, True, True)
    assert Hackathon.objects.count() == 0


def test_organising_is_for_instructors_of_the_course(as_user, course, student, hackathon):
    question = services.add_question(event=hackathon, question=RegistrationQuestion(text="Why?"))
    challenge = challenge_of(hackathon)
    pages = [
        reverse("projects:hackathons", args=[course.slug]),
        reverse("projects:new_hackathon", args=[course.slug]),
        url("edit_hackathon", hackathon),
        url("edit_challenges", hackathon),
        url("new_challenge", hackathon),
        url("edit_challenge", hackathon, challenge.pk),
        url("questions", hackathon),
        url("new_question", hackathon),
        url("edit_question", hackathon, question.pk),
        url("publish_hackathon", hackathon),
    ]
    assistant = EnrolmentFactory(course=course, role=Role.ASSISTANT).user
    stranger = instructor_of(CourseFactory())
    for person, status in ((student, 403), (assistant, 403), (stranger, 404), (instructor_of(course), 200)):
        client = as_user(person)
        assert [client.get(page).status_code for page in pages] == [status] * len(pages)
    acts = [
        url("publish_hackathon", hackathon),
        url("move_challenge", hackathon, challenge.pk),
        url("remove_challenge", hackathon, challenge.pk),
        url("move_question", hackathon, question.pk),
        url("remove_question", hackathon, question.pk),
    ]
    client = as_user(student)
    assert [client.post(act).status_code for act in acts] == [403] * len(acts)
    assert (Challenge.objects.count(), RegistrationQuestion.objects.count()) == (1, 1)


def test_things_of_another_event_are_not_found(as_user, instructor, hackathon):
    other = HackathonFactory(course=hackathon.course)
    challenge = challenge_of(other)
    question = services.add_question(event=other, question=RegistrationQuestion(text="Why?"))
    client = as_user(instructor)
    assert client.get(url("edit_challenge", hackathon, challenge.pk)).status_code == 404
    assert client.get(url("edit_question", hackathon, question.pk)).status_code == 404


def test_moving_the_event_moves_its_challenges_but_not_those_set_by_hand(as_user, instructor, hackathon):
    services.add_challenge(event=hackathon, challenge=Challenge(title="Follows"), now=NOW)
    ChallengeFactory(course=hackathon.course, hackathon=hackathon, title="By hand")
    later = hackathon.submission_closes_at + timedelta(hours=3)
    sent = fields_of(hackathon, submission_closes_at=later.astimezone(hackathon.course.zone).isoformat()[:16])
    assert as_user(instructor).post(url("edit_hackathon", hackathon), sent).status_code == 302
    hackathon.refresh_from_db()
    assert hackathon.submission_closes_at == later
    assert {c.title: c.closes_at for c in Challenge.objects.all()} == {
        "Follows": later,
        "By hand": NOW + timedelta(days=1),
    }


def test_publishing_shows_it_and_hiding_ends_with_the_first_team(as_user, course, student, instructor):
    event = HackathonFactory(course=course, published_at=None)
    assert as_user(student).get(event.get_absolute_url()).status_code == 404
    client = as_user(instructor)
    client.post(url("publish_hackathon", event))
    client.post(url("publish_hackathon", event))
    event.refresh_from_db()
    assert event.published_at == NOW
    assert AuditEntry.objects.filter(action="hackathon.published").count() == 1
    client.post(url("publish_hackathon", event), {"hide": ""})
    event.refresh_from_db()
    assert event.published_at is None
    services.publish(event=event, by=instructor, now=NOW)
    team_of(event)
    with pytest.raises(Refused, match="registered already"):
        services.unpublish(event=event, by=instructor, now=NOW)


def test_a_draft_that_holds_nothing_of_other_people_is_deleted(as_user, course, instructor, furnished):
    client, other = as_user(instructor), HackathonFactory(course=course, published_at=None)
    page = client.get(url("publish_hackathon", furnished)).content.decode()
    assert (url("delete_hackathon", furnished) in page, "data-confirm" in page) == (True, True)
    answer = client.post(url("delete_hackathon", furnished), follow=True)
    assert f"“{furnished.title}” is deleted." in answer.content.decode()
    assert list(Hackathon.objects.all()) == [other]
    assert list(AuditEntry.objects.filter(action="hackathon.deleted").values_list("actor", "detail")) == [
        (instructor.pk, {"title": furnished.title})
    ]


@pytest.fixture
def furnished(course, instructor):
    """A draft with everything that staff put into it: challenge and board, question, room and schedule."""
    event = HackathonFactory(course=course, published_at=None)
    board_of(event)
    services.add_question(event=event, question=RegistrationQuestion(text="Diet?", kind="text"))
    services.add_session(
        hackathon=event,
        details=services.SessionDetails(title="Opening"),
        speakers=[instructor],
        place=services.Place(
            services.add_room(hackathon=event, name="Aula", url=""),
            event.starts_at,
            event.starts_at + timedelta(hours=1),
        ),
    )
    services.release(hackathon=event, by=instructor, note="", now=NOW)
    services.desk_of(event)
    services.ask_for_package(event=event, kind="everything", by=instructor, now=NOW)
    return event


def register(event):
    Hackathon.objects.filter(pk=event.pk).update(registration_required=True)
    event.refresh_from_db()
    services.save_draft(hackathon=event, user=student_of(event.course), answers=[], now=NOW)


def name_judge(event):
    services.add_judge(hackathon=event, user=UserFactory(), now=NOW)


def show_tomorrow(event):
    Hackathon.objects.filter(pk=event.pk).update(published_at=NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (register, "what they did stays"),
        (team_of, "what they did stays"),
        (name_judge, "remove them first"),
        (show_tomorrow, "hide it first"),
    ],
)
def test_an_event_that_holds_something_of_others_stays(as_user, instructor, furnished, given, says):
    given(furnished)
    client = as_user(instructor)
    page = client.get(url("publish_hackathon", furnished)).content.decode()
    assert (says in page, url("delete_hackathon", furnished) in page) == (True, False)
    answer = client.post(url("delete_hackathon", furnished), follow=True)
    assert says in answer.content.decode()
    assert Hackathon.objects.filter(pk=furnished.pk).count() == 1


def test_challenges_are_put_in_order(as_user, instructor, hackathon):
    for title in "ABC":
        services.add_challenge(event=hackathon, challenge=Challenge(title=title), now=NOW)
    first, second, third = hackathon.challenges.all()
    client = as_user(instructor)
    client.post(url("move_challenge", hackathon, third.pk), {"up": ""})
    client.post(url("move_challenge", hackathon, first.pk), {"up": ""})
    client.post(url("move_challenge", hackathon, second.pk), {"down": ""})
    assert list(hackathon.challenges.values_list("title", "position")) == [("A", 0), ("C", 1), ("B", 2)]


def test_a_challenge_somebody_has_chosen_stays_and_keeps_its_places(as_user, instructor, hackathon):
    challenge = services.add_challenge(
        event=hackathon, challenge=Challenge(title="Tides", capacity=5), now=NOW
    )
    for _ in range(2):
        project_of(team_of(hackathon), challenge)
    client = as_user(instructor)
    client.post(url("remove_challenge", hackathon, challenge.pk))
    fields = {"title": "Tides", "max_points": "10", "capacity": "1"}
    response = client.post(url("edit_challenge", hackathon, challenge.pk), fields)
    assert (response.status_code, "larger number of places" in response.content.decode()) == (422, True)
    challenge.refresh_from_db()
    assert (challenge.capacity, challenge.taken) == (5, 2)
    challenge.capacity = 1
    with pytest.raises(Refused, match="larger number"):
        services.change_challenge(challenge=challenge, fields=["capacity"], now=NOW)
    unchosen = challenge_of(hackathon)
    client.post(url("remove_challenge", hackathon, unchosen.pk))
    assert list(hackathon.challenges.all()) == [challenge]


def test_a_challenge_names_its_exercise(as_user, instructor, hackathon):
    fields = {"title": "Planar", "max_points": "10", "exercise": "planar-one-hidden-layer"}
    client = as_user(instructor)
    assert client.post(url("new_challenge", hackathon), fields).status_code == 302
    challenge = Challenge.objects.get()
    assert (challenge.exercise, challenge.capacity, challenge.published_at) == (fields["exercise"], None, NOW)
    assert (challenge.opens_at, challenge.closes_at) == hackathon.building
    assert client.post(url("new_challenge", hackathon), fields | {"exercise": "nothing"}).status_code == 422


def test_a_choice_has_at_least_two_choices(as_user, instructor, hackathon):
    client = as_user(instructor)
    fields = {"kind": "choice", "text": "Lunch?", "choices": "vegan\nvegan\n"}
    assert client.post(url("new_question", hackathon), fields).status_code == 422
    fields["choices"] = " vegan \n\nnone"
    assert client.post(url("new_question", hackathon), fields).status_code == 302
    assert RegistrationQuestion.objects.get().options == ["vegan", "none"]


@pytest.mark.parametrize("count", [1, 3])
def test_lists_need_the_same_queries_for_any_number_of_rows(
    as_user, instructor, hackathon, count, django_assert_num_queries
):
    for number in range(count):
        services.add_challenge(event=hackathon, challenge=Challenge(title=f"C{number}"), now=NOW)
        services.add_question(event=hackathon, question=RegistrationQuestion(text=f"Q{number}"))
        HackathonFactory(course=hackathon.course)
    client = as_user(instructor)
    for address, queries in (
        (reverse("projects:hackathons", args=[hackathon.course.slug]), 3),
        (url("edit_challenges", hackathon), 4),
        (url("questions", hackathon), 4),
    ):
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200


def test_the_other_hackathons_are_a_click_away(as_user, course, student, instructor, hackathon):
    """Who took part in the last one finds its results while the next one is what the course is led to."""
    last = HackathonFactory(
        course=course, starts_at=NOW - timedelta(days=9), ends_at=NOW - timedelta(days=8), title="Last year's"
    )
    draft = HackathonFactory(course=course, published_at=None, title="Nobody's business")
    foreign = HackathonFactory(title="Elsewhere")
    seen = [
        [
            address in as_user(user).get(hackathon.get_absolute_url()).content.decode()
            for address in (
                f'"{last.get_absolute_url()}"',
                f'"{draft.get_absolute_url()}"',
                f'"{foreign.get_absolute_url()}"',
            )
        ]
        for user in (student, instructor)
    ]
    assert seen == [[True, False, False], [True, True, False]]


def test_staff_are_told_that_nobody_else_sees_a_draft(as_user, course, instructor, hackathon):
    client, said = as_user(instructor), "Only staff see this hackathon."
    shown = said in client.get(hackathon.get_absolute_url()).content.decode()
    client.post(url("publish_hackathon", hackathon), {"hide": ""})
    hidden = client.get(hackathon.get_absolute_url()).content.decode()
    assert (shown, said in hidden, url("publish_hackathon", hackathon) in hidden) == (False, True, True)


def test_the_course_s_menu_shows_where_the_organiser_is(as_user, course, instructor):
    client, here = (
        as_user(instructor),
        f'"{reverse("projects:hackathon", args=[course.slug])}" aria-current="page"',
    )
    pages = [
        client.get(reverse(f"projects:{name}", args=[course.slug]))
        for name in ("hackathons", "new_hackathon")
    ]
    assert [here in page.content.decode() for page in pages] == [True, True]
