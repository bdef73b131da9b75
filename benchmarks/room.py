"""A thousand students follow a discussion: ``make bench-room``, or ``python -m benchmarks.room``.

The site's own web server runs on PostgreSQL (``DB=sqlite``: on SQLite) on this machine, which also plays
every student: each has a connection, asks for news as often as the page does, and fetches the part that has
changed when the page would. An instructor puts questions on the wall and reveals them. What counts: from the
click until the last student has the news. The last line is JSON, in seconds, `_ms` in milliseconds.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import signal
import sys
import time
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from urllib.parse import urlsplit

os.environ.setdefault("DB", "postgresql")  # before the site's settings are read

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from benchmarks.quiz import school
from classroom.live import address_of
from classroom.models import Course
from quizzes import services
from quizzes.models import Answer, Attempt, AttemptItem, Quiz
from tests.factories import instructor_of
from tests.quizzes.factories import make_quiz
from tests.site import Site
from tests.visitor import Visitor

#: As in `live-room.js`.
ASK_SECONDS = 1.0
FETCHES_A_SECOND = 25
#: An instructor talks at least this long about what is on the wall.
TALK_SECONDS = 6.0
#: Who has not seen a change by then never will.
GIVE_UP_SECONDS = 20.0

Seen = tuple[int | None, bool]


@dataclass
class Record:
    """What happened to all students."""

    polls: list[float] = field(default_factory=list)
    unchanged: int = 0
    parts: list[float] = field(default_factory=list)
    errors: int = 0
    seen: dict[Seen, list[float]] = field(default_factory=dict)


class Student:
    """A page that follows the room, without a browser around it."""

    def __init__(
        self, origin: str, news: str, part: str, session: str, students: int, record: Record
    ) -> None:
        self.at = urlsplit(origin)
        self.news, self.part, self.session = news, part, session
        self.students, self.record = students, record
        self.wire: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.etag, self.shows = "", None
        self.fetching: asyncio.Task[None] | None = None

    async def follow(self) -> None:
        """Ask for news until cancelled."""
        await asyncio.sleep(ASK_SECONDS * random.random())
        while True:
            began = time.perf_counter()
            more = f"If-None-Match: {self.etag}\r\n" if self.etag else ""
            status, head, body = await self._get(self.news, more)
            self.record.polls.append(time.perf_counter() - began)
            if status == 200:
                self.etag = head[head.index("etag: ") + 6 :].split("\r\n", 1)[0]
                self._read(json.loads(body))
            elif status == 304:
                self.record.unchanged += 1
            else:
                self.record.errors += 1
            await asyncio.sleep(ASK_SECONDS * (0.85 + 0.3 * random.random()))

    def _read(self, news: dict[str, object]) -> None:
        shows = (news["discussing"], news["revealed"])
        if shows == self.shows:
            return
        self.shows = shows
        self.record.seen.setdefault(shows, []).append(time.perf_counter())
        if self.fetching:
            self.fetching.cancel()
        self.fetching = asyncio.create_task(self._fetch(random.random() * self.students / FETCHES_A_SECOND))

    async def _fetch(self, spread: float) -> None:
        await asyncio.sleep(spread)
        began = time.perf_counter()
        status, _, _ = await self._once(
            self.part, f"HX-Request: true\r\nCookie: sessionid={self.session}\r\n"
        )
        self.record.parts.append(time.perf_counter() - began)
        self.record.errors += status != 200

    async def _get(self, path: str, more: str) -> tuple[int, str, bytes]:
        try:
            if self.wire is None:
                self.wire = await asyncio.open_connection(self.at.hostname, self.at.port)
            return await _ask(*self.wire, self.at.netloc, path, more)
        except (OSError, asyncio.IncompleteReadError):
            self.wire = None
            return 0, "", b""

    async def _once(self, path: str, more: str) -> tuple[int, str, bytes]:
        try:
            wire = await asyncio.open_connection(self.at.hostname, self.at.port)
            answer = await _ask(*wire, self.at.netloc, path, more)
            wire[1].close()
        except (OSError, asyncio.IncompleteReadError):
            return 0, "", b""
        return answer


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, path: str, more: str
) -> tuple[int, str, bytes]:
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n".encode())
    raw = await reader.readuntil(b"\r\n\r\n")
    head = raw.decode("latin-1")
    lower = head.lower()
    length = (
        int(lower.split("content-length: ", 1)[1].split("\r\n", 1)[0]) if "content-length" in lower else 0
    )
    body = await reader.readexactly(length) if length else b""
    if length == 0 and "chunked" in lower:
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    name, _, rest = head.partition("\r\n")
    return int(name.split()[1]), _lower_names(rest), body


def _lower_names(head: str) -> str:
    return "\r\n".join(
        f"{name.lower()}:{value}" for name, _, value in (line.partition(":") for line in head.split("\r\n"))
    )


def taken_quiz(course: Course, students: int) -> Quiz:
    """Make a quiz that everybody in the course has handed in, with answers to every question."""
    now = timezone.now()
    quiz = make_quiz(
        course, school.QUESTIONS, now=now, lobby=True, closes_at=now, opens_at=now - timedelta(minutes=7)
    )
    slots = list(quiz.slots.prefetch_related("question__versions"))
    people = course.enrolments.filter(role="student").values_list("user", flat=True)
    attempts = Attempt.objects.bulk_create(
        Attempt(
            quiz=quiz,
            user_id=user,
            seed=number,
            started_at=quiz.opens_at,
            deadline=now,
            accepts_until=now,
            finished_at=now - timedelta(seconds=1),
            score=number % 12,
            max_score=12,
        )
        for number, user in enumerate(people)
    )
    items, answers = [], []
    for number, attempt in enumerate(attempts):
        for place, slot in enumerate(slots):
            version = slot.question.versions.first()
            points = (number + place) % 3
            items.append(
                AttemptItem(
                    attempt=attempt,
                    position=slot.position,
                    slot=slot,
                    version=version,
                    max_points=2,
                    points=points,
                )
            )
            texts = school.ANSWERS[place]
            answers += [
                Answer(
                    attempt=attempt,
                    position=slot.position,
                    client="tab",
                    seq=3 * place + change,
                    value=[texts[(number + change) % len(texts)]],
                    received_at=now,
                )
                for change in range(3)
            ]
    AttemptItem.objects.bulk_create(items, batch_size=2000)
    Answer.objects.bulk_create(answers, batch_size=2000)
    return quiz


async def discuss(
    site: Site, quiz: Quiz, sessions: list[str], cookie: dict[str, str], clicks: int
) -> dict[str, float]:
    """Let an instructor click through the questions while everybody follows."""
    record = Record()
    news = address_of(services.room_of(quiz).token)
    part = reverse("quizzes:discussion", args=[quiz.course.slug, quiz.pk])
    students = [Student(site.url, news, part, session, len(sessions), record) for session in sessions]
    instructor = await asyncio.to_thread(_instructor, site, quiz, cookie)
    following = [asyncio.create_task(student.follow()) for student in students]
    await asyncio.sleep(3 * ASK_SECONDS)
    record.polls.clear()
    cpu = site.cpu_seconds("web"), time.process_time()
    began, last, delays, clicks_took = time.perf_counter(), [], [], []
    for number in range(clicks):
        position, revealed = number // 2 % len(school.QUESTIONS) + 1, bool(number % 2)
        act = ("room_reveal", {}) if revealed else ("room_discuss", {"position": str(position)})
        record.seen.clear()
        clicked = time.perf_counter()
        await asyncio.to_thread(_click, instructor, quiz, *act)
        clicks_took.append(time.perf_counter() - clicked)
        done = record.seen.setdefault((position, revealed), [])
        while len(done) < len(students) and time.perf_counter() - clicked < GIVE_UP_SECONDS:
            await asyncio.sleep(0.05)
        if len(done) < len(students):
            record.errors += len(students) - len(done)
        delays += [at - clicked for at in done]
        last.append(max(done, default=clicked + GIVE_UP_SECONDS) - clicked)
        said = f"click {number + 1} took {clicks_took[-1]:.2f} s, {len(done)} have seen it"
        print(f"{said}, the last after {last[-1]:.2f} s", flush=True)
        await asyncio.sleep(max(0.0, TALK_SECONDS - (time.perf_counter() - clicked)))
    seconds = time.perf_counter() - began
    web, played = site.cpu_seconds("web") - cpu[0], time.process_time() - cpu[1]
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    polls, parts = sorted(record.polls), sorted(record.parts)
    return {
        "seen_by_last_s": round(max(last), 2),
        "seen_by_last_median_s": round(median(last), 2),
        "seen_p95_s": round(sorted(delays)[int(0.95 * len(delays))], 2),
        "click_itself_median_s": round(median(clicks_took), 2),
        "click_itself_max_s": round(max(clicks_took), 2),
        "polls_per_s": round(len(polls) / seconds),
        "unchanged_share": round(record.unchanged / max(1, len(polls)), 2),
        "poll_p95_ms": round(polls[int(0.95 * len(polls))] * 1e3, 1),
        "parts_fetched": len(parts),
        "part_p95_ms": round(parts[int(0.95 * len(parts))] * 1e3, 1) if parts else 0.0,
        "web_cores": round(web / seconds, 2),
        "students_cores": round(played / seconds, 2),
        "errors": record.errors,
    }


def _instructor(site: Site, quiz: Quiz, cookie: dict[str, str]) -> Visitor:
    """Return the instructor with the room's page open."""
    visitor = site.visitor()
    visitor.session = cookie
    visitor.get(reverse("quizzes:room", args=[quiz.course.slug, quiz.pk]))
    return visitor


