"""A judge's afternoon in a browser, the order made by the keyboard alone."""

import re
from datetime import timedelta

import pytest

from classroom import clock
from projects import services
from projects.models import Criterion, Track
from tests.browser import axe
from tests.factories import NOW, CourseFactory, instructor_of, student_of
from tests.projects.factories import HackathonFactory, challenge_of, project_of, team_of

DAY = timedelta(days=1)


@pytest.fixture
def event(transactional_db):
    now = clock.now()
    event = HackathonFactory(
        course=CourseFactory(),
        title="Waterkant",
        registration_opens_at=min(now, NOW) - 9 * DAY,
        registration_closes_at=max(now, NOW) + DAY,
        starts_at=now - DAY,
        ends_at=now + DAY,
        submission_closes_at=now + DAY,
        published_at=now - 9 * DAY,
        judging_opens_at=now - DAY,
        judging_closes_at=now + DAY,
        gallery_opens_at=now - DAY,
        vote_opens_at=now - DAY,
        vote_closes_at=now + DAY,
    )
    challenge = challenge_of(event)
    for title in ("Tides", "Fjord", "Dune"):
        project_of(
            team_of(event, name=f"Team {title}"), challenge, title=title, abstract="Of the **sea**.", now=now
        )
    Criterion.objects.create(hackathon=event, title="Idea", help_text="Is there a question?", weight=2)
    services.add_track(event=event, track=Track(title="Best explained", question="Whose do you understand?"))
    return event


def faults(page):
    """List what axe finds on this page at both widths and in both schemes, and whether it is too wide."""
    found = []
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found += [f"{page.url} {width} {scheme}: {fault}" for fault in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{page.url}: wider than {width} pixels")
    return found


def press_until(page, what):
    """Tab to the button with this accessible name, whatever its spaces."""
    wanted = page.get_by_role("button", name=re.compile(f"^{what}$".replace(": ", r"\s*:\s*")))
    for _ in range(60):
        if wanted.evaluate("one => one === document.activeElement"):
            return wanted
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {what}")


def order(page):
    return page.locator(".ranks__text > :first-child").all_text_contents()


def test_judging_by_keyboard(open_page, event):
    judge = services.add_judge(hackathon=event, user=instructor_of(event.course), now=clock.now())
    page = open_page(judge.user, reduced_motion="reduce")
    page.goto(f"/c/{event.course.slug}/hackathon/{event.pk}/judge/")
    found = faults(page)
    press_until(page, "Begin")
    page.keyboard.press("Enter")
    for number in range(3):
        page.locator("#id_comment").wait_for()
        if number == 1:
            found += faults(page)
        page.locator("input[type=radio]").first.focus()
        page.keyboard.press("ArrowRight")
        page.locator("#id_place").focus()
        page.keyboard.press("ArrowDown")
        page.locator("#id_comment").focus()
        page.keyboard.type("Clear and deep.")
        page.locator(".saved[data-state=saved]").wait_for()
        press_until(page, "Place it and go on")
        page.keyboard.press("Enter")
        page.wait_for_function("address => location.href !== address", arg=page.url)
    page.get_by_text("You are done.").wait_for()
    first, second, third = order(page)
    up = press_until(page, f"Move {third} up")
    for expected in ([first, third, second], [third, first, second]):
        page.keyboard.press("ArrowUp")
        page.wait_for_function(
            "titles => [...document.querySelectorAll('.ranks__text > :first-child')]"
            ".map(one => one.textContent).join() === titles",
            arg=",".join(expected),
        )
        assert up.evaluate("one => one === document.activeElement")
    assert page.locator("#order-says").text_content() == f"{third}: place 1 of 3"
    found += faults(page)
    looks = judge.looks.select_related("project").order_by("place")
    assert [look.project.title for look in looks] == [third, first, second]
    assert {look.comment for look in looks} == {"Clear and deep."}
    for name in (
        "judging/",
        "judging/marks/",
        "rubric/",
        "tracks/",
        "ranking/",
        f"judging/judges/{judge.pk}/",
    ):
        page.goto(f"/c/{event.course.slug}/hackathon/{event.pk}/{name}")
        found += faults(page)
    voter = open_page(student_of(event.course), reduced_motion="reduce")
    voter.goto(f"/c/{event.course.slug}/hackathon/{event.pk}/vote/")
    for title in ("Tides", "Dune"):
        press_until(voter, f"Choose: {title}")
        voter.keyboard.press("Enter")
        voter.locator(".ranks__text", has_text=title).wait_for()
    press_until(voter, "Move Dune up")
    voter.keyboard.press("ArrowUp")
    voter.get_by_role("button", name="Move Tides down").and_(voter.locator("[aria-disabled]")).wait_for()
    assert order(voter) == ["Dune", "Tides"]
    assert found + faults(voter) == []


def test_what_is_written_offline_is_saved_when_the_connection_is_back(open_page, event):
    judge = services.add_judge(hackathon=event, user=instructor_of(event.course), now=clock.now())
    look = services.next_look(judge=judge, now=clock.now())
    page = open_page(judge.user, reduced_motion="reduce")
    page.goto(f"/c/{event.course.slug}/hackathon/{event.pk}/judge/{look.pk}/")
    page.watch.offline = True
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.locator("#id_comment").fill("Written in the cellar.")
    page.context.set_offline(False)
    page.locator(".saved[data-state=saved]").wait_for()
    look.refresh_from_db()
    assert look.comment == "Written in the cellar."
