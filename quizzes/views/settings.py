"""What instructors do to a quiz as a whole: write it, change its settings, copy, hide and delete it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classroom import clock
from classroom.access import instructor_seat
from quizzes import access, queries, services
from quizzes.errors import Refused
from quizzes.forms import QuizForm


@require_http_methods(["GET", "POST"])
def quiz_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a new quiz; its questions come next."""
    seat = instructor_seat(request, slug)
    form = QuizForm(request.POST or None, course=seat.course)
    if request.method == "POST" and form.is_valid():
        quiz = services.create_quiz(
            course=seat.course, values=form.cleaned_data, by=seat.user, now=clock.now()
        )
        messages.success(request, _("The quiz is there. Only staff see it; now choose its questions."))
        return redirect("quizzes:slots", slug, quiz.pk)
    context = {"form": form, "groups": form.groups(), "quiz": None}
    return render(request, "quizzes/settings.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a quiz's settings."""
    seat, quiz = access.quiz_for_instructor(request, slug, pk)
    now = clock.now()
    services.settle(quiz=quiz, now=now)
    form = QuizForm(request.POST or None, course=seat.course, instance=quiz)
    if request.method == "POST" and form.is_valid():
        try:
            moved = services.change_settings(quiz=quiz, values=form.cleaned_data, by=seat.user, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The settings are saved."))
            if moved.later:
                messages.info(
                    request, _("Running attempts end later now: %(count)d.") % {"count": moved.later}
                )
            return redirect("quizzes:edit", slug, pk)
    context = {
        "form": form,
        "groups": form.groups(),
        "quiz": quiz,
        "writing": queries.endings(quizzes=[quiz], now=now)[pk].writing,
        "taken": quiz.attempts.exists(),
    }
    return render(request, "quizzes/settings.html", context, status=422 if form.errors else 200)


@require_POST
def quiz_copy(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Copy a quiz and go on with the copy."""
    seat, quiz = access.quiz_for_instructor(request, slug, pk)
    copy = services.copy_quiz(quiz=quiz, by=seat.user, now=clock.now())
    messages.success(request, _("This is the copy. It has no dates and is not shown to students."))
    return redirect("quizzes:slots", slug, copy.pk)


@require_POST
def quiz_delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Delete a quiz that nobody has taken."""
    seat, quiz = access.quiz_for_instructor(request, slug, pk)
    try:
        services.delete_quiz(quiz=quiz, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("quizzes:edit", slug, pk)
    messages.success(request, _("“%(title)s” is deleted.") % {"title": quiz.title})
    return redirect("quizzes:index", slug)


@require_POST
def publish(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show a quiz to students."""
    seat, quiz = access.quiz_for_instructor(request, slug, pk)
    try:
        services.publish_quiz(quiz=quiz, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Students see the quiz now."))
    return redirect("quizzes:run", slug, pk)


@require_POST
def unpublish(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Hide a quiz from students."""
    seat, quiz = access.quiz_for_instructor(request, slug, pk)
    try:
        services.unpublish_quiz(quiz=quiz, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Students no longer see the quiz."))
    return redirect("quizzes:run", slug, pk)