def _click(visitor: Visitor, quiz: Quiz, act: str, fields: dict[str, str]) -> None:
    answer = visitor.post(reverse(f"quizzes:{act}", args=[quiz.course.slug, quiz.pk]), fields)
    if answer.status != 200:
        raise SystemExit(f"the instructor's click was refused: {answer.status} {answer.text[:300]}")


def main() -> None:
    """Measure, print JSON."""
    parser = argparse.ArgumentParser(description="How fast a thousand pages hear of the instructor's click.")
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--clicks", type=int, default=10)
    chosen = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server is stopped, too
    load = os.getloadavg()[0]

    call_command("prepare")
    database = settings.DATABASES["default"]
    site = Site(os.environ.get("DATABASE_URL") or f"sqlite:///{database['NAME']}")
    course, sessions = school.course_of(chosen.students)
    quiz = taken_quiz(course, chosen.students)
    cookie = site.session_cookie(instructor_of(course))
    connection.close()
    site.manage("collectstatic", "--noinput", "--verbosity=0")
    try:
        site.start("web")
        found = asyncio.run(discuss(site, quiz, sessions, cookie, chosen.clicks))
    finally:
        site.stop(*site.running)
    about = {"database": connection.vendor, "students": chosen.students, "load_before": round(load, 2)}
    print(json.dumps(about | found))


if __name__ == "__main__":
    main()
