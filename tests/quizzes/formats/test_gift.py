import pytest

from quizzes import formats


def read(text):
    return formats.read("questions.gift", text.encode() if isinstance(text, str) else text)


def only(text):
    reading = read(text)
    assert [problem.message for problem in reading.problems] == []
    [draft] = reading.drafts
    return draft


def messages(reading):
    return [(problem.line, problem.is_warning, problem.message) for problem in reading.problems]


@pytest.mark.parametrize(
    ("text", "kind", "data"),
    [
        ("Q{}", "essay", {}),
        ("Q{T}", "true_false", {"right": True}),
        ("Q{FALSE#no#yes}", "true_false", {"right": False, "feedback_true": "no", "feedback_false": "yes"}),
        ("Q{=one =1}", "short_text", {"accepted": ["one", "1"]}),
        ("Q{One}", "short_text", {"accepted": ["One"]}),
        (
            "Q{=%50%Cat#ok =Frog}",
            "short_text",
            {"accepted": [{"text": "Cat", "fraction": 0.5, "feedback": "ok"}, "Frog"]},
        ),
        ("Q{#3.14:0.01}", "numeric", {"answers": [{"value": 3.14, "absolute": 0.01}]}),
        ("Q{#3.141..3.142}", "numeric", {"answers": [{"value": 3.1415, "absolute": 0.0005}]}),
        (
            "Q{#=1822:0 =%50%1822:2#close}",
            "numeric",
            {
                "answers": [
                    {"value": 1822},
                    {"value": 1822, "absolute": 2, "fraction": 0.5, "feedback": "close"},
                ]
            },
        ),
        (
            "Q{~a#no =b#yes ~%50%c}",
            "single",
            {
                "options": [
                    {"text": "a", "right": False, "feedback": "no"},
                    {"text": "b", "right": True, "feedback": "yes"},
                    {"text": "c", "right": False, "fraction": 0.5},
                ]
            },
        ),
        (
            "Q{~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-100%d}",
            "multiple",
            {
                "options": [
                    {"text": "a", "right": True},
                    {"text": "b", "right": True},
                    {"text": "c", "right": True},
                    {"text": "d", "right": False},
                ]
            },
        ),
        (
            "Q{=a -> 1 =b -> 2 = -> 3}",
            "matching",
            {"pairs": [{"left": "a", "right": "1"}, {"left": "b", "right": "2"}], "distractors": ["3"]},
        ),
    ],
)
def test_each_kind_is_told_by_its_braces(text, kind, data):
    draft = only(text)
    assert (draft.kind, draft.data) == (kind, data)


def test_everything_around_a_question_is_read():
    draft = only(
        "\ufeff// a comment\r\n$CATEGORY: $course$/top/Week 7/Pooling\r\n\r\n"
        "// [id:p1] [tag:cnn] [tag:week 7]\r\n"
        "::Max \\: pool::[html]<p>What is <b>kept</b> of \\(a_1\\)?</p>\r\n{=the largest}\r\n"
    )
    assert (draft.title, draft.body) == ("Max : pool", "What is **kept** of $a_1$?")
    assert (draft.category, draft.tags, draft.reference, draft.line) == (
        "Week 7/Pooling",
        ("cnn", "week 7"),
        "p1",
        5,
    )


def test_general_feedback_is_the_explanation():
    assert only("Q{=a ~b ####[html]<i>why</i>}").explanation == "*why*"


def test_a_missing_word_leaves_a_gap():
    assert only("Grant is {~buried =entombed} in the tomb.").body == "Grant is _____ in the tomb."
    assert only("Two plus two is {=four}.").body == "Two plus two is _____."


def test_escapes():
    draft = only(r"a \= b \{c\} \~ d\: \# A \\\\ B\nC{T}")
    assert draft.body == "a = b {c} ~ d: # A \\\\\\ B\nC"


