from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from quizzes.replay import standing_answers
from tests.factories import NOW


@dataclass(frozen=True)
class Save:
    position: int
    client: str
    seq: int
    value: list
    received_at: datetime
    certainty: int | None = None


SAVES = st.builds(
    lambda position, client, seq, second: Save(
        position, client, seq, [f"{client}{seq}"], NOW + timedelta(seconds=second)
    ),
    st.integers(1, 3),
    st.sampled_from("ab"),
    st.integers(1, 5),
    st.integers(0, 30),
)
LOGS = st.lists(SAVES, max_size=12, unique_by=lambda s: (s.client, s.seq))


def values(log):
    return {position: standing.value for position, standing in standing_answers(log).items()}


@given(LOGS, st.randoms())
def test_the_order_of_arrival_does_not_matter(log, rng):
    shuffled = list(log)
    rng.shuffle(shuffled)
    assert values(shuffled) == values(log)


@given(LOGS)
def test_a_repeated_save_changes_nothing(log):
    assert values(log + log) == values(log)


@given(LOGS)
def test_of_one_tabs_saves_the_last_counts(log):
    mine = [save for save in log if save.client == "a"]
    newest = {save.position: save.value for save in sorted(mine, key=lambda save: save.seq)}
    assert values(mine) == newest


def test_of_two_tabs_the_one_heard_last_counts():
    early = Save(1, "a", 9, ["early"], NOW)
    late = Save(1, "b", 1, ["late"], NOW + timedelta(seconds=1))
    assert standing_answers([early, late])[1].value == ["late"]
    assert standing_answers([early, late])[1].clients == 2
