"""How many saves and starts a second, and how many requests of a bare page: in turns, by the same client."""

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial

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
    """Measure all in turns; return medians of the rates, and of the ratios within each turn."""
    record = Record()
    browsers = [Browser(site, session) for session in sessions[:CLIENTS]]
    strangers = [Browser(bare, "nobody") for _ in range(CLIENTS)]
    attempts = [await start(browser, quizzes[0], record) for browser in browsers]
    fresh: Iterator[tuple[Browser, Quiz]] = (
        (Browser(site, session), quiz) for quiz in quizzes for session in sessions[CLIENTS:]
    )
    seqs = [0] * CLIENTS

    async def ask_bare(client: int, count: int, style: str = "") -> None:
        content = {"position": count % 6 + 1, "client": f"bare {style}", "seq": count, "value": ["0"]}
        path = f"{style}/{attempts[client]}/"
        record.check(await strangers[client].post(path, json.dumps(content).encode()), 200, "bare page")

    async def one_save(client: int, count: int) -> None:
        seqs[client] += 1
        attempt = attempts[client]
        path = address("save", quizzes[0], attempt)
        await save(browsers[client], path, attempt, count % 6 + 1, seqs[client], record)

    async def one_start(client: int, count: int) -> None:
        browser, quiz = next(fresh)
        await start(browser, quiz, record)
        browser.close()

    acts: dict[str, Act] = {
        "bare": ask_bare,
        "save": one_save,
        "bare_prepared": partial(ask_bare, style="/prepared"),
        "start": one_start,
    }
    for act in acts.values():
        await rate(act, CLIENTS, 0.5)
    rates: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            rates[name].append(await rate(act, CLIENTS, seconds))

    def ratio(name: str, to: str) -> float:
        return round(statistics.median(a / b for a, b in zip(rates[name], rates[to], strict=True)), 3)

    for browser in (*browsers, *strangers):
        browser.close()
    return {
        "save_ratio_to_bare": ratio("save", "bare"),
        "save_ratio_to_bare_prepared": ratio("save", "bare_prepared"),
        "start_ratio_to_bare": ratio("start", "bare"),
        **{f"{name}_per_second": round(statistics.median(found), 1) for name, found in rates.items()},
    }, record
