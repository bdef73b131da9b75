"""Handing in and forming teams as people do it: in browsers, with the real worker behind."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from classroom import clock
from projects import services
from projects.models import Project, Submission, Team
from tests.factories import CourseFactory, instructor_of, student_of
from tests.projects.factories import NOT_AVERAGED, RIGHT, ChallengeFactory, HackathonFactory, challenge_of


@pytest.fixture
def course(site):
    return CourseFactory()


@pytest.fixture
def times():
    now = clock.now()
    return {"opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(hours=1), "published_at": now}


def write(page, text):
    """Paste, as people do; what Playwright types into the editor would arrive with inline styles."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+v")


def test_a_student_mends_a_mistake_and_sees_the_sheet_change(open_page, course, times):
    challenge = ChallengeFactory(course=course, **times)
    page = open_page(student_of(course))
    page.goto(challenge.get_absolute_url())
    write(page, NOT_AVERAGED)
    page.get_by_role("button", name="Hand in what is in the editor").click()
    wrong = page.locator("#sheet .tile[data-tone=bad]")
    expect(wrong).to_have_count(1, timeout=20_000)
    expect(wrong).to_contain_text("db1")
    expect(page.locator("#history tbody tr")).to_have_count(1)
    write(page, RIGHT)
    page.keyboard.press("Control+s")
    expect(page.locator("#sheet")).to_contain_text("100 / 100", timeout=20_000)
    expect(page.locator("#sheet .tile[data-tone=good]")).to_have_count(8)
    expect(page.locator("#history tbody tr")).to_have_count(2)
    assert [s.score for s in Submission.objects.order_by("number")] == [75, 100]


def test_a_broken_notebook_is_refused_in_place_and_the_editor_keeps_its_text(
    open_page, course, times, tmp_path
):
    challenge = ChallengeFactory(course=course, **times)
    page = open_page(student_of(course))
    page.goto(challenge.get_absolute_url())
    write(page, "mine = 1")
    broken = tmp_path / "broken.ipynb"
    broken.write_text('{"cells": [')
    page.locator("#id_file").set_input_files(broken)
    page.watch.offline = True  # a refusal is a 422, which the browser's console mentions
    page.get_by_role("button", name="Hand in the file").click()
    expect(page.get_by_role("alert")).to_contain_text("This notebook is damaged")
    expect(page.locator(".cm-content")).to_have_text("mine = 1")


def test_without_javascript_it_all_works(open_page, course, times):
    challenge = ChallengeFactory(course=course, **times)
    page = open_page(student_of(course), java_script_enabled=False)
    page.goto(challenge.get_absolute_url())
    page.locator("#id_source").fill(RIGHT)
    with page.expect_navigation():
        page.get_by_role("button", name="Hand in what is in the editor").click()
    for _ in range(40):
        page.reload()
        if page.locator("#sheet .tile").count():
            break
        page.wait_for_timeout(250)
    expect(page.locator("#sheet")).to_contain_text("100 / 100")


def test_two_form_a_team_and_register_and_the_instructor_sees_it(open_page, course):
    now = clock.now()
    hackathon = HackathonFactory(
        course=course,
        title="Waterkant",
        registration_opens_at=now - timedelta(days=1),
        registration_closes_at=now + timedelta(days=1),
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=2),
        submission_closes_at=now + timedelta(days=2),
        published_at=now,
    )
    challenge_of(hackathon, title="Sounds of the fjord", capacity=1, published_at=now)
    one, two = open_page(student_of(course)), open_page(student_of(course))
    one.goto(hackathon.get_absolute_url())
    one.get_by_role("link", name="Find a team").first.click()
    one.get_by_label("Name of the team").fill("Leuchtturm")
    one.get_by_role("button", name="Create").click()
    invitation = one.locator("#invitation").inner_text()
    two.goto(invitation)
    two.get_by_role("button", name="Join", exact=True).click()
    expect(two.locator("h1")).to_have_text("Leuchtturm")
    two.get_by_role("link", name="Register your project").click()
    two.get_by_label("Title").fill("Tides of tomorrow")
    two.get_by_role("button", name="Register").click()
    expect(two.locator("h1")).to_have_text("Your project")
    expect(two.get_by_label("Title")).to_have_value("Tides of tomorrow")
    expect(two.locator("main")).to_contain_text("full")
    staff = open_page(instructor_of(course), viewport={"width": 390, "height": 800})
    staff.goto(f"{hackathon.get_absolute_url()}teams/")
    expect(staff.locator("#teams-panel")).to_contain_text("Tides of tomorrow")
    assert staff.evaluate("document.documentElement.scrollWidth") == 390
    assert Team.objects.get().size == 2


