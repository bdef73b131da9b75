"""What the door sends: forms where there is no script, JSON from a device that may have been offline."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.services import Seen

#: How much a door sends at a time.
MOST_SEEN = 200


class AdmitForm(forms.Form):
    """Somebody who comes unannounced."""

    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.CharField(label=_("E-mail address"), max_length=254)
    door = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)


class CheckInForm(forms.Form):
    """Somebody from the list, or a typed code."""

    user = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    code = forms.CharField(label=_("Name, or the code of a ticket"), required=False, max_length=100)
    undo = forms.BooleanField(required=False)


def read_report(body: bytes) -> tuple[int, list[Seen], list[str]]:
    """Read what a device sends: how far it knows the log, what it saw, and the keys of what makes no sense.

    Raises
    ------
    ValueError
        It is no report at all.
    """
    try:
        report = json.loads(body)
        cursor, lines = int(report["since"]), list(report["seen"])
    except (KeyError, TypeError, RecursionError, OverflowError) as error:
        raise ValueError("This is no report of a door.") from error
    if len(lines) > MOST_SEEN or not 0 <= cursor < 2**63:
        raise ValueError("This report is too long, or its cursor is none.")
    seen, senseless = [], []
    for line in lines:
        try:
            seen.append(_seen(line))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            senseless.append(str(line.get("key", ""))[:100] if isinstance(line, dict) else "")
    return cursor, seen, senseless


def _seen(line: dict[str, Any]) -> Seen:
    user = int(line["user"])
    if not 0 < user < 2**63:
        raise ValueError("This is nobody's number.")
    # JSON can spell half a character, which no database stores.
    door = str(line.get("door", "")).replace("\x00", "").encode(errors="ignore").decode()[:60]
    return Seen(UUID(line["key"]), user, float(line["age"]), line.get("undoes") is True, door)
