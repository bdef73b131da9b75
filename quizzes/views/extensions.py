"""Who gets more time for a quiz, and why; also while it runs."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from classroom.models import Accommodation, Extension
from quizzes import access, services
from quizzes.errors import Refused, WouldEnd
from quizzes.forms import AccommodationForm, EverybodyForm, ExtensionForm
from quizzes.forms.durations import duration_text
from quizzes.models import Quiz


@require_GET
@never_cache
def extensions(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """List who has more time, and offer to give some."""
    _seat, quiz = access.quiz_for_staff(request, slug, pk)
    return _page(request, quiz)


def _page(request: HttpRequest, quiz: Quiz, status: int = 200, **more: object) -> HttpResponse:
    given = Extension.objects.filter(course=quiz.course, item=quiz.deadline_key)
    context = {
        "quiz": quiz,
        "extensions": [
            (one, duration_text(one.extra_seconds) if one.extra_seconds else "")
            for one in given.select_related("user", "group", "given_by").order_by("-given_at", "-pk")
        ],
        "accommodations": Accommodation.objects.filter(course=quiz.course)
        .select_related("user")
        .order_by("user__name"),
        "form": ExtensionForm(course=quiz.course, auto_id="extend_%s"),
        "everybody_form": EverybodyForm(auto_id="everybody_%s"),
        "accommodation_form": AccommodationForm(course=quiz.course, auto_id="standing_%s"),
    }
    return render(request, "quizzes/extensions.html", context | more, status=status)


@require_POST
def extend(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give a student or a group more time."""
    seat, quiz = access.quiz_for_instructor(request, slug, pk)
    now = clock.now()
    services.settle(quiz=quiz, now=now)
    form = ExtensionForm(request.POST, course=quiz.course, auto_id="extend_%s")
    if not form.is_valid():
        return _page(request, quiz, 422, form=form)
    try:
        moved = services.extend(quiz=quiz, by=seat.user, now=now, **form.gift())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, quiz, 422, form=form)
    messages.success(request, _("%(name)s: more time is given.") % {"name": form.cleaned_data["who"]})
    _tell_moved(request, quiz, moved)
    return _back(request, quiz)


@require_POST
def extend_everybody(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give everybody more time."""
    seat, quiz = access.quiz_for_instructor(request, slug, pk)
    now = clock.now()
    services.settle(quiz=quiz, now=now)
    form = EverybodyForm(request.POST, auto_id="everybody_%s")
    if not form.is_valid():
        return _page(request, quiz, 422, everybody_form=form)
    seconds = form.cleaned_data["extra_seconds"]
    try:
        moved = services.more_time_for_everybody(quiz=quiz, extra_seconds=seconds, by=seat.user, now=now)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, quiz, 422, everybody_form=form)
    messages.success(request, _("Everybody has %(time)s more.") % {"time": duration_text(seconds)})
    _tell_moved(request, quiz, moved)
    return _back(request, quiz)


@require_POST
def take_back(request: HttpRequest, slug: str, pk: int, extension_pk: int) -> HttpResponse:
    """Take an extension back; where that would end an attempt, only when it is confirmed."""
    seat, quiz = access.quiz_for_instructor(request, slug, pk)
    given = Extension.objects.filter(course=quiz.course, item=quiz.deadline_key)
    extension = get_object_or_404(given.select_related("user", "group"), pk=extension_pk)
    now = clock.now()
    services.settle(quiz=quiz, now=now)
    try:
        moved = services.take_back(
            quiz=quiz, extension=extension, by=seat.user, now=now, force="force" in request.POST
        )
    except WouldEnd as refusal:
        context = {"quiz": quiz, "extension": extension, "refusal": refusal}
        return render(request, "quizzes/take_back.html", context, status=409)
    messages.success(request, _("The extension is taken back."))
    if moved.ended:
        names = ", ".join(str(attempt.user) for attempt in moved.ended)
        messages.warning(request, _("Ended now, with what was saved: %(names)s.") % {"names": names})
    return redirect("quizzes:extensions", slug, pk)


@require_POST
def accommodate(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Set a student's standing allowance in the course."""
    seat, quiz = access.quiz_for_instructor(request, slug, pk)
    form = AccommodationForm(request.POST, course=quiz.course, auto_id="standing_%s")
    if not form.is_valid():
        return _page(request, quiz, 422, accommodation_form=form)
    who = form.cleaned_data["who"]
    try:
        moved = services.accommodate(
            course=quiz.course,
            user=who,
            time_multiplier=form.cleaned_data["time_multiplier"],
            note=form.cleaned_data["note"],
            by=seat.user,
            now=clock.now(),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, quiz, 422, accommodation_form=form)
    messages.success(request, _("%(name)s: the standing allowance is saved.") % {"name": who})
    _tell_moved(request, quiz, moved)
    return redirect("quizzes:extensions", slug, pk)


def _tell_moved(request: HttpRequest, quiz: Quiz, moved: services.Moved) -> None:
    """Say what it means for those who write right now."""
    if moved.later:
        text = ngettext(
            "%(count)d running attempt ends later; its page shows that within 15 seconds.",
            "%(count)d running attempts end later; their pages show that within 15 seconds.",
            moved.later,
        )
        messages.info(request, text % {"count": moved.later})
    elif moved.running and quiz.closes_at is not None:
        messages.warning(
            request,
            _("Running attempts do not end later, since the quiz closes before: give a later closing date."),
        )


def _back(request: HttpRequest, quiz: Quiz) -> HttpResponse:
    """Go back to where the form was."""
    name = "quizzes:run" if request.POST.get("from") == "run" else "quizzes:extensions"
    return redirect(name, quiz.course.slug, quiz.pk)
