"""Versions of a timetable: what changed between two, and what a calendar must know of all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Entry:
    """Where and when one session is; `room` is None for everywhere."""

    session: int
    room: int | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Changes:
    """What one timetable has, and another had: `moved` pairs the old with the new."""

    new: tuple[Entry, ...] = ()
    moved: tuple[tuple[Entry, Entry], ...] = ()
    cancelled: tuple[Entry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.moved or self.cancelled)

    def __len__(self) -> int:
        return len(self.new) + len(self.moved) + len(self.cancelled)


@dataclass(frozen=True)
class Revision:
    """The last that calendars are to know of a session.

    `sequence` counts its changes since it was first released (RFC 5545, 3.8.7.4), `changed_at` is when the
    last of them was released. Of a cancelled one `entry` is where it would have been.
    """

    entry: Entry
    sequence: int
    changed_at: datetime
    is_cancelled: bool = False


def diff(old: Iterable[Entry], new: Iterable[Entry]) -> Changes:
    """Return what leads from `old` to `new`, in the order of time; each has a session at most once."""
    before, after = _by_session(old), _by_session(new)
    both = before.keys() & after.keys()
    moved = [(before[key], after[key]) for key in both if before[key] != after[key]]
    return Changes(
        new=_in_order(after[key] for key in after.keys() - both),
        moved=tuple(sorted(moved, key=lambda pair: _when(pair[1]))),
        cancelled=_in_order(before[key] for key in before.keys() - both),
    )


def apply(old: Iterable[Entry], changes: Changes) -> tuple[Entry, ...]:
    """Return `old` after `changes`, in the order of time."""
    entries = dict(_by_session(old))
    for gone in changes.cancelled:
        del entries[gone.session]
    for entry in (*changes.new, *(after for _before, after in changes.moved)):
        entries[entry.session] = entry
    return _in_order(entries.values())


def revisions(versions: Sequence[tuple[datetime, Sequence[Entry]]]) -> dict[int, Revision]:
    """Return by session what calendars must be told; `versions` are (released when, what), oldest first."""
    known: dict[int, Revision] = {}
    last: Sequence[Entry] = ()
    for released_at, entries in versions:
        changes = diff(last, entries)
        for entry in (*changes.new, *(after for _before, after in changes.moved)):
            known[entry.session] = Revision(entry, _next(known, entry), released_at)
        for entry in changes.cancelled:
            known[entry.session] = Revision(entry, _next(known, entry), released_at, is_cancelled=True)
        last = entries
    return known


def _next(known: Mapping[int, Revision], entry: Entry) -> int:
    before = known.get(entry.session)
    return before.sequence + 1 if before else 0


def _by_session(entries: Iterable[Entry]) -> dict[int, Entry]:
    return {entry.session: entry for entry in entries}


def _when(entry: Entry) -> tuple[datetime, datetime, int]:
    return entry.starts_at, entry.ends_at, entry.session


def _in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=_when))
