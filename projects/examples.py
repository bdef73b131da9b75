"""Examples that organisers upload: bytes in, features and labels out, or what is wrong, line by line. Pure.

Nothing here unpickles anything, and nothing is allocated that the file's own size does not allow.
"""

import csv
import io
import math
import zipfile
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects.errors import Refused

Array = npt.NDArray[Any]

#: The largest file, and the most bytes its numbers may come to.
MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_BYTES = 32 * 1024 * 1024
#: With fewer examples than this no part would say anything.
MIN_EXAMPLES = 20
MAX_CLASSES = 1000
MAX_COLUMNS = 10_000
#: How many problems are told; the rest is only counted.
MOST_PROBLEMS = 20


@dataclass
class Examples:
    """What was read: `features` (examples, ...), `labels` (examples,), the names of classes and columns.

    `problems` are (line, text), line 0 for the whole file; where there are some, the arrays are empty.
    """

    features: Array = field(default_factory=lambda: np.zeros((0, 1)))
    labels: Array = field(default_factory=lambda: np.zeros(0))
    classes: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def read(content: bytes, *, filename: str, label_column: str, of_classes: bool) -> Examples:
    """Read a .csv table with a heading, or an .npz file with `X` and `y`.

    Parameters
    ----------
    label_column
        Which column of a table holds the labels; "" for the last one.
    of_classes
        Whether labels are classes (any text or whole numbers) rather than numbers.

    Raises
    ------
    Refused
        It is neither, or too large.
    """
    if len(content) > MAX_FILE_BYTES:
        raise Refused(
            _("This file is larger than %(limit)s. Leave out examples or columns.")
            % {"limit": filesizeformat(MAX_FILE_BYTES)}
        )
    name = filename.lower()
    if name.endswith(".csv"):
        found = _Table(of_classes).read(content, label_column.strip())
    elif name.endswith(".npz"):
        found = _archive(content, of_classes=of_classes)
    else:
        raise Refused(_("Upload a .csv table with a heading, or an .npz file that holds the arrays X and y."))
    if not found.problems and len(found.labels) < MIN_EXAMPLES:
        found.problems.append((0, _("At least %(count)d examples are needed.") % {"count": MIN_EXAMPLES}))
    return found


