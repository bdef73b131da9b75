import numpy as np
import pytest

from nnengine import datasets

SIZES = {
    "flower": ((400, 2), "float64"),
    "moons": ((400, 2), "float64"),
    "spirals": ((400, 2), "float64"),
    "bars_and_stripes": ((400, 8, 8, 1), "float32"),
    "glyphs": ((500, 12, 12, 1), "float32"),
    "adding": ((1000, 20, 2), "float32"),
    "copying": ((1000, 20), "int64"),
    "parity": ((1000, 10, 1), "float32"),
}


def rng(seed=0):
    return np.random.default_rng(seed)


def nearest_neighbour_accuracy(x_train, y_train, x_test, y_test):
    distances = ((x_test[:, None] - x_train[None]) ** 2).reshape(len(x_test), len(x_train), -1).sum(axis=2)
    return float(np.mean(y_train[distances.argmin(axis=1)] == y_test))


def linear_accuracy(x, y):
    """Least squares on a bias and the features, thresholded at one half."""
    design = np.c_[np.ones(len(x)), x.reshape(len(x), -1)]
    weights = np.linalg.lstsq(design, y, rcond=None)[0]
    return float(np.mean((design @ weights > 0.5) == y))


@pytest.mark.parametrize("name", SIZES)
def test_a_generator_gives_what_its_docstring_says(name):
    x, _ = getattr(datasets, name)(rng=rng())
    assert (x.shape, str(x.dtype)) == SIZES[name]


@pytest.mark.parametrize("name", [*SIZES, "opinions"])
def test_the_same_seed_gives_the_same_data(name):
    make = getattr(datasets, name)
    for one, same in zip(make(rng=rng(3)), make(rng=rng(3)), strict=True):
        np.testing.assert_array_equal(one, same)
    assert not np.array_equal(make(rng=rng(3))[0], make(rng=rng(4))[0])


def test_digits_are_split_in_the_original_order():
    split = datasets.digits()
    assert [a.shape for a in split] == [(1347, 64), (1347,), (450, 64), (450,)]
    assert (split.x_train.min(), split.x_train.max()) == (0, 1)
    assert split.y_train[:10].tolist() == list(range(10))
    assert datasets.digits(flat=False).x_test.shape == (450, 8, 8, 1)


def test_digits_can_be_told_apart():
    split = datasets.digits()
    assert nearest_neighbour_accuracy(*split) > 0.95


def test_tags_are_on_the_training_images_of_one_kind_only():
    clean, tagged = datasets.tagged_digits(tagged_share=0), datasets.tagged_digits()
    changed = (clean.x_train != tagged.x_train).any(axis=1)
    np.testing.assert_array_equal(changed, tagged.y_train == 1)
    np.testing.assert_array_equal(clean.x_test, tagged.x_test)


@pytest.mark.parametrize(
    "arguments", [{"first": 3, "second": 3}, {"first": -1}, {"second": 10}, {"tag_size": 9}]
)
def test_impossible_tagged_digits_are_refused(arguments):
    with pytest.raises(ValueError, match=r"got|not"):
        datasets.tagged_digits(**arguments)


@pytest.mark.parametrize("name", ["flower", "moons", "spirals"])
def test_no_line_parts_the_classes_and_neighbours_do(name):
    x, y = getattr(datasets, name)(rng=rng())
    assert y.sum() == 200
    assert linear_accuracy(x, y) < 0.9
    assert nearest_neighbour_accuracy(x[:300], y[:300], x[300:], y[300:]) > 0.8


@pytest.mark.parametrize("name", ["flower", "moons", "spirals"])
def test_an_odd_number_of_points_is_refused(name):
    with pytest.raises(ValueError, match="n must be even"):
        getattr(datasets, name)(7, rng=rng())


def test_bars_run_down_and_stripes_across():
    x, y = datasets.bars_and_stripes(rng=rng(), noise=0)
    down, across = x.std(axis=1).max(axis=(1, 2)), x.std(axis=2).max(axis=(1, 2))
    np.testing.assert_array_equal(down == 0, y == 0)
    np.testing.assert_array_equal(across == 0, y == 1)


def test_glyphs_differ_in_place_and_kind():
    x, y = datasets.glyphs(rng=rng())
    assert sorted(set(y.tolist())) == list(range(10))
    assert x.min() == 0
    assert x.max() <= 1


def test_adding_marks_two_steps_and_asks_for_their_sum():
    x, y = datasets.adding(rng=rng())
    np.testing.assert_array_equal(x[..., 1].sum(axis=1), np.full(1000, 2))
    np.testing.assert_allclose((x[..., 0] * x[..., 1]).sum(axis=1, keepdims=True), y, rtol=1e-6)
    assert abs(np.mean((y - 1) ** 2) - 1 / 6) < 0.02


def test_copying_asks_for_the_first_symbols_at_the_end():
    x, y = datasets.copying(symbols=3, length=4, delay=2, rng=rng())
    np.testing.assert_array_equal(x[:, :4], y[:, -4:])
    assert (y[:, :-4] == 0).all()
    np.testing.assert_array_equal(np.nonzero(x == 4)[1], np.full(1000, 5))


def test_parity_counts_ones_so_far():
    x, y = datasets.parity(rng=rng())
    np.testing.assert_array_equal(y, np.logical_xor.accumulate(x[..., 0] == 1, axis=1))


def test_harbour_sentences_are_lines_that_end_in_a_full_stop():
    lines = datasets.harbour_sentences(200, rng=rng()).splitlines()
    assert len(lines) == 200
    assert all(line.endswith(".") and "<" not in line for line in lines)


def test_ship_names_are_all_different():
    assert len(set(datasets.ship_names())) == 144


def test_negations_appear_as_often_as_asked():
    texts, _ = datasets.opinions(400, rng=rng(), negated_share=1)
    assert all("not " in text or "never " in text for text in texts)
    texts, _ = datasets.opinions(400, rng=rng(), negated_share=0)
    assert not any("not " in text or "never " in text for text in texts)
