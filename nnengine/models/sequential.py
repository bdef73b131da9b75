"""Layers one after another: the chain rule as a loop."""

from collections.abc import Iterator

from nnengine.layers.base import Array, Layer
from nnengine.models.model import Lengths, Model


class Sequential(Model):
    """A net whose layers each take the one before's output; itself a layer.

    Its `params`, `grads` and `state` hold the layers' own arrays, named ``"0.W"``, ``"0.b"``, ``"2.W"``, ...
    by the layer's place.

    Raises
    ------
    ValueError
        If there is no layer, or one is there twice: a layer remembers only its last call.
    """

    def __init__(self, *layers: Layer) -> None:
        super().__init__()
        if not layers or len({id(layer) for layer in layers}) != len(layers):
            raise ValueError("Sequential: expected at least one layer, and every layer once")
        self.layers = layers
        for place, layer in enumerate(layers):
            self.adopt(str(place), layer)
        self._first = next((i for i, layer in enumerate(layers) if layer.params), len(layers))

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, place: int) -> Layer:
        return self.layers[place]

    def forward(self, x: Array, *, training: bool = False, lengths: Lengths | None = None) -> Array:
        """Return the last layer's output.

        Parameters
        ----------
        x
            The batch; axis 0 counts the examples.
        lengths
            How many steps of every sequence are valid, handed to the layers that take it.

        Raises
        ------
        TypeError, ValueError
            What a layer says about its input; a note names the layer's place.
        """
        self.training = training
        for place, layer in enumerate(self.layers):
            try:
                if lengths is not None and layer.takes_lengths:
                    x = layer.forward(x, training=training, lengths=lengths)  # type: ignore[call-arg]  # takes it
                else:
                    x = layer.forward(x, training=training)
            except (TypeError, ValueError) as error:
                error.add_note(f"in layer {place}, {type(layer).__name__}, of {len(self.layers)}")
                raise
        return x

    def backward(self, dy: Array) -> Array:
        """Add all layers' gradients; return the gradient by the net's input."""
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy

    def accumulate(self, dy: Array) -> None:
        """Add all layers' gradients, stopping at the first layer that has any."""
        for layer in reversed(self.layers[self._first + 1 :]):
            dy = layer.backward(dy)
        if self._first < len(self.layers):
            self.layers[self._first].accumulate(dy)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of one example's output, given that of its input."""
        for layer in self.layers:
            input_shape = layer.output_shape(input_shape)
        return input_shape
