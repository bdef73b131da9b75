"""Make `data/digits.npz` again: `python nnengine/datasets/make_digits.py`, where scikit-learn is installed.

The engine itself never needs scikit-learn; its wheel is merely where a tidy copy of the UCI file lies.
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits  # type: ignore[import-not-found]  # only whoever runs this has it

if __name__ == "__main__":
    found = load_digits()
    np.savez_compressed(
        Path(__file__).parent / "data" / "digits.npz",
        images=found.data.reshape(-1, 8, 8).astype(np.uint8),
        labels=found.target.astype(np.uint8),
    )
