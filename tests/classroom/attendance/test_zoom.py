"""Reading Zoom's table and matching it one to one."""

import csv
import io
import string
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom.attendance.zoom import Attendee, Candidate, essence, match, read
from classroom.errors import Refused

TEXT = st.text(string.printable + "äöü\u2028\0", max_size=30)
HEAD = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room"
ADA, BEN, NILS, OTHER_NILS = (
    Candidate(1, "Ada Okafor", "ada@example.org"),
    Candidate(2, "Ben Lindqvist", "ben@example.org"),
    Candidate(3, "Nils Petersen", "nils@example.org"),
    Candidate(4, "Nils Petersen", "n.petersen@example.org"),
)


def table(*rows, head=HEAD):
    return "\n".join([head, *rows])


def row(name, email="", minutes=60, waiting="No"):
    return f'"{name}",{email},x,y,{minutes},Yes,{waiting}'


def matched(*rows, students=(ADA, BEN, NILS, OTHER_NILS)):
    """Who is who, by name in the table, and the names that are asked about."""
    attendees = read(table(*rows))
    found = match(attendees, students)
    names = {one.key: one.name for one in attendees}
    return {names[key]: pk for key, pk in found.pairs.items()}, [one.name for one, _ in found.questions]


def test_several_joins_of_one_person_are_added_up():
    rows = [
        row("Ada", "ADA@example.org", 40),
        row("Ada (Ada Okafor)", "ada@example.org", 30),
        row("Ben", "", 5),
    ]
    assert [(one.name, one.email, one.minutes, one.joins) for one in read(table(*rows))] == [
        ("Ada", "ada@example.org", 70, 2),
        ("Ben", "", 5, 1),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Name,Email,Duration (minutes)\nAda,ada@example.org,61",
        "\ufeffName;E-Mail;Dauer (Minuten)\r\nAda;ada@example.org;61\r\n",
        "Name (Originalname)\tBenutzer-E-Mail\tGesamtdauer (Minuten)\tGast\nAda\tada@example.org\t61\tJa",
        "Name (Original Name),User Email,Total Duration (Minutes),Guest\nAda,ada@example.org,61,No",
        "Topic,ID,Host,Duration (minutes),Start time,End time,Participants\n"
        'Week 7,8126,Mira (mira@example.org),93,"06/16/2026 03:10:26 PM","06/16/2026 04:26:31 PM",2\n\n'
        "Name (original name),Email,Total duration (minutes),Guest\nAda,ada@example.org,61,Yes",
        "Topic,Meeting ID,User Name,User Email,Start Time,End Time,Duration (Minutes),Participants,"
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent\n"
        "Week 7,8126,Mira,mira@example.org,a,b,93,2,Ada,ada@example.org,a,b,61,Yes,",
        "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants\n"
        "812,Week 7,a,b,mira@example.org,93,20\n\n" + table(row("Ada", "ada@example.org", 61)),
    ],
)
def test_the_tables_that_zoom_and_spreadsheets_write_are_read(text):
    [ada] = read(text)
    assert (ada.name, ada.email, ada.minutes) == ("Ada", "ada@example.org", 61)


def test_the_essence_of_a_table_says_the_same():
    rows = [
        row("Ada", "ada@example.org", 40),
        row('Ben "B", jr.', "", 5),
        row("Ada O.", "ADA@example.org", 9),
    ]
    whole = table(*rows, row("Nils", minutes=70, waiting="Yes"))
    assert read(essence(whole)) == read(whole)
    assert len(essence(whole)) < len(whole)


def test_who_stood_in_the_waiting_room_was_not_there():
    [ada] = read(table(row("Ada", "ada@example.org", 90, waiting="Yes"), row("Ada", "ada@example.org", 3)))
    assert (ada.minutes, ada.joins) == (3, 1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not Zoom's table"),
        ("a,b\n1,2", "not Zoom's table"),
        (HEAD, "There is nobody"),
        (table(row("Ada", minutes="many")), "Line 2: “many” is no number"),
        (table(row("Ada"), row("Ben", minutes=-5)), "Line 3: “-5” is no number"),
        (table(row("Ada", minutes=99999)), "is no number"),
    ],
)
def test_what_is_no_such_table_is_refused_by_line(text, why):
    with pytest.raises(Refused, match=why):
        read(text)


def test_an_address_decides_whatever_the_name():
    assert matched(row("Ben Lindqvist", "ada@example.org")) == ({"Ben Lindqvist": 1}, [])


