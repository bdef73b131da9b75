"""Which examples are given to train on, and which stay hidden, for the public score and for the final one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Parts:
    """Indices of examples; every example is in exactly one part."""

    train: Indices
    public: Indices
    private: Indices

    @property
    def hidden(self) -> Indices:
        """The examples whose labels nobody is told: the public ones, then the private ones."""
        return np.concatenate([self.public, self.private])


def split(
    labels: npt.NDArray[Any], *, train_percent: int, public_percent: int, seed: int, by_class: bool
) -> Parts:
    """Divide examples at random, always the same way for the same seed.

    Parameters
    ----------
    labels
        Shape ``(examples,)``.
    train_percent
        How many of a hundred are given to train on.
    public_percent
        How many of a hundred of the others are scored at once; the rest decide in the end.
    seed
        Draws the division; whoever knows it and the data knows the labels, so keep it.
    by_class
        Divide each class for itself, so that all parts hold all classes alike.

    Raises
    ------
    ValueError
        A part would be empty: give more examples or other percentages.
    """
    rng = np.random.default_rng(seed)
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels)] if by_class else []
    parts: tuple[list[Indices], ...] = ([], [], [])
    for group in groups or [np.arange(len(labels))]:
        order = rng.permutation(group)
        first = round(len(order) * train_percent / 100)
        second = first + round((len(order) - first) * public_percent / 100)
        for part, piece in zip(parts, np.split(order, [first, second]), strict=True):
            part.append(piece)
    train, public, private = (np.sort(np.concatenate(part)) for part in parts)
    if not (len(train) and len(public) and len(private)):
        raise ValueError(
            f"{len(labels)} examples are too few to divide so: {len(train)} to train on, "
            f"{len(public)} for the public score, {len(private)} for the final one."
        )
    return Parts(train, public, private)
