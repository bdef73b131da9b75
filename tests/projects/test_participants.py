"""The organisers' list of participants: search, places, the table out and the table in."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classroom.models import AuditEntry, Enrolment, Outbox, Role, User
from projects import services
from projects.errors import Refused
from projects.models import Registration, RegistrationQuestion
from projects.models.registration import State
from projects.services.roster import MAX_LINES
from projects.views.participants import PEOPLE_A_PAGE
from tests.factories import NOW, CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.projects.factories import HackathonFactory, team_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hackathon(course):
    return HackathonFactory(course=course, registration_required=True, places=2)


def url(name, hackathon, *more):
    return reverse(f"projects:{name}", args=[hackathon.course.slug, hackathon.pk, *more])


def register(event, user, *answers, now=NOW):
    return services.register(hackathon=event, user=user, answers=answers, now=now)


def person(event, name, **fields):
    return student_of(event.course, user=UserFactory(name=name, **fields))


def listed(client, event, **query):
    return [row.name for row in client.get(url("participants", event), query).context["rows"]]


def test_the_list_is_searched_and_filtered(as_user, instructor, hackathon):
    for seconds, name in enumerate(("Ada Okafor", "Ben Lindqvist", "Carla Ada Weiss")):
        register(hackathon, person(hackathon, name), now=NOW + timedelta(seconds=seconds))
    other = HackathonFactory(course=hackathon.course, registration_required=True)
    register(other, person(hackathon, "Ada Elsewhere"))
    client = as_user(instructor)
    assert listed(client, hackathon) == ["Ada Okafor", "Ben Lindqvist", "Carla Ada Weiss"]
    assert listed(client, hackathon, q="ada") == ["Ada Okafor", "Carla Ada Weiss"]
    assert listed(client, hackathon, q="weiss ada") == ["Carla Ada Weiss"]
    assert listed(client, hackathon, state="waiting") == ["Carla Ada Weiss"]
    assert listed(client, hackathon, q="ada", state="confirmed") == ["Ada Okafor"]
    assert listed(client, hackathon, state="nonsense", page="many") == [
        "Ada Okafor",
        "Ben Lindqvist",
        "Carla Ada Weiss",
    ]


def test_the_list_has_pages_and_keeps_the_filter(as_user, instructor, course):
    event = HackathonFactory(course=course, registration_required=True)
    for _ in range(PEOPLE_A_PAGE + 1):
        register(event, student_of(course))
    page = as_user(instructor).get(url("participants", event), {"state": "confirmed", "page": 2})
    assert len(page.context["rows"]) == 1
    assert "?state=confirmed&amp;page=1" in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number(
    as_user, instructor, course, count, django_assert_num_queries
):
    event = HackathonFactory(course=course, registration_required=True)
    questions = [
        services.add_question(event=event, question=RegistrationQuestion(text=f"Q{n}")) for n in range(3)
    ]
    for _ in range(count):
        user = student_of(course)
        register(event, user, *(services.Given(question, "x") for question in questions))
        services.create_team(hackathon=event, user=user, name=f"Team {user.pk}", now=NOW)
    client = as_user(instructor)
    with django_assert_num_queries(9):
        assert client.get(url("participants", event)).status_code == 200
    with django_assert_num_queries(8):
        table = client.get(url("participants_csv", event))
        assert (table.status_code, table.getvalue().count(b"\n")) == (200, 1 + count)


def test_the_list_is_read_by_staff_and_changed_by_instructors(as_user, instructor, student, hackathon):
    registration = register(hackathon, student)
    reads = [url("participants", hackathon), url("participants_csv", hackathon)]
    acts = [
        url("give_place", hackathon, registration.pk),
        url("decline_registration", hackathon, registration.pk),
    ]
    viewer, assistant = (
        EnrolmentFactory(course=hackathon.course, role=role).user for role in (Role.VIEWER, Role.ASSISTANT)
    )
    stranger = instructor_of(CourseFactory())
    for someone, read, act in (
        (student, 403, 403),
        (viewer, 200, 403),
        (assistant, 200, 403),
        (stranger, 404, 404),
        (instructor, 200, 302),
    ):
        client = as_user(someone)
        assert [client.get(address).status_code for address in reads] == [read] * 2
        assert client.get(url("import_participants", hackathon)).status_code == (200 if act == 302 else act)
        assert [client.post(address).status_code for address in acts] == [act] * 2
    assert Registration.objects.get().state(NOW) == State.DECLINED


def test_a_registration_of_another_event_is_not_found(as_user, instructor, student, hackathon):
    other = HackathonFactory(course=hackathon.course, registration_required=True)
    registration = register(other, student)
    assert (
        as_user(instructor).post(url("decline_registration", hackathon, registration.pk)).status_code == 404
    )


def test_declining_takes_out_of_the_team_and_offers_the_place(as_user, instructor, hackathon):
    first, second, third = (student_of(hackathon.course) for _ in range(3))
    for seconds, user in enumerate((first, second, third)):
        register(hackathon, user, now=NOW + timedelta(seconds=seconds))
    services.create_team(hackathon=hackathon, user=first, name="Short-lived", now=NOW)
    client = as_user(instructor)
    client.post(url("decline_registration", hackathon, first.registrations.get().pk))
    states = [r.state(NOW) for r in Registration.objects.order_by("pk")]
    assert states == [State.DECLINED, State.CONFIRMED, State.OFFERED]
    assert first.memberships.count() == 0
    page = client.post(url("give_place", hackathon, first.registrations.get().pk), follow=True)
    assert "No place is free" in page.content.decode()
    assert AuditEntry.objects.get(action="registration.declined").about == first


def rows_of(response):
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_no_formula_leaves_with_the_table(as_user, instructor, hackathon):
    question = services.add_question(event=hackathon, question=RegistrationQuestion(text="=1+1"))
    user = person(hackathon, "@SUM(A1)", email="ada@example.org")
    register(hackathon, user, services.Given(question, '=HYPERLINK("http://evil.example")'))
    header, row = rows_of(as_user(instructor).get(url("participants_csv", hackathon)))
    assert header == ["name", "e-mail", "state", "registered", "team", "'=1+1"]
    assert row == [
        "'@SUM(A1)",
        "ada@example.org",
        "confirmed",
        "2027-05-18T18:00:00+02:00",
        "",
        '\'=HYPERLINK("http://evil.example")',
    ]


TABLE = """name;email
Ada Lovelace;ADA@example.org
;ben@example.org

