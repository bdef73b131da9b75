"""The door: tickets, what devices send and when, who may keep it, and who comes unannounced."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from classroom.models import AuditEntry, Enrolment, Outbox, Role, User
from projects import queries, services, tickets
from projects.errors import Refused
from projects.forms.door import MOST_SEEN, read_report
from projects.models import Registration, Scan
from projects.models.registration import State
from projects.services import Seen
from tests.factories import NOW, CourseFactory, EnrolmentFactory, UserFactory, instructor_of, student_of
from tests.projects.factories import HackathonFactory, members, team_of
from tests.races import at_once

pytestmark = pytest.mark.django_db

MINUTE = 60.0


def url(name, event, *more):
    return reverse(f"projects:{name}", args=[event.course.slug, event.pk, *more])


@pytest.fixture
def event(course):
    return HackathonFactory(course=course, registration_required=True)


def registered(event, **fields):
    user = student_of(event.course, user=UserFactory(**fields))
    services.register(hackathon=event, user=user, answers=[], now=NOW)
    return user


def see(event, user, age=0.0, door="A", undoes=False, key=None, now=NOW, by=None):
    seen = Seen(key or uuid4(), user.pk, age, undoes, door)
    by = by or User.objects.filter(is_superuser=True).first() or UserFactory(is_superuser=True)
    return services.record(hackathon=event, seen=[seen], by=by, now=now)[0]


def came(event):
    return {
        user: (scan.at, scan.door)
        for user, scan in queries.arrivals(Scan.objects.filter(hackathon=event)).items()
    }


def test_whoever_takes_part_is_expected(event):
    ada, _ben = registered(event, name="Ada"), student_of(event.course)
    waiting = HackathonFactory(course=event.course, registration_required=True, places=0)
    registered(waiting)
    assert [row[:3] for row in queries.door_list(hackathon=event)] == [(ada.pk, "Ada", "")]
    assert queries.door_list(hackathon=waiting) == []


def test_where_nobody_registers_the_teams_are_expected(course):
    event = HackathonFactory(course=course)
    team = team_of(event, 2, "Tides")
    listed = queries.door_list(hackathon=event)
    assert {(row[0], row[2]) for row in listed} == {(user.pk, "Tides") for user in members(team)}


def test_the_earlier_of_two_doors_counts_whatever_comes_first(event):
    ada = registered(event)
    assert see(event, ada, age=2 * MINUTE, door="B").word == "first"
    assert see(event, ada, age=1 * MINUTE, door="C").word == "already"
    assert see(event, ada, age=9 * MINUTE, door="A").word == "first"
    assert came(event) == {ada.pk: (NOW - timedelta(minutes=9), "A")}


def test_a_report_that_is_sent_again_changes_nothing_and_says_the_same(event):
    ada, key = registered(event), uuid4()
    assert see(event, ada, key=key, age=5 * MINUTE).word == "first"
    assert see(event, ada, door="B").word == "already"
    before = came(event)
    later = NOW + timedelta(hours=1)
    assert see(event, ada, key=key, age=65 * MINUTE, now=later).word == "first"
    assert (came(event), Scan.objects.count()) == (before, 2)


def test_what_is_undone_may_be_done_again(event):
    ada = registered(event)
    see(event, ada, age=9 * MINUTE)
    assert see(event, ada, age=5 * MINUTE, undoes=True).word == "undone"
    assert came(event) == {}
    assert see(event, ada, age=7 * MINUTE, door="late").word == "undone"
    assert see(event, ada, age=1 * MINUTE).word == "first"
    assert came(event) == {ada.pk: (NOW - timedelta(minutes=1), "A")}


LOG = st.lists(st.tuples(st.integers(1, 2), st.integers(0, 6), st.booleans()), max_size=12)


@given(LOG, st.randoms())
def test_arrivals_do_not_depend_on_the_order_in_which_doors_report(log, rng):
    """Whoever has a scan later than the last that undoes has come, at the earliest of those."""
    scans = [
        Scan(pk=number, user_id=user, at=NOW + timedelta(minutes=at), undoes=undoes)
        for number, (user, at, undoes) in enumerate(log)
    ]
    expected = {}
    for user in (1, 2):
        places = [(scan.at, scan.pk) for scan in scans if scan.user_id == user and scan.undoes]
        last = max(places, default=(NOW - timedelta(minutes=1), 0))
        later = [
            scan for scan in scans if scan.user_id == user and not scan.undoes and (scan.at, scan.pk) > last
        ]
        if later:
            expected[user] = min(later, key=lambda scan: (scan.at, scan.pk))
    rng.shuffle(scans)
    assert queries.arrivals(scans) == expected


def test_nobody_else_is_recorded(event):
    stranger = student_of(event.course)
    elsewhere = registered(HackathonFactory(course=event.course, registration_required=True))
    assert [see(event, user).word for user in (stranger, elsewhere)] == ["unknown", "unknown"]
    assert Scan.objects.count() == 0


def test_who_withdraws_after_coming_stays_on_the_list(event):
    ada = registered(event)
    see(event, ada)
    services.withdraw(hackathon=event, user=ada, now=NOW)
    assert see(event, ada, door="B").word == "already"
    assert queries.door_counts(hackathon=event) == queries.DoorCounts(1, 1)


def test_no_clock_of_a_device_makes_a_time_in_the_future_or_long_ago(event):
    ada, ben, eve = (registered(event) for _ in range(3))
    for user, age in ((ada, -3600.0), (ben, 10.0**12), (eve, float("nan"))):
        see(event, user, age=age)
    times = came(event)
    assert [times[user.pk][0] for user in (ada, ben, eve)] == [NOW, NOW - timedelta(days=7), NOW]


@pytest.mark.django_db(transaction=True)
def test_of_many_doors_at_once_one_is_first_and_the_others_are_told():
    event = HackathonFactory(registration_required=True)
    staff = instructor_of(event.course)
    for _ in range(10):
        ada = registered(event)
        acts = [lambda ada=ada, n=n: see(event, ada, door=f"{n}", by=staff) for n in range(6)]
        outcomes = at_once(acts, refusals=Refused)
        assert sorted(outcome.word for outcome in outcomes) == ["already"] * 5 + ["first"]
        assert len({outcome.arrival.pk for outcome in outcomes}) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_report_sent_many_times_at_once_is_stored_once():
    event = HackathonFactory(registration_required=True)
    staff, ada = instructor_of(event.course), registered(event)
    for number in range(1, 11):
        key = uuid4()
        acts = [lambda key=key: see(event, ada, key=key, by=staff)] * 6
        assert len(at_once(acts, refusals=Refused)) == 6
        assert Scan.objects.count() == number


def test_a_ticket_is_on_the_pages_of_who_takes_part_and_in_the_confirmation(as_user, event):
    ada, ben = registered(event), student_of(event.course)
    typed = tickets.typed(tickets.code_of(event.pk, ada.pk))
    for address in (event.get_absolute_url(), url("register", event)):
        assert typed in as_user(ada).get(address).content.decode()
        assert "Your ticket" not in as_user(ben).get(address).content.decode()
    assert typed in Outbox.objects.get().body


def test_after_the_event_there_is_no_ticket(as_user, event, now):
    ada = registered(event)
    now(event.ends_at)
    assert "Your ticket" not in as_user(ada).get(event.get_absolute_url()).content.decode()


def test_codes_that_do_not_count_say_why(as_user, event, instructor):
    ada = registered(event)
    other = HackathonFactory(course=event.course, registration_required=True)
    elsewhere = tickets.code_of(other.pk, registered(other).pk)
    gone = registered(event)
    services.withdraw(hackathon=event, user=gone, now=NOW)
    forged = f"CLASSROOM:{event.pk}:" + "A" * 16
    for text, why in (
        (elsewhere, "for another hackathon"),
        (forged, "not valid here"),
        (tickets.code_of(event.pk, gone.pk), "not valid here"),
        ("", "no ticket"),
    ):
        page = as_user(instructor).post(url("check_in", event), {"code": text}, follow=True)
        (said,) = page.context["messages"]
        assert why in str(said)
    assert Scan.objects.count() == 0
    page = as_user(instructor).post(
        url("check_in", event), {"code": tickets.typed(tickets.code_of(event.pk, ada.pk))}, follow=True
    )
    assert [str(said) for said in page.context["messages"]] == [f"{ada} is checked in."]


def test_the_door_works_without_script(as_user, event, instructor):
    ada = registered(event, name="Ada Okafor")
    registered(event, name="Ben Lindqvist")
    client = as_user(instructor)
    page = client.post(url("check_in", event), {"code": "okafor"}, follow=True)
    assert [one.name for one in page.context["found"]] == ["Ada Okafor"]
    page = client.post(url("check_in", event), {"user": ada.pk}, follow=True)
    assert page.context["counts"].arrived == 1
    page = client.post(url("check_in", event), {"user": ada.pk}, follow=True)
    assert "has come in before" in page.content.decode()
    page = client.post(url("check_in", event), {"user": ada.pk, "undo": "1"}, follow=True)
    assert page.context["counts"].arrived == 0
    page = client.post(url("check_in", event), {"user": instructor.pk}, follow=True)
    assert "not expected" in page.content.decode()
    assert client.post(url("check_in", event), {"user": "x" * 99}).status_code == 302


def report(client, event, *seen, since=0):
    body = {"since": since, "seen": [{"age": 0, "door": "A"} | one for one in seen]}
    return client.post(url("door_sync", event), json.dumps(body), "application/json")


def test_a_device_sends_what_it_saw_and_hears_of_other_doors(as_user, event, instructor):
    ada, ben = registered(event), registered(event)
    see(event, ada, age=MINUTE, door="B")
    keys = [str(uuid4()) for _ in range(3)]
    client = as_user(instructor)
    answer = report(
        client,
        event,
        {"key": keys[0], "user": ada.pk},
        {"key": keys[1], "user": ben.pk},
        {"key": keys[2], "user": instructor.pk},
    ).json()
    assert answer["outcomes"] == [[keys[0], "already"], [keys[1], "first"], [keys[2], "unknown"]]
    assert [(user, door) for _pk, user, _undoes, _at, door, _key in answer["scans"]] == [
        (ada.pk, "B"),
        (ada.pk, "A"),
        (ben.pk, "A"),
    ]
    cursor = answer["scans"][-1][0]
    assert report(client, event, since=cursor).json()["scans"] == []
    assert Scan.objects.get(key=keys[1]).by == instructor


def test_a_line_that_makes_no_sense_does_not_hold_up_the_others(as_user, event, instructor):
    ada, key = registered(event), str(uuid4())
    client = as_user(instructor)
    wrong = (
        {"key": "x", "user": ada.pk},
        {"key": key, "user": None},
        {"user": 1},
        {"key": key, "user": 2**70},
    )
    answer = report(client, event, *wrong, {"key": key, "user": ada.pk}).json()
    assert answer["outcomes"][0] == [key, "first"]
    for body in ("", "[]", "null", '{"since": 0}', '{"since": "x", "seen": []}', "[" * 100_000, b"\xff"):
        assert client.post(url("door_sync", event), body, "application/json").status_code == 400
    assert report(client, event, *[{"key": key, "user": 1}] * (MOST_SEEN + 1)).status_code == 400


def test_a_doors_name_with_half_a_character_loses_no_scan(as_user, event, instructor):
    ada, key = registered(event), str(uuid4())
    answer = report(as_user(instructor), event, {"key": key, "user": ada.pk, "door": "East \ud83d"}).json()
    assert answer["outcomes"] == [[key, "first"]]
    assert Scan.objects.get().door == "East "


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), st.lists, max_leaves=5))
def test_any_report_is_read_or_refused(line):
    body = json.dumps({"since": 0, "seen": [line, {"key": line, "user": line, "age": line}]}).encode()
    _cursor, seen, senseless = read_report(body)
    assert len(seen) + len(senseless) == 2


def test_the_list_of_a_device_holds_names_and_hashes_and_no_more(as_user, event, instructor):
    ada = registered(event, name="Ada Okafor", email="ada@example.org")
    nameless = registered(event, name="", email="somebody@example.org")
    answer = as_user(instructor).get(url("door_people", event))
    digests = {user.pk: tickets.digest_of(tickets.code_of(event.pk, user.pk)) for user in (ada, nameless)}
    assert sorted(answer.json()["people"]) == [
        [ada.pk, "Ada Okafor", "", digests[ada.pk]],
        [nameless.pk, "somebody", "", digests[nameless.pk]],
    ]
    text = answer.content.decode()
    assert ("example.org" in text, tickets.code_of(event.pk, ada.pk)[-16:] in text) == (False, False)


def test_the_door_is_kept_by_instructors_and_assistants(as_user, event, instructor, student):
    registered(event, name="Ada Secret")
    course = event.course
    viewer, assistant = (
        EnrolmentFactory(course=course, role=role).user for role in (Role.VIEWER, Role.ASSISTANT)
    )
    for someone, status in (
        (student, 403),
        (viewer, 403),
        (instructor_of(CourseFactory()), 404),
        (assistant, 200),
        (instructor, 200),
    ):
        client = as_user(someone)
        for name in ("door", "door_worker", "door_people"):
            page = client.get(url(name, event))
            assert page.status_code == status
        assert report(client, event).status_code == status
        acts = [client.post(url(name, event), {}).status_code for name in ("check_in", "admit")]
        assert acts == ([302, 422] if status == 200 else [status, status])
    client.logout()
    assert client.get(url("door_people", event)).status_code == 302


def test_a_door_of_another_course_is_not_found(as_user, event):
    other = instructor_of(CourseFactory())
    slug = Enrolment.objects.get(user=other).course.slug
    assert as_user(other).get(reverse("projects:door", args=[slug, event.pk])).status_code == 404


def test_the_worker_is_served_below_the_page_it_works_for(as_user, event, instructor):
    answer = as_user(instructor).get(url("door_worker", event))
    assert answer["Content-Type"] == "text/javascript"
    assert url("door_worker", event).startswith(url("door", event))
    assert "{%" not in answer.content.decode()


def admit(client, event, email="new@example.org", name="Nora New"):
    return client.post(url("admit", event), {"email": email, "name": name})


def test_who_comes_unannounced_is_enrolled_registered_and_checked_in(as_user, event, instructor):
    assert admit(as_user(instructor), event).status_code == 302
    nora = User.objects.get(email="new@example.org")
    assert Enrolment.objects.get(user=nora).role == Role.STUDENT
    assert Registration.objects.get(user=nora).state(NOW) == State.CONFIRMED
    assert list(came(event)) == [nora.pk]
    event.refresh_from_db()
    assert event.places_taken == 1
    assert AuditEntry.objects.filter(action="door.admitted", about=nora, actor=instructor).count() == 1


def test_where_nobody_registers_who_comes_is_just_checked_in(as_user, course, instructor):
    event = HackathonFactory(course=course)
    admit(as_user(instructor), event)
    assert queries.door_counts(hackathon=event) == queries.DoorCounts(1, 1)
    assert Registration.objects.count() == 0


def test_the_last_place_bounds_who_comes_unannounced(as_user, course, instructor):
    event = HackathonFactory(course=course, registration_required=True, places=1)
    client = as_user(instructor)
    assert admit(client, event).status_code == 302
    page = admit(client, event, "second@example.org")
    assert (page.status_code, "No place is left" in page.content.decode()) == (422, True)
    assert not User.objects.filter(email="second@example.org").exists()


def test_a_kept_offer_becomes_a_place_at_the_door(as_user, course, instructor):
    event = HackathonFactory(course=course, registration_required=True, places=1)
    first, second = registered(event), registered(event)
    services.withdraw(hackathon=event, user=first, now=NOW)
    admit(as_user(instructor), event, second.email)
    event.refresh_from_db()
    assert (Registration.objects.get(user=second).state(NOW), event.places_taken) == (State.CONFIRMED, 1)


def test_the_declined_and_staff_are_not_let_in_by_the_back_door(as_user, event, instructor):
    ada = registered(event)
    services.decline(registration=Registration.objects.get(user=ada), by=instructor, now=NOW)
    client = as_user(instructor)
    for email in (ada.email, instructor.email, "no address", ""):
        assert admit(client, event, email).status_code == 422
    assert Scan.objects.count() == 0
    assert Enrolment.objects.get(user=instructor).role == Role.INSTRUCTOR


@pytest.mark.parametrize("count", [1, 3])
def test_the_door_needs_the_same_queries_for_any_number(
    as_user, event, instructor, count, django_assert_num_queries
):
    users = [registered(event) for _ in range(count)]
    for user in users:
        see(event, user)
    client = as_user(instructor)
    for name, queries_needed in (("door", 5), ("door_people", 5)):
        with django_assert_num_queries(queries_needed):
            assert client.get(url(name, event)).status_code == 200
    seen = [{"key": str(UUID(int=n)), "user": user.pk} for n, user in enumerate(users)]
    with django_assert_num_queries(11):
        assert report(client, event, *seen).status_code == 200
