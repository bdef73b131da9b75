"""How fast a hand-in is graded: ``make bench-grading``, or ``python -m benchmarks.grading``.

Prints a table with references of the same run and, as its last line, one JSON object; times are in
milliseconds. On one core the least disturbed round counts; of otter and nbgrader the fastest whole run is
compared with a check that makes its own room first.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy reads it; the room has one thread, too

import argparse
import json

from benchmarks.grading import peers, rooms, upload


def main() -> None:
    """Measure, print the table, print the JSON."""
    parser = argparse.ArgumentParser(description="The grader's speed against its peers.")
    parser.add_argument("--rounds", type=int, default=5, help="of the peers (default %(default)s)")
    chosen = parser.parse_args()

    load = os.getloadavg()[0]
    alone = rooms.measure()
    whole = {name: min(seconds) * 1e3 for name, seconds in peers.measure(chosen.rounds).items()}
    site = upload.measure()
    for what, milliseconds in (
        ("one core: claim to isolated process ready", alone["isolate"]),
        ("  the same, claims without a pause", alone["isolate_back_to_back"]),
        ("  the same, no room kept ready", alone["isolate_from_nothing"]),
        ("  reference: fork, one product of matrices, exit", alone["fork"]),
        ("one core: check of the whole notebook", alone["check"]),
        ("  the same, no room kept ready", alone["check_and_room"]),
        ("otter run", whole["otter"]),
        ("nbgrader autograde", whole["nbgrader"]),
        ("site: upload to verdict, median", site["p50"]),
        ("site: upload to verdict, 95 %", site["p95"]),
        ("  until the upload is answered", site["answer"]),
        ("  reference: a static file", site["page"]),
    ):
        print(f"{what:<52}{milliseconds:>10.2f} ms")
    print(f"{'one core: checks of the whole notebook':<52}{alone['per_second']:>10.1f} a second")
    print(f"{'load of the machine at the start':<52}{load:>10.2f}")
    print(
        json.dumps(
            {
                "isolate_ms": round(alone["isolate"], 2),
                "check_ms": round(alone["check"], 1),
                "per_second_per_core": round(alone["per_second"], 1),
                "upload_to_verdict_p50_ms": round(site["p50"], 1),
                "upload_to_verdict_p95_ms": round(site["p95"], 1),
                "times_faster_than_otter": round(whole["otter"] / alone["check_and_room"], 1),
                "times_faster_than_nbgrader": round(whole["nbgrader"] / alone["check_and_room"], 1),
            }
        )
    )


if __name__ == "__main__":
    main()
