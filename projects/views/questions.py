"""What people are asked when they register, for the organisers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from projects import access, services
from projects.errors import Refused
from projects.forms.event import QuestionForm
from projects.models import RegistrationQuestion


@require_GET
def questions(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """List the questions in their order."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    asked = RegistrationQuestion.objects.asked().filter(hackathon=event)
    page = {"seat": seat, "event": event, "questions": asked, "step": "questions"}
    return render(request, "projects/questions.html", page)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Add a question."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    form = QuestionForm(request.POST or None, instance=RegistrationQuestion(hackathon=event))
    if request.method == "POST" and form.is_valid():
        services.add_question(event=event, question=form.instance)
        messages.success(request, _("The question is added."))
        return redirect("projects:questions", slug, pk)
    page = {"seat": seat, "event": event, "question": None, "form": form, "step": "questions"}
    return render(request, "projects/question.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, pk: int, question: int) -> HttpResponse:
    """Change a question; what was answered keeps the words it was given to."""
    seat, event, found = access.question_to_organise(request, slug, pk, question)
    form = QuestionForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_question(question=form.instance, fields=form.Meta.fields)
        except Refused as refusal:
            form.add_error("kind", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:questions", slug, pk)
    page = {"seat": seat, "event": event, "question": found, "form": form, "step": "questions"}
    return render(request, "projects/question.html", page, status=422 if form.errors else 200)


@require_POST
def move(request: HttpRequest, slug: str, pk: int, question: int) -> HttpResponse:
    """Move a question up or down."""
    _seat, event, found = access.question_to_organise(request, slug, pk, question)
    services.move(event=event, item=found, step=-1 if "up" in request.POST else 1)
    return redirect("projects:questions", slug, pk)


@require_POST
def remove(request: HttpRequest, slug: str, pk: int, question: int) -> HttpResponse:
    """Take a question off the form."""
    _seat, _event, found = access.question_to_organise(request, slug, pk, question)
    services.remove_question(question=found, now=clock.now())
    messages.success(request, _("The question is no longer asked; what was answered stays."))
    return redirect("projects:questions", slug, pk)
