"""Who may hand in later than others, and why."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock, errors
from classroom.access import Seat
from classroom.extensions.forms import LaterForm
from classroom.models import Extension, Role
from projects import access, services
from projects.errors import Refused
from projects.models import Challenge


@require_GET
@never_cache
def extensions(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """List who has a later date, and offer to give one."""
    seat, challenge = access.challenge_to_review(request, slug, pk)
    return _page(request, seat, challenge, _form(challenge))


@require_POST
def extend(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give a student or a group a later date."""
    seat, challenge = access.challenge_to_extend(request, slug, pk)
    form = _form(challenge, request)
    if not form.is_valid():
        return _page(request, seat, challenge, form, 422)
    try:
        forgiven = services.extend(challenge=challenge, by=seat.user, now=clock.now(), **form.gift())
    except (Refused, errors.Refused) as refusal:
        form.add_error(None, str(refusal))
        return _page(request, seat, challenge, form, 422)
    messages.success(request, _("%(name)s: more time is given.") % {"name": form.cleaned_data["who"]})
    if forgiven:
        text = ngettext(
            "%(count)d hand-in that came late gets more of its points.",
            "%(count)d hand-ins that came late get more of their points.",
            forgiven,
        )
        messages.info(request, text % {"count": forgiven})
    return redirect("projects:extensions", slug, pk)


@require_POST
def take_back(request: HttpRequest, slug: str, pk: int, extension_pk: int) -> HttpResponse:
    """Take an extension back."""
    seat, challenge = access.challenge_to_extend(request, slug, pk)
    given = Extension.objects.filter(course=challenge.course, item=challenge.deadline_key)
    extension = get_object_or_404(given.select_related("user", "group"), pk=extension_pk)
    services.take_extension_back(challenge=challenge, extension=extension, by=seat.user, now=clock.now())
    messages.success(request, _("The extension is taken back."))
    return redirect("projects:extensions", slug, pk)


def _form(challenge: Challenge, request: HttpRequest | None = None) -> LaterForm:
    data = request.POST if request else None
    form = LaterForm(data, course=challenge.course, roles=(Role.STUDENT,), auto_id="extend_%s")
    form.fields["closes_at"].required = True
    return form


def _page(
    request: HttpRequest, seat: Seat, challenge: Challenge, form: LaterForm, status: int = 200
) -> HttpResponse:
    given = Extension.objects.filter(course=challenge.course, item=challenge.deadline_key)
    rows = given.select_related("user", "group", "given_by").order_by("-given_at", "-pk")
    context = {
        "seat": seat,
        "challenge": challenge,
        "extensions": [(one, "") for one in rows],
        "form": form,
    }
    return render(request, "projects/extensions.html", context, status=status)
