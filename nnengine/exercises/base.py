"""How an exercise is written down: functions, inputs, reference, mistakes."""

import ast
import inspect
import itertools
import textwrap
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from nnengine.exercises.info import ExerciseInfo, FunctionInfo
from nnengine.text import Text

Rng = np.random.Generator


@dataclass(frozen=True)
class Own:
    """An argument that comes out of the student's own forward function: a cache, whose form is free.

    Attributes
    ----------
    function
        The forward function.
    args
        What it is called with, in order.
    index
        Which of its results is meant.
    value
        The reference's, for the reference and for students who use its form.
    """

    function: str
    args: tuple[Any, ...]
    index: int
    value: Any


@dataclass(frozen=True)
class Draw:
    """One set of inputs.

    Attributes
    ----------
    args
        The arguments by the names of the function's signature; may hold more than one signature asks for.
    label
        What is special about it, e.g. ``"stride = 1"``; empty for generic inputs. Every function needs a generic
        draw: special ones hide mistakes, and which of them pass is itself a diagnosis.
    sizes
        Named sizes such as ``{"m": 7}``, for the rule that explains constant ratios.
    given
        For the functions in `Function.given`, what they answer: the first call, the second, ... and from the
        start again; or a function that answers.
    """

    args: Mapping[str, Any]
    label: str = ""
    sizes: Mapping[str, float] = field(default_factory=dict)
    given: Mapping[str, Sequence[Any] | Callable[..., Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Bug:
    """A mistake people make: an edit of the reference's own source.

    Attributes
    ----------
    id
        Stable name, unique within the exercise, e.g. ``"dW2-not-averaged"``.
    edits
        Piece of the reference's source to its replacement; each piece occurs exactly once.
    message
        Names the mistake.
    hint
        What to look at; not the corrected line.
    """

    id: str
    edits: Mapping[str, str]
    message: Text
    hint: Text


@dataclass(frozen=True)
class Function:
    """One function that is asked for.

    Attributes
    ----------
    reference
        The right answer; its name is the function's.
    points
        What it is worth.
    draws
        Makes inputs from a generator.
    returns
        Names of the results, for messages; one name for a single result.
    optional
        How many of `returns`, at the end, need not be there and are not compared.
    private
        Those of `returns` whose form is the student's own business (caches): compared where they have the
        reference's form, accepted otherwise.
    signatures
        Accepted parameter lists; the first is the one asked for. By default the reference's own.
    aliases
        Other names it is found under.
    uses
        Other functions of the exercise that it usually calls. Where one of those is wrong, this one is called
        with the reference's in its place, so that a mistake costs one function.
    given
        Those of `uses` that are answered by the reference in any case (what draws random numbers).
    view
        Turns (arguments, result) into what is compared, for results that may legitimately differ (random ones).
    accept
        A second way to be right, (draw, result) -> bool, for where the result does not match.
    any_layout
        True where another shape with the right values is right (predictions as a vector).
    after
        Arguments that, after the call, are the result (functions that update in place).
    bugs
        The mistakes.
    tolerance
        Relative error allowed in float64.
    """

    reference: Callable[..., Any]
    points: float
    draws: Callable[[Rng], Sequence[Draw]]
    returns: tuple[str, ...] = ("result",)
    optional: int = 0
    private: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    view: Callable[[Mapping[str, Any], Any], Any] | None = None
    accept: Callable[[Draw, Any], bool] | None = None
    any_layout: bool = False
    after: tuple[str, ...] = ()
    bugs: tuple[Bug, ...] = ()
    tolerance: float = 1e-7

    @property
    def name(self) -> str:
        """The name asked for."""
        return self.reference.__name__

    @property
    def has_source(self) -> bool:
        """Whether the reference's source is here, to be changed and run."""
        return True

    @cached_property
    def is_random(self) -> bool:
        """Whether the reference itself draws random numbers."""
        return "random" in self.reference.__code__.co_names

    @cached_property
    def _arguments(self) -> tuple[str, ...]:
        """The reference's parameter names."""
        return tuple(inspect.signature(self.reference).parameters)

    @cached_property
    def parameter_lists(self) -> tuple[tuple[str, ...], ...]:
        """Accepted parameter names in order, one tuple per signature."""
        if not self.signatures:
            return (self._arguments,)
        return tuple(tuple(part.split("=")[0].strip() for part in s.split(",")) for s in self.signatures)

    @property
    def signature(self) -> str:
        """The function as it is asked for, e.g. ``"compute_cost(A2, Y)"``."""
        if self.signatures:
            return f"{self.name}({self.signatures[0]})"
        plain = inspect.signature(self.reference)
        bare = [
            parameter.replace(annotation=inspect.Parameter.empty) for parameter in plain.parameters.values()
        ]
        return f"{self.name}({', '.join(map(str, bare))})"

    @cached_property
    def mutants(self) -> tuple[tuple[Bug, Callable[..., Any]], ...]:
        """Every planted bug with the function that has it."""
        return tuple((bug, mutate(self.reference, bug.edits)) for bug in self.bugs)

    def run(self, function: Callable[..., Any], draw: Draw) -> Any:  # noqa: ANN401 - any function's result
        """Call `function`, the reference or a mutant of it, on copies of the draw's inputs."""
        if self.given:
            answers = {name: in_turn(draw.given[name]) for name in self.given}
            function = types.FunctionType(
                function.__code__,
                {**function.__globals__, **answers},
                function.__name__,
                function.__defaults__,
            )
        args = {name: copy_value(draw.args[name]) for name in self._arguments if name in draw.args}
        result = function(**args)
        if self.after:
            result = tuple(args[name] for name in self.after)
            return result if len(result) > 1 else result[0]
        return result


@dataclass(frozen=True)
class Exercise:
    """An exercise with its answers; never leaves the trusted side.

    Attributes
    ----------
    provided
        Which of the courses' helper functions the student finds in the namespace, a key of
        `nnengine.sandbox.stand_ins.PROVIDED`.
    adapter
        For free forms: turns the submission's syntax tree into source that calls it under the functions' names.
    """

    id: str
    title: Text
    week: str
    reading: str
    functions: tuple[Function, ...]
    provided: str = ""
    adapter: Callable[[ast.Module], str | None] | None = None

    @property
    def max_score(self) -> float:
        """The most points there are."""
        return sum(function.points for function in self.functions)

    def function(self, name: str) -> Function:
        """Return the function called `name`."""
        return next(function for function in self.functions if function.name == name)

    def info(self) -> ExerciseInfo:
        """Return what may be shown to everybody."""
        total = self.max_score
        functions = tuple(
            FunctionInfo(f.name, f.signature, f.points / total, f.points) for f in self.functions
        )
        return ExerciseInfo(self.id, self.title, functions, self.week, self.reading)


def mutate(reference: Callable[..., Any], edits: Mapping[str, str]) -> Callable[..., Any]:
    """Return `reference` with `edits` made to its source, the docstring left out.

    Raises
    ------
    ValueError
        An edit's old text does not occur exactly once.
    """
    source = _without_docstring(textwrap.dedent(inspect.getsource(reference)))
    for old, new in edits.items():
        if source.count(old) != 1:
            raise ValueError(f"{reference.__name__}: {source.count(old)} occurrences of {old!r}")
        source = source.replace(old, new)
    namespace: dict[str, Any] = {}
    compiled = compile(source, f"<{reference.__name__} with a mistake>", "exec")
    exec(compiled, reference.__globals__, namespace)  # noqa: S102 - our own source, edited
    function: Callable[..., Any] = namespace[reference.__name__]
    return function


def _without_docstring(source: str) -> str:
    """Return the source of one function with its docstring's lines emptied."""
    definition = ast.parse(source).body[0]
    if not isinstance(definition, ast.FunctionDef) or ast.get_docstring(definition) is None:
        return source
    text = definition.body[0]
    lines = source.splitlines()
    for index in range(text.lineno - 1, text.end_lineno or text.lineno):
        lines[index] = ""
    return "\n".join(lines)


def in_turn(answers: Sequence[Any] | Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that ignores its arguments and gives the answers in turn, or `answers` if it is one."""
    if callable(answers):
        return answers
    turn = itertools.cycle(answers)
    return lambda *_, **__: copy_value(next(turn))


def copy_value(value: Any) -> Any:  # noqa: ANN401 - any value
    """Return a deep copy of arrays in tuples, lists and dicts."""
    if isinstance(value, Own):
        value = value.value
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, tuple | list):
        return type(value)(copy_value(item) for item in value)
    if isinstance(value, dict):
        return {key: copy_value(item) for key, item in value.items()}
    return value
