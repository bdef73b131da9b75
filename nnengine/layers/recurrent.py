"""What all recurrent layers share: time, states, and sequences of different lengths.

A recurrent layer is one cell applied step after step, ``state[t] = cell(x[t], state[t - 1])``; its output
at step ``t`` is the state ``h[t]``. Backward runs the steps in reverse and adds up the gradients of the
parameters, which every step shares (backpropagation through time: Werbos, "Backpropagation through time:
what it does and how to do it", 1990).

Sequences shorter than the batch's longest are padded at the end, and `lengths` says how long each is. The
cells do not know about it: steps after a sequence's end are computed, but nobody looks at them. Their
outputs are set to zero, the final state is taken from the last valid step, and the gradient that comes back
is zero there, so nothing flows.

Arrays have shape (batch, time, features); inside they are laid out (time, batch, features), so that a step
is one block.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array, Layer

State = tuple[Array, ...]
Lengths = npt.NDArray[np.integer[Any]]


class Recurrent(Layer):
    """A cell applied to every step of a batch of sequences.

    Attributes
    ----------
    hidden_features
        How many features the state ``h`` has, and so the output.
    final
        After `forward`: the state after each sequence's last valid step, arrays of shape (batch, hidden).
    initial_grads
        After `backward`: the gradients by the initial state, arrays of shape (batch, hidden).
    states
        The names of the arrays that make up the state.
    """

    takes_lengths = True
    states: tuple[str, ...] = ("h",)

    def __init__(self, in_features: int, hidden_features: int) -> None:
        super().__init__()
        self.in_features = in_features
        self.hidden_features = hidden_features
        self.final: State = ()
        self.initial_grads: State = ()

    def forward(
        self,
        x: Array,
        *,
        training: bool = False,
        lengths: Lengths | None = None,
        initial: State | None = None,
    ) -> Array:
        """Return the states ``h`` of all steps.

        Parameters
        ----------
        x
            Shape (batch, time, in_features).
        lengths
            How many steps of each sequence are valid, shape (batch,); None: all.
        initial
            The state before the first step, arrays of shape (batch, hidden_features); None: zeros.

        Returns
        -------
        Array
            Shape (batch, time, hidden_features); zeros after a sequence's end.

        Raises
        ------
        ValueError
            If a shape does not fit or a length is not between 1 and the number of steps.
        """
        self.training = training
        self._check(x, lengths, initial)
        batch, time, _ = x.shape
        kind = self.params["Wx"].dtype
        self._padding = None if lengths is None else np.arange(time)[:, None] >= lengths
        self._last = np.full(batch, time - 1) if lengths is None else np.asarray(lengths) - 1
        if initial is None:
            initial = tuple(np.zeros((batch, self.hidden_features), kind) for _ in self.states)
        steps = x.transpose(1, 0, 2)
        if self._padding is not None:
            steps = np.where(self._padding[:, :, None], kind.type(0), steps)
        h = self._run(steps, initial)
        if self._padding is not None:
            h[self._padding] = 0
        return h.transpose(1, 0, 2)

    def backward(self, dy: Array, dfinal: State | None = None) -> Array:
        """Return the gradient by the sequences, shape (batch, time, in_features).

        Parameters
        ----------
        dy
            The gradient by the output, shape (batch, time, hidden_features).
        dfinal
            The gradient by `final`, if the loss looks at it, too.
        """
        dh = dy.transpose(1, 0, 2)
        if self._padding is not None:
            dh = np.where(self._padding[:, :, None], dh.dtype.type(0), dh)
        if dfinal is not None:
            dh = dh.copy()
            dh[self._last, np.arange(len(dy))] += dfinal[0]
        return self._run_back(dh, dfinal).transpose(1, 0, 2)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return (time, hidden_features) for (time, in_features)."""
        return (input_shape[0], self.hidden_features)

    def _run(self, x: Array, initial: State) -> Array:
        """Return all steps' ``h``, an array of its own, and set `final`; everything is (time, batch, ...)."""
        raise NotImplementedError

    def _run_back(self, dh: Array, dfinal: State | None) -> Array:
        """Return the gradient by `x`, add those of the parameters and set `initial_grads`.

        `dh` holds the gradient by every ``h``, the final one's included.
        """
        raise NotImplementedError

    def _at_end(self, states: Array) -> Array:
        """Return each sequence's state after its last valid step from those before and after all steps."""
        end: Array = states[self._last + 1, np.arange(states.shape[1])]
        return end

    def _check(self, x: Array, lengths: Lengths | None, initial: State | None) -> None:
        name = f"{type(self).__name__}.forward"
        if x.ndim != 3 or x.shape[2] != self.in_features or x.shape[1] < 1:
            raise ValueError(
                f"{name}: expected x of shape (batch, time, {self.in_features}) with at least one step, "
                f"got {x.shape}"
            )
        batch, time, _ = x.shape
        if lengths is not None:
            lengths = np.asarray(lengths)
            if lengths.shape != (batch,):
                raise ValueError(f"{name}: expected lengths of shape ({batch},), got {lengths.shape}")
            if lengths.min() < 1 or lengths.max() > time:
                raise ValueError(
                    f"{name}: expected lengths from 1 to {time}, got {lengths.min()} to {lengths.max()}: "
                    "leave empty sequences out"
                )
        shape = (batch, self.hidden_features)
        if initial is not None and [state.shape for state in initial] != [shape] * len(self.states):
            raise ValueError(
                f"{name}: expected initial to be ({', '.join(self.states)}), each of shape {shape}, "
                f"got {[state.shape for state in initial]}"
            )


