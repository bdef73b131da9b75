"""Who pitches when: as many teams as possible get a time at which all who have to be there can.

A matching of teams to times, grown along augmenting paths (Kuhn 1955; breadth first). Teams come in their
order and take the earliest time that suits them; one makes way for another only if it finds a time, too.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import timedelta

from projects.clashes import Span


def times(windows: Sequence[Span], length: timedelta) -> Iterator[Span]:
    """Cut windows into times of one length; what is left at a window's end is too short for anybody.

    Windows that overlap are put together first, so that no two times do.
    """
    free = None
    for begins, ends in sorted(windows):
        free = begins if free is None else max(begins, free)
        while free + length <= ends:
            yield free, free + length
            free += length


def assign(wishes: Sequence[Sequence[int]]) -> dict[int, int]:
    """Return a slot by team, for as many teams as possible; `wishes` are the slots that suit each."""
    holder: dict[int, int] = {}
    #: A search that fails has seen slots which no later one can free either, so none looks there again.
    dead: set[int] = set()
    for team in range(len(wishes)):
        came_from, free = _search(team, wishes, holder, dead)
        if free is None:
            dead |= came_from.keys()
        else:
            _move_on(free, came_from, holder)
    return {team: slot for slot, team in holder.items()}


def _search(
    team: int, wishes: Sequence[Sequence[int]], holder: dict[int, int], dead: set[int]
) -> tuple[dict[int, int], int | None]:
    """Return who asked for each slot on the way to a free one, and that one; None if there is no way."""
    came_from: dict[int, int] = {}
    queue = deque([team])
    while queue:
        asking = queue.popleft()
        for slot in wishes[asking]:
            if slot in came_from or slot in dead:
                continue
            came_from[slot] = asking
            if slot not in holder:
                return came_from, slot
            queue.append(holder[slot])
    return came_from, None


def _move_on(free: int, came_from: dict[int, int], holder: dict[int, int]) -> None:
    """Let each take the slot it asked for, from the free one back to the team that had none."""
    has = {team: slot for slot, team in holder.items()}
    slot: int | None = free
    while slot is not None:
        taker = came_from[slot]
        holder[slot] = taker
        slot = has.get(taker)
