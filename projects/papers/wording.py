"""The words of a certificate: placeholders that become names, and what it says unless somebody changes it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from projects.models import Certificate, CertificateTemplate
from projects.models.certificate import CertificateKind

#: What may stand between braces, by kind of certificate.
EVERYWHERE = ("name", "team", "event", "course", "days", "date")
PLACEHOLDERS: Mapping[str, tuple[str, ...]] = {
    CertificateKind.PARTICIPATION: EVERYWHERE,
    CertificateKind.COMPLETION: (*EVERYWHERE, "project"),
    CertificateKind.AWARD: (*EVERYWHERE, "project", "award"),
}
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
MOST_SIGNATURES = 3


@dataclass(frozen=True)
class Wording:
    """What one certificate says; in `text` a line that begins with "# " is large, an empty one a gap."""

    title: str
    text: str
    course: str
    issued: str
    check: str
    code: str
    address: str
    language: str
    is_landscape: bool = True
    signatures: tuple[tuple[str, str], ...] = field(default=())


def faults(text: str, kind: str) -> list[str]:
    """Say what is wrong with the braces in `text`, naming what may stand there."""
    allowed = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS[kind])
    unknown = [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS[kind]]
    found = [
        _("{%(name)s} means nothing here. These do: %(allowed)s.") % {"name": name, "allowed": allowed}
        for name in dict.fromkeys(unknown)
    ]
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        found.append(
            _("There is a brace without its other half, or something else between two: %(allowed)s.")
            % {"allowed": allowed}
        )
    return found


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace every placeholder once: braces in what people are called stay what they are."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def worded(
    certificate: Certificate, template: CertificateTemplate, *, address: str, written: Callable[[str], str]
) -> Wording:
    """Return what `certificate` says, in the language of `template`.

    Parameters
    ----------
    address
        Below which codes are checked.
    written
        Brings what people wrote to the letters that there are.
    """
    with translation.override(template.language):
        issued = day_of(certificate.issued_on)
        values = {
            "name": written(certificate.name),
            "team": written(certificate.team),
            "project": written(certificate.project),
            "award": written(certificate.award_title),
            "event": written(certificate.event),
            "course": written(certificate.course),
            "days": days_of(certificate.first_day, certificate.last_day),
            "date": issued,
        }
        return Wording(
            title=fill(template.title, values),
            text=fill(template.text, values),
            course=values["course"],
            issued=_("Issued on %(day)s") % {"day": issued},
            check=_("Whether it is valid is told at"),
            code=certificate.printed_code,
            address=address,
            language=template.language,
            is_landscape=template.is_landscape,
            signatures=signed(template.signatures),
        )


def signed(signatures: str) -> tuple[tuple[str, str], ...]:
    """Read one signature a line: who, and after the first comma what they are."""
    lines = [line.partition(",") for line in signatures.splitlines() if line.strip()]
    return tuple((who.strip(), what.strip()) for who, _comma, what in lines)


def default(*, kind: str, language: str) -> CertificateTemplate:
    """Return what a certificate says unless the organisers change it; it is not stored."""
    with translation.override(language):
        certifies = _("This certifies that")
        texts = {
            CertificateKind.PARTICIPATION: _(
                "took part in {event} ({days}) as a member of the team “{team}”."
            ),
            CertificateKind.COMPLETION: _(
                "completed {event} ({days}) with the project “{project}” of the team “{team}”."
            ),
            CertificateKind.AWARD: _("won the award\n\n# {award}\n\nat {event} ({days}) with “{project}”."),
        }
        titles = {
            CertificateKind.PARTICIPATION: _("Certificate of participation"),
            CertificateKind.COMPLETION: _("Certificate of completion"),
            CertificateKind.AWARD: _("Award certificate"),
        }
        chosen = CertificateKind(kind)
        return CertificateTemplate(
            kind=kind,
            language=language,
            title=titles[chosen],
            text=f"{certifies}\n\n# {{name}}\n\n{texts[chosen]}",
        )


def day_of(day: date) -> str:
    """Say a day in the current language: "4 June 2027"."""
    return date_format(day, "j. F Y" if _is_german() else "j F Y")


def days_of(first: date, last: date) -> str:
    """Say from when to when in the current language: "4–5 June 2027"."""
    if first == last:
        return day_of(first)
    dot = "." if _is_german() else ""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}{dot}–{day_of(last)}"
    if first.year == last.year:
        return f"{date_format(first, f'j{dot} F')} – {day_of(last)}"
    return f"{day_of(first)} – {day_of(last)}"


def _is_german() -> bool:
    return (translation.get_language() or "").startswith("de")
