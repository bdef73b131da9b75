"""`manage.py doctor`: what is not well with this site, and what to do about it."""

import json
import smtplib
import sys
from argparse import ArgumentParser
from dataclasses import asdict

from django.conf import settings
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError

from classroom.operating.doctor import Level, examine

MARKS = {Level.OK: "ok     ", Level.WARNING: "warning", Level.ERROR: "ERROR  "}


class Command(BaseCommand):
    """Examine the site; the exit code is 1 where something does not work, 0 otherwise."""

    help = "Checks everything an operator forgets and names the remedy for each finding."
    # A site that does not start is when a doctor is needed most.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mail", metavar="ADDRESS", help="only send a letter there, as the site does")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: object, **options: object) -> None:
        if options["mail"]:
            self._send(str(options["mail"]))
            return
        findings = list(examine())
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=2))
        else:
            for finding in findings:
                self.stdout.write(f"{MARKS[finding.level]}  {finding.check}: {finding.text}")
                if finding.remedy:
                    self.stdout.write(f"         -> {finding.remedy}")
        if any(finding.level is Level.ERROR for finding in findings):
            sys.exit(1)

    def _send(self, address: str) -> None:
        text = f"This letter shows that {settings.SITE_URL} can send letters."
        try:
            send_mail("Classroom can send letters", text, None, [address])
        except (OSError, smtplib.SMTPException) as problem:
            raise CommandError(f"The mail server did not take it: {problem}") from problem
        self.stdout.write(f"Sent to {address}. If it does not arrive, look into spam, SPF and DKIM.")
