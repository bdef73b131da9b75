"""The Celery application: the doorbell. The database is the queue (see `classroom.bell`)."""

import os
import time
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import CPendingDeprecationWarning, SecurityWarning
from celery.signals import task_postrun, task_prerun, worker_init
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from classroom import version
from classroom.operating import request_ids

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "classroom.settings")

# Celery announces a coming default at every lost connection; what we want is set, see `settings`.
warnings.filterwarnings("ignore", "(?s).*worker_cancel_long_running_tasks", CPendingDeprecationWarning)
# Celery fears messages that run code as root; ours are names and numbers, and student code runs in a sandbox
# that gives root up first.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("classroom")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["classroom.pages.dashboards", "classroom.pages.reminding"])


@task_prerun.connect
def name_lines(task_id: str, **_: Any) -> None:  # noqa: ANN401 - what Celery passes on, unused
    """Let all that a task logs and reports carry its name, as requests' lines carry theirs."""
    request_ids.begin(task_id)


@task_postrun.connect
def name_lines_no_longer(**_: Any) -> None:  # noqa: ANN401 - what Celery passes on, unused
    """The next task has a name of its own."""
    request_ids.begin("")


@worker_init.connect
def tell_metrics(**_: Any) -> None:  # noqa: ANN401 - what Celery passes on, unused
    """Answer Prometheus on `METRICS_PORT`, on hosts that have workers and no web server."""
    if port := os.environ.get("METRICS_PORT"):
        registry = CollectorRegistry()
        # The pool's processes count into files of PROMETHEUS_MULTIPROC_DIR.
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # prometheus_client's
        start_http_server(int(port), addr=os.environ.get("METRICS_HOST", "127.0.0.1"), registry=registry)


@worker_init.connect
def tell_what_runs(**_: Any) -> None:  # noqa: ANN401 - what Celery passes on, unused
    """Answer the doctor, who asks every worker which code it runs and what time it is there."""
    from celery.worker.control import inspect_command  # noqa: PLC0415 - a worker's own, of no use elsewhere

    version.running()

    @inspect_command()
    def about_you(_state: object) -> dict[str, Any]:
        return {"code": version.running(), "time": time.time()}
