import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classroom.models import Role
from quizzes import tasks
from quizzes.checking import trial
from quizzes.forms import QuestionForm
from quizzes.forms.details import DETAILS
from quizzes.forms.parts import unchanged
from quizzes.kinds import KINDS
from quizzes.models import Category, Question, QuestionImage, QuestionVersion, Tag
from quizzes.services import bank
from tests.factories import NOW, CourseFactory, EnrolmentFactory, instructor_of
from tests.quizzes.factories import SINGLE, make_question
from tests.quizzes.pages import fields_of
from tests.quizzes.test_images import SVG, file_of

pytestmark = pytest.mark.django_db

CLOZE_BODY = "A {{1}} and {{2}} and {{3}}."
#: Every kind with everything an author can say, and each once more with the least.
FULL = [
    (
        "single",
        {
            "options": [
                {"text": "A *step*", "right": True, "feedback": "Yes:\nit jumps."},
                {"text": "$x$", "right": False, "fraction": 0.5, "misconception": "linear"},
                {"text": "Nothing", "right": False, "fraction": -1 / 3},
            ]
        },
    ),
    ("single", {"options": [{"text": "a", "right": True}, {"text": "b", "right": False}]}),
    (
        "multiple",
        {
            "options": [
                {"text": "a", "right": True},
                {"text": "b", "right": True, "feedback": "b"},
                {"text": "c", "right": False, "misconception": "m"},
            ],
            "all_or_nothing": True,
        },
    ),
    ("true_false", {"right": True, "feedback_true": "Yes.", "feedback_false": "No."}),
    ("true_false", {"right": False}),
    (
        "numeric",
        {
            "answers": [
                {"value": 0.64, "absolute": 0.005, "relative": 0.01},
                {"value": 64, "fraction": 0, "feedback": "Percent."},
                {"value": -1e-7, "fraction": 0.5},
            ],
            "unit": "MB",
            "units": [{"name": "kB", "factor": 1000}],
            "unit_required": True,
        },
    ),
    ("numeric", {"answers": [{"value": 0}]}),
    (
        "short_text",
        {
            "accepted": ["chain rule", {"text": "rule", "fraction": 0.5, "feedback": "Which?"}, "ket*regel"],
            "case": True,
            "accents": True,
        },
    ),
    ("short_text", {"accepted": ["x"]}),
    (
        "matching",
        {
            "pairs": [{"left": "$a^2$", "right": "square"}, {"left": "$a^3$", "right": "cube"}],
            "distractors": ["line"],
            "all_or_nothing": True,
        },
    ),
    ("ordering", {"items": ["zero", "forward", "backward", "step"], "scoring": "exact"}),
    (
        "cloze",
        {
            "gaps": [
                {"kind": "short_text", "data": {"accepted": ["one", "1"], "case": True}, "points": 2},
                {"kind": "numeric", "data": {"answers": [{"value": 2.5, "absolute": 0.1}], "unit": "s"}},
                {
                    "kind": "single",
                    "data": {"options": [{"text": "a", "right": True}, {"text": "b", "right": False}]},
                },
            ]
        },
    ),
    (
        "matrix",
        {"value": [[1, 2.5], [-3, 4e-05]], "absolute": 0.1, "shape_given": False, "slip_credit": 0.25},
    ),
    ("matrix", {"value": [[1, 2]], "shape_given": True}),
    (
        "numpy_line",
        {
            "before": "m = X.shape[0]\nk = 2",
            "result": "Z",
            "after": "Z = Z * k",
            "arguments": [
                {"name": "X", "shape": ["m", 3], "values": "normal"},
                {"name": "rate", "shape": [], "values": "positive"},
            ],
            "reference": "X * rate",
            "tolerance": 1e-6,
            "slip_credit": 0.25,
            "checks": 3,
        },
    ),
    (
        "essay",
        {
            "rubric": [
                {
                    "criterion": "Argument",
                    "weight": 2,
                    "levels": [{"text": "none", "fraction": 0}, {"text": "complete", "fraction": 1}],
                }
            ],
            "min_words": 20,
            "max_words": 100,
            "lines": 12,
            "template": "I think",
            "notes": "Be kind.",
        },
    ),
    ("essay", {}),
    ("shapes", {"network": "recurrent", "slip_credit": 0.25}),
    ("backprop", {"ask": "all", "tolerance": 0.02, "slip_credit": 0}),
    ("convolution", {"size": 5, "kernel": 3, "stride": 2, "padding": 1, "slip_credit": 0.5}),
    (
        "gradient_formula",
        {
            "function": "(w * x - y)^2",
            "by": "w",
            "variables": {"w": [-2, 2], "x": [-2.5, 2], "y": [0, 1]},
            "solution": "2 * x * (w * x - y)",
        },
    ),
    ("loss_curve", {}),
    ("boundary", {"gap": 2.5}),
]
NAMES = [f"{kind}-{'full' if len(str(data)) > 60 else 'short'}-{n}" for n, (kind, data) in enumerate(FULL)]


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def author(client, course):
    user = instructor_of(course)
    client.force_login(user)
    return client


