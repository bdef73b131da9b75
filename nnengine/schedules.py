"""Learning-rate schedules: functions from the number of steps done (0 at first) to a learning rate."""

from collections.abc import Callable
from math import cos, pi

Schedule = Callable[[int], float]


def constant(learning_rate: float) -> Schedule:
    """Return the same rate always."""
    return lambda step: learning_rate


def step_decay(learning_rate: float, *, factor: float = 0.1, every: int) -> Schedule:
    """Return a rate multiplied by `factor` after every `every` steps."""
    return lambda step: learning_rate * factor ** (step // every)


def exponential(learning_rate: float, *, half_life: float) -> Schedule:
    """Return a rate that halves in `half_life` steps, smoothly."""
    return lambda step: learning_rate * 0.5 ** (step / half_life)


def inverse_time(learning_rate: float, *, decay: float) -> Schedule:
    """Return ``learning_rate / (1 + decay step)``, whose sum diverges as Robbins & Monro (1951) demand."""
    return lambda step: learning_rate / (1 + decay * step)


def cosine(learning_rate: float, *, steps: int, final: float = 0.0) -> Schedule:
    """Return a rate that falls along half a cosine to `final` (Loshchilov & Hutter, "SGDR", 2017, eq. 5)."""
    span = learning_rate - final
    return lambda step: final + span * (1 + cos(pi * min(step / steps, 1))) / 2


def warmup(schedule: Schedule, *, steps: int) -> Schedule:
    """Return `schedule`, its first `steps` steps scaled by 1/steps, 2/steps, ..., 1."""
    return lambda step: schedule(step) * min((step + 1) / steps, 1)
