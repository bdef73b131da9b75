"""Files: what is served, what is kept, and how much room there is."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from classroom import assets, clock, heartbeat
from classroom.operating import backup
from classroom.operating.doctor.finding import Finding, error, warning, well
from classroom.operating.health import FULL_BYTES, LOW_BYTES

#: A backup that is older than this (hours) is last week's before anybody notices.
STALE_HOURS = 26
#: Nightly, and a weekend's grace.
STALE_PURGE_DAYS = 4


def static_files() -> Iterator[Finding]:
    """Style sheets and scripts are where the web server looks for them, and belong to this version."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if settings.DEBUG:
        yield well("static files", "served as they are, with DEBUG")
    elif not manifest.exists():
        yield error("static files", "They have not been collected.", "Run: manage.py collectstatic --noinput")
    else:
        collected = manifest.stat().st_mtime
        sources = (Path(settings.BASE_DIR) / app / "static" for app in ("classroom", "quizzes", "projects"))
        files = [file for source in sources for file in source.rglob("*") if file.is_file()]
        if any(file.stat().st_mtime > collected for file in files):
            yield warning(
                "static files",
                "Some are newer than those collected.",
                "Run: manage.py collectstatic --noinput",
            )
        else:
            yield well("static files", "collected")


def browser_libraries() -> Iterator[Finding]:
    """Editor, formulas and charts have their libraries."""
    if missing := [
        name for name, source in assets.FILES.items() if not (Path(settings.NODE_MODULES) / source).exists()
    ]:
        yield warning(
            "browser libraries",
            f"Missing: {', '.join(missing)}. Code editor, formulas and charts are plain.",
            "Run: npm ci --ignore-scripts, then manage.py collectstatic --noinput",
        )
    else:
        yield well("browser libraries", "all there")


def translations() -> Iterator[Finding]:
    """German pages are German."""
    sources = [Path(path) / "de" / "LC_MESSAGES" / "django.po" for path in settings.LOCALE_PATHS]
    compiled = [source.with_suffix(".mo") for source in sources]
    if not all(catalogue.exists() for catalogue in compiled):
        yield warning("translations", "German pages are English: nothing is compiled.", "Run: make install")
    elif any(
        source.stat().st_mtime > catalogue.stat().st_mtime
        for source, catalogue in zip(sources, compiled, strict=True)
        if source.exists()
    ):
        yield warning("translations", "German texts are newer than what is compiled.", "Run: make install")
    else:
        yield well("translations", "compiled")


def space() -> Iterator[Finding]:
    """There is room for what will be written."""
    free = shutil.disk_usage(settings.VAR).free
    text = f"{free / 2**30:.1f} GiB free at {settings.VAR}"
    remedy = "Delete old backups and logs, or enlarge the disk."
    if free < FULL_BYTES:
        yield error("disk", text, remedy)
    elif free < LOW_BYTES:
        yield warning("disk", text, remedy)
    else:
        yield well("disk", text)


def backups() -> Iterator[Finding]:
    """The last one is of today: a file here, or one that another host or container has noted."""
    newest, noted = backup.newest(settings.BACKUPS), heartbeat.last(heartbeat.BACKED_UP)
    made = [noted] if noted else []
    if newest:
        made.append(datetime.fromtimestamp(newest.stat().st_mtime, UTC))
    if not made:
        yield warning(
            "backups",
            f"There is none in {settings.BACKUPS}, and no other host has made one.",
            "Enable classroom-backup.timer, or run manage.py backup every night (docs/deploy.md), and keep a "
            "copy on another machine.",
        )
        return
    hours = (clock.now() - max(made)) / timedelta(hours=1)
    if hours > STALE_HOURS:
        yield error(
            "backups", f"The last one is {hours:.0f} hours old.", "See why the backup timer does not run."
        )
    else:
        yield well("backups", f"the last one is {hours:.0f} hours old")


def old_data() -> Iterator[Finding]:
    """What is too old to be kept is thrown away, as people were promised."""
    purged = heartbeat.last(heartbeat.PURGED)
    days = (clock.now() - purged) / timedelta(days=1) if purged else None
    if days is not None and days <= STALE_PURGE_DAYS:
        yield well("old data", f"thrown away {days:.0f} days ago")
        return
    yield warning(
        "old data",
        "It was never thrown away." if days is None else f"It was last thrown away {days:.0f} days ago.",
        "Enable classroom-purge.timer, or run manage.py purge every night (docs/deploy.md).",
    )
