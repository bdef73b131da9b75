import base64

import pytest

from quizzes import formats
from tests.quizzes.formats.drafts import PNG


def read(questions):
    return formats.read("quiz.xml", f'<?xml version="1.0"?>\n<quiz>\n{questions}\n</quiz>'.encode())


def question(kind, rest="", *, text="Q", name="N"):
    return (
        f'<question type="{kind}"><name><text>{name}</text></name>'
        f'<questiontext format="html"><text>{text}</text></questiontext>{rest}</question>'
    )


def answer(text, fraction, more=""):
    return f'<answer fraction="{fraction}"><text>{text}</text>{more}</answer>'


def only(questions):
    reading = read(questions)
    assert [problem.message for problem in reading.problems] == []
    [draft] = reading.drafts
    return draft


CHOICE = answer("a", 100) + answer("b", 0)


@pytest.mark.parametrize(
    ("questions", "kind", "data"),
    [
        (
            question("multichoice", f"<single>true</single>{CHOICE}"),
            "single",
            {"options": [{"text": "a", "right": True}, {"text": "b", "right": False}]},
        ),
        (
            question("multichoice", "<single/>" + answer("a", 100) + answer("b", -100)),
            "multiple",
            {"options": [{"text": "a", "right": True}, {"text": "b", "right": False}]},
        ),
        (
            question("multichoiceset", CHOICE),
            "multiple",
            {
                "options": [{"text": "a", "right": True}, {"text": "b", "right": False}],
                "all_or_nothing": True,
            },
        ),
        (
            question(
                "multichoice",
                "<single>0</single>" + answer("a", "33.33333") + answer("b", "66.667") + answer("c", 0),
            ),
            "multiple",
            {
                "options": [
                    {"text": "a", "right": True, "fraction": 1 / 3},
                    {"text": "b", "right": True, "fraction": 2 / 3},
                    {"text": "c", "right": False, "fraction": 0.0},
                ]
            },
        ),
        (question("truefalse", answer("false", 100) + answer("true", 0)), "true_false", {"right": False}),
        (
            question("shortanswer", "<usecase>1</usecase>" + answer("x", 100)),
            "short_text",
            {"accepted": ["x"], "case": True},
        ),
        (
            question(
                "numerical",
                answer("2.5", 100, "<tolerance>0.1</tolerance>")
                + "<units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit>"
                "<unit><multiplier>100</multiplier><unit_name>cm</unit_name></unit></units>"
                "<unitgradingtype>1</unitgradingtype>",
            ),
            "numeric",
            {
                "answers": [{"value": 2.5, "absolute": 0.1}],
                "unit": "m",
                "units": [{"name": "cm", "factor": 100}],
                "unit_required": True,
            },
        ),
        (
            question(
                "match",
                "<subquestion><text>a</text><answer><text>1</text></answer></subquestion>"
                "<subquestion><text>b</text><answer><text>2</text></answer></subquestion>"
                "<subquestion><text/><answer><text>3</text></answer></subquestion>",
            ),
            "matching",
            {"pairs": [{"left": "a", "right": "1"}, {"left": "b", "right": "2"}], "distractors": ["3"]},
        ),
        (
            question("ordering", answer("second", 2) + answer("first", 1) + "<gradingtype>0</gradingtype>"),
            "ordering",
            {"items": ["first", "second"], "scoring": "positions"},
        ),
        (
            question(
                "gapselect",
                "".join(f"<selectoption><text>{w}</text><group>1</group></selectoption>" for w in "ab"),
                text="[[2]]",
            ),
            "cloze",
            {
                "gaps": [
                    {
                        "kind": "single",
                        "data": {"options": [{"text": "a", "right": False}, {"text": "b", "right": True}]},
                    }
                ]
            },
        ),
        (
            question("multianswer", text="{2:SAC:=b#yes~%50%c} {:NM:=5:0.1} {1:MCV:x~=y}"),
            "cloze",
            {
                "gaps": [
                    {
                        "kind": "short_text",
                        "points": 2,
                        "data": {
                            "accepted": [{"text": "b", "feedback": "yes"}, {"text": "c", "fraction": 0.5}],
                            "case": True,
                        },
                    },
                    {"kind": "numeric", "data": {"answers": [{"value": 5, "absolute": 0.1}]}},
                    {
                        "kind": "single",
                        "data": {"options": [{"text": "x", "right": False}, {"text": "y", "right": True}]},
                    },
                ]
            },
        ),
        (
            question("essay", "<minwordlimit>5</minwordlimit><graderinfo><text>look</text></graderinfo>"),
            "essay",
            {"min_words": 5, "notes": "look"},
        ),
    ],
)
def test_each_type_has_its_kind(questions, kind, data):
    draft = only(questions)
    assert (draft.kind, draft.data) == (kind, data)


