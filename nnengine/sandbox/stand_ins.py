"""Stand-ins for what course notebooks import: helpers that work, plots and data that are inert.

A name that is neither here nor in the standard library nor numpy raises `ModuleNotFoundError` as ever.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from nnengine.sandbox import shims

Array = npt.NDArray[Any]

# Plots, pictures, data files and notebook machinery: import works, every use does nothing.
INERT = frozenset(
    {
        "matplotlib", "mpl_toolkits", "pylab", "seaborn", "plotly", "bokeh", "h5py", "PIL", "imageio", "cv2",
        "skimage", "scipy", "pandas", "IPython", "ipywidgets", "tqdm", "requests", "urllib3", "lr_utils",
        "cnn_utils", "nn_utils", "testCases", "testCase",
        "test_utils", "public_tests", "tests", "dlai_tools", "outputs_v1", "unit_tests", "solutions",
        "cs231n", "past", "google", "notebook", "nbformat", "numdifftools", "mugrade", "needle", "pytest",
    }
)  # fmt: skip
# Frameworks that do the work: importing one is harmless, using one is not from scratch.
FRAMEWORKS = frozenset(
    {
        "torch", "torchvision", "tensorflow", "keras", "sklearn", "jax", "jaxlib", "flax", "autograd",
        "theano", "mxnet", "cupy", "chainer", "paddle", "tinygrad", "mygrad", "numba", "statsmodels",
        "xgboost", "lightgbm",
    }
)  # fmt: skip


class NotFromScratch(RuntimeError):  # noqa: N818 - read by the grader by this name
    """A framework was used."""


class Inert(types.ModuleType):
    """Takes every use and does nothing: callable, iterable, a context manager, with every attribute."""

    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - anything at all
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert(f"{self.__name__}.{name}")

    def __call__(self, *arguments: object, **named: object) -> "Inert":
        """Do nothing; used as a decorator, too."""
        return self

    def __iter__(self) -> Iterator["Inert"]:
        """Yield two of itself: ``fig, axes = plt.subplots()``."""
        return iter((self, self))

    def __enter__(self) -> "Inert":
        """Do nothing."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Do nothing."""

    def __getitem__(self, key: object) -> "Inert":
        """Do nothing."""
        return self

    def __setitem__(self, key: object, value: object) -> None:
        """Do nothing."""


class Framework(Inert):
    """Lets itself be imported and passed around, and raises when it is called."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - anything at all
        if name.startswith("__"):
            raise AttributeError(name)
        return Framework(f"{self.__name__}.{name}")

    def __call__(self, *arguments: object, **named: object) -> NoReturn:
        """Refuse."""
        raise NotFromScratch(self.__name__)


def sigmoid(Z: Array) -> Any:  # noqa: ANN401 - an array, or (array, cache) in the later course
    """Return 1 / (1 + e^-Z) without overflow."""
    Z = np.asarray(Z, dtype=float)
    e = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1.0, e) / (1.0 + e)


def _sigmoid_and_cache(Z: Array) -> tuple[Array, Array]:
    return sigmoid(Z), Z


def _relu_and_cache(Z: Array) -> tuple[Array, Array]:
    return np.maximum(0, Z), Z


def _relu(x: Array) -> Array:
    return np.maximum(0, x)


def _softmax(x: Array) -> Array:
    e = np.exp(x - np.max(x))
    return np.asarray(e / e.sum(axis=0))


def _sigmoid_backward(dA: Array, cache: Array) -> Array:
    s = sigmoid(cache)
    return np.asarray(dA * s * (1 - s))


def _relu_backward(dA: Array, cache: Array) -> Array:
    return np.where(cache > 0, dA, 0.0)


def _compute_cost(A3: Array, Y: Array) -> Any:  # noqa: ANN401 - a number
    return float(-np.nansum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / Y.shape[1])


_REGULARISATION = {"sigmoid": sigmoid, "relu": _relu, "compute_cost": _compute_cost}
_PLAIN = {"sigmoid": sigmoid, "relu": _relu, "softmax": _softmax}
_CACHED = {
    "sigmoid": _sigmoid_and_cache,
    "relu": _relu_and_cache,
    "sigmoid_backward": _sigmoid_backward,
    "relu_backward": _relu_backward,
}
_RECURRENT = {"sigmoid": sigmoid, "softmax": _softmax}
# The helper functions a course gives, by the name an exercise's `provided` uses.
PROVIDED: dict[str, dict[str, Any]] = {
    "plain": _PLAIN,
    "cached": _CACHED,
    "recurrent": _RECURRENT,
    "regularisation": _REGULARISATION,
    "gradients": {"sigmoid": sigmoid, "relu": _relu},
    "": {},
}
# The courses' own helper modules by the beginning of their names, which carry version suffixes.
COURSE: dict[str, dict[str, Any]] = {
    "dnn_": _CACHED,
    "rnn_utils": _RECURRENT,
    "reg_utils": _REGULARISATION,
    "init_utils": _REGULARISATION,
    "opt_utils": _REGULARISATION,
    "gc_utils": _PLAIN,
    "planar_utils": _PLAIN,
    "testCases": _PLAIN,
    "utils": _PLAIN,
}


def provided(course: str) -> dict[str, Any]:
    """Return the helper functions that the notebook of `course` finds in its namespace."""
    return dict(PROVIDED.get(course, {}))


class CourseHelpers(Inert):
    """A course's helper module: the helpers, and inert stand-ins for the rest (data, plots, test cases)."""

    @property
    def __all__(self) -> list[str]:
        """Return the names ``from ... import *`` brings."""
        return [name for name in self.__dict__ if not name.startswith("_")]


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Comes last: what nobody else found may have a stand-in."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Claim the modules this file knows."""
        top = fullname.partition(".")[0]
        known = top in INERT or top in FRAMEWORKS or any(top.startswith(name) for name in COURSE)
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True) if known else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return the stand-in."""
        top = spec.name.partition(".")[0]
        if top in FRAMEWORKS:
            return Framework(spec.name)
        if any(top.startswith(name) for name in COURSE):
            module = CourseHelpers(spec.name)
            module.__dict__.update(next(COURSE[name] for name in COURSE if top.startswith(name)))
            return module
        return Inert(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing is left to do."""


def install() -> None:
    """Make the stand-ins importable, and give numpy its old names back."""
    shims.install()
    sys.meta_path.append(Finder())
