"""`manage.py doctor`: what is not well with this site, and what to do about it."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict

from django.core.management.base import BaseCommand

from classroom.operating.doctor import Level, examine

MARKS = {Level.OK: "ok     ", Level.WARNING: "warning", Level.ERROR: "ERROR  "}


class Command(BaseCommand):
    """Examine the site; the exit code is 1 where something does not work, 0 otherwise."""

    help = "Checks everything an operator forgets and names the remedy for each finding."
    # A site that does not start is when a doctor is needed most.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: object, **options: object) -> None:
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
