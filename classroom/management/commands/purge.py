"""`manage.py purge`: throw away what is too old to be kept."""

from argparse import ArgumentParser, ArgumentTypeError

from django.core.management.base import BaseCommand

from classroom import clock, heartbeat
from classroom.privacy import purging

#: A hundred years: before that nothing was stored.
MOST_DAYS = 36_500


def age(text: str) -> tuple[str, int]:
    """Read `audit=365`."""
    name, _, days = text.partition("=")
    if name not in purging.NAMES or not days.isdecimal() or int(days) > MOST_DAYS:
        raise ArgumentTypeError(
            f"write a rule and days, such as audit=365; rules: {', '.join(sorted(purging.NAMES))}"
        )
    return name, int(days)


class Command(BaseCommand):
    help = (
        "Throws away old data: letters, codes, drafts, invitations, the audit log, guests, unused accounts. "
        "Only what is called throws away: let cron do it every night. --dry-run counts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")
        parser.add_argument(
            "--keep",
            metavar="RULE=DAYS",
            type=age,
            action="append",
            default=[],
            help="another age for one rule",
        )

    def handle(self, *args: object, **options: object) -> None:
        dry, keep = bool(options["dry_run"]), dict(options["keep"])  # type: ignore[call-overload]  # pairs, see age
        for one in purging.purge(now=clock.now(), dry=dry, days=keep):
            self.stdout.write(f"{one.count:>8}  {one.name:<16} {one.what}, older than {one.days} days")
        if not dry:
            heartbeat.note(heartbeat.PURGED, now=clock.now())
        self.stdout.write("Nothing was changed." if dry else "Done.")
