"""The site on seven hosts: database, Redis, two web servers, two graders, and the one with courier and beat.

The hosts share nothing but the network and the folder of static files; each has a `VAR` of its own.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Self

import psycopg
from django.conf import settings
from django.urls import reverse
from honcho.environ import parse_procfile

from classroom.management.commands.redis import server_binary
from tests.faults.network import PREFIX, Network
from tests.faults.test_database import Postgres
from tests.site import ROOT

#: Host: its number in the network, and the processes of the `Procfile` that run there.
HOSTS = {
    "postgres": (2, ()),
    "redis": (3, ()),
    "web-1": (11, ("web",)),
    "web-2": (12, ("web",)),
    "grader-1": (21, ("grader",)),
    "grader-2": (22, ("grader",)),
    "office": (31, ("courier", "beat")),
    "students": (99, ()),
}
WEB = ("web-1", "web-2")

#: How long (seconds) anything may take: nothing is expected sooner, however busy the machine is.
PATIENCE = 600
#: How long (seconds) a request may take before the other web server is asked, which stores no answer twice.
IMPATIENCE = 10
#: Time for the quiz (seconds): more than a slow machine needs, less than a web server's clock is wrong.
TIME_LIMIT = 5400

SCHOOL = """
import json
from datetime import timedelta
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from tests.factories import CourseFactory, student_of
from tests.projects.factories import ChallengeFactory
from tests.quizzes.factories import make_quiz
now, day = timezone.now(), timedelta(days=1)
quiz = make_quiz(CourseFactory(slug="dl"), ("short_text",), now=now, time_limit_seconds={seconds})
times = dict(published_at=now - day, opens_at=now - day, closes_at=now + day)
exercise = ChallengeFactory(course=quiz.course, **times)
students = []
for _ in range({students}):
    user = student_of(quiz.course)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store.save()
    students.append([user.pk, store.session_key])
print(json.dumps([quiz.pk, exercise.pk, students]))
"""

#: The database itself notes each time a verdict is written.
COUNT_VERDICTS = """
CREATE TABLE verdict (submission bigint);
CREATE FUNCTION note_verdict() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN INSERT INTO verdict VALUES (NEW.id); RETURN NULL; END';
CREATE TRIGGER verdict_written AFTER UPDATE OF graded_at ON projects_submission FOR EACH ROW
  WHEN (NEW.graded_at IS NOT NULL) EXECUTE FUNCTION note_verdict();
"""


class DatabaseHost(Postgres):
    """PostgreSQL on a host of the network; the test itself reads through the socket."""

    def __init__(self, folder: Path, network: Network, address: str) -> None:
        super().__init__(folder)
        program, _, data, *_, sockets = map(str, self.command)
        with (Path(data) / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {PREFIX}0/24 trust\n")
        as_its_user = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"]
        self.user = None
        self.command = network.on(
            "postgres", [*as_its_user, program, "-D", data, "-h", address, "-k", sockets]
        )


class Hosts:
    """All hosts and what runs on them."""

    def __init__(self, network: Network, folder: Path) -> None:
        self.network, self.folder = network, folder
        self.address = {name: network.add(name, number) for name, (number, _) in HOSTS.items()}
        self.database = DatabaseHost(folder, network, self.address["postgres"])
        self.commands = parse_procfile((ROOT / "Procfile").read_text()).processes
        self.running: dict[tuple[str, str], subprocess.Popen[bytes]] = {}
        self.clocks: dict[str, list[str]] = {}
        self.secret = secrets.token_urlsafe(48)

    def start_all(self) -> None:
        """Start everything, each on its own address, and wait until the tables are there."""
        self.database.start()
        (keep := self.folder / "redis").mkdir()
        flags = {"bind": self.address["redis"], "port": "6379", "protected-mode": "no", "dir": str(keep)}
        flags |= {"appendonly": "yes", "save": "", "maxmemory-policy": "noeviction"}
        parts = (part for name, value in flags.items() for part in (f"--{name}", value))
        self._launch("redis", "redis", [server_binary(), *parts])
        self.manage("prepare")
        if not any((settings.VAR / "static").iterdir()):
            self.manage("collectstatic", "--noinput", "--verbosity=0")
        self.change(COUNT_VERDICTS)
        for host in HOSTS:
            self.start(host)

    def put_clock_forward(self, host: str, by: str) -> None:
        """Let a host's wall clock be wrong from its start on."""
        self.clocks[host] = ["faketime", "--exclude-monotonic", "-f", by]

    def start(self, host: str) -> None:
        """Start what runs on a host; `answers` tells when its web server serves."""
        for name in HOSTS[host][1]:
            self._launch(host, name, [*self.clocks.get(host, ()), "sh", "-c", self.commands[name]])

    def stop(self, host: str) -> None:
        """Stop everything on a host as a deployment does."""
        for key in [key for key in self.running if key[0] == host]:
            process = self.running.pop(key)
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End everything; nothing is expected of it any more."""
        for process in self.running.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)
        if self.database.process is not None:
            self.database.stop()

    def manage(self, *arguments: str, host: str = "office") -> str:
        """Run a management command on a host."""
        done = subprocess.run(
            self.network.on(host, [sys.executable, "manage.py", *arguments]),
            cwd=ROOT,
            env=self._environment(host),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def read(self, sql: str, *values: object) -> list[tuple]:
        """Ask the database, through its socket."""
        with psycopg.connect(self.database.url) as connection:
            return connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> Any:
        """Ask for one value."""
        return self.read(sql, *values)[0][0]

    def change(self, sql: str, *values: object) -> None:
        """Change the database behind the site's back."""
        with psycopg.connect(self.database.url) as connection:
            connection.execute(sql, values or None)

    def log(self, host: str, name: str) -> str:
        """Return what a process has written so far."""
        return (self.folder / f"{host}-{name}.log").read_text()

    def is_ready(self, host: str) -> bool:
        """Tell whether a web server would be sent people; called on the students' host."""
        try:
            with urllib.request.urlopen(self.url(host) + "/health/ready", timeout=30) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def url(self, host: str) -> str:
        """Return where a web server listens."""
        return f"http://{self.address[host]}:8000"

    def _launch(self, host: str, name: str, command: list[str]) -> None:
        with (self.folder / f"{host}-{name}.log").open("ab") as log:
            self.running[host, name] = subprocess.Popen(
                self.network.on(host, command),
                cwd=ROOT,
                env=self._environment(host),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _environment(self, host: str) -> dict[str, str]:
        var = self.folder / "var" / host
        var.mkdir(parents=True, exist_ok=True)
        if not (var / "static").is_symlink():
            (var / "static").symlink_to(settings.VAR / "static")
        database = urllib.parse.urlsplit(self.database.url)
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "classroom.settings",
            "DATABASE_URL": f"postgres://{database.username}@{self.address['postgres']}/postgres",
            "REDIS_URL": f"redis://{self.address['redis']}:6379/0",
            "SECRET_KEY": self.secret,
            "VAR": str(var),
            "HOST": self.address[host],
            "PORT": "8000",
            "SITE_URL": "http://classroom.example.org",
            "ALLOWED_HOSTS": ",".join(self.address.values()),
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "PYTHON": sys.executable,
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore",
            "OPENBLAS_NUM_THREADS": "1",
            "WEB_WORKERS": "1",
            "WEB_THREADS": "2",
            "GRADERS": "1",
        }

    def open_school(self, students: int) -> list["Student"]:
        """Make a course with a quiz and an exercise, and students who are signed in."""
        school = SCHOOL.format(students=students, seconds=TIME_LIMIT)
        made = self.manage("shell", "--no-imports", "-c", school)
        quiz, exercise, people = json.loads(made.splitlines()[-1])
        return [Student(self, quiz, exercise, user, session) for user, session in people]