@pytest.mark.parametrize(
    "kind", ["coderunner", "calculated", "stack", "ddmarker", "random", "recordrtc", "hologram"]
)
def test_a_type_without_a_counterpart_is_refused_by_name(kind):
    reading = read(question(kind) + "\n" + question("truefalse", answer("true", 100) + answer("false", 0)))
    assert [draft.kind for draft in reading.drafts] == ["true_false"]
    [problem] = reading.problems
    assert (problem.line, problem.is_warning) == (3, False)
    assert kind in problem.message


def test_everything_around_a_question_is_read():
    draft = only(
        '<question type="category"><category><text>$course$/top/Week 7</text></category></question>'
        + question(
            "shortanswer",
            answer("x", 100)
            + "<defaultgrade>2.5</defaultgrade><penalty>0.3333333</penalty><idnumber>q1</idnumber>"
            '<hint format="html"><text>&lt;b&gt;think&lt;/b&gt;</text></hint>'
            "<tags><tag><text>cnn</text></tag></tags>"
            '<generalfeedback format="markdown"><text>**why**</text></generalfeedback>',
            text="<![CDATA[<p>a]]]]><![CDATA[></p>]]>",
        )
    )
    assert (draft.category, draft.points, draft.penalty, draft.reference) == ("Week 7", 2.5, 1 / 3, "q1")
    assert (draft.hints, draft.tags, draft.explanation, draft.body) == (
        ("**think**",),
        ("cnn",),
        "**why**",
        "a]]>",
    )


@pytest.mark.parametrize(
    ("form", "text", "markdown"),
    [
        ("html", "&lt;p&gt;a &lt;i&gt;b&lt;/i&gt;&lt;/p&gt;", "a *b*"),
        ("markdown", "a *b*", "a *b*"),
        ("plain_text", "a *b* $x_1*y$", "a \\*b\\* $x_1*y$"),
        ("moodle_auto_format", "a *b*", "a \\*b\\*"),
        ("anything", "&lt;b&gt;a&lt;/b&gt;", "**a**"),
    ],
)
def test_texts_are_read_in_their_format(form, text, markdown):
    draft = only(
        '<question type="shortanswer"><name><text>N</text></name>'
        f'<questiontext format="{form}"><text>{text}</text></questiontext>{answer("x", 100)}</question>'
    )
    assert draft.body == markdown


def test_a_picture_comes_along():
    text = '<![CDATA[<p>See <img src="@@PLUGINFILE@@/my%20net.png" alt="a net"></p>]]></text>'
    file = f'<file name="my net.png" path="/" encoding="base64">{base64.b64encode(PNG).decode()}</file>'
    draft = only(question("shortanswer", answer("x", 100), text=text + file + "<text>"))
    assert draft.body == "See ![a net](image:my-net.png)"
    assert [(picture.name, picture.content) for picture in draft.pictures] == [("my-net.png", PNG)]


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("@@PLUGINFILE@@/gone.png", "a net"),
        ("http://elsewhere.example/a.png", "[a net](<http://elsewhere.example/a.png>)"),
        ("data:image/svg+xml;base64,PHN2Zy8+", "a net"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_named(source, left):
    reading = read(
        question(
            "shortanswer", answer("x", 100), text=f'<![CDATA[<p>See <img src="{source}" alt="a net"></p>]]>'
        )
    )
    assert [draft.body for draft in reading.drafts] == [f"See {left}"]
    assert [problem.is_warning for problem in reading.problems] == [True]


@pytest.mark.parametrize(
    ("questions", "named"),
    [
        (question("numerical", answer("*", 100)), "*"),
        (question("numerical", answer("many", 100)), "many"),
        (question("multichoice", answer("a", 0) + answer("b", 0)), "right"),
        (question("multichoice", answer("a", "all")), "all"),
        (question("cloze", text="no gap"), "gap"),
        (question("cloze", text="{1:MULTIRESPONSE:=a~=b}"), "MULTIRESPONSE"),
        (question("cloze", text="{1:SA:=a"), "{1:SA:"),
        (question("gapselect", text="[[3]]"), "[[3]]"),
        (question("description"), "description"),
        (question("truefalse", answer("true", 100)), "two answers"),
    ],
)
def test_a_question_that_makes_no_sense_is_named(questions, named):
    reading = read(questions)
    assert reading.drafts == []
    [problem] = reading.problems
    assert named in problem.message


def test_scripts_stay_out():
    draft = only(
        question(
            "shortanswer",
            answer("x", 100),
            text="<![CDATA[<p onclick='x()'>a</p><script>alert(1)</script>]]>",
        )
    )
    assert draft.body == "a"
