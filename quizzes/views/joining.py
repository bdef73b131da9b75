"""How guests come in: by a code, a link or the QR code on the wall, with a name of their own."""

import re
import secrets

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from classroom import clock
from classroom.limits import Limit, network_of
from classroom.models import Enrolment, Role, User
from quizzes import services
from quizzes.errors import Refused
from quizzes.forms import GuestForm
from quizzes.models import Arrival, Quiz

#: Wrong codes of one browser, and of one address. A whole class sits behind one address, so that one is high
#: and counts failures only; eight letters of twenty make 2.5e10 codes.
WRONG_BY_BROWSER = 10
wrong_by_address = Limit("quiz-code", 60, seconds=600)
TRIES_COOKIE = "join_tries"
TRIES_SECONDS = 600
#: How long (seconds) a code stays good at an address from which somebody came in with it.
VOUCHED_SECONDS = 6 * 3600
SIGN_IN_BACKEND = "django.contrib.auth.backends.ModelBackend"


@login_not_required
@never_cache
@require_GET
def enter_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that is on the wall."""
    code = _tidy(request.GET.get("code", ""))
    if code:
        return redirect("join", code)
    return render(request, "quizzes/join.html")


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a name, and let the guest in; members of the course are led to the quiz itself."""
    now, code = clock.now(), _tidy(code)
    if _has_guessed_too_often(request, code):
        return render(request, "quizzes/join.html", {"refused": _too_often()}, status=429)
    quiz = services.quiz_to_join(code=code, now=now) if code else None
    if quiz is None:
        return _wrong_code(request, code)
    if _is_in(request, quiz):
        return redirect(quiz)
    guest = request.user if isinstance(request.user, User) and request.user.is_guest else None
    form = GuestForm(request.POST or None, initial={"name": guest and guest.name})
    if request.method == "POST" and form.is_valid():
        try:
            user = services.join_as_guest(
                quiz=quiz,
                name=form.cleaned_data["name"],
                ticket=form.cleaned_data["ticket"],
                guest=guest,
                now=now,
            )
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            if user != request.user:
                login(request, user, backend=SIGN_IN_BACKEND)
            vouch(request, code)
            return redirect(quiz)
    context = {"quiz": quiz, "form": form, "ticket": request.POST.get("ticket") or secrets.token_urlsafe(24)}
    return render(request, "quizzes/join.html", context, status=422 if form.errors else 200)


def vouch(request: HttpRequest, code: str) -> None:
    """Remember that this code is good at this address: nobody's guesses can lock the class there out."""
    cache.add(_vouched_key(request, code), 1, VOUCHED_SECONDS)


def _vouched_key(request: HttpRequest, code: str) -> str:
    return f"join:{salted_hmac('quizzes.join', f'{network_of(request)} {code}').hexdigest()}"


def _tidy(code: str) -> str:
    """Return the code as it is stored: typed codes come with spaces, dashes and small letters."""
    return re.sub(r"[^A-Z0-9]", "", code.upper())[:12]


def _tries(request: HttpRequest) -> int:
    found = request.get_signed_cookie(TRIES_COOKIE, default=None, max_age=TRIES_SECONDS)
    return int(found) if found and found.isdigit() else 0


def _has_guessed_too_often(request: HttpRequest, code: str) -> bool:
    if _tries(request) >= WRONG_BY_BROWSER:
        return True
    return wrong_by_address.is_used_up(network_of(request)) and not cache.get(_vouched_key(request, code))


def _wrong_code(request: HttpRequest, code: str) -> HttpResponse:
    wrong_by_address.add(network_of(request))
    refused = _("No quiz has this code now. Look at the wall again, or ask whoever gave it to you.")
    response = render(request, "quizzes/join.html", {"refused": refused, "code": code}, status=404)
    response.set_signed_cookie(
        TRIES_COOKIE,
        str(_tries(request) + 1),
        max_age=TRIES_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


def _too_often() -> str:
    return _("Too many wrong codes: wait ten minutes, or ask your instructor for the link.")


def _is_in(request: HttpRequest, quiz: Quiz) -> bool:
    """Whether the asking person can see the quiz already, as a member or as a guest of it."""
    if not isinstance(request.user, User):
        return False
    part = Enrolment.objects.filter(course=quiz.course, user=request.user, left_at=None).first()
    if part is None:
        return request.user.is_superuser
    return part.role != Role.GUEST or Arrival.objects.filter(room__quiz=quiz, user=request.user).exists()
