"""The pieces that script brings to life, on the style guide's page; and that page without script or npm."""

import json

import pytest

from tests.site import wait_until

GUIDE = "/styleguide/"


@pytest.fixture
def guide(open_page):
    page = open_page()
    page.clock.install()
    page.goto(GUIDE)
    return page


def test_countdown_shows_what_is_left_also_after_the_tab_slept(guide):
    face = guide.locator("#countdown count-down > span").first
    guide.clock.run_for(1_000)
    assert "4:25" < face.text_content() <= "4:30"
    guide.clock.fast_forward(60_000)  # one tick in a minute, as in a tab in the background
    assert "3:25" < face.text_content() <= "3:30"


def test_countdown_speaks_at_sensible_moments_only(guide):
    voice = guide.locator("#countdown [role=timer]")
    heard = []
    for _ in range(272):
        guide.clock.run_for(1_000)
        if (words := voice.text_content()) and words not in heard:
            heard.append(words)
    assert heard == [
        "Time left: 3 minutes",
        "Time left: 1 minute",
        "Time left: 30 seconds",
        "Time left: 10 seconds",
        "Time is up",
    ]


def test_countdown_tells_once_that_it_is_over(guide):
    guide.evaluate(
        "window.overs = []; addEventListener('countdown:over', ({ target }) => "
        "window.overs.push(target.hasAttribute('sync') ? 'asks the server' : 'alone'))"
    )
    guide.clock.run_for(280_000)
    assert guide.evaluate("document.querySelector('#countdown count-down').dataset.near") == "over"
    # One that asks the server may be over, too: its answers take their real time, while the clock here runs.
    assert guide.evaluate("window.overs").count("alone") == 2


def test_countdown_follows_the_server(open_page):
    page = open_page()
    page.goto(GUIDE)
    page.evaluate(
        "addEventListener('countdown:change', (event) => (window.change = event.detail.secondsLeft));"
        "document.querySelector('#synced count-down').sync()"
    )
    left = wait_until(lambda: page.evaluate("window.change"), what="the server's answer")
    assert 199 < left <= 200
    assert page.locator("#synced count-down > span").first.text_content() in {"3:20", "3:19"}


def test_countdown_runs_on_when_the_server_is_away(open_page):
    page = open_page()
    page.watch.offline = True
    page.route("**/styleguide/clock/**", lambda route: route.abort())
    page.goto(GUIDE)
    page.evaluate("document.querySelector('#synced count-down').sync()")
    page.wait_for_selector("#synced count-down[data-stale]")
    assert page.locator("#synced count-down > span").first.text_content().startswith("8:")


def test_theme_changes_at_once_and_stays(open_page):
    page = open_page(color_scheme="light")
    page.goto(GUIDE)
    page.get_by_label("Light or dark").click()
    with page.expect_response("**/appearance/"):
        page.get_by_role("button", name="Dark", exact=True).click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_menu_closes_with_escape_and_gives_the_focus_back(page):
    page.goto(GUIDE)
    page.get_by_label("Light or dark").click()
    page.keyboard.press("Escape")
    assert page.locator("details.menu[open]").count() == 0
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def editor_of(page):
    page.goto(GUIDE)
    page.locator(".cm-content").wait_for()
    return page.get_by_role("textbox", name="Your network")


def test_editor_keeps_its_text_in_the_form(page):
    editor_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type("def predict():\n")
    page.keyboard.press("Tab")
    page.keyboard.type("pass")
    value = page.evaluate("document.querySelector('textarea[name=source]').value")
    assert value.endswith("def predict():\n        pass")
    assert page.evaluate("new FormData(document.querySelector('textarea[name=source]').form).get('source')")


def test_editor_can_be_left_with_the_keyboard(page):
    editor = editor_of(page)
    editor.click()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.cm-editor')") is None
    described = editor.get_attribute("aria-describedby")
    assert "Escape" in page.locator(f"#{described.split()[0]}").text_content()


def test_copy_button_copies(open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(GUIDE)
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "https://example.org/c/dl/quizzes/7/"


def test_chart_is_drawn_above_its_numbers(page):
    page.goto(GUIDE)
    chart = page.get_by_role("img", name="Scores of the quiz, 40 students")
    chart.wait_for()
    assert chart.locator("rect").count() == 6
    assert page.locator("classroom-chart details[open]").count() == 0


def test_toast_leaves_by_itself_but_errors_stay(open_page):
    page = open_page()
    page.clock.install()
    page.goto(f"{GUIDE}?toast")
    assert page.locator(".toast").count() == 2
    page.clock.run_for(8_000)
    assert page.locator(".toast").count() == 1
    page.locator(".toast").get_by_role("button", name="Close").click()
    page.clock.run_for(1_000)
    assert page.locator(".toast").count() == 0


def test_refused_request_is_told(open_page):
    page = open_page()
    page.goto(GUIDE)
    page.watch.offline = True  # htmx also writes the refusal to the console
    page.evaluate("htmx.ajax('GET', '/nowhere/', {target: '#main'})")
    page.get_by_text("The link may be old or mistyped").wait_for()


def test_page_works_without_script(open_page):
    page = open_page(java_script_enabled=False)
    page.goto(f"{GUIDE}?toast")
    assert page.locator("textarea[name=source]").is_visible()
    assert page.locator("#countdown count-down").text_content() == "4:31"
    assert page.locator("classroom-chart table").first.is_visible()
    assert page.get_by_text("Saved at 14:32.").is_visible()
    assert page.get_by_role("button", name="Close").count() == 0
    page.get_by_label("Light or dark").click()
    page.get_by_role("button", name="Dark", exact=True).click()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_page_works_without_the_libraries_of_npm(open_page):
    page = open_page()
    page.watch.offline = True  # what is missing is missing on purpose
    page.route("**/vendor/**", lambda route: route.abort())
    page.goto(GUIDE)
    page.wait_for_load_state("networkidle")
    assert page.locator("textarea[name=source]").is_visible()
    assert page.locator("classroom-chart table").first.is_visible()
    page.get_by_label("Light or dark").click()
    assert page.get_by_role("button", name="Dark", exact=True).is_visible()


def test_import_map_names_every_module_the_editor_asks_for(page):
    page.goto(GUIDE)
    imports = json.loads(page.locator("script[type=importmap]").text_content())["imports"]
    assert {name for name, address in imports.items() if not address.startswith("/static/vendor/")} == set()
