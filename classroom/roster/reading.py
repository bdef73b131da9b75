"""Reading a table of people: columns by whatever name, a line a person, problems by line."""

import csv
import io
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from classroom.models import Role, User
from classroom.models.user import GUEST_DOMAIN

#: How many lines one table may have.
MAX_LINES = 2000
#: What the columns may be called, whatever their case.
COLUMNS = {
    "email": {"email", "e-mail", "mail", "e-mail address", "email address", "e-mail-adresse"},
    "name": {"name", "full name", "vor- und nachname"},
    "first": {"first name", "given name", "vorname"},
    "last": {"last name", "surname", "family name", "nachname"},
    "role": {"role", "rolle"},
    "group": {"group", "groups", "gruppe", "gruppen"},
}
#: What roles can be called, whatever the case.
ROLES = {
    "student": Role.STUDENT,
    "studierende": Role.STUDENT,
    "viewer": Role.VIEWER,
    "assistant": Role.ASSISTANT,
    "tutor": Role.ASSISTANT,
    "instructor": Role.INSTRUCTOR,
}


@dataclass(frozen=True)
class Line:
    """A person as a table names them; no role or groups: they stay as they are."""

    number: int
    email: str
    name: str
    role: Role | None = None
    groups: tuple[str, ...] = ()


def read(text: str, problems: list[tuple[int, str]]) -> list[Line]:
    """Read a table; what is wrong with it is added to `problems`, with the number of the line."""
    text = text.lstrip("\ufeff")
    head = text.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    lines: list[Line] = []
    try:
        columns = _columns(next(rows, []))
        if "email" not in columns:
            problems.append((1, _("The first line names the columns; one has to be called “email”.")))
            return []
        seen: dict[str, int] = {}
        for cells in rows:
            if not any(map(str.strip, cells)):
                continue
            if len(seen) >= MAX_LINES:
                problems.append((rows.line_num, _("This line and the rest are too much for one table.")))
                break
            try:
                lines.append(_line(rows.line_num, cells, columns, seen))
            except ValidationError as error:
                problems.append((rows.line_num, str(error.message)))
    except csv.Error:
        problems.append((rows.line_num, _("This is no table from here on: check the quotes.")))
    return lines


def _columns(head: list[str]) -> dict[str, int]:
    """Return where each column stands; of two with the same meaning the first."""
    found: dict[str, int] = {}
    for at, cell in enumerate(head):
        for meaning, names in COLUMNS.items():
            if cell.strip().lower() in names:
                found.setdefault(meaning, at)
    return found


def _line(number: int, cells: list[str], columns: dict[str, int], seen: dict[str, int]) -> Line:
    def cell(meaning: str) -> str:
        at = columns.get(meaning)
        return " ".join(cells[at].split()) if at is not None and at < len(cells) else ""

    email = cell("email").lower()
    first = seen.setdefault(email, number)
    _check_address(cell("email"), number, first)
    name = cell("name") or f"{cell('first')} {cell('last')}".strip()
    if len(name) > 150 or "\x00" in name:
        raise ValidationError(_("This name cannot be stored: it has more than 150 characters."))
    groups = tuple(dict.fromkeys(filter(None, map(str.strip, cell("group").replace("|", ",").split(",")))))
    if any(len(group) > 100 or "\x00" in group for group in groups):
        raise ValidationError(_("This group cannot be stored: its name has more than 100 characters."))
    return Line(number, email, name, _role(cell("role")), groups)


def _check_address(address: str, number: int, first: int) -> None:
    email = address.lower()
    try:
        validate_email(email)
        User._meta.get_field("email").run_validators(email)
    except ValidationError:
        raise ValidationError(_("“%(text)s” is no e-mail address.") % {"text": address[:80]}) from None
    if first != number:
        raise ValidationError(_("This address stands in line %(line)d already.") % {"line": first})
    if email.endswith(f"@{GUEST_DOMAIN}"):
        raise ValidationError(_("This is a guest's address, not a person's."))


def _role(text: str) -> Role | None:
    if not text:
        return None
    role = ROLES.get(text.lower())
    if role is None:
        raise ValidationError(
            _("“%(text)s” is no role: write student, viewer or assistant, or nothing.") % {"text": text[:40]}
        )
    return role
