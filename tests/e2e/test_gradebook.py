"""A gradebook of two hundred students, filled by keyboard alone."""

from datetime import timedelta

from playwright.sync_api import expect

from classroom import clock
from classroom.models import Enrolment, GradeMark, User
from tests.browser import axe
from tests.classroom.gradebook.factories import CategoryFactory, ColumnFactory, give, tied
from tests.factories import CourseFactory, instructor_of
from tests.quizzes.factories import make_quiz, take


def class_of(course, size):
    users = User.objects.bulk_create(
        User(email=f"s{number:03}@example.org", name=f"Student {number:03}") for number in range(size)
    )
    Enrolment.objects.bulk_create(Enrolment(course=course, user=user) for user in users)
    return list(User.objects.filter(pk__in=[user.pk for user in users]).order_by("name"))


def points_of(column, user):
    return list(GradeMark.objects.filter(column=column, user=user).values_list("points", "reason"))


def paste(page, text):
    """Paste as from another program; browsers without a screen have no clipboard.

    Return whether who leaves the page at this moment is asked.
    """
    return page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const pasted = new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
            document.activeElement.dispatchEvent(pasted);
            return !window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
        }""",
        text,
    )


def test_two_hundred_students_are_graded_by_keyboard(open_page):
    course = CourseFactory(slug="dl")
    mira, jonas = instructor_of(course, user__name="Mira"), instructor_of(course, user__name="Jonas")
    students = class_of(course, 200)
    quiz = make_quiz(course, now=clock.now() - timedelta(hours=1))
    take(quiz, "0", user=students[0], now=clock.now())
    category = CategoryFactory(course=course)
    scored = tied(quiz, category, position=0)
    talk = ColumnFactory(category=category, title="Talk", position=1)

    page = open_page(mira, reduced_motion="reduce")
    page.goto("/c/dl/gradebook/")
    grid, status = page.get_by_role("grid"), page.locator("[data-status]")
    page.locator("grade-grid[data-ready]").wait_for()
    expect(grid).to_have_attribute("aria-rowcount", "201")
    assert grid.locator("tbody tr").count() < 80  # only what is in sight
    keys = page.keyboard.press

    # At the far corner: a mark of the gradebook's own.
    grid.focus()
    keys("Control+End")
    keys("7")
    keys("Enter")
    expect(status).to_contain_text("Saved: Student 199 · Talk · 7 of 10")
    assert points_of(talk, students[199]) == [(7, "")]

    # Back at the top: the place of a score is taken only with a reason.
    keys("Control+Home")
    for _ in range(4):
        keys("ArrowRight")
    expect(status).to_contain_text("Student 000 · Feed-forward nets · 2 of 4")
    keys("F2")
    page.keyboard.type("3,5")
    keys("Enter")
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("The projector failed.")
    keys("Enter")
    expect(status).to_contain_text("3.5 of 4")
    assert points_of(scored, students[0]) == [(3.5, "The projector failed.")]
    expect(grid.locator("[data-given]")).to_have_count(1)

    # Undone, and left alone by Escape; the focus is on the table all the while.
    keys("Control+z")
    expect(status).to_contain_text("Undone: Student 000 · Feed-forward nets · 2 of 4")
    expect(grid.locator("[data-given]")).to_have_count(0)
    keys("4")
    keys("Escape")
    expect(grid).to_be_focused()
    assert points_of(scored, students[0]) == [(None, "")]

    # Somebody else was faster: both marks are shown, and one chooses.
    keys("ArrowRight")
    give(talk, students[0], 4, by=jonas, now=clock.now())
    keys("9")
    keys("Tab")
    expect(page.get_by_role("alert").filter(has_text="Jonas")).to_contain_text(
        "Jonas changed this meanwhile: 4 of 10"
    )
    assert points_of(talk, students[0]) == [(4, "")]
    page.get_by_role("button", name="Save mine").click()
    expect(status).to_contain_text("Saved: Student 000 · Talk · 9 of 10")
    assert points_of(talk, students[0]) == [(9, "")]

    # Clicked away from, what was typed is saved; pasted from a spreadsheet, too, until something is no mark.
    keys("8")
    grid.get_by_role("gridcell").nth(0).click()
    expect(status).to_contain_text("Saved: Student 000 · Talk · 8 of 10")
    for _ in range(4):
        keys("ArrowRight")
    assert paste(page, "6\r\n\r\n5,5\r\nten\r\n3\r\n")
    expect(page.get_by_role("alert").filter(has_text="ten")).to_contain_text("is no mark")
    assert [points_of(talk, one) for one in students[:5]] == [[(6, "")], [], [(5.5, "")], [], []]
    keys("Escape")
    paste(page, "7")
    keys("Enter")
    expect(status).to_contain_text("Saved: Student 003 · Talk · 7 of 10")
    keys("ArrowLeft")
    paste(page, "1\t2")
    expect(page.get_by_text("use the import")).to_be_visible()
    keys("Control+Home")
    for _ in range(5):
        keys("ArrowRight")
    keys("9")
    keys("ArrowDown")
    page.keyboard.type("late")
    keys("Enter")
    expect(status).to_contain_text("Saved: Student 000 · Talk · 9 of 10")
    assert points_of(talk, students[0]) == [(9, "late")]

    # Found by name; sorted by a column; the name leads to all marks of a student.
    page.get_by_label("Name or e-mail address").fill("student 15 s150")
    expect(grid).to_have_attribute("aria-rowcount", "2")
    page.get_by_label("Name or e-mail address").fill("")
    expect(grid).to_have_attribute("aria-rowcount", "201")
    grid.get_by_role("columnheader", name="Talk").click()
    expect(grid.locator("tbody th").first).to_have_text("Student 000")  # 9 is more than 7
    assert axe(page) == []
    grid.focus()
    keys("Control+ArrowUp")
    keys("Home")
    keys("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Student 000")
