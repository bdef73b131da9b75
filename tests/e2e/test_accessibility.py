"""axe-core finds nothing on any page, in both schemes and widths; nothing is too wide, too heavy or jumps."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import Resolver404, resolve

from classroom import clock
from classroom.models import Course, User
from classroom.pages.dashboards import counting
from projects import custom, grading
from projects.models import CustomExercise
from projects.services import upload_exercise
from quizzes import services
from quizzes.models import Quiz
from tests.browser import COLOURS, axe
from tests.site import wait_until

SOFTPLUS = Path(__file__).parents[1] / "nnengine" / "custom" / "softplus.py"
WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
#: Files, and what an instructor may not do by looking.
NO_PAGE = re.compile(
    r"\.csv|\.xlsx|\.npz|\.json|\.zip|\.ipynb|/source/|/data/$|/pictures/|/materials/\d+/$|^/admin/|^/demo/"
)
#: Colours on the way from one scheme to the other, and formulas before their font has come, are not judged.
SETTLED = """Promise.allSettled([document.fonts.ready, ...document.getAnimations().map(one => one.finished)])
  .then(() => null)"""
#: A page's HTML, before it is compressed, and how much of it may move while it comes (Lighthouse's "good").
MOST_BYTES, MOST_SHIFT = 200_000, 0.1
SHIFT = """new Promise((done) => {
  let shift = 0;
  const add = (list) => list.getEntries().forEach((one) => (shift += one.hadRecentInput ? 0 : one.value));
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => done(shift), 100));
})"""
LINKS = "[...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href').split('#')[0])"


def stand_still(route):
    """Answer a panel's poll with "nothing new": what changes while axe looks at it cannot be judged."""
    if "hx-request" in route.request.headers:
        route.fulfill(status=204)
    else:
        route.continue_()


def faults(page, address):
    """Visit a page and list what is wrong with it at each width and in each scheme."""
    page.route("**/panel/**", stand_still)
    page.set_viewport_size({"width": WIDTHS[0], "height": 844})
    answer = page.goto(address)
    if page.locator("code-editor").count():
        page.locator(".cm-content").first.wait_for()
    found = []
    if (size := len(answer.body())) > MOST_BYTES:
        found.append(f"{address}: {size} bytes of HTML")
    if (shift := page.evaluate(SHIFT)) > MOST_SHIFT:
        found.append(f"{address}: moves by {shift:.3f} while it comes")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.evaluate(SETTLED)
            rules = () if scheme == SCHEMES[0] else COLOURS
            found += [f"{address} {width} {scheme}: {fault}" for fault in axe(page, rules)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{address}: wider than {width} pixels")
    return found


def walk(page):
    """Visit one page of each kind that links lead to; return the kinds seen and the faults found."""
    waiting, seen, found = ["/"], {}, []
    while waiting:
        address = waiting.pop(0)
        try:
            kind = resolve(address.split("?")[0]).view_name
        except Resolver404:
            found.append(f"{address}: this link leads nowhere")
            continue
        if kind in seen:
            continue
        seen[kind] = address
        found += faults(page, address)
        waiting += [
            link for link in page.evaluate(LINKS) if link.startswith("/") and not NO_PAGE.search(link)
        ]
    return set(seen), found


def test_pages_for_everybody_are_accessible(open_page):
    page = open_page(reduced_motion="reduce")
    addresses = ["/accounts/login/code/", "/certificates/", "/nowhere/", "/styleguide/?errors&toast"]
    assert [fault for address in addresses for fault in faults(page, address)] == []


@pytest.fixture
def demo(transactional_db):
    """The demo course, with some hand-ins graded, an exercise of its own and its quiz open.

    The site's grader works along, and may take some of the work.
    """
    call_command("demo")
    mira = User.objects.get(email="mira.petersen@example.org")
    upload_exercise(course=Course.objects.get(), by=mira, content=SOFTPLUS.read_bytes(), now=clock.now())
    custom.prove_next()
    wait_until(lambda: not CustomExercise.objects.unproven().exists(), what="the proof")
    for _ in range(12):
        grading.grade_next()
    now = clock.now()
    counting.count_all(now=now)
    quiz = Quiz.objects.get(opens_at=None, lobby=False)
    services.open_quiz(quiz=quiz, by=mira, now=now)
    return services.start_attempt(quiz=quiz, user=User.objects.get(email="ada.okafor@example.org"), now=now)


def test_running_quiz_is_accessible(open_page, demo):
    """Also where an option is nothing but a formula."""
    page = open_page(demo.user, reduced_motion="reduce")
    assert faults(page, f"/c/{demo.quiz.course.slug}/quizzes/attempts/{demo.pk}/") == []
    assert page.locator(".options math").count() > 0


def test_drawn_questions_are_accessible(open_page, demo):
    """While they are answered, and in the review with their pictures."""
    practice = Quiz.objects.get(time_limit_seconds=None)
    attempt = services.start_attempt(quiz=practice, user=demo.user, now=clock.now())
    page = open_page(demo.user, reduced_motion="reduce")
    address = f"/c/{practice.course.slug}/quizzes/attempts/{attempt.pk}/"
    assert faults(page, address) == []
    page.locator('[data-position="2"] input').first.fill("99")
    page.locator(".saved[data-state=saved]").wait_for()
    services.hand_in(attempt=attempt, now=clock.now())
    assert faults(page, f"{address}review/") == []
    assert page.locator("svg[role=img]").count() == 3


def test_every_page_for_students_is_accessible(open_page, demo):
    student = open_page(User.objects.get(email="ben.lindqvist@example.org"), reduced_motion="reduce")
    seen, found = walk(student)
    assert found == []
    assert seen >= {
        "course",
        "notices",
        "week",
        "schedule",
        "quizzes:quiz",
        "projects:challenge",
        "projects:team",
        "settings",
    }


def test_every_page_for_instructors_is_accessible(open_page, demo):
    instructor = open_page(
        User.objects.get(email="mira.petersen@example.org"), reduced_motion="reduce", locale="de"
    )
    seen, found = walk(instructor)
    assert found == []
    assert seen >= {
        "dashboard",
        "this_week",
        "term",
        "quality",
        "rows",
        "gradebook",
        "attendance",
        "people",
        "quizzes:run",
        "projects:results",
        "projects:queue",
        "projects:own_exercises",
        "projects:teams",
    }
