"""A student's page of a running quiz: cut off, reloaded, crashed, opened twice, at the last second."""

import time
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from classroom import clock
from quizzes import services
from quizzes.models import Answer, Attempt, AttemptEvent, Marking, QuestionVersion
from quizzes.replay import standing_answers
from tests.browser import axe
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import make_quiz
from tests.site import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
What = AttemptEvent.What


@pytest.fixture
def quiz(site):
    return make_quiz(
        CourseFactory(slug="dl"),
        ("single", "numeric", "short_text"),
        now=clock.now(),
        shuffle_options=False,
        outage_cap_seconds=60,
    )


@pytest.fixture
def attempt(quiz):
    return services.start_attempt(quiz=quiz, user=student_of(quiz.course), now=clock.now())


def url(name, attempt):
    return reverse(f"quizzes:{name}", args=["dl", attempt.pk])


def take(open_page, attempt, **options):
    page = open_page(attempt.user, **options)
    page.goto(url("attempt", attempt))
    return page


def state(page, name, **options):
    expect(page.locator(".saved")).to_have_attribute("data-state", name, **options)


def standing(attempt, position):
    answer = standing_answers(attempt.answers.all()).get(position)
    return answer.value if answer else None


def cut(page, *, off=True):
    page.watch.offline = True  # the browser complains in its console, rightly
    page.context.set_offline(off)


def ends_in(attempt, seconds):
    end = clock.now() + timedelta(seconds=seconds)
    Attempt.objects.filter(pk=attempt.pk).update(deadline=end, accepts_until=end + attempt.quiz.grace)


def test_answer_is_saved_within_two_seconds(open_page, attempt):
    page = take(open_page, attempt)
    for fill in (lambda: page.get_by_label("ReLU").check(), lambda: page.locator("[name=q2]").fill("0.64")):
        before, began = attempt.answers.count(), time.monotonic()
        fill()
        wait_until(lambda n=before: attempt.answers.count() > n, seconds=2, what="the save")
        assert time.monotonic() - began < 2
    state(page, "saved")


def test_what_was_typed_before_the_script_came_is_saved(open_page, attempt):
    page = open_page(attempt.user)
    held = []
    page.route("**/quiz-form*.js", lambda route: held.append(route))
    with page.expect_request("**/quiz-form*.js"):
        page.goto(url("attempt", attempt), wait_until="commit")
    page.locator("[name=q2]").fill("0.64")
    page.get_by_label("ReLU").check()
    expect(page.locator(".saved")).to_have_text("")
    held[0].continue_()
    state(page, "saved")
    relu = page.get_by_label("ReLU").input_value()
    assert [standing(attempt, position) for position in (1, 2, 3)] == [[relu], ["0.64"], None]


def test_being_cut_off_is_shown_at_once_and_its_time_is_given_back(open_page, attempt):
    page = take(open_page, attempt)
    before = attempt.deadline
    cut(page)
    state(page, "failed", timeout=2000)
    page.locator("[name=q3]").fill("chain rule")
    page.wait_for_timeout(6000)
    assert attempt.answers.count() == 0
    cut(page, off=False)
    state(page, "saved")
    assert standing(attempt, 3) == ["chain rule"]
    expect(page.locator("[data-note=given]")).to_contain_text("given back")
    attempt.refresh_from_db()
    assert 5 <= attempt.credited_seconds <= 15
    assert attempt.deadline == before + timedelta(seconds=attempt.credited_seconds)
    left = page.evaluate("document.querySelector('count-down').left")
    assert abs(left - attempt.seconds_left(clock.now())) < 1.5
    whats = list(attempt.events.values_list("what", flat=True))
    assert whats == [What.STARTED, What.OFFLINE, What.CREDITED]


