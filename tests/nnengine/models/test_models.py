"""Nets built from layers: their gradients, shapes and what they can learn."""

import numpy as np
import pytest

from nnengine import datasets, models
from nnengine.gradcheck import check_layer
from nnengine.layers.activations import ReLU, Sigmoid, Tanh
from nnengine.layers.dense import Dense
from nnengine.layers.normalization import BatchNorm
from nnengine.losses import BinaryCrossEntropy, CategoricalCrossEntropy, SquaredError, gaussian_kl
from nnengine.models.sequential import Sequential
from nnengine.models.summary import summary
from nnengine.optimizers import SGD, Adam
from nnengine.training import Examples, accuracy, fit
from tests.nnengine.directional import refused


def test_sequential_holds_its_layers_arrays_by_place(rng):
    net = models.feed_forward(4, 3, 2, rng=rng)
    assert list(net.params) == list(net.grads) == ["0.W", "0.b", "2.W", "2.b"]
    assert net.params["2.W"] is net[2].params["W"]
    assert len(net) == 3


def test_sequential_refuses_a_layer_twice(rng):
    dense = Dense(2, 2, rng=rng)
    with refused("Sequential: expected at least one layer, and every layer once"):
        Sequential(dense, ReLU(), dense)


def test_sequential_notes_which_layer_refused(rng):
    net = Sequential(Dense(2, 3, rng=rng), ReLU(), Dense(4, 1, rng=rng))
    with pytest.raises(ValueError, match=r"expected x of shape \(batch, 4\), got \(5, 3\)") as caught:
        net.forward(np.zeros((5, 2), np.float32))
    assert caught.value.__notes__ == ["in layer 2, Dense, of 3"]


def test_sequential_gradients_equal_differences_when_nested(rng):
    inner = models.feed_forward(3, 4, 3, activation=Tanh, rng=rng, dtype=np.float64)
    net = Sequential(inner, BatchNorm(3, dtype=np.float64), Dense(3, 2, rng=rng, dtype=np.float64))
    report = check_layer(net, rng.standard_normal((5, 3)), rng=rng, training=True)
    assert [block.name for block in report.blocks[:2]] == ["x", "0.0.W"]
    assert report.wrong == ()


def test_loss_and_grads_equal_forward_and_backward(rng):
    net = models.feed_forward(4, 5, 3, rng=rng, dtype=np.float64)
    x, labels = rng.standard_normal((7, 4)), rng.integers(0, 3, 7)
    loss = CategoricalCrossEntropy()
    for grad in net.grads.values():
        grad.fill(9)
    value = net.loss_and_grads(x, labels, loss)
    found = {name: grad.copy() for name, grad in net.grads.items()}
    net.zero_grad()
    assert loss.forward(net.forward(x), labels) == pytest.approx(value, rel=1e-14)
    net.backward(loss.backward())
    for name, grad in net.grads.items():
        np.testing.assert_allclose(found[name], grad, rtol=1e-12)


class Picky(Dense):
    """A layer that wishes for parts of three examples, and counts them."""

    micro_batch = 3

    def forward(self, x, *, training=False):
        self.seen = [*getattr(self, "seen", []), len(x)]
        return super().forward(x, training=training)


def test_loss_and_grads_in_parts_equal_the_whole(rng):
    whole = models.feed_forward(4, 5, 3, rng=rng, dtype=np.float64)
    picky = Picky(4, 5, rng=rng, dtype=np.float64)
    net = Sequential(picky, ReLU(), Dense(5, 3, rng=rng, dtype=np.float64))
    for name, param in whole.params.items():
        net.params[name][...] = param
    x, labels = rng.standard_normal((7, 4)), rng.integers(0, 3, 7)
    loss = CategoricalCrossEntropy()
    assert net.loss_and_grads(x, labels, loss) == pytest.approx(
        whole.loss_and_grads(x, labels, loss), rel=1e-14
    )
    assert picky.seen == [3, 3, 1]
    for name, grad in whole.grads.items():
        np.testing.assert_allclose(net.grads[name], grad, rtol=1e-11, atol=1e-14)


def test_batch_norm_sees_the_whole_batch_in_spite_of_wishes(rng):
    picky = Picky(4, 5, rng=rng)
    net = Sequential(picky, BatchNorm(5), Dense(5, 3, rng=rng))
    net.loss_and_grads(
        rng.standard_normal((7, 4)).astype(np.float32), rng.integers(0, 3, 7), CategoricalCrossEntropy()
    )
    assert picky.seen == [7]


