"""`{% load moments %}`: times in the reader's zone, which is always named, and lengths of time."""

from datetime import UTC, date, datetime
from functools import lru_cache

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext

register = template.Library()

# Patterns of Django's date format, by language: weekday and day, the year where it is not this one, time.
DAY = {"en": "D j M", "de": "D, j. M"}
DAY_OF_ANOTHER_YEAR = {"en": "D j M Y", "de": "D, j. M Y"}
IN_FULL = {"en": "l j F Y, H:i", "de": "l, j. F Y, H:i"}
LONG_DAY = {"en": "l, j F Y", "de": "l, j. F Y"}
CLOCK = "H:i"
#: So many written times are kept: lists name the same ones again and again.
KEPT = 8192


def _reader() -> tuple[str | None, str, int]:
    """Return all that a written time depends on beside itself: language, zone, and which year it is."""
    return get_language(), timezone.get_current_timezone_name(), timezone.localtime().year


def _pattern(patterns: dict[str, str]) -> str:
    return patterns.get((get_language() or "en")[:2], patterns["en"])


def _day(local: datetime) -> str:
    same_year = local.year == timezone.localtime().year
    return formats.date_format(local, _pattern(DAY if same_year else DAY_OF_ANOTHER_YEAR))


def zone_name(local: datetime) -> str:
    """Return the short name of the zone at that time, such as CEST; UTC+5 where a zone has none."""
    name = local.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{name}"


def _element(local: datetime, text: str) -> SafeString:
    in_full = f"{formats.date_format(local, _pattern(IN_FULL))} ({timezone.get_current_timezone_name()})"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', local.isoformat(timespec="seconds"), in_full, text
    )


@register.simple_tag
def moment(when: datetime | None, form: str = "full") -> SafeString | str:
    """Write a time in the reader's zone: "Thu 4 Jun, 09:00 CEST".

    `form` "date" leaves out the time; "time" the day; "full" writes both. Nothing is written for None.
    """
    if when is None:
        return ""
    return _moment(when.astimezone(UTC), form, *_reader())


@lru_cache(KEPT)
def _moment(when: datetime, form: str, *_reader: object) -> SafeString:
    local = timezone.localtime(when)
    if form == "date":
        return _element(local, _day(local))
    clock = formats.date_format(local, CLOCK)
    text = _element(local, clock if form == "time" else f"{_day(local)}, {clock}")
    return format_html('{} <span class="zone">{}</span>', text, zone_name(local))


@register.simple_tag
def period(start: datetime, end: datetime, form: str = "full") -> SafeString:
    """Write from when to when: "Thu 4 Jun, 09:00–17:00 CEST"; the second day only where it is another.

    `form` "time" leaves out the first day, for lists that are by day; "plain" writes such a text without zone
    and elements, for pages that name the zone once and hold hundreds of these.
    """
    return _period(start.astimezone(UTC), end.astimezone(UTC), form, *_reader())


@lru_cache(KEPT)
def _period(start: datetime, end: datetime, form: str, *_reader: object) -> SafeString:
    first, last = timezone.localtime(start), timezone.localtime(end)
    opening = formats.date_format(first, CLOCK)
    if form == "full":
        opening = f"{_day(first)}, {opening}"
    closing = formats.date_format(last, CLOCK)
    if first.date() != last.date():
        closing = f"{_day(last)}, {closing}"
    if form == "plain":
        return format_html("{}–{}", opening, closing)
    return format_html(
        '{}<span aria-hidden="true">&thinsp;–&thinsp;</span><span class="visually-hidden"> – </span>{} '
        '<span class="zone">{}</span>',
        _element(first, opening),
        _element(last, closing),
        zone_name(last),
    )


@register.filter
def long_day(day: date) -> str:
    """Write a day for a heading: "Friday, 4 June 2027"."""
    return formats.date_format(day, _pattern(LONG_DAY))


@register.filter
def minutes(seconds: float | None) -> str:
    """Write a length of time as people say it: "45 s", "1:30 min" for 90, "6 min", "1:30 h" for 5400."""
    if seconds is None:
        return ""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" if whole % 60 == 0 else f"{whole // 60}:{whole % 60:02} min"
    hours, rest = divmod(whole // 60, 60)
    return f"{hours} h" if rest == 0 else f"{hours}:{rest:02} h"


@register.filter
def minutes_left(seconds: float | None) -> str:
    """Say in words how long something still goes on, in whole minutes, hours or days, rounded up."""
    whole = max(0, round(seconds or 0))
    for size, one, many in (
        (86400, "%(count)d day", "%(count)d days"),
        (3600, "%(count)d hour", "%(count)d hours"),
    ):
        if whole >= 2 * size:
            return ngettext(one, many, whole // size) % {"count": whole // size}
    count = -(-whole // 60)
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}
