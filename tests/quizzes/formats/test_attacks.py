"""Files that mean harm are refused with a reason, and quickly; no bytes at all make reading fail."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes import formats

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ATTACKS = {
    "billion laughs": f'<!DOCTYPE quiz [<!ENTITY l0 "ha">{LAUGHS}]><quiz>&l9;</quiz>',
    "quadratic blow-up": f'<!DOCTYPE quiz [<!ENTITY a "{"a" * 50_000}">]><quiz>{"&a;" * 5_000}</quiz>',
    "external entity": '<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
    "parameter entity": '<!DOCTYPE quiz [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><quiz/>',
    "external DTD": '<!DOCTYPE quiz SYSTEM "http://127.0.0.1/x.dtd"><quiz/>',
    "local DTD": '<!DOCTYPE quiz SYSTEM "file:///etc/passwd"><quiz/>',
    "attribute blow-up": '<!DOCTYPE quiz [<!ATTLIST quiz a CDATA "x">]><quiz/>',
    "deep nesting": "<quiz>" + "<a>" * 100_000,
    "many elements": "<quiz>" + "<a/>" * 300_000 + "</quiz>",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_by_xml_is_refused(attack):
    began = time.perf_counter()
    reading = formats.read("quiz.xml", ('<?xml version="1.0"?>\n' + ATTACKS[attack]).encode())
    assert time.perf_counter() - began < 3
    assert reading.drafts == []
    [problem] = reading.problems
    assert (problem.is_warning, problem.line) == (False, 2)
    assert "root:" not in problem.message


def test_deeply_nested_html_keeps_its_words():
    text = "&lt;b&gt;" * 20_000 + "words"
    reading = formats.read(
        "quiz.xml",
        f'<quiz><question type="essay"><questiontext><text>{text}</text></questiontext></question></quiz>'
        "".encode(),
    )
    assert [draft.body for draft in reading.drafts] == ["words"]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\x00\x00", b" \n "])
def test_an_empty_file_is_named(content):
    assert [problem.message for problem in formats.read("a.gift", content).problems] == ["The file is empty."]


BITS = st.sampled_from(
    [
        "<quiz>",
        "</quiz>",
        '<question_type="cloze">',
        "<text>",
        "</text>",
        "::a::",
        "{",
        "}",
        "{#",
        "~",
        "=",
        "->",
        "%50%",
        "####",
        "//",
        "[id:x]",
        "$CATEGORY:",
        "\n",
        "\n\n",
        "{1:SA:",
        "<![CDATA[",
        "]]>",
        "&amp;",
        "<?xml",
        'version="1.0"?>',
        "\\",
        "$",
        "\x00",
        "\ufeff",
        "*",
        "5",
        "1e400",
        "<questestinterop>",
        "<assessmentItem>",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(BITS, max_size=30).map("".join).map(str.encode)))
def test_no_bytes_make_reading_fail(content):
    for name in ("auto", *formats.FORMATS):
        formats.read("file", content, name)
