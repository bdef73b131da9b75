"""`manage.py run`: the site, its workers and its Redis in one terminal."""

import os
import shutil
import sys
from argparse import ArgumentParser

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from classroom import runner


def fresh_counters() -> str:
    """Return the folder in which this run's processes count for /metrics, emptied of the last run's."""
    if given := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return given
    shutil.rmtree(settings.VAR / "metrics", ignore_errors=True)
    return str(settings.VAR / "metrics")


class Command(BaseCommand):
    """Prepare the database, then run what the `Procfile` lists until Ctrl-C."""

    help = "Prepares the database and runs web server, workers, clock and Redis together until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="load the demo course and print sign-in links"
        )

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write("Preparing the database ...")
        self.stdout.flush()
        call_command("prepare", demo=options["demo"])
        self.stdout.write("Starting ...")
        self.stdout.flush()
        outside_redis = bool(os.environ.get("REDIS_URL"))
        sys.exit(
            runner.run(
                settings.BASE_DIR / "Procfile",
                leave_out={"redis"} if outside_redis else set(),
                environment=os.environ
                | {
                    "PYTHON": sys.executable,
                    "PYTHONUNBUFFERED": "1",
                    "HOST": settings.HOST,
                    "PORT": str(settings.PORT),
                    "SITE_URL": settings.SITE_URL,
                    "WEB_WORKERS": os.environ.get("WEB_WORKERS", "2"),
                    "WEB_THREADS": os.environ.get("WEB_THREADS", "2"),
                    "GRADERS": os.environ.get("GRADERS", "2"),
                    # Several processes share the cores: matrices that each spread over all of them wait.
                    "OPENBLAS_NUM_THREADS": os.environ.get("OPENBLAS_NUM_THREADS", "1"),
                    "PROMETHEUS_MULTIPROC_DIR": fresh_counters(),
                },
                ready=f"Classroom is ready: {settings.SITE_URL}   (Ctrl-C stops it)",
            )
        )
