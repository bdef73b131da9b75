"""`manage.py anonymise`: make a person anonymous."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from classroom import clock
from classroom.errors import Refused
from classroom.models import User
from classroom.privacy import anonymising


class Command(BaseCommand):
    help = "Makes a person anonymous: work and scores stay, who it was is gone. It cannot be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="do not ask again")

    def handle(self, *args: object, **options: object) -> None:
        email = str(options["email"]).strip().lower()
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"Nobody has the address {email}.")
        now = clock.now()
        try:
            anonymising.check(user=user, now=now)
            if not options["yes"]:
                self.stdout.write(f"{user} <{email}> becomes anonymous. This cannot be undone.")
                if input("Write the address again to do it: ").strip().lower() != email:
                    raise CommandError("Nothing was changed.")
            nobody = anonymising.anonymise(user=user, by=None, now=now)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"The account is called {nobody} now.")