def test_what_could_not_be_sent_survives_a_crash(open_page, attempt):
    page = take(open_page, attempt)
    page.locator("[name=q2]").fill("0.6")
    state(page, "saved")
    cut(page)
    page.locator("[name=q2]").fill("0.64")
    page.get_by_label("ReLU").check()
    state(page, "failed")
    second = page.context.new_page()
    page.close(run_before_unload=False)
    second.context.set_offline(False)
    second.goto(url("attempt", attempt))
    expect(second.locator("[name=q2]")).to_have_value("0.64")
    assert second.get_by_label("ReLU").is_checked()
    state(second, "saved")
    wait_until(
        lambda: standing(attempt, 1) == ["2"] and standing(attempt, 2) == ["0.64"], what="both answers"
    )
    assert second.locator("[data-conflict]").count() == 0
    assert second.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('quiz-')).length") == 0


def test_reload_goes_on_as_the_same_tab(open_page, attempt):
    page = take(open_page, attempt)
    for text in ("0.6", "0.64"):
        page.locator("[name=q2]").fill(text)
        state(page, "saved")
        wait_until(lambda t=text: standing(attempt, 2) == [t], what="the save")
        page.reload()
        assert page.locator("[name=q2]").input_value() == text
    assert len({answer.client for answer in attempt.answers.all()}) == 1
    assert not attempt.events.filter(what=What.CONFLICT).exists()


def test_tab_that_forgot_how_far_it_had_counted_counts_on(open_page, attempt):
    page = take(open_page, attempt)
    for text in ("1", "2", "3"):
        page.locator("[name=q2]").fill(text)
        wait_until(lambda t=text: standing(attempt, 2) == [t], what="the save")
    page.evaluate("document.querySelector('quiz-form').tab.seq = 0")
    page.locator("[name=q2]").fill("4")
    wait_until(lambda: standing(attempt, 2) == ["4"], what="the save")
    state(page, "saved")


def test_reload_while_cut_off_sends_what_was_typed(open_page, attempt):
    page = take(open_page, attempt)
    page.watch.offline = True
    page.route("**/answers/", lambda route: route.abort())
    page.locator("[name=q2]").fill("0.64")
    state(page, "failed")
    page.unroute("**/answers/")
    page.reload()
    expect(page.locator("[name=q2]")).to_have_value("0.64")
    state(page, "saved")
    assert standing(attempt, 2) == ["0.64"]


def test_two_tabs_of_one_browser_know_of_each_other_and_keep_their_own(open_page, attempt):
    page = take(open_page, attempt)
    other = page.context.new_page()
    other.goto(url("attempt", attempt))
    for tab in (page, other):
        expect(tab.locator("[data-note=elsewhere]")).to_contain_text("another tab")
    page.watch.offline = True
    page.route("**/answers/", lambda route: route.abort())
    page.locator("[name=q2]").fill("mine")
    state(page, "failed")
    third = page.context.new_page()
    third.goto(url("attempt", attempt))
    third.wait_for_timeout(800)
    assert third.locator("[name=q2]").input_value() == ""  # the first tab is alive and keeps what is its own
    third.close()
    other.close()
    expect(page.locator("[data-note=elsewhere]")).to_have_count(0)


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_conflict_between_two_devices_is_shown_and_the_choice_counts(open_page, attempt, choice):
    laptop, phone = take(open_page, attempt), take(open_page, attempt)
    laptop.locator("[name=q2]").fill("1")
    state(laptop, "saved")
    phone.locator("[name=q2]").fill("2")
    conflict = phone.locator("[data-position='2'] [data-conflict]")
    expect(conflict).to_contain_text("1")
    assert standing(attempt, 2) == ["2"]
    conflict.locator(f"[data-take={choice}]").click()
    expect(conflict).to_have_count(0)
    count = 3
    wait_until(lambda: attempt.answers.count() == count, what="the choice to be saved")
    assert standing(attempt, 2) == [{"mine": "2", "theirs": "1"}[choice]]
    assert attempt.events.filter(what=What.CONFLICT).count() == 1


