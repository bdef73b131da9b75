"""The schedule as everybody sees it: the last released version, what changed, on paper and as JSON."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.timezone import get_current_timezone_name
from django.views.decorators.http import require_GET

from classroom import clock
from projects import access, queries
from projects.queries import Sitting


@require_GET
def schedule(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show it by day, or with `by=track` by track; a long one in parts, of which `part` names one.

    A poll that has the present `state` already gets 204.
    """
    now = clock.now()
    seat, event = access.hackathon_to_see(request, slug, pk, now=now)
    polled = bool(getattr(request, "htmx", False))
    state = queries.schedule_state(hackathon=event, now=now)
    if polled and request.GET.get("state") == state:
        return HttpResponse(status=204)
    found = queries.public_schedule(hackathon=event, now=now)
    by_track = request.GET.get("by") == "track"
    wanted = request.GET.get("part", "")
    page = {
        "seat": seat,
        "event": event,
        "schedule": found,
        "by_track": by_track,
        "part": found.part(wanted, by_track=by_track) if found and found.is_long else None,
        "other_zone": get_current_timezone_name() != event.course.time_zone,
        "state": state,
    }
    return render(request, "projects/_schedule.html" if polled else "projects/schedule.html", page)


@require_GET
def printed(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show all of it as tables, for paper."""
    now = clock.now()
    seat, event = access.hackathon_to_see(request, slug, pk, now=now)
    page = {"seat": seat, "event": event, "schedule": queries.public_schedule(hackathon=event, now=now)}
    return render(request, "projects/schedule_print.html", page)


@require_GET
def versions(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show what each version changed."""
    seat, event = access.hackathon_to_see(request, slug, pk, now=clock.now())
    page = {"seat": seat, "event": event, "versions": queries.version_rows(hackathon=event)}
    return render(request, "projects/schedule_versions.html", page)


@require_GET
def as_json(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Download the last released version as JSON, times on the event's clock with their offset."""
    now = clock.now()
    _seat, event = access.hackathon_to_see(request, slug, pk, now=now)
    found = queries.public_schedule(hackathon=event, now=now)
    zone = event.course.zone
    return JsonResponse(
        {
            "hackathon": event.title,
            "time_zone": event.course.time_zone,
            "version": found.version if found else None,
            "released_at": _iso(found.released_at, zone) if found else None,
            "sessions": [_as_dict(sitting, zone) for sitting in found.sittings] if found else [],
        }
    )


def _as_dict(sitting: Sitting, zone: ZoneInfo) -> dict[str, object]:
    return {
        "id": str(sitting.uid),
        "title": sitting.title,
        "kind": sitting.kind,
        "track": sitting.track,
        "abstract": sitting.abstract,
        "speakers": list(sitting.speakers),
        "team": sitting.team,
        "room": sitting.room_name,
        "room_url": sitting.room_url,
        "starts_at": _iso(sitting.starts_at, zone),
        "ends_at": _iso(sitting.ends_at, zone),
    }


def _iso(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")
