"""How many saves and starts a second, and how many requests of a bare page: in turns, by the same client."""

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator

from benchmarks.quiz.browser import Browser
from benchmarks.quiz.school import address
from benchmarks.quiz.sitting import Record, save, start
from quizzes.models import Quiz

#: People who do nothing but ask, each with one connection.
CLIENTS = 50

Act = Callable[[int, int], Awaitable[object]]


async def rate(act: Act, clients: int, seconds: float) -> float:
    """Let everybody do `act(client, count)` again and again; return acts a second."""
    began = time.perf_counter()
    done = 0

    async def one(client: int) -> None:
        nonlocal done
        count = 0
        while time.perf_counter() < began + seconds:
            count += 1
            await act(client, count)
            done += 1

    await asyncio.gather(*(one(client) for client in range(clients)))
    return done / (time.perf_counter() - began)


async def compare(
    site: str, bare: str, sessions: list[str], quizzes: list[Quiz], *, rounds: int, seconds: float
) -> tuple[dict[str, float], Record]:
    """Measure bare, save, bare, start, ...; return medians, with ratios to the bare rounds beside each."""
    record = Record()
    browsers = [Browser(site, session) for session in sessions[:CLIENTS]]
    strangers = [Browser(bare, "nobody") for _ in range(CLIENTS)]
    attempts = [await start(browser, quizzes[0], record) for browser in browsers]
    fresh: Iterator[tuple[Browser, Quiz]] = (
        (Browser(site, session), quiz) for quiz in quizzes for session in sessions[CLIENTS:]
    )
    seqs = [0] * CLIENTS

    async def bare_save(client: int, count: int) -> None:
        content = {"position": count % 6 + 1, "client": "bare", "seq": count, "value": ["0"]}
        reply = await strangers[client].post(f"/{attempts[client]}/", json.dumps(content).encode())
        record.check(reply, 200, "bare page")

    async def one_save(client: int, count: int) -> None:
        seqs[client] += 1
        attempt = attempts[client]
        path = address("save", quizzes[0], attempt)
        await save(browsers[client], path, attempt, count % 6 + 1, seqs[client], record)

    async def one_start(client: int, count: int) -> None:
        browser, quiz = next(fresh)
        await start(browser, quiz, record)
        browser.close()

    for act in (bare_save, one_save, one_start):
        await rate(act, CLIENTS, 0.5)
    rates: dict[str, list[float]] = {
        "bare": [await rate(bare_save, CLIENTS, seconds)],
        "save": [],
        "start": [],
    }
    for _ in range(rounds):
        for name, act in (("save", one_save), ("start", one_start)):
            rates[name].append(await rate(act, CLIENTS, seconds))
            rates["bare"].append(await rate(bare_save, CLIENTS, seconds))
    bares = rates["bare"]

    def ratio(name: str, place: int) -> float:
        shares = [
            2 * own / (bares[2 * n + place] + bares[2 * n + place + 1]) for n, own in enumerate(rates[name])
        ]
        return statistics.median(shares)

    for browser in (*browsers, *strangers):
        browser.close()
    return {
        "save_ratio_to_bare": round(ratio("save", 0), 3),
        "start_ratio_to_bare": round(ratio("start", 1), 3),
        **{f"{name}_per_second": round(statistics.median(found), 1) for name, found in rates.items()},
    }, record