def test_predict_in_parts_equals_forward(rng):
    net = models.feed_forward(4, 5, 3, rng=rng, dtype=np.float64)
    x = rng.standard_normal((7, 4))
    np.testing.assert_allclose(net.predict(x, batch_size=3), net.forward(x), rtol=1e-13)


def test_predict_refuses_nan_by_place(rng):
    net = models.feed_forward(2, 1, rng=rng)
    with refused("x: expected finite numbers, got inf at index (1, 0)"):
        net.predict(np.array([[0, 1], [np.inf, 0]], np.float32))
    with refused("x: expected at least one example, got none"):
        net.predict(np.zeros((0, 2), np.float32))


def test_feed_forward_of_three_blue_one_brown_has_13002_parameters(rng):
    net = models.feed_forward(784, 16, 16, 10, activation=Sigmoid, rng=rng)
    assert summary(net, (784,)).parameters == 13_002


def test_lenet_has_the_published_shapes_and_parameters(rng):
    rows = summary(models.lenet(rng=rng), (32, 32, 1)).rows
    shapes = [row.output_shape for row in rows if row.kind in ("Conv2D", "AveragePool2D", "Dense")]
    assert shapes == [(28, 28, 6), (14, 14, 6), (10, 10, 16), (5, 5, 16), (120,), (84,), (10,)]
    # 156 + 2416 + 48120 + 10164 + 850: the original has 60,000 as its filters see some channels only
    assert sum(row.parameters for row in rows) == 61_706


def test_tiny_vgg_has_the_shapes_of_cnn_explainer(rng):
    rows = summary(models.tiny_vgg(rng=rng), (64, 64, 3)).rows
    shapes = [row.output_shape for row in rows if row.kind in ("Conv2D", "MaxPool2D", "Dense")]
    assert shapes == [
        (62, 62, 10),
        (60, 60, 10),
        (30, 30, 10),
        (28, 28, 10),
        (26, 26, 10),
        (13, 13, 10),
        (10,),
    ]


@pytest.mark.parametrize("net_of", [models.lenet, models.tiny_vgg])
def test_convolutional_nets_give_the_gradients_of_differences(net_of, rng):
    net = net_of((16, 16, 2), 3, rng=rng, dtype=np.float64)
    assert check_layer(net, rng.standard_normal((2, 16, 16, 2)), rng=rng).wrong == ()


def test_summary_is_a_table(rng):
    assert str(summary(models.feed_forward(4, 3, 2, rng=rng), (4,))) == (
        "layer  output  parameters\n"
        "input  (4,)\n"
        "Dense  (3,)            15\n"
        "ReLU   (3,)             0\n"
        "Dense  (2,)             8\n"
        "total                  23"
    )


def test_summary_names_the_layer_that_does_not_fit(rng):
    net = Sequential(Dense(4, 3, rng=rng), ReLU(), Dense(5, 2, rng=rng))
    with refused("layer 2 (Dense): Dense: expected an input of 5 features, got (3,)"):
        summary(net, (4,))


def test_perceptron_finds_a_line_within_novikoff_s_bound(rng):
    x = rng.standard_normal((200, 2))
    direction = np.array([0.6, -0.8])
    x = x[np.abs(x @ direction) > 0.1]
    target = (x @ direction > 0).astype(int)
    perceptron = models.Perceptron(2)
    mistakes = perceptron.learn(x, target, rng=rng, epochs=1000)
    assert mistakes[-1] == 0
    assert np.array_equal(perceptron.predict(x), target)
    # With the bias as a weight of a constant input 1, radius and margin are those of the longer vectors.
    assert sum(mistakes) <= (np.square(x).sum(axis=1).max() + 1) / 0.1**2


def test_perceptron_learns_and_with_its_bias(rng):
    x = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    perceptron = models.Perceptron(2)
    perceptron.learn(x, np.array([0, 0, 0, 1]), rng=rng)
    assert perceptron.predict(x).tolist() == [0, 0, 0, 1]


def test_perceptron_never_learns_xor(rng):
    x = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    mistakes = models.Perceptron(2).learn(x, np.array([0, 1, 1, 0]), rng=rng, epochs=100)
    assert len(mistakes) == 100
    assert min(mistakes) > 0


def test_perceptron_refuses_other_labels(rng):
    with refused("target: expected 2 numbers 0 or 1, got shape (2,)"):
        models.Perceptron(1).learn(np.zeros((2, 1)), np.array([-1, 1]), rng=rng)


