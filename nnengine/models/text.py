"""Recurrent nets for text: what comes next, and what is it about.

A text is a sequence of tokens, here characters: every one gets a vector, a recurrent layer reads them in
order, and a dense layer scores the possible next characters at every step (Karpathy, "The unreasonable
effectiveness of recurrent neural networks", 2015) or the classes after the last one.
"""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array, Layer
from nnengine.layers.dense import Dense
from nnengine.layers.embedding import Embedding
from nnengine.layers.gru import GRU
from nnengine.layers.lstm import LSTM
from nnengine.layers.recurrent import Recurrent, State
from nnengine.layers.rnn import RNN
from nnengine.layers.shaping import LastStep
from nnengine.models.sequential import Sequential

Cell = Literal["rnn", "lstm", "gru"]
CELLS: dict[str, type[RNN] | type[LSTM] | type[GRU]] = {"rnn": RNN, "lstm": LSTM, "gru": GRU}
Tokens = npt.NDArray[np.integer[Any]]


class Vocabulary:
    """The characters of a text, numbered in order; others are refused.

    Attributes
    ----------
    characters
        All characters, sorted; a character's token is its place.
    """

    def __init__(self, text: str) -> None:
        if not text:
            raise ValueError("text: expected at least one character, got none")
        self.characters = "".join(sorted(set(text)))
        self._tokens = {character: token for token, character in enumerate(self.characters)}

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> npt.NDArray[np.int64]:
        """Return the tokens of `text`, shape (len(text),)."""
        unknown = sorted(set(text) - self._tokens.keys())
        if unknown:
            raise ValueError(f"text: expected characters of the vocabulary, got {unknown}")
        return np.array([self._tokens[character] for character in text], np.int64)

    def decode(self, tokens: Tokens) -> str:
        """Return the text of tokens of shape (n,)."""
        return "".join(self.characters[token] for token in tokens)

    def encode_padded(self, texts: list[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return tokens of shape (texts, longest), padded at the end with token 0, and the lengths."""
        lengths = np.array([len(text) for text in texts])
        if lengths.size == 0 or lengths.min() < 1:
            raise ValueError("texts: expected at least one text, and none empty")
        tokens = np.zeros((len(texts), lengths.max()), np.int64)
        for row, text in zip(tokens, texts, strict=True):
            row[: len(text)] = self.encode(text)
        return tokens, lengths


def windows(tokens: Tokens, steps: int) -> tuple[Tokens, Tokens]:
    """Cut a text into sequences of `steps` tokens, and for each the same shifted by one: what comes next.

    Both have shape (n, steps); tokens that do not fill a window are left out.
    """
    n = (len(tokens) - 1) // steps
    if n < 1:
        raise ValueError(f"tokens: expected more than steps={steps}, got {len(tokens)}")
    return tokens[: n * steps].reshape(n, steps), tokens[1 : n * steps + 1].reshape(n, steps)


def recurrent_layers(
    cell: Cell, inputs: int, hidden: int, layers: int, *, rng: np.random.Generator, dtype: npt.DTypeLike
) -> list[Layer]:
    """Return recurrent layers, each reading the states of the one before."""
    if cell not in CELLS:
        raise ValueError(f"cell: expected 'rnn', 'lstm' or 'gru', got {cell!r}")
    kind = CELLS[cell]
    return [kind(hidden if place else inputs, hidden, rng=rng, dtype=dtype) for place in range(layers)]


def character_model(
    vocabulary: int,
    *,
    cell: Cell = "lstm",
    features: int = 16,
    hidden: int = 64,
    layers: int = 1,
    rng: np.random.Generator,
    dtype: npt.DTypeLike = np.float32,
) -> Sequential:
    """Return a net from tokens (batch, time) to logits of the next token (batch, time, vocabulary)."""
    return Sequential(
        Embedding(vocabulary, features, rng=rng, dtype=dtype),
        *recurrent_layers(cell, features, hidden, layers, rng=rng, dtype=dtype),
        Dense(hidden, vocabulary, rng=rng, dtype=dtype),
    )


def text_classifier(
    vocabulary: int,
    classes: int,
    *,
    cell: Cell = "lstm",
    features: int = 16,
    hidden: int = 32,
    rng: np.random.Generator,
    dtype: npt.DTypeLike = np.float32,
) -> Sequential:
    """Return a net from tokens (batch, time) to logits (batch, classes); it takes `lengths`."""
    return Sequential(
        Embedding(vocabulary, features, rng=rng, dtype=dtype),
        *recurrent_layers(cell, features, hidden, 1, rng=rng, dtype=dtype),
        LastStep(),
        Dense(hidden, classes, rng=rng, dtype=dtype),
    )


def continue_text(
    model: Sequential, start: Tokens, steps: int, *, temperature: float = 1.0, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return `steps` tokens that a character model says after `start`, shape (n,) with n at least 1.

    Each is drawn with probability ``softmax(logits / temperature)``; a low temperature plays safe.
    """
    if len(start) < 1 or temperature <= 0:
        raise ValueError(
            f"expected a start and a positive temperature, got {len(start)} tokens, {temperature}"
        )
    states: dict[int, State] = {}
    logits = _read(model, start, states)
    said = []
    for _ in range(steps):
        scaled = (logits - logits.max()).astype(np.float64) / temperature
        shares = np.exp(scaled)
        said.append(int(rng.choice(len(shares), p=shares / shares.sum())))
        logits = _read(model, np.array(said[-1:]), states)
    return np.array(said, np.int64)


def _read(model: Sequential, tokens: Tokens, states: dict[int, State]) -> Array:
    """Return the logits after `tokens`; go on from each layer's state in `states`, and update it."""
    x: npt.NDArray[Any] = tokens[None]
    for place, layer in enumerate(model):
        if isinstance(layer, Recurrent):
            x = layer.forward(x, initial=states.get(place))
            states[place] = layer.final
        else:
            x = layer.forward(x)
    last: Array = x[0, -1]
    return last
