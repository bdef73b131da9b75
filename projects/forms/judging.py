"""What judges say, whom organisers ask to judge, and what for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classroom.models.user import GUEST_DOMAIN
from classroom.people import Person, parse_people
from projects.models import Challenge, Criterion, Hackathon, Look, Track

#: At most so many judges are invited at once.
MOST_AT_ONCE = 200


class InviteJudgesForm(forms.Form):
    """Who shall judge, one a line."""

    people = forms.CharField(
        label=_("Who judges?"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_(
            "One a line: ada@example.org or Ada Lovelace <ada@example.org>. They need not take part in the "
            "course."
        ),
    )

    track = forms.ModelChoiceField(
        label=_("What do they judge?"),
        queryset=Track.objects.none(),
        required=False,
        empty_label=_("the whole"),
    )

    def __init__(self, *args: Any, hackathon: Hackathon, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        _offer_tracks(self, hackathon)

    def clean_people(self) -> list[Person]:
        """Read the addresses; name the lines that hold none."""
        people, problems = parse_people(self.cleaned_data["people"].replace("\x00", ""))
        problems += [person.email for person in people if person.email.endswith(f"@{GUEST_DOMAIN}")]
        if problems:
            raise forms.ValidationError(
                _("No e-mail address: %(lines)s"), params={"lines": ", ".join(problems[:5])[:300]}
            )
        if len(people) > MOST_AT_ONCE:
            raise forms.ValidationError(_("These are too many at once: give at most 200."))
        return people


class CriterionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """A line of the rubric."""

    class Meta:
        model = Criterion
        fields = ("title", "help_text", "weight")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        weight = self.fields["weight"]
        weight.help_text = _("One of weight 2 counts twice as much as one of weight 1.")
        weight.widget.attrs.update({"min": 1, "max": 100})

    def clean_weight(self) -> int:
        """Refuse weights that no column of the table holds."""
        weight: int = self.cleaned_data["weight"]
        if weight > 100:
            raise forms.ValidationError(_("Give a weight from 1 to 100."))
        return weight


class AssignForm(forms.Form):
    """What a judge judges."""

    track = forms.ModelChoiceField(
        label=_("What they judge"), queryset=Track.objects.none(), required=False, empty_label=_("the whole")
    )

    def __init__(self, *args: Any, hackathon: Hackathon, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        _offer_tracks(self, hackathon)


def _offer_tracks(form: forms.Form, hackathon: Hackathon) -> None:
    """Ask for a track only where there are any."""
    tracks = Track.objects.filter(hackathon=hackathon)
    if tracks:
        form.fields["track"].queryset = tracks  # type: ignore[attr-defined]  # a ModelChoiceField
    else:
        del form.fields["track"]


class TrackForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """A track."""

    class Meta:
        model = Track
        fields = ("title", "question", "challenge", "by_choice")

    def __init__(self, *args: Any, hackathon: Hackathon, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        challenge = self.fields["challenge"]
        challenge.queryset = Challenge.objects.filter(hackathon=hackathon)  # type: ignore[attr-defined]  # as above
        challenge.empty_label = _("projects of all challenges")  # type: ignore[attr-defined]


class EnterTracksForm(forms.Form):
    """In which tracks a team's project competes."""

    tracks = forms.MultipleChoiceField(
        label=_("Compete in"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, tracks: list[Track], **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.offered = {str(track.pk): track for track in tracks}
        self.fields["tracks"].choices = [  # type: ignore[attr-defined]  # declared above
            (pk, f"{track.title}: {track.question}" if track.question else track.title)
            for pk, track in self.offered.items()
        ]

    def chosen(self) -> list[Track]:
        """Return the tracks that were ticked."""
        return [self.offered[pk] for pk in self.cleaned_data["tracks"]]


class ConflictForm(forms.Form):
    """Which team a judge must not judge."""

    team = forms.TypedChoiceField(label=_("Team"), coerce=int)

    def __init__(self, *args: Any, teams: list[tuple[int, str]], **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = [("", _("choose")), *teams]  # type: ignore[attr-defined]  # declared above


class LookForm(forms.Form):
    """What a judge says about one project, a field a criterion.

    Parameters
    ----------
    others
        The titles of what the judge has placed, best first, this project left out.
    draft
        Whether it shall be kept only: then nothing has to be filled in.
    """

    place = forms.TypedChoiceField(label=_("Where does it belong?"), coerce=int)
    comment = forms.CharField(
        label=_("Comment for the team"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The team reads it when the results are published, without your name."),
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's
        look: Look,
        criteria: list[Criterion],
        others: list[str],
        draft: bool = False,
        **kwargs: Any,  # noqa: ANN401 - Django's
    ) -> None:
        self.criteria = {f"criterion_{criterion.pk}": criterion for criterion in criteria}
        given = {f"criterion_{mark.criterion_id}": mark.points for mark in look.marks.all()}
        place = look.place or (None if others else 1)
        super().__init__(*args, **kwargs)
        self.initial = given | {"comment": look.comment, "place": place}
        for name, criterion in self.criteria.items():
            self.fields[name] = forms.TypedChoiceField(
                label=criterion.title,
                help_text=criterion.help_text,
                choices=[(points, str(points)) for points in range(1, 6)],
                coerce=int,
                empty_value=None,
                required=not draft,
                widget=forms.RadioSelect,
            )
        self.fields["place"].choices = _places(others)  # type: ignore[attr-defined]  # declared above
        self.fields["place"].required = not draft
        self.order_fields([*self.criteria, "place", "comment"])

    def marks(self) -> dict[Criterion, int]:
        """Return the points by criterion."""
        return {
            criterion: self.cleaned_data[name]
            for name, criterion in self.criteria.items()
            if self.cleaned_data[name] is not None
        }


def _places(others: list[str]) -> list[tuple[Any, str]]:
    if not others:
        return [(1, str(_("it is the first")))]
    return [
        ("", str(_("choose"))),
        (1, str(_("the best so far"))),
        *(
            (number, str(_("right behind “%(title)s”") % {"title": title}))
            for number, title in enumerate(others, start=2)
        ),
    ]
