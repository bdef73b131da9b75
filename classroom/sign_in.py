"""Signing in: a code by e-mail, or one that an instructor shows. There are no passwords to forget."""

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.forms import ConfirmLoginCodeForm
from allauth.account.views import ConfirmLoginCodeView
from allauth.core.internal.cryptokit import compare_user_code
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from classroom import clock, codes, notify
from classroom.models import User


class Adapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth carries no types
    """How allauth behaves here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from courses: whoever is enrolled has one."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put the mail into the outbox: nobody waits for a mail server that dawdles or is down."""
        message = self.render_mail(template_prefix, email, {"email": email, **context})
        notify.email(
            key=f"sign-in-{secrets.token_hex(16)}",
            to=email,
            subject=" ".join(message.subject.split()),
            body=message.body,
            now=clock.now(),
        )


class ConfirmCodeForm(ConfirmLoginCodeForm):  # type: ignore[misc] # allauth carries no types
    """Takes the mailed code, or one that an instructor showed to the person with this address."""

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_code(self) -> str:
        """Refuse what is neither of the two."""
        code: str = self.cleaned_data["code"]
        if compare_user_code(actual=code, expected=self.expected_code):
            return code
        if self.user is not None and codes.use_code(user=self.user, code=code, now=clock.now()):
            return code
        raise get_adapter().validation_error("incorrect_code")


class ConfirmCodeView(ConfirmLoginCodeView):  # type: ignore[misc] # allauth carries no types
    """The page on which the code is entered."""

    form_class = ConfirmCodeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form who it is about; None where the address is unknown."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        if self._action == "verify":
            kwargs["user"] = self._process.user
        return kwargs


confirm_code = ConfirmCodeView.as_view()


@login_not_required
def to_code_page(request: HttpRequest) -> HttpResponse:
    """Lead every old or guessed sign-in address to the one there is."""
    query = request.META.get("QUERY_STRING")
    return redirect(reverse("account_request_login_code") + (f"?{query}" if query else ""))
