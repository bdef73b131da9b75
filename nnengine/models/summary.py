"""A net at a glance: every layer's output shape and number of parameters."""

from dataclasses import dataclass

from nnengine.layers.base import Layer
from nnengine.models.sequential import Sequential


@dataclass(frozen=True)
class SummaryRow:
    """One layer: its kind, the shape of one example's output, how many parameters it has."""

    kind: str
    output_shape: tuple[int, ...]
    parameters: int


@dataclass(frozen=True)
class Summary:
    """A row a layer; as text, a table."""

    input_shape: tuple[int, ...]
    rows: tuple[SummaryRow, ...]

    @property
    def parameters(self) -> int:
        """The number of trainable numbers in all."""
        return sum(row.parameters for row in self.rows)

    def __str__(self) -> str:
        cells = [("layer", "output", "parameters"), ("input", str(self.input_shape), "")]
        cells += [(row.kind, str(row.output_shape), f"{row.parameters:,}") for row in self.rows]
        cells.append(("total", "", f"{self.parameters:,}"))
        kind, shape, count = (max(len(row[column]) for row in cells) for column in range(3))
        return "\n".join(f"{a:<{kind}}  {b:<{shape}}  {c:>{count}}".rstrip() for a, b, c in cells)


def count_parameters(layer: Layer) -> int:
    """Return how many trainable numbers a layer has."""
    return sum(param.size for param in layer.params.values())


def summary(net: Sequential, input_shape: tuple[int, ...]) -> Summary:
    """Return the shapes that one example of `input_shape` takes on its way through `net`.

    Raises
    ------
    ValueError
        If a layer cannot take what the one before gives; the layer's place is named.
    """
    rows = []
    shape = input_shape
    for place, layer in enumerate(net):
        try:
            shape = layer.output_shape(shape)
        except ValueError as error:
            raise ValueError(f"layer {place} ({type(layer).__name__}): {error}") from error
        rows.append(SummaryRow(type(layer).__name__, shape, count_parameters(layer)))
    return Summary(input_shape, tuple(rows))