class _Table:
    """Reads a table; keeps the problems."""

    def __init__(self, of_classes: bool) -> None:
        self.of_classes = of_classes
        self.problems: list[tuple[int, str]] = []
        self.more = 0

    def read(self, content: bytes, label_column: str) -> Examples:
        """Return the examples."""
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self._only(_("This is not text. Save the table as CSV, in UTF-8."))
        delimiter = max(",;\t", key=text.partition("\n")[0].count)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            heading = [cell.strip() for cell in next(rows, [])]
            if why := _wrong_heading(heading, label_column):
                return self._only(why)
            at = heading.index(label_column) if label_column else len(heading) - 1
            lines = [(rows.line_num, row) for row in rows if any(map(str.strip, row))]
        except csv.Error as error:
            self._say(rows.line_num, str(error))
            return Examples(problems=self.problems)
        if len(lines) * len(heading) * 8 > MAX_BYTES:
            return self._only(_("This table has too many cells. Leave out examples or columns."))
        decimal = "," if delimiter == ";" else "."
        values, labels = [], []
        for line, row in lines:
            if len(row) != len(heading):
                self._say(
                    line,
                    ngettext(
                        "%(got)d cell, but the heading has %(want)d.",
                        "%(got)d cells, but the heading has %(want)d.",
                        len(row),
                    )
                    % {"got": len(row), "want": len(heading)},
                )
                continue
            cells = [cell.strip() for cell in row]
            label = cells.pop(at)
            labels.append(self._label(label, line, heading[at], decimal))
            names = heading[:at] + heading[at + 1 :]
            values.append(
                [self._number(cell, line, n, decimal) for cell, n in zip(cells, names, strict=True)]
            )
        if self.problems:
            return self._all_problems()
        columns = heading[:at] + heading[at + 1 :]
        return _labelled(np.array(values, dtype=np.float64), np.array(labels), columns, self.of_classes)

    def _number(self, cell: str, line: int, column: str, decimal: str) -> float:
        try:
            number = float(cell.replace(decimal, ".") if decimal != "." else cell)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            said = _("“%(cell)s” in column “%(column)s” is no number.")
            self._say(line, said % {"cell": cell[:40], "column": column[:40]})
        return number

    def _label(self, cell: str, line: int, column: str, decimal: str) -> str | float:
        if not self.of_classes:
            return self._number(cell, line, column, decimal)
        if not cell or len(cell) > 80:
            self._say(
                line, _("The label in column “%(column)s” is missing or too long.") % {"column": column}
            )
        return cell

    def _say(self, line: int, text: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append((line, text))
        else:
            self.more += 1

    def _only(self, text: str) -> Examples:
        return Examples(problems=[(0, text)])

    def _all_problems(self) -> Examples:
        if self.more:
            self.problems.append((0, _("And %(count)d more.") % {"count": self.more}))
        return Examples(problems=self.problems)


def _wrong_heading(heading: list[str], label_column: str) -> str:
    if len(heading) < 2:
        return _("The first line has to name the columns: at least one of features, and one of labels.")
    if len(heading) > MAX_COLUMNS:
        return _("At most %(count)d columns.") % {"count": MAX_COLUMNS}
    if "" in heading or len(set(heading)) < len(heading):
        return _("Every column needs a name of its own in the first line.")
    if label_column and label_column not in heading:
        return _("No column is called “%(name)s”.") % {"name": label_column[:40]}
    return ""


def _archive(content: bytes, *, of_classes: bool) -> Examples:
    """Read `X` and `y` of an .npz file; arrays of objects, which would be pickles, are refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            arrays = {name: _array(archive, name) for name in ("X", "y")}
    except Refused as refusal:
        return Examples(problems=[(0, str(refusal))])
    except Exception:  # noqa: BLE001 - of damaged bytes zipfile, zlib and numpy's reader raise whatever comes
        return Examples(problems=[(0, _("This file is damaged: save it again with numpy.savez."))])
    features, labels = arrays["X"], arrays["y"]
    if why := _wrong_arrays(features, labels, of_classes):
        return Examples(problems=[(0, why)])
    return _labelled(_plain(features), labels, [], of_classes)


def _array(archive: zipfile.ZipFile, name: str) -> Array:
    try:
        member = archive.getinfo(f"{name}.npy")
    except KeyError:
        raise Refused(_("There is no array called %(name)s in it.") % {"name": name}) from None
    if member.file_size > MAX_BYTES:
        raise Refused(
            _("The array %(name)s is larger than %(limit)s.")
            % {"name": name, "limit": filesizeformat(MAX_BYTES)}
        )
    stored = io.BytesIO(archive.read(member))
    version = np.lib.format.read_magic(stored)
    heads = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in heads:
        raise ValueError("another version")
    shape, _order, dtype = heads[version](stored)
    if dtype.hasobject:
        raise Refused(
            _("The array %(name)s holds Python objects, which are not read. Save plain numbers.")
            % {"name": name}
        )
    if math.prod(shape) * dtype.itemsize != member.file_size - stored.tell():
        raise ValueError("another size than the header says")
    stored.seek(0)
    return np.asarray(np.lib.format.read_array(stored, allow_pickle=False))


def _wrong_arrays(features: Array, labels: Array, of_classes: bool) -> str:
    if features.ndim < 2 or features.dtype.kind not in "biuf" or features.size == 0:
        return _("X has to be an array of numbers, one example a row.")
    if labels.ndim == 2 and labels.shape[1] == 1:
        return _("y has to be of shape (examples,): save y[:, 0].")
    if labels.ndim != 1 or len(labels) != len(features):
        return _("y has to hold one label for each of X's %(count)d examples.") % {"count": len(features)}
    if labels.dtype.kind not in ("biuU" if of_classes else "biuf"):
        return (
            _("For classes y has to hold whole numbers or texts.")
            if of_classes
            else _("y has to hold numbers.")
        )
    if not np.isfinite(features).all() or (labels.dtype.kind == "f" and not np.isfinite(labels).all()):
        return _("X or y holds values that are not finite (nan or inf).")
    return ""


def _plain(features: Array) -> Array:
    """Return types that everything downstream knows, little-endian, no larger than before where possible."""
    kind, size = features.dtype.kind, features.dtype.itemsize
    if kind == "f":
        return features.astype("<f4" if size <= 4 else "<f8")
    return features.astype("|u1" if features.dtype == np.uint8 else "<i8" if kind != "b" else "|u1")


def _labelled(features: Array, labels: Array, columns: list[str], of_classes: bool) -> Examples:
    """Number the classes from 0 in their order: whole numbers by size, texts by the alphabet."""
    if not of_classes:
        return Examples(features, labels.astype(np.float64), columns=columns)
    if labels.dtype.kind == "U" and all(_is_whole(str(label)) for label in np.unique(labels)):
        labels = labels.astype(np.int64)
    names, numbered = np.unique(labels, return_inverse=True)
    if not 2 <= len(names) <= MAX_CLASSES:
        said = ngettext(
            "There is %(count)d class; it takes 2 to %(most)d.",
            "There are %(count)d classes; it takes 2 to %(most)d.",
            len(names),
        )
        return Examples(problems=[(0, said % {"count": len(names), "most": MAX_CLASSES})])
    classes = [str(name) for name in names.tolist()]
    return Examples(features, numbered.astype(np.int64), classes, columns)


def _is_whole(text: str) -> bool:
    return text.lstrip("+-").isdecimal() and text.isascii() and len(text) < 15
