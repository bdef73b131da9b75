"""A leaderboard's rules, for organisers."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from classroom import clock
from projects import access, services
from projects.errors import Refused
from projects.forms.board import BoardForm
from projects.models import Board, BoardData, Submission


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, pk: int, challenge: int) -> HttpResponse:
    """Switch a leaderboard on, or change its rules."""
    now = clock.now()
    seat, event, task = access.challenge_to_organise(request, slug, pk, challenge)
    found = Board.objects.select_related("challenge__course").filter(challenge=task).first()
    is_final = found is not None and found.is_final(now)
    has_runs = Submission.objects.filter(challenge=task).exists()
    form = BoardForm(
        request.POST or None,
        request.FILES or None,
        instance=found or Board(challenge=task),
        is_fixed=has_runs and found is not None,
        is_final=is_final,
    )
    problems: list[tuple[int, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            _store(form, found, by=seat.user, now=now)
        except services.Unreadable as unreadable:
            problems = unreadable.problems
            form.add_error("file", _("This file cannot be used. Mend it and choose it again."))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:edit_board", slug, pk, challenge)
    page = {
        "seat": seat,
        "event": event,
        "challenge": task,
        "board": found,
        "data": BoardData.objects.defer("content").filter(board=found).first() if found else None,
        "form": form,
        "problems": problems,
        "has_runs": has_runs,
        "is_final": is_final,
        "closes_at": (closes_at := clock.last_closing(task)),
        "can_reveal": found is not None and (closes_at is None or closes_at <= now),
    }
    return render(request, "projects/edit_board.html", page, status=422 if form.errors else 200)


@require_POST
def close(request: HttpRequest, slug: str, pk: int, challenge: int) -> HttpResponse:
    """Switch the leaderboard off."""
    seat, found = access.board_to_organise(request, slug, pk, challenge)
    try:
        services.close_board(board=found, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("projects:edit_board", slug, pk, challenge)
    messages.success(request, _("The leaderboard is switched off."))
    return redirect("projects:edit_challenge", slug, pk, challenge)


@require_POST
def reveal(request: HttpRequest, slug: str, pk: int, challenge: int) -> HttpResponse:
    """Show the final result."""
    seat, found = access.board_to_organise(request, slug, pk, challenge)
    try:
        services.reveal(board=found, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("projects:edit_board", slug, pk, challenge)
    messages.success(request, _("The final result is shown."))
    return redirect(found)


def _store(form: BoardForm, found: Board | None, **told: Any) -> None:  # noqa: ANN401 - by whom and when
    board: Board = form.instance
    material, policy = form.material(), form.cleaned_data["policy"]
    if found is None:
        if material is None:
            raise Refused(_("Choose the examples."))
        services.open_board(board=board, material=material, policy=policy, **told)
    else:
        fields = form.Meta.fields
        services.change_board(board=board, fields=fields, material=material, policy=policy, **told)
