"""An announcement on the running site: previewed while it is written, kept when the page is left, told."""

from playwright.sync_api import expect

from classroom.models import Announcement
from tests.browser import axe
from tests.factories import CourseFactory, instructor_of, student_of


def test_an_announcement_is_written_kept_published_and_told(open_page):
    course = CourseFactory(slug="dl")
    teacher, student = instructor_of(course), student_of(course)
    page = open_page(teacher, reduced_motion="reduce", viewport={"width": 390, "height": 800})
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/c/dl/announcements/new/")
    page.get_by_label("Title").fill("Another room")
    page.get_by_label("Text").fill("We meet in **room 2**.")
    expect(page.locator("#preview strong")).to_have_text("room 2")
    assert axe(page) == []

    page.goto("/c/dl/announcements/")
    page.goto("/c/dl/announcements/new/")
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("#preview h3")).to_have_text("Another room")
    page.get_by_label("Now", exact=True).check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Published.").wait_for()
    page.goto("/c/dl/announcements/new/")
    expect(page.get_by_text("Something you typed here was not saved.")).to_be_hidden()

    reader = open_page(student, reduced_motion="reduce", viewport={"width": 390, "height": 800})
    reader.goto("/notices/")
    notice = reader.get_by_role("button", name="Another room")
    for _ in range(300):  # until a worker has told: at the bell, or with the sweep
        if notice.count():
            break
        reader.wait_for_timeout(200)
        reader.reload()
    notice.click()
    expect(reader.locator("h1")).to_have_text("Another room")
    assert axe(reader) == []
    one = Announcement.objects.get()
    assert (one.told_people, reader.url.endswith(one.get_absolute_url())) == (1, True)
