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


def is_binary(content: bytes) -> bool:
    """Tell whether a file is a picture or the like and no text."""
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return b"\0" in content[:4000] and not is_utf16
