"""Saving and loading a layer's or model's arrays as `.npz`, without pickle.

An `.npz` file is a zip of `.npy` arrays. Loading one runs no code, unlike a pickle, which may run anything.
"""

from pathlib import Path
from typing import IO

import numpy as np

from nnengine.layers.base import Layer


def save(layer: Layer, file: str | Path | IO[bytes]) -> None:
    """Write the layer's parameters and state.

    The names in the file are ``"params/..."`` and ``"state/..."``.
    """
    arrays = {f"params/{name}": array for name, array in layer.params.items()}
    arrays |= {f"state/{name}": array for name, array in layer.state.items()}
    np.savez(file, allow_pickle=False, **arrays)


def load(layer: Layer, file: str | Path | IO[bytes]) -> None:
    """Read parameters and state into a layer built like the one that was saved.

    Raises
    ------
    ValueError
        If a name, shape or dtype differs, or the file holds anything but arrays of numbers; nothing is
        changed then.
    """
    wanted = {f"params/{name}": array for name, array in layer.params.items()}
    wanted |= {f"state/{name}": array for name, array in layer.state.items()}
    with np.load(file, allow_pickle=False) as stored:
        missing, unknown = (
            sorted(wanted.keys() - set(stored.files)),
            sorted(set(stored.files) - wanted.keys()),
        )
        if missing or unknown:
            raise ValueError(f"file: expected the layer's arrays; missing {missing}, unknown {unknown}")
        found = {name: stored[name] for name in wanted}
    for name, array in wanted.items():
        if found[name].shape != array.shape or found[name].dtype != array.dtype:
            raise ValueError(
                f"file: expected {name} to be {array.dtype} of shape {array.shape}, "
                f"got {found[name].dtype} of shape {found[name].shape}"
            )
    for name, array in wanted.items():
        array[...] = found[name]