class RefusedError(Exception):
    """No web server took it; `failures` has the status each answered with, or what went wrong."""

    def __init__(self, failures: dict[str, int | str]) -> None:
        super().__init__(failures)
        self.failures = failures


SLOW = "did not answer in time"


@dataclass
class Student:
    """Somebody whose requests go to the web server that answered last, and to the other where it does not.

    That is what a balancer in front of them does. A request that got no answer is sent again as it was.
    """

    hosts: Hosts
    quiz: int
    exercise: int
    user: int
    session: str
    host: str = WEB[0]
    attempt: int = 0
    saved: int = 0

    def start(self, host: str) -> None:
        """Begin the quiz at this web server."""
        self.host = host
        self._send(reverse("quizzes:start", args=["dl", self.quiz]), b"", "application/x-www-form-urlencoded")
        [(self.attempt,)] = self.hosts.read("SELECT id FROM quizzes_attempt WHERE user_id = %s", self.user)

    def save(self) -> None:
        """Send the next answer; counted once it is acknowledged."""
        answer = {
            "position": 1,
            "client": "tab",
            "seq": self.saved + 1,
            "value": [f"answer {self.saved + 1}"],
        }
        path = reverse("quizzes:save", args=["dl", self.attempt])
        self._send(path, json.dumps(answer).encode(), "application/json")
        self.saved += 1

    def hand_in(self, source: str) -> int:
        """Hand in, and return the hand-in's number."""
        form = urllib.parse.urlencode({"source": source}).encode()
        path = reverse("projects:hand_in", args=["dl", self.exercise])
        self._send(path, form, "application/x-www-form-urlencoded")
        [(number,)] = self.hosts.read("SELECT max(id) FROM projects_submission WHERE user_id = %s", self.user)
        return int(number)

    def _send(self, path: str, body: bytes, kind: str) -> None:
        """Send it until somebody takes it, or nobody does although nobody was merely slow."""
        end = time.monotonic() + PATIENCE
        while failures := self._send_once(path, body, kind):
            if SLOW not in failures.values() or time.monotonic() > end:
                raise RefusedError(failures)

    def _send_once(self, path: str, body: bytes, kind: str) -> dict[str, int | str]:
        """Ask the last host, then the other one; return what both did instead of taking it."""
        failures: dict[str, int | str] = {}
        for host in (self.host, *(name for name in WEB if name != self.host)):
            try:
                self._open(host, path, body, kind)
            except urllib.error.HTTPError as error:
                with error:
                    failures[host] = error.code
            except (OSError, HTTPException) as error:
                late = isinstance(getattr(error, "reason", error), TimeoutError)
                failures[host] = SLOW if late else repr(error)
            else:
                if failures:
                    self.host = host
                return {}
        return failures

    def _open(self, host: str, path: str, body: bytes, kind: str) -> None:
        token = "t" * 32
        headers = {
            "Cookie": f"sessionid={self.session}; csrftoken={token}",
            "X-CSRFToken": token,
            "Content-Type": kind,
        }
        request = urllib.request.Request(self.hosts.url(host) + path, body, headers)
        with _OPENER.open(request, timeout=IMPATIENCE) as answer:
            answer.read()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer: the work is stored."""

    def http_error_302(self, _request, answer, *_):
        return answer


_OPENER = urllib.request.build_opener(_NoRedirects)