def url(name, *args):
    return reverse(f"quizzes:{name}", args=["dl", *args])


def new(kind):
    return f"{url('question_new')}?kind={kind}"


def body_of(kind):
    return CLOZE_BODY if kind == "cloze" else "What is $x$?"


def typed(kind, data, **fields):
    """What an author's browser sends for a new question with these details."""
    sent = QuestionForm(kind=kind, initial={"data": DETAILS[kind].fill(data)})
    details = sent.details.as_sent()
    return {"name": "A question", "body": body_of(kind), "points": "1", "hints-count": "0"} | details | fields


def test_every_kind_has_a_form_and_an_example_here():
    assert set(DETAILS) == set(KINDS)
    assert {kind for kind, _data in FULL} == set(KINDS)


@pytest.mark.parametrize(("kind", "data"), FULL, ids=NAMES)
def test_question_is_stored_as_typed_and_shown_as_stored(author, kind, data):
    assert author.get(new(kind)).status_code == 200
    response = author.post(new(kind), typed(kind, data))
    question = Question.objects.get()
    assert response.url.split("?")[0] == url("question", question.pk)
    assert question.versions.get().data == data
    shown = fields_of(author.get(url("question_edit", question.pk)))
    author.post(url("question_edit", question.pk), shown)
    assert [(v.number, v.data) for v in question.versions.all()] == [(1, data)]


@pytest.mark.parametrize(("kind", "data"), FULL, ids=NAMES)
def test_preview_shows_the_question_and_judges_an_answer(author, kind, data):
    address = f"{url('question_preview')}?kind={kind}"
    page = author.post(address, typed(kind, data), headers={"HX-Request": "true"}).content.decode()
    assert 'class="question"' in page
    answer = {"seed": "7", "q1": ["0"], "check": "1"}
    page = author.post(address, typed(kind, data) | answer, headers={"HX-Request": "true"}).content.decode()
    assert 'role="status"' in page
    assert QuestionVersion.objects.count() == 0


@pytest.mark.parametrize(("kind", "data"), FULL, ids=NAMES)
def test_question_page_shows_every_kind_and_lets_staff_try_it(author, course, kind, data):
    question = bank.create_question(
        course=course, name="Q", kind=kind, body=body_of(kind), data=data, explanation="Since.", now=NOW
    )
    assert author.get(url("question", question.pk)).status_code == 200
    page = author.get(url("question", question.pk), {"seed": "7", "q1": "0", "check": "1"}).content.decode()
    assert "Since." in page


def test_question_keeps_all_that_is_said_beside_its_details(author, course):
    fields = {
        "name": "Steps", "category": " Week 7 / Pooling ", "tags": "conv,  a  tag ,conv", "explanation": "E",
        "points": "2.5", "penalty": "1/3", "hints-count": "3", "hints-0-text": "One", "hints-1-text": "",
        "hints-2-text": "Two",
    }  # fmt: skip
    author.post(new("single"), typed("single", SINGLE, **fields))
    question, version = Question.objects.get(), QuestionVersion.objects.get()
    assert (question.name, question.category.name) == ("Steps", "Week 7/Pooling")
    assert [tag.name for tag in question.tags.all()] == ["a tag", "conv"]
    assert (version.hints, version.penalty, float(version.points)) == (["One", "Two"], 1 / 3, 2.5)
    assert version.author == course.enrolments.get().user
    shown = fields_of(author.get(url("question_edit", question.pk)))
    author.post(url("question_edit", question.pk), shown)
    assert question.versions.count() == 1


def test_change_of_name_and_place_makes_no_version(author, course):
    question = make_question(course)
    shown = fields_of(author.get(url("question_edit", question.pk)))
    author.post(url("question_edit", question.pk), shown | {"name": "New", "category": "C", "tags": "t"})
    question.refresh_from_db()
    assert (question.name, question.category.name, question.tags.get().name) == ("New", "C", "t")
    assert question.versions.count() == 1


