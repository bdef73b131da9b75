"""A person's notices, and how they want to hear of things by mail."""

from datetime import time
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from classroom import notices as service
from classroom.access import signed_in
from classroom.models import Notice, NoticeSettings, User
from classroom.models.notice import Sort

ON_A_PAGE = 50


def _reader(request: HttpRequest) -> User:
    user = signed_in(request)
    if user.is_guest:
        raise Http404(_("Guests are told nothing by mail, so they have no notices."))
    return user


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """List what one was told, the newest first."""
    user = _reader(request)
    found = Notice.objects.filter(user=user).select_related("course")
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "classroom/notices/notices.html", {"page": page})


@require_POST
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to what a notice is about; it is read then."""
    user = _reader(request)
    notice = get_object_or_404(Notice, user=user, pk=pk)
    service.read(user=user, now=clock.now(), pk=notice.pk)
    return redirect(notice.page)


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    service.read(user=_reader(request), now=clock.now())
    return redirect("notices")


class NoticeSettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the checker only
    """How somebody hears of things."""

    digest_at = forms.TypedChoiceField(
        label=gettext_lazy("Time of the day's letter"),
        help_text=gettext_lazy("What you have read on the site by then is left out."),
        choices=[(f"{hour:02}:00", f"{hour:02}:00") for hour in range(24)],
        coerce=time.fromisoformat,
    )

    class Meta:
        model = NoticeSettings
        fields = [*Sort.values, "digest_at", "quiet_from", "quiet_until"]
        widgets = {
            name: forms.TimeInput({"type": "time"}, format="%H:%M") for name in ("quiet_from", "quiet_until")
        }

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **options)
        self.initial["digest_at"] = f"{self.instance.digest_at:%H:%M}"

    def clean(self) -> dict[str, Any]:
        """Quiet hours have a beginning and an end."""
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if (begins is None) != (ends is None):
            self.add_error(
                "quiet_until" if ends is None else "quiet_from",
                _("Give both times, or none for no quiet hours."),
            )
        elif begins is not None and begins == ends:
            self.add_error("quiet_until", _("Quiet hours end at another time than they begin."))
        return cleaned


@require_http_methods(["GET", "POST"])
def notice_settings(request: HttpRequest) -> HttpResponse:
    """Show and change how one hears of things."""
    user = _reader(request)
    own = NoticeSettings.objects.filter(user=user).first() or NoticeSettings(user=user)
    form = NoticeSettingsForm(request.POST or None, instance=own)
    if request.method == "POST" and form.is_valid():
        service.choose(user=user, chosen=form.cleaned_data, now=clock.now())
        messages.success(request, _("Saved."))
        return redirect("notice_settings")
    context = {"form": form, "zone": service.clock_of(user), "is_own_zone": bool(user.time_zone)}
    return render(request, "classroom/notices/settings.html", context, status=422 if form.errors else 200)
