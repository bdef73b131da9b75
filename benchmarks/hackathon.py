"""How long the pages of a large event take: 5,000 participants, 1,000 teams, 1,000 sessions, 100 judges.

Every page of `projects` is asked for in this process, through the whole middleware, by everybody it
answers to, on the database that `DB` chooses; its row is that of the slowest of them. The bare view,
measured before and after, is one look-up of the person's place in the course and no template: what a page
takes over it is the page's own. Times are medians; where other programs keep the machine busy, those of the
CPU tell what a page takes on a quiet one. Exits with 1 when a page asks twenty times or takes 150 ms;
of tables to download the queries are judged, their time is told. Last line: JSON.

    python -m benchmarks.hackathon [--repeats 5] [--only NAME ...]
"""

# Django has to be set up before the site's modules are imported:
# ruff: noqa: E402

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # everything it writes is in a folder that goes away
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import django

django.setup()

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from classroom import clock
from classroom.access import seat_in
from classroom.demo import crowd
from projects.models import Hackathon, Look
from tests.projects.addresses import Page, pages

QUERIES, MILLISECONDS = 20, 150


def bare(request: HttpRequest, slug: str) -> HttpResponse:
    """Say in which role the person is in the course."""
    return HttpResponse(seat_in(request, slug).role)


urlpatterns = [path("bare/<slug:slug>/", bare), path("", include("classroom.urls"))]


def measured(get: Callable[[], HttpResponse], repeats: int) -> tuple[int, float, float, float]:
    """Return queries, median milliseconds, those of this process's CPU, and kilobytes of a warm page."""
    clock.now()
    with CaptureQueriesContext(connection) as queries:
        response = get()
    # Now: the next request clears the log. A way of asking that has work of its own says what the page took.
    count = getattr(response, "asked", len(queries))
    assert response.status_code == 200, response.status_code
    times, cpu = [], []
    for _ in range(repeats):
        begun, worked = time.perf_counter(), time.process_time()
        get()
        times.append((time.perf_counter() - begun) * 1000)
        cpu.append((time.process_time() - worked) * 1000)
    return count, median(times), median(cpu), response.size / 1000


def next_project(page: Page) -> HttpResponse:
    """Ask for a judge's page as it is just after placing a project: the next one has to be chosen."""
    with transaction.atomic():
        Look.objects.filter(judge__user=page.client.session["_auth_user_id"], placed_at=None).delete()
        with CaptureQueriesContext(connection) as queries:
            response = page.get()
        response.asked = len(queries)
        transaction.set_rollback(True)
    return response


def is_file(name: str) -> bool:
    """Tell whether a page is a whole table to download: its time is told, but it is nothing to look at."""
    return name.endswith(("_csv", "export_json"))


def misses(name: str, queries: int, ms: float) -> bool:
    """Tell whether a bar is missed; all tables in one file take some two queries each, however long."""
    asks_too_often = queries >= QUERIES and name != "export_json"
    return asks_too_often or (ms >= MILLISECONDS and not is_file(name))


Row = tuple[str, int, float, float, float]


def rows_of(event: Hackathon, repeats: int, only: list[str]) -> dict[str, Row]:
    """Return by page who is slowest, and what `measured` says."""
    rows: dict[str, Row] = {}
    for page in pages(event):
        ways = {page.name: page.get}
        if page.name == "judge":
            ways["judge: the next project"] = lambda page=page: next_project(page)
        for name, get in ways.items():
            if only and page.name not in only:
                continue
            row = (page.who, *measured(get, repeats))
            if name not in rows or row[2] > rows[name][2]:
                rows[name] = row
    return rows


def load() -> float:
    return os.getloadavg()[0]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[], help="names of pages, as in projects/urls.py")
    chosen = parser.parse_args()
    settings.ROOT_URLCONF = "benchmarks.hackathon"
    call_command("prepare", verbosity=0)
    begun = time.perf_counter()
    event = crowd.build(clock.now())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    print(f"{connection.vendor}, loaded in {time.perf_counter() - begun:.1f} s; load {load():.1f}")
    reference = next(iter(pages(event)))
    reference = replace(reference, name="bare", url=f"/bare/{event.course.slug}/")
    before = measured(reference.get, 50)
    rows = rows_of(event, chosen.repeats, chosen.only)
    after = measured(reference.get, 50)
    width = max(map(len, rows))
    for name, (who, queries, ms, cpu, kilobytes) in sorted(rows.items(), key=lambda row: row[1][2]):
        missed = " MISSED" if misses(name, queries, ms) else " a file" if is_file(name) else ""
        print(
            f"{name:<{width}} {who:<10} {queries:>3} queries {ms:>7.1f} ms {cpu:>7.1f} ms CPU "
            f"{kilobytes:>7.1f} kB{missed}"
        )
    print(f"bare view: {before[1]:.1f} ms before, {after[1]:.1f} ms after; load {load():.1f}")
    found = [{"page": name, "queries": row[1], "ms": round(row[2], 1)} for name, row in rows.items()]
    print(json.dumps({"pages": found}))
    return int(any(misses(name, row[1], row[2]) for name, row in rows.items()))


if __name__ == "__main__":
    sys.exit(main())