def test_answers_of_the_other_device_appear_where_nothing_was_written_here(open_page, attempt):
    laptop, phone = take(open_page, attempt), take(open_page, attempt)
    phone.locator("[name=q3]").fill("chain rule")
    state(phone, "saved")
    laptop.get_by_label("A step").check()
    expect(laptop.locator("[name=q3]")).to_have_value("chain rule")
    expect(laptop.locator("[data-note=followed]")).to_contain_text("3")
    assert laptop.locator("[data-conflict]").count() == 0


def test_extension_in_the_last_second_wins_over_the_pages_clock(open_page, quiz, attempt):
    ends_in(attempt, 5)
    page = take(open_page, attempt)
    page.locator("[name=q2]").fill("0.64")
    state(page, "saved")
    # The page is not told: it counts to zero, and asks.
    ends_in(attempt, 30)
    page.wait_for_timeout(8000)
    assert page.url.endswith(url("attempt", attempt))
    assert page.evaluate("document.querySelector('count-down').left") > 10
    expect(page.locator("[data-note=more]")).to_contain_text("more time")
    attempt.refresh_from_db()
    assert attempt.finished_at is None
    page.locator("[name=q2]").fill("0.65")
    state(page, "saved")


@pytest.mark.parametrize("hours", [-1, 1])
def test_wrong_clock_of_the_computer_changes_nothing(open_page, attempt, hours):
    ends_in(attempt, 7)
    page = open_page(attempt.user)
    page.add_init_script(
        f"const real = Date.now.bind(Date); Date.now = () => real() + {hours} * 3600e3;"
        "const D = Date;"
        "Date = class extends D { constructor(...a) { a.length ? super(...a) : super(Date.now()) } };"
    )
    page.goto(url("attempt", attempt))
    assert 3 < page.evaluate("document.querySelector('count-down').left") <= 7
    page.locator("[name=q2]").fill("0.64")
    page.wait_for_url("**/done/", timeout=15_000)
    attempt.refresh_from_db()
    assert (attempt.finished_at, attempt.score) == (attempt.deadline, 2)


def test_clock_that_jumps_while_cut_off_earns_no_more_than_the_silence(open_page, attempt):
    page = take(open_page, attempt)
    cut(page)
    state(page, "failed", timeout=2000)
    page.evaluate("const real = Date.now; Date.now = () => real() + 3600e3")
    page.wait_for_timeout(2500)
    cut(page, off=False)
    state(page, "saved")
    wait_until(lambda: attempt.events.filter(what=What.OFFLINE).exists(), what="the report")
    attempt.refresh_from_db()
    assert attempt.credited_seconds <= 20


def test_who_is_cut_off_over_the_end_goes_on_when_the_connection_is_back(open_page, attempt):
    page = take(open_page, attempt)
    cut(page)
    state(page, "failed", timeout=2000)
    page.locator("[name=q2]").fill("0.64")
    # Half a minute of silence before the end, without waiting for it.
    end = clock.now() + timedelta(seconds=3)
    Attempt.objects.filter(pk=attempt.pk).update(
        started_at=end - timedelta(seconds=90),
        last_seen_at=end - timedelta(seconds=33),
        deadline=end,
        accepts_until=end + attempt.quiz.grace,
    )
    page.evaluate("document.querySelector('count-down').set(3)")
    expect(page.locator(".saved")).to_contain_text("the server decides", timeout=8000)
    page.wait_for_timeout(4000)
    cut(page, off=False)
    state(page, "saved")
    assert page.url.endswith(url("attempt", attempt))
    expect(page.locator("[data-note=given]")).to_contain_text("given back")
    assert standing(attempt, 2) == ["0.64"]


