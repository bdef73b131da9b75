"""What staff fill in to announce something."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.announcing import CHANNELS
from classroom.models import Announcement
from classroom.moments import MomentField

#: What a text may be long, in characters: a chat server takes little more in one post.
MAX_TEXT = 10_000


class When(TextChoices):
    """When an announcement comes out."""

    DRAFT = "draft", gettext_lazy("Not yet: keep it as a draft, for staff only")
    NOW = "now", gettext_lazy("Now")
    AT = "at", gettext_lazy("At a set time")


class TextForm(forms.Form):
    """What an announcement says."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    body = forms.CharField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy("Markdown; formulas between dollar signs."),
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=MAX_TEXT,
    )

    def __init__(self, *args: Any, announcement: Announcement, now: datetime, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        self.announcement, self.now = announcement, now
        self.initial.update(title=announcement.title, body=announcement.body)


class WaitingForm(TextForm):
    """An announcement that is not out yet: its text, when it comes out, and how people are told."""

    when = forms.ChoiceField(
        label=gettext_lazy("Publish it"), choices=When, widget=forms.RadioSelect, initial=When.DRAFT
    )
    as_notice = forms.BooleanField(
        label=gettext_lazy("Tell everybody in the course"),
        help_text=gettext_lazy("On the site and by mail, as each of them has chosen."),
        required=False,
        initial=True,
    )
    in_chat = forms.BooleanField(label=gettext_lazy("Post it to the Mattermost channel"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        course, kept = self.announcement.course, self.announcement.published_at
        self.fields["at"] = MomentField(
            zone=course.zone,
            kept=kept,
            label=_("Time"),
            help_text=_("On the course's clock: %(zone)s.") % {"zone": course.zone.key},
        )
        self.order_fields(("title", "body", "when", "at", "as_notice", "in_chat"))
        if self.announcement.pk:
            self.initial.update({name: getattr(self.announcement, name) for name in CHANNELS})
        if kept:
            self.initial.update(when=When.AT, at=kept)
        if not course.mattermost_webhook:
            del self.fields["in_chat"]

    def clean(self) -> dict[str, Any]:
        """Ask for the time where there shall be one, in the future; elsewhere refuse one that was typed."""
        given = super().clean() or self.cleaned_data
        when, at = given.get("when"), given.get("at")
        if when is None or "at" in self.errors:
            return given
        if when != When.AT:
            if at not in (None, self.announcement.published_at):
                self.add_error("at", _("Choose “At a set time” above, or empty this."))
        elif at is None:
            self.add_error("at", _("Give the time, or choose another way above."))
        elif at <= self.now:
            self.add_error("at", _("This time is over: give a later one, or publish it now."))
        return given

    @property
    def values(self) -> dict[str, Any]:
        """What is to be stored."""
        given = dict(self.cleaned_data)
        times = {When.DRAFT: None, When.NOW: self.now, When.AT: given.pop("at")}
        return given | {"published_at": times[given.pop("when")]}


class PublishedForm(TextForm):
    """An announcement that is out: its text, and whether people are told of it once more."""

    tell_again = forms.BooleanField(
        label=gettext_lazy("Tell everybody in the course of this change"), required=False
    )
    post_again = forms.BooleanField(
        label=gettext_lazy("Post it to the Mattermost channel as it is now"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        if not self.announcement.course.mattermost_webhook:
            del self.fields["post_again"]

    def clean(self) -> dict[str, Any]:
        """Refuse what was written while it had not come out yet: its time shall change no more."""
        if "when" in self.data:
            raise ValidationError(_("It came out meanwhile: look at what can still change, then save again."))
        return super().clean() or self.cleaned_data

    @property
    def values(self) -> dict[str, Any]:
        """What is to be stored."""
        given = dict(self.cleaned_data)
        again = {"as_notice": given.pop("tell_again"), "in_chat": given.pop("post_again", False)}
        return given | again
