"""An account for who comes with a good link or code: the mailed code proves the address."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.forms import RequestLoginCodeForm
from allauth.account.views import RequestLoginCodeView
from django import forms
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from classroom.limits import Limit, network_of
from classroom.models import Course, User
from classroom.models.user import GUEST_DOMAIN

#: New accounts from one network: a lecture hall's worth, and no flood. They hold no rights before the
#: address is proven; `manage.py purge` forgets those that nobody ever signed in to.
made_by_network = Limit("accounts-made", 500, seconds=3600)


class AddressForm(RequestLoginCodeForm):  # type: ignore[misc] # allauth carries no types
    """An address; where there is no account with it, one is made."""

    network = ""

    def clean_email(self) -> str:
        """Make the account, then let allauth find it and count how often a code is asked for."""
        email = str(self.cleaned_data["email"]).strip().lower()
        validate_email(email)
        if email.endswith(f"@{GUEST_DOMAIN}"):
            raise forms.ValidationError(_("This address belongs to a guest: use your own."))
        if not User.objects.filter(email=email).exists():
            if made_by_network.is_used_up(self.network):
                raise forms.ValidationError(_("Too many new accounts from your network: try in an hour."))
            made_by_network.add(self.network)
            try:
                with transaction.atomic():
                    User.objects.create_user(email)
            except IntegrityError:  # the same button twice
                pass
        self.cleaned_data["email"] = email
        return str(super().clean_email())


class AddressView(RequestLoginCodeView):  # type: ignore[misc] # allauth carries no types
    """Asks a stranger for an address, mails a code, and leads back to where they came from."""

    template_name = "classroom/enrolling/address.html"
    form_class = AddressForm
    course: Course | None = None

    def get_form(self, form_class: type[AddressForm] | None = None) -> AddressForm:
        """Tell the form where it is filled in."""
        form: AddressForm = super().get_form(form_class)
        form.network = network_of(self.request)
        return form

    def get_next_url(self) -> str:
        """Come back to this address, signed in."""
        return str(self.request.path)

    def passthrough_next_url(self, url: str) -> str:
        """Carry the way back over the page on which the code is entered."""
        return f"{url}?{urlencode({'next': self.request.path})}"

    def get_context_data(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a view's own
        """Name the course."""
        context: dict[str, Any] = super().get_context_data(course=self.course, **more)
        return context


def ask_for_address(request: HttpRequest, course: Course) -> HttpResponse:
    """Let somebody who is not signed in say who they are."""
    view = AddressView.as_view(course=course)
    response: HttpResponse = view(request)
    return response