def test_crash_and_cut_over_the_end_lose_nothing(open_page, attempt):
    page = take(open_page, attempt)
    cut(page)
    page.locator("[name=q2]").fill("0.64")
    state(page, "failed")
    page.wait_for_timeout(3000)
    fresh = page.context.new_page()
    page.close(run_before_unload=False)
    end = clock.now() - timedelta(seconds=1)
    Attempt.objects.filter(pk=attempt.pk).update(
        started_at=end - timedelta(seconds=90),
        last_seen_at=end - timedelta(seconds=33),
        deadline=end,
        accepts_until=end,
    )
    fresh.context.set_offline(False)
    fresh.goto(url("attempt", attempt))
    expect(fresh.locator("[data-note=given]")).to_contain_text("given back")
    wait_until(lambda: standing(attempt, 2) == ["0.64"], what="the answer")
    attempt.refresh_from_db()
    assert attempt.credited_seconds >= 3


def test_storage_that_is_blocked_is_told_and_answers_are_saved_all_the_same(open_page, attempt):
    page = open_page(attempt.user)
    page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"
    )
    page.watch.offline = True
    page.route("**/answers/", lambda route: route.abort())
    page.goto(url("attempt", attempt))
    page.locator("[name=q2]").fill("0.64")
    expect(page.locator("[data-note=storage]")).to_contain_text("keeps no copy")
    page.unroute("**/answers/")
    state(page, "saved")
    expect(page.locator("[data-note=storage]")).to_have_count(0)
    assert standing(attempt, 2) == ["0.64"]


def test_server_that_asks_for_patience_gets_it(open_page, attempt):
    page = take(open_page, attempt)
    page.watch.offline = True
    tries = []

    def busy(route):
        tries.append(time.monotonic())
        if len(tries) == 1:
            route.fulfill(status=429, headers={"retry-after": "2"}, body="")
        else:
            route.continue_()

    page.route("**/answers/", busy)
    page.locator("[name=q2]").fill("0.6")
    page.wait_for_timeout(700)
    page.locator("[name=q2]").fill("0.64")
    state(page, "saved")
    wait_until(lambda: standing(attempt, 2) == ["0.64"], what="the save")
    assert tries[1] - tries[0] >= 1.9


def test_answer_that_is_too_long_holds_nothing_up(open_page, attempt):
    page = take(open_page, attempt)
    page.locator("[name=q3]").evaluate("(field) => field.removeAttribute('maxlength')")
    page.locator("[name=q3]").fill("x" * 25_000)
    expect(page.locator("[data-note=refused]")).to_contain_text("too long")
    page.locator("[name=q2]").fill("0.64")
    wait_until(lambda: standing(attempt, 2) == ["0.64"], what="the save")


def test_who_is_signed_out_is_told_and_loses_nothing(open_page, site, attempt):
    page = take(open_page, attempt)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.watch.offline = True
    page.locator("[name=q2]").fill("0.64")
    expect(page.locator(".saved")).to_contain_text("signed out")
    page.context.add_cookies(cookies)
    state(page, "saved", timeout=20_000)
    assert standing(attempt, 2) == ["0.64"]


def test_hint_costs_after_a_question_and_stays(open_page, quiz, attempt):
    quiz.hint_cost_percent = 20
    quiz.save()
    QuestionVersion.objects.filter(items__attempt=attempt, kind="numeric").update(hints=["Square it."])
    page = take(open_page, attempt)
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.get_by_role("button", name="Show a hint").click()
    assert asked == ["Show a hint? It costs 20 % of what your answer earns."]
    assert page.get_by_text("Square it.").count() == 0
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Show a hint").click()
    page.get_by_text("Square it.").wait_for()
    page.reload()
    assert page.get_by_text("Square it.").is_visible()
    assert attempt.events.filter(what=What.HINT).count() == 1


def test_enter_in_a_field_saves_and_does_nothing_else(open_page, quiz, attempt):
    quiz.hint_cost_percent = 20
    quiz.save()
    QuestionVersion.objects.filter(items__attempt=attempt).update(hints=["Square it."])
    page = take(open_page, attempt)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.locator("[name=q2]").fill("0.64")
    page.locator("[name=q2]").press("Enter")
    state(page, "saved")
    wait_until(lambda: standing(attempt, 2) == ["0.64"], what="the save")
    assert page.url.endswith(url("attempt", attempt))


