"""What the details of an attempt's events say, in words. Pure.

Each service writes the details of its events as it likes; what is not known here is shown as it stands.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from quizzes.models import AttemptEvent

Detail = dict[str, Any]
What = AttemptEvent.What


def words_for(what: str, detail: Detail) -> str:
    """Return an event's details in words; whatever they hold, this does not raise."""
    try:
        return _WORDS.get(what, _plain)(detail)
    except (KeyError, TypeError, ValueError, OverflowError):
        return _plain(detail)


def _plain(detail: Detail) -> str:
    return ", ".join(f"{key}: {value}" for key, value in detail.items() if value not in (None, ""))


def _joined(*parts: str) -> str:
    return ", ".join(str(part) for part in parts if part)


def _device(detail: Detail) -> str:
    return _joined(str(detail.get("address", "")), str(detail.get("browser", "")))


def _started(detail: Detail) -> str:
    until = _("until %(time)s") % {"time": _clock(detail["deadline"])} if detail["deadline"] else ""
    return _joined(until, _device(detail))


def _focus(detail: Detail) -> str:
    return _("for %(seconds)d s") % {"seconds": detail["seconds"]}


def _offline(detail: Detail) -> str:
    return _("for %(seconds)d s by the browser's account, nothing heard for %(silence)d s") % {
        "seconds": detail["reported"],
        "silence": detail["silence"],
    }


def _conflict(detail: Detail) -> str:
    return _("tab %(tab)s, after tab %(other)s") % {
        "tab": detail["writer"][:4],
        "other": detail["other"][:4],
    }


def _hint(detail: Detail) -> str:
    return _("hint %(number)d") % {"number": detail["number"]}


def _checked(detail: Detail) -> str:
    return _("with the solution") if detail["solution"] else ""


def _extended(detail: Detail) -> str:
    return _joined(
        _("until %(time)s") % {"time": _clock(detail["to"])} if detail["to"] else "", detail["why"]
    )


def _graded(detail: Detail) -> str:
    before = "–" if detail["before"] is None else f"{detail['before']:g}"
    after = "–" if detail["after"] is None else f"{detail['after']:g}"
    return _joined(f"{before} → {after}", detail.get("comment") or detail.get("reason") or "")


def _clock(moment: str) -> str:
    return formats.date_format(timezone.localtime(datetime.fromisoformat(moment)), "H:i:s")


_WORDS: dict[str, Callable[[Detail], str]] = {
    What.STARTED: _started,
    What.DEVICE: _device,
    What.FOCUS: _focus,
    What.OFFLINE: _offline,
    What.CREDITED: _focus,
    What.CONFLICT: _conflict,
    What.HINT: _hint,
    What.CHECKED: _checked,
    What.EXTENDED: _extended,
    What.GRADED: _graded,
    What.REGRADED: _graded,
}
