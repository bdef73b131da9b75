"""Grades hand-ins in a process of its own, so that it can be run as any user. JSON lines in, JSON lines out.

Run as a script, with the tier as its argument. Each hand-in is graded beside a right one of somebody else, in
the same sandbox at the same time.
"""

import json
import os
import sys
import threading
import time

from nnengine.grading import Sandbox, grade
from nnengine.sandbox import Limits
from tests.attacks.network import RIGHT

LIMITS = Limits(
    call_seconds=1.2, load_seconds=1.2, cpu_seconds=3, memory_bytes=640 << 20, reply_bytes=8 << 20
)
EXERCISE = "planar-one-hidden-layer"


def main() -> None:
    secret_in_memory = [os.environ["CANARY"] * 3]
    with Sandbox(tier=sys.argv[1], limits=LIMITS, ready=2) as sandbox:
        _say({"ready": os.getuid()})
        for line in sys.stdin:
            request = json.loads(line)
            source, name, seed = request["source"].encode("utf-8", "surrogatepass"), request["filename"], 4
            beside = {}
            other = threading.Thread(target=lambda kept=beside: kept.update(right(sandbox)))
            other.start()
            report = grade(source, filename=name, exercise=EXERCISE, seed=seed, sandbox=sandbox)
            other.join()
            _say({"report": report.to_dict(), "beside": beside})
    del secret_in_memory


def _say(answer: dict) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def right(sandbox: Sandbox) -> dict:
    started = time.perf_counter()
    report = grade(RIGHT.encode(), filename="right.py", exercise=EXERCISE, seed=9, sandbox=sandbox)
    return {"score": report.score, "seconds": time.perf_counter() - started}


if __name__ == "__main__":
    main()
