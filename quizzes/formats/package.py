"""Zip packages of QTI: what is in them, checked before a byte is unpacked; and how one is written.

Nothing is written to disk. Names that leave the package, links, encrypted files and bombs are refused.
"""

import io
import lzma
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote

from django.utils.translation import gettext as _

from quizzes.formats.draft import Unreadable

MAX_FILES = 2000
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_FILE_BYTES = 20 * 1024 * 1024
#: Text rarely packs better than one to fifty; a bomb packs one to a thousand.
MAX_RATIO = 200
#: What Python's reader raises at broken files.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    OverflowError,
    struct.error,
)
_MARKS = ("$IMS-CC-FILEBASE$", "$IMS_CC_FILEBASE$", "$IMS_CC_FILE_BASE$", "%24IMS-CC-FILEBASE%24")


def is_zip(content: bytes) -> bool:
    """Tell whether it looks like a zip file."""
    return content[:4] in {b"PK\x03\x04", b"PK\x05\x06"}


@dataclass
class Package:
    """The files of a package by their names."""

    archive: zipfile.ZipFile | None = None
    names: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    left: int = MAX_UNPACKED_BYTES

    def read(self, name: str) -> bytes:
        """Unpack one file, at most as much as its directory entry says.

        Raises
        ------
        Unreadable
            It is broken, or all files together are too large.
        """
        info = self.names[name]
        if self.archive is None or info.file_size > self.left:
            raise Unreadable(_("The package is too large once unpacked: split it."))
        try:
            with self.archive.open(info) as file:
                content = file.read(info.file_size + 1)
        except _BROKEN as fault:
            raise Unreadable(_("%(name)s cannot be unpacked: pack it again.") % {"name": name}) from fault
        self.left -= len(content)
        return content

    def documents(self) -> list[str]:
        """Return the names of XML files, the tenth after the ninth."""
        found = [name for name in self.names if name.lower().endswith((".xml", ".qti"))]
        return sorted(found, key=_naturally)

    def near(self, address: str, document: str) -> bytes | None:
        """Return the file that an address in a document means, None where there is none."""
        address = unquote(address).partition("?")[0].replace("\\", "/")
        for mark in _MARKS:
            address = address.replace(unquote(mark), "")
        address = address.lstrip("/").removeprefix("./")
        folder = str(PurePosixPath(document).parent)
        wanted = [_joined(folder, address), address, f"web_resources/{address}"]
        wanted += [name for name in self.names if name.endswith("/" + address)]
        for name in wanted:
            if name in self.names:
                return self.read(name)
        return None


def _naturally(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d{1,18})", name)]


def _joined(folder: str, address: str) -> str:
    parts: list[str] = []
    for part in [*PurePosixPath(folder).parts, *PurePosixPath(address).parts]:
        if part == "..":
            del parts[-1:]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def open_package(content: bytes) -> Package:
    """Check a zip file's directory.

    Raises
    ------
    Unreadable
        It is no zip file, or means harm.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        infos = archive.infolist()
    except _BROKEN as fault:
        raise Unreadable(_("The zip file is broken: pack it again.")) from fault
    if len(infos) > MAX_FILES:
        raise Unreadable(_("The package holds more than %(most)d files: split it.") % {"most": MAX_FILES})
    if sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
        raise Unreadable(_("The package is too large once unpacked: split it."))
    package = Package(archive)
    for info in infos:
        _refuse_harm(info)
        if not info.is_dir():
            package.names[info.filename.replace("\\", "/")] = info
    return package


def _refuse_harm(info: zipfile.ZipInfo) -> None:
    name = info.filename.replace("\\", "/")
    values = {"name": name[:100]}
    if name.startswith("/") or ":" in name.partition("/")[0] or ".." in PurePosixPath(name).parts:
        raise Unreadable(_("%(name)s leads out of the package: pack it again.") % values)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Unreadable(_("%(name)s is a link: pack the file itself.") % values)
    if info.flag_bits & 1:
        raise Unreadable(_("%(name)s is encrypted: pack it without a password.") % values)
    if info.file_size > MAX_FILE_BYTES:
        raise Unreadable(_("%(name)s is larger than 20 MB: make it smaller.") % values)
    if info.file_size > 100_000 and info.file_size > MAX_RATIO * max(1, info.compress_size):
        raise Unreadable(_("%(name)s unpacks to much more than it holds, like a zip bomb.") % values)


def pack(files: dict[str, bytes]) -> bytes:
    """Return a zip file with these files; the same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, date_time=(2000, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return made.getvalue()


def unpack(content: bytes) -> list[tuple[str, bytes]]:
    """Return the files of a zip file that `pack` made."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]
