"""QTI as other systems write it: one item of each interaction, in version 2 and in version 3."""

import re
from pathlib import Path

import pytest

from quizzes import formats

V2, V3 = "http://www.imsglobal.org/xsd/imsqti_v2p2", "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
RULES = "http://www.imsglobal.org/question/qti_v2p2/rptemplates/"


def declare(kind, *correct, mapping=(), identifier="R", **attributes):
    cardinality, base_type = kind.split()
    values = "".join(f"<value>{value}</value>" for value in correct)
    entries = "".join(f'<mapEntry mapKey="{key}" mappedValue="{points}"/>' for key, points in mapping)
    bounds = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f'<responseDeclaration identifier="{identifier}" cardinality="{cardinality}" baseType="{base_type}">'
        + (f"<correctResponse>{values}</correctResponse>" if correct else "")
        + (f"<mapping{bounds}>{entries}</mapping>" if mapping else "")
        + "</responseDeclaration>"
    )


def item(declarations, body, processing=""):
    return (
        f'<assessmentItem xmlns="{V2}" identifier="i1" title="Title" adaptive="false" timeDependent="false">'
        f"{declarations}<itemBody>{body}</itemBody>{processing}</assessmentItem>"
    )


def as_version_3(text):
    """Write an item as version 3 does."""

    def name(match):
        camel = match[2]
        is_qti = camel != "img" and (camel != camel.lower() or camel in {"value", "mapping", "prompt", "gap"})
        is_rule = camel in {"equal", "variable", "match", "sum"}
        kebab = re.sub("[A-Z]", lambda letter: "-" + letter[0].lower(), camel)
        return f"<{match[1]}" + (f"qti-{kebab}" if is_qti or is_rule else camel)

    text = re.sub(r"<(/?)(\w+)", name, text)
    text = re.sub(
        r" (\w+)=", lambda match: " " + re.sub("[A-Z]", lambda c: "-" + c[0].lower(), match[1]) + "=", text
    )
    return text.replace(V2, V3)


def choices(name, texts, prompt="<prompt>Which?</prompt>", **attributes):
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    inner = "".join(f'<simpleChoice identifier="{key}">{text}</simpleChoice>' for key, text in texts.items())
    return f'<{name} responseIdentifier="R"{more}>{prompt}{inner}</{name}>'


def pairs(first, second):
    sets = "".join(
        "<simpleMatchSet>"
        + "".join(
            f'<simpleAssociableChoice identifier="{k}" matchMax="9">{t}</simpleAssociableChoice>'
            for k, t in one.items()
        )
        + "</simpleMatchSet>"
        for one in (first, second)
    )
    return f'<matchInteraction responseIdentifier="R"><prompt>Match</prompt>{sets}</matchInteraction>'


def option(text, right, **more):
    return {"text": text, "right": right} | more


def gap(*texts, right):
    return {"kind": "single", "data": {"options": [option(text, text == right) for text in texts]}}


