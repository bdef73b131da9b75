import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from quizzes import formats
from quizzes.errors import Refused
from quizzes.formats import Draft, Picture, Reading
from quizzes.models import Category, Question, QuestionImage, QuestionVersion, Tag
from quizzes.queries.drafts import drafts_of
from quizzes.services.importing import import_questions
from tests.factories import NOW, CourseFactory, instructor_of
from tests.quizzes.factories import ALL_KINDS, make_question
from tests.races import at_once

pytestmark = pytest.mark.django_db
GIFT = """$CATEGORY: $course$/top/Week 7

// [id:p1] [tag:cnn]
::Pooling::What is kept?{=max ~min}

::Next::2+2?{#4}
"""


def picture(colour="red"):
    made = io.BytesIO()
    Image.new("RGB", (4, 3), colour).save(made, "PNG")
    return Picture("net.png", made.getvalue())


def reading(*drafts):
    return Reading("csv", list(drafts))


def true(title="T", **fields):
    return Draft(title, "true_false", **({"body": "So?", "data": {"right": True}} | fields))


def bring(course, *drafts, by=None):
    return import_questions(course=course, readings=[reading(*drafts)], by=by, now=NOW)


def test_an_import_writes_questions_with_all_that_belongs_to_them():
    course = CourseFactory()
    author = instructor_of(course)
    draft = true(
        explanation="why",
        hints=("think",),
        points=2.5,
        penalty=0.25,
        category="Week 7/Pooling",
        tags=("cnn", "hard"),
        reference="p1",
    )
    [question] = bring(course, draft, by=author).created
    version = question.versions.get()
    assert (question.name, question.reference, question.category.name) == ("T", "p1", "Week 7/Pooling")
    assert sorted(tag.name for tag in question.tags.all()) == ["cnn", "hard"]
    assert (version.kind, version.body, version.data, version.author) == (
        "true_false",
        "So?",
        {"right": True},
        author,
    )
    assert (version.explanation, version.hints, float(version.points), version.penalty) == (
        "why",
        ["think"],
        2.5,
        0.25,
    )


def test_a_question_that_is_there_is_not_doubled():
    course, other = CourseFactory(), CourseFactory()
    bring(other, true(), true("R", reference="r"))
    first = bring(course, true(), true(), true("R", reference="r"), true("S", reference="r"))
    again = bring(course, true(), true(data={"right": False}), true("R", reference="r", body="Changed?"))
    assert [question.name for question in first.created] == ["T", "R", "S"]
    assert [draft.title for draft in first.already] == ["T"]
    assert [question.name for question in again.created] == ["T"]
    assert [draft.title for draft in again.already] == ["T", "R"]


def test_one_question_that_cannot_be_written_keeps_all_out():
    course = CourseFactory()
    with pytest.raises(Refused, match="“Bad”"):
        bring(course, true(category="New", tags=("new",), pictures=(picture(),)), true("Bad", data={}))
    counts = [model.objects.count() for model in (Question, QuestionVersion, Category, Tag, QuestionImage)]
    assert counts == [0, 0, 0, 0, 0]


def test_pictures_come_along_and_those_that_cannot_be_read_are_named():
    course = CourseFactory()
    broken = Picture("broken.png", b"\x89PNG\r\n\x1a\nnothing")
    draft = true(
        body="See ![a net](image:net.png) and ![that](image:broken.png).",
        data={"right": True, "feedback_true": "![a net](image:net.png)"},
        pictures=(picture(), broken),
    )
    done = bring(course, draft)
    [image] = QuestionImage.objects.all()
    version = done.created[0].versions.get()
    assert version.body == f"See ![a net](image:{image.digest}) and that."
    assert version.data["feedback_true"] == f"![a net](image:{image.digest})"
    assert len(done.left_out) == 1
    assert "broken.png" in done.left_out[0]


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_double_nothing():
    course = CourseFactory()
    acts = [lambda: bring(course, true(category="C", tags=("t",)), true("U"))] * 4
    at_once(acts, refusals=Refused)
    assert sorted(Question.objects.values_list("name", flat=True)) == ["T", "U"]


