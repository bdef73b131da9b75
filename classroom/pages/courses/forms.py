"""What is asked about a course."""

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.models import Course
from classroom.shifting import weeks_between

#: A copy is moved by so many weeks at most: more is a mistyped year.
MOST_WEEKS = 520


def day_field(label: Any, **options: Any) -> forms.DateField:  # noqa: ANN401 - a text, translated late
    """Return a field for a day, as browsers draw it."""
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


class CourseForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A course's settings, the chat's secret address aside."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Of letters to people who have chosen none."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: [
            (name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name
        ],
        help_text=gettext_lazy("Times are typed on its clock, and shown on it to who has chosen no other."),
    )
    starts_on = day_field(gettext_lazy("First day"), required=False)
    ends_on = day_field(gettext_lazy("Last day"), required=False)

    class Meta:
        model = Course
        fields = [
            "title",
            "term",
            "slug",
            "language",
            "time_zone",
            "starts_on",
            "ends_on",
            "max_missed_sessions",
            "max_team_size",
        ]
        help_texts = {"slug": gettext_lazy("Links that were passed on stop working when it changes.")}

    def clean(self) -> dict[str, Any]:
        """Refuse a course that ends before it begins."""
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("starts_on"), given.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day cannot come before the first."))
        return given


class SettingsForm(CourseForm):
    """The same, with the chat's address: it is a secret, so what is stored is never shown."""

    webhook = forms.URLField(
        label=gettext_lazy("New Mattermost webhook"),
        required=False,
        assume_scheme="https",
        max_length=200,
        widget=forms.URLInput({"autocomplete": "off"}),
    )
    forget_webhook = forms.BooleanField(label=gettext_lazy("Forget the webhook"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        if self.instance.mattermost_webhook:
            text = _("One is set. It is a secret, so it is not shown; a new address takes its place.")
        else:
            text = _("An incoming webhook's address. It is a secret: whoever has it can post.")
            del self.fields["forget_webhook"]
        self.fields["webhook"].help_text = text

    def clean_webhook(self) -> str:
        """Take addresses of the web only."""
        address: str = self.cleaned_data["webhook"]
        if address and not address.startswith(("https://", "http://")):
            raise ValidationError(_("Write an address that begins with https://."))
        return address

    def values(self) -> dict[str, Any]:
        """Return the course's fields as they shall be."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        if self.cleaned_data["webhook"]:
            values["mattermost_webhook"] = self.cleaned_data["webhook"]
        elif self.cleaned_data.get("forget_webhook"):
            values["mattermost_webhook"] = ""
        return values


class CopyForm(forms.Form):
    """The course of a new term."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    term = forms.CharField(label=gettext_lazy("Term"), max_length=60, required=False)
    slug = forms.SlugField(label=gettext_lazy("Short name in links"), max_length=50)
    first_day = day_field(gettext_lazy("First day"))
    hidden = forms.BooleanField(
        label=gettext_lazy("Hide everything from students at first"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "Weeks, quizzes, exercises and hackathons are shown to them when you say so. Otherwise they "
            "appear as many days after the beginning as last time."
        ),
    )

    def __init__(self, *args: Any, first_day: date | None, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        self.old_first_day = first_day
        if first_day is None:
            del self.fields["first_day"]
        else:
            self.fields["first_day"].help_text = _(
                "Last time it was %(day)s. All dates move by as many calendar weeks; the time on the clock "
                "stays."
            ) % {"day": date_format(first_day, "l, j F Y")}

    def clean_slug(self) -> str:
        """Refuse a short name that another course has."""
        slug: str = self.cleaned_data["slug"]
        if Course.objects.filter(slug=slug).exists():
            raise ValidationError(_("Another course has this short name already: choose another one."))
        return slug

    def clean_first_day(self) -> date:
        """Refuse another day of the week: sessions would fall on other days."""
        day: date = self.cleaned_data["first_day"]
        if self.old_first_day is None:
            return day
        weeks = weeks_between(self.old_first_day, day)
        if weeks is None:
            raise ValidationError(
                _("This is a %(day)s; the course began on a %(old)s. Choose a %(old)s.")
                % {"day": date_format(day, "l"), "old": date_format(self.old_first_day, "l")}
            )
        if abs(weeks) > MOST_WEEKS:
            raise ValidationError(_("That is more than ten years away: look at the year again."))
        return day

    @property
    def weeks(self) -> int:
        """By how many weeks all moves; 0 for a course without dates."""
        day = self.cleaned_data.get("first_day")
        return (weeks_between(self.old_first_day, day) or 0) if day and self.old_first_day else 0
