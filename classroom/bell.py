"""Ring a worker's bell: "there is something to do", never "here is what to do".

The work itself is a row in the database. A bell that nobody hears (the broker is down) is logged and
swallowed, because the sweep rings again; so saved work never turns into an error page.
"""

import logging
import time

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError, OperationalError

log = logging.getLogger(__name__)

#: After a failure, how long (seconds) no bell is rung: a dead broker costs one request's patience, not all.
QUIET_SECONDS = 5.0

_quiet_until = 0.0


def ring(task: str, *args: int | str) -> None:
    """Ask a worker to run the task named `task`, after the current transaction commits."""
    transaction.on_commit(lambda: _publish(task, args), robust=True)


def _publish(task: str, args: tuple[int | str, ...]) -> None:
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        current_app.send_task(task, args=args, retry=False)
    except (OperationalError, KombuError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        log.warning("The broker did not take %s%r; the sweep will ring again. (%s)", task, args, error)
