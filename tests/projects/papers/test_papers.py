"""Certificates on paper: their words, that nothing leaves the frame, and that the text can be read back."""

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from projects.models import Certificate, CertificateKind
from projects.papers import drawing, layout, wording

FACTS = {
    "name": "Jürgen Weiß",
    "team": "Łódź",
    "project": "Κύματα",
    "award_title": "Erster Preis",
    "event": "Waterkant hackathon",
    "course": "Deep Learning",
    "first_day": date(2027, 6, 4),
    "last_day": date(2027, 6, 5),
    "issued_on": date(2027, 6, 12),
    "code": "ABCDEFGHJKMNPQRSTUVWXYZ23456",
}
ADDRESS = "https://classroom.example.org/certificates/"
#: Letters of names, some of which the font lacks.
letters = st.characters(exclude_categories=["Cs"]) | st.sampled_from("abcxyzÄÖÜßéł -'")


def words(kind="participation", language="en", template=None, **facts):
    template = template or wording.default(kind=kind, language=language)
    certificate = Certificate(kind=kind, **FACTS | facts)
    return wording.worded(certificate, template, address=ADDRESS, written=drawing.written)


def read(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    assert len(pages) == 1
    return " ".join(pages[0].extract_text().split())


@pytest.mark.parametrize("kind", CertificateKind)
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_a_certificate_says_is_read_back(kind, language):
    text = read(drawing.pdf_of(words(kind, language)))
    said = ["Jürgen Weiß", "Waterkant hackathon", "ABCDEFG-HJKMNPQ-RSTUVWX-YZ23456", ADDRESS]
    said += {"participation": ["Łódź"], "completion": ["Κύματα"], "award": ["Κύματα", "Erster Preis"]}[kind]
    said += ["4–5 June 2027", "12 June 2027"] if language == "en" else ["4.–5. Juni 2027", "12. Juni 2027"]
    assert [part for part in said if part not in text] == []


@pytest.mark.parametrize("kind", CertificateKind)
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_proposed_words_can_be_printed_as_they_are(kind, language):
    """Also as translated: no placeholder is lost or broken, and the letters are there."""
    proposed = wording.default(kind=kind, language=language)
    assert wording.faults(proposed.title + proposed.text, kind) == []
    assert drawing.unknown_letters(proposed.title + proposed.text) == ""
    needed = {"participation": ["team"], "completion": ["project"], "award": ["project", "award"]}[kind]
    assert [name for name in ["name", "event", *needed] if f"{{{name}}}" not in proposed.text] == []


def test_fonts_are_embedded():
    page = PdfReader(io.BytesIO(drawing.pdf_of(words()))).pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    embedded = ["/FontFile2" in font["/FontDescriptor"] for font in fonts if font["/Subtype"] == "/TrueType"]
    assert embedded
    assert all(embedded)


def test_the_same_words_give_the_same_bytes():
    assert drawing.pdf_of(words()) == drawing.pdf_of(words())


def extents(sheet):
    """From where to where each line of a page reaches."""
    for line in sheet.lines:
        wide = drawing.measure(line.text, line.weight) * line.size
        left = {"middle": line.x - wide / 2, "start": line.x, "end": line.x - wide}[line.anchor]
        yield line, left, left + wide


def outside(sheet):
    """The lines that are not inside the margins."""
    edge = layout.FRAME + 8
    return [
        line.text
        for line, left, right in extents(sheet)
        if left < edge - 0.01
        or right > sheet.width - edge + 0.01
        or line.y < edge
        or line.y + line.size > sheet.height - edge
    ]


@settings(max_examples=60, deadline=None)
@given(
    name=st.text(letters, min_size=1, max_size=150),
    team=st.text(letters, max_size=80),
    project=st.text(letters, max_size=120),
    event=st.text(letters, max_size=200),
    kind=st.sampled_from(list(CertificateKind)),
    is_landscape=st.booleans(),
    signatures=st.lists(st.text(letters, max_size=130), max_size=3),
)
def test_nothing_leaves_the_frame(name, team, project, event, kind, is_landscape, signatures):
    template = wording.default(kind=kind, language="en")
    template.is_landscape, template.signatures = is_landscape, "\n".join(signatures)
    said = words(
        kind, template=template, name=name, team=team, project=project, event=event, award_title=project
    )
    sheet = layout.arrange(said, drawing.measure)
    assert outside(sheet) == []
    assert read(drawing.pdf_of(said))


@pytest.mark.parametrize("is_landscape", [True, False])
def test_the_longest_there_can_be_stays_in_its_place(is_landscape):
    """150 letters without a space, a text of placeholders only: above the signatures, below the title."""
    template = wording.default(kind="award", language="en")
    template.text = ("# {name} {event}\n" * 88)[:1500]
    template.title, template.is_landscape = "{event} {name} {event}", is_landscape
    template.signatures = "\n".join(["W" * 130] * 3)
    sheet = layout.arrange(
        words("award", template=template, name="W" * 150, event="M" * 200, course="Q" * 300), drawing.measure
    )
    assert outside(sheet) == []
    body = [line for line in sheet.lines if line.weight == "bold"]
    assert min(line.y for line in body) > sheet.rules[0].y


def test_a_long_name_is_made_smaller_before_it_is_broken():
    name = "Maximiliane-Charlotte Freifrau von Hohenstein zu Bad Segeberg"
    lines = [line for line in layout.arrange(words(name=name), drawing.measure).lines if line.text == name]
    assert [(line.weight, layout.BODY <= line.size < layout.LARGE) for line in lines] == [("bold", True)]


def test_words_are_wrapped_whole_and_nothing_is_lost():
    text = "Donaudampfschifffahrt " * 20
    lines = layout.wrap(text, 200, 15, "regular", drawing.measure)
    assert " ".join(lines).split() == text.split()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.floats(20, 400))
