from datetime import timedelta
from functools import partial
from itertools import pairwise, permutations

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects import pitching, queries, services
from projects.models import Session, Slot
from projects.services import Place, Refused, SessionDetails
from tests.factories import NOW, instructor_of, student_of
from tests.projects.factories import DAY, HackathonFactory, challenge_of, members, project_of, team_of
from tests.races import at_once

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def event(course):
    return HackathonFactory(course=course, starts_at=NOW, ends_at=NOW + 2 * DAY)


@pytest.fixture
def hall(event):
    return services.add_room(hackathon=event, name="Hall 3", url="")


def plan(event, room, *windows, minutes=10):
    return services.plan_pitches(
        hackathon=event,
        room=room,
        windows=[(NOW + begins * MINUTE, NOW + ends * MINUTE) for begins, ends in windows],
        minutes=minutes,
    )


def planned(event):
    """The draft's pitches: when (minutes), whose."""
    slots = Slot.objects.filter(
        schedule__hackathon=event, schedule__version=None, session__kind="pitch"
    ).select_related("session__team")
    return sorted(((slot.starts_at - NOW) / MINUTE, slot.session.team.name) for slot in slots)


def say(event, begins, ends, **who):
    services.state_availability(
        hackathon=event,
        starts_at=NOW + begins * MINUTE,
        ends_at=NOW + ends * MINUTE,
        **({"room": None, "user": None} | who),
    )


wishes = st.lists(st.lists(st.integers(0, 4), unique=True, max_size=5), max_size=5)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wishes)
def test_as_many_teams_as_possible_get_a_slot_of_their_own_that_suits(wishes):
    found = pitching.assign(wishes)
    assert all(slot in wishes[team] for team, slot in found.items())
    assert len(set(found.values())) == len(found)
    best = max(
        sum(slot in wishes[team] for team, slot in enumerate(order[: len(wishes)]))
        for order in permutations(range(5))
    )
    assert len(found) == best


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50))), st.integers(1, 20))
def test_times_are_within_windows_and_never_overlap(windows, minutes):
    spans = [(NOW + begins * MINUTE, NOW + ends * MINUTE) for begins, ends in windows]
    found = list(pitching.times(spans, minutes * MINUTE))
    assert all(any(begins <= first and last <= ends for begins, ends in spans) for first, last in found)
    assert all(last - first == minutes * MINUTE for first, last in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))


def test_every_team_gets_a_slot_in_the_windows_named_for_its_project(event, hall):
    teams = [team_of(event, name=name) for name in ("Ant", "Bee", "Cat")]
    project_of(teams[1], challenge_of(event), title="Tides")
    done = plan(event, hall, (0, 25), (60, 70))
    assert (done.placed, done.without) == (3, [])
    assert planned(event) == [(0, "Ant"), (10, "Bee"), (60, "Cat")]
    assert sorted(Session.objects.values_list("title", flat=True)) == ["Ant", "Cat", "Tides"]
    assert queries.plan(hackathon=event, day=None).clashes == []


def test_running_it_again_places_only_who_has_none(event, hall):
    team_of(event, name="Ant")
    team_of(event, name="Bee")
    assert plan(event, hall, (0, 10)).without == ["Bee"]
    assert plan(event, hall, (0, 20)).placed == 1
    team_of(event, name="Cat")
    assert plan(event, hall, (0, 30)).placed == 1
    assert plan(event, hall, (0, 60)).placed == 0
    assert planned(event) == [(0, "Ant"), (10, "Bee"), (20, "Cat")]


def test_a_pitch_taken_off_is_placed_again_and_no_second_one_made(event, hall):
    team_of(event, name="Ant")
    plan(event, hall, (0, 10))
    services.take_off(session=Session.objects.get())
    plan(event, hall, (30, 40))
    assert planned(event) == [(30, "Ant")]
    assert Session.objects.count() == 1


