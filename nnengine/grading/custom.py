"""An exercise that an instructor wrote, at work: its functions run in a room of their own, not the student's.

So neither that code nor a student's is ever run by the worker itself, and neither sees the other.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from nnengine.exercises.base import Bug, Draw, Exercise, Function, Rng
from nnengine.grading.written import INPUTS, ExerciseError, Written, mutant_name
from nnengine.sandbox import Room, RoomEnded, Sandbox, SandboxCrashed
from nnengine.text import Text

_CALL_INPUTS = """
def inputs__of(name, seed):
    return list(globals()[name + "_inputs"](np.random.default_rng(seed)))
"""


class ExerciseCrashed(SandboxCrashed):
    """The exercise's own code ended its room: it is at fault, neither student nor sandbox."""


@contextmanager
def opened(written: Written, sandbox: Sandbox) -> Iterator[Exercise]:
    """Give the exercise with its functions in a room of their own, which is closed at the end."""
    answers = _Answers(written, sandbox)
    try:
        functions = tuple(_remote(written, name, answers) for name in written.functions)
        info = written.info()
        yield Exercise(info.id, info.title, info.week, info.reading, functions)
    finally:
        answers.close()


@dataclass
class _Answers:
    """The room in which the exercise's own functions run; a new one where they ended it."""

    written: Written
    sandbox: Sandbox
    room: Room | None = field(default=None, init=False)

    def call(self, name: str, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - any function's
        """Call one of the file's functions.

        Raises
        ------
        ExerciseCrashed
            The exercise itself ended its room: nothing can be said of the student.
        Exception
            Of the type that the function raised.
        """
        try:
            self.room = self.room or self._open()
            reply = self.room.call(name, arguments, named=named, seed=0)
        except RoomEnded as ended:
            self.room = None
            raise ExerciseCrashed(f"The exercise's own {name} ended its room: {ended.reason}.") from ended
        if reply.error is not None:
            kind = type(str(reply.error["type"]), (Exception,), {})
            raise kind(str(reply.error["message"]))
        return reply.value

    def _open(self) -> Room:
        chunks = [{"name": "submission", "source": self.written.source, "kind": "definition"}]
        sources = [_CALL_INPUTS, *self.written.mutants().values()]
        chunks += [{"name": "mistake", "source": source, "kind": "definition"} for source in sources]
        room = self.sandbox.room()
        errors = room.load(chunks, "")["errors"]
        if errors:
            room.close()
            raise ExerciseError([f"Line {e['line']}: {e['type']}: {e['message']}." for e in errors])
        return room

    def close(self) -> None:
        """End the room."""
        if self.room is not None:
            self.room.close()


@dataclass(frozen=True)
class _RemoteFunction(Function):
    """A function whose reference and mistakes are calls into the exercise's room."""

    planted: tuple[Callable[..., Any], ...] = ()

    @cached_property
    def mutants(self) -> tuple[tuple[Bug, Callable[..., Any]], ...]:
        """Every planted mistake with the function that has it."""
        return tuple(zip(self.bugs, self.planted, strict=True))

    @cached_property
    def is_random(self) -> bool:
        """Unknown: so that chance is never called a mistake, it counts as random."""
        return True

    @property
    def has_source(self) -> bool:
        """Its source is not to be run here, changed or not."""
        return False


def _remote(written: Written, name: str, answers: _Answers) -> Function:
    said = written.functions[name]
    mistakes = said.get("mistakes", [])
    parameters = [arg.arg for arg in written.definitions[name].args.args]

    def draws(rng: Rng) -> list[Draw]:
        drawn = answers.call("inputs__of", name, int(rng.integers(2**31)))
        return [_draw(name, one) for one in drawn]

    def calling(target: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - stands for any function
            return answers.call(target, *arguments, **named)

        call.__name__ = name
        kinds = [inspect.Parameter(one, inspect.Parameter.POSITIONAL_OR_KEYWORD) for one in parameters]
        call.__signature__ = inspect.Signature(kinds)  # type: ignore[attr-defined]  # functions take attributes
        return call

    return _RemoteFunction(
        calling(name),
        float(said["points"]),
        draws,
        returns=tuple(said.get("returns", ("result",))),
        private=tuple(said.get("private", ())),
        uses=tuple(said.get("uses", ())),
        signatures=(written.signature(name).removeprefix(f"{name}(").removesuffix(")"),),
        tolerance=float(said.get("tolerance", 1e-7)),
        bugs=tuple(
            Bug(
                m["id"],
                m["edits"],
                Text(m["en"], m.get("de", m["en"])),
                Text(m["hint"], m.get("hint_de", m["hint"])),
            )
            for m in mistakes
        ),
        planted=tuple(calling(mutant_name(name, number)) for number in range(len(mistakes))),
    )


def _draw(name: str, one: object) -> Draw:
    """Take a dict of arguments, or (what is special about it, the dict)."""
    label, args = one if isinstance(one, tuple) and len(one) == 2 else ("", one)
    if not isinstance(args, dict) or not isinstance(label, str):
        raise ExerciseError([f"{name}{INPUTS} returns a list of dicts, one argument a name."])
    return Draw({str(key): np.asarray(v) if isinstance(v, list) else v for key, v in args.items()}, label)
