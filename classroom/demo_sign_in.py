"""One-click sign-in for the demo, for browsers on the machine the site runs on."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from classroom.models import User
from classroom.proxies import from_this_machine

SALT = "classroom.demo_sign_in"


def link_for(user: User) -> str:
    """Return the address, without the site's own, that signs `user` in with one click."""
    return reverse("demo_sign_in", args=[signing.dumps(user.pk, salt=SALT)])


@login_not_required
@require_GET
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in whom the link was made for; there is no such page outside of a local demo."""
    if not settings.DEMO or not from_this_machine(request):
        raise Http404
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise Http404 from error
    user = get_object_or_404(User, pk=pk, is_active=True)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(settings.LOGIN_REDIRECT_URL)
