"""Archives: how far they are, and the download."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classroom import clock, exports
from projects import access, services
from projects.models import Package, PackagePart
from projects.papers import issuing


@require_POST
def ask_certificates(request: HttpRequest, slug: str, pk: int, kind: str) -> HttpResponse:
    """Have all certificates of a kind packed."""
    seat, event, chosen = access.certificates_to_organise(request, slug, pk, kind)
    language = request.POST.get("language", "")
    if language not in issuing.LANGUAGES:
        raise Http404(_("Certificates are not written in this language."))
    services.ask_for_package(
        event=event,
        kind=Package.Kind.CERTIFICATES,
        variant=f"{chosen}-{language}",
        by=seat.user,
        now=clock.now(),
    )
    return redirect("projects:certificates", slug, pk)


@require_POST
def ask_everything(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Have everything of a hackathon packed."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    services.ask_for_package(event=event, kind=Package.Kind.EVERYTHING, by=seat.user, now=clock.now())
    return redirect("projects:export", slug, pk)


@require_POST
def ask_sources(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Have the hand-ins of a challenge that count packed."""
    seat, task = access.challenge_to_grade(request, slug, pk)
    services.ask_for_sources(challenge=task, by=seat.user, now=clock.now())
    return redirect("projects:results", slug, pk)


@require_GET
def panel(request: HttpRequest, slug: str, pk: int, package: int) -> HttpResponse:
    """Show how far an archive is, for a page that asks again and again."""
    _seat, found = access.package_to_have(request, slug, pk, package)
    return render(request, "projects/_package.html", {"package": found})


@require_GET
def sources_panel(request: HttpRequest, slug: str, pk: int, package: int) -> HttpResponse:
    """Show how far an archive of hand-ins is."""
    _seat, found = access.sources_to_have(request, slug, pk, package)
    return render(request, "projects/_package.html", {"package": found})


@require_GET
def download(request: HttpRequest, slug: str, pk: int, package: int) -> HttpResponse | StreamingHttpResponse:
    """Download an archive, a part at a time."""
    _seat, found = access.package_to_have(request, slug, pk, package)
    return _sent(found)


@require_GET
def sources(request: HttpRequest, slug: str, pk: int, package: int) -> HttpResponse | StreamingHttpResponse:
    """Download an archive of hand-ins."""
    _seat, found = access.sources_to_have(request, slug, pk, package)
    return _sent(found)


def _sent(found: Package) -> HttpResponse | StreamingHttpResponse:
    if found.packed_at is None:
        raise Http404(_("This archive is not packed yet."))
    name = slugify(f"{found.about.title} {found.kind} {found.variant}") or "archive"
    response = exports.stream(f"{name}.zip", _parts(found), "application/zip")
    response["Content-Length"] = str(found.size_bytes)
    response["Cache-Control"] = "private, no-store"
    return response


def _parts(package: Package) -> Iterator[bytes]:
    """Read one part after another; one that has gone meanwhile ends the download short of its length."""
    rows = PackagePart.objects.filter(package=package, run=package.run)
    for number in range(package.parts_count):
        yield bytes(rows.get(number=number).content)
