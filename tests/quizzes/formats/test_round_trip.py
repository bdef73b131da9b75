"""An export imports again into the same questions."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes import formats
from tests.quizzes.formats.drafts import DATA, drafts

CALM = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
GIFT = {name: data for name, data in DATA.items() if name not in {"ordering", "cloze", "essay"}} | {
    "essay": st.just({})
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


@CALM
@given(st.lists(drafts().filter(_is_sound), min_size=1, max_size=3))
def test_moodle_xml_imports_as_it_was_exported(sent):
    assert _there_and_back("moodle_xml", sent) == sent
