"""Bytes into text."""

import codecs


def decode(content: bytes) -> str:
    """Return the text of a file: UTF-16 by its mark, UTF-8, else Windows Latin; newlines are made equal."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
