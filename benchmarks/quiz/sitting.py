"""Students who take a quiz: start together, change their minds, hand in."""

import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.quiz.browser import Browser, Reply
from benchmarks.quiz.school import ANSWERS, address
from quizzes.models import Answer, Quiz

#: How often a page asks how long is left.
CLOCK_SECONDS = 15
#: What the page does: it tries until it has been heard.
RETRY_SECONDS = (0.5, 1, 2, 4, 4, 4)


@dataclass
class Record:
    """What happened, in seconds; `acknowledged` is every answer that the site said it has stored."""

    starts: list[float] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)
    hand_ins: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[tuple[int, str, int], tuple[int, str]] = field(default_factory=dict)

    def check(self, reply: Reply, status: int, what: str) -> bool:
        """Tell whether the reply is as it should be, and count it if it is not."""
        if reply.status != status:
            self.errors[f"{what}: {reply.status} {reply.body[:120]!r}"] += 1
        return reply.status == status

    def lost(self) -> int:
        """Count the acknowledged answers that the database does not have as they were sent."""
        attempts = {attempt for attempt, _, _ in self.acknowledged}
        stored = {
            (answer.attempt_id, answer.client, answer.seq): (answer.position, answer.value[0])
            for answer in Answer.objects.filter(attempt__in=attempts).iterator()
        }
        return sum(stored.get(key) != sent for key, sent in self.acknowledged.items())


async def start(browser: Browser, quiz: Quiz, record: Record) -> int | None:
    """Start, which answers with the first page; return the attempt's number."""
    began = time.perf_counter()
    reply = await browser.post(address("start", quiz, quiz.pk), kind="application/x-www-form-urlencoded")
    if not record.check(reply, 200, "first page"):
        return None
    record.starts.append(time.perf_counter() - began)
    return int(reply.location.rstrip("/").rpartition("/")[2])


async def save(browser: Browser, path: str, attempt: int, position: int, seq: int, record: Record) -> bool:
    """Change one answer; remember it if the site says that it is stored."""
    value = random.choice(ANSWERS[position - 1])
    content = {"position": position, "client": f"tab-{attempt}", "seq": seq, "value": [value]}
    began = time.perf_counter()
    reply = await browser.post(path, json.dumps(content).encode())
    record.saves.append(time.perf_counter() - began)
    if not record.check(reply, 200, "save") or json.loads(reply.body)["saved"] != seq:
        return False
    record.acknowledged[attempt, f"tab-{attempt}", seq] = (position, value)
    return True


async def sit(
    browser: Browser, quiz: Quiz, *, after: float, seconds: float, changes: int, record: Record
) -> None:
    """Take the whole quiz: start `after` seconds, change every answer `changes` times within `seconds`."""
    await asyncio.sleep(after)
    attempt = await start(browser, quiz, record)
    if attempt is None:
        return
    began = time.perf_counter()
    path, clock = address("save", quiz, attempt), address("clock", quiz, attempt)
    steps = list(range(1, len(ANSWERS) + 1)) * changes
    random.shuffle(steps)
    moments = sorted(random.uniform(0, seconds) for _ in steps)
    next_clock = CLOCK_SECONDS
    for seq, (position, moment) in enumerate(zip(steps, moments, strict=True), start=1):
        await asyncio.sleep(max(0.0, began + moment - time.perf_counter()))
        if moment > next_clock:
            next_clock += CLOCK_SECONDS
            record.check(await browser.get(clock), 200, "clock")
        for pause in RETRY_SECONDS:
            if await save(browser, path, attempt, position, seq, record):
                break
            await asyncio.sleep(pause)
    await asyncio.sleep(max(0.0, began + seconds - time.perf_counter()))
    began = time.perf_counter()
    reply = await browser.post(address("hand_in", quiz, attempt), kind="application/x-www-form-urlencoded")
    if record.check(reply, 302, "hand in") and record.check(
        await browser.get(reply.location), 200, "receipt"
    ):
        record.hand_ins.append(time.perf_counter() - began)
    browser.close()


async def everybody(
    origin: str, sessions: list[str], quiz: Quiz, *, window: float, seconds: float, changes: int
) -> Record:
    """Let everybody take the quiz; all start within `window` seconds, at once where that is 0."""
    record = Record()
    await asyncio.gather(
        *(
            sit(
                Browser(origin, session),
                quiz,
                after=1 + random.uniform(0, window),
                seconds=seconds,
                changes=changes,
                record=record,
            )
            for session in sessions
        )
    )
    return record