@settings(deadline=None)
def test_wrapping_loses_no_letter(text, room):
    lines = layout.wrap(text, room, 12, "regular", drawing.measure)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_letters_the_font_lacks_are_left_out():
    assert drawing.unknown_letters("Zoë 🚀 王 Łukasz") == "🚀王"
    assert [drawing.written(text) for text in ("Rockets 🚀 now", "🚀", "", "Ka\u0308te\u200b")] == [
        "Rockets now",
        "–",
        "",
        "Käte",
    ]


def test_a_wrong_placeholder_names_the_right_ones():
    found = wording.faults("{name} {nmae} {award}", "participation")
    allowed = "{name}, {team}, {event}, {course}, {days}, {date}"
    assert found == [
        f"{{nmae}} means nothing here. These do: {allowed}.",
        f"{{award}} means nothing here. These do: {allowed}.",
    ]
    assert wording.faults("{name} {award}", "award") == []


@pytest.mark.parametrize(
    "text", ["{name", "name}", "{}", "{name.__class__}", "{name!r}", "{0}", "{{name}}", "{na me}", "{NAME}"]
)
def test_other_braces_are_refused(text):
    assert len(wording.faults(text, "award")) == 1


def test_braces_in_a_name_stay_what_they_are():
    assert wording.fill("{name} of {team}", {"name": "{team}", "team": "{name}"}) == "{team} of {name}"


@pytest.mark.parametrize(
    ("first", "last", "english", "german"),
    [
        (date(2027, 6, 4), date(2027, 6, 4), "4 June 2027", "4. Juni 2027"),
        (date(2027, 6, 4), date(2027, 6, 5), "4–5 June 2027", "4.–5. Juni 2027"),
        (date(2027, 5, 31), date(2027, 6, 1), "31 May – 1 June 2027", "31. Mai – 1. Juni 2027"),
        (
            date(2027, 12, 31),
            date(2028, 1, 1),
            "31 December 2027 – 1 January 2028",
            "31. Dezember 2027 – 1. Januar 2028",
        ),
    ],
)
def test_days_are_said_in_both_languages(first, last, english, german):
    said = []
    for language in ("en", "de"):
        template = wording.default(kind="award", language=language)
        template.text = "{days}"
        said.append(words("award", template=template, first_day=first, last_day=last).text)
    assert said == [english, german]


def test_signatures_are_read_one_a_line():
    assert wording.signed(" Mira Petersen , Dean, of all\n\nJo\n") == (
        ("Mira Petersen", "Dean, of all"),
        ("Jo", ""),
    )
