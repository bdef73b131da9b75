import numpy as np
import pytest

from nnengine import datasets, models
from nnengine.gradcheck import check_layer
from nnengine.losses import CategoricalCrossEntropy
from nnengine.optimizers import Adam
from nnengine.training import Examples, accuracy, fit
from tests.nnengine.directional import refused


def test_vocabulary_there_and_back():
    vocabulary = models.Vocabulary("hello world")
    assert vocabulary.characters == " dehlorw"
    assert vocabulary.encode("hello").tolist() == [3, 2, 4, 4, 5]
    assert vocabulary.decode(vocabulary.encode("hello world")) == "hello world"
    with refused("text: expected characters of the vocabulary, got ['x']"):
        vocabulary.encode("hex")


def test_vocabulary_pads_at_the_end():
    tokens, lengths = models.Vocabulary("abc").encode_padded(["ab", "cab", "c"])
    assert tokens.tolist() == [[0, 1, 0], [2, 0, 1], [2, 0, 0]]
    assert lengths.tolist() == [2, 3, 1]


def test_windows_are_shifted_by_one():
    x, y = models.windows(np.arange(10), 3)
    assert x.tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert y.tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_text_models_give_the_gradients_of_differences(cell, rng):
    net = models.character_model(5, cell=cell, features=3, hidden=4, layers=2, rng=rng, dtype=np.float64)
    assert check_layer(net, rng.integers(0, 5, (3, 6)), rng=rng).wrong == ()
    net = models.text_classifier(5, 2, cell=cell, features=3, hidden=4, rng=rng, dtype=np.float64)
    lengths = np.array([6, 1, 4])
    assert check_layer(net, rng.integers(0, 5, (3, 6)), rng=rng, lengths=lengths).wrong == ()


def test_text_classifier_does_not_see_the_padding(rng):
    net = models.text_classifier(5, 2, rng=rng, dtype=np.float64)
    tokens = rng.integers(0, 5, (2, 6))
    other = tokens.copy()
    other[0, 3:] = (other[0, 3:] + 1) % 5
    lengths = np.array([3, 6])
    np.testing.assert_allclose(
        net.forward(tokens, lengths=lengths), net.forward(other, lengths=lengths), rtol=1e-13
    )


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_character_model_learns_a_round(cell, rng):
    vocabulary = models.Vocabulary("abcd")
    x, y = models.windows(vocabulary.encode("abcd" * 40), 8)
    net = models.character_model(4, cell=cell, features=4, hidden=8, rng=rng)
    fit(
        net,
        Examples(x, y),
        loss=CategoricalCrossEntropy(),
        optimizer=Adam(net, 0.03),
        epochs=60,
        batch_size=10,
        rng=rng,
    )
    said = models.continue_text(net, vocabulary.encode("ab"), 8, temperature=0.2, rng=rng)
    assert vocabulary.decode(said) == "cdabcdab"


def test_continue_text_goes_on_from_the_state(rng):
    """Reading token by token from a state gives what reading everything at once does."""
    net = models.character_model(5, cell="gru", layers=2, rng=rng, dtype=np.float64)
    start = rng.integers(0, 5, 4)
    said = models.continue_text(net, start, 5, temperature=1e-9, rng=rng)
    text = list(start)
    for _ in range(5):
        text.append(int(net.forward(np.array([text]))[0, -1].argmax()))
    assert said.tolist() == text[4:]


def test_text_classifier_learns_opinions(rng):
    texts, labels = datasets.opinions(400, rng=rng)
    vocabulary = models.Vocabulary("".join(texts))
    tokens, lengths = vocabulary.encode_padded(list(texts))
    net = models.text_classifier(len(vocabulary), 2, cell="gru", hidden=32, rng=rng)
    fit(
        net,
        Examples(tokens[:300], labels[:300], lengths[:300]),
        loss=CategoricalCrossEntropy(),
        optimizer=Adam(net, 0.01, clip_norm=1.0),
        epochs=15,
        rng=rng,
    )
    assert accuracy(net.predict(tokens[300:], lengths=lengths[300:]), labels[300:]) > 0.85


def test_cells_are_refused_by_name(rng):
    with refused("cell: expected 'rnn', 'lstm' or 'gru', got 'ltsm'"):
        models.character_model(5, cell="ltsm", rng=rng)