def test_a_name_that_only_one_has_decides():
    assert matched(row("ada  OKAFOR"), row("Benny (Ben Lindqvist)", "private@example.com")) == (
        {"ada  OKAFOR": 1, "Benny (Ben Lindqvist)": 2},
        [],
    )


def test_a_similar_name_is_asked_about_never_guessed():
    assert matched(row("Ada Okafo"), row("Ada"), row("Ada Ökafor")) == (
        {},
        ["Ada Okafo", "Ada", "Ada Ökafor"],
    )


def test_two_people_of_equal_names_are_never_marked_by_one_row():
    assert matched(row("Nils Petersen")) == ({}, ["Nils Petersen"])
    # Also when one of the two is known: the row may be either's second device.
    assert matched(row("Nils Petersen", "nils@example.org"), row("Nils  Petersen")) == (
        {"Nils Petersen": 3},
        ["Nils  Petersen"],
    )


def test_two_attendees_that_may_be_one_student_are_asked_about():
    rows = [row("Ada Okafor", "a@example.com"), row("Ada (Ada Okafor)", "b@example.com")]
    assert matched(*rows) == ({}, ["Ada Okafor", "Ada (Ada Okafor)"])
    rows = [row("Ada Okafor", "ada@example.org"), row("Ada Okafor", "")]
    assert matched(*rows) == ({"Ada Okafor": 1}, ["Ada Okafor"])


def test_a_row_whose_two_names_mean_two_students_is_asked_about():
    assert matched(row("Ada Okafor (Ben Lindqvist)")) == ({}, ["Ada Okafor (Ben Lindqvist)"])


names = st.sampled_from(["Ada", "ada", " Ada ", "Ben", "Ada (Ben)", "Ben (Ada)", "Zoe", "", "Ｂｅｎ"])
addresses = st.sampled_from(["", *(f"{letter}@example.org" for letter in "abcd")])


@st.composite
def situations(draw):
    joins = draw(st.lists(st.tuples(names, addresses, st.integers(0, 200)), max_size=8))
    students = draw(
        st.lists(st.tuples(names, addresses.filter(bool)), max_size=5, unique_by=lambda one: one[1])
    )
    rows = [row(name, email, minutes) for name, email, minutes in joins if name.strip() or email]
    return rows, [Candidate(pk, *one) for pk, one in enumerate(students)]


@settings(deadline=None)
@given(situations())
def test_nobody_is_matched_twice_and_everybody_is_matched_or_asked_about(situation):
    rows, students = situation
    attendees = read(table(*rows)) if rows else []
    found = match(attendees, students)
    assert len(set(found.pairs.values())) == len(found.pairs)  # no two rows to one person
    assert set(found.pairs.values()) <= {student.pk for student in students}
    asked = [one.key for one, _meant in found.questions]
    assert sorted([*found.pairs, *asked]) == sorted(one.key for one in attendees)
    assert sum(one.minutes for one in attendees) == sum(int(one.split(",")[-3]) for one in rows)
    by_email = {student.email: student.pk for student in students}
    for one in attendees:
        if one.email in by_email:  # an address always decides
            assert found.pairs[one.key] == by_email[one.email]
        elif one.key in found.pairs:  # a name only where nobody else has it
            alike = [student for student in students if is_meant(one, student)]
            assert [student.pk for student in alike] == [found.pairs[one.key]]
            others = [each for each in attendees if each is not one and is_meant(each, alike[0])]
            assert all(each.email in by_email for each in others)


def is_meant(attendee: Attendee, student: Candidate):
    """Whether a name of the attendee is the student's, said in another way than the code does."""

    def letters(name):
        return name.translate(str.maketrans("Ｂｅｎ", "Ben")).strip().lower()

    written = [part for name in attendee.names for part in (name, *name.replace(")", "").split(" ("))]
    return bool(letters(student.name)) and letters(student.name) in [letters(part) for part in written]


@settings(deadline=None)
@given(st.text(string.printable + "äöü\u2028\0", max_size=300))
def test_any_text_is_read_or_refused(text):
    for given_text in (text, f"{HEAD}\n{text}"):
        with suppress(Refused):
            assert read(essence(given_text)) == read(given_text)


@given(st.lists(st.tuples(TEXT, TEXT, st.integers(0, 1440)), max_size=8))
def test_the_essence_of_any_table_says_the_same(rows):
    whole = io.StringIO()
    csv.writer(whole).writerows(
        [HEAD.split(","), *((name, email, "a", "b", minutes, "No", "No") for name, email, minutes in rows)]
    )
    with suppress(Refused):
        assert read(essence(whole.getvalue())) == read(whole.getvalue())
