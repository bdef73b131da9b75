"""Settings of a site that is open to the internet: nothing that matters is left to a default."""

import os

from django.core.exceptions import ImproperlyConfigured

for _name, _example in {
    "DATABASE_URL": "postgres://classroom:password@db.example.org/classroom",
    "REDIS_URL": "rediss://:password@redis.example.org:6379/0",
    "SECRET_KEY": "a long random text, the same on every machine",
    "ALLOWED_HOSTS": "classroom.example.org",
}.items():
    if not os.environ.get(_name):
        raise ImproperlyConfigured(f"Set {_name} in the environment, for example to: {_example}")
os.environ.setdefault("SITE_URL", "https://" + os.environ["ALLOWED_HOSTS"].split(",")[0].strip())
if not os.environ["SITE_URL"].startswith("https://"):
    raise ImproperlyConfigured("SITE_URL has to begin with https://: sign-in cookies travel only encrypted.")

from classroom.settings import *  # noqa: E402,F403 - they read the environment checked above
from classroom.settings import env_flag  # noqa: E402

DEBUG = False
DEMO = False

SECURE_SSL_REDIRECT = env_flag("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = int(os.environ.get("SECURE_HSTS_SECONDS", str(365 * 24 * 60 * 60)))
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# Browsers take a cookie of this name only from this very host, over HTTPS.
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_NAME = "__Host-language"
THEME_COOKIE_NAME = "__Host-theme"
MESSAGES_COOKIE_NAME = "__Host-messages"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
