"""Files that are pictures, nearly pictures, or worse."""

import struct
import zlib
from io import BytesIO

from PIL import Image

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def file_of(written="PNG", size=(40, 30), mode="RGB", colour=(200, 30, 30), **options):
    picture = Image.new(mode, size, colour if mode in {"RGB", "P"} else None)
    file = BytesIO()
    picture.save(file, written, **options)
    return file.getvalue()


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_that_says(width, height, *more):
    """A few bytes of PNG whose head promises so many pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + pixels + chunk(b"IEND", b"")
