"""The real site with a course of its own: web server, Redis, workers and clock as in the `Procfile`.

Importing this chooses the settings, so it comes before anything of the site.
"""

# Django has to be set up before the site's modules are imported:
# ruff: noqa: E402

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # everything it writes is in a folder that goes away

import django

django.setup()

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from projects.models import Challenge
from tests.factories import CourseFactory
from tests.projects.factories import ChallengeFactory
from tests.site import Site


@contextmanager
def running_site(*processes: str) -> Iterator[Site]:
    """Start the site's processes (all by default) on an empty database, and stop them at the end."""
    site = Site(f"sqlite:///{settings.DATABASES['default']['NAME']}")
    site.manage("prepare")
    site.manage("collectstatic", "--noinput", "--verbosity=0")
    try:
        site.start(*processes)
        yield site
    finally:
        site.stop()


def open_challenge(exercise: str) -> Challenge:
    """Return an exercise that is open now, with tries without number."""
    now, day = timezone.now(), timedelta(days=1)
    return ChallengeFactory(
        course=CourseFactory(), exercise=exercise, tries=None,
        published_at=now - day, opens_at=now - day, closes_at=now + day,
    )  # fmt: skip
