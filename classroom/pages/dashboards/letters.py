"""A message to a student who may be falling behind, written for the sender to change."""

from datetime import datetime
from uuid import uuid4

from django import forms
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom import notify
from classroom.models import AuditEntry, Course, User
from classroom.pages.dashboards.risk import WRITTEN, AtRisk


class LetterForm(forms.Form):
    """The message; `sent` is drawn with the form, so that sending it twice sends it once."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=150)
    body = forms.CharField(
        label=gettext_lazy("Text"), max_length=5000, widget=forms.Textarea(attrs={"rows": 12})
    )
    sent = forms.UUIDField(widget=forms.HiddenInput)


def draft(*, course: Course, to: AtRisk | None, recipient: User, by: User) -> dict[str, object]:
    """Return subject and text in the student's language, with the reasons if there are any."""
    with translation.override(recipient.language or course.language):
        reasons = "\n".join(f"- {reason}" for reason in to.reasons) if to else ""
        body = _(
            "Hello %(name)s,\n\nI have looked at how the course is going for you:\n\n%(reasons)s\n\n"
            "Is there something that keeps you from it, or that we can help with? Write to me at "
            "%(address)s, or come to the next session.\n\n%(link)s\n\n%(sender)s"
        )
        plain = _(
            "Hello %(name)s,\n\nhow is the course going for you? Write to me at %(address)s, or come to the "
            "next session.\n\n%(link)s\n\n%(sender)s"
        )
        words = {
            "name": recipient,
            "reasons": reasons,
            "link": settings.SITE_URL + course.get_absolute_url(),
            "sender": by,
            "address": by.email,
        }
        return {
            "subject": _("%(course)s: can we help?") % {"course": course.title},
            "body": (body if reasons else plain) % words,
            "sent": uuid4(),
        }


def send(*, course: Course, to: User, subject: str, body: str, sent: object, by: User, now: datetime) -> bool:
    """Write to a student; the same form sent again changes nothing. Return whether it is new."""
    entry = AuditEntry(
        course=course, actor=by, action=WRITTEN, item=str(sent), about=to, detail={"subject": subject}, at=now
    )
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        if AuditEntry.objects.filter(course=course, action=WRITTEN, item=entry.item, about=to).exists():
            return False
        notify.email(
            key=f"at-risk:{sent}:{to.pk}", to=to.email, subject=subject, body=body, now=now, course=course
        )
        entry.save(force_insert=True)
    return True