CASES = {
    "choice": (
        item(
            declare("single identifier", "b"),
            choices("choiceInteraction", {"a": "One", "b": "<b>Two</b>"}, maxChoices="1"),
        ),
        ("single", "Which?", {"options": [option("One", False), option("**Two**", True)]}),
    ),
    "choice with weights": (
        item(
            declare("single identifier", "b", mapping=[("b", 2), ("a", 1)]),
            choices("choiceInteraction", {"a": "One", "b": "Two", "c": "Three"}, maxChoices="1"),
        ),
        (
            "single",
            "Which?",
            {"options": [option("One", False, fraction=0.5), option("Two", True), option("Three", False)]},
        ),
    ),
    "choice with feedback": (
        item(
            declare("single identifier", "b"),
            choices(
                "choiceInteraction",
                {
                    "a": 'One<feedbackInline outcomeIdentifier="F" identifier="a">No.</feedbackInline>',
                    "b": "Two",
                },
                maxChoices="1",
            ),
        ),
        ("single", "Which?", {"options": [option("One", False, feedback="No."), option("Two", True)]}),
    ),
    "several choices": (
        item(
            declare("multiple identifier", "a", "c"),
            choices("choiceInteraction", dict(zip("abc", "xyz", strict=True)), maxChoices="0"),
        ),
        ("multiple", "Which?", {"options": [option("x", True), option("y", False), option("z", True)]}),
    ),
    "several choices with a bound": (
        item(
            declare("multiple identifier", mapping=[("a", 1), ("c", 1), ("b", -1)], upperBound="2"),
            choices("choiceInteraction", dict(zip("abc", "xyz", strict=True)), maxChoices="0"),
        ),
        (
            "multiple",
            "Which?",
            {
                "options": [
                    option("x", True, fraction=0.5),
                    option("y", False, fraction=-0.5),
                    option("z", True, fraction=0.5),
                ]
            },
        ),
    ),
    "true or false": (
        item(
            declare("single identifier", "f"),
            choices("choiceInteraction", {"t": "True", "f": "False"}, maxChoices="1"),
        ),
        ("true_false", "Which?", {"right": False}),
    ),
    "order": (
        item(
            declare("ordered identifier", "b", "a"),
            choices("orderInteraction", {"a": "second", "b": "first"}),
        ),
        ("ordering", "Which?", {"items": ["first", "second"], "scoring": "exact"}),
    ),
    "words": (
        item(
            declare("single string", "York", mapping=[("York", 1), ("Bork", 0.5)]),
            '<p>Sun of <textEntryInteraction responseIdentifier="R"/>, rise</p>',
        ),
        ("short_text", "Sun of _____, rise", {"accepted": ["York", {"text": "Bork", "fraction": 0.5}]}),
    ),
    "a number": (
        item(
            declare("single float", "2.5"),
            '<p>How much?</p><p><textEntryInteraction responseIdentifier="R"/></p>',
            "<responseProcessing><responseCondition><responseIf>"
            '<equal toleranceMode="absolute" tolerance="0.1 0.1">'
            '<variable identifier="R"/><baseValue baseType="float">2.5</baseValue></equal>'
            '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>'
            "</responseIf></responseCondition></responseProcessing>",
        ),
        ("numeric", "How much?", {"answers": [{"value": 2.5, "absolute": 0.1}]}),
    ),
    "gaps": (
        item(
            declare("single identifier", "g2") + declare("single string", "ab", identifier="S"),
            '<p>A <inlineChoiceInteraction responseIdentifier="R">'
            '<inlineChoice identifier="g1">x</inlineChoice>'
            '<inlineChoice identifier="g2">y</inlineChoice></inlineChoiceInteraction> and '
            '<textEntryInteraction responseIdentifier="S"/>.</p>',
        ),
        (
            "cloze",
            "A {{1}} and {{2}}.",
            {"gaps": [gap("x", "y", right="y"), {"kind": "short_text", "data": {"accepted": ["ab"]}}]},
        ),
    ),
    "words into gaps": (
        item(
            declare("multiple directedPair", "w2 G1", "w1 G2"),
            '<gapMatchInteraction responseIdentifier="R"><prompt>Fill.</prompt>'
            '<gapText identifier="w1">one</gapText><gapText identifier="w2">two</gapText>'
            '<p>A <gap identifier="G1"/> b <gap identifier="G2"/></p>'
            "</gapMatchInteraction>",
        ),
        (
            "cloze",
            "Fill.\n\nA {{1}} b {{2}}",
            {"gaps": [gap("one", "two", right="two"), gap("one", "two", right="one")]},
        ),
    ),
    "match": (
        item(
            declare("multiple directedPair", "a x", "b x"), pairs({"a": "A", "b": "B"}, {"x": "X", "y": "Y"})
        ),
        (
            "matching",
            "Match",
            {"pairs": [{"left": "A", "right": "X"}, {"left": "B", "right": "X"}], "distractors": ["Y"]},
        ),
    ),
    "match the other way": (
        item(
            declare("multiple directedPair", "a x", "a y"), pairs({"a": "A", "b": "B"}, {"x": "X", "y": "Y"})
        ),
        (
            "matching",
            "Match",
            {"pairs": [{"left": "X", "right": "A"}, {"left": "Y", "right": "A"}], "distractors": ["B"]},
        ),
    ),
    "essay": (
        item(
            declare("single string"),
            '<p>Write.</p><extendedTextInteraction responseIdentifier="R" expectedLines="6"/>'
            '<rubricBlock view="scorer"><p>Look for x.</p></rubricBlock>',
        ),
        ("essay", "Write.", {"lines": 6, "notes": "Look for x."}),
    ),
}


