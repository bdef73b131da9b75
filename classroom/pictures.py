"""Pictures that people upload: decoded, checked, and written anew before they are stored.

Nothing of an upload but its pixels reaches a reader: no metadata, nothing appended, no script.
"""

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import PurePath

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

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
SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}


class Unfit(Exception):  # noqa: N818 - reads as what it says of the file
    """The upload cannot be taken as a picture; the text is for the person, and says what to do."""


@dataclass(frozen=True)
class Picture:
    """A picture as it is stored and sent."""

    content: bytes
    media_type: str
    width: int
    height: int

    @property
    def digest(self) -> str:
        """The content's name: its SHA-256."""
        return sha256(self.content).hexdigest()


def taken_in(content: bytes, *, max_pixels: int = MAX_PIXELS) -> Picture:
    """Decode an upload and write it anew, upright and not larger than needed.

    Raises
    ------
    Unfit
        It is too large, or no PNG, JPEG, GIF or WebP.
    """
    picture, written = _checked(content, max_pixels)
    stored, media_type = _encoded(picture, written)
    return Picture(stored, media_type, *picture.size)


def file_name(name: str, media_type: str) -> str:
    """Return the name without folders and control characters, ending as the content is."""
    stem = PurePath(name.replace("\\", "/")).stem
    stem = "".join(letter for letter in stem if letter.isprintable()).strip()[:190] or "picture"
    return stem + SUFFIXES[media_type]


def sent(content: bytes, *, media_type: str, name: str) -> HttpResponse:
    """Answer with a picture; its address holds its content's hash, so a browser may keep it for ever."""
    response = HttpResponse(content, content_type=media_type)
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _checked(content: bytes, max_pixels: int) -> tuple[Image.Image, str]:
    """Decode the picture, upright and not larger than needed; sizes are checked before any pixel is read."""
    if len(content) > MAX_BYTES:
        raise Unfit(
            _("The picture is larger than %(count)d MB: make it smaller first.") % {"count": MAX_BYTES >> 20}
        )
    try:
        picture = Image.open(BytesIO(content), formats=tuple(FORMATS))
        written = FORMATS[picture.format or ""]
        width, height = picture.size
        if width * height > max_pixels or max(width, height) > MAX_SIDE:
            raise Unfit(_too_many_pixels())
        picture.draft("RGB", (WIDTH, HEIGHT))  # a JPEG can be read smaller; others ignore it
        picture.load()
        upright = _in_plain_colours(ImageOps.exif_transpose(picture))
        upright.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unfit(_too_many_pixels()) from None
    except Unfit:
        raise
    except Exception:  # noqa: BLE001 - decoders raise anything at broken files, and all of it means one thing
        raise Unfit(_unreadable(content)) from None
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
