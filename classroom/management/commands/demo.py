"""`manage.py demo`: the demo course, and links that sign in as its people."""

import logging
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from classroom import clock
from classroom.demo import build, cohort
from classroom.demo_sign_in import link_for
from classroom.models import Enrolment, Role, User


class Command(BaseCommand):
    """Load the demo course if it is not there, and print the sign-in links."""

    help = "Loads the demo course if it is not there, and prints links that sign in as its people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=7, help="another seed makes another class")

    def handle(self, *args: object, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is for one's own machine: it is off here (DEMO=0 or production).")
        if not build.exists():
            self.stdout.write("Loading the demo course ...")
            with unheard_bells():
                build.build(
                    clock.now(),
                    seed=int(str(options["seed"])),
                    say=lambda text: self.stdout.write(f"  {text}"),
                )
        here = f"http://127.0.0.1:{settings.PORT}"  # the links work from this machine only
        self.stdout.write("\nSign in with one click (this machine only):")
        for label, user in people():
            self.stdout.write(f"  {label:<28} {here}{link_for(user)}")
        self.stdout.write("")


@contextmanager
def unheard_bells() -> Iterator[None]:
    """Log nothing of bells that nobody hears: before the first start there is no broker yet."""
    log = logging.getLogger("classroom.bell")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def people() -> list[tuple[str, User]]:
    """Return whose links are printed: the instructor, and students at different points."""
    instructor = User.objects.get(email=cohort.INSTRUCTOR[1])
    students = Enrolment.objects.filter(role=Role.STUDENT, course__enrolments__user=instructor)
    chosen = [e.user for e in students.select_related("user").order_by("pk")[:4]]
    return [(f"{instructor} (instructor)", instructor)] + [(f"{user} (student)", user) for user in chosen]
