"""What a table of marks would change: who and what is meant, and what is not certain. Nothing is written."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from classroom.errors import Refused
from classroom.pages.gradebook.book import Book, Cell, Column, Student, typed_as
from classroom.pages.gradebook.exporting import COMPUTED
from classroom.pages.gradebook.forms import Wanted, wanted
from classroom.spreadsheets import Table, as_meant

NUMBERED = re.compile(r"\[#(\d{1,18})\]$")


@dataclass(frozen=True)
class Question:
    """Something that may mean several things: `field` is the name of the answer."""

    field: str
    text: str
    choices: list[tuple[int, str]]
    answer: int | None


@dataclass(frozen=True)
class Planned:
    """A cell that would change."""

    student: Student
    column: Column
    old: Cell
    new: Wanted

    @property
    def new_text(self) -> str:
        """The new mark as it is typed."""
        return typed_as(self.new.points, excused=self.new.excused)


@dataclass
class Plan:
    """What an import would do."""

    changes: list[Planned] = field(default_factory=list)
    #: Cells that say what is there already.
    unchanged: int = 0
    questions: list[Question] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    unknown_students: list[str] = field(default_factory=list)
    #: While there is one nothing is imported.
    problems: list[str] = field(default_factory=list)

    @property
    def left_out(self) -> int:
        """How many rows and columns of the file would be left out."""
        open_questions = sum(question.answer is None for question in self.questions)
        return open_questions + len(self.unknown_columns) + len(self.unknown_students)

    @property
    def fingerprint(self) -> str:
        """Tells whether this is the plan that somebody looked at."""
        cells = [
            (
                one.column.pk,
                one.student.pk,
                one.old.text,
                one.old.given and one.old.given.revision,
                one.new_text,
            )
            for one in self.changes
        ]
        return sha256(json.dumps([cells, self.left_out]).encode()).hexdigest()[:32]


#: Answers to questions, by the question's field: the chosen key, or empty.
Answers = Mapping[str, str]


def plan_of(book: Book, table: Table, answers: Answers) -> Plan:
    """Compare a table with the gradebook.

    An empty cell changes nothing. Students are known by their address, else by their whole name if only one
    has it; columns by their number, else by their whole title. What fits several is asked, never guessed.

    Raises
    ------
    Refused
        The table has no column that says who a row is about.
    """
    plan = Plan()
    head = [as_meant(text) for text in table[0]]
    columns = _columns(book, head, answers, plan)
    name_at, email_at = _place(head, _NAMES), _place(head, _ADDRESSES)
    if name_at is None and email_at is None:
        raise Refused(_("The first row must name a column with names or e-mail addresses of the students."))
    people = _People(book.students)
    places: dict[int, int] = {}
    for number, row in enumerate(table[1:], start=2):
        name, email = as_meant(_at(row, name_at)), as_meant(_at(row, email_at))
        if not any(row):
            continue
        student = people.meant(number, name, email, answers, plan)
        if student is None:
            continue
        if student.pk in places:
            plan.problems.append(
                _("Rows %(first)d and %(second)d are about the same student: %(student)s.")
                % {"first": places[student.pk], "second": number, "student": student.label}
            )
            continue
        places[student.pk] = number
        _compare(book, student, row, columns, number, plan)
    return plan


def _compare(
    book: Book, student: Student, row: list[str], columns: Mapping[int, int], number: int, plan: Plan
) -> None:
    """Add what one row changes; `columns` tells which place of the row is which of the book's columns."""
    for place, at in columns.items():
        text = as_meant(_at(row, place))
        if not text:
            continue
        cell, column = book.cells[student.pk][at], book.columns[at]
        try:
            new = wanted(text)
        except ValidationError as error:
            where = {"row": number, "column": column.row.title, "problem": error.message}
            plan.problems.append(_("Row %(row)d, %(column)s: %(problem)s") % where)
            continue
        if new == Wanted(cell.points, cell.excused):
            plan.unchanged += 1
        else:
            plan.changes.append(Planned(student, column, cell, new))


