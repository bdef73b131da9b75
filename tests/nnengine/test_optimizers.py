import json

import numpy as np
import pytest

from nnengine import schedules
from nnengine.layers.base import Layer
from nnengine.layers.dense import Dense
from nnengine.optimizers import SGD, Adam, AdamW, RMSProp, clip_gradients
from tests.nnengine.directional import frozen, refused

FROZEN = frozen("optimizers")
SETTINGS = json.loads(str(FROZEN.pop("")["settings"]))
KINDS = {"SGD": SGD, "RMSprop": RMSProp, "Adam": Adam, "AdamW": AdamW}
OUR_NAMES = {"lr": "learning_rate", "alpha": "decay_rate"}


@pytest.mark.parametrize("case", SETTINGS)
def test_five_steps_equal_frozen_pytorch(case):
    kind, settings = SETTINGS[case]
    layer = Layer()
    for name, array in FROZEN["start"].items():
        layer.add_param(name, array)
    optimizer = KINDS[kind](layer, **{OUR_NAMES.get(name, name): value for name, value in settings.items()})
    for step in range(5):
        for name, grads in FROZEN["grads"].items():
            layer.grads[name][...] = grads[step]
        optimizer.step()
    # PyTorch adds 1e-6 to the norm it clips to.
    tolerance = 1e-5 if case == "clipped" else 1e-10
    for name, param in layer.params.items():
        np.testing.assert_allclose(param, FROZEN[case][name], rtol=0, atol=tolerance)


def quadratic_distance(optimizer_of, steps=200):
    """Return how far from the minimum of a narrow bowl an optimiser ends."""
    layer = Layer()
    layer.add_param("p", np.array([1.0, 1.0]))
    optimizer = optimizer_of(layer)
    for _ in range(steps):
        layer.grads["p"][...] = np.array([1.0, 30.0]) * layer.params["p"]
        optimizer.step()
    return float(np.linalg.norm(layer.params["p"]))


def test_momentum_is_faster_in_a_narrow_bowl():
    plain = quadratic_distance(lambda layer: SGD(layer, 0.02))
    assert quadratic_distance(lambda layer: SGD(layer, 0.02, momentum=0.8)) < plain / 100
    assert quadratic_distance(lambda layer: SGD(layer, 0.02, momentum=0.8, nesterov=True)) < plain / 100


def test_optimizer_changes_parameters_in_place(rng):
    layer = Dense(3, 2, rng=rng)
    W = layer.params["W"]
    layer.grads["W"].fill(1)
    before = W.copy()
    SGD(layer, 0.5).step()
    assert layer.params["W"] is W
    np.testing.assert_allclose(W, before - 0.5, rtol=1e-6)


def test_optimizer_follows_a_schedule(rng):
    layer = Layer()
    layer.add_param("p", np.zeros(1))
    optimizer = SGD(layer, schedules.step_decay(1.0, factor=0.5, every=2))
    path = []
    for _ in range(5):
        layer.grads["p"].fill(-1)
        optimizer.step()
        path.append(float(layer.params["p"][0]))
    assert path == [1, 2, 2.5, 3, 3.25]


def test_clipping_takes_all_parameters_together():
    grads = [np.array([3.0]), np.array([[0.0, 4.0]])]
    assert clip_gradients(grads, 1) == 5
    np.testing.assert_allclose(np.concatenate([g.ravel() for g in grads]), [0.6, 0, 0.8])
    assert clip_gradients(grads, 2) == pytest.approx(1)
    np.testing.assert_allclose(grads[0], [0.6])


def test_schedules_by_hand():
    assert [schedules.constant(0.1)(step) for step in (0, 9)] == [0.1, 0.1]
    assert schedules.exponential(0.8, half_life=10)(20) == pytest.approx(0.2)
    assert schedules.inverse_time(1, decay=0.5)(4) == pytest.approx(1 / 3)
    cosine = schedules.cosine(1, steps=10, final=0.2)
    assert [cosine(step) for step in (0, 5, 10, 55)] == pytest.approx([1, 0.6, 0.2, 0.2])
    warm = schedules.warmup(schedules.constant(1), steps=4)
    assert [warm(step) for step in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]


def test_optimizers_refuse_settings_out_of_range(rng):
    layer = Dense(2, 2, rng=rng)
    with refused("learning_rate: expected a positive number, got 0"):
        SGD(layer, 0)
    with refused("momentum: expected at least 0 (Nesterov: above 0), below 1, got 1"):
        SGD(layer, 0.1, momentum=1)
    with refused("betas: expected two numbers from 0 to below 1, got (0.9, 1.0)"):
        Adam(layer, betas=(0.9, 1.0))
    with refused("clip_norm: expected a positive number or None, got 0"):
        Adam(layer, clip_norm=0)
    with refused("weight_decay: expected at least 0, got -1"):
        AdamW(layer, weight_decay=-1)
    with refused("decay_rate: expected at least 0, below 1, got 1"):
        RMSProp(layer, 0.1, decay_rate=1)