@pytest.mark.parametrize("name", formats.FORMATS)
def test_an_export_of_the_bank_brings_the_same_questions(name):
    course, other = CourseFactory(), CourseFactory()
    for kind, data in ALL_KINDS:
        make_question(course, kind, data)
    extra = {"tags": ("x",), "category": "C", "explanation": "*why*"}
    bring(course, true("Shown", body="![a net](image:net.png)", pictures=(picture(),), **extra))
    sent = drafts_of(Question.objects.filter(course=course))
    if name == "gift":  # has no pictures and no rubrics
        sent = [draft for draft in sent if not draft.pictures and draft.kind != "essay"]
    content, problems = formats.write(name, sent)
    refused = [problem.message for problem in problems if not problem.is_warning]
    found = formats.read("export", content)
    assert [problem.message for problem in found.problems] == []
    there = import_questions(course=course, readings=[found], by=None, now=NOW)
    elsewhere = import_questions(course=other, readings=[found], by=None, now=NOW)
    assert there.created == []
    assert [question.name for question in elsewhere.created] == [
        draft.title for draft in sent if not any(draft.title in message for message in refused)
    ]
    assert len(elsewhere.created) > 4


def test_reading_the_bank_takes_as_many_queries_for_many_questions(django_assert_num_queries):
    course = CourseFactory()
    for count in (1, 3):
        for place in range(count):
            bring(
                course,
                true(
                    f"{count}-{place}",
                    body=f"![x](image:net.png) {count}{place}",
                    pictures=(picture(),),
                    tags=("t",),
                ),
            )
        with django_assert_num_queries(4):
            drafts_of(Question.objects.filter(course=course))


# The command ------------------------------------------------------------------------------------------------


@pytest.fixture
def gift(tmp_path):
    path = tmp_path / "pool.gift"
    path.write_text(GIFT)
    return str(path)


def run(*arguments):
    said = io.StringIO()
    call_command("import_questions", *arguments, stdout=said)
    return said.getvalue()


def test_the_command_imports(gift):
    course = CourseFactory(slug="dl")
    assert "2 questions imported, 0 were there already." in run(gift, "--course", "dl")
    assert "0 questions imported, 2 were there already." in run(gift, "--course=dl")
    assert list(Question.objects.filter(course=course).values_list("name", "category__name")) == [
        ("Next", "Week 7"),
        ("Pooling", "Week 7"),
    ]


def test_a_dry_run_imports_nothing_and_needs_no_course(gift):
    assert "2 questions" in run(gift, "--dry-run")
    assert Question.objects.count() == 0


def test_json_is_one_line_a_file_and_nothing_else(gift, tmp_path):
    other = tmp_path / "b.gift"
    other.write_text("Q{#three}\n\nR{T}")
    lines = run(gift, str(other), "--dry-run", "--json").splitlines()
    first, second = map(json.loads, lines)
    assert first == {
        "file": gift,
        "format": "gift",
        "questions": [{"title": "Pooling", "kind": "single"}, {"title": "Next", "kind": "numeric"}],
        "problems": [],
    }
    assert (second["questions"], second["problems"][0]["line"]) == ([{"title": "R", "kind": "true_false"}], 1)
    assert sorted(second["problems"][0]) == ["line", "message"]


@pytest.mark.parametrize(
    "content", [None, "", "<quiz><question>", "<!DOCTYPE q [<!ENTITY a 'b'>]><quiz>&a;</quiz>"]
)
def test_a_file_that_cannot_be_read_keeps_all_out(gift, tmp_path, content):
    CourseFactory(slug="dl")
    path = tmp_path / "bad.xml"
    if content is not None:
        path.write_text(content)
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_questions", gift, str(path), "--course=dl", "--json", stdout=said)
    assert len(json.loads(said.getvalue().splitlines()[1])["problems"]) == 1
    assert Question.objects.count() == 0


def test_the_command_says_which_course_is_missing(gift):
    with pytest.raises(CommandError, match="--course"):
        run(gift)
    with pytest.raises(CommandError, match="nowhere"):
        run(gift, "--course=nowhere")


def test_the_command_works_as_a_process(gift, tmp_path):
    missing = str(tmp_path / "missing.xml")
    manage = Path(__file__).parents[2] / "manage.py"
    done = subprocess.run(
        [sys.executable, str(manage), "import_questions", gift, missing, "--dry-run", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    files = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [file["file"] for file in files] == [gift, missing]
    assert [len(file["questions"]) for file in files] == [2, 0]
    assert "Traceback" not in done.stderr
