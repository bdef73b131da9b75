"""A platform that registers itself: LTI Dynamic Registration 1.0, as Moodle has it.

An administrator makes a link and gives it to the platform's administrator, who pastes it there. The platform
opens it with the address of its configuration; this site tells the platform about itself, and gets its client
id. What was registered so is closed until an administrator here opens it.
"""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from classroom.errors import Refused
from classroom.lti.claims import text
from classroom.lti.configuration import SCOPES
from classroom.lti.entering import content_url, launch_url
from classroom.lti.models import Invitation, Platform
from classroom.lti.models.platform import origin_of
from classroom.lti.wire import may_be_called
from classroom.models import AuditEntry, User
from classroom.outgoing import BoundedSession

GOOD_FOR = timedelta(days=1)
_PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
_TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"


def invite(*, by: User, now: datetime) -> Invitation:
    """Make a link by which one platform may register itself, within a day."""
    return Invitation.objects.create(created_by=by, created_at=now)


def register(*, invitation: Invitation, configuration_url: str, token: str, now: datetime) -> Platform:
    """Register the platform whose configuration is at `configuration_url`; it stays closed.

    Raises
    ------
    Refused
        It does not answer as a platform does, or the link was used.
    """
    origin = origin_of(configuration_url)
    if not may_be_called(configuration_url):
        raise Refused(_("The platform's configuration has to be at an address that begins with https://."))
    # The platform names the addresses, so only those of its own origin are called.
    session = BoundedSession(lambda url: origin_of(url) == origin, agent="Classroom (LTI 1.3)")
    try:
        told = _object(session.get(configuration_url))
        fields = _fields(told, origin)
        answer = _object(
            session.post(
                str(told["registration_endpoint"]),
                data=json.dumps(_about_us()),
                headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
            )
        )
        client_id = text(answer["client_id"])
        if not client_id:
            raise ValueError("no client id")
    except (requests.RequestException, OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(_("The platform does not register tools as expected. Register it by hand.")) from error
    deployment = answer.get(_TOOL, {})
    deployment_id = deployment.get("deployment_id") if isinstance(deployment, dict) else None
    fields |= {
        "client_id": client_id,
        "deployment_ids": [text(str(deployment_id))] if deployment_id else [],
    }
    return _keep(invitation, fields, now)


def _object(response: requests.Response) -> dict[str, Any]:
    response.raise_for_status()
    found = response.json()
    if not isinstance(found, dict):
        raise TypeError("not an object")
    return found


def _fields(told: dict[str, Any], origin: str) -> dict[str, Any]:
    """Return what is kept of a platform's configuration; every address must be of its own origin."""
    addresses = {
        "issuer": told["issuer"],
        "auth_login_url": told["authorization_endpoint"],
        "auth_token_url": told["token_endpoint"],
        "jwks_url": told["jwks_uri"],
    }
    every = [*addresses.values(), told["registration_endpoint"]]
    if not all(isinstance(url, str) and origin_of(url) == origin and len(url) < 255 for url in every):
        raise ValueError("an address is not the platform's own")
    about = told.get(_PLATFORM)
    family = text(about.get("product_family_code"), 40) if isinstance(about, dict) else ""
    audience = text(told.get("authorization_server"), 500)
    return addresses | {
        "name": f"{family.capitalize() or 'LTI'} {urlsplit(origin).hostname}"[:100],
        "auth_audience": audience,
    }


def _about_us() -> dict[str, object]:
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": settings.SITE_URL + reverse("lti:login"),
        "redirect_uris": [launch_url(), content_url()],
        "client_name": "Classroom",
        "jwks_uri": settings.SITE_URL + reverse("lti:jwks"),
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(SCOPES),
        _TOOL: {
            "domain": urlsplit(settings.SITE_URL).netloc,
            "target_link_uri": launch_url(),
            "claims": ["iss", "sub", "name", "given_name", "family_name", "email"],
            "messages": [
                {"type": "LtiResourceLinkRequest"},
                {"type": "LtiDeepLinkingRequest", "target_link_uri": content_url(), "label": "Classroom"},
            ],
        },
    }


def _keep(invitation: Invitation, fields: dict[str, Any], now: datetime) -> Platform:
    try:
        with transaction.atomic():
            if not Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=now):
                raise Refused(_("This link was used already. Ask for a new one."))
            platform = Platform.objects.create(
                **fields, created_by=invitation.created_by, created_at=now, closed_at=now
            )
            AuditEntry.objects.create(
                course=None,
                actor=invitation.created_by,
                action="lti.platform_registered",
                detail={name: platform.__dict__[name] for name in ("name", "issuer", "client_id")},
                at=now,
            )
    except IntegrityError:
        raise Refused(_("This platform is registered here already.")) from None
    return platform