@pytest.mark.parametrize(
    ("text", "line", "named", "kinds"),
    [
        ("Q $\\nabla L$?{T}", 1, "\\nabla", ["true_false"]),
        ("\n\nIs $a\n \\neq b$?{T}", 4, "\\neq", ["true_false"]),
        ("Q{\n ~np.sum(x, axis=0)\n =np.sum(x)\n}", 2, "axis=0", ["single"]),
        ("Q{\n =read(header=True)\n ~read()}", 2, "header=True", ["single"]),
        ("Q{#three}", 1, "three", []),
        ("Q{#=1822 =twelve}", 1, "twelve", []),
        ("Just a text.", 1, "description", []),
        ("Q{=a ~b", 1, "never closed", []),
        ("Q =a ~b}", 1, "}", []),
        ("Q{~a ~b}", 1, "right", []),
        ("Q{=a -> 1 =b}", 1, "->", []),
        ("Q{=a =b ~c}", 1, "Several options", ["multiple"]),
        ('Q{=a ~b}";', 1, '";', ["single"]),
        ("Q{=a\n\n~b}", 2, "blank line", ["single"]),
        ("::T::Q\n// c\n{\n~b\n=f(a=b)}", 5, "a=b", ["single"]),
        ("Q{=a ~b} and {T}", 1, "\\{", ["single"]),
        ("Q{=%50%a =%100%b ~c}", 1, "weight", ["single"]),
        ("Q{true}", 1, "TRUE", ["true_false"]),
        ("\nWhat is $x_{ij}$?{T}", 2, "$x_{ij}$", ["true_false"]),
        ("Q{\n=$\\frac{1}{2}$\n~b}", 2, "\\frac\\{1\\}\\{2\\}", ["single"]),
        ("Q{\n~a\n=$y = x_1 ~ z$}", 3, "$y \\= x_1 \\~ z$", ["single"]),
        ("{T}", 1, "no question before", []),
    ],
)
def test_a_trap_is_named_with_its_line(text, line, named, kinds):
    reading = read(text)
    assert [draft.kind for draft in reading.drafts] == kinds
    [(found_line, is_warning, message)] = messages(reading)
    assert found_line == line
    assert named in message
    assert is_warning == bool(kinds) or named == "description"


def test_what_looks_like_a_trap_is_read_as_meant():
    assert only("Q $a \\\\neq b$?{T}").body == "Q $a \\neq b$?"
    assert read("Q $\\nabla L$?{T}").drafts[0].body == "Q $\\nabla L$?"
    options = read("Q{\n ~f(x, axis=0)\n =f(x)\n}").drafts[0].data["options"]
    assert [option["text"] for option in options] == ["f(x, axis=0)", "f(x)"]
    assert [option["text"] for option in only("Q{~Grant~Jefferson=no one}").data["options"]] == [
        "Grant",
        "Jefferson",
        "no one",
    ]


def test_signs_in_formulas_are_read_as_meant():
    [draft] = read("Is $x_{ij} = y$ so?{=$a_{1} = 2$ ~\\(b^{2} = 3\\) ~c}").drafts
    texts = [option["text"] for option in draft.data["options"]]
    assert (draft.body, texts) == ("Is $x_{ij} = y$ so?", ["$a_{1} = 2$", "$b^{2} = 3$", "c"])
    [money] = read("It costs $5 {=much ~little} of $6.").drafts
    assert money.body == "It costs $5 _____ of $6."


def test_one_broken_question_takes_no_other_along():
    reading = read("A{T}\n\nB{#x}\n\nC{F}\n\nD{=a")
    assert [draft.title for draft in reading.drafts] == ["A", "C"]
    assert [problem.line for problem in reading.problems] == [3, 7]


def test_other_encodings_are_read():
    assert only("Größe?{T}".encode("cp1252")).title == "Größe?"
    assert only("Größe?{T}".encode("utf-16")).title == "Größe?"


def test_questions_without_an_empty_line_between_them_are_warned_about():
    reading = read("::One:: 2 + 2? {=4 ~5}\n::Two:: 3 + 3? {=6 ~5}\n")
    assert messages(reading) == [
        (1, True, "Another question seems to begin inside this one: put an empty line before it.")
    ]
