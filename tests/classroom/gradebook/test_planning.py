"""What a table would change: a file that comes back as it left changes nothing, and nothing is guessed."""

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classroom.errors import Refused
from classroom.exports import csv_table
from classroom.models import Course, GradeCategory, GradeColumn
from classroom.pages.gradebook.book import Book, Cell, Column, Given, Student
from classroom.pages.gradebook.exporting import header, rows
from classroom.pages.gradebook.planning import plan_of
from classroom.passing import Rule
from classroom.spreadsheets import read_table, xlsx

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=10) | st.sampled_from(
    ["=1+1", "-Eve", "'@x", "Ada", "Ada", "Müller; Jürgen", 'a "b"', "1,5"]
)
points = st.integers(0, 100_000_000).map(lambda number: number / 1_000_000) | st.integers(0, 100).map(float)


@st.composite
def cells(draw):
    kind = draw(st.sampled_from(["nothing", "points", "excused", "given"]))
    if kind == "excused":
        return Cell(None, True, None, Given(None, True, "", 1), still_open=False)
    if kind == "given":
        value = draw(points)
        return Cell(value, False, None, Given(value, False, "", 3), still_open=False)
    return Cell(draw(points) if kind == "points" else None, False, None, None, still_open=True)


@st.composite
def books(draw):
    keys = count(1)
    course = Course(pk=1)
    category = GradeCategory(pk=1, course=course, title="All")
    columns = [
        Column(
            GradeColumn(pk=next(keys), course=course, category=category, title=title), None, 10.0, True, False
        )
        for title in draw(st.lists(names, max_size=4))
    ]
    students = [
        Student(number, name, f"s{number}@example.org")
        for number, name in enumerate(draw(st.lists(names, max_size=4)))
    ]
    found = {student.pk: tuple(draw(cells()) for _ in columns) for student in students}
    return Book(course, draw(st.none() | st.just(Rule(50))), [category], columns, students, found)


def files(book):
    yield b"".join(csv_table(header(book), rows(book)))
    yield xlsx("Grades", header(book), rows(book))


@unhurried
@given(books())
def test_a_file_that_comes_back_unchanged_changes_nothing(book):
    said = sum(cell.text != "" for row in book.cells.values() for cell in row)
    for content in files(book):
        plan = plan_of(book, read_table(content), {})
        found = (plan.changes, plan.left_out, plan.problems, plan.unchanged)
        assert found == ([], 0, [], said)


@unhurried
@given(books(), st.data())
def test_exactly_what_was_changed_in_the_file_changes(book, data):
    table = read_table(next(files(book)))
    wanted = {}
    for number, student in enumerate(book.students, start=1):
        for at, column in enumerate(book.columns):
            if data.draw(st.booleans()):
                new = data.draw(st.sampled_from(["7.5", "EX", "3", "101,25"]))
                table[number][2 + at] = new
                if new.replace(",", ".") != book.cells[student.pk][at].text:
                    wanted[student.pk, column.pk] = new.replace(",", ".")
    plan = plan_of(book, table, {})
    assert {(one.student.pk, one.column.pk): one.new_text for one in plan.changes} == wanted


@pytest.fixture
def book():
    course = Course(pk=1)
    category = GradeCategory(pk=1, course=course, title="Project")
    titles = ["Talk", "Report", "Report"]
    columns = [
        Column(GradeColumn(pk=pk, course=course, category=category, title=title), None, 10.0, True, False)
        for pk, title in enumerate(titles, start=1)
    ]
    people = [(1, "Ada Okafor"), (2, "Eve Sato"), (3, "Eve Sato"), (4, "")]
    students = [Student(pk, name, f"s{pk}@example.org") for pk, name in people]
    nothing = tuple(Cell(None, False, None, None, still_open=True) for _ in columns)
    return Book(course, None, [category], columns, students, {one.pk: nothing for one in students})


def changed(plan):
    return [(one.student.pk, one.column.pk, one.new_text) for one in plan.changes]


def test_students_are_known_by_address_or_by_a_name_that_one_has(book):
    table = [["E-Mail", "Name", "Talk"], ["S2@example.org", "", "5"], ["", " ada  OKAFOR ", "6"]]
    assert changed(plan_of(book, table, {})) == [(2, 1, "5"), (1, 1, "6")]


def test_a_name_that_two_have_is_asked(book):
    table = [["Name", "Talk"], ["Eve Sato", "5"]]
    plan = plan_of(book, table, {})
    assert (changed(plan), plan.left_out) == ([], 1)
    assert [(one.field, [key for key, _ in one.choices]) for one in plan.questions] == [("row_2", [2, 3])]
    answered = plan_of(book, table, {"row_2": "3"})
    assert (changed(answered), answered.left_out) == ([(3, 1, "5")], 0)
    for wrong in ("1", "x", "99"):
        assert changed(plan_of(book, table, {"row_2": wrong})) == []


def test_a_known_name_with_a_foreign_address_is_asked(book):
    plan = plan_of(book, [["Name", "Email", "Talk"], ["Ada Okafor", "other@example.org", "5"]], {})
    assert (changed(plan), [one.choices for one in plan.questions]) == (
        [],
        [[(1, "Ada Okafor <s1@example.org>")]],
    )


def test_a_similar_name_is_not_the_same(book):
    plan = plan_of(book, [["Name", "Talk"], ["Ada Okafo", "5"], ["Ada", "5"]], {})
    assert (changed(plan), len(plan.unknown_students), plan.questions) == ([], 2, [])


def test_a_title_that_two_columns_have_is_asked(book):
    table = [["email", "Report"], ["s1@example.org", "5"]]
    plan = plan_of(book, table, {})
    assert (changed(plan), [one.field for one in plan.questions]) == ([], ["column_1"])
    assert changed(plan_of(book, table, {"column_1": "3"})) == [(1, 3, "5")]


def test_a_numbered_column_is_that_one_whatever_its_title(book):
    table = [["email", "Renamed [#3]", "Talk [#999]", "Extra [#998]"], ["s1@example.org", "5", "6", "7"]]
    plan = plan_of(book, table, {})
    assert (changed(plan), plan.unknown_columns) == ([(1, 3, "5"), (1, 1, "6")], ["Extra [#998]"])


def test_an_empty_cell_changes_nothing(book):
    plan = plan_of(book, [["email", "Talk"], ["s1@example.org", ""], ["s2@example.org"], ["", ""]], {})
    assert (plan.changes, plan.left_out, plan.problems) == ([], 0, [])


def test_what_is_wrong_is_named_with_its_place(book):
    table = [
        ["email", "Talk", "Talk [#1]"],
        ["s1@example.org", "abc", "1"],
        ["s1@example.org", "1", "1"],
    ]
    problems = plan_of(book, table, {}).problems
    assert [problem[:35] for problem in problems] == [
        "2 columns of the file are “Talk”: l",
        "Row 2, Talk: “abc” is no mark: writ",
        "Rows 2 and 3 are about the same stu",
    ]


def test_a_table_without_students_is_refused(book):
    with pytest.raises(Refused):
        plan_of(book, [["Talk", "Report"], ["5", "6"]], {})


def test_the_fingerprint_tells_plans_apart(book):
    table = [["email", "Talk"], ["s1@example.org", "5"]]
    prints = {
        plan_of(book, [table[0], ["s1@example.org", value]], {}).fingerprint for value in ("5", "6", "5.0")
    }
    assert len(prints) == 2
