"""The question bank and its editor in a browser: nothing is lost, and the preview follows what is typed."""

import re

import pytest
from playwright.sync_api import expect

from classroom import clock
from quizzes.models import Question, QuestionImage
from quizzes.services import bank, shelving
from tests.browser import axe
from tests.factories import CourseFactory, instructor_of
from tests.quizzes.test_images import file_of
from tests.quizzes.test_question_editor import FULL, body_of

EXPLAINED = "Since $x^2 > 0$, and:\n\n```python\nnp.maximum(x, 0)\n```\n"
WIDTHS, SCHEMES = (390, 1280), ("light", "dark")
SETTLED = "Promise.allSettled(document.getAnimations().map(one => one.finished)).then(() => null)"


@pytest.fixture
def course(transactional_db):
    return CourseFactory(slug="dl", title="Deep learning")


@pytest.fixture
def author(course):
    return instructor_of(course, user__name="Mira Bauer")


def write(course, kind, data, **fields):
    given = {
        "name": f"About {kind}",
        "body": body_of(kind),
        "explanation": EXPLAINED,
        "hints": ["Think of $x$."],
        "tags": ["exam", "week 7"],
        "category": shelving.category_named(course=course, name="Week 7/Pooling"),
    }
    return bank.create_question(course=course, kind=kind, data=data, now=clock.now(), **given | fields)


def faults(page, address):
    """List what is wrong with a page at each width and in each scheme."""
    page.goto(address)
    found = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.locator("#preview").count():
                page.locator("#preview .question").wait_for()
            page.evaluate(SETTLED)
            found += [f"{address} {scheme} {width}: {fault}" for fault in axe(page)]
            wide = page.evaluate("document.documentElement.scrollWidth")
            found += [f"{address} {width}: {wide} pixels wide"] if wide > width else []
    return found


def test_bank_and_question_page_have_no_faults(open_page, course, author):
    questions = [write(course, kind, data) for kind, data in FULL]
    bank.revise_question(
        question=questions[0],
        kind="single",
        body="Changed?",
        data=FULL[0][1],
        explanation="",
        now=clock.now(),
    )
    page = open_page(author)
    assert faults(page, "/c/dl/quizzes/bank/?category=Week+7") == []
    assert faults(page, f"/c/dl/quizzes/bank/{questions[0].pk}/?seed=1&q1=0&check=1") == []
    assert faults(page, "/c/dl/quizzes/bank/new/") == []


@pytest.mark.parametrize("kind", ["single", "numeric", "cloze", "essay", "numpy_line", "convolution"])
def test_editor_has_no_faults(open_page, course, author, kind):
    question = write(course, kind, next(data for name, data in FULL if name == kind))
    assert faults(open_page(author), f"/c/dl/quizzes/bank/{question.pk}/edit/") == []


def test_question_is_written_with_its_preview_beside_it(open_page, course, author):
    page = open_page(author)
    page.goto("/c/dl/quizzes/bank/new/?kind=single")
    page.get_by_label("Question", exact=True).fill("What is $x^2$?")
    for number, text in enumerate(("a square", "a cube"), start=1):
        page.get_by_role("group", name=f"Option {number}").get_by_label("Text").fill(text)
    page.get_by_role("group", name="Option 1").get_by_label("Right").check()
    preview = page.locator("#preview")
    preview.get_by_label("a square").check()
    preview.get_by_role("button", name="Check this answer").click()
    preview.get_by_text("100 % of the points").wait_for()
    page.get_by_role("button", name="Add: Option").click()
    fifth = page.get_by_role("group", name="Option 5").get_by_label("Text")
    fifth.wait_for()
    assert fifth.evaluate("field => field === document.activeElement")
    page.get_by_role("button", name="Move up: Option 2").click()
    first = page.get_by_role("group", name="Option 1")
    expect(page.locator("[name=data-options-0-text]")).to_have_value("a cube")
    first.get_by_role("button", name="Remove").click()
    expect(page.locator("[name=data-options-0-text]")).to_have_value("a square")
    page.get_by_role("group", name="Option 2").get_by_label("Text").fill("a line")
    page.get_by_label("Name in the bank").fill("Squares")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/bank/*/")
    options = Question.objects.get().versions.get().data["options"]
    assert options == [{"text": "a square", "right": True}, {"text": "a line", "right": False}]


def test_enter_in_a_field_saves_and_removes_nothing(open_page, course, author):
    question = write(course, "single", FULL[1][1])
    page = open_page(author)
    page.goto(f"/c/dl/quizzes/bank/{question.pk}/edit/")
    page.get_by_label("Name in the bank").press("Enter")
    page.wait_for_url(f"**/bank/{question.pk}/")
    assert question.versions.count() == 1


