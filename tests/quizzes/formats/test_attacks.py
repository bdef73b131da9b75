"""Files that mean harm are refused with a reason, and quickly; no bytes at all make reading fail."""

import csv
import io
import json
import stat
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes import formats
from quizzes.kinds import KINDS
from tests.quizzes.formats.drafts import PNG

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ATTACKS = {
    "billion laughs": f'<!DOCTYPE quiz [<!ENTITY l0 "ha">{LAUGHS}]><quiz>&l9;</quiz>',
    "quadratic blow-up": f'<!DOCTYPE quiz [<!ENTITY a "{"a" * 50_000}">]><quiz>{"&a;" * 5_000}</quiz>',
    "external entity": '<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
    "parameter entity": '<!DOCTYPE quiz [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><quiz/>',
    "external DTD": '<!DOCTYPE quiz SYSTEM "http://127.0.0.1/x.dtd"><quiz/>',
    "local DTD": '<!DOCTYPE quiz SYSTEM "file:///etc/passwd"><quiz/>',
    "attribute blow-up": (
        f'<!DOCTYPE quiz [<!ATTLIST a a CDATA "{"x" * 4_000}">]><quiz>{"<a/>" * 100_000}</quiz>'
    ),
    "long document type": f'<!DOCTYPE quiz [<!ATTLIST a a CDATA "{"x" * 50_000}">]><quiz/>',
    "deep nesting": "<quiz>" + "<a>" * 100_000,
    "many elements": "<quiz>" + "<a/>" * 300_000 + "</quiz>",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_by_xml_is_refused(attack):
    began = time.perf_counter()
    reading = formats.read("quiz.xml", ('<?xml version="1.0"?>\n' + ATTACKS[attack]).encode())
    assert time.perf_counter() - began < 10
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


def test_a_picture_is_no_file_of_questions():
    reading = formats.read("net.png", PNG)
    assert (reading.drafts, reading.is_unreadable, len(reading.problems)) == ([], True, 1)


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


def zipped(*files, compress=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compress) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return made.getvalue()


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


ITEM = (
    '<assessmentItem identifier="i" title="T"><responseDeclaration identifier="R" cardinality="single" '
    'baseType="string"><correctResponse><value>x</value></correctResponse></responseDeclaration><itemBody><p>Q</p>'
    '{more}<textEntryInteraction responseIdentifier="R"/></itemBody></assessmentItem>'
)
PACKAGES = {
    "bomb": (zipped(("a.xml", b"0" * 15_000_000)), "zip bomb"),
    "many bombs": (zipped(*((f"{n}.xml", bytes(19_000_000)) for n in range(6))), "too large"),
    "too many files": (zipped(*((f"{n}.xml", b"") for n in range(2_001))), "more than"),
    "path upwards": (zipped(("../../etc/cron.d/x", b"x")), "out of the package"),
    "path inside": (zipped(("a/../../x.xml", b"x")), "out of the package"),
    "absolute path": (zipped(("/etc/passwd", b"x")), "out of the package"),
    "windows path": (zipped(("C:\\x.xml", b"x")), "out of the package"),
    "backslashes": (zipped(("a\\..\\..\\x.xml", b"x")), "out of the package"),
    "link": (zipped((link("item.xml"), b"/etc/passwd")), "is a link"),
    "large file": (zipped(("a.xml", bytes(21_000_000))), "larger than 20 MB"),
    "no QTI": (zipped(("a.txt", b"x")), "no QTI items"),
    "broken": (zipped(("a.xml", b"<a/>"))[:-30], "broken"),
    "attack inside": (zipped(("a.xml", ATTACKS["billion laughs"])), "entities"),
}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_that_means_harm_is_refused(name):
    content, named = PACKAGES[name]
    began = time.perf_counter()
    reading = formats.read("package.zip", content)
    assert time.perf_counter() - began < 10
    assert reading.drafts == []
    [problem] = reading.problems
    assert named in problem.message


def test_a_directory_that_lies_about_sizes_unpacks_no_more_than_it_says():
    content = bytearray(zipped(("item.xml", ITEM.format(more="<p>" + "a" * 50_000 + "</p>"))))
    place = content.rindex(b"PK\x01\x02") + 24
    content[place : place + 4] = (100).to_bytes(4, "little")
    reading = formats.read("package.zip", bytes(content))
    assert (reading.drafts, len(reading.problems)) == ([], 1)


def test_a_picture_outside_of_the_package_is_not_read():
    reading = formats.read(
        "package.zip",
        zipped(("items/item.xml", ITEM.format(more='<img src="../../../etc/passwd" alt="it"/>'))),
    )
    assert [draft.body for draft in reading.drafts] == ["Q\n\nit"]
    assert [problem.is_warning for problem in reading.problems] == [True]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_no_damage_to_a_package_makes_reading_fail(place, damage):
    content = bytearray(zipped(("item.xml", ITEM.format(more=""))))
    content[place : place + len(damage)] = damage
    formats.read("package.zip", bytes(content))


@pytest.mark.parametrize(
    "content",
    [
        "<quiz><" + "a" * 100_000,
        "<quiz>" + "<!--" * 20_000,
        "<quiz>" + "<![CDATA[" * 20_000,
        "<quiz>" + "<a b" * 50_000,
        "\\(" * 50_000 + "{T}",
        "[" * 50_000 + "{T}",
        "Q{~a " + "x=y" * 50_000 + "}",
        "$a_{" * 50_000 + "{T}",
        "{" * 100_000,
        "a{\n\n" * 10_000,
        "[html]" + "<b " * 50_000 + "{T}",
        "kind,question\n" + '"' * 100_001,
    ],
)
def test_nothing_costs_more_time_than_it_is_long(content):
    began = time.process_time()
    formats.read("file", content.encode())
    assert time.process_time() - began < 3


WORDS = "options text right fraction answers value absolute accepted pairs left"
NAMES = st.sampled_from([*WORDS.split(), "gaps", "kind", "data", "items", "feedback"])
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.dictionaries(NAMES, JSON, max_size=4))
def test_no_details_make_reading_a_table_fail(kind, details):
    made = io.StringIO()
    csv.writer(made).writerows([["kind", "question", "details"], [kind, "Q {{1}}", json.dumps(details)]])
    formats.read("table.csv", made.getvalue().encode())
