"""The grader: every function of an exercise on its own, each called with right inputs."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nnengine.exercises import get
from nnengine.exercises.base import Draw, Exercise, Function, Own, in_turn
from nnengine.grading import conduct, words
from nnengine.grading.custom import opened
from nnengine.grading.outcome import Diagnosis, Outcome, Raised
from nnengine.grading.report import FunctionResult, Problem, Report, Verdict
from nnengine.grading.scratch import Frameworks
from nnengine.grading.submission import Definition, Submission, parse
from nnengine.grading.verdict import ended_result, judge, judged, missing, no_points
from nnengine.grading.written import read
from nnengine.sandbox import Reply, Room, RoomEnded, Sandbox, Tier, default_sandbox
from nnengine.sandbox.wire import Kept

logger = logging.getLogger(__name__)

_REOPEN = 12  # rooms a submission may use up
_SECONDS = 60.0  # wall time for one submission


def grade(
    source: bytes,
    *,
    filename: str,
    exercise: str,
    seed: int,
    sandbox: Sandbox | None = None,
    tier: Tier = "full",
) -> Report:
    """Grade a submission; nothing a student does makes this raise.

    Parameters
    ----------
    source
        The file's bytes: Python source or a notebook.
    filename
        Its name as the student gave it; only its ending matters, and messages quote it.
    exercise
        An id of `nnengine.exercises.catalogue`.
    seed
        Draws the inputs; keep it secret, and keep it with the report so that the grade can be explained.
    sandbox
        Where the code runs; by default this process's own of the given tier, started at the first use.
    tier
        Which isolation the default sandbox gives.

    Raises
    ------
    KeyError
        There is no such exercise.
    IsolationUnavailable
        The machine cannot isolate student code; the message names what is missing and the remedy.
    SandboxCrashed
        The sandbox failed, not the student: grade again.
    """
    place = sandbox or default_sandbox(tier)
    return graded(source, filename, get(exercise), seed, place)


def grade_custom(
    source: bytes,
    *,
    filename: str,
    exercise: str,
    seed: int,
    sandbox: Sandbox | None = None,
    tier: Tier = "full",
) -> Report:
    """Grade a submission by an exercise that an instructor wrote; `exercise` is that file's text.

    As `grade`, but

    Raises
    ------
    ExerciseError
        The file is no exercise.
    SandboxCrashed
        The sandbox failed, or the exercise's own functions ended theirs.
    """
    place = sandbox or default_sandbox(tier)
    with opened(read(exercise), place) as asked:
        return graded(source, filename, asked, seed, place)


def graded(source: bytes, filename: str, asked: Exercise, seed: int, place: Sandbox) -> Report:
    """Grade a submission by an exercise that is at hand, in rooms of `place`."""
    started = time.perf_counter()
    submission = parse(source, filename)
    if submission.definitions or submission.chunks:
        results = _Grading(asked, submission, place, seed).results()
        problems = results[1] + submission.problems
        functions = results[0]
    else:
        problems = submission.problems
        functions = tuple(missing(function) for function in asked.functions)
    return Report(
        exercise=asked.id,
        score=round(sum(result.points for result in functions), 6),
        max_score=asked.max_score,
        seconds=time.perf_counter() - started,
        problems=problems,
        functions=functions,
        tier=place.tier,
        uses={one.name: (*one.uses, *one.given) for one in asked.functions if one.uses or one.given},
    )


@dataclass
class _Grading:
    """One submission being graded; holds the room, which is replaced when the student's code ends it."""

    exercise: Exercise
    submission: Submission
    sandbox: Sandbox
    seed: int
    opened: int = 0
    room: Room | None = None
    deadline: float = field(default_factory=lambda: time.monotonic() + _SECONDS)
    callables: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)
    deadly: set[str] = field(default_factory=set)
    seconds: float = 0.0
    consulted: bool = False
    own_caches: bool = True

    def __post_init__(self) -> None:
        self.frameworks = Frameworks(
            self.submission.tree, "".join(chunk["source"] for chunk in self.submission.chunks)
        )

    def results(self) -> tuple[tuple[FunctionResult, ...], tuple[Problem, ...]]:
        """Grade every function, in the exercise's order."""
        try:
            ended = self._open()
            results = []
            for function in self.exercise.functions:
                result = self._function(function) if ended is None else ended_result(function, ended, None)
                if not result.is_correct:
                    self.wrong.add(function.name)
                results.append(result)
            return tuple(results), tuple(self.problems)
        finally:
            if self.room is not None:
                self.room.close()
            self.sandbox.prepare()

    def _open(self) -> RoomEnded | None:
        """Load the submission into a new room; return how loading ended the room, if it did."""
        if self.room is not None:
            self.room.close()
            self.room = None
        self.opened += 1
        self.room = self.sandbox.room()
        try:
            loaded = self.room.load(self._chunks(), self.exercise.provided)
        except RoomEnded as ended:
            self.room = None
            return ended
        self.callables = frozenset(loaded["callables"])
        if self.opened == 1:
            self.problems += self._load_problems(loaded["errors"])
        return None

    def _chunks(self) -> list[dict[str, str]]:
        chunks = list(self.submission.chunks)
        added = self.exercise.adapter(self.submission.tree) if self.exercise.adapter else None
        return [*chunks, {"name": "adapter", "source": added, "kind": "adapter"}] if added else chunks

    def _load_problems(self, errors: list[dict[str, Any]]) -> list[Problem]:
        """Say which definitions and imports failed; values that failed show where they are used."""
        chunks = self.submission.chunks
        failed = [e for e in errors if e["chunk"] is not None and 0 <= e["chunk"] < len(chunks)]
        return [
            words.load_error(error, self.submission)
            for error in failed
            if chunks[error["chunk"]]["kind"] == "definition"
        ]

    def _function(self, function: Function) -> FunctionResult:
        name = next((n for n in (function.name, *function.aliases) if n in self.callables), None)
        if name is None:
            return missing(function)
        used = self.frameworks.used_by(name)
        if used:
            message = words.not_from_scratch(used)
            return no_points(function, Verdict.NOT_FROM_SCRATCH, Diagnosis("framework", *message))
        draws = function.draws(np.random.default_rng([self.seed, _number(function.name)]))
        self.seconds = 0.0
        try:
            outcomes, notes = self._attempts(function, name, tuple(draws))
            known = self._unstable(function, name, draws[0], outcomes)
        except RoomEnded as ended:
            self.deadly.add(function.name)
            if self.opened >= _REOPEN or time.monotonic() > self.deadline or self._open() is not None:
                self.callables = frozenset()
            line = conduct.costliest_loop(self.submission.definitions.get(name))
            return ended_result(function, ended, self.seconds, line)
        if _all_right(outcomes):
            return judged(function, outcomes, notes, self.seconds, known=None, perhaps=None)
        outside = conduct.reads_outside(self.submission.definitions.get(name), self.submission.values)
        return judged(function, outcomes, notes, self.seconds, known=known, perhaps=outside)

    def _unstable(
        self, function: Function, name: str, draw: Draw, outcomes: list[Outcome]
    ) -> Diagnosis | None:
        """Call a wrong function again, to see whether its results can be relied on at all."""
        if _all_right(outcomes) or any(outcome.raised for outcome in outcomes) or function.is_random:
            return None
        again = [self._call(function, name, draw, (), shift=shift) for shift in (0, 0, 1)]
        return conduct.unstable(function, again)

    def _attempts(
        self, function: Function, name: str, draws: tuple[Draw, ...]
    ) -> tuple[list[Outcome], set[str]]:
        """Call the function with the reference's answers for what is wrong upstream, else as it is."""
        wrong = tuple(use for use in function.uses if use in self.wrong)
        self.own_caches = True
        outcomes, notes = self._outcomes(function, name, draws, stubs=wrong)
        if _all_right(outcomes):
            return outcomes, notes
        takes_caches = any(isinstance(value, Own) for value in draws[0].args.values())
        if takes_caches or (wrong and not self.deadly.intersection(wrong)):
            self.own_caches = False
            again, again_notes = self._outcomes(function, name, draws, stubs=())
            if _all_right(again):
                return again, again_notes
        return outcomes, notes

    def _outcomes(
        self, function: Function, name: str, draws: tuple[Draw, ...], stubs: tuple[str, ...]
    ) -> tuple[list[Outcome], set[str]]:
        """Call the function once per draw; `stubs` are answered by the reference."""
        outcomes, notes = [], set()
        for draw in draws:
            expected = function.run(function.reference, draw)
            reply = self._call(function, name, draw, stubs)
            notes |= set(reply.notes)
            if reply.error is not None:
                raised = Raised(reply.error["type"], reply.error["message"])
                outcomes.append(Outcome(draw, expected, reply.error, raised=raised))
                continue
            if reply.changed and not function.after:
                notes |= {f"changes:{index}" for index in reply.changed}
            notes |= {f"warns:{text}" for text in reply.warnings if "overflow" in text}
            outcomes.append(judge(function, draw, expected, reply.value, own_start=not self.consulted))
        return outcomes, notes

    def _call(
        self, function: Function, name: str, draw: Draw, stubs: tuple[str, ...], *, shift: int = 0
    ) -> Reply:
        """Call the student's function; `shift` gives its random numbers another seed."""
        assert self.room is not None  # noqa: S101 - opened before, reopened after each end
        names, by_name = _names(function, self.submission.definitions.get(name), draw)
        values = {key: self._value(draw.args[key]) for key in names}
        arguments, named = ((), values) if by_name else (tuple(values.values()), {})
        left = self.deadline - time.monotonic()
        self.consulted = False
        reply = self.room.call(
            name,
            arguments,
            named=named,
            seed=(self.seed + shift) % 2**32,
            arguments_back=bool(function.after),
            stubs=(*stubs, *function.given),
            oracle=self._oracle(function, draw),
            seconds=max(0.05, min(self.room.limits.call_seconds, left)),
        )
        self.seconds += reply.seconds
        if function.after and reply.error is None:
            after = dict(zip(names, reply.arguments, strict=True))
            found = tuple(after.get(key) for key in function.after)
            return replace(reply, value=found if len(found) > 1 else found[0])
        return reply

    def _value(self, value: object) -> object:
        """Return what is sent for an argument: a cache is the student's own where it can be."""
        if not isinstance(value, Own):
            return value
        assert self.room is not None  # noqa: S101 - opened before, reopened after each end
        if not self.own_caches or value.function not in self.callables:
            return value.value
        reply = self.room.call(value.function, value.args, keep=True, seed=self.seed % 2**32)
        if reply.error is not None or not isinstance(reply.value, tuple) or len(reply.value) <= value.index:
            return value.value
        return Kept(self.room.calls, (value.index,))

    def _oracle(self, function: Function, draw: Draw) -> Callable[[str, list[Any], dict[str, Any]], Any]:
        """Return what answers for the functions this one uses."""
        answers = {name: in_turn(draw.given[name]) for name in function.given}
        answers |= {name: self.exercise.function(name).reference for name in function.uses}

        def answer(name: str, arguments: list[Any], named: dict[str, Any]) -> Any:  # noqa: ANN401 - any result
            self.consulted = True
            return answers[name](*arguments, **named)

        return answer


def _all_right(outcomes: list[Outcome]) -> bool:
    return all(outcome.is_right for outcome in outcomes)


def _number(text: str) -> int:
    return int.from_bytes(text.encode()[:8], "little")


def _names(function: Function, definition: Definition | None, draw: Draw) -> tuple[list[str], bool]:
    """Fit the draw's inputs to the parameters the student declared; True: pass them by name."""
    lists = function.parameter_lists
    chosen, by_name = lists[0], False
    if definition is not None and not definition.open_ended:
        declared = definition.parameters
        for names in lists:
            if set(names) == set(declared) and names != declared:
                return [name for name in names if name in draw.args], True
        prefix = declared[: definition.required]
        fitting = [
            n[: len(declared)] for n in lists if prefix == n[: len(prefix)] and len(declared) <= len(n)
        ]
        fitting += [n for n in lists if definition.required <= len(n) <= len(declared)]
        chosen = fitting[0] if fitting else lists[0]
    return [name for name in chosen if name in draw.args], by_name
