"""Letters that staff write to students, each of whom gets one of their own."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from classroom.models import AuditEntry, Course, User
from classroom.models.notice import Sort
from classroom.notices import News, tell


class LetterForm(forms.Form):
    """The letter; `sent` is drawn with the form, so that sending it twice sends it once."""

    subject = forms.CharField(label=_("Subject"), max_length=150)
    body = forms.CharField(label=_("Text"), max_length=5000, widget=forms.Textarea(attrs={"rows": 12}))
    sent = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


def send(
    *,
    course: Course,
    people: Sequence[User],
    subject: str,
    body: str,
    sent: UUID,
    page: str,
    by: User,
    now: datetime,
    action: str = "letter.sent",
) -> bool:
    """Write to `people`, nobody seeing the others; return False, and change nothing, if it was sent before.

    `page` is the path of what it is about, and `action` what is logged.
    """
    with transaction.atomic():
        Course.objects.select_for_update(no_key=True).get(pk=course.pk)  # two clicks come one after the other
        if AuditEntry.objects.filter(course=course, action=action, item=str(sent)).exists():
            return False
        tell(
            sort=Sort.RESULT,
            news=[News(person, f"letter:{sent}", subject, body, page) for person in people],
            now=now,
            course=course,
        )
        AuditEntry.objects.create(
            course=course,
            actor=by,
            action=action,
            item=str(sent),
            about=people[0] if len(people) == 1 else None,
            detail={"subject": subject, "people": len(people)},
            at=now,
        )
    return True
