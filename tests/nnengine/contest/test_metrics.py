import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnengine.contest import METRICS, Unusable, split

LABELS = np.array([0, 1, 2, 1])


@pytest.mark.parametrize(
    ("metric", "predictions", "values"),
    [
        ("accuracy", np.array([0, 1, 1, 1]), [1, 1, 0, 1]),
        ("accuracy", [0, 1, 2, 1], [1, 1, 1, 1]),
        ("accuracy", np.array([[0], [1], [1], [1]]), [1, 1, 0, 1]),
        ("accuracy", np.array([[0.9, 0.1, 0], [0, 1, 0], [0, 0, 7], [1, 0, 0]]), [1, 1, 1, 0]),
        ("accuracy", np.array([False, True, True, True]), [1, 1, 0, 1]),
        ("mse", np.array([0.5, 1, 2, 3]), [0.25, 0, 0, 4]),
        ("mae", np.array([0.5, 1, 2, -1]), [0.5, 0, 0, 2]),
    ],
)
def test_metrics_value_each_example(metric, predictions, values):
    assert METRICS[metric].values(predictions, LABELS).tolist() == values


@pytest.mark.parametrize(
    ("metric", "predictions", "says"),
    [
        ("accuracy", None, "NoneType, expected an array"),
        ("accuracy", np.zeros(3), "shape (3,), expected (4,)"),
        ("accuracy", np.zeros((2, 2)), "shape (2, 2), expected (4,)"),
        ("mse", np.zeros((4, 2)), "shape (4, 2), expected (4,)"),
        ("mse", np.array([0, 1, np.nan, 1]), "values that are not finite (nan or inf)"),
        ("mse", np.full(4, 1e200), "values too large to be squared"),
        ("accuracy", [[1], [1, 2], [1], [1]], "a ragged list, expected an array"),
        ("accuracy", ["a", "b", "c", "d"], "an array of <U1, expected numbers"),
        ("accuracy", np.zeros(4, dtype=complex), "an array of complex128, expected numbers"),
    ],
)
def test_predictions_that_cannot_be_scored_say_why(metric, predictions, says):
    with pytest.raises(Unusable) as refused:
        METRICS[metric].values(predictions, LABELS)
    assert str(refused.value) == says


@given(
    labels=st.lists(st.integers(0, 2), min_size=40, max_size=80),
    train=st.integers(30, 70),
    public=st.integers(30, 70),
    seed=st.integers(0, 2**62),
    by_class=st.booleans(),
)
def test_split_puts_every_example_into_one_part_and_repeats_itself(labels, train, public, seed, by_class):
    given_labels = np.array(labels)
    options = {"train_percent": train, "public_percent": public, "seed": seed, "by_class": by_class}
    parts = split(given_labels, **options)
    every = np.concatenate([parts.train, parts.public, parts.private])
    assert sorted(every.tolist()) == list(range(len(labels)))
    assert parts.hidden.tolist() == [*parts.public.tolist(), *parts.private.tolist()]
    again = split(given_labels, **options)
    assert [again.train.tolist(), again.public.tolist()] == [parts.train.tolist(), parts.public.tolist()]


def test_split_by_class_gives_every_part_its_share_of_each():
    labels = np.repeat([0, 1], [80, 20])
    parts = split(labels, train_percent=50, public_percent=50, seed=3, by_class=True)
    counts = [np.bincount(labels[part]).tolist() for part in (parts.train, parts.public, parts.private)]
    assert counts == [[40, 10], [20, 5], [20, 5]]


def test_other_seeds_split_otherwise():
    labels = np.zeros(200)
    first, second = (
        split(labels, train_percent=50, public_percent=50, seed=seed, by_class=False) for seed in (1, 2)
    )
    assert first.train.tolist() != second.train.tolist()


def test_too_few_examples_cannot_be_divided():
    with pytest.raises(ValueError, match="3 examples are too few to divide so"):
        split(np.zeros(3), train_percent=80, public_percent=50, seed=1, by_class=True)
