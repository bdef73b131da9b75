"""Counts that all processes of all hosts share, in Redis: how often something was asked or tried.

They are for limits, and a limit must never be what stops the site: where Redis is away, or does not answer
at once, `Away` is raised and nobody waits for it again for some seconds.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.crypto import salted_hmac
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

#: How long (seconds) one request waits for a Redis that hangs.
PATIENCE = 0.2
#: After a failure, how long (seconds) Redis is not asked.
QUIET_SECONDS = 5.0

_quiet_until = 0.0


class Away(Exception):  # noqa: N818 - a state, not a mistake
    """Redis does not answer now."""


class Count(NamedTuple):
    """How often it was, and in how many seconds counting begins anew."""

    times: int
    ends_in: float


def add(key: str, *, seconds: float) -> Count:
    """Count once more and return the new count; it lives for so many seconds from the first.

    Raises
    ------
    Away
        Redis does not answer.
    """
    name = _name(key)

    with _redis() as redis, redis.pipeline() as together:
        together.set(name, 0, px=int(seconds * 1000), nx=True)
        together.incr(name)
        together.pttl(name)
        _new, times, left = together.execute()
    return Count(int(times), max(0, int(left)) / 1000)


def read(key: str) -> int:
    """Return the count.

    Raises
    ------
    Away
        Redis does not answer.
    """
    with _redis() as redis:
        return int(redis.get(_name(key)) or 0)


@contextmanager
def _redis() -> Iterator[Any]:  # redis-py's types do not tell its two kinds of clients apart
    global _quiet_until
    if time.monotonic() < _quiet_until:
        raise Away
    try:
        yield _client(settings.REDIS_URL)
    except (RedisError, OSError, ValueError) as error:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        log.warning("Redis is away: limits hold for each process by itself meanwhile. (%s)", error)
        raise Away from error


def _name(key: str) -> str:
    """Return the key as Redis keeps it: what is counted are addresses and people, which it need not know."""
    return f"count:{salted_hmac('classroom.counters', key).hexdigest()[:32]}"


@cache
def _client(url: str) -> Redis:
    """Return a client of the broker's Redis that has little patience; Celery writes sockets its own way."""
    url = url.replace("redis+socket://", "unix://", 1).replace("virtual_host=", "db=")
    client: Redis = Redis.from_url(
        url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 1)
    )
    return client
