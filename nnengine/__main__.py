"""`python -m nnengine`: students check their network at home, with the checks of the course."""

import argparse
import dataclasses
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from nnengine import exercises
from nnengine.grading import Report, Verdict, grade
from nnengine.grading.submission import parse
from nnengine.grading.verify import verify, verify_custom
from nnengine.sandbox import IsolationUnavailable, Sandbox, SandboxCrashed, Tier
from nnengine.sandbox.doctor import worker_doctor
from nnengine.text import Text

PUBLIC_SEED = 20_270
_COLOURS = {Verdict.CORRECT: "32", Verdict.WRONG_SHAPE: "33", Verdict.MISSING: "2"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0 all right, 1 something is wrong, 2 it could not be checked."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (IsolationUnavailable, SandboxCrashed) as error:
        _say(str(error), sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # `... | head -1` has seen enough. What is buffered goes nowhere, or Python would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13  # as if by SIGPIPE, which not every system has


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nnengine", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="check files, function by function")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    ids = [info.id for info in exercises.catalogue()]
    check.add_argument("--exercise", choices=ids, metavar="ID", help="by default the functions tell it")
    check.add_argument("--json", action="store_true", help="one JSON object a line, one line a FILE")
    check.add_argument("--sandbox", action="store_true", help="isolate the code as the course's server does")
    check.add_argument("--reduced", action="store_true", help="with --sandbox: the tier without namespaces")
    check.add_argument("--watch", action="store_true", help="check again whenever a file is saved")
    check.add_argument("--seed", type=int, default=PUBLIC_SEED, help="draw other inputs")
    check.add_argument("--language", choices=["en", "de"], default=_language())
    check.set_defaults(run=_check)
    listing = commands.add_parser("exercises", help="list the exercises, or verify them")
    listing.add_argument("action", nargs="?", choices=["list", "verify"], default="list")
    listing.add_argument("files", nargs="*", type=Path, metavar="FILE", help="exercises of one's own")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_exercises)
    doctor = commands.add_parser("doctor", help="say what isolation this machine offers")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run=_doctor)
    return parser


def _language() -> str:
    return "de" if os.environ.get("LANG", "").lower().startswith("de") else "en"


def _say(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream, flush=True)


def _check(options: argparse.Namespace) -> int:
    if not options.watch:
        return _check_all(options.files, options)
    seen: dict[Path, int | None] = {}
    while True:
        saved = {path: _saved_at(path) for path in options.files}
        changed = [path for path in saved if path not in seen or saved[path] not in (None, seen[path])]
        if changed:
            _check_all(changed, options)
        seen = saved
        time.sleep(0.3)