def test_practice_checks_what_was_just_typed(open_page, quiz, attempt):
    quiz.practice = True
    quiz.save()
    page = take(open_page, attempt)
    question = page.locator("[data-position='2']")
    for text, verdict in (("0.1", "Not right"), ("0.64", "Right")):
        page.locator("[name=q2]").fill(text)
        question.get_by_role("button", name="Check").click()
        expect(question.locator("[data-help-of] .notice strong")).to_have_text(verdict)
    page.locator("[data-position='3']").get_by_role("button", name="Show the solution").click()
    expect(page.locator("[data-position='3'] [data-help-of]")).to_contain_text("chain rule")


def test_certainty_is_saved_with_the_answer(open_page, quiz, attempt):
    quiz.marking = Marking.CERTAINTY
    quiz.save()
    page = take(open_page, attempt)
    page.get_by_label("A step").check()
    page.locator("[name=c1][value='3']").check()
    state(page, "saved")
    wait_until(lambda: standing_answers(attempt.answers.all())[1].certainty == 3, what="the certainty")
    page.reload()
    assert page.locator("[name=c1][value='3']").is_checked()
    assert axe(page) == []


def test_leaving_the_page_is_told_to_both(open_page, quiz, attempt):
    quiz.watch_focus = True
    quiz.save()
    page = take(open_page, attempt)
    assert page.get_by_text("never a verdict").is_visible()
    page.evaluate("dispatchEvent(new Event('blur'))")
    page.wait_for_timeout(1500)
    page.evaluate("dispatchEvent(new Event('focus'))")
    wait_until(lambda: attempt.events.filter(what=What.FOCUS).exists(), what="the note")
    assert 1.4 <= attempt.events.get(what=What.FOCUS).detail["seconds"] < 4


@pytest.fixture
def long_attempt(quiz):
    long = make_quiz(quiz.course, ("single", "numeric", "short_text") * 4, now=clock.now())
    return services.start_attempt(quiz=long, user=student_of(quiz.course), now=clock.now())


def test_map_of_a_long_quiz_follows_what_is_answered_and_flagged(open_page, long_attempt):
    page = take(open_page, long_attempt)
    links = page.locator("[data-goes-to]")
    assert links.count() == 12
    expect(links.nth(1)).to_have_attribute("data-state", "open")
    page.locator("[name=q2]").fill("1")
    expect(links.nth(1)).to_have_attribute("data-state", "answered")
    page.locator("[data-flag='3']").check()
    expect(links.nth(2)).to_have_text("3, not answered, to come back to")
    page.reload()
    expect(links.nth(2)).to_have_text("3, not answered, to come back to")
    links.nth(11).focus()
    page.keyboard.press("Enter")
    box = page.locator("#question-12").bounding_box()
    assert 0 < box["y"] < 720
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.get_by_role("button", name="Hand in").click()
    assert asked[0].splitlines() == [
        "Not answered yet: 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.",
        "You wanted to come back to: 3.",
        "Hand in now? You cannot change your answers afterwards.",
    ]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_with_everything_is_accessible_and_fits(open_page, quiz, attempt, width, scheme):
    quiz.marking, quiz.hint_cost_percent, quiz.watch_focus = Marking.CERTAINTY, 20, True
    quiz.save()
    QuestionVersion.objects.filter(items__attempt=attempt).update(hints=["One.", "Two."], penalty=0.25)
    services.take_hint(attempt_id=attempt.pk, user=attempt.user, position=1, number=1, now=clock.now())
    page = take(open_page, attempt, color_scheme=scheme, viewport={"width": width, "height": 844})
    other = take(open_page, attempt)
    other.locator("[name=q2]").fill("1")
    state(other, "saved")
    page.locator("[name=q2]").fill("2")
    page.locator("[data-conflict]").wait_for()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_hand_in_leads_to_the_receipt_and_leaves_nothing_behind(open_page, attempt):
    page = take(open_page, attempt)
    page.locator("[name=q2]").fill("0.64")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Hand in").click()
    page.wait_for_url("**/done/")
    attempt.refresh_from_db()
    assert attempt.score == 2
    assert page.locator("#receipt").text_content() == attempt.receipt
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('quiz-')).length") == 0
    assert axe(page) == []
    assert Answer.objects.filter(attempt=attempt).count() == 1


