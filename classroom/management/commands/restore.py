"""`manage.py restore`: the way back from a backup."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from classroom.operating import backup


class Command(BaseCommand):
    """Replace the site's data by a backup's, then bring its tables up to date."""

    help = "Puts a backup back. Stop the site first; the data it has now are replaced."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", type=Path)
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: object, **options: object) -> None:
        archive = Path(str(options["archive"]))
        if (
            not options["yes"]
            and input("Is the site stopped, and shall its data be replaced? [yes/no] ") != "yes"
        ):
            raise CommandError("Nothing was changed.")
        try:
            about = backup.put_back(archive)
        except (backup.BackupError, OSError) as problem:
            raise CommandError(f"Not restored. {problem}") from problem
        call_command("prepare")
        self.stdout.write(f"Restored what was backed up at {about['made_at']}. Start the site again.")