def test_text_from_elsewhere_stays_as_it_was_until_it_is_changed(author, course):
    data = {"options": [{"text": " a\r\nb ", "right": True, "feedback": ""}, {"text": "c"}]}
    question = bank.create_question(
        course=course, name="Q", kind="single", body="\n One\r\ntwo \n", data=data, explanation="E\n\n",
        hints=["H\r\n"], penalty=1 / 3, now=NOW,
    )  # fmt: skip
    shown = fields_of(author.get(url("question_edit", question.pk)))
    author.post(url("question_edit", question.pk), shown)
    assert question.versions.count() == 1
    author.post(url("question_edit", question.pk), shown | {"points": "2"})
    newest, old = question.versions.all()
    assert (newest.data, newest.body, newest.hints) == (old.data, old.body, old.hints)


def test_change_of_text_makes_a_version(author, course):
    question = make_question(course, explanation="Since.")
    shown = fields_of(author.get(url("question_edit", question.pk)))
    author.post(url("question_edit", question.pk), shown | {"data-options-0-text": "Another"})
    newest, old = question.versions.all()
    assert newest.data["options"][0] == {"text": "Another", "right": True}
    assert (old.data, newest.body, newest.explanation) == (SINGLE, old.body, "Since.")


#: Of each kind something wrong, and what the author reads.
WRONG = [
    ("single", {"data-options-0-right": ""}, "One option must earn all points"),
    ("single", {"data-options-0-fraction": "2"}, "from -1 to 1"),
    ("single", {"data-options-0-fraction": "much"}, "Write a number"),
    ("true_false", {"data-right": ""}, "Say whether the statement is true."),
    ("numeric", {"data-answers-0-value": "x"}, "Write a number"),
    ("numeric", {"data-answers-0-absolute": "-1"}, "cannot be negative"),
    ("short_text", {"data-accepted-0-text": "*"}, "accept everything"),
    ("matching", {"data-pairs-0-right": ""}, "required"),
    ("ordering", {"data-items-0-text": "forward"}, "Two items say the same."),
    ("cloze", {"body": "No gap"}, "{{1}}"),
    (
        "cloze",
        {"data-gaps-0-short_text-accepted-0-text": "", "data-gaps-0-short_text-accepted-1-text": ""},
        "Gap 1",
    ),
    ("matrix", {"data-value": "1 2\n3"}, "same number of entries"),
    ("matrix", {"data-value": "1 x"}, "x is no number"),
    ("numpy_line", {"data-reference": "import os"}, "data-reference"),
    ("essay", {"data-max_words": "3"}, "least number of words"),
    ("backprop", {"data-tolerance": "5"}, "tolerance is a share"),
    ("gradient_formula", {"data-function": "w +"}, "could not be read as a formula"),
    ("gradient_formula", {"data-variables-1-name": "w"}, "Two variables have the same name."),
    ("boundary", {"data-gap": "9"}, "from 1 to 6"),
]


@pytest.mark.parametrize(("kind", "change", "said"), WRONG)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(author, kind, change, said):
    data = next(data for name, data in FULL if name == kind)
    sent = typed(
        kind, data, **change, explanation="Do not lose me", **{"hints-count": "1", "hints-0-text": "H"}
    )
    sent = {name: value for name, value in sent.items() if value != "" or name not in change}
    response = author.post(new(kind), sent)
    assert response.status_code == 422
    assert said in response.content.decode()
    shown = fields_of(response)
    assert {name: value for name, [value] in shown.items() if value} == {
        name: value.replace("\n", "\r\n") for name, value in sent.items() if value
    }
    assert Question.objects.count() == 0


def test_rows_are_added_removed_and_moved_without_script_and_without_loss(author):
    sent = typed("single", SINGLE, name="", body="Unfinished")
    shown = fields_of(author.post(new("single"), sent | {"add": "data-options"}))
    assert shown["data-options-count"] == ["5"]  # four are shown at first
    shown = fields_of(author.post(new("single"), sent | {"remove": "data-options-0"}))
    assert shown["data-options-0-text"] == ["An ELU"]
    assert "data-options-0-right" not in shown
    shown = fields_of(author.post(new("single"), sent | {"up": "data-options-2"}))
    assert [shown[f"data-options-{place}-text"] for place in range(3)] == [
        ["A step"],
        ["ReLU"],
        ["An ELU"],
    ]
    assert shown["body"] == ["Unfinished"]
    assert Question.objects.count() == 0


