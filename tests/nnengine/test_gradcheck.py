import numpy as np
import pytest

from nnengine.gradcheck import check_gradients, check_layer
from nnengine.layers.activations import GELU, Tanh
from nnengine.layers.dense import Dense
from nnengine.models import feed_forward
from nnengine.models.sequential import Sequential


def square(x):
    return lambda: x**2


@pytest.mark.parametrize("scale", [1e-8, 1e-3, 1, 1e6])
def test_gradcheck_tells_five_from_two_at_every_scale(rng, scale):
    x = scale * rng.standard_normal(5)
    right = check_gradients(square(x), lambda c: {"x": c * 2 * x}, {"x": x}, rng=rng)
    wrong = check_gradients(square(x), lambda c: {"x": c * 5 * x}, {"x": x}, rng=rng)
    assert (right.ok, wrong.ok) == (True, False)
    assert "2.5 times the right slope" in str(wrong)


def test_gradcheck_names_the_block_that_is_off(rng):
    class NotAveraged(Dense):
        def accumulate(self, dy):
            super().accumulate(dy)
            self.grads["b"] *= 1.01

    report = check_layer(NotAveraged(4, 3, rng=rng, dtype=np.float64), rng.standard_normal((5, 4)), rng=rng)
    assert report.wrong == ("b",)
    assert [block.name for block in report.blocks] == ["x", "W", "b"]


def test_gradcheck_finds_one_wrong_entry_among_many(rng):
    x = rng.standard_normal(1000)

    def gradients(c):
        grad = c * 2 * x
        grad[17] *= 1.1
        return {"x": grad}

    assert not check_gradients(square(x), gradients, {"x": x}, rng=rng)


def test_gradcheck_rejects_nan(rng):
    x = rng.standard_normal(3)
    assert not check_gradients(square(x), lambda c: {"x": c * np.nan}, {"x": x}, rng=rng)


def test_gradcheck_leaves_its_arguments_as_they_were(rng):
    x = rng.standard_normal(3)
    before = x.copy()
    check_gradients(square(x), lambda c: {"x": c * 2 * x}, {"x": x}, rng=rng)
    assert np.array_equal(x, before)


def test_gradcheck_of_a_float32_array_says_which_and_why(rng):
    x = rng.standard_normal(3).astype(np.float32)
    with pytest.raises(TypeError, match="x: expected a float64 array, got float32"):
        check_gradients(square(x), lambda c: {"x": c * 2 * x}, {"x": x}, rng=rng)


def test_gradcheck_of_a_wrong_shape_says_both(rng):
    x = rng.standard_normal(3)
    with pytest.raises(ValueError, match=r"'x' of shape \(3,\), got \(1, 3\)"):
        check_gradients(square(x), lambda c: {"x": (c * 2 * x)[None]}, {"x": x}, rng=rng)


@pytest.mark.parametrize("scale", [1e-6, 1, 1e3])
def test_gradcheck_steps_over_kinks(scale, rng):
    """Thousands of ReLUs, and new biases that are zero: some unit is always close to its kink."""
    for _ in range(5):
        net = feed_forward(6, 64, 64, 2, rng=rng, dtype=np.float64)
        assert check_layer(net, scale * rng.standard_normal((40, 6)), rng=rng).wrong == ()


def test_gradcheck_of_a_net_names_layer_and_array(rng):
    class Wrong(Dense):
        def accumulate(self, dy):
            super().accumulate(-dy)

    net = Sequential(
        Dense(3, 4, rng=rng, dtype=np.float64), Tanh(), Wrong(4, 2, rng=rng, dtype=np.float64), GELU()
    )
    assert check_layer(net, rng.standard_normal((5, 3)), rng=rng).wrong == ("2.W", "2.b")
