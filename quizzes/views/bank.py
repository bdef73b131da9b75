"""The question bank: find questions, put many of them in order at once. Staff look, instructors change."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from classroom import clock
from classroom.access import Seat, instructor_seat, staff_seat
from quizzes.errors import Refused
from quizzes.models import Kind, Quiz, Tag
from quizzes.queries import bank as queries
from quizzes.queries.bank import Wanted
from quizzes.services import shelving
from quizzes.views import numbers

PAGE_SIZE = 50


@require_http_methods(["GET", "POST"])
def bank(request: HttpRequest, slug: str) -> HttpResponse:
    """List the bank's questions; a post does something with those that are ticked."""
    if request.method == "POST":
        return _change_many(request, slug)
    seat = staff_seat(request, slug)
    wanted = wanted_in(request)
    page = Paginator(queries.questions_in_bank(course=seat.course, wanted=wanted), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "wanted": wanted,
        "is_narrowed": wanted != Wanted(),
        "page": page,
        "rows": queries.bank_rows(list(page.object_list)),
        "drawers": queries.drawers(course=seat.course),
        "kinds": Kind.choices,
        "tags": Tag.objects.filter(course=seat.course),
        "quizzes": Quiz.objects.filter(course=seat.course),
        "in_no_category": queries.NO_CATEGORY,
    }
    return render(request, "quizzes/bank.html", context)


def wanted_in(request: HttpRequest) -> Wanted:
    """Return what a request looks for."""
    asked = {
        name: request.GET.get(name, "").replace("\0", "")[:200] for name in ("q", "category", "tag", "kind")
    }
    return Wanted(asked["q"], asked["category"], asked["tag"], asked["kind"], "archived" in request.GET)


def _change_many(request: HttpRequest, slug: str) -> HttpResponseRedirect:
    seat = instructor_seat(request, slug)
    ids = numbers.keys(request.POST.getlist("question"))
    act = request.POST.get("act", "")
    back = redirect(f"{reverse('quizzes:bank', args=[slug])}?{request.GET.urlencode()}")
    if not ids:
        messages.error(request, _("Tick at least one question first."))
    elif act == "export":
        query = urlencode([("question", one) for one in ids])
        return redirect(f"{reverse('quizzes:export_questions', args=[slug])}?{query}")
    elif act in ACTS:
        try:
            messages.success(request, ACTS[act](request, seat, ids))
        except Refused as refusal:
            messages.error(request, str(refusal))
    return back


def _archive(request: HttpRequest, seat: Seat, ids: list[int]) -> str:
    done = shelving.archive_questions(course=seat.course, ids=ids, now=clock.now())
    said = ngettext("%(count)d question is archived.", "%(count)d questions are archived.", done)
    return said % {"count": done}


def _restore(request: HttpRequest, seat: Seat, ids: list[int]) -> str:
    done = shelving.archive_questions(course=seat.course, ids=ids, now=clock.now(), archived=False)
    said = ngettext(
        "%(count)d question is back in the bank.", "%(count)d questions are back in the bank.", done
    )
    return said % {"count": done}


def _categorise(request: HttpRequest, seat: Seat, ids: list[int]) -> str:
    category = shelving.category_named(course=seat.course, name=request.POST.get("category", ""))
    done = shelving.categorise(course=seat.course, ids=ids, category=category)
    if category is None:
        said = ngettext(
            "%(count)d question is in no category now.", "%(count)d questions are in no category now.", done
        )
        return said % {"count": done}
    said = ngettext(
        "%(count)d question is in %(category)s now.", "%(count)d questions are in %(category)s now.", done
    )
    return said % {"count": done, "category": category}


def _tag(request: HttpRequest, seat: Seat, ids: list[int]) -> str:
    names = request.POST.get("tags", "").split(",")
    done = shelving.tag_questions(course=seat.course, ids=ids, names=names)
    return ngettext("%(count)d question is tagged.", "%(count)d questions are tagged.", done) % {
        "count": done
    }


def _add(request: HttpRequest, seat: Seat, ids: list[int]) -> str:
    chosen = numbers.keys([request.POST.get("quiz", "")])
    quiz = Quiz.objects.filter(course=seat.course, pk__in=chosen).first()
    if quiz is None:
        raise Refused(_("Choose a quiz to put the questions into."))
    done = shelving.add_to_quiz(quiz=quiz, ids=ids)
    said = ngettext(
        "%(count)d question was added to %(quiz)s.", "%(count)d questions were added to %(quiz)s.", done
    )
    return said % {"count": done, "quiz": quiz}


ACTS: dict[str, Callable[[HttpRequest, Seat, list[int]], str]] = {
    "archive": _archive,
    "restore": _restore,
    "category": _categorise,
    "tag": _tag,
    "add": _add,
}


@require_POST
def categories(request: HttpRequest, slug: str) -> HttpResponse:
    """Make, rename or delete a category."""
    seat = instructor_seat(request, slug)
    path, name = request.POST.get("path", ""), request.POST.get("name", "").replace("\0", "")
    act = request.POST.get("act")
    shown = shelving.tidy(name)
    try:
        if act == "rename":
            shelving.rename_category(course=seat.course, path=path, name=name)
            messages.success(request, _("The category is called %(name)s now.") % {"name": shown})
        elif act == "delete":
            shelving.delete_category(course=seat.course, path=path)
            messages.success(request, _("The category is gone; its questions are in none now."))
            shown = ""
        elif shelving.category_named(course=seat.course, name=name) is None:
            raise Refused(_("Give the category a name."))
    except Refused as refusal:
        messages.error(request, str(refusal))
        shown = path
    query = f"?{urlencode({'category': shown})}" if shown else ""
    return redirect(f"{reverse('quizzes:bank', args=[slug])}{query}")