def test_gap_shows_the_fields_of_its_kind_at_once(open_page, course, author):
    page = open_page(author)
    page.goto("/c/dl/quizzes/bank/new/?kind=cloze")
    page.get_by_role("group", name="Gap 1").get_by_label("Kind").select_option("numeric")
    expect(page.get_by_label("Number", exact=True)).to_be_visible()


def test_what_is_typed_while_a_row_is_added_stays(open_page, course, author):
    page = open_page(author)
    page.goto("/c/dl/quizzes/bank/new/?kind=single")
    page.watch.offline = True  # the answer is held back on purpose, and previews are cut off meanwhile
    held = []
    page.route("**/bank/new/*", lambda route: held.append(route))
    page.get_by_role("button", name="Add: Option").click()
    page.get_by_label("Name in the bank").fill("Typed late")
    while not held:
        page.wait_for_timeout(20)
    held.pop().continue_()
    expect(page.locator("[name=data-options-4-text]")).to_be_attached()
    expect(page.get_by_label("Name in the bank")).to_have_value("Typed late")


def test_chosen_and_dropped_pictures_appear_in_the_text_and_the_preview(open_page, course, author):
    page = open_page(author)
    page.goto("/c/dl/quizzes/bank/new/?kind=true_false")
    page.get_by_label("true", exact=True).check()
    page.get_by_text("Insert a picture").click()
    page.set_input_files("#id_picture", {"name": "a net.png", "mimeType": "image/png", "buffer": file_of()})
    expect(page.locator("[name=body]")).to_have_value(re.compile(r"^!\[a net\]\(image:[0-9a-f]{64}\)$"))
    picture = page.locator("#preview .question img")
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 40
    assert QuestionImage.objects.get().name == "a net.png"
    page.set_input_files("#id_picture", {"name": "x.png", "mimeType": "image/png", "buffer": b"<svg>"})
    page.get_by_text("export it as PNG").wait_for()


def test_tag_is_added_by_a_click_and_unsaved_text_is_not_left_silently(open_page, course, author):
    question = write(course, "single", FULL[1][1], tags=["exam"])
    write(course, "boundary", {}, tags=["week 7"])
    page = open_page(author)
    page.goto(f"/c/dl/quizzes/bank/{question.pk}/edit/")
    page.get_by_role("button", name="Add the tag week 7").click()
    expect(page.get_by_label("Tags")).to_have_value("exam, week 7")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(f"**/bank/{question.pk}/")
    assert asked == ["beforeunload"]


def test_line_of_numpy_is_tried_by_the_worker(open_page, course, author):
    question = write(course, "numpy_line", next(data for kind, data in FULL if kind == "numpy_line"))
    page = open_page(author)
    page.goto(f"/c/dl/quizzes/bank/{question.pk}/edit/")
    preview = page.locator("#preview")
    preview.locator("input[name=q1]").fill("rate * X")
    preview.get_by_role("button", name="Check this answer").click()
    expect(preview.get_by_text("100 % of the points")).to_be_visible(timeout=30_000)
