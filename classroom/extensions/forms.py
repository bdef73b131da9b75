"""For whom, until when, and why: what staff fill in to give an extension."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.models import Course, Enrolment, Group, Role, User
from classroom.moments import MomentField


class WhoField(forms.ChoiceField):
    """A choice among a course's people of some roles, and groups; a `User` or a `Group` in Python."""

    def __init__(
        self, course: Course, *, groups: bool = True, roles: Sequence[Role] = (Role.STUDENT, Role.GUEST)
    ) -> None:
        takers = Enrolment.objects.filter(course=course, role__in=roles, left_at=None)
        users = User.objects.filter(pk__in=takers.values("user")).order_by("name", "email")
        self._people: dict[str, User | Group] = {f"person:{user.pk}": user for user in users}
        self._groups: dict[str, User | Group] = (
            {f"group:{group.pk}": group for group in Group.objects.filter(course=course)} if groups else {}
        )
        people = [(key, str(user)) for key, user in self._people.items()]
        choices: list[Any] = [("", "")]
        if self._groups:
            named = [(key, str(group)) for key, group in self._groups.items()]
            choices += [(_("Groups"), named), (_("Students"), people)]
        else:
            choices += people
        super().__init__(label=_("For whom"), choices=choices)

    def clean(self, value: Any) -> User | Group:  # noqa: ANN401 - Django's
        """Return who is meant."""
        found = (self._people | self._groups).get(str(value))
        if found is None:
            raise ValidationError(_("Choose somebody who takes part in the course."))
        return found


class LaterForm(forms.Form):
    """A later closing date for a student or a group."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - a form's own
        course: Course,
        roles: Sequence[Role] = (Role.STUDENT, Role.GUEST),
        **kwargs: Any,  # noqa: ANN401 - a form's own
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"] = WhoField(course, roles=roles)
        self.fields["closes_at"] = MomentField(
            zone=course.zone,
            label=_("A later closing date"),
            help_text=_("On the course's clock: %(zone)s.") % {"zone": course.zone.key},
        )
        self.order_fields(("who", "closes_at", "reason"))

    def gift(self) -> dict[str, Any]:
        """Return what `extensions.give` takes of it."""
        who = self.cleaned_data["who"]
        return {
            "user": who if isinstance(who, User) else None,
            "group": who if isinstance(who, Group) else None,
            "closes_at": self.cleaned_data["closes_at"],
            "reason": self.cleaned_data["reason"],
        }
