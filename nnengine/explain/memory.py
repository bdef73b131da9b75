"""What a recurrent net remembers: how much each earlier step still moves the present output.

    connectivity[t, s] = || d score_t / d x_s ||,  s <= t

(A. Madsen: "Visualizing memorization in RNNs", Distill, 2019.) The score at step t is one output, by default
the largest: the prediction itself.
"""

import numpy as np
import numpy.typing as npt

from nnengine.explain.gradients import kept_gradients
from nnengine.layers.base import Array
from nnengine.models.sequential import Sequential


def connectivity(
    net: Sequential, x: Array, *, unit: npt.NDArray[np.integer] | int | None = None
) -> npt.NDArray[np.float64]:
    """Return how strongly each step of a sequence moves each later output.

    Parameters
    ----------
    net
        Maps (batch, time, features) to (batch, time, outputs). Where the real net begins with an embedding,
        pass the layers after it, and the embedded sequence.
    x
        One sequence, shape (time, features).
    unit
        Whose score counts: one output for all steps, one a step, or None for each step's largest.

    Returns
    -------
    ndarray
        Shape (time, time), row t for the output at t, column s for the input at s; zero above the diagonal
        for a net that reads forwards.

    Raises
    ------
    ValueError
        The net's output has no step axis, or `x` is not one sequence.
    """
    if x.ndim != 2:
        raise ValueError(f"x: expected one sequence of shape (time, features), got {x.shape}")
    time = len(x)
    scores = net.forward(x[None])
    if scores.ndim != 3 or scores.shape[1] != time:
        raise ValueError(f"net: expected an output of shape (1, {time}, outputs), got {scores.shape}")
    units = scores[0].argmax(axis=1) if unit is None else np.broadcast_to(unit, time)
    # One pass for all rows: example t of the batch asks about the output at t.
    scores = net.forward(np.repeat(x[None], time, axis=0))
    dy = np.zeros_like(scores)
    dy[np.arange(time), np.arange(time), units] = 1
    with kept_gradients(net):
        strengths: npt.NDArray[np.float64] = np.linalg.norm(net.backward(dy), axis=2).astype(np.float64)
    return strengths
