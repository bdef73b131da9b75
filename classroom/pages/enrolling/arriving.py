"""Arriving with an invite link, or with the course's code."""

import re
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from classroom import clock, enrolling
from classroom.errors import Refused
from classroom.limits import Limit, network_of
from classroom.models import Course, Enrolment, Entrance, User
from classroom.pages.enrolling.account import ask_for_address

#: Wrong codes of one person, and of strangers at one address; a whole class sits behind one, so that is high.
wrong_by_person = Limit("course-code-person", 10, seconds=600)
wrong_by_network = Limit("course-code-network", 200, seconds=600)


class NameForm(forms.Form):
    """A name, for who has none yet."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=150,
        help_text=gettext_lazy("Your instructors and the others in your teams see it."),
    )


@login_not_required
@never_cache
@require_GET
def enter_code(request: HttpRequest) -> HttpResponse:
    """Ask for a course's code, and list the courses that one can ask to take part in."""
    code = _tidy(request.GET.get("code", ""))
    if code:
        return redirect("join_by_code", code)
    return render(request, "classroom/enrolling/enter.html", {"asking": _courses_to_ask(request)})


def _courses_to_ask(request: HttpRequest) -> list[Course]:
    """Return the courses that take requests and the person is not in; strangers learn of none."""
    if not isinstance(request.user, User) or request.user.is_guest:
        return []
    doors = Entrance.objects.filter(takes_requests=True, course__archived_at=None)
    mine = Enrolment.objects.filter(user=request.user, left_at=None)
    return list(Course.objects.filter(entrance__in=doors).exclude(pk__in=mine.values("course"))[:50])


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """Let somebody in who has the course's code."""
    code = _tidy(code)
    tries, who = _tries(request)
    if tries.is_used_up(who):
        text = _("Too many wrong codes: wait ten minutes, or ask your instructor for a link.")
        return render(request, "classroom/enrolling/enter.html", {"refused": text}, status=429)
    course = enrolling.course_with(code=code)
    if course is None:
        tries.add(who)
        context = {
            "refused": _("No course has this code. Look again, or ask whoever gave it to you."),
            "code": code,
            "asking": _courses_to_ask(request),
        }
        return render(request, "classroom/enrolling/enter.html", context, status=404)
    now = clock.now()
    return _arrive(
        request,
        course,
        lambda user: enrolling.join_by_code(course=course, code=code, user=user, now=now),
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody in who has an invite link."""
    now = clock.now()
    link = enrolling.link_with(token=token, now=now)
    if link is None:
        text = _("This link no longer works. Ask your instructor for a new one.")
        return render(request, "classroom/enrolling/enter.html", {"refused": text}, status=404)
    return _arrive(request, link.course, lambda user: enrolling.join_by_link(link=link, user=user, now=now))


def _arrive(request: HttpRequest, course: Course, join: Callable[[User], Enrolment]) -> HttpResponse:
    """Show the course, and enrol when that is confirmed; strangers say who they are first."""
    if not isinstance(request.user, User):
        return ask_for_address(request, course)
    user = request.user
    if Enrolment.objects.filter(course=course, user=user, left_at=None).exists() and not user.is_guest:
        return redirect(course)
    form = None if user.name else NameForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"course": course, "form": form, "person": user}
    if request.method == "POST" and not user.is_guest and (form is None or form.is_valid()):
        try:
            join(user)
        except Refused as refusal:
            context["refused"] = str(refusal)
        else:
            keep_name(user, form)
            messages.success(request, _("Welcome to %(course)s!") % {"course": course.title})
            return redirect(course)
    bad = "refused" in context or (form is not None and form.errors)
    return render(request, "classroom/enrolling/arrive.html", context, status=422 if bad else 200)


def keep_name(user: User, form: forms.Form | None) -> None:
    """Keep the name of somebody who had none."""
    if form is not None:
        User.objects.filter(pk=user.pk, name="").update(name=form.cleaned_data["name"])


def _tidy(code: str) -> str:
    """Return the code as it is stored: typed codes come with spaces, dashes and small letters."""
    return re.sub(r"[^A-Z0-9]", "", code.upper())[:12]


def _tries(request: HttpRequest) -> tuple[Limit, str]:
    if isinstance(request.user, User) and not request.user.is_guest:
        return wrong_by_person, str(request.user.pk)
    return wrong_by_network, network_of(request)
