"""An export imports again into the same questions."""

import io
import re
import zipfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes import formats
from quizzes.formats import package
from quizzes.formats.draft import Draft
from tests.quizzes.factories import GRADIENT
from tests.quizzes.formats.drafts import DATA, drafts

CALM = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
GIFT = {name: data for name, data in DATA.items() if name not in {"ordering", "cloze", "essay"}} | {
    "essay": st.just({})
}


ENGINE_KINDS = {
    "shapes": st.just({"network": "dense"}),
    "backprop": st.just({"ask": "all"}),
    "convolution": st.just({"size": 5, "kernel": 3, "stride": 2, "padding": 1}),
    "gradient_formula": st.just(GRADIENT),
    "loss_curve": st.just({}),
    "boundary": st.just({}),
    "matrix": st.just({"value": [[1, 2], [3, 4.5]], "absolute": 0.1}),
}


def _there_and_back(name, sent):
    content, problems = formats.write(name, sent)
    assert [problem.message for problem in problems if not problem.is_warning] == []
    reading = formats.read("questions", content)
    assert reading.format == name
    assert [problem.message for problem in reading.problems] == []
    return [replace(draft, line=0, file="") for draft in reading.drafts]


def _is_sound(draft):
    kind = formats.formats.KINDS[draft.kind]
    return not kind.problems(draft.data) and not kind.body_problems(draft.data, draft.body)


def _gift_can(draft):
    data = draft.data
    arrows = [pair["left"] for pair in data.get("pairs", [])]
    arrows += [one if isinstance(one, str) else repr(one) for one in data.get("accepted", [])]
    return not any("->" in text for text in arrows)


@CALM
@given(st.lists(drafts(GIFT, pictures=False).filter(_gift_can).filter(_is_sound), min_size=1, max_size=3))
def test_gift_imports_as_it_was_exported(sent):
    assert _there_and_back("gift", sent) == sent


@pytest.mark.parametrize("name", ["moodle_xml", "qti12", "qti21", "qti3"])
@CALM
@given(sent=st.lists(drafts().filter(_is_sound), min_size=1, max_size=3, unique_by=lambda draft: repr(draft)))
def test_xml_imports_as_it_was_exported(name, sent):
    assert _there_and_back(name, sent) == sent


@CALM
@given(st.lists(drafts(DATA | ENGINE_KINDS).filter(_is_sound), min_size=1, max_size=3))
def test_csv_imports_as_it_was_exported(sent):
    assert _there_and_back("csv", sent) == sent


ONE_OF_EACH = {
    "single": {"options": [{"text": "*a*", "right": True, "feedback": "yes"}, {"text": "b", "right": False}]},
    "multiple": {"options": [{"text": t, "right": t in "ab"} for t in "abc"]},
    "true_false": {"right": False, "feedback_true": "no"},
    "numeric": {"answers": [{"value": 2.5, "absolute": 0.5}, {"value": 7.0, "fraction": 0.5}]},
    "short_text": {"accepted": ["x", {"text": "y", "fraction": 0.5}], "case": True},
    "matching": {
        "pairs": [{"left": "$a$", "right": "1"}, {"left": "b", "right": "2"}],
        "distractors": ["3"],
    },
    "ordering": {"items": ["first", "second", "third"], "scoring": "exact"},
    "essay": {"lines": 5},
}


@pytest.mark.parametrize("name", ["qti12", "qti21", "qti3"])
@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_another_system_finds_the_same_question_in_qti(name, kind):
    sent = formats.Draft("Mine", kind, "What is $x_1$?", ONE_OF_EACH[kind], points=2.0)
    content, _problems = formats.write(name, [sent])
    [found] = formats.read("questions.zip", without_notes(content)).drafts
    assert (found.title, found.kind, found.body, found.points) == ("Mine", kind, sent.body, 2.0)
    assert found.data == sent.data


@pytest.mark.parametrize("name", ["qti12", "qti21", "qti3"])
def test_another_system_finds_the_same_gaps_in_qti(name):
    gaps = [
        {
            "kind": "single",
            "data": {"options": [{"text": "a", "right": False}, {"text": "b", "right": True}]},
        },
        {"kind": "short_text", "data": {"accepted": ["x"]}},
    ]
    sent = formats.Draft("Mine", "cloze", "One {{1}} and {{2}}.", {"gaps": gaps})
    content, _problems = formats.write(name, [sent])
    [found] = formats.read("questions.zip", without_notes(content)).drafts
    assert (found.kind, found.body, found.data) == ("cloze", sent.body, {"gaps": gaps})


def without_notes(content):
    files = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            files[name] = re.sub(rb"<\?classroom.*?\?>", b"", archive.read(name), flags=re.DOTALL)
    return package.pack(files)


@pytest.mark.parametrize("name", ["qti12", "qti21", "qti3"])
def test_a_change_in_another_system_is_heard(name):
    draft = formats.Draft("Old", "true_false", "Old?", {"right": True}, points=2.0, hints=("a hint",))
    content, _problems = formats.write(name, [draft])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {
            one: archive.read(one).replace(b"Old?<", b"New?<").replace(b"Old?&lt;", b"New?&lt;")
            for one in archive.namelist()
        }
    [found] = formats.read("questions.zip", package.pack(files)).drafts
    assert (found.title, found.body, found.hints, found.points) == ("Old", "New?", (), 2.0)


@pytest.mark.parametrize("name", ["gift", "moodle_xml", "qti12", "qti21", "qti3"])
@pytest.mark.parametrize(
    "kind",
    [
        "shapes",
        "backprop",
        "convolution",
        "gradient_formula",
        "loss_curve",
        "boundary",
        "matrix",
        "numpy_line",
    ],
)
def test_a_kind_without_a_place_in_a_format_is_named(name, kind):
    draft = formats.Draft("Mine", kind, "Q", {})
    content, [problem] = formats.write(name, [draft])
    assert "Mine" in problem.message
    assert "CSV" in problem.message
    assert formats.read("f", content, name).drafts == []


@pytest.mark.parametrize(
    ("name", "carries"), [("gift", False), ("moodle_xml", False), ("qti21", True), ("csv", True)]
)
def test_the_name_of_a_wrong_idea_is_carried_or_warned_of(name, carries):
    options = [
        {"text": "4", "right": True},
        {"text": "3", "right": False, "misconception": "forgot the padding"},
    ]
    draft = Draft(title="Width", kind="single", body="How wide?", data={"options": options})
    content, problems = formats.write(name, [draft])
    told = [problem.message for problem in problems if "misconception" in problem.message]
    assert len(told) == (not carries)
    [again] = formats.read("questions", content).drafts
    assert ("misconception" in again.data["options"][1]) == carries
