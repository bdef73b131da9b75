"""What staff may write to a student who may be falling behind, for them to change."""

from django.utils import translation
from django.utils.translation import gettext as _

from classroom.models import Course, User
from classroom.pages.dashboards.risk import AtRisk


def draft(*, course: Course, to: AtRisk | None, recipient: User, by: User) -> dict[str, str]:
    """Return subject and text in the student's language, with the reasons if there are any."""
    with translation.override(recipient.language or course.language):
        reasons = "\n".join(f"- {reason}" for reason in to.reasons) if to else ""
        body = _(
            "Hello %(name)s,\n\nI have looked at how the course is going for you:\n\n%(reasons)s\n\n"
            "Is there something that keeps you from it, or that we can help with? Write to me at "
            "%(address)s, or come to the next session.\n\n%(sender)s"
        )
        plain = _(
            "Hello %(name)s,\n\nhow is the course going for you? Write to me at %(address)s, or come to the "
            "next session.\n\n%(sender)s"
        )
        words = {
            "name": recipient,
            "reasons": reasons,
            "sender": by,
            "address": by.email,
        }
        return {
            "subject": _("%(course)s: can we help?") % {"course": course.title},
            "body": (body if reasons else plain) % words,
        }
