"""Asking to take part in a course, and seeing what came of it."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classroom import clock, enrolling
from classroom.access import signed_in
from classroom.errors import Refused
from classroom.models import Course, Enrolment, EnrolmentRequest, User
from classroom.pages.enrolling.account import ask_for_address
from classroom.pages.enrolling.arriving import NameForm, keep_name


class AskForm(forms.Form):
    """What somebody says when they ask."""

    message = forms.CharField(
        label=gettext_lazy("What you would like to say"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Such as what you study, and why you would like to take part."),
    )


class AskWithNameForm(NameForm, AskForm):
    """The same, for who has no name yet."""


def _door(slug: str, user: User | None) -> tuple[Course, EnrolmentRequest | None]:
    """Return a course that takes requests, or that this person has asked before, and their last request."""
    course = Course.objects.filter(slug=slug, archived_at=None).select_related("entrance").first()
    request = None
    if course and user:
        request = EnrolmentRequest.objects.filter(course=course, user=user).order_by("-pk").first()
    takes = course is not None and hasattr(course, "entrance") and course.entrance.takes_requests
    if course is None or not (takes or request):
        raise Http404(_("There is no such course, or it takes no requests."))
    return course, request


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to take part, or show where one's request stands."""
    user = request.user if isinstance(request.user, User) else None
    course, mine = _door(slug, user)
    if user is None:
        return ask_for_address(request, course)
    if Enrolment.objects.filter(course=course, user=user, left_at=None).exists() and not user.is_guest:
        return redirect(course)
    form_class = AskForm if user.name else AskWithNameForm
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not user.is_guest and form.is_valid():
        try:
            enrolling.ask(course=course, user=user, message=form.cleaned_data["message"], now=clock.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            keep_name(user, None if user.name else form)
            return redirect("ask_to_join", slug)
    context = {"course": course, "mine": mine, "form": form, "person": user}
    return render(request, "classroom/enrolling/ask.html", context, status=422 if form.errors else 200)


@require_POST
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Take one's request back."""
    user = signed_in(request)
    course, _request = _door(slug, user)
    enrolling.withdraw(course=course, user=user, now=clock.now())
    messages.success(request, _("Your request is withdrawn."))
    return redirect("home")
