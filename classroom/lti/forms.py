"""What administrators say about a platform, and what an instructor connects."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.lti.models import Platform
from classroom.lti.models.platform import origin_of
from classroom.lti.wire import may_be_called
from classroom.models import Course, Role, User

#: Moodle has its addresses at fixed paths below its own.
MOODLE_PATHS = {
    "auth_login_url": "/mod/lti/auth.php",
    "auth_token_url": "/mod/lti/token.php",
    "jwks_url": "/mod/lti/certs.php",
}
#: Canvas in Instructure's cloud has one set of addresses for every school.
CANVAS_CLOUD = {
    "name": "Canvas",
    "issuer": "https://canvas.instructure.com",
    "auth_login_url": "https://sso.canvaslms.com/api/lti/authorize_redirect",
    "auth_token_url": "https://sso.canvaslms.com/login/oauth2/token",
    "jwks_url": "https://sso.canvaslms.com/api/lti/security/jwks",
}
MOST_LINES = 50


def moodle_at(address: str) -> dict[str, str]:
    """Return the addresses of the Moodle at `address`."""
    base = address.strip().rstrip("/")
    return {"name": "Moodle", "issuer": base} | {name: base + path for name, path in MOODLE_PATHS.items()}


class LinesField(forms.CharField):
    """A list, one entry a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: object) -> object:
        """Show a list as lines."""
        return "\n".join(str(line) for line in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - a form field's own
        """Read lines, each once."""
        return list(dict.fromkeys(filter(None, map(str.strip, (value or "").splitlines()))))

    def validate(self, value: list[str]) -> None:
        """Refuse what is no list of ids."""
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(value) > MOST_LINES or any(len(line) > 255 for line in value):
            raise forms.ValidationError(_("Too many lines, or one that is too long."))

    def has_changed(self, initial: object, data: object) -> bool:
        """Compare lists."""
        return bool((initial or []) != self.to_python(data))


class PlatformForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A registration, as the platform's administrator reads it out."""

    issuer = forms.CharField(
        label=gettext_lazy("Issuer"),
        max_length=255,
        help_text=gettext_lazy("Moodle: “Platform ID”, its own address."),
    )
    client_id = forms.CharField(
        label=gettext_lazy("Client ID"),
        max_length=255,
        help_text=gettext_lazy("Canvas: the long number of the developer key."),
    )
    deployment_ids = LinesField(
        label=gettext_lazy("Deployment IDs"), help_text=gettext_lazy("One a line; most platforms have one.")
    )
    origins = LinesField(
        label=gettext_lazy("Further origins of the platform"),
        required=False,
        help_text=Platform._meta.get_field("origins").help_text,
    )

    class Meta:
        model = Platform
        fields = [
            "name",
            "issuer",
            "client_id",
            "deployment_ids",
            "auth_login_url",
            "auth_token_url",
            "jwks_url",
            "auth_audience",
            "origins",
            "verifies_email",
            "instructors_allowed",
        ]
        field_classes = dict.fromkeys(MOODLE_PATHS, forms.CharField)

    def clean_origins(self) -> list[str]:
        """Take origins only: scheme and host, no path."""
        found = [origin_of(line) for line in self.cleaned_data["origins"]]
        if not all(found) or not all(map(may_be_called, found)):
            raise forms.ValidationError(_("One a line, each beginning with https://."))
        return list(dict.fromkeys(found))

    def _clean_address(self, name: str) -> str:
        url: str = self.cleaned_data[name]
        if not may_be_called(url) or any(letter.isspace() for letter in url):
            raise forms.ValidationError(_("The address has to begin with https://."))
        return url

    def clean_auth_login_url(self) -> str:
        """Refuse what is not called."""
        return self._clean_address("auth_login_url")

    def clean_auth_token_url(self) -> str:
        """Refuse what is not called."""
        return self._clean_address("auth_token_url")

    def clean_jwks_url(self) -> str:
        """Refuse what is not called."""
        return self._clean_address("jwks_url")


class ConnectForm(forms.Form):
    """Which of one's own courses a platform's course is."""

    course = forms.ModelChoiceField(
        label=gettext_lazy("Your course here"),
        queryset=Course.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = Course.objects.filter(  # type: ignore[attr-defined]  # declared above
            enrolments__user=user,
            enrolments__role=Role.INSTRUCTOR,
            enrolments__left_at=None,
            archived_at=None,
        )
