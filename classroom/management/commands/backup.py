"""`manage.py backup`: everything that cannot be made again, in one file."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from classroom import clock, heartbeat
from classroom.operating import backup


class Command(BaseCommand):
    """Write a backup while the site runs."""

    help = "Writes database, uploads and secret key into one file; the site may go on meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, default=settings.BACKUPS, help="where to (BACKUPS)"
        )
        parser.add_argument(
            "--keep", type=int, default=0, help="delete all but so many of the last backups there"
        )

    def handle(self, *args: object, **options: object) -> None:
        folder, keep = Path(str(options["folder"])), int(str(options["keep"]))
        try:
            made = backup.make(folder, now=datetime.now(UTC))
        except (backup.BackupError, OSError) as problem:
            raise CommandError(f"No backup was made. {problem}") from problem
        heartbeat.note(heartbeat.BACKED_UP, now=clock.now())
        self.stdout.write(str(made))
        if keep > 0:
            for old in backup.forget(folder, keep=keep):
                self.stdout.write(f"deleted {old.name}")
