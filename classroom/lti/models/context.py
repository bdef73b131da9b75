"""A platform's courses, and what of ours is linked in them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.lti.models.platform import Platform
from classroom.models import Course, Leased


class Context(models.Model):
    """A course on a platform. Launches from it lead somewhere once an instructor connected it."""

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="contexts")
    deployment_id = models.CharField(_("deployment id"), max_length=255)
    context_id = models.CharField(_("context id"), max_length=255)
    title = models.CharField(_("title"), max_length=200, blank=True)
    course = models.ForeignKey(
        Course, on_delete=models.CASCADE, null=True, blank=True, related_name="lti_contexts"
    )
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    linked_at = models.DateTimeField(_("connected"), null=True, blank=True)
    #: Services, as the newest launch named them; empty: the platform offers none.
    memberships_url = models.CharField(_("names and roles service"), max_length=1000, blank=True)
    lineitems_url = models.CharField(_("grade service"), max_length=1000, blank=True)
    grade_scopes: "models.JSONField[list[str], list[str]]" = models.JSONField(
        _("what the grade service allows"), default=list
    )

    class Meta:
        verbose_name = _("platform's course")
        verbose_name_plural = _("platforms' courses")
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "deployment_id", "context_id"], name="lti_context_once_a_deployment"
            )
        ]

    def __str__(self) -> str:
        return self.title or self.context_id


class WorkLink(Leased):
    """A link on the platform that opens one work of the course; `work` is its key, as "quiz:12".

    A worker claims it to look for changed scores; `problem` says why none can be sent.
    """

    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="links")
    resource_link_id = models.CharField(_("resource link id"), max_length=255)
    work = models.CharField(_("work"), max_length=40)
    title = models.CharField(_("title"), max_length=200, blank=True)
    lineitem_url = models.CharField(_("line item"), max_length=1000, blank=True)
    seen_at = models.DateTimeField(_("last launch"))
    problem = models.TextField(_("problem"), blank=True)

    class Meta:
        verbose_name = _("link to a work")
        verbose_name_plural = _("links to works")
        constraints = [
            models.UniqueConstraint(
                fields=["context", "resource_link_id"], name="lti_resource_link_once_a_context"
            )
        ]

    def __str__(self) -> str:
        return f"{self.work}: {self.title or self.resource_link_id}"
