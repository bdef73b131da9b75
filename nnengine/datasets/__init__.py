"""Small data sets for learning and testing: one committed file, everything else generated from a seed.

Every function says shape, range, split, source and licence. Generators take a `numpy.random.Generator`, so
the same seed gives the same data on every machine.
"""

from nnengine.datasets.digits import Split, digits, tagged_digits
from nnengine.datasets.images import bars_and_stripes, glyphs
from nnengine.datasets.plane import flower, moons, spirals
from nnengine.datasets.sequences import adding, copying, parity
from nnengine.datasets.texts import harbour_sentences, opinions, ship_names

__all__ = [
    "Split",
    "adding",
    "bars_and_stripes",
    "copying",
    "digits",
    "flower",
    "glyphs",
    "harbour_sentences",
    "moons",
    "opinions",
    "parity",
    "ship_names",
    "spirals",
    "tagged_digits",
]
