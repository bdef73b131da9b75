"""`manage.py forget_guests`: guests are forgotten by name, their results stay. Beat does it every hour."""

from django.core.management.base import BaseCommand, CommandParser

from classroom import clock
from quizzes import services
from quizzes.services.guests import DAYS_REMEMBERED


class Command(BaseCommand):
    help = "Forget guests of quizzes by name; what they handed in stays, as nobody's."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=int, default=DAYS_REMEMBERED, help="those who have not been back for so many days"
        )

    def handle(self, *args: object, days: int, **options: object) -> None:
        count = services.forget_guests(now=clock.now(), days=days)
        self.stdout.write(f"{count} guests forgotten.")
