"""Whether a certificate is real: for anybody who holds one, without an account."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classroom.limits import Limit, network_of
from projects import access
from projects.papers import wording

#: Wrong codes of one address. There are 31**28 codes; the limit keeps a flood of guesses off the database.
wrong_by_address = Limit("certificate", 30, seconds=600)


@login_not_required
@never_cache
@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the code on the certificate."""
    code = "".join(request.GET.get("code", "").split())[:60].strip("/.")
    if code:
        return redirect("check_certificate", code.replace("/", ""))
    return _unlisted(render(request, "projects/check_certificate.html"))


@login_not_required
@never_cache
@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Say what was certified to whom, and whether it holds; a wrong code says the same in every case."""
    address = network_of(request)
    if wrong_by_address.is_used_up(address):
        refused = _("Too many wrong codes from your network: wait ten minutes.")
        page = {"refused": refused, "code": code[:60]}
        return _unlisted(render(request, "projects/check_certificate.html", page, status=429))
    found = access.certificate_to_check(code)
    if found is None:
        wrong_by_address.add(address)
        refused = _("There is no certificate with this code. Compare it letter by letter.")
        page = {"refused": refused, "code": code[:60]}
        return _unlisted(render(request, "projects/check_certificate.html", page, status=404))
    facts = {
        "certificate": found,
        "days": wording.days_of(found.first_day, found.last_day),
        "issued": wording.day_of(found.issued_on),
    }
    return _unlisted(render(request, "projects/check_certificate.html", facts))


def _unlisted(response: HttpResponse) -> HttpResponse:
    """Keep names out of search engines."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