def _at(row: list[str], place: int | None) -> str:
    return row[place] if place is not None and place < len(row) else ""


def _names(*texts: str) -> frozenset[str]:
    """Return what a header may be called, in all of the site's languages."""
    found = {"name", "student"} if "Name" in texts else {"email", "e-mail", "mail"}
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            found |= {translation.gettext(text).casefold() for text in texts}
    return frozenset(found)


_NAMES = ("Name", "Student")
_ADDRESSES = ("E-mail address",)


def _place(head: Sequence[str], texts: Sequence[str]) -> int | None:
    called = _names(*texts)
    return next((place for place, text in enumerate(head) if text.casefold() in called), None)


def _columns(book: Book, head: Sequence[str], answers: Answers, plan: Plan) -> dict[int, int]:
    """Return, by the place in the file, which of the book's columns is meant."""
    by_key = {column.pk: at for at, column in enumerate(book.columns)}
    by_title: defaultdict[str, list[int]] = defaultdict(list)
    for at, column in enumerate(book.columns):
        by_title[_folded(column.row.title)].append(at)
    people = {_place(head, _NAMES), _place(head, _ADDRESSES)}
    found: dict[int, int] = {}
    for place, text in enumerate(head):
        if place in people or not text or text.endswith(COMPUTED):
            continue
        numbered = NUMBERED.search(text)
        title = text[: numbered.start()] if numbered else text
        if numbered and int(numbered[1]) in by_key:
            found[place] = by_key[int(numbered[1])]
            continue
        fitting = by_title[_folded(title)]
        if len(fitting) == 1:
            found[place] = fitting[0]
        elif fitting:
            choices = [(book.columns[at].pk, _described(book.columns[at])) for at in fitting]
            answer = _asked(f"column_{place}", text, choices, answers, plan)
            if answer is not None:
                found[place] = by_key[answer]
        else:
            plan.unknown_columns.append(text)
    for at, count in Counter(found.values()).items():
        if count > 1:
            plan.problems.append(
                _("%(count)d columns of the file are “%(title)s”: leave one of them.")
                % {"count": count, "title": book.columns[at].row.title}
            )
    return found


def _described(column: Column) -> str:
    return f"{column.row.title} – {column.row.category.title} (#{column.pk})"


class _People:
    """The students, by what a file may call them."""

    def __init__(self, students: Sequence[Student]) -> None:
        self.by_email = {student.email.casefold(): student for student in students}
        self.by_name: defaultdict[str, list[Student]] = defaultdict(list)
        for student in students:
            if student.name:
                self.by_name[_folded(student.name)].append(student)

    def meant(self, number: int, name: str, email: str, answers: Answers, plan: Plan) -> Student | None:
        """Return who a row is about; None where that is not certain, which the plan says."""
        if student := self.by_email.get(email.casefold()):
            return student
        namesakes = self.by_name[_folded(name)] if name else []
        if len(namesakes) == 1 and not email:
            return namesakes[0]
        label = " ".join(filter(None, [name, f"<{email}>" if email else ""]))
        row = _("Row %(number)d: %(label)s") % {"number": number, "label": label or "–"}
        if not namesakes:
            plan.unknown_students.append(row)
            return None
        choices = [(student.pk, f"{student.name} <{student.email}>") for student in namesakes]
        answer = _asked(f"row_{number}", row, choices, answers, plan)
        return next((student for student in namesakes if student.pk == answer), None)


def _asked(name: str, text: str, choices: list[tuple[int, str]], answers: Answers, plan: Plan) -> int | None:
    """Ask which one is meant; return what was answered before, if it is one of the choices."""
    given = answers.get(name, "")
    answer = next((key for key, _label in choices if str(key) == given), None)
    plan.questions.append(Question(name, text, choices, answer))
    return answer


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