def test_gap_changes_its_kind_without_script(author):
    sent = typed("cloze", {"gaps": [{"kind": "short_text", "data": {"accepted": ["x"]}}]})
    shown = fields_of(author.post(new("cloze"), sent | {"data-gaps-0-kind": "numeric", "refresh": "1"}))
    assert "data-gaps-0-numeric-answers-0-value" in shown
    shown = fields_of(author.post(new("cloze"), sent | {"add": "data-gaps-0-short_text-accepted"}))
    assert shown["data-gaps-0-short_text-accepted-count"] == ["2"]


def test_picture_is_inserted_without_script(author):
    sent = typed(
        "single", SINGLE, body="Look:", insert="body", picture=SimpleUploadedFile("net.png", file_of())
    )
    shown = fields_of(author.post(new("single"), sent))
    assert shown["body"] == [f"Look:\r\n\r\n![net](image:{QuestionImage.objects.get().digest})"]
    response = author.post(new("single"), sent | {"picture": SimpleUploadedFile("net.png", SVG)})
    assert "export it as PNG" in response.content.decode()
    assert fields_of(response)["body"] == ["Look:"]


def test_second_of_two_authors_is_told_and_keeps_the_text(author, course):
    question = make_question(course)
    shown = fields_of(author.get(url("question_edit", question.pk)))
    author.post(url("question_edit", question.pk), shown | {"body": "The first one's"})
    response = author.post(
        url("question_edit", question.pk), shown | {"body": "The second one's", "name": "N"}
    )
    assert response.status_code == 409
    assert "Somebody has changed this question" in response.content.decode()
    assert "The first one&#x27;s" in response.content.decode()
    again = fields_of(response)
    assert (again["body"], again["version"]) == (["The second one's"], ["2"])
    question.refresh_from_db()
    assert question.name != "N"
    author.post(url("question_edit", question.pk), again)
    assert [v.body for v in question.versions.all()] == [
        "The second one's",
        "The first one's",
        "What is $x$?",
    ]


def test_preview_says_what_is_missing_instead(author):
    sent = typed("single", {"options": [{"text": "a", "right": True}]}, body="")
    page = author.post(f"{url('question_preview')}?kind=single", sent, headers={"HX-Request": "true"})
    assert "Give at least two options." in page.content.decode()
    assert "Write the question itself." in page.content.decode()


def test_preview_names_the_field_that_is_empty(author):
    sent = typed("numpy_line", LINE_OF_NUMPY) | {"data-reference": ""}
    page = author.post(f"{url('question_preview')}?kind=numpy_line", sent, headers={"HX-Request": "true"})
    said = page.content.decode()
    assert ("Fill in “The right line”." in said, "This field is required" in said) == (True, False)


def test_preview_gives_nothing_away_before_an_answer_is_checked(author):
    sent = typed("numeric", {"answers": [{"value": 4711}]}, explanation="The explanation")
    address = f"{url('question_preview')}?kind=numeric"
    page = author.post(address, sent, headers={"HX-Request": "true"}).content.decode()
    assert ("4711" in page, "The explanation" in page) == (False, False)
    tried = sent | {"seed": "1", "q1": "4711", "check": "1"}
    page = author.post(address, tried, headers={"HX-Request": "true"}).content.decode()
    assert "100 % of the points" in page
    assert "The explanation" in page


def test_preview_keeps_its_variant_until_another_is_drawn(author):
    address, sent = f"{url('question_preview')}?kind=convolution", typed("convolution", {})
    pages = [
        author.post(address, sent | {"seed": "7"} | more, headers={"HX-Request": "true"}).content.decode()
        for more in ({}, {}, {"draw": "1"})
    ]
    assert pages[0] == pages[1]
    assert pages[0] != pages[2]


@pytest.mark.parametrize("role", [Role.STUDENT, Role.VIEWER, Role.ASSISTANT])
def test_only_instructors_write(client, course, role):
    question = make_question(course)
    client.force_login(EnrolmentFactory(course=course, role=role).user)
    sent = typed("single", SINGLE, name="Changed", body="Changed")
    for address in (
        new("single"),
        url("question_edit", question.pk),
        f"{url('question_preview')}?kind=single",
    ):
        assert client.post(address, sent).status_code == 403
    assert client.get(new("single")).status_code == 403
    assert client.get(url("question_edit", question.pk)).status_code == 403
    for name in ("question_copy", "question_archive", "question_delete"):
        assert client.post(url(name, question.pk)).status_code == 403
    assert [(q.name, q.archived_at) for q in Question.objects.all()] == [("A single question", None)]


