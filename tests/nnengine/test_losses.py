import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnengine.gradcheck import check_gradients
from nnengine.losses import (
    AbsoluteError,
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Hinge,
    SquaredError,
    gaussian_kl,
)
from tests.nnengine.directional import frozen, refused

FROZEN = frozen("losses")
LOSSES = {"squared": SquaredError, "absolute": AbsoluteError, "binary": BinaryCrossEntropy, "hinge": Hinge}


def build(kind, name="mean"):
    if kind == "categorical":
        return CategoricalCrossEntropy()
    return LOSSES[kind]("sum" if name == "sum" else "mean")


@pytest.mark.parametrize("case", FROZEN)
def test_loss_equals_frozen_pytorch(case):
    tensors = FROZEN[case]
    loss = build(*case.split("/"))
    assert loss.forward(tensors["y"], tensors["t"]) == pytest.approx(
        float(tensors["value"]), abs=1e-10, rel=1e-13
    )
    np.testing.assert_allclose(loss.backward(), tensors["dy"], rtol=0, atol=1e-10)


def draw(kind, shape, rng):
    y = 2 * rng.standard_normal(shape)
    if kind == "categorical":
        return y, rng.integers(0, shape[-1], shape[:-1])
    if kind == "hinge":
        return y, rng.choice([-1.0, 1.0], shape)
    return y, rng.random(shape)


@given(
    kind=st.sampled_from([*LOSSES, "categorical"]),
    shape=st.lists(st.integers(1, 5), min_size=2, max_size=3).map(tuple),
    entries=st.sampled_from(["mean", "sum"]),
    seed=st.integers(0, 10**6),
)
def test_loss_gradients_equal_differences(kind, shape, entries, seed):
    rng = np.random.default_rng(seed)
    y, t = draw(kind, shape, rng)
    loss = build(kind, entries)
    report = check_gradients(
        lambda: loss.forward(y, t), lambda c: {"y": c * loss.backward()}, {"y": y}, rng=rng
    )
    assert report.wrong == ()


def test_categorical_gradients_of_shares_that_need_not_sum_to_one_equal_differences(rng):
    y, t, loss = rng.standard_normal((4, 3)), rng.random((4, 3)), CategoricalCrossEntropy()
    report = check_gradients(
        lambda: loss.forward(y, t), lambda c: {"y": c * loss.backward()}, {"y": y}, rng=rng
    )
    assert report.wrong == ()


@pytest.mark.parametrize("kind", [*LOSSES, "categorical"])
def test_loss_of_a_batch_is_the_sum_of_its_parts(kind, rng):
    y, t = draw(kind, (7, 3), rng)
    loss = build(kind)
    whole, dy = loss.forward(y, t), loss.backward().copy()
    total = 0
    for part in (slice(0, 3), slice(3, 7)):
        total += loss.forward(y[part], t[part], batch_size=7)
        np.testing.assert_allclose(loss.backward(), dy[part], rtol=1e-13)
    assert total == pytest.approx(whole, rel=1e-13)


@pytest.mark.parametrize("kind", [*LOSSES, "categorical"])
def test_loss_gradient_keeps_the_prediction_s_type(kind, rng):
    y, t = draw(kind, (4, 3), rng)
    loss = build(kind)
    loss.forward(y.astype(np.float32), t)
    assert loss.backward().dtype == np.float32


def test_cross_entropies_are_finite_for_large_logits():
    z = np.array([[1e4, -1e4]], np.float32)
    for loss, target in (
        (CategoricalCrossEntropy(), np.array([1])),
        (BinaryCrossEntropy("sum"), np.array([[0.0, 1.0]])),
    ):
        assert loss.forward(z, target) == 2e4
        assert loss.backward().tolist() == [[1, -1]]


def test_binary_cross_entropy_of_right_answers_keeps_its_digits():
    """In float32 a sum of 1e4 and 2e-9 would lose the small one."""
    z, t = np.array([[1e4], [-20.0]], np.float32), np.array([[1.0], [0.0]], np.float32)
    assert BinaryCrossEntropy().forward(z, t) == pytest.approx(np.log1p(np.exp(-20.0)) / 2, rel=1e-6)


def test_hinge_by_hand():
    loss = Hinge()
    assert loss.forward(np.array([[2.0], [0.5], [-1.0]]), np.array([[1], [1], [1]])) == pytest.approx(2.5 / 3)
    np.testing.assert_allclose(loss.backward(), [[0], [-1 / 3], [-1 / 3]])


def test_gaussian_kl_equals_monte_carlo(rng):
    mu, v = rng.standard_normal((1, 3)), rng.standard_normal((1, 3))
    value, _, _ = gaussian_kl(mu, v)
    z = mu + np.exp(v / 2) * rng.standard_normal((400_000, 3))
    log_q = -0.5 * ((z - mu) ** 2 / np.exp(v) + v).sum(axis=1)
    log_p = -0.5 * (z**2).sum(axis=1)
    samples = log_q - log_p
    assert value == pytest.approx(samples.mean(), abs=5 * samples.std() / np.sqrt(len(samples)))


def test_gaussian_kl_gradients_equal_differences(rng):
    mu, v = rng.standard_normal((4, 3)), rng.standard_normal((4, 3))

    def gradients(c):
        _, dmu, dv = gaussian_kl(mu, v)
        return {"mu": c * dmu, "v": c * dv}

    assert check_gradients(lambda: gaussian_kl(mu, v)[0], gradients, {"mu": mu, "v": v}, rng=rng).wrong == ()


def test_gaussian_kl_is_exact_near_its_minimum():
    value, _, _ = gaussian_kl(np.array([[1e-9]]), np.array([[0.0]]))
    assert value == pytest.approx(0.5e-18)


def test_losses_refuse_targets_that_cannot_be(rng):
    y = np.zeros((4, 3))
    with refused("SquaredError: expected target of the prediction's shape (4, 3), got (4,)"):
        SquaredError().forward(y, np.zeros(4))
    with refused("CategoricalCrossEntropy: expected labels from 0 to 2, got 0 to 3"):
        CategoricalCrossEntropy().forward(y, np.array([0, 1, 2, 3]))
    with refused("CategoricalCrossEntropy: expected labels from 0 to 2, got -1 to 2"):
        CategoricalCrossEntropy().forward(y, np.array([0, 1, 2, -1]))
    with refused(
        "CategoricalCrossEntropy: expected target to be integer labels of shape (4,) "
        "or probabilities of shape (4, 3), got float64 of shape (4,)"
    ):
        CategoricalCrossEntropy().forward(y, np.zeros(4))
    with refused("BinaryCrossEntropy: expected targets between 0 and 1, got -1.0 to 1.0"):
        BinaryCrossEntropy().forward(np.zeros((2, 1)), np.array([[-1.0], [1.0]]))
    with refused("BinaryCrossEntropy: expected targets between 0 and 1, got nan to nan"):
        BinaryCrossEntropy().forward(np.zeros((2, 1)), np.array([[np.nan], [1.0]]))
    with refused("Hinge: expected targets -1 or 1, got [0. 1.]"):
        Hinge().forward(np.zeros((2, 1)), np.array([[0.0], [1.0]]))
    with refused("entries: expected 'mean' or 'sum', got 'all'"):
        SquaredError("all")
