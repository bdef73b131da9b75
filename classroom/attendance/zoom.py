"""The table of participants that Zoom gives out, and whose rows are whose. Pure.

Zoom's tables come with or without some lines about the meeting above, or with columns about it in front; a
row is one time that somebody joined, or (as "Total duration") all of somebody's. They are written in several
languages, and come through a spreadsheet with other separators.
"""

import csv
import io
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from classroom.errors import Refused

#: More rows than any session of a course has.
MOST_ROWS = 20_000
#: A row that claims more minutes is damaged.
MOST_MINUTES = 24 * 60
#: "Ada (Ada Okafor)": the name of the moment, and the one of the account.
WITH_ORIGINAL = re.compile(r"(?P<shown>.*?)\s*\((?P<original>[^()]*)\)\s*")
#: How columns are called, whatever follows: English and German. Zoom renames its own now and then.
NAME, MAIL = ("name",), ("email", "e-mail", "user email", "benutzer-e-mail", "benutzer e-mail")
MINUTES = ("duration", "total duration", "dauer", "gesamtdauer")
WAITING = ("in waiting room", "im warteraum")
YES = {"yes", "ja"}
#: Name, address and minutes of one row.
Join = tuple[str, str, int]


@dataclass(frozen=True)
class Attendee:
    """Somebody in the call: all joins under one address, or under one name where there is no address."""

    key: str
    names: tuple[str, ...]
    email: str
    minutes: int
    joins: int

    @property
    def name(self) -> str:
        """The name to show."""
        return self.names[0] if self.names else self.email


@dataclass(frozen=True)
class Candidate:
    """Somebody of the course."""

    pk: int
    name: str
    email: str


@dataclass(frozen=True)
class Matching:
    """Who is who, and who must be asked about; each attendee and each candidate is in one pair at most."""

    pairs: dict[str, int]
    by_name: frozenset[str]
    #: Attendees nobody is sure of, with the candidates that may be meant, if any.
    questions: list[tuple[Attendee, tuple[int, ...]]]


def read(text: str) -> list[Attendee]:
    """Return who was in the call and for how many minutes, several joins added up.

    Raises
    ------
    Refused
        It is no such table, or a row of it cannot be read; the line is named.
    """
    found: dict[str, list[Join]] = defaultdict(list)
    for join in _joins(text):
        name, email, _minutes = join
        found[email or f"name:{_plain(name)}"].append(join)
    return [_attendee(key, joins) for key, joins in found.items()]


def essence(text: str) -> str:
    """Return a shorter table that `read` reads as the same: without times, and columns nobody asks for.

    Raises
    ------
    Refused
        As `read` does.
    """
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([("Name", "Email", "Duration (Minutes)"), *_joins(text)])
    return table.getvalue()


def _joins(text: str) -> list[Join]:
    lines = text.lstrip("\ufeff").splitlines()
    start, separator, columns = _head(lines)
    rows = csv.reader(io.StringIO("\n".join(lines[start + 1 :])), delimiter=separator)
    found: list[Join] = []
    try:
        for number, row in enumerate(rows, start=start + 2):
            if number > MOST_ROWS:
                raise Refused(_("This table has more than %(count)d rows.") % {"count": MOST_ROWS})
            cells = [cell.strip() for cell in row]
            name, email = _cell(cells, columns[0]), _cell(cells, columns[1]).lower()
            if not (name or email) or _cell(cells, columns[3]).lower() in YES:
                continue
            found.append((name, email, _minutes(_cell(cells, columns[2]), number)))
    except csv.Error as error:
        raise Refused(_("This table is damaged: download it from Zoom again.")) from error
    if not found:
        raise Refused(_("There is nobody in this table."))
    return found


def match(attendees: Sequence[Attendee], students: Sequence[Candidate]) -> Matching:
    """Match one to one: by address, then by a name that only one student and only one attendee have.

    Nothing is guessed. A name that two students have, or that an attendee without a known address shares with
    another, is a question; so is an attendee whose student is taken.
    """
    by_email = {student.email.lower(): student.pk for student in students}
    pairs = {one.key: by_email[one.email] for one in attendees if one.email in by_email}
    named: dict[str, set[int]] = defaultdict(set)
    for student in students:
        if student.name.strip():
            named[_plain(student.name)].add(student.pk)
    rest = [one for one in attendees if one.key not in pairs]
    meant = {one.key: set().union(*(named.get(name, set()) for name in _plain_names(one))) for one in rest}
    taken = set(pairs.values())
    claims = Counter(pk for people in meant.values() for pk in people)
    by_name = set()
    for one in rest:
        if len(meant[one.key]) == 1:
            [only] = meant[one.key]
            if only not in taken and claims[only] == 1:
                pairs[one.key] = only
                by_name.add(one.key)
    questions = [(one, tuple(sorted(meant[one.key]))) for one in rest if one.key not in pairs]
    return Matching(pairs, frozenset(by_name), questions)


def _head(lines: Sequence[str]) -> tuple[int, str, tuple[int, int, int, int]]:
    """Find the line that names the columns; return where it is, the separator, and where which column is."""
    for number, line in enumerate(lines[:20]):
        for separator in (",", ";", "\t"):
            titles = [cell.strip(' "').lower() for cell in line.split(separator)]
            name = _column(titles, NAME)
            # What stands in front of the name is about the meeting: the host's address, its whole length.
            mail, minutes, waiting = (_column(titles, starts, name) for starts in (MAIL, MINUTES, WAITING))
            if name >= 0 and minutes >= 0:
                return number, separator, (name, mail, minutes, waiting)
    raise Refused(
        _(
            "This is not Zoom's table of participants: it needs the columns “Name” and “Duration (Minutes)”. "
            "In Zoom: Reports, Usage, the number of participants, Export."
        )
    )


def _column(titles: Sequence[str], starts: tuple[str, ...], after: int = -1) -> int:
    places = (place for place, title in enumerate(titles) if title.startswith(starts))
    return next((place for place in places if place > after), -1)


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if 0 <= place < len(cells) else ""


def _minutes(text: str, line: int) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= MOST_MINUTES:
        return int(text)
    raise Refused(_("Line %(line)d: “%(text)s” is no number of minutes.") % {"line": line, "text": text[:40]})


def _attendee(key: str, joins: Sequence[Join]) -> Attendee:
    return Attendee(
        key=key,
        names=tuple(dict.fromkeys(name for name, _email, _minutes in joins if name)),
        email=joins[0][1],
        minutes=sum(minutes for _name, _email, minutes in joins),
        joins=len(joins),
    )


def _plain_names(attendee: Attendee) -> set[str]:
    """Return every form in which the names may be a student's: as written, and both parts of "A (B)"."""
    found = set()
    for name in attendee.names:
        found.add(_plain(name))
        if parts := WITH_ORIGINAL.fullmatch(name):
            found |= {_plain(parts["shown"]), _plain(parts["original"])}
    return found - {""}


def _plain(name: str) -> str:
    """Return a name for comparing: case, width, composed letters and blanks do not matter; accents do."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
