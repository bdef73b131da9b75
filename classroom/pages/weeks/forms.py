"""What staff write about a week."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.materials import BEGINNINGS, MAX_BYTES
from classroom.models import Material, Reference, Topic, Week
from classroom.moments import MomentField
from classroom.weeks import WEEK_FIELDS

#: What Markdown texts may be long, in characters.
MAX_TEXT = 100_000


def link_field(label: Any, **options: Any) -> forms.URLField:  # noqa: ANN401 - a field's own
    """Return a field for a link; one that is written without its scheme is meant to be https."""
    return forms.URLField(label=label, required=False, assume_scheme="https", **options)


class WeekForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A week, its times on the clock of the course."""

    goals = forms.CharField(
        label=gettext_lazy("Goals"),
        help_text=gettext_lazy("Markdown; formulas between dollar signs."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=MAX_TEXT,
        required=False,
    )
    for_next_week = forms.CharField(
        label=gettext_lazy("For the next week"),
        help_text=gettext_lazy("Markdown. Quizzes and exercises of the week are listed by themselves."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=MAX_TEXT,
        required=False,
    )
    video_call_url = link_field(gettext_lazy("Link of the video call"))
    recording_url = link_field(gettext_lazy("Link of the recording"))

    class Meta:
        model = Week
        fields = WEEK_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        instance: Week = self.instance
        zone = instance.course.zone
        clock = _("On the course's clock: %(zone)s.") % {"zone": zone.key}
        self.fields["starts_at"] = MomentField(
            zone=zone, kept=instance.starts_at, label=_("Begins"), help_text=clock, required=True
        )
        self.fields["released_at"] = MomentField(
            zone=zone,
            kept=instance.released_at,
            label=_("Students see it from"),
            help_text=_("Empty: only staff see it."),
        )
        self.order_fields(WEEK_FIELDS)


class TopicForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A section of a week's page."""

    body = forms.CharField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy("Markdown; formulas between dollar signs."),
        widget=forms.Textarea(attrs={"rows": 14}),
        max_length=MAX_TEXT,
        required=False,
    )

    class Meta:
        model = Topic
        fields = ("title", "body")


class ReferenceForm(forms.Form):
    """An entry of the bibliography; one that is emptied is removed."""

    number = forms.IntegerField(
        label=gettext_lazy("No."), min_value=1, max_value=999, required=False, widget=forms.NumberInput
    )
    citation = forms.CharField(
        label=gettext_lazy("Citation"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    url = link_field(gettext_lazy("Link"))

    def clean(self) -> dict[str, Any]:
        """Ask for the citation where there is a link."""
        if self.cleaned_data.get("url") and not self.cleaned_data.get("citation"):
            self.add_error("citation", _("Write what this link leads to."))
        return self.cleaned_data


class BaseReferences(forms.BaseFormSet):  # type: ignore[type-arg]  # generic only in the stubs
    """A topic's bibliography."""

    def clean(self) -> None:
        """Refuse a number that is there twice."""
        if any(self.errors):
            return
        numbers = [row.number for row in self.references()]
        if len(set(numbers)) < len(numbers):
            raise ValidationError(_("Two entries have the same number: each has its own."))

    def references(self) -> list[Reference]:
        """Return the entries that are not empty; one without a number gets the next free one."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("citation")]
        last = max((row["number"] for row in rows if row["number"]), default=0)
        found = []
        for row in rows:
            if not row["number"]:
                last += 1
            found.append(
                Reference(number=row["number"] or last, citation=row["citation"], url=row["url"] or "")
            )
        return found


#: The bibliography of one topic.
References: type[BaseReferences] = forms.formset_factory(  # type: ignore[assignment]  # the stubs forget the base
    ReferenceForm, formset=BaseReferences, extra=3, max_num=100
)


class MaterialForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A link or a file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        max_length=200,
        allow_empty_file=True,
        widget=forms.FileInput,
    )
    url = link_field(gettext_lazy("or a link"), max_length=1000)
    publish = forms.BooleanField(label=gettext_lazy("Students see it"), required=False, initial=True)

    class Meta:
        model = Material
        fields = ("title", "note", "url")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        kept = self.instance.file_name
        self.fields["file"].help_text = " ".join(
            [
                _("Kept as it is unless you choose another: %(name)s.") % {"name": kept} if kept else "",
                _("At most %(size)s.") % {"size": filesizeformat(MAX_BYTES)},
            ]
        ).strip()
        self.fields["file"].widget.attrs["accept"] = ",".join(BEGINNINGS)
        if self.instance.pk:
            self.fields["publish"].initial = self.instance.published_at is not None
        self.order_fields(("title", "file", "url", "note", "publish"))

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("file") and cleaned.get("url") and "url" in self.changed_data:
            self.add_error("url", _("Choose a file or write a link, not both."))
        elif not (
            cleaned.get("file") or cleaned.get("url") or self.instance.file_name or "url" in self.errors
        ):
            self.add_error("file", _("Choose a file or write a link."))
        return cleaned

    def upload(self) -> tuple[str, bytes] | None:
        """Return the file that was chosen."""
        file: UploadedFile[bytes] | None = self.cleaned_data.get("file")
        return (file.name or "", file.read()) if file else None
