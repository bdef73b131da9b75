"""Application `lti`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LtiConfig(AppConfig):
    """Launches, deep links, rosters and grades between a learning platform and the site."""

    name = "classroom.lti"
    label = "lti"
    verbose_name = _("Learning platforms")
    default_auto_field = "django.db.models.BigAutoField"
