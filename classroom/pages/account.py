"""One's own: name, language, time zone; and looking at a course through a student's eyes."""

from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from classroom import clock, sessions
from classroom.access import VIEW_AS_STUDENT, grader_seat, signed_in
from classroom.models import User


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the checker only
    """What a person chooses."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("As the browser asks")), *settings.LANGUAGES],
        required=False,
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: [
            ("", gettext_lazy("The course's")),
            *((name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name),
        ],
        required=False,
    )

    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]


@require_http_methods(["GET", "POST"])
def own_settings(request: HttpRequest) -> HttpResponse:
    """Show and change one's own settings."""
    user = signed_in(request)
    if user.is_guest:
        raise Http404(_("Guests have no settings: the language is chosen at the top of each page."))
    form = SettingsForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        user.save(update_fields=form.Meta.fields)
        with translation.override(user.language or translation.get_language()):
            messages.success(request, _("Saved."))
        response = redirect("settings")
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)  # what was chosen here counts everywhere
        return response
    context = {
        "form": form,
        "browsers": sessions.signed_in_since(user=user, now=clock.now()),
        "this_one": request.session.session_key,
    }
    return render(request, "classroom/settings.html", context, status=422 if form.errors else 200)


@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this one: that of a lost telephone, or of a computer in the lab."""
    user = signed_in(request)
    ended = sessions.end_sessions(user=user, by=user, now=clock.now(), but=request.session.session_key)
    told = ngettext("You are signed out in %(n)d browser.", "You are signed out in %(n)d browsers.", ended)
    messages.success(request, told % {"n": ended} if ended else _("You were signed in nowhere else."))
    return redirect("settings")


@require_POST
def student_view(request: HttpRequest, slug: str) -> HttpResponse:
    """Look at the course as a student does; nothing can be changed meanwhile."""
    seat = grader_seat(request, slug)
    request.session[VIEW_AS_STUDENT] = seat.course.pk
    return redirect(seat.course)


@require_POST
def leave_student_view(request: HttpRequest, slug: str) -> HttpResponse:
    """Be oneself again. This changes nothing of the course, so it asks no door."""
    signed_in(request)
    request.session.pop(VIEW_AS_STUDENT, None)
    return redirect("course", slug)
