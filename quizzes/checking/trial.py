"""An author tries an answer that only the sandbox can judge: a worker runs it, as it will run students'.

What is tried is kept in the cache for some minutes and belongs to no attempt: if it is lost, the author tries
again.
"""

import secrets
from dataclasses import asdict, dataclass, field

from django.core.cache import cache
from django.utils.translation import get_language, override

from classroom import bell
from classroom.models import Course
from nnengine.sandbox import IsolationUnavailable, SandboxCrashed
from quizzes.checking.door import author_problems, check
from quizzes.checking.numpy_line import BrokenReference
from quizzes.kinds import Data, Value

TASK = "quizzes.tasks.check_trial"
KEPT_SECONDS = 600


@dataclass(frozen=True)
class Trial:
    """What is tried, and when it is `done`, what came out: `fraction` is None where no answer was judged."""

    course: int
    kind: str
    data: Data
    value: Value
    language: str
    done: bool = False
    fraction: float | None = None
    feedback: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def percent(self) -> float | None:
        """How right the answer is."""
        return None if self.fraction is None else 100 * self.fraction


def ask(*, course: Course, kind: str, data: Data, value: Value) -> str:
    """Ask a worker to try an answer, or without one only whether the question's own line runs."""
    token = secrets.token_hex(16)
    _keep(token, Trial(course.pk, kind, data, value, get_language() or "en"))
    bell.ring(TASK, token)
    return token


def look(*, course: Course, token: str) -> Trial | None:
    """Return a course's trial; None if it is unknown or too long ago."""
    found = cache.get(_key(token)) if token.isalnum() and len(token) == 32 else None
    trial = Trial(**found) if found else None
    return trial if trial and trial.course == course.pk else None


def run(token: str) -> None:
    """Try what was asked for; a second bell finds it done."""
    found = cache.get(_key(token))
    if not found or found["done"]:
        return
    trial = Trial(**found)
    with override(trial.language):
        _keep(token, _done(trial))


def _done(trial: Trial) -> Trial:
    asked = (trial.course, trial.kind, trial.data, trial.value, trial.language, True)
    try:
        problems = author_problems(trial.kind, trial.data)
        if problems or not any(part.strip() for part in trial.value):
            return Trial(*asked, problems=problems)
        score = check(trial.kind, trial.data, trial.value)
    except (IsolationUnavailable, SandboxCrashed, BrokenReference) as error:
        return Trial(*asked, problems=[str(error)])
    return Trial(*asked, fraction=score.fraction, feedback=score.feedback)


def _keep(token: str, trial: Trial) -> None:
    cache.set(_key(token), asdict(trial), KEPT_SECONDS)


def _key(token: str) -> str:
    return f"trial:{token}"
