"""One's own tokens for the HTTP API: made, shown once, revoked."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classroom import clock
from classroom import tokens as service
from classroom.access import signed_in
from classroom.errors import Refused
from classroom.models import ApiToken, Scope, User

#: For how many days a token may be good; none is good for ever.
DAYS = (7, 30, 90, 365)


class TokenForm(forms.Form):
    """What a new token is called, may do, and how long."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("What it is for, for example “results to my notebook”."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Never more than you may yourself. Tick only what the program needs."),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Good for"),
        choices=[(days, ngettext_lazy("%d day", "%d days", days) % days) for days in DAYS],
        coerce=int,
        initial=90,
    )


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List one's tokens, and make one: its secret is on the answer's page and nowhere else."""
    user, now = _owner(request), clock.now()
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            token, secret = service.create(
                user=user,
                name=given["name"],
                scopes=given["scopes"],
                good_for=timedelta(days=given["days"]),
                now=now,
            )
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            return _page(request, user, form=TokenForm(), made=token, secret=secret)
    return _page(request, user, 422 if form.errors else 200, form=form)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own tokens."""
    token = get_object_or_404(ApiToken.objects.select_related("user"), pk=pk, user=_owner(request))
    if service.revoke(token=token, now=clock.now()):
        messages.success(
            request, _("“%(name)s” is revoked: it opens nothing any more.") % {"name": token.name}
        )
    return redirect("tokens")


def _owner(request: HttpRequest) -> User:
    user = signed_in(request)
    if user.is_guest:
        raise Http404(_("Guests have no tokens."))
    return user


def _page(request: HttpRequest, user: User, status: int = 200, **more: Any) -> HttpResponse:  # noqa: ANN401 - a page's context
    kept = ApiToken.objects.filter(user=user, revoked_at=None)
    context = {"tokens": kept, "now": clock.now()} | more
    return render(request, "classroom/tokens.html", context, status=status)
