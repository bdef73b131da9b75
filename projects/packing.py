"""Packing archives on a worker: claim one, write it part by part, and say how far it is."""

import logging
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from classroom import clock, lease
from projects.export import contents
from projects.models import Certificate, Challenge, Hackathon, Package, PackagePart, Source, Submission
from projects.papers import issuing

log = logging.getLogger(__name__)

PACK_TASK = "projects.tasks.pack_next"
#: How long a worker may be silent; every report lengthens it.
LEASE = timedelta(seconds=60)
#: After so many runs that ended without a word (a killed worker) it is given up.
MAX_RUNS = 3
#: How long an archive is kept: it holds what people told the organisers.
KEPT = timedelta(hours=24)
PART_BYTES = 1024 * 1024
#: After how many files the worker says how far it is.
REPORT_EVERY = 20

Files = Iterator[tuple[str, bytes | Iterator[bytes]]]


class Superseded(Exception):  # noqa: N818 - reads as what happened
    """Another worker has this archive now, or nobody wants it any more."""


@dataclass(frozen=True)
class Contents:
    """What goes into an archive: how many files, and the files one after another."""

    total: int
    files: Files


def pack_next() -> bool:
    """Pack the archive that has waited longest; return whether there was one.

    One at a time on all hosts, so that the worker's other tasks never wait for more than one of them.
    """
    now = clock.now()
    waiting = Package.objects.filter(packed_at=None, failed_at=None)
    if waiting.filter(leased_until__gt=now).exists():
        return False
    for pk in waiting.order_by("asked_at", "pk").values_list("pk", flat=True)[:8]:
        run = lease.claim(waiting, pk=pk, now=now, lease=LEASE)
        if run is not None:
            _pack(_found(pk), run)
            return True
    return False


def _found(pk: int) -> Package:
    return Package.objects.select_related("hackathon__course", "challenge__course", "asked_by").get(pk=pk)


def waiting_count(*, now: datetime) -> int:
    """Return how many archives wait for a worker."""
    return Package.objects.filter(lease.available(now), packed_at=None, failed_at=None).count()


def tidy_up(*, now: datetime) -> None:
    """Give up what no worker can pack, and delete what is old."""
    stuck = Package.objects.filter(lease.available(now), packed_at=None, failed_at=None, run__gte=MAX_RUNS)
    stuck.update(failed_at=now, leased_until=None)
    Package.objects.filter(asked_at__lte=now - KEPT).delete()


def _pack(package: Package, run: int) -> None:
    mine = Package.objects.filter(pk=package.pk, run=run, packed_at=None)
    writer = _Parts(package.pk, run)
    try:
        PackagePart.objects.filter(package=package).exclude(run=run).delete()
        found = _contents_of(package)
        _report(mine, done=0, total=found.total)
        _write(writer, found, mine)
        with transaction.atomic():
            finished = mine.update(
                packed_at=clock.now(),
                leased_until=None,
                done=found.total,
                size_bytes=writer.size,
                parts_count=writer.count,
            )
            if not finished:
                raise Superseded
    except Superseded:
        PackagePart.objects.filter(package=package.pk, run=run).delete()
    except Exception:
        log.exception("Archive %s could not be packed.", package.pk)
        mine.update(failed_at=clock.now(), leased_until=None)
        PackagePart.objects.filter(package=package.pk, run=run).delete()


def _write(writer: "_Parts", found: Contents, mine: QuerySet[Package]) -> None:
    with zipfile.ZipFile(writer, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, (name, content) in enumerate(found.files, start=1):
            entry = zipfile.ZipInfo(name, clock.now().timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with packed.open(entry, "w") as file:
                for piece in [content] if isinstance(content, bytes) else content:
                    file.write(piece)
            if number % REPORT_EVERY == 0:
                _report(mine, done=number, total=found.total)
    writer.close()


def _report(mine: QuerySet[Package], *, done: int, total: int) -> None:
    if not mine.update(done=done, total=max(done, total), leased_until=clock.now() + LEASE):
        raise Superseded


class _Parts:
    """A file that can only be written, each megabyte of it a row."""

    def __init__(self, package: int, run: int) -> None:
        self.package, self.run = package, run
        self.count = self.size = 0
        self._held = bytearray()

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        self._held += data
        while len(self._held) >= PART_BYTES:
            self._store(bytes(self._held[:PART_BYTES]))
            del self._held[:PART_BYTES]
        return len(data)

    def flush(self) -> None:
        """Do nothing: parts are stored when they are full."""

    def close(self) -> None:
        """Store what is left."""
        if self._held:
            self._store(bytes(self._held))
            self._held.clear()

    def _store(self, content: bytes) -> None:
        part = PackagePart(package_id=self.package, run=self.run, number=self.count, content=content)
        try:
            part.save(force_insert=True)
        except IntegrityError as error:  # somebody asked anew, and this archive is no more
            raise Superseded from error
        self.count += 1
        self.size += len(content)


def _contents_of(package: Package) -> Contents:
    about = package.about
    if isinstance(about, Challenge):
        return _sources(about)
    return CONTENTS[Package.Kind(package.kind)](package, about)


def _certificates(package: Package, event: Hackathon) -> Contents:
    """All valid certificates of a kind, in a language; the variant is "kind-language"."""
    kind, _dash, language = package.variant.partition("-")
    found = Certificate.objects.valid().filter(hackathon=event, kind=kind).order_by("name", "pk")
    template = issuing.template_for(event, kind, language)

    def files() -> Files:
        for certificate in found.iterator(chunk_size=500):
            name = slugify(certificate.name) or "certificate"
            yield f"{name}-{certificate.pk}-{language}.pdf", issuing.pdf(certificate, template)

    return Contents(found.count(), files())


def _everything(package: Package, event: Hackathon) -> Contents:
    """The tables of a hackathon, and the files."""
    total, files = contents.archive(hackathon=event, by=package.asked_by, now=clock.now())
    return Contents(total, files)


def _sources(challenge: Challenge) -> Contents:
    """The source of every hand-in to a challenge that counts, in a folder of its own."""
    counting = list(Submission.objects.counting(challenge).values_list("pk", flat=True))

    def files() -> Files:
        stored = Source.objects.filter(pk__in=counting).order_by("pk")
        stored = stored.select_related("submission__user", "submission__team").defer("submission__report")
        for item in stored.iterator(chunk_size=20):
            found = item.submission
            owner = slugify(str(found.team or found.user)) or "nameless"
            yield f"{owner}-{found.pk}/{found.number:02d}-{found.filename}", bytes(item.content)

    return Contents(len(counting), files())


CONTENTS: dict[Package.Kind, Callable[[Package, Hackathon], Contents]] = {
    Package.Kind.CERTIFICATES: _certificates,
    Package.Kind.EVERYTHING: _everything,
}
