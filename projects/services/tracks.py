"""Tracks: which there are, who judges in them, and which teams enter."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from projects import words
from projects.errors import Refused
from projects.models import Hackathon, Judge, Look, Project, Track, TrackEntry
from projects.services import organising, places
from projects.services.results import check_unpublished


def add_track(*, event: Hackathon, track: Track) -> Track:
    """Add a track behind the others."""
    track.hackathon = event
    with transaction.atomic():
        places.lock(event)
        track.position = organising.behind(Track.objects.filter(hackathon=event))
        track.save(force_insert=True)
    return track


def change_track(*, track: Track, fields: Sequence[str]) -> None:
    """Store the changed `fields`; what was placed and competes no more counts no more.

    Raises
    ------
    Refused
        The ranking is published: it does not change any more.
    """
    check_unpublished(event=track.hackathon)
    track.save(update_fields=fields)


def remove_track(*, track: Track) -> None:
    """Delete a track nobody judges in.

    Raises
    ------
    Refused
        It has judges.
    """
    with transaction.atomic():
        places.lock(track.hackathon)
        if Judge.objects.filter(track=track).exists():
            raise Refused(
                _("“%(title)s” has judges: give them something else to judge first.") % {"title": track.title}
            )
        Track.objects.filter(pk=track.pk).delete()


def assign_judge(*, judge: Judge, track: Track | None) -> None:
    """Let somebody judge in a track; with None the whole.

    Raises
    ------
    Refused
        The judge has placed something already: an order belongs to one question.
    """
    with transaction.atomic():
        places.lock(judge.hackathon)
        if Judge.objects.get(pk=judge.pk).track_id == (track.pk if track else None):
            return
        if Look.objects.filter(judge=judge).exclude(placed_at=None).exists():
            raise Refused(
                _("%(name)s has placed projects already: their order cannot become one of something else.")
                % {"name": judge.user}
            )
        Look.objects.filter(judge=judge).delete()
        Judge.objects.filter(pk=judge.pk).update(track=track)


def enter_tracks(*, project: Project, tracks: Collection[Track], now: datetime) -> None:
    """Let a project compete in exactly these of the tracks that teams enter themselves.

    Raises
    ------
    Refused
        Projects were due, or a track is not for this project.
    """
    event = project.team.hackathon
    if now >= event.submission_closes_at:
        raise Refused(
            _("Projects were due on %(when)s.")
            % {"when": words.moment(event.submission_closes_at, event.course)}
        )
    open_ones = {track.pk for track in tracks_to_enter(project=project)}
    if not {track.pk for track in tracks} <= open_ones:
        raise Refused(_("One of these tracks is not for your project. Look at the list again."))
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        entered = TrackEntry.objects.filter(project=project)
        entered.exclude(track__in=tracks).delete()
        there = set(entered.values_list("track_id", flat=True))
        TrackEntry.objects.bulk_create(
            TrackEntry(track=track, project=project, entered_at=now)
            for track in tracks
            if track.pk not in there
        )


def tracks_to_enter(*, project: Project) -> list[Track]:
    """Return the tracks that this project's team may enter itself; one query."""
    tracks = Track.objects.filter(hackathon=project.team.hackathon_id, by_choice=True)
    return [track for track in tracks if track.challenge_id in {None, project.challenge_id}]
