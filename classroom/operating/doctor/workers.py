"""Redis, and the workers who listen to it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from celery import current_app
from django.conf import settings
from kombu.exceptions import KombuError
from redis.exceptions import RedisError, ResponseError

from classroom import clock, heartbeat, version
from classroom.operating.doctor.database import CLOCK_TOLERANCE_SECONDS
from classroom.operating.doctor.finding import Finding, error, warning, well
from classroom.operating.health import redis_of
from classroom.operating.metrics import waiting

AWAY = (KombuError, RedisError, OSError)
#: How long (seconds) workers may take to say that they are there.
PATIENCE_SECONDS = 3.0
#: The oldest Redis that Celery supports.
OLDEST_REDIS = (6, 2)
#: What waits longer than this (seconds) is not being worked on.
STALE_SECONDS = 15 * 60
NEEDED = ("grade", "default", "mail")
#: Beat rings the sweep every ten seconds.
SWEEP_LATE_SECONDS = 60


def redis() -> Iterator[Finding]:
    """It answers, keeps what it is told, and throws nothing out."""
    try:
        with current_app.connection_for_write() as broker:
            client = redis_of(broker)
            facts: dict[str, Any] = client.info()
            policy, keeps = _settings_of(client, facts)
    except AWAY as problem:
        yield error(
            "redis",
            f"It does not answer: {problem}. Everything is saved, but grading and letters wait.",
            "Start Redis, or correct REDIS_URL.",
        )
        return
    version = str(facts.get("redis_version", "0"))
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_REDIS:
        yield error("redis", f"Version {version} is too old for Celery.", "Upgrade Redis to 6.2 or newer.")
    if not keeps:
        yield warning(
            "redis",
            "It writes no append-only file: after its restart work waits for the sweep.",
            "Set appendonly yes in redis.conf.",
        )
    if policy not in {"noeviction", ""}:
        yield warning(
            "redis",
            f"maxmemory-policy is {policy}: it may throw work away.",
            "Set maxmemory-policy noeviction.",
        )
    if keeps and policy in {"noeviction", ""}:
        yield well("redis", f"version {version}, keeps what it is told")


def _settings_of(client: Any, facts: dict[str, Any]) -> tuple[str, bool]:  # noqa: ANN401 - a client of redis-py
    """Return the policy (empty where the host does not tell) and whether it writes what it is told."""
    try:
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "")
    except ResponseError:  # hosted services forbid CONFIG
        policy = str(facts.get("maxmemory_policy", ""))
    return policy, bool(facts.get("aof_enabled"))


def hearing() -> Iterator[Finding]:
    """Somebody listens to every queue."""
    try:
        queues = current_app.control.inspect(timeout=PATIENCE_SECONDS).active_queues() or {}
    except AWAY:
        yield error("workers", "Without Redis no worker can be asked.", "Repair Redis first.")
        return
    heard = {queue["name"] for listening in queues.values() for queue in listening}
    if deaf := [queue for queue in NEEDED if queue not in heard]:
        yield error(
            "workers",
            f"Nobody listens to: {', '.join(deaf)}.",
            "Start grader (queue grade) and courier (queues default and mail), see the Procfile.",
        )
    else:
        yield well("workers", f"{', '.join(sorted(queues))} listen")


def hosts() -> Iterator[Finding]:
    """All workers run the code that lies here, and their clocks are right."""
    here, began = version.on_disk(), time.time()
    try:
        answers = current_app.control.broadcast("about_you", reply=True, timeout=PATIENCE_SECONDS) or []
    except AWAY:
        return  # `hearing` has said so
    ended, found = time.time(), {name: told for answer in answers for name, told in answer.items()}
    if other := sorted(name for name, told in found.items() if told.get("code") != here):
        yield warning(
            "versions",
            f"{', '.join(other)} run other code than this host has.",
            "Update the code there, or restart them: they read it when they start.",
        )
    wrong = {name: _outside(float(told.get("time", began)), began, ended) for name, told in found.items()}
    if wrong := {name: off for name, off in wrong.items() if abs(off) > CLOCK_TOLERANCE_SECONDS}:
        yield warning(
            "worker clocks",
            "; ".join(f"{name} is {off:+.0f} s off this host's" for name, off in sorted(wrong.items())),
            "Let chrony or systemd-timesyncd keep all hosts: timedatectl set-ntp true",
        )
    if found and not other and not wrong:
        yield well("versions", f"{len(found)} workers run {here}, and their clocks are right")


def _outside(moment: float, begin: float, end: float) -> float:
    """Return how far (seconds) `moment` lies outside; 0 within."""
    return min(0.0, moment - begin) or max(0.0, moment - end)


def beat() -> Iterator[Finding]:
    """Sweeps come round: what a lost bell or a dead worker left is taken up, deadlines are followed up."""
    last = heartbeat.last()
    seconds = (clock.now() - last).total_seconds() if last else None
    if seconds is None or seconds > SWEEP_LATE_SECONDS:
        when = "never came round" if seconds is None else f"last came round {seconds / 60:.0f} min ago"
        yield error(
            "beat",
            f"The sweep {when}: work whose bell was lost waits.",
            "Start beat on one host, and a courier (queue default), see the Procfile.",
        )
    else:
        yield well("beat", f"the sweep came round {seconds:.0f} s ago")


def queues() -> Iterator[Finding]:
    """Nothing waits for long."""
    now, stale = clock.now(), []
    for queue, count, since in waiting(now):
        if since and (now - since).total_seconds() > STALE_SECONDS:
            stale.append(f"{queue}: {count}, the oldest for {(now - since).total_seconds() / 60:.0f} min")
    if stale:
        yield error(
            "queues",
            f"Work waits ({'; '.join(stale)}).",
            "See that workers and beat run and read their logs; add worker hosts if all of them are busy.",
        )
    else:
        yield well("queues", "nothing waits for long")


def sandbox() -> Iterator[Finding]:
    """Student code runs behind the walls that are set, here; graders on other hosts are asked there."""
    done = subprocess.run(
        [sys.executable, "-m", "nnengine", "doctor", "--json"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    trials = {trial["tier"]: trial for trial in json.loads(done.stdout)["trials"]}
    tier = settings.SANDBOX_TIER
    if not trials[tier]["works"]:
        yield error("sandbox", f"This host cannot grade: {trials[tier]['reason']}", "See docs/sandbox.md.")
    elif tier == "reduced":
        yield warning(
            "sandbox",
            "Student code runs behind the weaker walls.",
            "Allow workers to make namespaces (docs/sandbox.md) and unset SANDBOX_TIER.",
        )
    else:
        yield well("sandbox", "all walls stand")
