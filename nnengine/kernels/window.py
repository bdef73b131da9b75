"""How a window slides along one axis.

A window of `size` cells, `dilation` apart, spans ``dilation * (size - 1) + 1`` cells and moves by `stride`.
Over `length` cells with ``before + after`` cells of padding it stops at

    outputs = floor((length + before + after - span) / stride) + 1

places (Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", 2016, relationship 14).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Padding = Literal["valid", "same"] | tuple[int, int]


@dataclass(frozen=True)
class Window:
    """A window's size, stride, dilation and padding along one axis.

    Parameters
    ----------
    size, stride, dilation
        In cells, at least 1.
    padding
        ``"valid"``: none. ``"same"``: as much as gives ``ceil(length / stride)`` outputs, the odd cell
        after the end. A pair: cells before and after.

    Raises
    ------
    ValueError
        If a number is out of range; the message names it.
    """

    size: int
    stride: int = 1
    dilation: int = 1
    padding: Padding = "valid"

    def __post_init__(self) -> None:
        for name in ("size", "stride", "dilation"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected a whole number of at least 1, got {getattr(self, name)}")
        if isinstance(self.padding, str):
            if self.padding not in ("valid", "same"):
                raise ValueError(f"padding: expected 'valid', 'same' or numbers, got {self.padding!r}")
        elif min(self.padding) < 0:
            raise ValueError(f"padding: expected no negative number, got {self.padding}")

    @property
    def span(self) -> int:
        """The number of cells from the window's first to its last, both included."""
        return self.dilation * (self.size - 1) + 1

    def pads(self, length: int) -> tuple[int, int]:
        """Return how many cells are padded before and after an axis of `length` cells."""
        if self.padding == "valid":
            return 0, 0
        if self.padding == "same":
            outputs = -(-length // self.stride)
            total = max((outputs - 1) * self.stride + self.span - length, 0)
            return total // 2, total - total // 2
        return self.padding[0], self.padding[1]

    def outputs(self, length: int) -> int:
        """Return at how many places the window stops on an axis of `length` cells.

        Raises
        ------
        ValueError
            If the window is longer than the padded axis.
        """
        padded = length + sum(self.pads(length))
        if padded < self.span:
            raise ValueError(
                f"a window spanning {self.span} cells (size {self.size}, dilation {self.dilation}) does not "
                f"fit into {padded} cells (length {length}, padding {self.pads(length)}): "
                "use a smaller window or more padding"
            )
        return (padded - self.span) // self.stride + 1

    def seen_by(self, tap: int, length: int) -> tuple[slice, slice]:
        """Return the outputs whose cell number `tap` lies on the axis itself, and the cells they see there.

        The other outputs see padding at that tap. Output ``p`` sees cell ``p * stride + tap * dilation -
        before``.
        """
        shift = tap * self.dilation - self.pads(length)[0]
        first = max(-(shift // self.stride), 0)
        last = min((length - 1 - shift) // self.stride + 1, self.outputs(length))
        if last <= first:
            return slice(0, 0), slice(0, 0)
        start, stop = first * self.stride + shift, (last - 1) * self.stride + shift + 1
        return slice(first, last), slice(start, stop, self.stride)

    def misses(self, length: int) -> bool:
        """Return whether at some place the window sees nothing but padding."""
        sees = np.zeros(self.outputs(length), bool)
        for tap in range(self.size):
            sees[self.seen_by(tap, length)[0]] = True
        return not sees.all()

    def tiles(self, length: int) -> bool:
        """Return whether every cell of an axis of `length` cells lies in exactly one window."""
        return (
            self.stride == self.size == self.span and length % self.size == 0 and self.pads(length) == (0, 0)
        )

    def rotated(self, length: int) -> "Window | None":
        """Return the window of the correlation that is the adjoint of this one's; with strides None."""
        before, after = (self.span - 1 - pad for pad in self.pads(length))
        if self.stride > 1 or before < 0 or after < 0:
            return None
        return Window(self.size, 1, self.dilation, (before, after))
