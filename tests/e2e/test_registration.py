"""An organiser's first hackathon in a browser, from nothing to the first registration; every page by axe."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.models import Hackathon, Registration
from projects.models.registration import State
from tests.e2e.test_accessibility import faults
from tests.factories import CourseFactory, instructor_of, student_of

pytestmark = pytest.mark.django_db(transaction=True)


def wall(course, days):
    return (timezone.now() + timedelta(days=days)).astimezone(course.zone).strftime("%Y-%m-%dT09:00")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def follow(page, name):
    page.get_by_role("link", name=name, exact=True).click()


def create(page, course):
    """What somebody clicks who has never done it."""
    page.goto(reverse("course", args=[course.slug]))
    follow(page, "Hackathon")
    follow(page, "Create the first one")
    page.get_by_label("Title").fill("Night of nets")
    page.get_by_label("Begins", exact=True).fill(wall(course, 10))
    page.get_by_label("Ends", exact=True).fill(wall(course, 12))
    page.get_by_label("People register before they join a team").check()
    page.locator("#id_places").fill("1")
    page.get_by_label("Code of conduct").fill("Be kind.")
    press(page, "Create and go on")
    follow(page, "Add a challenge")
    page.get_by_label("Title").fill("Tides")
    press(page, "Add")
    follow(page, "Next: questions")
    follow(page, "Add a question")
    page.get_by_label("Question").fill("Why do you come?")
    page.get_by_label("Must be answered").check()
    press(page, "Add")
    follow(page, "Next: publish")
    press(page, "Publish: show it to the course")
    page.get_by_text("The course sees the hackathon now.").wait_for()


def test_an_organisers_first_hackathon(open_page):
    course = CourseFactory(title="Deep Learning")
    organiser = open_page(instructor_of(course), reduced_motion="reduce")
    create(organiser, course)
    event = Hackathon.objects.get()
    address = reverse("projects:register", args=[course.slug, event.pk])
    for user, said in (
        (student_of(course), "You take part."),
        (student_of(course), "You are on the waiting list."),
    ):
        page = open_page(user, reduced_motion="reduce")
        page.goto(reverse("projects:hackathon", args=[course.slug]))
        follow(page, "Register")
        assert faults(page, address) == []
        press(page, "Register")
        page.get_by_text("Nothing is saved yet.").wait_for()
        page.get_by_label("Why do you come?").fill("To learn")
        page.get_by_label("I have read the code of conduct").check()
        press(page, "Register")
        page.locator(".notice", has_text=said).wait_for()
        assert faults(page, address) == []
    follow(organiser, "Participants")
    a = [course.slug, event.pk]
    for name in ("participants", "import_participants", "questions", "new_question", "publish_hackathon"):
        assert faults(organiser, reverse(f"projects:{name}", args=a)) == []
    organiser.goto(reverse("projects:participants", args=a))
    organiser.on("dialog", lambda dialog: dialog.accept())
    organiser.get_by_role("button", name="Decline").first.click()
    organiser.get_by_text("is declined.").wait_for()
    found = {r.stored_state for r in Registration.objects.all()}
    assert found == {State.DECLINED, State.OFFERED}
    organiser.goto(reverse("projects:import_participants", args=a))
    organiser.get_by_label("Or the table as text").fill("name,email\nAda,ada@example.org\nBen,nowhere")
    press(organiser, "Look at it")
    organiser.get_by_text("1 line is left out.").wait_for()
    press(organiser, "Register them")
    organiser.get_by_text("0 take part, 1 wait, 0 were registered already.").wait_for()
