"""A copy of everything that cannot be made again, in one file; and the way back.

The file is a tar archive: the database (SQLite's own file, or what `pg_dump` writes), uploads, and the secret
key, without which nobody would stay signed in and calendars' addresses would change. It is as secret as the
site is.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.db import connection, connections

#: What the archive holds.
ABOUT, SQLITE, POSTGRESQL, UPLOADS, KEY = "about.json", "db.sqlite3", "database.dump", "media", "secret_key"
SUFFIX = ".classroom.tar"


class BackupError(Exception):
    """It was not done; the text says what to do about it."""


def make(folder: Path, *, now: datetime) -> Path:
    """Write a backup into `folder` while the site runs, and return it; an interrupted one leaves no file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}{SUFFIX}"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as making:
        inside, half = Path(making) / "inside", Path(making) / "half.tar"
        inside.mkdir()
        _dump(inside)
        about = {"made_at": now.isoformat(), "database": connection.vendor, "migrations": _migrations()}
        (inside / ABOUT).write_text(json.dumps(about, indent=2))
        with tarfile.open(half, "w") as archive:
            for file in sorted(inside.iterdir()):
                archive.add(file, file.name)
            if Path(settings.MEDIA_ROOT).exists():
                archive.add(settings.MEDIA_ROOT, UPLOADS)
            if (settings.VAR / KEY).exists():
                archive.add(settings.VAR / KEY, KEY)
        half.chmod(0o600)
        with half.open("rb") as written:
            os.fsync(written.fileno())
        half.rename(target)
    return target


def put_back(archive: Path) -> dict[str, Any]:
    """Replace the site's data by those of a backup, and return what it says of itself.

    The site must be stopped. What was there before is kept beside it, named `*.before-restore`.

    Raises
    ------
    BackupError
        The file is no backup, or one of another kind of database.
    """
    with tempfile.TemporaryDirectory(dir=settings.VAR, prefix=".restoring-") as restoring:
        inside = Path(restoring)
        try:
            with tarfile.open(archive) as packed:
                _unpack(packed, inside)
            about: dict[str, Any] = json.loads((inside / ABOUT).read_text())
        except (OSError, tarfile.TarError, ValueError) as problem:
            raise BackupError(f"{archive} is no backup of Classroom: {problem}") from problem
        if about["database"] != connection.vendor:
            raise BackupError(
                f"This backup is of {about['database']}, DATABASE_URL names {connection.vendor}: "
                "restore it into a database of its own kind."
            )
        _load(inside)
        for name, place in ((UPLOADS, Path(settings.MEDIA_ROOT)), (KEY, settings.VAR / KEY)):
            if (inside / name).exists():
                _set_aside(place)
                shutil.move(inside / name, place)
    return about


def _unpack(packed: tarfile.TarFile, folder: Path) -> None:
    """Unpack plain files and folders, and nothing outside of `folder`; `TarError` where somebody tries.

    Debian 12's Python 3.11.2 is older than `tarfile`'s filters.
    """
    for member in packed:
        name = PurePosixPath(member.name)
        if name.is_absolute() or ".." in name.parts or not (member.isfile() or member.isdir()):
            raise tarfile.TarError(f"{member.name} is nothing that a backup holds")
    if hasattr(tarfile, "data_filter"):
        packed.extractall(folder, filter="data")
    else:
        packed.extractall(folder)  # noqa: S202 - looked through above


def newest(folder: Path) -> Path | None:
    """Return the last backup in `folder`."""
    return max(folder.glob(f"*{SUFFIX}"), default=None, key=lambda file: file.stat().st_mtime)


def forget(folder: Path, *, keep: int) -> list[Path]:
    """Delete all backups in `folder` but the last `keep`, and return those."""
    by_age = sorted(folder.glob(f"*{SUFFIX}"), key=lambda file: file.name, reverse=True)
    for file in by_age[keep:]:
        file.unlink()
    return by_age[keep:]


def _migrations() -> dict[str, str]:
    """Return each app's last migration: which version of the code fits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, MAX(name) FROM django_migrations GROUP BY app ORDER BY app")
        return dict(cursor.fetchall())


def _dump(folder: Path) -> None:
    if connection.vendor == "sqlite":
        # SQLite's online backup: a consistent copy while others write.
        live = sqlite3.connect(str(connection.settings_dict["NAME"]), timeout=60)
        with closing(live) as source, closing(sqlite3.connect(folder / SQLITE)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
    else:
        with _postgresql() as (flags, environment):
            _run(
                "pg_dump",
                ["--format=custom", "--no-owner", f"--file={folder / POSTGRESQL}", *flags],
                environment,
            )


def _load(folder: Path) -> None:
    if connection.vendor == "sqlite":
        connections.close_all()
        database = Path(str(connection.settings_dict["NAME"]))
        for end in ("", "-wal", "-shm"):
            _set_aside(database.with_name(database.name + end))
        shutil.move(folder / SQLITE, database)
        database.chmod(0o600)
    else:
        connections.close_all()
        with _postgresql() as (flags, environment):
            # One transaction: all of it or nothing.
            wanted = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
            _run("pg_restore", [*wanted, *flags, str(folder / POSTGRESQL)], environment)


@contextmanager
def _postgresql() -> Iterator[tuple[list[str], dict[str, str]]]:
    """Give what PostgreSQL's programs need to find the database; the password is in no process list."""
    given = connection.settings_dict
    names = {"--host": given["HOST"], "--port": given["PORT"], "--username": given["USER"]}
    names["--host"] = names["--host"] or given["OPTIONS"].get("host", "")
    flags = [f"{flag}={value}" for flag, value in names.items() if value]
    yield [*flags, f"--dbname={given['NAME']}"], os.environ | {"PGPASSWORD": str(given["PASSWORD"] or "")}


def _run(program: str, arguments: list[str], environment: dict[str, str]) -> None:
    path = shutil.which(program)
    if path is None:
        raise BackupError(f"{program} is missing: install PostgreSQL's client programs (postgresql-client).")
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, our own arguments, no shell
        [path, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")


def _set_aside(place: Path) -> None:
    aside = place.with_name(place.name + ".before-restore")
    if aside.is_dir():
        shutil.rmtree(aside)
    if place.exists():
        place.replace(aside)
    else:
        aside.unlink(missing_ok=True)