@pytest.mark.parametrize("version", ["qti22", "qti3"])
@pytest.mark.parametrize("name", CASES)
def test_each_interaction_has_its_kind(name, version):
    text, (kind, body, data) = CASES[name]
    reading = formats.read("item.xml", (text if version == "qti22" else as_version_3(text)).encode())
    assert [problem.message for problem in reading.problems] == []
    [draft] = reading.drafts
    assert (reading.format, draft.kind, draft.body, draft.data) == (version, kind, body, data)
    assert (draft.title, draft.reference) == ("Title", "i1")


@pytest.mark.parametrize("version", ["qti22", "qti3"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hotspotInteraction", item("", '<hotspotInteraction responseIdentifier="R"/>')),
        ("uploadInteraction", item("", '<uploadInteraction responseIdentifier="R"/>')),
        (
            "choiceInteraction",
            item(declare("single identifier"), choices("choiceInteraction", {"a": "x", "b": "y"})),
        ),
        (
            "templateDeclaration",
            item('<templateDeclaration identifier="T"/>', choices("choiceInteraction", {"a": "x"})),
        ),
        (
            "adaptive",
            item("", choices("choiceInteraction", {"a": "x"})).replace('adaptive="false"', 'adaptive="true"'),
        ),
        ("asks nothing", item("", "<p>Read this.</p>")),
        (
            "Several",
            item("", choices("choiceInteraction", {"a": "x"}) + choices("orderInteraction", {"a": "x"})),
        ),
    ],
)
def test_an_interaction_without_a_counterpart_is_refused_by_name(name, text, version):
    reading = formats.read("item.xml", (text if version == "qti22" else as_version_3(text)).encode())
    assert reading.drafts == []
    [problem] = reading.problems
    assert name.lower() in problem.message.lower()
    assert "“Title”" in problem.message


CANVAS = (Path(__file__).parents[1] / "files/canvas.xml").read_text()


def test_canvas_writes_questions_and_what_it_does_not_ask():
    reading = formats.read("quiz.xml", CANVAS.encode())
    [draft] = reading.drafts
    assert (reading.format, draft.kind, draft.title, draft.body, draft.points) == (
        "qti12",
        "single",
        "Pick",
        "Which?",
        3,
    )
    assert draft.data == {"options": [option("x", False, feedback="No."), option("y", True)]}
    assert (draft.explanation, draft.reference) == ("Because.", "q1")
    [problem] = reading.problems
    assert ("file_upload_question" in problem.message, problem.line) == (True, 15)


@pytest.mark.parametrize(
    "broken",
    [
        CANVAS.replace("</resprocessing>", ""),
        CANVAS.replace("<questestinterop ", '<?xml version="1.0"encoding="UTF-8"?>\n<questestinterop '),
        CANVAS.replace("Because.", "Because R&D."),
        CANVAS.replace('title="Pick"', 'title="Pick" hidden'),
    ],
)
def test_xml_that_is_nearly_right_is_set_right_and_named(broken):
    reading = formats.read("quiz.xml", broken.encode())
    assert [draft.title for draft in reading.drafts] == ["Pick"]
    assert sum("set right" in problem.message for problem in reading.problems) == 1
