"""How long the course's pages take, for 100 and for 1,000 students with 40 pieces of work each.

Every page is asked for in this process, through the whole middleware, on PostgreSQL. The bare view, measured
before and after, is one look-up of the person's place in the course and no template: what a page takes over
it is the page's own. Times are medians; where other programs keep the machine busy, those of the CPU tell
what a page takes on a quiet one. What a worker counts for the dashboards is counted before, and timed.

Exits with 1 when a page misses a bar: 25 queries, 300 ms (500 for the gradebook's grid), 200 kB of HTML, or
more queries for 1,000 students than for 100. Last line: JSON.

    python -m benchmarks.pages [--repeats 5] [--only NAME ...] [--students 1000]
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.pages import term  # first: it chooses the settings

# isort: split
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, include, path, reverse

from classroom import clock
from classroom.access import seat_in
from classroom.pages.dashboards import counting
from quizzes.models import Quiz

FEW, MANY = 100, 1_000
QUERIES, MILLISECONDS, KILOBYTES = 25, 300, 200
#: Pages that may take longer, by what was agreed on.
SLOWER = {"gradebook": 500, "gradebook_data": 500}
#: What is not judged by its size: data for a grid that draws only what is in sight, and files.
NO_HTML = ("gradebook_data", "_csv")
#: Pages by who looks at them: (URL name, query string).
STAFF = (
    ("dashboard", ""),
    ("dashboard_panel", ""),
    ("this_week", ""),
    ("term", ""),
    ("quality", ""),
    ("rows work", ""),
    ("rows work", "?kind=quiz&standing=missed"),
    ("rows work", "?q=student+7&at_least=50"),
    ("rows people", ""),
    ("rows mistakes", ""),
    ("rows functions", ""),
    ("rows taking", "?state=writing&quiz="),
    ("rows hand-ins", ""),
    ("rows answers", ""),
    ("rows looks", ""),
    ("rows help", ""),
    ("rows_csv people", ""),
    ("rows attendance", ""),
    ("week", ""),
    ("people", ""),
    ("attendance", ""),
    ("gradebook", ""),
    ("gradebook_data", ""),
)
STUDENT = (
    ("course", ""),
    ("grades", ""),
    ("attendance", ""),
    ("weeks", ""),
    ("week", ""),
    ("quizzes:index", ""),
    ("projects:index", ""),
)


def bare(request: HttpRequest, slug: str) -> HttpResponse:
    """Say in which role the person is in the course."""
    return HttpResponse(seat_in(request, slug).role)


urlpatterns = [path("bare/<slug:slug>/", bare, name="bare"), path("", include("classroom.urls"))]


@dataclass(frozen=True)
class Row:
    """What a page takes, once warm."""

    page: str
    queries: int
    ms: float
    cpu_ms: float
    kilobytes: float

    def misses(self, fewer: int | None) -> list[str]:
        """Name the bars it misses; `fewer` queries were enough for the smaller class."""
        found = []
        name = self.page.split(" ")[0]
        if self.queries >= QUERIES or (fewer is not None and self.queries > fewer):
            found.append("queries")
        if self.ms >= SLOWER.get(name, MILLISECONDS):
            found.append("ms")
        if self.kilobytes >= KILOBYTES and not name.endswith(NO_HTML):
            found.append("kB")
        return found


def measured(name: str, get: Callable[[], HttpResponse], repeats: int) -> Row:
    """Return what a warm page takes."""
    get()
    clock.now()
    with CaptureQueriesContext(connection) as queries:
        response = get()
    count = len(queries)
    if response.status_code != 200:
        raise SystemExit(f"{name}: {response.status_code} {response.headers.get('Location', '')}")
    size = sum(map(len, response.streaming_content)) if response.streaming else len(response.content)
    times, cpu = [], []
    for _ in range(repeats):
        begun, worked = time.perf_counter(), time.process_time()
        get()
        times.append((time.perf_counter() - begun) * 1000)
        cpu.append((time.process_time() - worked) * 1000)
    return Row(name, count, median(times), median(cpu), size / 1000)


def pages(course: term.Term) -> Iterator[tuple[str, Callable[[], HttpResponse]]]:
    """Return each page's name and how to ask for it; pages that this version does not have are left out."""
    for who, user, wanted in (
        ("staff", course.instructor, STAFF),
        ("student", course.student, STUDENT),
    ):
        client = Client()
        client.force_login(user)
        for name, query in wanted:
            route, *more = name.split()
            args = [course.course.slug, *more, *([term.WEEKS] if name == "week" else [])]
            try:
                address = reverse(route, args=args) + query
            except NoReverseMatch:
                continue
            if query.endswith("quiz="):
                address += str(Quiz.objects.filter(course=course.course).latest("opens_at").pk)
            label = " ".join(filter(None, [name, query.lstrip("?"), f"({who})"]))
            yield label, lambda address=address, client=client: client.get(address)


def rows_of(course: term.Term, repeats: int, only: list[str]) -> list[Row]:
    """Measure the course's pages."""
    return [
        measured(name, get, repeats)
        for name, get in pages(course)
        if not only or any(part in name for part in only)
    ]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[], help="parts of pages' names")
    parser.add_argument("--students", type=int, default=MANY)
    chosen = parser.parse_args()
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.ROOT_URLCONF = "benchmarks.pages.__main__"
    call_command("prepare", verbosity=0)
    begun = time.perf_counter()
    few, many = (term.build(clock.now(), students=number) for number in (FEW, chosen.students))
    loaded = time.perf_counter()
    counted = [counting.count_course(course=one.course, now=clock.now()) for one in (few, many)]
    print(
        f"{connection.vendor}, loaded in {loaded - begun:.0f} s; {sum(counted)} pieces of work counted in "
        f"{time.perf_counter() - loaded:.0f} s; load {os.getloadavg()[0]:.1f}"
    )
    for one in (few, many):  # every piece of work becomes a column of the gradebook
        client = Client()
        client.force_login(one.instructor)
        client.post(reverse("gradebook_add_all", args=[one.course.slug]))
    reference = lambda: client.get(reverse("bare", args=[many.course.slug]))  # noqa: E731
    before = measured("bare", reference, 50)
    smaller = {row.page: row for row in rows_of(few, 1, chosen.only)}
    rows = rows_of(many, chosen.repeats, chosen.only)
    after = measured("bare", reference, 50)
    width = max(len(row.page) for row in rows)
    missed = False
    for row in sorted(rows, key=lambda row: -row.ms):
        bars = row.misses(smaller[row.page].queries)
        missed = missed or bool(bars)
        print(
            f"{row.page:<{width}} {smaller[row.page].queries:>3} -> {row.queries:>3} queries "
            f"{row.ms:>7.1f} ms {row.cpu_ms:>7.1f} ms CPU {row.kilobytes:>7.1f} kB",
            f"MISSED: {', '.join(bars)}" if bars else "",
        )
    print(f"bare view: {before.ms:.1f} ms before, {after.ms:.1f} ms after; load {os.getloadavg()[0]:.1f}")
    found = [{"page": row.page, "queries": row.queries, "ms": round(row.ms, 1)} for row in rows]
    print(json.dumps({"pages": found}))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
