"""Numbers for Prometheus: what processes counted, and what the database says of queues and attempts.

The database's numbers are the same whichever host is asked; workers scale by `classroom_queue_age_seconds`.
"""

import os
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min, Q
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from classroom import clock, heartbeat, version
from classroom.models import Outbox
from projects.models import MAX_ATTEMPTS, Shadow, Submission
from quizzes.checking import record
from quizzes.models import Attempt

ROUNDS = {
    heartbeat.SWEPT: ("classroom_sweep_age_seconds", "Since sweeps last came round."),
    heartbeat.BACKED_UP: ("classroom_backup_age_seconds", "Since the last backup was made."),
    heartbeat.PURGED: ("classroom_purge_age_seconds", "Since old data was last thrown away."),
}


def registry() -> CollectorRegistry:
    """Return everything there is to tell.

    Where several processes serve, each counts into files of `PROMETHEUS_MULTIPROC_DIR`, which are added up.
    """
    whole = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(whole)  # type: ignore[no-untyped-call] # prometheus_client's
    else:
        whole.register(REGISTRY)
    whole.register(FromTheDatabase())
    return whole


class FromTheDatabase(Collector):
    """Queues and attempts, read when they are asked for."""

    def collect(self) -> Iterator[Metric]:
        """Read the numbers: one query a queue, one for attempts, one for what comes round."""
        now = clock.now()
        code = GaugeMetricFamily("classroom_code", "Which code this web server runs.", labels=["version"])
        code.add_metric([version.running()], 1)
        yield code
        for what, last in heartbeat.all_known().items():
            name, told = ROUNDS[what]
            yield GaugeMetricFamily(name, told, value=max(0.0, (now - last).total_seconds()))
        length = GaugeMetricFamily("classroom_queue_length", "Pieces of work that wait.", labels=["queue"])
        waited = GaugeMetricFamily(
            "classroom_queue_age_seconds", "How long the oldest of them has waited.", labels=["queue"]
        )
        for queue, count, since in waiting(now):
            length.add_metric([queue], count)
            waited.add_metric([queue], max(0.0, (now - since).total_seconds()) if since else 0.0)
        yield length
        yield waited
        running = Attempt.objects.accepting(now).count()
        yield GaugeMetricFamily("classroom_attempts_running", "Attempts that take answers.", value=running)
        failed = Submission.objects.exclude(failed_at=None).filter(graded_at=None).count()
        yield GaugeMetricFamily("classroom_gradings_given_up", "Hand-ins staff must look at.", value=failed)


def waiting(now: datetime) -> list[tuple[str, int, datetime | None]]:
    """Return each queue with the number of what waits in it, work in progress included, and since when."""
    tries = Q(attempts__lt=MAX_ATTEMPTS)
    due = Outbox.objects.filter(sent_at=None, given_up_at=None, not_before__lte=now)
    shadows = Shadow.objects.ungraded().filter(tries)
    rows = {
        "grade": Submission.objects.ungraded().filter(tries).aggregate(n=Count("pk"), t=Min("submitted_at")),
        "regrade": shadows.aggregate(n=Count("pk"), t=Min("regrade__begun_at")),
        "check": record.unchecked().aggregate(n=Count("pk"), t=Min("unchecked_since")),
        "mail": due.aggregate(n=Count("pk"), t=Min("not_before")),
    }
    return [(queue, row["n"], row["t"]) for queue, row in rows.items()]
