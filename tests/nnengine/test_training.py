import io

import numpy as np
import pytest

from nnengine import models
from nnengine.layers.activations import ReLU
from nnengine.layers.dense import Dense
from nnengine.layers.dropout import Dropout
from nnengine.layers.normalization import BatchNorm
from nnengine.losses import CategoricalCrossEntropy, SquaredError
from nnengine.models.sequential import Sequential
from nnengine.optimizers import SGD, Adam
from nnengine.storage import load, save
from nnengine.training import DivergedError, Examples, accuracy, batches, evaluate, fit
from tests.nnengine.directional import refused


def line(rng, n=60):
    x = rng.standard_normal((n, 3)).astype(np.float32)
    return Examples(x, x @ np.array([[1], [-2], [0.5]], np.float32) + 3)


def test_fit_finds_a_line(rng):
    net = Sequential(Dense(3, 1, rng=rng))
    history = fit(net, line(rng), loss=SquaredError(), optimizer=SGD(net, 0.1), epochs=40, rng=rng)
    np.testing.assert_allclose(net.params["0.W"], [[1], [-2], [0.5]], atol=1e-3)
    assert [epoch.number for epoch in history] == list(range(1, 41))
    assert history[-1].loss < 1e-5


def test_an_epoch_s_loss_is_the_mean_over_its_examples(rng):
    net, examples = Sequential(Dense(3, 1, rng=rng)), line(rng, n=10)
    expected, _ = evaluate(net, examples, SquaredError())
    (epoch,) = fit(
        net, examples, loss=SquaredError(), optimizer=SGD(net, 1e-12), epochs=1, batch_size=4, rng=rng
    )
    assert epoch.loss == pytest.approx(expected, rel=1e-5)


def run(seed):
    rng = np.random.default_rng(seed)
    net = Sequential(Dense(3, 8, rng=rng), ReLU(), Dropout(0.2, rng=rng), Dense(8, 1, rng=rng))
    fit(net, line(rng), loss=SquaredError(), optimizer=Adam(net), epochs=3, rng=rng)
    return np.concatenate([param.ravel() for param in net.params.values()])


def test_fit_is_the_same_for_the_same_seed():
    assert np.array_equal(run(1), run(1))
    assert not np.array_equal(run(1), run(2))


def test_batches_hold_every_example_once(rng):
    parts = list(batches(10, 4, rng))
    assert [len(part) for part in parts] == [4, 4, 2]
    assert sorted(np.concatenate(parts).tolist()) == list(range(10))
    assert np.concatenate(parts).tolist() != list(range(10))


def test_fit_stops_early_and_goes_back_to_the_best(rng):
    train, validation = line(rng), line(rng)
    net = Sequential(Dense(3, 1, rng=rng), BatchNorm(1))
    # Steps that grow: it gets better at first, then worse.
    optimizer = SGD(net, lambda step: 0.01 * 1.1**step)
    history = fit(
        net,
        train,
        loss=SquaredError(),
        optimizer=optimizer,
        epochs=500,
        rng=rng,
        validation=validation,
        patience=3,
    )
    losses = [epoch.validation_loss for epoch in history]
    best = int(np.argmin(losses))
    assert len(losses) == best + 4 < 500
    assert evaluate(net, validation, SquaredError())[0] == pytest.approx(losses[best], rel=1e-6)


def test_fit_reports_to_callbacks(rng):
    lines = []
    net = models.feed_forward(3, 4, 2, rng=rng)
    x = rng.standard_normal((8, 3)).astype(np.float32)
    examples = Examples(x, (x[:, 0] > 0).astype(int))
    history = fit(
        net,
        examples,
        loss=CategoricalCrossEntropy(),
        optimizer=SGD(net, 0.1),
        epochs=2,
        rng=rng,
        validation=examples,
        metric=accuracy,
        callbacks=[lambda epoch: lines.append(str(epoch))],
    )
    assert lines == [str(epoch) for epoch in history]
    assert lines[0].startswith("epoch 1: loss ")
    assert ", metric " in lines[0]


def test_fit_says_when_the_loss_diverges(rng):
    net = models.feed_forward(3, 1, rng=rng)
    with pytest.raises(DivergedError, match="lower the learning rate"), np.errstate(all="ignore"):
        fit(net, line(rng), loss=SquaredError(), optimizer=SGD(net, 1e9), epochs=50, rng=rng)


def test_examples_refuse_what_cannot_be_learnt_from():
    x = np.zeros((3, 2))
    with refused("target: expected 3 examples as in x, got 2"):
        Examples(x, np.zeros(2))
    with refused("lengths: expected 3 examples as in x, got 1"):
        Examples(x, np.zeros(3), np.array([2]))
    x[1, 0] = np.nan
    with refused("x: expected finite numbers, got nan at index (1, 0)"):
        Examples(x, np.zeros(3))
    with refused("x: expected at least one example, got none"):
        Examples(np.zeros((0, 2)), np.zeros(0))


def test_patience_needs_validation(rng):
    net = models.feed_forward(3, 1, rng=rng)
    with refused("patience: expected validation examples to watch, got none"):
        fit(net, line(rng), loss=SquaredError(), optimizer=SGD(net, 0.1), epochs=1, rng=rng, patience=2)


def test_accuracy_of_choices_and_of_yes_and_no():
    assert accuracy(np.array([[1.0, 2], [3, 0]]), np.array([1, 1])) == 0.5
    assert accuracy(np.array([[1.0], [-3], [2]]), np.array([[1], [0], [0]])) == pytest.approx(2 / 3)


def net_with_state(rng):
    return Sequential(Dense(3, 4, rng=rng), BatchNorm(4), Dense(4, 2, rng=rng))


def test_a_saved_net_gives_the_same_outputs_when_loaded(rng, tmp_path):
    net, other = net_with_state(rng), net_with_state(rng)
    x = rng.standard_normal((9, 3)).astype(np.float32)
    net.forward(x, training=True)
    save(net, tmp_path / "net.npz")
    load(other, tmp_path / "net.npz")
    assert np.array_equal(net.forward(x), other.forward(x))


def test_a_net_that_does_not_fit_is_not_touched(rng):
    net = net_with_state(rng)
    file = io.BytesIO()
    save(net, file)
    file.seek(0)
    other = Sequential(Dense(3, 4, rng=rng), BatchNorm(4), Dense(4, 3, rng=rng))
    before = {name: param.copy() for name, param in other.params.items()}
    with refused("file: expected params/2.W to be float32 of shape (4, 3), got float32 of shape (4, 2)"):
        load(other, file)
    assert all(np.array_equal(param, before[name]) for name, param in other.params.items())
    file.seek(0)
    with pytest.raises(ValueError, match=r"missing \[\], unknown \['params/1.beta'"):
        load(Sequential(Dense(3, 4, rng=rng), ReLU(), Dense(4, 2, rng=rng)), file)


def test_loading_a_pickle_is_refused(rng, tmp_path):
    net = Sequential(Dense(1, 1, rng=rng))
    np.savez(tmp_path / "evil.npz", **{"params/0.W": np.array([{}], object), "params/0.b": np.zeros(1)})
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load(net, tmp_path / "evil.npz")