def test_instructor_of_another_course_finds_no_question(client, course):
    question = make_question(course, body="A secret question")
    client.force_login(instructor_of(CourseFactory(slug="other")))
    for name in ("question", "question_edit"):
        assert client.get(url(name, question.pk)).status_code == 404
        assert client.get(reverse(f"quizzes:{name}", args=["other", question.pk])).status_code == 404
    for name in ("question_edit", "question_copy", "question_archive", "question_delete"):
        assert client.post(reverse(f"quizzes:{name}", args=["other", question.pk])).status_code == 404
    assert Question.objects.get().archived_at is None


def test_page_shows_versions_with_what_changed_and_its_uses(author, course):
    question = make_question(course)
    shown = fields_of(author.get(url("question_edit", question.pk)))
    author.post(url("question_edit", question.pk), shown | {"data-options-1-text": "A ramp"})
    page = author.get(url("question", question.pk)).content.decode()
    assert '<div class="changes__gone">' in page
    assert "text: A ramp" in page
    author.post(url("question_archive", question.pk))
    question.refresh_from_db()
    assert question.archived_at is not None
    author.post(url("question_archive", question.pk), {"restore": "1"})
    response = author.post(url("question_copy", question.pk))
    copy = Question.objects.latest("pk")
    assert response.url == url("question_edit", copy.pk)
    assert copy.versions.get().data["options"][1]["text"] == "A ramp"
    author.post(url("question_delete", copy.pk))
    assert list(Question.objects.all()) == [question]


LINE_OF_NUMPY = {"arguments": [{"name": "X", "shape": ["m", 3], "values": "normal"}], "reference": "X * 2"}


def trial_in(response):
    return re.search(r'href="([^"]*/bank/trials/[0-9a-f]{32}/)"', response.content.decode())[1]


@pytest.mark.parametrize(
    ("reference", "answer", "said"),
    [
        ("X * 2", "X + X", "100 % of the points"),
        ("X * 2", "X * 2 * 3", "3 times"),
        ("X * 2", "", "The right line runs"),
        ("X * Y", "X", "own lines do not run"),
    ],
)
def test_worker_tries_the_answer_that_only_the_sandbox_can_judge(author, reference, answer, said):
    sent = typed("numpy_line", LINE_OF_NUMPY | {"reference": reference})
    tried = sent | {"seed": "1", "q1": answer, "check": "1"}
    address = f"{url('question_preview')}?kind=numpy_line"
    found = trial_in(author.post(address, tried, headers={"HX-Request": "true"}))
    waiting = author.get(found, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="load delay:1s"' in waiting
    tasks.check_trial(found.split("/")[-2])
    page = author.get(found, headers={"HX-Request": "true"}).content.decode()
    assert said in page
    assert "hx-get" not in page


def test_saved_line_of_numpy_is_tried_at_once(author):
    response = author.post(new("numpy_line"), typed("numpy_line", LINE_OF_NUMPY), follow=True)
    assert trial_in(response)


def test_trial_is_its_course_s_own_and_ends(author, client):
    sent = typed("numpy_line", LINE_OF_NUMPY) | {"seed": "1", "q1": "X", "check": "1"}
    found = trial_in(
        author.post(f"{url('question_preview')}?kind=numpy_line", sent, headers={"HX-Request": "true"})
    )
    late = author.get(f"{found}?asked=30", headers={"HX-Request": "true"}).content.decode()
    assert ("No worker has answered" in late, "hx-get" in late) == (True, False)
    client.force_login(instructor_of(CourseFactory(slug="other")))
    assert "too long ago" in client.get(found.replace("/dl/", "/other/")).content.decode()
    assert client.get(found).status_code == 404
    assert trial.look(course=CourseFactory(), token="../x") is None


XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_nothing_an_author_writes_becomes_script(author, course):
    data = {"options": [{"text": XSS, "right": True, "feedback": XSS}, {"text": "b", "right": False}]}
    fields = {"name": XSS, "body": XSS, "category": XSS, "tags": "t" + XSS[:20], "explanation": XSS}
    hints = {"hints-count": "1", "hints-0-text": XSS}
    author.post(new("single"), typed("single", data, **fields, **hints))
    question = Question.objects.get()
    author.post(
        url("question_edit", question.pk),
        fields_of(author.get(url("question_edit", question.pk))) | {"body": f"{XSS}2"},
    )
    pages = [
        author.get(url("bank")),
        author.get(url("question", question.pk), {"seed": "1", "q1": "0", "check": "1"}),
        author.get(url("question_edit", question.pk)),
        author.post(
            f"{url('question_preview')}?kind=single",
            typed("single", data, **fields) | {"seed": "1", "q1": "0", "check": "1"},
            headers={"HX-Request": "true"},
        ),
    ]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
        assert "<img src=x" not in page.content.decode()


@pytest.mark.parametrize("kind", ["", "nonsense", "single'--"])
def test_unknown_kind_is_chosen_first(author, kind):
    assert "What are students to do?" in author.get(new(kind)).content.decode()
    assert author.post(new(kind), {"name": "x"}).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"data-options-count": "x", "hints-count": "-1"},
        {"data-options-count": "99999", "hints-count": "٣"},
        {"version": "x", "points": "NaN", "penalty": "1e999"},
        {"name": "a\0b", "body": "\0", "data-options-count": "2", "data-options-0-text": "\0"},
        {"add": "nothing"},
        {"remove": "data-options-7"},
        {"refresh": "1", "data-options-count": "101"},
    ],
)
@pytest.mark.parametrize("kind", ["single", "cloze", "gradient_formula", "matrix", "numpy_line"])
def test_whatever_is_posted_there_is_an_answer(author, kind, sent):
    assert author.post(new(kind), sent).status_code in {200, 422}
    preview = author.post(f"{url('question_preview')}?kind={kind}", sent | {"q1": "\0", "seed": "-1"})
    assert preview.status_code == 200
    assert (Question.objects.count(), Category.objects.count(), Tag.objects.count()) == (0, 0, 0)


