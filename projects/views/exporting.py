"""Everything of a hackathon, for its organisers to take away."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from classroom import clock, exports
from projects import access
from projects.export import contents, tables
from projects.models import Package


@require_GET
def export(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show what there is to take away, and how far the archive is."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    page = {
        "seat": seat,
        "event": event,
        "step": "export",
        "tables": tables.TABLES,
        "package": Package.objects.select_related("hackathon__course")
        .filter(hackathon=event, kind=Package.Kind.EVERYTHING)
        .first(),
    }
    return render(request, "projects/export.html", page)


@require_GET
def as_csv(request: HttpRequest, slug: str, pk: int, table: str) -> StreamingHttpResponse:
    """Download one table."""
    _seat, event = access.hackathon_to_organise(request, slug, pk)
    found = tables.table(table)
    if found is None:
        raise Http404(_("There is no such table."))
    return exports.csv_stream(f"{slugify(event.title)}-{found.name}", *contents.as_csv(found, event))


@require_GET
def as_json(request: HttpRequest, slug: str, pk: int) -> StreamingHttpResponse:
    """Download all tables in one file."""
    _seat, event = access.hackathon_to_organise(request, slug, pk)
    pieces = contents.as_json(hackathon=event, now=clock.now())
    return exports.stream(f"{slugify(event.title)}.json", pieces, "application/json")
