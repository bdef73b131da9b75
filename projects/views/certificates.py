"""Certificates: what they say, issuing and withdrawing them, and downloading one's own."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock, exports
from classroom.access import Seat
from projects import access, queries, services
from projects.errors import Refused
from projects.forms.certificates import CertificateForm
from projects.models import CertificateKind, Hackathon, Package
from projects.papers import issuing

#: How many certificates one page lists.
CERTIFICATES_A_PAGE = 50
#: How many people whose name cannot be written are named.
NAMED = 20


@require_GET
def certificates(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show how many have and could have a certificate, and list those issued."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    return render(request, "projects/certificates.html", _page(request, seat, event))


@require_POST
def issue(request: HttpRequest, slug: str, pk: int, kind: str) -> HttpResponse:
    """Issue a certificate to everybody who is entitled and has none."""
    seat, event, chosen = access.certificates_to_organise(request, slug, pk, kind)
    try:
        issued = services.issue_certificates(event=event, kind=chosen, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("projects:certificates", slug, pk)
    messages.success(
        request,
        ngettext("%(n)d certificate issued.", "%(n)d certificates issued.", issued.count)
        % {"n": issued.count},
    )
    if not issued.left_out:
        return redirect("projects:certificates", slug, pk)
    page = {"left_out": issued.left_out[:NAMED], "left_out_count": len(issued.left_out)}
    return render(request, "projects/certificates.html", _page(request, seat, event) | page)


@require_http_methods(["GET", "POST"])
def text(request: HttpRequest, slug: str, pk: int, kind: str, language: str) -> HttpResponse:
    """Change what certificates of a kind say in a language; or look at it on paper first."""
    now = clock.now()
    seat, event, chosen = access.certificates_to_organise(request, slug, pk, kind)
    if language not in issuing.LANGUAGES:
        raise Http404(_("Certificates are not written in this language."))
    if "reset" in request.POST:
        services.reset_template(event=event, kind=chosen, language=language)
        messages.success(request, _("The proposed words are back."))
        return redirect("projects:certificate_text", slug, pk, kind, language)
    template = issuing.template_for(event, chosen, language)
    is_changed = template.pk is not None
    form = CertificateForm(request.POST or None, instance=template, now=now)
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            return _shown(issuing.pdf(issuing.sample(event, chosen, now), form.instance))
        services.change_template(template=form.instance, fields=form.Meta.fields)
        messages.success(request, _("Saved. Certificates say it from now on, also those issued already."))
        return redirect("projects:certificate_text", slug, pk, kind, language)
    page = {
        "seat": seat,
        "event": event,
        "kind": chosen,
        "language": language,
        "languages": settings.LANGUAGES,
        "form": form,
        "is_changed": is_changed,
    }
    return render(request, "projects/certificate_text.html", page, status=422 if form.errors else 200)


@require_POST
def withdraw(request: HttpRequest, slug: str, pk: int, certificate: int) -> HttpResponse:
    """Withdraw a certificate."""
    seat, found = access.certificate_to_organise(request, slug, pk, certificate)
    services.withdraw_certificate(certificate=found, by=seat.user, now=clock.now())
    messages.success(
        request, _("Withdrawn: whoever checks this certificate of %(name)s is told.") % {"name": found.name}
    )
    return redirect("projects:certificates", slug, pk)


@require_POST
def issue_again(request: HttpRequest, slug: str, pk: int, certificate: int) -> HttpResponse:
    """Issue a new certificate in place of a withdrawn one."""
    seat, found = access.certificate_to_organise(request, slug, pk, certificate)
    try:
        made = services.issue_again(certificate=found, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s has a new certificate.") % {"name": made.name})
    return redirect("projects:certificates", slug, pk)


@require_GET
def pdf(request: HttpRequest, slug: str, pk: int, certificate: int) -> HttpResponse:
    """Download a certificate, in the language asked for or one's own."""
    _seat, found = access.certificate_to_have(request, slug, pk, certificate, now=clock.now())
    language = request.GET.get("language") or (get_language() or "")[:2]
    if language not in issuing.LANGUAGES:
        language = issuing.LANGUAGES[0]
    template = issuing.template_for(found.hackathon, found.kind, language)
    name = f"{slugify(f'{found.kind} {found.name}') or found.kind}-{language}.pdf"
    response = exports.download(name, issuing.pdf(found, template), "application/pdf")
    response["Cache-Control"] = "private, no-store"
    return response


def _page(request: HttpRequest, seat: Seat, event: Hackathon) -> dict[str, Any]:
    search = request.GET.get("q", "").replace("\0", "").strip()[:100]  # PostgreSQL refuses NUL
    found = queries.issued_certificates(hackathon=event, search=search)
    return {
        "seat": seat,
        "event": event,
        "step": "certificates",
        "kinds": queries.certificate_states(hackathon=event),
        "languages": settings.LANGUAGES,
        "packages": _packages(event),
        "search": search,
        "page": Paginator(found, CERTIFICATES_A_PAGE).get_page(request.GET.get("page")),
    }


def _packages(event: Hackathon) -> list[tuple[Package, str, str]]:
    """Return the archives with the name of the kind and the language in each."""
    rows = Package.objects.filter(hackathon=event, kind=Package.Kind.CERTIFICATES)
    rows = rows.select_related("hackathon__course").order_by("-asked_at")
    parts = [(package, *package.variant.partition("-")[::2]) for package in rows]
    return [(package, str(CertificateKind(kind).label), language) for package, kind, language in parts]


def _shown(content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="preview.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
