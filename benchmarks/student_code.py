"""The grader on real student code: how many right functions it calls right, and how many mistakes it names.

    python -m benchmarks.student_code INDEX FOLDER

INDEX is a CSV with the columns repo, path, assignment, function, label and cause; FOLDER holds each file
at repo/path. Every function is listed where grader and label disagree, for somebody to look who is right.
"""

import argparse
import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nnengine.grading import FunctionResult, grade

EXERCISES = {
    "C1W2": "logistic-regression",
    "C1W3": "planar-one-hidden-layer",
    "C1W4": "deep-network-step-by-step",
    "C2W1init": "initialisation",
    "C2W1reg": "regularisation",
    "C2W1gc": "gradient-checking",
    "C2W2": "optimisation",
    "C4W1": "convolution-step-by-step",
    "C5W1": "recurrent-step-by-step",
}


@dataclass(frozen=True)
class Case:
    """A function as the index labels it and as the grader sees it."""

    row: dict[str, str]
    result: FunctionResult | None

    @property
    def verdict(self) -> str:
        """The grader's verdict; "not asked" where the exercise has no such function."""
        return self.result.verdict.value if self.result else "not asked"


def cases(index: Path, folder: Path, seed: int) -> Iterator[Case]:
    """Grade every file once and pair its functions with the index."""
    files: defaultdict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    with index.open(newline="") as lines:
        for row in csv.DictReader(lines):
            files[row["repo"], row["path"], row["assignment"]].append(row)
    for (repo, path, assignment), rows in files.items():
        file = folder / repo / path
        if not file.is_file():
            print(f"not there: {repo}/{path} ({len(rows)} functions)")
            continue
        report = grade(file.read_bytes(), filename=path, exercise=EXERCISES[assignment], seed=seed)
        found = {result.name: result for result in report.functions}
        for row in rows:
            yield Case(row, found.get(row["function"]))


def main() -> None:
    """Print what disagrees, then the counts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("index", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    named = 0
    for case in cases(arguments.index, arguments.folder, arguments.seed):
        label = case.row["label"]
        counts[label, case.verdict] += 1
        cause = case.result.cause if case.result else None
        named += label == "buggy" and case.verdict != "correct" and cause is not None
        if label in {"buggy", "older-convention"} or (label == "correct") != (case.verdict == "correct"):
            message = case.result.message.en if case.result and case.result.message else ""
            place = f"{case.row['repo']}/{case.row['path']}: {case.row['function']}"
            print(f"{place}\n    {label} {case.row['cause']} -> {case.verdict} {cause}: {message}")
    for (label, verdict), count in sorted(counts.items()):
        print(f"{count:5} {label} -> {verdict}")
    print(f"{named:5} buggy with a named cause")


if __name__ == "__main__":
    main()
