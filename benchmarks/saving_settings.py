"""The site's settings with `benchmarks.saving` as its only page."""

from classroom.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.saving"
