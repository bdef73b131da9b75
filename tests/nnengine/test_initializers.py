import numpy as np
import pytest

from nnengine.initializers import fans, he, normal, orthogonal, xavier, zeros
from tests.nnengine.directional import refused


def test_fans_of_weights_and_kernels():
    assert fans((3, 5)) == (3, 5)
    assert fans((2, 3, 4, 5)) == (24, 30)


@pytest.mark.parametrize(
    ("initializer", "variance"), [(xavier, 2 / 500), (he, 2 / 200), (normal(0.3), 0.09), (zeros, 0)]
)
def test_initializers_have_their_variance(initializer, variance, rng):
    W = initializer((200, 300), rng)
    assert W.mean() == pytest.approx(0, abs=0.01)
    assert W.var() == pytest.approx(variance, rel=0.03)


@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (5, 5), (2, 3, 4)])
def test_orthogonal_keeps_lengths(shape, rng):
    W = orthogonal(shape, rng).reshape(-1, shape[-1])
    gram = W.T @ W if W.shape[0] >= W.shape[1] else W @ W.T
    np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-12)


def test_the_same_generator_state_gives_the_same_weights():
    assert np.array_equal(he((3, 4), np.random.default_rng(1)), he((3, 4), np.random.default_rng(1)))


def test_fans_of_a_vector_are_refused():
    with refused("shape: expected at least two axes (inputs, outputs), got (3,)"):
        fans((3,))
