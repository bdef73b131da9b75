from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.clashes import Booking, Clash, Kind, clashes, covers, overlap
from tests.factories import NOW

HOUR = timedelta(hours=1)
#: A busy machine is slow, which says nothing of the formulas.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
EVENT = (NOW, NOW + 10 * HOUR)


def span(begins, ends):
    return NOW + begins * HOUR, NOW + ends * HOUR


def booking(session, begins, ends, room=1, people=(), pitch=None):
    return Booking(session, room, *span(begins, ends), frozenset(people), pitch)


def found(*bookings, rooms=None, people=None):
    return clashes(bookings, event=EVENT, rooms=rooms or {}, people=people or {})


bookings = st.builds(
    lambda session, begins, hours, room, people, pitch: booking(
        session, begins, begins + hours, room, people, pitch
    ),
    session=st.integers(1, 8),
    begins=st.integers(-2, 10),
    hours=st.integers(1, 4),
    room=st.sampled_from([None, 1, 2]),
    people=st.sets(st.sampled_from([1, 2, "ada"])),
    pitch=st.sampled_from([None, None, 1]),
)
plans = st.lists(bookings, unique_by=lambda each: each.session)
spans = st.tuples(st.integers(0, 9), st.integers(1, 4)).map(lambda pair: span(pair[0], sum(pair)))


@unhurried
@given(spans, spans)
def test_overlap_is_symmetric_and_half_open(first, second):
    moments = {NOW + half * HOUR / 2 for half in range(30)}
    inside = [{at for at in moments if begins <= at < ends} for begins, ends in (first, second)]
    assert overlap(first, second) == overlap(second, first) == bool(inside[0] & inside[1])


@unhurried
@given(st.lists(spans), spans)
def test_covers_as_every_moment_says(parts, wanted):
    moments = [NOW + half * HOUR / 2 for half in range(30)]
    expected = all(
        any(begins <= at < ends for begins, ends in parts) for at in moments if wanted[0] <= at < wanted[1]
    )
    assert covers(parts, wanted) == expected


@unhurried
@given(plans, st.randoms())
def test_the_order_of_bookings_does_not_matter(plan, random):
    shuffled = random.sample(plan, len(plan))
    assert found(*plan) == found(*shuffled)


@unhurried
@given(plans)
def test_pairs_are_those_that_a_look_at_each_pair_finds(plan):
    expected = {
        (Kind.ROOM_TAKEN, first.session, second.session)
        for first in plan
        for second in plan
        if first.session < second.session
        and first.room is not None
        and first.room == second.room
        and overlap(first.span, second.span)
    }
    assert {
        (clash.kind, clash.session, clash.other) for clash in found(*plan) if clash.kind == Kind.ROOM_TAKEN
    } == expected


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ([booking(1, 0, 1), booking(2, 1, 2)], []),
        ([booking(2, 0, 2), booking(1, 1, 3)], [Clash(Kind.ROOM_TAKEN, 1, 2)]),
        ([booking(1, 0, 2), booking(2, 1, 3, room=2)], []),
        ([booking(1, 0, 2, room=None), booking(2, 1, 3, room=None)], []),
        (
            [booking(1, 0, 2, people=["ada"]), booking(2, 1, 3, room=2, people=["ada", 7])],
            [Clash(Kind.PERSON_TAKEN, 1, 2, "ada")],
        ),
        ([booking(1, 0, 1, pitch=5), booking(2, 4, 5, pitch=5)], [Clash(Kind.TEAM_TWICE, 1, 2)]),
        ([booking(1, 9, 11)], [Clash(Kind.OUTSIDE, 1)]),
        ([booking(1, 9, 10)], []),
    ],
)
def test_what_clashes(plan, expected):
    assert found(*plan) == expected


def test_rooms_and_people_count_as_missing_outside_of_what_they_have_said():
    said = [span(0, 2), span(2, 3)]
    assert found(booking(1, 1, 3, people=[7]), rooms={1: said}, people={7: said}) == []
    assert found(booking(1, 2, 4, people=[7]), rooms={1: said}, people={7: said}) == [
        Clash(Kind.PERSON_AWAY, 1, who=7),
        Clash(Kind.ROOM_CLOSED, 1),
    ]
