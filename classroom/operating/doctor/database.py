"""The database, its tables, and what time it is there."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from classroom.models import Course
from classroom.operating.doctor.finding import Finding, error, warning, well

#: A difference (seconds) that people would see in log lines and mails; deadlines go by the database's clock.
CLOCK_TOLERANCE_SECONDS = 2.0
OLDEST_POSTGRESQL = 14


def server() -> Iterator[Finding]:
    """It answers, and it is one that serves a class."""
    try:
        connection.ensure_connection()
    except DatabaseError as problem:
        yield error(
            "database", f"It does not answer: {problem}", "Check DATABASE_URL and that the server runs."
        )
        return
    if connection.vendor == "sqlite":
        yield from _sqlite()
    else:
        yield from _postgresql()


def _sqlite() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        broken = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
    if broken != "ok":
        yield error("database", f"The file is damaged: {broken}", "Restore the last backup (docs/deploy.md).")
    if mode != "wal":
        yield error(
            "database",
            f"SQLite's journal is {mode}, not WAL.",
            "Keep VAR on a local disk, not on a network's.",
        )
    elif settings.SITE_URL.startswith("https://"):
        yield warning(
            "database",
            "SQLite serves one class on one machine.",
            "Set DATABASE_URL to a PostgreSQL database.",
        )
    elif broken == "ok":
        yield well("database", "SQLite, with WAL, undamaged")


def _postgresql() -> Iterator[Finding]:
    shown = {}
    with connection.cursor() as cursor:
        for name in (
            "server_version_num",
            "server_version",
            "fsync",
            "synchronous_commit",
            "max_connections",
            "server_encoding",
        ):
            cursor.execute(f"SHOW {name}")
            shown[name] = cursor.fetchone()[0]
    yield from list(_faults(shown)) or [well("database", f"PostgreSQL {shown['server_version']}")]


def _faults(shown: dict[str, str]) -> Iterator[Finding]:
    """Look at what PostgreSQL says of itself."""
    if int(shown["server_version_num"]) < OLDEST_POSTGRESQL * 10_000:
        yield error(
            "database",
            f"PostgreSQL {shown['server_version']} is too old for Django 5.2.",
            f"Upgrade it to {OLDEST_POSTGRESQL} or newer.",
        )
    if shown["fsync"] != "on" or shown["synchronous_commit"] == "off":
        yield error(
            "database",
            "The server says 'saved' before it is: a power cut loses answers.",
            "Set fsync = on and synchronous_commit = on in postgresql.conf.",
        )
    if shown["server_encoding"] != "UTF8":
        yield error(
            "database",
            f"Its encoding is {shown['server_encoding']}.",
            "Create the database with ENCODING 'UTF8'.",
        )
    pool = settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]
    # Two web processes, two graders, courier and beat are what one host has by default.
    if int(shown["max_connections"]) < 6 * pool:
        yield warning(
            "database",
            f"max_connections is {shown['max_connections']}; one host may ask for {6 * pool}.",
            "Raise max_connections, or lower DATABASE_POOL_SIZE (processes times it, on all hosts together).",
        )


def migrations() -> Iterator[Finding]:
    """Tables are as this version of the code expects them, and the cache has its own."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield error("migrations", f"{len(plan)} are not applied.", "Run: manage.py prepare")
        return
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    if ours := sorted(f"{app}.{name}" for app, name in unknown if app in executor.loader.migrated_apps):
        yield warning(
            "migrations",
            f"The database has been used by a newer version: {', '.join(ours)}.",
            "Update the code on this host.",
        )
        return
    try:
        cache.get("doctor")
    except DatabaseError:
        yield error("migrations", "The cache has no table: nobody can sign in.", "Run: manage.py prepare")
        return
    yield well("migrations", "all applied")


def clocks() -> Iterator[Finding]:
    """Host and database agree on the time."""
    if connection.vendor == "sqlite":
        yield well("clock", "one machine, one clock")
        return
    before = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there = cursor.fetchone()[0]
    after = datetime.now(UTC)
    off = (there - (before + (after - before) / 2)).total_seconds()
    if abs(off) > CLOCK_TOLERANCE_SECONDS:
        yield warning(
            "clock",
            f"This host's clock is {abs(off):.0f} s {'behind' if off > 0 else 'ahead of'} the database's. "
            "Deadlines go by the database's; logs, letters' dates and tokens by this one.",
            "Let chrony or systemd-timesyncd keep both: timedatectl set-ntp true",
        )
    else:
        yield well("clock", f"{abs(off):.2f} s from the database's")


def time_zones() -> Iterator[Finding]:
    """Every course's zone is known here: without data of time zones no time can be shown."""
    known = zoneinfo.available_timezones()
    used = {settings.TIME_ZONE, *Course.objects.values_list("time_zone", flat=True).distinct()}
    if missing := sorted(used - known):
        yield error("time zones", f"Unknown here: {', '.join(missing)}.", "Install tzdata (apt or pip).")
    else:
        yield well("time zones", f"{len(known)} known")
