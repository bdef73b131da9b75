"""A challenge's leaderboard, and the examples to train on."""

import io
from datetime import datetime

import numpy as np
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from classroom import clock, exports
from classroom.access import Seat
from projects import access, queries, training
from projects.models import Board, BoardData

#: How many teams one page lists.
TEAMS_A_PAGE = 50


@require_GET
def board(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show who stands where."""
    now = clock.now()
    seat, found = access.board_to_see(request, slug, pk, now=now)
    return render(request, "projects/board.html", _page(request, seat, found, now))


@require_GET
def panel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the standings alone, for a page that has heard that something is new."""
    now = clock.now()
    seat, found = access.board_to_see(request, slug, pk, now=now)
    return render(request, "projects/_board.html", _page(request, seat, found, now))


@require_GET
def examples_npz(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give the examples to train on, as arrays `X` and `y`."""
    _seat, found = access.board_to_see(request, slug, pk, now=clock.now())
    features, labels = training.examples_of(found).given
    packed = io.BytesIO()
    np.savez_compressed(packed, X=features, y=labels)
    return exports.download(f"{_name(found)}.npz", packed.getvalue(), "application/octet-stream")


@require_GET
def examples_csv(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give the examples to train on, as a table; images and the like have none."""
    _seat, found = access.board_to_see(request, slug, pk, now=clock.now())
    features, labels = training.examples_of(found).given
    if features.ndim != 2:
        raise Http404(_("These examples are no table. Download the arrays."))
    columns = BoardData.objects.values_list("columns", flat=True).get(pk=found.pk)
    columns = columns or [f"x{number}" for number in range(features.shape[1])]
    rows = ([*row, label] for row, label in zip(features.tolist(), labels.tolist(), strict=True))
    return exports.csv_response(_name(found), [*columns, "y"], rows)


def _name(found: Board) -> str:
    return f"{slugify(found.challenge.title) or 'examples'}-train"


def _page(request: HttpRequest, seat: Seat, found: Board, now: datetime) -> dict[str, object]:
    event = found.challenge.hackathon
    team = access.team_of(seat, event) if event and not seat.is_staff else None
    shown = queries.standings_of(board=found, now=now)
    page = Paginator(shown.rows, TEAMS_A_PAGE).get_page(request.GET.get("page"))
    own = next((row for row in shown.rows if team and row.team_id == team.pk), None)
    return {
        "seat": seat,
        "challenge": found.challenge,
        "board": found,
        "key": queries.key_of(found, now),
        "standings": shown,
        "charts": shown.charts,
        "page": page,
        "own": own,
        "own_is_elsewhere": own is not None and own not in page.object_list,
    }