Carla;carla@
Dora;ada@example.org
Mira;mira@example.org
Root;root@example.org
Nobody;gone@example.org
Elsa;elsa@example.org
Guest;guest-1@guest.invalid
"""


@pytest.fixture
def known(course):
    """People of the table who have accounts."""
    EnrolmentFactory(
        course=course, user=UserFactory(email="mira@example.org", name="Mira P"), role=Role.ASSISTANT
    )
    UserFactory(email="root@example.org", is_superuser=True)
    UserFactory(email="gone@example.org", is_active=False)
    return student_of(course, user=UserFactory(email="elsa@example.org", name="Elsa E"))


def test_a_table_is_previewed_with_its_problems_by_line(as_user, instructor, hackathon, known):
    response = as_user(instructor).post(
        url("import_participants", hackathon), {"file": SimpleUploadedFile("people.csv", TABLE.encode())}
    )
    assert [(line, p.email, p.name) for line, p in response.context["people"]] == [
        (2, "ada@example.org", "Ada Lovelace"),
        (3, "ben@example.org", ""),
        (10, "elsa@example.org", "Elsa"),
    ]
    assert [line for line, _problem in response.context["problems"]] == [5, 6, 7, 8, 9, 11]
    page = response.content.decode()
    assert "There are fewer places" in page
    assert (Registration.objects.count(), User.objects.filter(email="ada@example.org").count()) == (0, 0)


def test_an_import_registers_in_order_and_changes_nobody(as_user, instructor, course, hackathon, known):
    client = as_user(instructor)
    sent = {"text": TABLE, "confirm": ""}
    assert client.post(url("import_participants", hackathon), sent).status_code == 302
    states = {r.user.email: r.state(NOW) for r in Registration.objects.select_related("user")}
    assert states == {
        "ada@example.org": State.CONFIRMED,
        "ben@example.org": State.CONFIRMED,
        "elsa@example.org": State.WAITING,
    }
    roles = dict(Enrolment.objects.filter(course=course).values_list("user__email", "role"))
    assert (roles["ada@example.org"], roles["mira@example.org"]) == (Role.STUDENT, Role.ASSISTANT)
    assert "root@example.org" not in roles
    names = dict(User.objects.values_list("email", "name"))
    assert (names["elsa@example.org"], names["ada@example.org"]) == ("Elsa E", "Ada Lovelace")
    assert Outbox.objects.filter(key__startswith="registration:").count() == 3
    page = client.post(url("import_participants", hackathon), sent, follow=True).content.decode()
    assert "0 take part, 0 wait, 3 were registered already." in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose a file"),
        ({"text": "name\nAda"}, "has to be called"),
        ({"file": SimpleUploadedFile("a.csv", b"email\nJ\xf6rg")}, "“Jörg” is no e-mail address"),
        ({"file": SimpleUploadedFile("a.csv", b"x" * 500_001)}, "too large"),
        ({"text": 'email\n"' + "x" * 140_000}, "no table from here on"),
    ],
)
def test_what_is_no_table_is_explained(as_user, instructor, hackathon, sent, said):
    response = as_user(instructor).post(url("import_participants", hackathon), sent)
    assert (response.status_code in {200, 422}, said in response.content.decode()) == (True, True)


def test_a_table_has_an_end(hackathon):
    text = "email\n" + "".join(f"p{n}@example.org\n" for n in range(MAX_LINES + 5))
    roster = services.read_roster(text=text, hackathon=hackathon)
    assert (len(roster.people), [line for line, _ in roster.problems]) == (MAX_LINES, [MAX_LINES + 2])


def test_nobody_is_imported_into_what_they_cannot_see(instructor, hackathon):
    hackathon.published_at = None
    with pytest.raises(Refused, match="Publish the hackathon first"):
        services.import_people(hackathon=hackathon, text=TABLE, by=instructor, now=NOW)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.sampled_from('ab@.,;\t\n\r" email\ufeff\x00é'), max_size=80))
def test_no_text_breaks_the_reader(hackathon, text):
    for table in (text, f"email,name\n{text}"):
        roster = services.read_roster(text=table, hackathon=hackathon)
        assert set(roster.people).isdisjoint(line for line, _problem in roster.problems)


def test_teams_formed_before_registration_was_switched_on_stay(course):
    event = HackathonFactory(course=course)
    team = team_of(event)
    event.registration_required = True
    services.change_event(
        event=event, fields=["registration_required"], by=team.memberships.get().user, now=NOW
    )
    assert team.memberships.count() == 1