def test_a_hidden_layer_learns_the_flower_and_a_linear_one_does_not(rng):
    x, y = datasets.flower(rng=rng)
    examples = Examples(x.astype(np.float32), y[:, None].astype(np.float32))
    results = []
    for net in (models.feed_forward(2, 4, 1, activation=Tanh, rng=rng), models.feed_forward(2, 1, rng=rng)):
        fit(
            net,
            examples,
            loss=BinaryCrossEntropy(),
            optimizer=Adam(net, 0.03),
            epochs=300,
            batch_size=100,
            rng=rng,
        )
        results.append(accuracy(net.predict(examples.x), examples.target))
    assert results[0] > 0.85
    assert results[1] < 0.65


def test_digits_are_learnt_by_a_small_net(rng):
    split = datasets.digits()
    net = models.feed_forward(64, 32, 10, rng=rng)
    fit(
        net,
        Examples(split.x_train, split.y_train),
        loss=CategoricalCrossEntropy(),
        optimizer=SGD(net, 0.1, momentum=0.9),
        epochs=30,
        rng=rng,
    )
    assert accuracy(net.predict(split.x_test), split.y_test) > 0.9


def test_variational_autoencoder_gradients_equal_differences(rng):
    vae = models.variational_autoencoder(5, 4, 2, beta=0.7, rng=rng, dtype=np.float64)
    x, loss = rng.random((6, 5)), SquaredError("sum")

    def value_with_the_same_noise():
        vae.rng = np.random.default_rng(1)
        return vae.loss_and_grads(x, x, loss)

    value_with_the_same_noise()
    grads = {name: grad.copy() for name, grad in vae.grads.items()}
    for name, param in vae.params.items():
        direction = rng.standard_normal(param.shape)
        before, values = param.copy(), []
        for sign in (1, -1):
            param[...] = before + sign * 1e-5 * direction
            values.append(value_with_the_same_noise())
        param[...] = before
        slope = (values[0] - values[1]) / 2e-5
        assert np.vdot(grads[name], direction) == pytest.approx(slope, rel=1e-6, abs=1e-8), name


def test_variational_autoencoder_adds_reconstruction_and_divergence(rng):
    vae = models.variational_autoencoder(5, 4, 2, beta=0.5, rng=rng)
    x = rng.random((6, 5)).astype(np.float32)
    total = vae.loss_and_grads(x, x, SquaredError("sum"))
    reconstruction, kl = vae.last_losses
    assert total == reconstruction + 0.5 * kl
    assert kl == pytest.approx(gaussian_kl(*vae.encode(x))[0], rel=1e-5)
    assert vae.sample(3, 2).shape == (3, 5)
    assert vae.output_shape((5,)) == (5,)


def test_variational_autoencoder_outside_training_uses_the_mean(rng):
    vae = models.variational_autoencoder(5, 4, 2, rng=rng)
    x = rng.random((6, 5)).astype(np.float32)
    np.testing.assert_allclose(vae.forward(x), vae.decode(vae.encode(x)[0]), rtol=1e-6)


@pytest.mark.parametrize("activation", [None, Sigmoid])
@pytest.mark.parametrize("fresh", [False, True])
def test_tied_autoencoder_gradients_equal_differences(activation, fresh, rng):
    net = models.autoencoder(5, 4, 3, tied=True, activation=activation, rng=rng, dtype=np.float64)
    assert list(net.params) == [
        *(f"encoder.{place}.{name}" for place in ((0, 1) if activation is None else (0, 2)) for name in "Wb"),
        "decoder.0.b",
        f"decoder.{1 if activation is None else 2}.b",
    ]
    x = rng.standard_normal((6, 5))
    assert check_layer(net, x, rng=rng).wrong == ()
    if fresh:
        dy = rng.standard_normal((6, 5))
        net.zero_grad()
        net.forward(x)
        net.backward(dy)
        found = {name: grad.copy() for name, grad in net.grads.items()}
        net.start_grads()
        net.accumulate(dy)
        for name, grad in net.grads.items():
            np.testing.assert_allclose(grad, found[name], rtol=1e-13)


def test_autoencoder_noise_and_masks(rng):
    x = np.ones((100, 100), np.float32)
    noisy = models.add_gaussian_noise(x, 0.5, rng=rng)
    assert noisy.dtype == np.float32
    assert (noisy.mean(), noisy.std()) == (pytest.approx(1, abs=0.02), pytest.approx(0.5, abs=0.02))
    masked = models.mask_out(x, 0.3, rng=rng)
    assert set(np.unique(masked)) == {0, 1}
    assert masked.mean() == pytest.approx(0.7, abs=0.02)
