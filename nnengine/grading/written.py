"""Exercises that instructors write: one Python file, read without running it.

What the file says about itself is one literal, ``EXERCISE = {...}``; references, inputs and mistakes are
its functions. docs/exercises.md has a worked example; `nnengine.grading.custom` runs them.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nnengine.exercises.info import ExerciseInfo, FunctionInfo
from nnengine.text import Text

MOST_CHARACTERS = 200_000
INPUTS = "_inputs"


class ExerciseError(ValueError):
    """The file is no exercise; `problems` says what to change, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Written:
    """An exercise's file, read: what it says of itself, and its functions' syntax trees by name."""

    source: str
    data: Mapping[str, Any]
    definitions: Mapping[str, ast.FunctionDef]

    @property
    def functions(self) -> Mapping[str, Mapping[str, Any]]:
        """What is said of each function that students are asked for, in order."""
        found: Mapping[str, Mapping[str, Any]] = self.data["functions"]
        return found

    def info(self) -> ExerciseInfo:
        """Return what may be shown to everybody."""
        total = sum(float(said["points"]) for said in self.functions.values())
        functions = tuple(
            FunctionInfo(name, self.signature(name), said["points"] / total, float(said["points"]))
            for name, said in self.functions.items()
        )
        title = Text(self.data["title"], self.data.get("title_de", self.data["title"]))
        return ExerciseInfo(
            self.data["id"], title, functions, self.data.get("week", ""), self.data.get("reading", "")
        )

    def signature(self, name: str) -> str:
        """Return a function as it is asked for, e.g. ``"softplus(z)"``."""
        arguments = self.definitions[name].args
        plain = ast.arguments(
            posonlyargs=[],
            args=[ast.arg(one.arg) for one in (*arguments.posonlyargs, *arguments.args)],
            kwonlyargs=[],
            kw_defaults=[],
            defaults=arguments.defaults,
        )
        return f"{name}({ast.unparse(plain)})"

    def mutants(self) -> dict[str, str]:
        """Return the source of every function with a planted mistake, by the name it is called in the room.

        Raises
        ------
        ExerciseError
            An edit's old text does not occur exactly once, or what it makes is no Python.
        """
        made, problems = {}, []
        for name, said in self.functions.items():
            text = ast.unparse(_without_docstring(self.definitions[name]))
            for number, mistake in enumerate(said.get("mistakes", [])):
                changed = text
                for old, new in mistake["edits"].items():
                    if changed.count(old) != 1:
                        problems.append(
                            f"{mistake['id']}: {old!r} occurs {changed.count(old)} times in {name}."
                        )
                    changed = changed.replace(old, new)
                try:
                    node = ast.parse(changed).body[0]
                except (SyntaxError, ValueError) as error:
                    problems.append(f"{mistake['id']}: what its edits make is no Python ({error}).")
                    continue
                if isinstance(node, ast.FunctionDef):
                    node.name = mutant_name(name, number)
                    made[node.name] = ast.unparse(node)
        if problems:
            raise ExerciseError(problems)
        return made


def read(source: str) -> Written:
    """Read an exercise's file; nothing in it is run.

    Raises
    ------
    ExerciseError
        It is no exercise, with everything that is to be changed.
    """
    if len(source) > MOST_CHARACTERS:
        raise ExerciseError([f"The file has more than {MOST_CHARACTERS:,} characters."])
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise ExerciseError(
            [f"Syntax error in line {line or '?'}: {getattr(error, 'msg', error)}."]
        ) from None
    data = _literal(tree)
    definitions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    problems = _problems(data, definitions)
    if problems:
        raise ExerciseError(problems)
    written = Written(source, data, definitions)
    written.mutants()
    return written


def _literal(tree: ast.Module) -> dict[str, Any]:
    for node in tree.body:
        if not isinstance(node, ast.Assign) or ast.unparse(node.targets[0]) != "EXERCISE":
            continue
        try:
            data = ast.literal_eval(node.value)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            problem = f"EXERCISE in line {node.lineno} must be written out, without names or calls."
            raise ExerciseError([problem]) from None
        if isinstance(data, dict):
            return data
    raise ExerciseError(['There is no EXERCISE = {"id": ..., "title": ..., "functions": {...}} in the file.'])


def _problems(data: Mapping[str, Any], definitions: Mapping[str, ast.FunctionDef]) -> list[str]:
    found = []
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", str(data.get("id"))):
        found.append('EXERCISE["id"] is a short name of small letters, digits and hyphens.')
    if not isinstance(data.get("title"), str) or not data["title"].strip():
        found.append('EXERCISE["title"] is missing.')
    texts = [data.get(key, "") for key in ("title_de", "week", "reading")]
    if not all(isinstance(text, str) for text in texts):
        found.append("title_de, week and reading are texts.")
    functions = data.get("functions")
    if not isinstance(functions, dict) or not functions:
        return [*found, 'EXERCISE["functions"] names the functions students are asked for.']
    for name, said in functions.items():
        found += _function_problems(str(name), said, definitions)
    if found:
        return found
    ids = [mistake["id"] for said in functions.values() for mistake in said.get("mistakes", [])]
    return [f"Two mistakes are called {one}." for one in sorted({i for i in ids if ids.count(i) > 1})]


def _function_problems(name: str, said: object, definitions: Mapping[str, ast.FunctionDef]) -> list[str]:
    needed = (name, f"{name}{INPUTS}")
    found = [f"The function {one} is not defined." for one in needed if one not in definitions]
    if not isinstance(said, dict) or not isinstance(said.get("points"), int | float) or said["points"] <= 0:
        return [*found, f"{name} needs points, more than 0."]
    if not all(_is_list_of_names(said.get(key, [])) for key in ("returns", "uses", "private")):
        found.append(f"{name}: returns, uses and private are lists of names.")
    if not isinstance(said.get("tolerance", 0.1), float):
        found.append(f"{name}: tolerance is a number such as 1e-7.")
    mistakes = said.get("mistakes", [])
    if not isinstance(mistakes, list) or not all(map(_is_mistake, mistakes)):
        found.append(f'{name}: a mistake is a dict with the texts "id", "en" and "hint", and "edits".')
    return found


def _is_list_of_names(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)


def _is_mistake(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("edits"), dict) or not value["edits"]:
        return False
    texts = [value.get(key) for key in ("id", "en", "hint")]
    others = [value.get(key, "") for key in ("de", "hint_de")]
    others += [text for pair in value["edits"].items() for text in pair]
    return all(isinstance(text, str) for text in (*texts, *others)) and all(texts)


def _without_docstring(node: ast.FunctionDef) -> ast.FunctionDef:
    if ast.get_docstring(node) is None:
        return node
    copied = ast.parse(ast.unparse(node)).body[0]
    assert isinstance(copied, ast.FunctionDef)  # noqa: S101 - unparsed from one
    copied.body = copied.body[1:] or [ast.Pass()]
    return copied


def mutant_name(name: str, number: int) -> str:
    """Return what a function with a planted mistake is called in the room."""
    return f"{name}__mistake_{number}"
