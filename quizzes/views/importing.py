"""Questions from files into the bank: upload, look at what was understood, import."""

import re
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from classroom import clock
from classroom.access import Seat, instructor_seat
from quizzes import checking
from quizzes.errors import Refused
from quizzes.formats import FORMATS, Draft, Problem, Reading
from quizzes.kinds import KINDS
from quizzes.models import Kind, Upload
from quizzes.services import importing

#: So many questions of an upload are shown; all of them are imported.
SHOWN = 200


@dataclass(frozen=True)
class Card:
    """A question as the preview shows it: what it asks and what is right."""

    title: str
    kind: str
    body: str
    solution: list[str]
    category: str
    tags: tuple[str, ...]
    points: float
    pictures: int


@dataclass(frozen=True)
class File:
    """What is in one file."""

    name: str
    format: str
    count: int
    cards: list[Card]
    problems: list[Problem]


@never_cache
@require_http_methods(["GET", "POST"])
def import_questions(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form and what was uploaded last; a post uploads, imports or forgets."""
    seat = instructor_seat(request, slug)
    if request.method == "POST":
        return _act(request, seat)
    upload = Upload.objects.filter(course=seat.course, user=seat.user).first()
    readings = importing.read_upload(upload) if upload else []
    context = {
        "upload": upload,
        "files": _files(readings),
        "count": sum(len(reading.drafts) for _name, reading in readings),
        "shown": SHOWN,
    }
    return render(request, "quizzes/import.html", context)


def _act(request: HttpRequest, seat: Seat) -> HttpResponseRedirect:
    here = redirect("quizzes:import_questions", seat.course.slug)
    match request.POST.get("act"):
        case "import":
            return _import(request, seat)
        case "forget":
            Upload.objects.filter(course=seat.course, user=seat.user).delete()
            return here
    files = [(file.name or "", file.read()) for file in request.FILES.getlist("files")]
    try:
        importing.keep_upload(course=seat.course, user=seat.user, files=files, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return here


def _import(request: HttpRequest, seat: Seat) -> HttpResponseRedirect:
    """Import exactly what was looked at."""
    here = redirect("quizzes:import_questions", seat.course.slug)
    digest = request.POST.get("digest", "").replace("\0", "")
    upload = Upload.objects.filter(course=seat.course, user=seat.user, digest=digest).first()
    if upload is None:
        messages.error(request, _("These files are no longer here: upload them again."))
        return here
    try:
        done = importing.import_upload(upload=upload, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return here
    said = ngettext(
        "%(count)d question is in the bank now.",
        "%(count)d questions are in the bank now.",
        len(done.created),
    )
    messages.success(request, said % {"count": len(done.created)})
    if done.already:
        said = ngettext("%(count)d was there already.", "%(count)d were there already.", len(done.already))
        messages.info(request, said % {"count": len(done.already)})
    for text in done.left_out[:5]:
        messages.warning(request, _("A picture was left out: %(text)s") % {"text": text})
    return redirect("quizzes:bank", seat.course.slug)


def _files(readings: list[tuple[str, Reading]]) -> list[File]:
    files, left = [], SHOWN
    for name, reading in readings:
        label = str(FORMATS[reading.format].label) if reading.format in FORMATS else ""
        cards = [_card(draft) for draft in reading.drafts[:left]]
        left -= len(cards)
        files.append(File(name, label, len(reading.drafts), cards, reading.problems))
    return files


def _card(draft: Draft) -> Card:
    kind = KINDS[draft.kind]
    return Card(
        title=draft.title,
        kind=str(Kind(draft.kind).label),
        body=_without_pictures(kind.bare(draft.body)),
        solution=[_without_pictures(text) for text in _solution(draft)],
        category=draft.category,
        tags=draft.tags,
        points=draft.points,
        pictures=len(draft.pictures),
    )


def _solution(draft: Draft) -> list[str]:
    """Return the right answers; those of a drawn question are drawn later."""
    if checking.is_drawn(draft.kind):
        return []
    return KINDS[draft.kind].solution(draft.data)


def _without_pictures(text: str) -> str:
    """Return Markdown with a picture's description in its place: it is not in the bank yet."""
    return re.sub(r"!\[([^\]]*)\]\(image:[\w.-]+\)", r"*[\1]*", text)
