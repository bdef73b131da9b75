"""What is taken in: the checks that need no Python, made before anything is stored."""

import json
from pathlib import PurePosixPath

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from classroom.uploads import clean_name
from projects.errors import Refused

#: The largest hand-in, in bytes. A notebook with its plots stays below; a data set does not belong here.
MAX_SOURCE_BYTES = 5 * 1024 * 1024
#: What the grader reads.
CODE_SUFFIXES = (".py", ".ipynb")
#: What a person can read besides.
TEXT_SUFFIXES = (*CODE_SUFFIXES, ".md", ".txt")


def check_source(source: bytes, *, filename: str, suffixes: tuple[str, ...] = CODE_SUFFIXES) -> None:
    """Refuse what cannot be graded whatever it says: too large, empty, of another kind, not text, damaged.

    Python that does not parse is not refused here: the grader names the line, and a notebook with one
    broken cell is graded without it.

    Raises
    ------
    Refused
        With a sentence for the student.
    """
    if len(source) > MAX_SOURCE_BYTES:
        raise Refused(
            _(
                "This file has %(size)s; the limit is %(limit)s. Clear the notebook's outputs, or leave "
                "out the data, and hand in again."
            )
            % {"size": filesizeformat(len(source)), "limit": filesizeformat(MAX_SOURCE_BYTES)}
        )
    suffix = PurePosixPath(filename).suffix.lower()
    if suffix not in suffixes:
        raise Refused(
            _("Hand in a file of one of these kinds: %(kinds)s. This one is called “%(name)s”.")
            % {"kinds": ", ".join(suffixes), "name": clean_name(filename)}
        )
    text = _decoded(source)
    if not text.strip():
        raise Refused(_("There is nothing in it yet. Write or upload your code, then hand in again."))
    if suffix == ".ipynb":
        _check_notebook(text)


def _decoded(source: bytes) -> str:
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(
            _(
                "This is not text: it may be an archive, an image or a Word file with another name. Hand "
                "in the .py or .ipynb file itself, saved as UTF-8."
            )
        ) from None
    if "\0" in text:
        raise Refused(
            _(
                "This is not text: it contains zero bytes. Hand in the .py or .ipynb file itself, saved "
                "as UTF-8."
            )
        )
    return text


def _check_notebook(text: str) -> None:
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as error:
        raise Refused(
            _(
                "This notebook is damaged: line %(line)d is not what Jupyter writes. Download it again "
                "(File, Download), or hand in a .py file."
            )
            % {"line": error.lineno}
        ) from None
    except (RecursionError, ValueError):  # nested too deep; a number of thousands of digits
        notebook = None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise Refused(
            _(
                "This file ends in .ipynb but is no notebook. Download it again (File, Download) from "
                "Jupyter or Colab."
            )
        )
    if not any(isinstance(cell, dict) and cell.get("cell_type") == "code" for cell in cells):
        raise Refused(_("This notebook has no code cell. Did you download the right one?"))
