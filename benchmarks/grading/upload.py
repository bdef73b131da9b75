"""From the upload of a notebook to the verdict in the database, through the running site."""

import time

from django.urls import reverse

from benchmarks.grading import notebook
from benchmarks.grading.rooms import EXERCISE
from benchmarks.grading.running import open_challenge, running_site
from projects.models import Submission
from tests.factories import student_of
from tests.visitor import Visitor

GIVE_UP_SECONDS = 30


def measure(uploads: int = 60, warm_up: int = 5) -> dict[str, float]:
    """Upload one notebook after the other; return milliseconds.

    ``answer`` is when the browser has its answer, ``page`` a page that needs no session and no database.
    """
    with running_site() as site:
        challenge = open_challenge(EXERCISE)
        student = site.visitor(student_of(challenge.course))
        address = reverse("projects:hand_in", args=[challenge.course.slug, challenge.pk])
        student.get(reverse("projects:challenge", args=[challenge.course.slug, challenge.pk]))
        verdicts, answers, pages = [], [], []
        for number in range(warm_up + uploads):
            began = time.perf_counter()
            assert site.visitor().get("/static/classroom/css/base.css").status == 200
            pages.append(time.perf_counter() - began)
            answer, verdict = _upload(student, address, number)
            answers.append(answer)
            verdicts.append(verdict)
    return {
        "p50": _quantile(verdicts[warm_up:], 0.5),
        "p95": _quantile(verdicts[warm_up:], 0.95),
        "answer": _quantile(answers[warm_up:], 0.5),
        "page": _quantile(pages[warm_up:], 0.5),
    }


def _upload(student: Visitor, address: str, number: int) -> tuple[float, float]:
    """Hand in once; return seconds until the answer and until the verdict is stored."""
    content = notebook.plain().replace("import numpy as np", f"import numpy as np  # {number}", 1)
    began = time.perf_counter()
    answer = student.post_file(address, "file", "deep.ipynb", content.encode())
    answered = time.perf_counter() - began
    assert answer.status == 200, answer.text
    while time.perf_counter() - began < GIVE_UP_SECONDS:
        last = Submission.objects.order_by("-pk").values("graded_at", "score", "max_score").first()
        if last and last["graded_at"]:
            assert last["score"] == last["max_score"], last
            return answered, time.perf_counter() - began
        time.sleep(0.004)
    raise SystemExit(f"no verdict after {GIVE_UP_SECONDS} s")


def _quantile(seconds: list[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1e3
