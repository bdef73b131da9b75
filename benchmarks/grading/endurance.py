"""Ten thousand hand-ins while workers and Redis die: ``python -m benchmarks.grading.endurance``.

Two workers of the real site grade what this process hands in through the site's service. Every 20 seconds
one of them is killed (SIGKILL, its whole process group) and started again; Redis is killed and started again
twice. A trigger in the database counts every verdict that is written. The last line is one JSON object; the
exit code is 0 only if every hand-in got exactly one verdict, and the right one.
"""

import argparse
import json
import sys
import time

from django.db import connection
from django.db.models import F, Sum
from django.utils import timezone

from benchmarks.grading import notebook
from benchmarks.grading.rooms import EXERCISE
from benchmarks.grading.running import open_challenge, running_site
from projects import services
from projects.models import Challenge, FunctionGrade, Submission
from tests.factories import student_of
from tests.site import Site

WORKERS = ("grader", "second grader")
STUDENTS = 100
MOST_WAITING = 300
GIVE_UP_SECONDS = 180
#: Every second hand-in has this mistake, so that a verdict can be wrong in both directions.
MISTAKE = ("db = 1 / m * np.sum", "db = np.sum")
SCORES = {0: 100.0, 1: 85.0}


def count_verdicts() -> None:
    """Let the database itself note each time a verdict is written."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE verdict (submission integer)")
        cursor.execute(
            "CREATE TRIGGER verdict_written AFTER UPDATE OF graded_at ON projects_submission "
            "WHEN NEW.graded_at IS NOT NULL BEGIN INSERT INTO verdict VALUES (NEW.id); END"
        )


def verdicts() -> dict[int, int]:
    """Return how many verdicts were written, by hand-in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT submission, COUNT(*) FROM verdict GROUP BY submission")
        return dict(cursor.fetchall())


class Disturbance:
    """Kills one worker after the other, and Redis at two moments of the run."""

    def __init__(self, site: Site, every_seconds: float, hand_ins: int) -> None:
        self.site = site
        self.every = every_seconds
        self.redis_at = [hand_ins // 3, 2 * hand_ins // 3]
        self.next = time.monotonic() + every_seconds
        self.killed = self.redis_restarts = 0

    def strike(self, graded: int) -> None:
        """Do what is due once `graded` hand-ins have their verdict."""
        if self.redis_at and graded >= self.redis_at[0]:
            self.redis_at.pop(0)
            self.site.kill("redis")
            time.sleep(2)
            self.site.start("redis")
            self.redis_restarts += 1
        if time.monotonic() >= self.next:
            self.next += self.every
            worker = WORKERS[self.killed % 2]
            self.site.kill(worker)
            self.site.start(worker)
            self.killed += 1


def run(challenge: Challenge, hand_ins: int, disturbance: Disturbance) -> list[int]:
    """Hand in, a few hundred ahead of the workers, until all is graded or nothing moves; return the ids."""
    students = [student_of(challenge.course) for _ in range(STUDENTS)]
    made: list[int] = []
    graded, moved = 0, time.monotonic()
    while graded < hand_ins and time.monotonic() - moved < GIVE_UP_SECONDS:
        while len(made) < min(graded + MOST_WAITING, hand_ins):
            source = notebook.SOURCE.replace(*MISTAKE) if len(made) % 2 else notebook.SOURCE
            submission = services.hand_in(
                challenge=challenge,
                user=students[len(made) % STUDENTS],
                filename="deep.py",
                source=f"{source}\n# {len(made)}\n".encode(),
                now=timezone.now(),
            )
            made.append(submission.pk)
        time.sleep(0.5)
        before, graded = graded, Submission.objects.exclude(graded_at=None).count()
        if graded > before:
            moved = time.monotonic()
        disturbance.strike(graded)
    return made


def summary(made: list[int]) -> dict[str, int]:
    """Count what became of the hand-ins."""
    written = verdicts()
    rows = {row.pk: row for row in Submission.objects.defer("report")}
    functions = FunctionGrade.objects.count()
    return {
        "handed_in": len(made),
        "graded_exactly_once": sum(written.get(pk) == 1 for pk in made),
        "graded_more_than_once": sum(written.get(pk, 0) > 1 for pk in made),
        "lost": sum(pk not in rows for pk in made),
        "given_up": sum(pk in rows and rows[pk].failed_at is not None for pk in made),
        "stuck": sum(pk in rows and not (rows[pk].graded_at or rows[pk].failed_at) for pk in made),
        "wrong_score": sum(rows[pk].score != SCORES[n % 2] for n, pk in enumerate(made) if pk in rows),
        "functions_too_many_or_few": functions - 9 * len(written),
        "claimed_again": Submission.objects.aggregate(again=Sum(F("run") - 1))["again"] or 0,
    }


def main() -> int:
    """Run it, print the counts; return the exit code."""
    parser = argparse.ArgumentParser(description="Hand-ins while workers and Redis die.")
    parser.add_argument("--hand-ins", type=int, default=10_000)
    parser.add_argument("--kill-every", type=float, default=20, metavar="SECONDS")
    chosen = parser.parse_args()

    with running_site("redis", "courier", "beat") as site:
        site.commands[WORKERS[1]] = site.commands["grader"].replace("grader@%h", "second@%h")
        count_verdicts()
        challenge = open_challenge(EXERCISE)
        site.start(*WORKERS)
        began = time.monotonic()
        disturbance = Disturbance(site, chosen.kill_every, chosen.hand_ins)
        made = run(challenge, chosen.hand_ins, disturbance)
        seconds = time.monotonic() - began
    counts = summary(made)
    times = {"workers_killed": disturbance.killed, "redis_restarts": disturbance.redis_restarts}
    speed = {"seconds": round(seconds), "per_second": round(counts["graded_exactly_once"] / seconds, 1)}
    print(json.dumps(counts | times | speed))
    good = {"handed_in", "graded_exactly_once", "claimed_again"}
    complete = counts["graded_exactly_once"] == counts["handed_in"] == chosen.hand_ins
    return 0 if complete and not any(count for name, count in counts.items() if name not in good) else 1


if __name__ == "__main__":
    sys.exit(main())
