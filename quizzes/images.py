"""Pictures in questions: what is uploaded is decoded, checked, and written anew before it is stored.

Nothing of an upload but its pixels reaches a reader: no metadata, nothing appended, no script.
"""

import re
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import PurePath

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from classroom.models import Course
from quizzes.errors import Refused
from quizzes.models import QuestionImage

MAX_BYTES = 10 * 1024 * 1024
#: Decoded, a pixel takes up to 4 bytes: the largest picture takes 160 MB while it is made smaller.
MAX_PIXELS = 40_000_000
MAX_SIDE = 20_000
#: What is stored is at most this large; a page is not wider.
WIDTH, HEIGHT = 1600, 4800
#: A PNG that stays larger than this is a photograph; WebP holds it in a tenth.
MAX_PNG_BYTES = 1024 * 1024

#: What is read, and as what it is stored.
FORMATS = {"PNG": "PNG", "JPEG": "JPEG", "GIF": "PNG", "WEBP": "WEBP"}
SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}


def store_image(*, course: Course, name: str, content: bytes, now: datetime) -> QuestionImage:
    """Keep a picture for the course's questions; the same picture twice is stored once.

    What this function has stored before is kept byte for byte, so that an export imports again as it was.

    Raises
    ------
    Refused
        It is too large, or no PNG, JPEG, GIF or WebP; the message says what to do.
    """
    digest = sha256(content).hexdigest()
    known = QuestionImage.objects.filter(digest=digest).order_by("pk").first()
    if known is not None and known.course_id == course.pk:
        return known
    if known is None:
        picture, written = _checked(content)
        stored, media_type = _encoded(picture, written)
        digest, size = sha256(stored).hexdigest(), picture.size
    else:
        stored, media_type, size = bytes(known.content), known.media_type, (known.width, known.height)
    image, _created = QuestionImage.objects.get_or_create(
        course=course,
        digest=digest,
        defaults={
            "name": _file_name(name, media_type),
            "media_type": media_type,
            "width": size[0],
            "height": size[1],
            "content": stored,
            "created_at": now,
        },
    )
    return image


def markdown_for(image: QuestionImage) -> str:
    """Return the Markdown that shows the picture; its file's name is a first description."""
    words = re.sub(r"[^\w.,-]+", " ", PurePath(image.name).stem).strip()
    return f"![{words}](image:{image.digest})"


def _checked(content: bytes) -> tuple[Image.Image, str]:
    """Decode the picture, upright and not larger than needed; sizes are checked before any pixel is read."""
    if len(content) > MAX_BYTES:
        raise Refused(
            _("The picture is larger than %(count)d MB: make it smaller first.") % {"count": MAX_BYTES >> 20}
        )
    try:
        picture = Image.open(BytesIO(content), formats=tuple(FORMATS))
        written = FORMATS[picture.format or ""]
        width, height = picture.size
        if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
            raise Refused(_too_many_pixels())
        picture.draft("RGB", (WIDTH, HEIGHT))  # a JPEG can be read smaller; others ignore it
        picture.load()
        upright = _in_plain_colours(ImageOps.exif_transpose(picture))
        upright.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(_too_many_pixels()) from None
    except Refused:
        raise
    except Exception:  # noqa: BLE001 - decoders raise anything at broken files, and all of it means one thing
        raise Refused(_unreadable(content)) from None
    return upright, written


def _unreadable(content: bytes) -> str:
    head = content[:1000].replace(b"\0", b"").lower()  # UTF-16 is ASCII with zeros between
    if b"<svg" in head or content.startswith(b"\x1f\x8b"):
        return _("SVG pictures can hold scripts and are not taken: export it as PNG.")
    return _("This is no picture that can be read: choose a PNG, JPEG, GIF or WebP file.")


def _too_many_pixels() -> str:
    return _("The picture has more than %(count)d million pixels: make it smaller first.") % {
        "count": MAX_PIXELS // 1_000_000
    }


def _in_plain_colours(picture: Image.Image) -> Image.Image:
    """Return the picture as grey, RGB or RGBA, eight bits each."""
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    if picture.mode.startswith("I"):  # sixteen bits; `convert` alone would cut off the light ones
        return picture.point(lambda value: value * (1 / 256)).convert("L")
    return picture.convert("L" if picture.mode in {"1", "L"} else "RGB")


def _encoded(picture: Image.Image, written: str) -> tuple[bytes, str]:
    """Return the picture's new file and its media type."""
    content = _written(picture, written)
    if written == "PNG" and len(content) > MAX_PNG_BYTES:
        written, content = "WEBP", _written(picture, "WEBP")
    return content, Image.MIME[written]


def _written(picture: Image.Image, written: str) -> bytes:
    options: dict[str, dict[str, object]] = {
        "PNG": {"optimize": True},
        "JPEG": {"quality": 88, "optimize": True, "progressive": True},
        "WEBP": {"quality": 88, "method": 4},
    }
    picture.info.clear()  # comments and colour profiles would be written again
    file = BytesIO()
    picture.save(file, written, **options[written])
    return file.getvalue()


def _file_name(name: str, media_type: str) -> str:
    """Return the name without folders and control characters, ending as the content is."""
    stem = PurePath(name.replace("\\", "/")).stem
    stem = "".join(letter for letter in stem if letter.isprintable()).strip()[:190] or "picture"
    suffix = next(suffix for written, suffix in SUFFIXES.items() if Image.MIME[written] == media_type)
    return stem + suffix
