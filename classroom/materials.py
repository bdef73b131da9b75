"""Files and links of a week: what is taken, in which order, and which of it students see."""

import json
from datetime import datetime
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import Max
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from classroom import audit, ordering
from classroom.errors import Refused
from classroom.models import Material, MaterialFile, User, Week
from classroom.uploads import clean_name

#: The largest file, in bytes. A video belongs to where it can be streamed, and is linked.
MAX_BYTES = 15 * 1024 * 1024
#: How many a week has at most.
MOST = 40
#: What a file begins with, by the ending of its name; an empty beginning means text.
BEGINNINGS = {
    ".pdf": b"%PDF-",
    **dict.fromkeys((".zip", ".npz", ".pptx", ".docx", ".xlsx", ".odp", ".odt", ".ods"), b"PK\x03\x04"),
    ".npy": b"\x93NUMPY",
    ".png": b"\x89PNG\r\n\x1a\n",
    **dict.fromkeys((".jpg", ".jpeg"), b"\xff\xd8\xff"),
    ".gif": b"GIF8",
    ".webp": b"RIFF",
    **dict.fromkeys((".ipynb", ".py", ".txt", ".md", ".csv", ".json", ".tex", ".bib"), b""),
}
#: What browsers are told a file is; of all others nothing.
MEDIA_TYPES = {".pdf": "application/pdf", ".csv": "text/csv; charset=utf-8", ".zip": "application/zip"}


def check_file(name: str, content: bytes) -> None:
    """Refuse a file that is too large, of a kind nobody expects, or not what its name says.

    Raises
    ------
    Refused
        With a sentence that says what to do instead.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if len(content) > MAX_BYTES:
        raise Refused(
            _("This file has %(size)s; the limit is %(limit)s. Put it elsewhere and add a link to it.")
            % {"size": filesizeformat(len(content)), "limit": filesizeformat(MAX_BYTES)}
        )
    if suffix not in BEGINNINGS:
        raise Refused(
            _("Files of this kind are not taken. These are: %(kinds)s.") % {"kinds": " ".join(BEGINNINGS)}
        )
    if not content:
        raise Refused(_("This file is empty."))
    begins = BEGINNINGS[suffix]
    if not (content.startswith(begins) if begins else _is_text(content, is_json=suffix == ".ipynb")):
        raise Refused(
            _("This file is not what its name says (%(suffix)s): save it anew.") % {"suffix": suffix}
        )


def media_type(name: str) -> str:
    """Return what a file is sent as; browsers save it whatever it is."""
    return MEDIA_TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def _is_text(content: bytes, *, is_json: bool) -> bool:
    try:
        text = content.decode("utf-8-sig")
        return "\0" not in text and (not is_json or isinstance(json.loads(text), dict))
    except (ValueError, RecursionError):
        return False


def save_material(
    *, material: Material, upload: tuple[str, bytes] | None, publish: bool, by: User, now: datetime
) -> Material:
    """Add a material at the end of its week, or change one that is there.

    Parameters
    ----------
    material
        With its title, note and link set; a new one has no position yet.
    upload
        Name and content of a file, which takes the place of the link or file before; None for a link, or to
        leave a file as it is.
    publish
        Whether students see it; one that is published already keeps the date.

    Raises
    ------
    Refused
        The file is not taken, there is neither file nor link, or the week has too many.
    """
    if upload is not None:
        name, content = upload
        check_file(name, content)
        material.url = ""
        material.file_name = clean_name(name, nameless="file")
        material.size_bytes = len(content)
    elif material.url:
        material.file_name, material.size_bytes = "", 0
    elif not material.file_name:
        raise Refused(_("Choose a file or write a link."))
    material.published_at = (material.published_at or now) if publish else None
    with transaction.atomic():
        Week.objects.select_for_update().get(pk=material.week_id)
        if material.pk is None:
            material.position = _next_position(material.week)
            material.save(force_insert=True)
        else:
            fields = ["title", "note", "url", "file_name", "size_bytes", "published_at"]
            material.save(update_fields=fields)
        if upload is not None:
            MaterialFile.objects.update_or_create(material=material, defaults={"content": upload[1]})
        elif material.url:
            MaterialFile.objects.filter(material=material).delete()
        _log(material, by, "material.saved", now)
    return material


def publish(*, material: Material, shown: bool, by: User, now: datetime) -> None:
    """Show a material to students, or hide it."""
    with transaction.atomic():
        changed = Material.objects.filter(pk=material.pk, published_at__isnull=shown).update(
            published_at=now if shown else None
        )
        if changed:
            _log(material, by, "material.published" if shown else "material.hidden", now)


def move(*, material: Material, step: int) -> None:
    """Move a material one place up (-1) or down (1) in its week."""
    with transaction.atomic():
        Week.objects.select_for_update().get(pk=material.week_id)
        ordering.swap(Material.objects.filter(week=material.week_id), "position", material.pk, step)


def remove(*, material: Material, by: User, now: datetime) -> None:
    """Delete a material with its file."""
    with transaction.atomic():
        _log(material, by, "material.removed", now)
        Material.objects.filter(pk=material.pk).delete()


def _next_position(week: Week) -> int:
    have = Material.objects.filter(week=week)
    if have.count() >= MOST:
        raise Refused(_("A week has %(count)d materials at most: remove one first.") % {"count": MOST})
    return (have.aggregate(last=Max("position"))["last"] or 0) + 1


def _log(material: Material, by: User, action: str, now: datetime) -> None:
    item = f"week:{material.week_id}"
    audit.note(material.week.course, by, action, now, item=item, title=material.title)
