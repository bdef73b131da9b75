"""Tables from spreadsheet programs, in every dialect, damaged ones and bombs included."""

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from classroom.errors import Refused
from classroom.exports import csv_table, harmless
from classroom.spreadsheets import as_meant, read_table, xlsx

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


def as_csv(rows):
    return b"".join(csv_table(rows[0], rows[1:]))


@pytest.mark.parametrize("write", [as_csv, lambda rows: xlsx("Grades", rows[0], rows[1:])])
@unhurried
@given(rows=st.lists(st.lists(texts.map(str.strip), min_size=1, max_size=4), min_size=1, max_size=4))
def test_what_is_written_is_read_again(write, rows):
    rows[0][0] = "Name"
    expected = [[text.strip() for text in row] for row in rows]
    read = [[as_meant(text) for text in row] for row in read_table(write(rows))]

    def bare(table):
        cut = [[*row] for row in table]
        for row in cut:
            while row and not row[-1]:
                row.pop()
        while cut and not cut[-1]:
            cut.pop()
        return cut

    # An apostrophe before a formula is one of ours: one of the writer's own looks the same.
    assert bare(read) == bare([[as_meant(text) for text in row] for row in expected])


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfName;Points\r\nAda;7,5\r\n",
        "Name\tPoints\nAda\t7,5\n".encode("utf-16"),
        b'Name,Points\nAda,"7,5"\n\n,\n',
        b'"Name";"Points"\rAda;7,5',
    ],
)
def test_every_dialect_of_csv_is_read(content):
    assert read_table(content) == [["Name", "Points"], ["Ada", "7,5"]]


def test_old_files_of_windows_are_read():
    assert read_table("Name\nJürgen\n".encode("cp1252")) == [["Name"], ["Jürgen"]]


def test_numbers_of_xlsx_are_read_to_the_last_digit():
    assert read_table(xlsx("x", ["a"], [[8.333333, 7, 99_999.123456, 12.0]])) == [
        ["a"],
        ["8.333333", "7", "99999.123456", "12"],
    ]


def test_nothing_computes_in_an_xlsx_file():
    sheet = load_workbook(io.BytesIO(xlsx("x", ["=1+1"], [['=HYPERLINK("x")', "\x00+1", 3]]))).active
    assert [(cell.value, cell.data_type) for row in sheet.rows for cell in row if cell.value is not None] == [
        ("'=1+1", "s"),
        ('\'=HYPERLINK("x")', "s"),
        ("'+1", "s"),
        (3, "n"),
    ]
    assert as_meant(str(harmless("=1+1"))) == "=1+1"


def bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 70_000_000)
    return file.getvalue()


def wide():
    book = Workbook()
    book.active.cell(1, 600, "far")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b",,\n", b"PK\x03\x04 nothing", b"x" * (5 * 1024 * 1024 + 1), b"a\n" * 10_002],
    ids=["empty", "blank", "commas", "damaged", "heavy", "long"],
)
def test_what_is_no_table_is_refused(content):
    with pytest.raises(Refused):
        read_table(content)


@pytest.mark.parametrize("make", [bomb, wide])
def test_what_grows_too_large_is_refused(make):
    with pytest.raises(Refused):
        read_table(make())


@unhurried
@given(st.binary(max_size=200).map(lambda content: b"PK" + content) | st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content):
    try:
        table = read_table(content)
    except Refused:
        return
    assert table
