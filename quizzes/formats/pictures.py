"""The pictures of one question: found in a file, named, and checked to be of a kind the site can show."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from django.utils.translation import gettext as _

from quizzes.formats.draft import Picture, Reading

MAX_BYTES = 5 * 1024 * 1024
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
_DATA = re.compile(r"data:image/[\w.+-]+(;[\w=-]+)*,", re.IGNORECASE)
_NAMED = re.compile(r"\]\(image:([\w.-]+)\)")


def extension(content: bytes) -> str:
    """Return "png", "jpg", "gif" or "webp" by the content, "" for anything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((name for signature, name in _SIGNATURES if content.startswith(signature)), "")


def names_in(*texts: str) -> list[str]:
    """Return the names of pictures in Markdown, each once."""
    return list(dict.fromkeys(name for text in texts for name in _NAMED.findall(text)))


@dataclass
class Pictures:
    """Collects the pictures that a question shows."""

    reading: Reading
    line: int = 0
    file: str = ""
    #: Returns what the file brought along under an address that the question uses.
    lookup: Callable[[str], bytes | None] = lambda _address: None
    used: dict[str, Picture] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)

    def take(self, name: str) -> str | None:
        """Use a picture that came along; return its name in Markdown."""
        content = self.lookup(name)
        if content is None:
            self._warn(_("The picture %(name)s is not in the file: add it to the question by hand."), name)
            return None
        return self._keep(name, content)

    def embedded(self, address: str) -> str | None:
        """Use a picture that stands in its own address (`data:`)."""
        match = _DATA.match(address)
        if match is None:
            return None
        raw = address[match.end() :]
        try:
            is_base64 = "base64" in match[0].lower()
            content = base64.b64decode("".join(raw.split())) if is_base64 else unquote_to_bytes(raw)
        except (binascii.Error, ValueError):
            content = b""
        return self._keep(f"picture-{len(self.used) + 1}", content)

    def find(self, address: str) -> str | None:
        """Use the picture at an address in HTML; one of another host stays where it is."""
        if address.startswith(("http:", "https:", "//")):
            self._warn(
                _("The picture %(name)s lies elsewhere: upload it, the site shows its own only."), address
            )
            return None
        if address.lower().startswith("data:"):
            return self.embedded(address)
        return self.take(address) if address else None

    def all(self) -> tuple[Picture, ...]:
        """Return those in use."""
        return tuple(self.used.values())

    def _keep(self, name: str, content: bytes) -> str | None:
        kind = extension(content)
        if not kind:
            self._warn(_("The picture %(name)s is no PNG, JPEG, GIF or WebP: save it as PNG."), name)
            return None
        if len(content) > MAX_BYTES:
            self._warn(_("The picture %(name)s is larger than 5 MB: make it smaller."), name)
            return None
        stem = re.sub(
            r"[^\w-]+", "-", name.rpartition("/")[2].rpartition(".")[0] or name, flags=re.ASCII
        ).strip("-")
        wanted = f"{(stem or 'picture')[:80]}.{kind}"
        place = 1
        while wanted in self.used and self.used[wanted].content != content:
            place += 1
            wanted = f"{(stem or 'picture')[:80]}-{place}.{kind}"
        self.used[wanted] = Picture(wanted, content)
        return wanted

    def _warn(self, message: str, name: str) -> None:
        if name in self.named:
            return
        self.named.add(name)
        self.reading.warn(message % {"name": name[:100]}, self.line, self.file)
