"""What organisers fill in: the event, its challenges, and what people are asked when they register."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from classroom.models import Course, User
from classroom.moments import MomentField
from projects import grading
from projects.models import Challenge, DataSet, Hackathon, RegistrationQuestion
from projects.services import MAX_DATA_BYTES, Extras

#: From and until of each phase; either may be left open where the event says so.
WINDOWS = (
    ("starts_at", "ends_at"),
    ("registration_opens_at", "registration_closes_at"),
    ("building_opens_at", "building_closes_at"),
    ("starts_at", "submission_closes_at"),
    ("judging_opens_at", "judging_closes_at"),
    ("gallery_opens_at", "gallery_closes_at"),
    ("vote_opens_at", "vote_closes_at"),
)
#: Dates that follow from others where they are left out.
FOLLOWING = {
    "registration_opens_at": _("Empty: now."),
    "registration_closes_at": _("Empty: when the hackathon begins."),
    "submission_closes_at": _("Empty: when the hackathon ends."),
}
#: What nearly everybody wants.
PLACES_ON_A_BALLOT = 3
BEGINS_LAST = _("This has to come after the beginning.")


class EventForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """An event, its times on the clock of the course."""

    #: Headings and the fields below them.
    PARTS = (
        (_("What"), ("title", "summary", "venue", "venue_url")),
        (_("When"), ("starts_at", "ends_at")),
        (_("Registration"), ("registration_opens_at", "registration_closes_at")),
        (_("Building and submission"), ("building_opens_at", "building_closes_at", "submission_closes_at")),
        (_("Judging"), ("judging_opens_at", "judging_closes_at")),
        (
            _("Public gallery"),
            ("gallery_opens_at", "gallery_closes_at", "projects_reviewed", "gallery_is_public"),
        ),
        (_("Public vote"), ("vote_opens_at", "vote_closes_at", "vote_places")),
        (_("Who"), ("min_team_size", "max_team_size", "registration_required", "places", "offer_hours")),
        (_("Rules"), ("code_of_conduct",)),
    )

    class Meta:
        model = Hackathon
        fields = (
            "title",
            "summary",
            "venue",
            "venue_url",
            "starts_at",
            "ends_at",
            "registration_opens_at",
            "registration_closes_at",
            "building_opens_at",
            "building_closes_at",
            "submission_closes_at",
            "judging_opens_at",
            "judging_closes_at",
            "gallery_opens_at",
            "gallery_closes_at",
            "vote_opens_at",
            "vote_closes_at",
            "vote_places",
            "projects_reviewed",
            "gallery_is_public",
            "min_team_size",
            "max_team_size",
            "registration_required",
            "places",
            "offer_hours",
            "code_of_conduct",
        )
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 4}),
            "code_of_conduct": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.instance.course = course
        for name in self.moments:
            before = self.fields[name]
            self.fields[name] = MomentField(
                zone=course.zone,
                kept=getattr(self.instance, name),
                label=before.label,
                help_text=before.help_text if self.instance.pk else FOLLOWING.get(name, before.help_text),
                required=name in {"starts_at", "ends_at"} or (name in FOLLOWING and bool(self.instance.pk)),
            )
        self.fields["vote_places"].required = False
        for name in ("min_team_size", "max_team_size", "offer_hours", "places", "vote_places"):
            self.fields[name].widget.attrs.setdefault("min", 1)

    @property
    def moments(self) -> list[str]:
        """The names of the fields that hold a time."""
        return [name for name in self.Meta.fields if name.endswith("_at")]

    @property
    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The headings with the fields below them."""
        return [(str(heading), [self[name] for name in names]) for heading, names in self.PARTS]

    def clean(self) -> dict[str, Any]:
        """Refuse windows that end before they begin, and team sizes in the wrong order."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for first, last in WINDOWS:
            begins, ends = given.get(first), given.get(last)
            if isinstance(begins, datetime) and isinstance(ends, datetime) and ends <= begins:
                self.add_error(last, BEGINS_LAST)
        opens_at, shown_from = given.get("vote_opens_at"), given.get("gallery_opens_at")
        if opens_at and (not shown_from or shown_from > opens_at):
            self.add_error(
                "vote_opens_at",
                _("People vote on what they see: let the projects be shown before the vote opens."),
            )
        smallest, largest = given.get("min_team_size"), given.get("max_team_size")
        if smallest and largest and largest < smallest:
            self.add_error("max_team_size", _("The largest team cannot be smaller than the smallest."))
        places = given.get("places")
        if places is not None and places < self.instance.places_taken:
            self.add_error(
                "places",
                _("More people have a place already. Decline some of them first, or choose a larger number."),
            )
        return given

    def clean_vote_places(self) -> int:
        """Fill in what nearly everybody wants."""
        places: int | None = self.cleaned_data["vote_places"]
        return places or PLACES_ON_A_BALLOT

    def validate_constraints(self) -> None:
        """Do nothing: `clean` has looked at every pair of dates and says it at the field."""


class EventChallengeForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    """A challenge of an event, with what comes with it."""

    mentors = forms.CharField(
        label=_("Mentors"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("E-mail addresses of people of the course, one a line; their names are shown."),
    )
    data_set = forms.FileField(
        label=_("Data set"), required=False, max_length=200, widget=forms.FileInput, allow_empty_file=False
    )
    without_data = forms.BooleanField(label=_("Take the file away"), required=False)

    class Meta:
        model = Challenge
        fields = (
            "title",
            "description",
            "is_own_idea",
            "exercise",
            "max_points",
            "capacity",
            "data_url",
            "prizes",
        )
        widgets = {
            "description": forms.Textarea(attrs={"rows": 8}),
            "prizes": forms.Textarea(attrs={"rows": 3}),
        }

    field_order = (*Meta.fields[:6], "data_set", "without_data", "data_url", "mentors", "prizes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        choices = [("", _("free form: staff give the points")), *grading.exercise_choices()]
        if self.instance.exercise and self.instance.exercise not in dict(choices):
            choices.append((self.instance.exercise, self.instance.exercise))
        self.fields["exercise"] = forms.ChoiceField(
            label=_("What grades it"), choices=choices, required=False
        )
        if self.instance.has_board:
            name = self.instance.exercise
            self.fields["exercise"] = forms.ChoiceField(
                label=_("What grades it"),
                choices=[(name, _("live leaderboard"))],
                required=False,
                disabled=True,
            )
        self.fields["capacity"].widget.attrs["min"] = 1
        stored = DataSet.objects.filter(pk=self.instance.pk).defer("content").first()
        limit = _("A file that participants download, at most %(limit)s.") % {
            "limit": filesizeformat(MAX_DATA_BYTES)
        }
        kept = _("“%(name)s” is kept unless you choose another file.") % {"name": stored} if stored else ""
        self.fields["data_set"].help_text = f"{limit} {kept}".strip()
        if self.instance.pk:
            self.fields["mentors"].initial = "\n".join(
                self.instance.mentors.order_by("email").values_list("email", flat=True)
            )
        if not stored:
            del self.fields["without_data"]
        self.order_fields(self.field_order)

    def clean_mentors(self) -> list[User]:
        """Find the people of the course behind the addresses."""
        wanted = {line.strip().lower() for line in self.cleaned_data["mentors"].splitlines()} - {""}
        enrolled = User.objects.filter(enrolments__course=self.instance.course, enrolments__left_at=None)
        found = list(enrolled.filter(email__in=wanted).order_by("email")) if wanted else []
        if unknown := sorted(wanted - {person.email for person in found}):
            raise forms.ValidationError(
                _("Nobody of this course has these addresses: %(addresses)s"),
                params={"addresses": ", ".join(unknown)},
            )
        return found

    def clean_data_set(self) -> UploadedFile | None:  # type: ignore[type-arg]  # as above
        """Refuse a file that does not fit into the database."""
        file: UploadedFile | None = self.cleaned_data["data_set"]  # type: ignore[type-arg]
        if file and (file.size or 0) > MAX_DATA_BYTES:
            raise forms.ValidationError(
                _("This file is larger than %(limit)s: put it elsewhere and give the link below."),
                params={"limit": filesizeformat(MAX_DATA_BYTES)},
            )
        return file

    def extras(self) -> Extras:
        """Return the mentors and the data."""
        file = self.cleaned_data["data_set"]
        return Extras(
            mentors=self.cleaned_data["mentors"],
            data=(str(file.name), file.read()) if file else None,
            without_data=self.cleaned_data.get("without_data", False),
        )

    def clean_capacity(self) -> int | None:
        """Refuse fewer places than are taken."""
        capacity: int | None = self.cleaned_data["capacity"]
        if capacity is not None and capacity < max(1, self.instance.taken):
            raise forms.ValidationError(
                _("More teams have chosen it already: choose a larger number of places.")
                if self.instance.taken
                else _("Give at least one place, or leave it empty for any number.")
            )
        return capacity


class QuestionForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    """Something to ask those who register."""

    class Meta:
        model = RegistrationQuestion
        fields = ("kind", "text", "help_text", "choices", "required")
        widgets = {"choices": forms.Textarea(attrs={"rows": 4}), "text": forms.Textarea(attrs={"rows": 2})}

    def clean(self) -> dict[str, Any]:
        """Ask for at least two choices where there is a choice."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("kind") == RegistrationQuestion.Kind.CHOICE:
            options = set(filter(None, map(str.strip, given.get("choices", "").splitlines())))
            if len(options) < 2:
                self.add_error("choices", _("Write at least two different choices, one a line."))
        return given
