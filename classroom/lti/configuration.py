"""What a platform's administrator needs to know of this site: addresses, and Canvas' JSON."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classroom.lti.entering import content_url, launch_url

SCOPES = [
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
]


def tool_addresses() -> list[tuple[str, Promise, str]]:
    """Return the addresses that go into the platform's forms: an id for the page, what it is, and where."""
    return [
        ("tool-launch", _("Tool URL and redirection URI"), launch_url()),
        ("tool-login", _("Initiate login URL"), settings.SITE_URL + reverse("lti:login")),
        ("tool-jwks", _("Public keyset URL"), settings.SITE_URL + reverse("lti:jwks")),
        ("tool-content", _("Content selection URL"), content_url()),
    ]


def canvas_json() -> dict[str, object]:
    """Return the tool as Canvas takes it, by URL or pasted (Canvas' "Configuring LTI Advantage Tools")."""
    placements = [
        {
            "placement": "course_navigation",
            "message_type": "LtiResourceLinkRequest",
            "target_link_uri": launch_url(),
            "text": "Classroom",
            "windowTarget": "_blank",
        },
        *(
            {
                "placement": placement,
                "message_type": "LtiDeepLinkingRequest",
                "target_link_uri": content_url(),
                "text": "Classroom",
                "selection_width": 800,
                "selection_height": 640,
            }
            for placement in ("link_selection", "assignment_selection")
        ),
    ]
    return {
        "title": "Classroom",
        "description": "Quizzes, exercises and week pages of a course on neural networks",
        "oidc_initiation_url": settings.SITE_URL + reverse("lti:login"),
        "target_link_uri": launch_url(),
        "redirect_uris": [launch_url()],
        "public_jwk_url": settings.SITE_URL + reverse("lti:jwks"),
        "scopes": SCOPES,
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": urlsplit(settings.SITE_URL).hostname,
                "tool_id": "classroom",
                "privacy_level": "public",
                "settings": {
                    "platform": "canvas.instructure.com",
                    "text": "Classroom",
                    "placements": placements,
                },
            }
        ],
        "custom_fields": {},
    }
