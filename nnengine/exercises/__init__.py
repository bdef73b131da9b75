"""Exercises: what is asked for, what is right, and the mistakes people make."""

from nnengine.exercises.info import ExerciseInfo, FunctionInfo

__all__ = ["ExerciseInfo", "FunctionInfo"]
