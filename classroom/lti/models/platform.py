"""Platforms that may launch, and the key with which the site signs to them."""

import re
import secrets
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

#: A host's name or address; international names are written in their ASCII form.
HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address, in lower case; empty where it has none.

    What it returns may stand in a content security policy: it holds no space, comma or semicolon.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if not parts.scheme or not parts.hostname or not HOST.fullmatch(parts.hostname):
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != default else "")


def new_invitation() -> str:
    """Draw the secret part of a link that registers a platform."""
    return secrets.token_urlsafe(24)


class ToolKey(models.Model):
    """The site's own key pair: platforms read its public half from the site's key set."""

    kid = models.CharField(_("key id"), max_length=64, unique=True)
    private_pem = models.TextField(_("private key"), editable=False)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("key")
        verbose_name_plural = _("keys")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.kid


class Platform(models.Model):
    """A registration: one platform, under one client id. Its addresses are set by administrators only."""

    name = models.CharField(_("name"), max_length=100, help_text=_("As people here know it: Moodle of Kiel."))
    issuer = models.CharField(
        _("issuer"), max_length=255, help_text=_("The platform's id: an address that begins with https://.")
    )
    client_id = models.CharField(_("client id"), max_length=255)
    deployment_ids: "models.JSONField[list[str], list[str]]" = models.JSONField(
        _("deployment ids"), default=list
    )
    auth_login_url = models.URLField(_("authentication request URL"), max_length=500)
    auth_token_url = models.URLField(_("access token URL"), max_length=500)
    jwks_url = models.URLField(_("public keyset URL"), max_length=500)
    auth_audience = models.CharField(
        _("audience of token requests"),
        max_length=500,
        blank=True,
        help_text=_("Empty: the access token URL. Some platforms name another one."),
    )
    origins: "models.JSONField[list[str], list[str]]" = models.JSONField(
        _("further origins"),
        default=list,
        blank=True,
        help_text=_(
            "Where else the platform's pages and services are, one a line, such as "
            "https://school.instructure.com. Services at other addresses are not called."
        ),
    )
    instructors_allowed = models.BooleanField(
        _("its instructors become staff here"),
        default=False,
        help_text=_(
            "Who teaches a course on the platform becomes instructor, or assistant, of the course it is "
            "connected with. Otherwise staff roles are given here only."
        ),
    )
    verifies_email = models.BooleanField(
        _("its e-mail addresses are verified"),
        default=False,
        help_text=_(
            "People cannot choose their address on the platform. New people then enter without a code; "
            "otherwise everybody proves the address once with a code."
        ),
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    created_at = models.DateTimeField(_("registered"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("platform")
        verbose_name_plural = _("platforms")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "client_id"],
                name="platform_client_once_an_issuer",
                violation_error_message=_("This issuer is registered with this client id already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the page where administrators change it."""
        return reverse("lti:platform", args=[self.pk])

    @property
    def own_origins(self) -> list[str]:
        """Every origin that is the platform's: its pages may frame launch pages, its services are called."""
        addresses = [self.issuer, self.auth_login_url, self.auth_token_url, self.jwks_url]
        found = [origin_of(address) for address in addresses]
        return list(dict.fromkeys(origin for origin in [*found, *self.origins] if origin))

    def owns(self, url: str) -> bool:
        """Whether an address that came with a launch is the platform's own."""
        return origin_of(url) in self.own_origins


class Invitation(models.Model):
    """A link by which one platform may register itself, once, within a day."""

    token = models.CharField(_("token"), max_length=64, unique=True, default=new_invitation)
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation of a platform")
        verbose_name_plural = _("invitations of platforms")

    def __str__(self) -> str:
        return f"{self.created_by}, {self.created_at:%Y-%m-%d %H:%M}"
