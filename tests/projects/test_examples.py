"""Data that organisers upload: what is read, and what is refused with the line and the reason."""

import io
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects import examples
from projects.errors import Refused

NO_HEADING = "The first line has to name the columns: at least one of features, and one of labels."


class Exploit:
    """Would run code where it is unpickled."""

    ran = []

    def __reduce__(self):
        return (Exploit.ran.append, ("boom",))


def table(*lines, count=30):
    """A table of two columns and a label, with these lines first."""
    rows = ["width,height,kind", *lines]
    rows += [f"{n},{n / 2},{'cat' if n % 2 else 'dog'}" for n in range(count)]
    return "\n".join(rows).encode()


def read(content, filename="data.csv", label_column="", of_classes=True):
    return examples.read(content, filename=filename, label_column=label_column, of_classes=of_classes)


def archive(**arrays):
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    return packed.getvalue()


def test_a_table_is_read_with_its_classes_in_alphabetical_order():
    found = read(table())
    assert (found.features.shape, found.features.dtype) == ((30, 2), np.float64)
    assert found.features[3].tolist() == [3, 1.5]
    assert found.labels.tolist() == [0 if n % 2 else 1 for n in range(30)]
    assert (found.classes, found.columns, found.problems) == (["cat", "dog"], ["width", "height"], [])


def test_the_label_column_may_stand_anywhere():
    found = read(table(), label_column="width", of_classes=False)
    assert found.problems[0] == (2, "“dog” in column “kind” is no number.")
    rows = "y;a;b\n" + "\n".join(f"{n},5;{n};-1" for n in range(25))
    found = read(rows.encode(), label_column="y", of_classes=False)
    assert found.labels.tolist() == [n + 0.5 for n in range(25)]  # a decimal comma
    assert found.features[2].tolist() == [2, -1]


def test_whole_numbers_are_classes_in_their_own_order():
    rows = "a,y\n" + "\n".join(f"1,{n % 11}" for n in range(33))
    assert read(rows.encode()).classes == [str(n) for n in range(11)]  # not 0, 1, 10, 2


def test_a_bom_and_windows_line_ends_are_read():
    found = read(b"\xef\xbb\xbf" + table().replace(b"\n", b"\r\n"))
    assert (found.columns, found.problems) == (["width", "height"], [])


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("1,abc,cat", "“abc” in column “height” is no number."),
        ("1,nan,cat", "“nan” in column “height” is no number."),
        ("inf,1,cat", "“inf” in column “width” is no number."),
        ("1,2", "2 cells, but the heading has 3."),
        ("1,2,cat,4", "4 cells, but the heading has 3."),
        ("1,2,", "The label in column “kind” is missing or too long."),
    ],
)
def test_problems_name_their_line(line, says):
    found = read(table("1,1,cat", line))
    assert found.problems == [(3, says)]
    assert len(found.labels) == 0


def test_many_problems_are_counted_not_all_told():
    found = read(table(*["x,1,cat"] * 25))
    assert len(found.problems) == examples.MOST_PROBLEMS + 1
    assert found.problems[-1] == (0, "And 5 more.")


@pytest.mark.parametrize(
    ("content", "label_column", "says"),
    [
        (b"", "", "The first line has to name the columns: at least one of features, and one of labels."),
        (
            b"a\n1\n",
            "",
            "The first line has to name the columns: at least one of features, and one of labels.",
        ),
        (b"a,a\n1,2\n", "", "Every column needs a name of its own in the first line."),
        (b"a,\n1,2\n", "", "Every column needs a name of its own in the first line."),
        (b"a,b\n1,2\n", "c", "No column is called “c”."),
        (b"a,b\n1,x\n2,y\n", "", "At least 20 examples are needed."),
        (b"a,b\n" + b"1,x\n" * 30, "", "There is 1 class; it takes 2 to 1000."),
        (b"\xff\xfe\x00", "", "This is not text. Save the table as CSV, in UTF-8."),
    ],
)
def test_tables_that_cannot_be_used_say_why(content, label_column, says):
    assert read(content, label_column=label_column).problems == [(0, says)]


@given(content=st.binary(max_size=300), filename=st.sampled_from(["a.csv", "a.npz"]), classes=st.booleans())
def test_no_bytes_make_reading_fail(content, filename, classes):
    assert read(content, filename=filename, of_classes=classes).problems != []


@given(text=st.text(alphabet='ab,;"\n\r\t1.0 ', max_size=200), classes=st.booleans())
def test_no_table_makes_reading_fail(text, classes):
    assert read(text.encode(), of_classes=classes).problems != []