LINE = (
    st.text(
        st.characters(exclude_categories=["C", "Zl", "Zp"], exclude_characters="\x85\x1c\x1d\x1e"),
        min_size=1,
        max_size=12,
    )
    .map(str.strip)
    .filter(bool)
)
NUMBER = st.floats(-1e6, 1e6) | st.integers(-(10**6), 10**6)
OPTIONS = st.lists(
    st.fixed_dictionaries(
        {"text": LINE, "right": st.booleans()},
        optional={"feedback": LINE, "fraction": st.floats(-1, 1), "misconception": LINE},
    ),
    min_size=2,
    max_size=6,
)
NUMERIC = st.fixed_dictionaries(
    {
        "answers": st.lists(
            st.fixed_dictionaries({"value": NUMBER}, optional={"absolute": NUMBER, "feedback": LINE}),
            min_size=1,
            max_size=4,
        )
    },
    optional={"unit": LINE},
)
DATA = {
    "multiple": st.fixed_dictionaries({"options": OPTIONS}, optional={"all_or_nothing": st.just(True)}),
    "numeric": NUMERIC,
    "short_text": st.fixed_dictionaries(
        {
            "accepted": st.lists(
                LINE | st.fixed_dictionaries({"text": LINE, "fraction": st.floats(0, 1)}),
                min_size=1,
                max_size=5,
            )
        }
    ),
    "matching": st.fixed_dictionaries(
        {"pairs": st.lists(st.fixed_dictionaries({"left": LINE, "right": LINE}), min_size=1, max_size=5)},
        optional={"distractors": st.lists(LINE, min_size=1, max_size=3)},
    ),
    "matrix": st.fixed_dictionaries(
        {
            "value": st.lists(st.lists(NUMBER, min_size=2, max_size=2), min_size=1, max_size=4),
            "shape_given": st.booleans(),
        }
    ),
    "cloze": st.fixed_dictionaries(
        {
            "gaps": st.lists(
                st.fixed_dictionaries({"kind": st.just("numeric"), "data": NUMERIC}), min_size=1, max_size=3
            )
        }
    ),
}


@given(st.sampled_from(sorted(DATA)).flatmap(lambda kind: st.tuples(st.just(kind), DATA[kind])))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_form_gives_back_the_details_it_shows(example):
    kind, data = example
    details = DETAILS[kind]
    form = details(details.posted(details.fill(data), "data"), prefix="data")
    assert form.is_valid(), form.all_problems()
    assert form.stored() == data
    assert unchanged(details, form, data)
