from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.timetable import Changes, Entry, Revision, apply, diff, revisions
from tests.factories import NOW

HOUR = timedelta(hours=1)
#: A busy machine is slow, which says nothing of the formulas.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def entry(session, at=0, room=1, hours=1):
    return Entry(session, room, NOW + at * HOUR, NOW + (at + hours) * HOUR)


entries = st.builds(
    entry,
    session=st.integers(1, 6),
    at=st.integers(0, 3),
    room=st.sampled_from([None, 1, 2]),
    hours=st.integers(1, 2),
)
timetables = st.lists(entries, unique_by=lambda each: each.session).map(tuple)


@unhurried
@given(timetables, timetables)
def test_applying_the_changes_to_the_old_gives_the_new(old, new):
    assert set(apply(old, diff(old, new))) == set(new)


@unhurried
@given(timetables, timetables)
def test_changes_backwards_swap_new_and_cancelled(old, new):
    there, back = diff(old, new), diff(new, old)
    assert there.new == back.cancelled
    assert there.cancelled == back.new
    assert {(after, before) for before, after in there.moved} == set(back.moved)


@unhurried
@given(timetables)
def test_nothing_changes_between_a_timetable_and_itself(same):
    assert not diff(same, same[::-1])
    assert len(diff(same, same)) == 0


def test_changes_are_told_apart():
    old = [entry(1), entry(2), entry(3), entry(4)]
    new = [entry(1), entry(2, room=2), entry(3, at=1), entry(5)]
    assert diff(old, new) == Changes(
        new=(entry(5),),
        moved=((entry(2), entry(2, room=2)), (entry(3), entry(3, at=1))),
        cancelled=(entry(4),),
    )


def test_a_sequence_counts_the_versions_in_which_a_session_changed():
    times = [NOW + day * timedelta(days=1) for day in range(5)]
    versions = [
        (times[0], [entry(1), entry(2)]),
        (times[1], [entry(1, at=1), entry(2)]),
        (times[2], [entry(2)]),
        (times[3], [entry(2), entry(3)]),
        (times[4], [entry(1, at=5), entry(2)]),
    ]
    assert revisions(versions[:3])[1] == Revision(entry(1, at=1), 2, times[2], is_cancelled=True)
    assert revisions(versions) == {
        1: Revision(entry(1, at=5), 3, times[4]),
        2: Revision(entry(2), 0, times[0]),
        3: Revision(entry(3), 1, times[4], is_cancelled=True),
    }


@unhurried
@given(st.lists(timetables, max_size=5))
def test_sequences_never_fall_and_grow_with_every_change(versions):
    released = [(NOW + number * HOUR, each) for number, each in enumerate(versions)]
    for count in range(1, len(versions)):
        before, after = revisions(released[:count]), revisions(released[: count + 1])
        for session, known in before.items():
            changed = (known.entry, known.is_cancelled) != (
                after[session].entry,
                after[session].is_cancelled,
            )
            assert after[session].sequence == known.sequence + changed
