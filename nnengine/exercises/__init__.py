"""Exercises: what is asked for, what is right, and the mistakes people make."""

from nnengine.exercises import (
    autoencoder,
    convolution,
    cs231n_recurrent,
    deep,
    denoising,
    gradient_checking,
    initialisation,
    layers,
    logistic_regression,
    optimisation,
    planar,
    recurrent,
    regularisation,
    softmax,
    training,
    variational,
)
from nnengine.exercises.base import Exercise
from nnengine.exercises.info import ExerciseInfo, FunctionInfo

__all__ = ["Exercise", "ExerciseInfo", "FunctionInfo", "catalogue", "get"]

_MODULES = (
    logistic_regression,
    planar,
    deep,
    initialisation,
    regularisation,
    gradient_checking,
    optimisation,
    convolution,
    recurrent,
    softmax,
    layers,
    cs231n_recurrent,
    autoencoder,
    denoising,
    variational,
    training,
)
_ALL: dict[str, Exercise] = {module.EXERCISE.id: module.EXERCISE for module in _MODULES}


def catalogue() -> tuple[ExerciseInfo, ...]:
    """Return what may be shown of every exercise, in the courses' order."""
    return tuple(exercise.info() for exercise in _ALL.values())


def get(exercise_id: str) -> Exercise:
    """Return one exercise with its answers.

    Raises
    ------
    KeyError
        There is none of that id; `catalogue` lists them.
    """
    return _ALL[exercise_id]