def test_an_archive_is_read():
    X, y = np.random.default_rng(0).normal(size=(40, 4, 4)).astype(">f4"), np.arange(40) % 3 + 5
    found = read(archive(X=X, y=y), "images.npz")
    assert (found.features.dtype.str, found.features.shape) == ("<f4", (40, 4, 4))
    assert np.array_equal(found.features, X)
    assert (found.classes, found.labels[:4].tolist()) == (["5", "6", "7"], [0, 1, 2, 0])
    numbers = read(archive(X=X, y=y), "images.npz", of_classes=False)
    assert numbers.labels[:4].tolist() == [5, 6, 7, 5]


def test_pickled_objects_are_refused_and_never_loaded():
    for arrays in (
        {"X": np.array([[Exploit()]] * 30, dtype=object), "y": np.arange(30)},
        {"X": np.zeros((30, 2)), "y": np.array([Exploit()] * 30, dtype=object)},
    ):
        packed = io.BytesIO()
        np.savez(packed, **arrays)
        found = read(packed.getvalue(), "evil.npz")
        name = "X" if arrays["X"].dtype == object else "y"
        says = f"The array {name} holds Python objects, which are not read. Save plain numbers."
        assert found.problems == [(0, says)]
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as packed:
        packed.writestr("X.npy", pickle.dumps(Exploit()))
        packed.writestr("y.npy", pickle.dumps(Exploit()))
    assert read(raw.getvalue(), "evil.npz").problems[0][1].startswith("This file is damaged")
    assert Exploit.ran == []


damage = st.lists(st.tuples(st.integers(0, 10**4), st.integers(0, 255)), min_size=1, max_size=3)


def damaged(content, places):
    found = bytearray(content)
    for at, byte in places:
        found[at % len(found)] = byte
    return bytes(found)


@given(places=damage)
def test_no_damage_to_an_archive_makes_reading_fail(places):
    packed = io.BytesIO()
    np.savez_compressed(packed, X=np.random.default_rng(0).normal(size=(40, 3)), y=np.arange(40) % 2)
    found = read(damaged(packed.getvalue(), places), "a.npz")
    assert found.problems or len(found.labels) == 40


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (40, 3",  # numpy's reader raises TokenError
        b"{'descr': '<f8', b'fortran_order': False, 'shape': (40, 3), }",  # TypeError
    ],
)
def test_an_array_with_a_damaged_header_is_refused(header):
    header = header.ljust(117) + b"\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("X.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(960))
    assert read(packed.getvalue(), "a.npz").problems[0][1].startswith("This file is damaged")


def test_damaged_compression_is_refused():
    stored = io.BytesIO()
    np.savez_compressed(stored, X=np.random.default_rng(0).normal(size=(40, 3)), y=np.arange(40))
    packed = bytearray(stored.getvalue())
    at = packed.index(b"X.npy") + 40
    packed[at : at + 60] = b"\xff" * 60
    assert read(bytes(packed), "a.npz").problems[0][1].startswith("This file is damaged")


def test_a_header_that_promises_more_than_there_is_allocates_nothing():
    stored = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stored, {"descr": "<f8", "fortran_order": False, "shape": (10**12, 2)}
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("X.npy", stored.getvalue())
    assert read(packed.getvalue(), "a.npz").problems[0][1].startswith("This file is damaged")


def test_a_zip_bomb_is_not_unpacked():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("X.npy", bytes(examples.MAX_BYTES + 1))
    assert len(packed.getvalue()) < 100_000
    assert read(packed.getvalue(), "a.npz").problems[0][1].startswith("The array X is larger than")


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"y": np.arange(30)}, "There is no array called X in it."),
        ({"X": np.zeros(30), "y": np.arange(30)}, "X has to be an array of numbers, one example a row."),
        (
            {"X": np.zeros((30, 2)), "y": np.zeros((30, 1), int)},
            "y has to be of shape (examples,): save y[:, 0].",
        ),
        (
            {"X": np.zeros((30, 2)), "y": np.arange(29)},
            "y has to hold one label for each of X's 30 examples.",
        ),
        (
            {"X": np.zeros((30, 2)), "y": np.zeros(30)},
            "For classes y has to hold whole numbers or texts.",
        ),
        (
            {"X": np.full((30, 2), np.nan), "y": np.arange(30)},
            "X or y holds values that are not finite (nan or inf).",
        ),
    ],
)
def test_archives_that_cannot_be_used_say_why(arrays, says):
    assert read(archive(**arrays), "a.npz").problems == [(0, says)]


@pytest.mark.parametrize(
    ("content", "filename", "says"),
    [
        (b"1", "a.xlsx", "Upload a .csv table with a heading"),
        (b"1" * (examples.MAX_FILE_BYTES + 1), "a.csv", "This file is larger than"),
    ],
)
def test_other_files_are_refused(content, filename, says):
    with pytest.raises(Refused, match=says):
        read(content, filename)
