"""The real site, as `make run` starts it: the processes of the `Procfile`, used, killed and restarted."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import psutil
import redis
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from honcho.environ import parse_procfile

from tests.visitor import Visitor

ROOT = Path(settings.BASE_DIR)
PROCESSES = ("redis", "web", "grader", "courier", "beat")


def free_port() -> int:
    """Ask the system for a port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def on_the_server(name: str) -> str:
    """Return the address of a database on the PostgreSQL server of the tests."""
    url, _, query = os.environ["DATABASE_URL"].partition("?")
    return url.rpartition("/")[0] + f"/{name}" + (query and f"?{query}")


def wait_until(condition: Callable[[], object], *, seconds: float = 20, what: str = "") -> object:
    """Return the first true result of `condition`; fail when none comes in time."""
    end = time.monotonic() + seconds
    while True:
        if result := condition():
            return result
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} s in vain for {what or condition.__name__}")
        time.sleep(0.05)


class Site:
    """Web server, workers, clock and Redis on the test database."""

    def __init__(self, database_url: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.logs = settings.VAR / "logs"
        self.logs.mkdir(exist_ok=True)
        self.mail = settings.VAR / "mail"
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "classroom.settings",
            "DATABASE_URL": database_url,
            "VAR": str(settings.VAR),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "SITE_URL": self.url,
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "PYTHON": sys.executable,
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore",
            "WEB_WORKERS": "2",
            "WEB_THREADS": "2",
            "GRADERS": "1",
            "STYLEGUIDE": "1",
            "PROMETHEUS_MULTIPROC_DIR": str(settings.VAR / "metrics"),
        }
        self.commands = parse_procfile((ROOT / "Procfile").read_text()).processes
        self.running: dict[str, subprocess.Popen] = {}

    def manage(self, *arguments: str) -> str:
        """Run a management command on the site's database."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, *names: str) -> None:
        """Start processes (all by default) and wait until they serve."""
        for name in names or PROCESSES:
            with (self.logs / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    self.commands[name],
                    shell=True,
                    cwd=ROOT,
                    env=self.environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        for name in names or PROCESSES:
            if name == "web":
                wait_until(self.answers, what="the web server")
            if name == "redis":
                wait_until(settings.REDIS_SOCKET.exists, what="Redis")

    def stop(self, *names: str, with_signal: int = signal.SIGTERM) -> None:
        """Stop processes (all by default) and everything they started."""
        for name in names or tuple(self.running):
            process = self.running.pop(name)
            os.killpg(process.pid, with_signal)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(15)

    def kill(self, *names: str) -> None:
        """Kill processes as a power cut would: no warning, no last words."""
        self.stop(*names, with_signal=signal.SIGKILL)

    def answers(self) -> bool:
        """Tell whether the web server answers at all."""
        try:
            urllib.request.urlopen(self.url + "/static/robots.txt", timeout=2)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def log(self, name: str) -> str:
        """Return what a process has written so far."""
        return (self.logs / f"{name}.log").read_text()

    def session_cookie(self, user) -> dict[str, str]:
        """Sign `user` in and return the cookie a browser would hold."""
        store = import_module(settings.SESSION_ENGINE).SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.save()
        return {"name": settings.SESSION_COOKIE_NAME, "value": store.session_key, "url": self.url}

    def visitor(self, user=None) -> Visitor:
        """Return somebody who uses the site without a browser, signed in as `user`."""
        return Visitor(self.url, self.session_cookie(user) if user is not None else None)

    def redis(self) -> redis.Redis:
        """Return a client of the site's Redis."""
        return redis.Redis(unix_socket_path=str(settings.REDIS_SOCKET))

    def cpu_seconds(self, name: str) -> float:
        """Return how much processor time a process and its children have used."""
        main = psutil.Process(self.running[name].pid)
        return sum(sum(process.cpu_times()[:2]) for process in (main, *main.children(recursive=True)))