def left(page, asked):
    """Leave the page by its first link and come back to it; what the browser asked is noted."""
    address = page.url
    asked.clear()
    page.locator(".eyebrow a").first.click()
    page.wait_for_url(lambda url: url != address)
    page.goto(address)


def test_what_was_typed_and_not_saved_is_asked_about_and_offered_again(open_page, course, times):
    now = clock.now()
    event = HackathonFactory(
        course=course,
        published_at=now - timedelta(days=1),
        starts_at=now - timedelta(days=1),
        registration_opens_at=now - timedelta(days=1),
        registration_closes_at=now + timedelta(days=1),
        submission_closes_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=2),
    )
    challenge_of(event, title="Whales", **times)
    student = student_of(course)
    services.create_team(hackathon=event, user=student, name="Tides", now=now)
    page = open_page(student, reduced_motion="reduce")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    page.goto(reverse("projects:project", args=[course.slug, event.pk]))
    offer = page.get_by_text("Something you typed here was not saved.")
    left(page, asked)
    assert (asked, offer.is_visible()) == ([], False)
    page.get_by_label("Title").press_sequentially("Songs of whales")
    page.get_by_label("the repository is public").check()
    left(page, asked)
    assert (asked, page.get_by_label("Title").input_value()) == (["beforeunload"], "")
    expect(offer).to_be_visible()
    page.get_by_role("button", name="Put it back").click()
    assert page.get_by_label("Title").input_value() == "Songs of whales"
    page.watch.offline = True  # a refusal is a 422, which the browser's console mentions
    page.get_by_role("button", name="Register", exact=True).click()
    page.get_by_text("Nothing is saved yet.").wait_for()
    left(page, asked)
    assert (asked, offer.is_visible()) == (["beforeunload"], True)
    page.get_by_role("button", name="Put it back").click()
    page.locator("#id_abstract").fill("  We listen to them.\n\nAt sea. ")
    page.locator("#id_repository_url").fill("example.org/whales")
    page.get_by_role("button", name="Register", exact=True).click()
    page.get_by_text("Your project is registered.").wait_for()
    left(page, asked)
    assert (asked, offer.is_visible()) == ([], False)
    project = Project.objects.get()
    assert (project.title, project.repository_url) == ("Songs of whales", "https://example.org/whales")


def test_code_that_was_not_handed_in_is_offered_again(open_page, course, times):
    challenge = ChallengeFactory(course=course, **times)
    page = open_page(student_of(course), reduced_motion="reduce")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(challenge.get_absolute_url())
    offer = page.get_by_text("Something you typed here was not saved.")
    for put_back in (False, True):
        write(page, "mine = 1")
        left(page, [])
        expect(offer).to_be_visible()
        page.get_by_role("button", name="Put it back" if put_back else "Throw it away").click()
        expect(offer).to_be_hidden()
    expect(page.locator(".cm-content")).to_have_text("mine = 1")
    page.get_by_role("button", name="Hand in what is in the editor").click()
    page.get_by_text("Handed in.").wait_for()
    left(page, [])
    expect(page.locator(".cm-content")).to_have_text("mine = 1")
    expect(offer).to_be_hidden()
