"""Measures on one database: ``DB=postgresql python -m benchmarks.quiz.measure``; the last line is JSON."""

import argparse
import asyncio
import json
import resource
import signal
import sys

from benchmarks.quiz import school
from benchmarks.quiz.sitting import Record, everybody
from benchmarks.quiz.throughput import compare


def p95(seconds: list[float]) -> float | None:
    """Return what 95 % stay under, in milliseconds."""
    ordered = sorted(seconds)
    return round(ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)] * 1e3, 1) if ordered else None


def told(record: Record, name: str) -> dict[str, float | None]:
    """Summarise what happened to a class of `name` students."""
    for error, count in record.errors.most_common(5):
        print(f"{count} x {error}", file=sys.stderr)
    return {
        f"save_p95_ms_{name}": p95(record.saves),
        f"start_p95_ms_{name}": p95(record.starts),
        f"hand_in_p95_ms_{name}": p95(record.hand_ins),
        f"students_done_{name}": len(record.hand_ins),
    }


def main() -> None:
    """Measure what this database is promised for, print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--classes", default="500", help="students who start at once, comma-separated")
    parser.add_argument("--crowd", type=int, default=0, help="students who start within 30 s")
    parser.add_argument(
        "--working", type=float, default=40, help="seconds from the first page to the hand-in"
    )
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers are stopped, too
    classes = [int(size) for size in chosen.classes.split(",") if size]
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    records, results = [], {}
    with school.running() as (site, bare):
        if chosen.rounds:
            course, sessions = school.course_of(1000)
            quizzes = [school.open_quiz(course) for _ in range(8)]
            rates, record = asyncio.run(
                compare(site.url, bare.url, sessions, quizzes, rounds=chosen.rounds, seconds=chosen.seconds)
            )
            results |= rates
            records.append(record)
            told(record, "rates")
        bare.stop("web")
        for size, window, changes in [*((size, 0, 3) for size in classes), (chosen.crowd, 30, 2)]:
            if not size:
                continue
            course, sessions = school.course_of(size)
            quiz = school.open_quiz(course)
            record = asyncio.run(
                everybody(site.url, sessions, quiz, window=window, seconds=chosen.working, changes=changes)
            )
            records.append(record)
            results |= told(record, str(size))
            print(json.dumps(results), file=sys.stderr, flush=True)
        results["errors"] = sum(record.errors.total() for record in records)
        results["acknowledged_answers"] = sum(len(record.acknowledged) for record in records)
        results["lost_answers"] = sum(record.lost() for record in records)
        if results["errors"]:
            print(site.log("web")[-3000:], file=sys.stderr)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