def _saved_at(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _check_all(paths: Sequence[Path], options: argparse.Namespace) -> int:
    tier: Tier = ("reduced" if options.reduced else "full") if options.sandbox else "none"
    with Sandbox(tier=tier) as sandbox:
        return max([_check_one(path, options, sandbox) for path in paths])


def _check_one(path: Path, options: argparse.Namespace, sandbox: Sandbox) -> int:
    try:
        source = path.read_bytes()
    except OSError as error:
        return _not_checked(f"{path}: {error.strerror}", options)
    exercise = options.exercise or guess(source, path.name)
    if exercise is None:
        return _not_checked(f"{path}: which exercise is it? Say --exercise ID.", options)
    report = grade(source, filename=path.name, exercise=exercise, seed=options.seed, sandbox=sandbox)
    if options.json:
        _say_problems(report, sys.stderr, options.language)
        _say(json.dumps(as_json(report, options.language), ensure_ascii=False))
    else:
        _print(report, path, options.language)
    return 0 if all(function.is_correct for function in report.functions) else 1


def _not_checked(why: str, options: argparse.Namespace) -> int:
    _say(why, sys.stderr)
    if options.json:
        _say(json.dumps({"exercise": None, "score": 0, "max_score": 0, "seconds": 0, "functions": []}))
    return 2


def guess(source: bytes, filename: str) -> str | None:
    """Return the exercise that the functions defined in `source` belong to, None where that is not clear."""
    defined = set(parse(source, filename).definitions)
    hits = {
        info.id: (len(defined & (names := {f.name for f in info.functions})), -len(names - defined))
        for info in exercises.catalogue()
    }
    best = sorted(hits, key=lambda name: hits[name], reverse=True)
    if not best or hits[best[0]][0] == 0 or (len(best) > 1 and hits[best[0]] == hits[best[1]]):
        return None
    return best[0]


def as_json(report: Report, language: str) -> dict[str, Any]:
    """Return what ``check --json`` prints: a contract for programs, with sentences in one language."""
    return {
        "exercise": report.exercise,
        "score": report.score,
        "max_score": report.max_score,
        "seconds": report.seconds,
        "functions": [
            {
                "name": function.name,
                "verdict": function.verdict,
                "points": function.points,
                "max_points": function.max_points,
                "cause": function.cause,
                "message": _in(language, function.message),
                "hint": _in(language, function.hint),
            }
            for function in report.functions
        ],
    }


def _in(language: str, text: Text | None) -> str | None:
    return None if text is None else text[language]


def _say_problems(report: Report, stream: TextIO, language: str) -> None:
    for problem in report.problems:
        _say(f"  ! {_plain(problem.message[language])}", stream)


def _print(report: Report, path: Path, language: str) -> None:
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    points = f"{report.score:g} of {report.max_score:g}"
    _say(f"{path}: {report.exercise}, {points}, {report.seconds * 1000:.0f} ms")
    _say_problems(report, sys.stdout, language)
    for function in report.functions:
        mark = "ok " if function.is_correct else "-- "
        if colour:
            mark = f"\033[{_COLOURS.get(function.verdict, '31')}m{mark}\033[0m"
        _say(f"  {mark}{function.name:<32} {function.points:g}/{function.max_points:g}  {function.verdict}")
        for text in (function.message, function.hint):
            if text:
                _say(f"       {_plain(text[language])}")


def _plain(text: str) -> str:
    """Return `text` without what a terminal would obey: messages may quote a student's source."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _exercises(options: argparse.Namespace) -> int:
    if options.action == "verify":
        return _verify_files(options.files) if options.files else _verify()
    catalogue = exercises.catalogue()
    if options.json:
        _say(json.dumps([info.to_dict() for info in catalogue], ensure_ascii=False))
        return 0
    for info in catalogue:
        _say(f"{info.id:<32} {info.week:<8} {info.title.en}")
    return 0


def _verify() -> int:
    faults, bugs = [], 0
    for info in exercises.catalogue():
        exercise = exercises.get(info.id)
        found = verify(exercise)
        count = sum(len(function.bugs) for function in exercise.functions)
        bugs += count
        state = "FAULTY" if found else "ok"
        _say(f"{info.id:<32} {len(exercise.functions):>2} functions {count:>3} bugs  {state}")
        faults += found
    for fault in faults:
        _say(f"  {fault}", sys.stderr)
    _say(f"{bugs} planted bugs, {len(faults)} faults")
    return 1 if faults else 0


def _verify_files(paths: Sequence[Path]) -> int:
    """Verify exercises of one's own; like a student's code at home, they run without walls here."""
    faulty = 0
    with Sandbox(tier="none") as sandbox:
        for path in paths:
            try:
                found = verify_custom(path.read_text(encoding="utf-8"), sandbox)
            except (OSError, UnicodeDecodeError) as error:
                found = [str(error)]
            _say(f"{path}: {'FAULTY' if found else 'ok'}")
            for fault in found:
                _say(f"  {fault}", sys.stderr)
            faulty += bool(found)
    return 1 if faulty else 0


def _doctor(options: argparse.Namespace) -> int:
    report = worker_doctor()
    if options.json:
        _say(json.dumps(dataclasses.asdict(report) | {"best": report.best}))
    else:
        _say(report.machine)
        for trial in report.trials:
            _say(f"{trial.tier:<8} {'works' if trial.works else 'does not work: ' + trial.reason}")
        _say(f"best: {report.best or 'none: this worker will refuse to grade'}")
    return 0 if report.best == "full" else 1


if __name__ == "__main__":
    sys.exit(main())
