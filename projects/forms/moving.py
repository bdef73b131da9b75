"""What staff send when they change a team."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classroom.models import Enrolment, Role, User
from projects.models import Team


class ReasonForm(forms.Form):
    """Why; those concerned read it, and it is kept in the log."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Those concerned read it; it is kept in the log.")
    )


class AddMemberForm(ReasonForm):
    """Whom to put into the team."""

    email = forms.EmailField(
        label=_("E-mail address"), help_text=_("Of a student of the course, with or without a team.")
    )
    as_author = forms.BooleanField(
        label=_("counts as an author of what the team has handed in"), required=False
    )
    field_order = ("email", "as_author", "reason")

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.team = team

    def clean_email(self) -> User:
        """Find the student."""
        students = Enrolment.objects.filter(
            course=self.team.hackathon.course_id, role=Role.STUDENT, left_at=None
        )
        found = User.objects.filter(email=self.cleaned_data["email"].lower(), enrolments__in=students).first()
        if found is None:
            raise forms.ValidationError(_("No student of this course signs in with this address."))
        return found


class MergeForm(ReasonForm):
    """Which team takes the members in."""

    into = forms.CharField(
        label=_("Name of the other team"), max_length=80, help_text=_("Its leader leads them all.")
    )
    field_order = ("into", "reason")

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.team = team

    def clean_into(self) -> Team:
        """Find the team, whatever the case of its name."""
        name = self.cleaned_data["into"]
        others = Team.objects.active().filter(hackathon=self.team.hackathon_id).exclude(pk=self.team.pk)
        found = others.filter(Q(name=name) | Q(name__iexact=name)).first()
        if found is None:
            raise forms.ValidationError(_("There is no other team of this name. Compare it with the list."))
        return found