def test_quiz_works_without_script(open_page, quiz, attempt):
    quiz.hint_cost_percent = 20
    quiz.save()
    QuestionVersion.objects.filter(items__attempt=attempt, kind="numeric").update(hints=["Square it."])
    page = take(open_page, attempt, java_script_enabled=False)
    page.locator("[name=q2]").fill("0.64")
    page.get_by_role("button", name="Show a hint").click()
    assert page.get_by_text("Square it.").is_visible()
    assert page.locator("[name=q2]").input_value() == "0.64"
    page.locator("[name=q2]").press("Enter")  # saves, and neither hands in nor asks for a hint
    page.get_by_text("Your answers are saved.").wait_for()
    page.locator("noscript button, button:visible", has_text="Save my answers").last.click()
    page.get_by_role("button", name="Hand in").click()
    page.wait_for_url("**/done/")
    attempt.refresh_from_db()
    assert attempt.score == 1.6


def test_closing_by_the_instructor_ends_the_page(open_page, quiz, attempt):
    page = take(open_page, attempt)
    page.locator("[name=q2]").fill("0.64")
    state(page, "saved")
    services.close_quiz(quiz=quiz, by=instructor_of(quiz.course), now=clock.now())
    page.evaluate("document.querySelector('count-down').sync()")
    page.wait_for_url("**/done/", timeout=15_000)


def test_page_that_answers_the_start_goes_by_the_attempts_address(open_page, quiz):
    page = open_page(student_of(quiz.course))
    page.goto(quiz.get_absolute_url())
    page.get_by_role("button", name="Start the quiz").click()
    page.locator("[name=q2]").fill("0.64")
    state(page, "saved")
    attempt = Attempt.objects.get()
    assert page.url.endswith(url("attempt", attempt))
    page.reload()  # asks for the attempt: a second start would ask the student to send the form again
    expect(page.locator("[name=q2]")).to_have_value("0.64")
    page.go_back()
    assert page.url.endswith(quiz.get_absolute_url())
    page.go_forward()
    expect(page.locator("[name=q2]")).to_have_value("0.64")
    assert list(attempt.events.values_list("what", flat=True)) == [What.STARTED]


def test_what_is_tabbed_to_never_hides_below_the_clock(open_page, attempt):
    page = take(open_page, attempt, viewport={"width": 390, "height": 300})
    page.get_by_role("button", name="Hand in").focus()
    below = []
    for _question in range(3):
        page.keyboard.press("Shift+Tab")
        below.append(
            page.evaluate(
                "document.activeElement.getBoundingClientRect().top"
                " >= document.querySelector('.clock').getBoundingClientRect().bottom"
            )
        )
    assert below == [True] * 3


def test_the_clock_can_be_seen_without_connection(open_page, attempt):
    page = take(open_page, attempt, viewport={"width": 390, "height": 500})
    page.mouse.wheel(0, 300)
    cut(page)
    state(page, "failed", timeout=2000)
    clock_is_on_top = """() => {
      const box = document.querySelector("count-down").getBoundingClientRect();
      const seen = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return seen.closest(".clock") !== null;
    }"""
    assert page.evaluate(clock_is_on_top) is True
    assert page.get_by_role("status").filter(has_text="connection").count() == 1