def test_room_members_and_their_other_sessions_are_respected(event, hall):
    ant, bee = team_of(event, size=2, name="Ant"), team_of(event, name="Bee")
    say(event, 20, 90, room=hall)
    services.add_session(
        hackathon=event,
        details=SessionDetails(title="Talk"),
        speakers=[],
        place=Place(hall, NOW + 20 * MINUTE, NOW + 35 * MINUTE),
    )
    services.add_session(
        hackathon=event,
        details=SessionDetails(title="Workshop"),
        speakers=[members(bee)[0]],
        place=Place(None, NOW + 50 * MINUTE, NOW + 90 * MINUTE),
    )
    say(event, 0, 50, user=members(ant)[1])
    assert plan(event, hall, (0, 60)).without == ["Bee"]
    assert planned(event) == [(40, "Ant")]
    Slot.objects.filter(session__kind="pitch").delete()
    event.availabilities.filter(user=members(ant)[1]).delete()
    # Ant could have the first slot, too, but it is the only one for Bee.
    assert plan(event, hall, (0, 60)).without == []
    assert planned(event) == [(40, "Bee"), (50, "Ant")]
    assert queries.plan(hackathon=event, day=None).clashes == []


def test_teams_without_members_do_not_pitch(event, hall):
    gone = team_of(event, name="Ant")
    services.leave_team(hackathon=event, user=members(gone)[0], now=NOW)
    assert plan(event, hall, (0, 60)).placed == 0


@pytest.mark.parametrize("window", [(10, 10), (10, 0), (60 * 24 * 20, 60 * 24 * 20 + 10)])
def test_impossible_windows_are_refused(event, hall, window):
    team_of(event)
    with pytest.raises(Refused):
        plan(event, hall, window)
    assert planned(event) == []


class TestPage:
    @pytest.fixture
    def page(self, event):
        return reverse("projects:pitches", args=[event.course.slug, event.pk])

    def test_an_organiser_places_them_in_one_go(self, event, hall, as_user, page):
        team_of(event, name="Ant")
        team_of(event, name="Bee")
        client = as_user(instructor_of(event.course))
        form = {
            "room": hall.pk,
            "minutes": 10,
            "from_1": "2027-05-18T18:00",
            "until_1": "2027-05-18T18:10",
            "from_3": "",
        }
        answer = client.post(page, form, follow=True)
        assert [str(message) for message in answer.context["messages"]] == [
            "1 pitch is placed.",
            "No time was left for: Bee. Add a window or free the room, then run it again.",
        ]
        assert planned(event) == [(0, "Ant")]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"room": ""}, "room"),
            ({"minutes": 0}, "minutes"),
            ({"from_1": ""}, "from_1"),
            ({"from_2": "2027-05-18T19:00"}, "until_2"),
            ({"until_1": "2027-05-18T18:00"}, "__all__"),
        ],
    )
    def test_bad_input_is_explained(self, event, hall, as_user, page, wrong, field):
        team_of(event)
        form = {
            "room": hall.pk,
            "minutes": 10,
            "from_1": "2027-05-18T18:00",
            "until_1": "2027-05-18T18:10",
        }
        answer = as_user(instructor_of(event.course)).post(page, form | wrong)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
        assert planned(event) == []

    def test_it_is_for_instructors(self, event, hall, as_user, page):
        client = as_user(student_of(event.course))
        assert (client.get(page).status_code, client.post(page).status_code) == (403, 403)


@pytest.mark.django_db(transaction=True)
def test_organisers_who_plan_at_once_give_nobody_two():
    event = HackathonFactory(starts_at=NOW, ends_at=NOW + DAY)
    room = services.add_room(hackathon=event, name="Hall 3", url="")
    for name in ("Ant", "Bee", "Cat"):
        team_of(event, name=name)
    at_once([partial(plan, event, room, (0, 60))] * 4, refusals=Refused)
    assert planned(event) == [(0, "Ant"), (10, "Bee"), (20, "Cat")]
    assert Session.objects.count() == 3
