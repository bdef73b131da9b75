"""What organisers fill in for a leaderboard: data, measure, budget, tries, and when it freezes and ends."""

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from classroom import clock
from classroom.moments import MomentField
from projects.examples import MAX_FILE_BYTES
from projects.models import Board, Challenge
from projects.services import FIXED, Material

#: Where examples come from: a file, or what the engine has.
UPLOADED = "upload"
SOURCES = (
    (UPLOADED, _("a file: table (.csv) or arrays (.npz)")),
    ("moons", _("two moons (made up for this board)")),
    ("spirals", _("two spirals (made up for this board)")),
    ("flower", _("a flower (made up for this board)")),
    ("digits", _("handwritten digits (anybody can look up the labels: for practice)")),
)
KEPT = ("", _("the data as it is"))


class BoardForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """A leaderboard. Once somebody has handed in, what runs are compared by stands still.

    Once the final result is out, so does what it follows from: `final_at` and which run counts.
    """

    PARTS = (
        (_("Data"), ("source", "file", "label_column", "train_percent", "public_percent")),
        (_("Measure"), ("metric", "policy")),
        (_("Budget of a run"), ("cpu_seconds", "memory_mib", "max_parameters")),
        (_("Tries"), ("runs_a_day", "time_zone")),
        (_("When"), ("freezes_at", "final_at")),
    )

    source = forms.ChoiceField(label=_("Examples"))
    file = forms.FileField(
        label=_("File"), required=False, max_length=200, allow_empty_file=True, widget=forms.FileInput
    )
    label_column = forms.CharField(
        label=_("Column of the labels"),
        required=False,
        max_length=80,
        help_text=_("Of a table; empty: the last one."),
    )
    policy = forms.ChoiceField(label=_("Which run counts"), choices=Challenge.Policy.choices)

    class Meta:
        model = Board
        fields = (
            "metric",
            "train_percent",
            "public_percent",
            "cpu_seconds",
            "memory_mib",
            "max_parameters",
            "runs_a_day",
            "time_zone",
            "freezes_at",
            "final_at",
        )

    def __init__(self, *args: Any, is_fixed: bool = False, is_final: bool = False, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        challenge = self.instance.challenge
        for name in ("freezes_at", "final_at"):
            before = self.fields[name]
            self.fields[name] = MomentField(
                zone=challenge.course.zone,
                kept=getattr(self.instance, name),
                label=before.label,
                help_text=before.help_text,
            )
        self.fields["source"].choices = [KEPT, *SOURCES] if self.instance.pk else SOURCES  # type: ignore[attr-defined]
        self.fields["source"].required = not self.instance.pk
        self.fields["file"].widget.attrs["accept"] = ".csv,.npz"
        self.fields["file"].help_text = _(
            "A table has a heading and one example a line, labels may be words; an .npz file holds X and y. "
            "At most %(limit)s."
        ) % {"limit": filesizeformat(MAX_FILE_BYTES)}
        self.fields["policy"].initial = challenge.policy
        if not self.instance.pk:
            self.initial["time_zone"] = challenge.course.time_zone
        if is_fixed:
            for name in (*FIXED, "source", "file", "label_column"):
                self.fields[name].disabled = True
        if is_final:
            for name in ("policy", "final_at"):
                self.fields[name].disabled = True

    @property
    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The headings with the fields below them."""
        return [(str(heading), [self[name] for name in names]) for heading, names in self.PARTS]

    def clean_time_zone(self) -> str:
        """Refuse what is no time zone."""
        zone: str = self.cleaned_data["time_zone"].strip()
        if zone not in available_timezones():
            raise forms.ValidationError(_("Write a time zone such as Europe/Berlin."))
        return zone

    def clean(self) -> dict[str, Any]:
        """Ask for a file where one is meant, and refuse dates in the wrong order."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("source") == UPLOADED and not given.get("file") and "file" not in self.errors:
            self.add_error("file", _("Choose a file."))
        closes_at, last = self.instance.challenge.closes_at, clock.last_closing(self.instance.challenge)
        freezes_at, final_at = given.get("freezes_at"), given.get("final_at")
        if isinstance(final_at, datetime) and last and final_at < last:
            self.add_error("final_at", _("The final result comes after teams have stopped handing in."))
        if isinstance(freezes_at, datetime) and closes_at and freezes_at >= closes_at:
            self.add_error("freezes_at", _("A board freezes before teams stop handing in."))
        return given

    def material(self) -> Material | None:
        """Return where the examples come from; None where they stay as they are."""
        source: str = self.cleaned_data["source"]
        if not source:
            return None
        if source != UPLOADED:
            return Material(source)
        file: UploadedFile = self.cleaned_data["file"]  # type: ignore[type-arg]  # as above
        content = file.read(MAX_FILE_BYTES + 1)
        return Material(str(file.name), content, self.cleaned_data["label_column"])
