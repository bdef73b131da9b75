"""A whole class takes a quiz at once: ``make bench-quiz``, or ``python -m benchmarks.quiz [--quick]``.

On PostgreSQL, then on SQLite, the site's own web server runs beside a bare page (`benchmarks.quiz.bare`), and
the same client asks both in turns: what counts is the ratio of the rates. Then whole classes start at one
moment, change every answer several times and hand in, while every page asks for the clock as it does in a
browser; at the end every answer that was acknowledged is looked up in the database. Prints a table and, as
its last line, one JSON object; times are in milliseconds.
"""

import argparse
import json
import os
import subprocess
import sys

FULL = {
    "postgresql": ("--rounds=5", "--classes=500", "--crowd=2000", "--working=40"),
    "sqlite": ("--rounds=3", "--classes=200", "--working=30"),
}
QUICK = {
    "postgresql": ("--rounds=2", "--seconds=1", "--classes=100", "--working=6"),
    "sqlite": ("--rounds=2", "--seconds=1", "--classes=50", "--working=6"),
}


def measure(database: str, arguments: tuple[str, ...]) -> dict[str, float]:
    """Measure one database in a process of its own, since settings are chosen once."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.quiz.measure", *arguments],
        env=os.environ | {"DB": database},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure both databases, print the table, print the JSON."""
    parser = argparse.ArgumentParser(description="How fast and how safe a quiz is under load.")
    parser.add_argument("--quick", action="store_true", help="a minute, for rough figures")
    plan = QUICK if parser.parse_args().quick else FULL
    load = os.getloadavg()[0]
    found = {database: measure(database, arguments) for database, arguments in plan.items()}
    for database, figures in found.items():
        for name, value in figures.items():
            print(f"{database:<12}{name:<28}{value:>12}")
    print(f"load of the machine at the start {load:>19.2f}")
    merged = found["postgresql"] | {f"sqlite_{name}": value for name, value in found["sqlite"].items()}
    merged["errors"] = sum(figures["errors"] for figures in found.values())
    merged["lost_answers"] = sum(figures["lost_answers"] for figures in found.values())
    print(json.dumps(merged))


if __name__ == "__main__":
    main()
