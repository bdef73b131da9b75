"""Questions in a browser: by keyboard, by mouse, after a reload, without script, and for everybody."""

import pytest
from django.urls import reverse

from classroom import clock
from quizzes import services
from quizzes.kinds import ordering
from quizzes.models import Attempt
from tests.e2e.test_accessibility import faults
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import ORDERING, make_question, make_quiz
from tests.quizzes.test_kinds_pages import RIGHT
from tests.site import wait_until

KINDS = ("matching", "ordering", "cloze", "matrix", "numpy_line", "essay", "numeric", "multiple")
#: What stands at each place of an answer to the ordering: its texts.
ITEMS = "list => [...list.children].map(item => item.firstElementChild.textContent)"


@pytest.fixture
def attempt(transactional_db):
    course = CourseFactory(slug="dl")
    quiz = make_quiz(course, KINDS, now=clock.now(), time_limit_seconds=None)
    formulas = {"items": ["$dZ^{[2]}$", "$dW^{[2]}$", "$dZ^{[1]}$"]}
    quiz.slots.create(position=10, question=make_question(course, "ordering", formulas), points=2)
    pairs = {"pairs": [{"left": "$\\sigma$", "right": "$a (1 - a)$"}, {"left": "tanh", "right": "$1 - a^2$"}]}
    quiz.slots.create(position=11, question=make_question(course, "matching", pairs), points=2)
    data = {"answers": [{"value": 5}], "unit": "MB", "units": [{"name": "kB", "factor": 1000}]}
    quiz.slots.create(position=9, question=make_question(course, "numeric", data), points=2)
    return services.start_attempt(quiz=quiz, user=student_of(course), now=clock.now())


def address(attempt, name="attempt"):
    return reverse(f"quizzes:{name}", args=["dl", attempt.pk])


def saved(attempt, position):
    answer = attempt.answers.filter(position=position).order_by("-pk").first()
    return answer and answer.value


def test_an_order_is_made_by_keyboard_and_by_mouse(open_page, attempt):
    page = open_page(attempt.user)
    page.goto(address(attempt))
    items = page.locator(".ordering__items").first
    before = items.evaluate(ITEMS)
    assert sorted(before) == sorted(ORDERING["items"])
    assert page.locator(".ordering__places").first.is_hidden()
    assert saved(attempt, 2) is None
    down = page.get_by_role("button", name=f"Move down: {before[0]}")
    down.focus()
    page.keyboard.press("Enter")
    moved = [before[1], before[0], *before[2:]]
    assert items.evaluate(ITEMS) == moved
    assert down.evaluate("button => button === document.activeElement")
    assert page.locator("order-items [role=status]").first.text_content() == f"{before[0]} now at place 2"
    page.locator(".saved[data-state=saved]").wait_for()
    page.wait_for_timeout(300)
    assert [ordering.listed(ORDERING)[int(place)] for place in saved(attempt, 2)] == moved
    items.locator("li").nth(3).drag_to(items.locator("li").nth(0), target_position={"x": 40, "y": 2})
    dragged = [moved[3], *moved[:3]]
    assert items.evaluate(ITEMS) == dragged
    page.reload()
    assert page.locator(".ordering__items").first.evaluate(ITEMS) == dragged


def test_an_order_that_was_not_sent_yet_is_back_after_a_reload(open_page, attempt):
    page = open_page(attempt.user)
    page.goto(address(attempt))
    before = page.locator(".ordering__items").first.evaluate(ITEMS)
    page.route("**/answers/", lambda route: route.abort())
    page.watch.offline = True
    page.get_by_role("button", name=f"Move up: {before[3]}").click()
    page.reload()
    page.locator(".ordering__items:not([data-open])").wait_for()
    assert page.locator(".ordering__items").first.evaluate(ITEMS) == [*before[:2], before[3], before[2]]


def test_words_are_counted_while_they_are_written(open_page, attempt):
    page = open_page(attempt.user)
    page.goto(address(attempt))
    count = page.locator("[data-count]")
    assert count.text_content() == "Words: 0"
    field = page.get_by_label("Your answer to question 6")
    field.fill("One")
    assert count.text_content() == "Words, still too few: 1"
    field.fill("word " * 201)
    assert count.text_content() == "Words, too many: 201"


def test_everything_is_answered_without_script(open_page, attempt):
    page = open_page(attempt.user, java_script_enabled=False)
    page.goto(address(attempt))
    for position, kind in enumerate(KINDS, start=1):
        for place, value in enumerate(RIGHT[kind]):
            fields = page.locator(f'[name="q{position}"]')
            if kind == "multiple":
                page.locator(f'[name="q{position}"][value="{value}"]').check()
            elif fields.nth(place).evaluate("field => field.tagName") == "SELECT":
                fields.nth(place).select_option(value)
            else:
                fields.nth(place).fill(value)
    page.locator('[name="q9"]').fill("5000 kB")
    page.get_by_role("button", name="Hand in").click()
    found = Attempt.objects.get(pk=attempt.pk)
    assert found.finished_at is not None
    points = dict(found.items.values_list("position", "points"))
    points.pop(5)  # the line of numpy, which a worker may have checked by now
    assert points == {1: 2, 2: 2, 3: 2, 4: 2, 6: None, 7: 2, 8: 2, 9: 2, 10: 0, 11: 0}


def test_every_kind_is_accessible_while_asked_and_in_the_review(open_page, attempt):
    page = open_page(attempt.user, reduced_motion="reduce")
    assert faults(page, address(attempt)) == []
    for position, kind in enumerate(KINDS, start=1):
        wrong = ["1" if value.isdigit() else value for value in RIGHT[kind]]
        services.record_answer(
            attempt_id=attempt.pk,
            user=attempt.user,
            position=position,
            client="t",
            seq=position,
            value=wrong,
            now=clock.now(),
        )
    services.hand_in(attempt=attempt, now=clock.now())
    instructor = instructor_of(attempt.quiz.course)
    services.close_quiz(quiz=attempt.quiz, by=instructor, now=clock.now())
    services.release_review(quiz=attempt.quiz, by=instructor, now=clock.now())
    assert faults(page, address(attempt, "attempt_review")) == []


def test_a_line_is_checked_by_the_running_grader(open_page, attempt, site):
    page = open_page(attempt.user)
    page.goto(address(attempt))
    page.locator('[name="q5"]').fill("X @ W + b")
    page.locator(".saved[data-state=saved]").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Hand in").click()
    page.wait_for_url("**/done/")
    wait_until(lambda: attempt.items.get(position=5).points == 2, seconds=15)
    attempt.refresh_from_db()
    assert (attempt.score, attempt.pending) == (2, 0)


def test_a_line_is_checked_while_the_quiz_runs(open_page, attempt):
    page = open_page(attempt.user)
    page.goto(address(attempt))
    help_ = page.locator('[data-help-of="5"]')
    page.locator('[name="q5"]').fill("(X @ W + b).T")
    help_.get_by_role("button", name="Check (left: 3)").click()
    help_.get_by_text("transposed").wait_for()
    assert help_.get_by_role("button", name="Check (left: 2)").is_enabled()
    page.locator('[name="q5"]').fill("X @ W + b")
    help_.get_by_role("button", name="Check (left: 2)").click()
    help_.get_by_text("Right", exact=True).wait_for()
    assert saved(attempt, 5) == ["X @ W + b"]
