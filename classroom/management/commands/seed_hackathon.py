"""`manage.py seed_hackathon`: an event of thousands, for measuring."""

import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from classroom import clock
from classroom.demo import crowd
from classroom.demo_sign_in import link_for
from classroom.models import Course, Enrolment, Role

EPILOG = """
It makes a course of its own, /c/crowd-SEED/, with one event in the middle of it: registrations with answers,
teams with projects and graded hand-ins, a schedule of three versions and a draft, judges with orders and
marks. The rows keep every constraint and counter of the site. Nobody in it exists, and no letter is sent.

The same seed and sizes make the same event. Load it into a database of its own, which can be thrown away:

    export VAR=/tmp/crowd; python manage.py prepare; python manage.py seed_hackathon; python manage.py run
"""


class Command(BaseCommand):
    """Load the event, and print links that sign in as its people."""

    help = "Loads a hackathon with thousands of people, teams and sessions, to measure pages with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EPILOG
        size = crowd.Size()
        parser.add_argument("--seed", type=int, default=7, help="another seed makes another event (7)")
        parser.add_argument("--participants", type=int, default=size.participants, help="students (5000)")
        parser.add_argument("--teams", type=int, default=size.teams, help="teams (1000)")
        parser.add_argument("--sessions", type=int, default=size.sessions, help="sessions (1000)")
        parser.add_argument("--judges", type=int, default=size.judges, help="judges (100)")

    def handle(self, *args: object, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError(
                "Made-up events are for one's own machine: they are off here (DEMO=0 or production)."
            )
        seed, *numbers = (
            int(str(options[name])) for name in ("seed", "participants", "teams", "sessions", "judges")
        )
        if Course.objects.filter(slug=crowd.course_slug(seed)).exists():
            raise CommandError(f"The event of seed {seed} is there already: choose another --seed.")
        try:
            size = crowd.Size(*numbers)
        except ValueError as error:
            raise CommandError(str(error)) from error
        begun = time.perf_counter()
        event = crowd.build(clock.now(), seed=seed, size=size)
        self.stdout.write(f"Loaded in {time.perf_counter() - begun:.1f} s: {event.get_absolute_url()}")
        for role in (Role.INSTRUCTOR, Role.ASSISTANT, Role.STUDENT):
            first = Enrolment.objects.filter(course=event.course, role=role).order_by("pk").first()
            if first:
                self.stdout.write(
                    f"  {role.label:<40} http://127.0.0.1:{settings.PORT}{link_for(first.user)}"
                )
