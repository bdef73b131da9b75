"""What the site is compared with: one SELECT and one upsert, and nothing around them.

As settings: the site's database, pool and server, without middleware and with one address.
"""

from classroom.settings import *  # noqa: F403
from classroom.settings import INSTALLED_APPS

ROOT_URLCONF = "benchmarks.quiz.bare_urls"
MIDDLEWARE: list[str] = []
INSTALLED_APPS = [
    app for app in INSTALLED_APPS if not app.startswith("allauth")
]  # it insists on its middleware