class Bidirectional(Layer):
    """Two recurrent layers, one reading from the start and one from the end; their outputs side by side.

    Schuster & Paliwal, "Bidirectional recurrent neural networks", 1997. A sequence shorter than the batch
    is read backwards from its own end.

    Parameters
    ----------
    onward, backwards
        Two layers of the same kind and sizes, with parameters of their own.
    """

    takes_lengths = True

    def __init__(self, onward: Recurrent, backwards: Recurrent) -> None:
        super().__init__()
        self.onward, self.backwards = onward, backwards
        for prefix, layer in (("onward", onward), ("backwards", backwards)):
            self.params.update({f"{prefix}.{name}": array for name, array in layer.params.items()})
            self.grads.update({f"{prefix}.{name}": array for name, array in layer.grads.items()})

    def forward(self, x: Array, *, training: bool = False, lengths: Lengths | None = None) -> Array:
        """Return the states of both directions, shape (batch, time, 2 hidden_features)."""
        self.training = training
        onward = self.onward.forward(x, training=training, lengths=lengths)
        self._order = _reading_order(x, lengths)
        backwards = self.backwards.forward(self._reversed(x), training=training, lengths=lengths)
        return np.concatenate([onward, self._reversed(backwards)], axis=2)

    def backward(self, dy: Array) -> Array:
        """Return the gradient by the sequences, shape (batch, time, in_features)."""
        self.onward.fresh = self.backwards.fresh = self.fresh
        self.fresh = False
        hidden = self.onward.hidden_features
        dx = self.onward.backward(dy[:, :, :hidden])
        return dx + self._reversed(self.backwards.backward(self._reversed(dy[:, :, hidden:])))

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return (time, 2 hidden_features) for (time, in_features)."""
        return (input_shape[0], self.onward.hidden_features + self.backwards.hidden_features)

    def _reversed(self, x: Array) -> Array:
        return np.take_along_axis(x, self._order[:, :, None], axis=1)


def _reading_order(x: Array, lengths: Lengths | None) -> npt.NDArray[np.intp]:
    """Return, for every sequence, the steps from its last valid one to its first, then the padding."""
    batch, time, _ = x.shape
    ends = np.full((batch, 1), time) if lengths is None else np.asarray(lengths)[:, None]
    steps = np.broadcast_to(np.arange(time), (batch, time))
    return np.where(steps < ends, ends - 1 - steps, steps)
