"""Whether this host can serve: what a load balancer, systemd or Kubernetes asks every few seconds."""

import shutil
import threading
import time
from dataclasses import dataclass
from typing import Literal

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu import Connection
from kombu.exceptions import KombuError
from redis import Redis
from redis.exceptions import RedisError

#: With less than this (bytes) uploads and SQLite's log soon find no room: nobody should be sent here.
FULL_BYTES = 64 * 2**20
#: With less than this (bytes) an operator should look.
LOW_BYTES = 2**30
#: How long (seconds) an answer is good for: whoever asks without pause costs one look a second.
FRESH_SECONDS = 1.0

State = Literal["ok", "degraded", "failing"]


@dataclass(frozen=True)
class Readiness:
    """What was found, part by part; the whole is as bad as its worst part."""

    parts: dict[str, State]

    @property
    def state(self) -> State:
        """The worst of the parts."""
        found = set(self.parts.values())
        return "failing" if "failing" in found else "degraded" if "degraded" in found else "ok"


def readiness() -> Readiness:
    """Look at everything a request may need; a look that is younger than a second counts."""
    with _lock:
        if _last.found is None or time.monotonic() - _last.at > FRESH_SECONDS:
            database = database_state()
            _last.found = Readiness(
                {
                    "database": database,
                    "migrations": migrations_state() if database == "ok" else "failing",
                    "redis": redis_state(),
                    "disk": disk_state(),
                }
            )
            _last.at = time.monotonic()
        return _last.found


def database_state() -> State:
    """Ask the database something."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "failing"
    return "ok"


def migrations_state() -> State:
    """Tell whether every migration this version knows has been applied; once true it stays true."""
    if not _last.migrated:
        try:
            executor = MigrationExecutor(connection)
            _last.migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError:
            return "failing"
    return "ok" if _last.migrated else "failing"


def redis_state() -> State:
    """Ring at Redis' door. Without it the site works and workers hear of work ten seconds later."""
    try:
        with current_app.connection_for_write() as broker:
            redis_of(broker).ping()
    except (KombuError, RedisError, OSError):
        return "degraded"
    return "ok"


def redis_of(broker: Connection) -> "Redis":
    """Return the client behind a connection of Celery's, which knows every spelling of `REDIS_URL`."""
    client: Redis = broker.default_channel.client  # type: ignore[attr-defined] # the Redis transport's own
    return client


def disk_state() -> State:
    """Tell whether there is room where the site keeps its files."""
    free = shutil.disk_usage(settings.VAR).free
    return "failing" if free < FULL_BYTES else "degraded" if free < LOW_BYTES else "ok"


class _Last:
    """The last look."""

    found: Readiness | None = None
    at = 0.0
    migrated = False


_last = _Last()
_lock = threading.Lock()
