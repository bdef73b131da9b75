"""Forms of the schedule's editor. Times are on the event's clock."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.models import User
from classroom.moments import MomentField
from projects.models import Hackathon, Room, Session, Slot, Team
from projects.services import Place, SessionDetails

#: How long something is if nobody says.
USUAL_MINUTES = 30
#: Pitches are in so many windows at most.
WINDOWS = (1, 2, 3)


class SessionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """What a session is, and where and when the draft has it."""

    speakers = forms.CharField(
        label=gettext_lazy("Speakers of this course"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Their e-mail addresses, a line each."),
    )
    room = forms.ModelChoiceField(
        label=gettext_lazy("Room"),
        queryset=Room.objects.none(),
        required=False,
        empty_label=gettext_lazy("everywhere"),
    )
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=1, max_value=24 * 60)

    class Meta:
        model = Session
        fields = ("title", "kind", "abstract", "track", "team", "speaker_names")

    def __init__(self, *args: Any, hackathon: Hackathon, slot: Slot | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        initial = _initial(kwargs.get("instance"), slot)
        super().__init__(*args, **{**kwargs, "initial": initial | kwargs.get("initial", {})})
        self.hackathon = hackathon
        self.fields["abstract"].widget.attrs["rows"] = 4
        self.fields["starts_at"] = MomentField(
            label=_("Begins"),
            zone=hackathon.course.zone,
            kept=slot.starts_at if slot else None,
            help_text=_("On the clock of %(zone)s. Empty: it waits to be placed.")
            % {"zone": hackathon.course.time_zone},
        )
        rooms: Any = self.fields["room"]
        rooms.queryset = Room.objects.filter(hackathon=hackathon)
        teams: Any = self.fields["team"]
        teams.queryset = Team.objects.filter(hackathon=hackathon, archived_at=None)
        first = [
            "title",
            "kind",
            "starts_at",
            "minutes",
            "room",
            "track",
            "speakers",
            "speaker_names",
            "team",
        ]
        self.order_fields(first)

    def clean_speakers(self) -> list[User]:
        """Find the people; name the addresses that nobody in the course has."""
        wanted = {line.lower() for line in self.cleaned_data["speakers"].replace(",", " ").split()}
        people = User.objects.filter(
            enrolments__course=self.hackathon.course, enrolments__left_at=None, email__in=wanted
        ).distinct()
        unknown = wanted - {user.email.lower() for user in people}
        if unknown:
            raise forms.ValidationError(
                _("Nobody in this course has the address %(addresses)s. Name guests in the field below.")
                % {"addresses": ", ".join(sorted(unknown))}
            )
        return list(people)

    def clean(self) -> dict[str, Any]:
        """Refuse a pitch of nobody."""
        cleaned = super().clean() or self.cleaned_data
        if (
            cleaned.get("kind") == Session.Kind.PITCH
            and not cleaned.get("team")
            and "team" not in self.errors
        ):
            self.add_error("team", _("Choose the team that pitches."))
        return cleaned

    def details(self) -> SessionDetails:
        """Return what it is."""
        return SessionDetails(**{name: self.cleaned_data[name] for name in self.Meta.fields})

    def place(self) -> Place | None:
        """Return where and when it is; None if it waits."""
        starts_at = self.cleaned_data["starts_at"]
        if starts_at is None:
            return None
        return Place(
            self.cleaned_data["room"], starts_at, starts_at + timedelta(minutes=self.cleaned_data["minutes"])
        )


class RoomForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """A new room."""

    class Meta:
        model = Room
        fields = ("name", "url")


class AvailabilityForm(forms.Form):
    """When a room or a person can be had."""

    room = forms.ModelChoiceField(
        label=gettext_lazy("Room"), queryset=Room.objects.none(), required=False, empty_label="–"
    )
    email = forms.EmailField(
        label=gettext_lazy("or the person with this e-mail address"), required=False, max_length=254
    )

    def __init__(self, *args: Any, hackathon: Hackathon, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.hackathon = hackathon
        rooms: Any = self.fields["room"]
        rooms.queryset = Room.objects.filter(hackathon=hackathon)
        zone = hackathon.course.zone
        self.fields["starts_at"] = MomentField(label=_("From"), zone=zone, required=True)
        self.fields["ends_at"] = MomentField(label=_("Until"), zone=zone, required=True)

    def clean_email(self) -> User | None:
        """Find the person."""
        email = self.cleaned_data["email"].lower()
        if not email:
            return None
        people = User.objects.filter(enrolments__course=self.hackathon.course, enrolments__left_at=None)
        person = people.filter(email=email).first()
        if person is None:
            raise forms.ValidationError(_("Nobody in this course has this address. Enrol the person first."))
        return person


class PitchesForm(forms.Form):
    """Where and when all teams pitch."""

    room = forms.ModelChoiceField(label=gettext_lazy("Room"), queryset=Room.objects.none(), empty_label=None)
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes a pitch, with the change of teams"), min_value=1, max_value=120, initial=6
    )

    def __init__(self, *args: Any, hackathon: Hackathon, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        rooms: Any = self.fields["room"]
        rooms.queryset = Room.objects.filter(hackathon=hackathon)
        zone = hackathon.course.zone
        for number in WINDOWS:
            for name, label in (("from", _("Window %d, from")), ("until", _("Window %d, until"))):
                self.fields[f"{name}_{number}"] = MomentField(
                    label=label % number, zone=zone, required=number == 1
                )

    def clean(self) -> dict[str, Any]:
        """Want both ends of a window or none."""
        cleaned = super().clean() or self.cleaned_data
        for number in WINDOWS:
            ends = [f"from_{number}", f"until_{number}"]
            given = [name for name in ends if cleaned.get(name)]
            if len(given) == 1 and not any(name in self.errors for name in ends):
                missing = next(name for name in ends if name not in given)
                self.add_error(missing, _("A window needs both ends."))
        return cleaned

    def windows(self) -> list[tuple[datetime, datetime]]:
        """Return the windows that were given."""
        return [
            (self.cleaned_data[f"from_{number}"], self.cleaned_data[f"until_{number}"])
            for number in WINDOWS
            if self.cleaned_data[f"from_{number}"]
        ]


class ReleaseForm(forms.Form):
    """What to say about a new version."""

    note = forms.CharField(
        label=gettext_lazy("Note for participants"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("What moved is listed by itself; say why."),
    )


def _initial(session: Session | None, slot: Slot | None) -> dict[str, object]:
    initial: dict[str, object] = {"minutes": USUAL_MINUTES}
    if session and session.pk:
        initial["speakers"] = "\n".join(session.speakers.values_list("email", flat=True))
    if slot:
        initial |= {
            "room": slot.room_id,
            "starts_at": slot.starts_at,
            "minutes": round((slot.ends_at - slot.starts_at).total_seconds() / 60),
        }
    return initial
