"""The help queue in two browsers: nobody reloads, and what is being written is not taken away."""

from datetime import timedelta

from playwright.sync_api import expect

from classroom import clock
from projects import services
from tests.factories import CourseFactory, instructor_of, student_of
from tests.projects.factories import HackathonFactory


def test_the_queue_follows_itself(open_page):
    now, day = clock.now(), timedelta(days=1)
    event = HackathonFactory(
        course=CourseFactory(),
        registration_opens_at=now - day,
        registration_closes_at=now + day,
        starts_at=now - day,
        ends_at=now + day,
        submission_closes_at=now + day,
        published_at=now - day,
    )
    asker, mentor = student_of(event.course), instructor_of(event.course)
    address = f"/c/{event.course.slug}/hackathon/{event.pk}/help/"
    desk, table = open_page(mentor), open_page(asker)
    desk.goto(address)
    table.goto(address)
    table.get_by_label("What do you need help with?").fill("The loss is nan")
    table.get_by_label("Where are you?").fill("Room 2")
    table.get_by_role("button", name="Ask for help").click()
    expect(table.get_by_text("You are next.")).to_be_visible()
    expect(desk.get_by_text("The loss is nan")).to_be_visible()
    desk.get_by_role("button", name="Claim").click()
    expect(table.get_by_text(f"{mentor} comes to you.")).to_be_visible()
    desk.get_by_label("What helped").fill("The learning rate")
    other = student_of(event.course)
    services.ask_for_help(hackathon=event, team=None, user=other, topic="Me too", place="Room 3", now=now)
    desk.wait_for_timeout(2500)  # long enough for the news: the note is still there
    expect(desk.get_by_label("What helped")).to_have_value("The learning rate")
    desk.get_by_role("button", name="Resolved").click()
    expect(desk.get_by_text("Me too")).to_be_visible()
    expect(table.get_by_text("The learning rate")).to_be_visible()
