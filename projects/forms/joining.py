"""What people send to find a team or members: invitations, requests, and what the board says of them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from projects.forms import ConductForm
from projects.models import MAX_SKILL_LETTERS, MAX_SKILLS, JoinRequest, Seeker, Team, skills_in


class SkillsField(forms.CharField):
    """Skills with commas between; becomes a list."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        help_text = _("With commas between: Python, audio, design.")
        super().__init__(max_length=300, help_text=help_text, **kwargs)

    def clean(self, value: object) -> list[str]:
        """Refuse too many skills, and whole sentences."""
        skills = skills_in(str(super().clean(value)))
        if self.required and not skills:
            raise forms.ValidationError(self.error_messages["required"])
        if len(skills) > MAX_SKILLS:
            raise forms.ValidationError(_("Name at most %(most)d skills."), params={"most": MAX_SKILLS})
        if any(len(skill) > MAX_SKILL_LETTERS for skill in skills):
            raise forms.ValidationError(
                ngettext(
                    "A skill is a word or two, of at most %(most)d letter.",
                    "A skill is a word or two, of at most %(most)d letters.",
                    MAX_SKILL_LETTERS,
                ),
                params={"most": MAX_SKILL_LETTERS},
            )
        return skills


class InviteForm(forms.Form):
    """Whom to invite; without an address there is a link to pass on."""

    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        help_text=_("Empty: you get a link that works once, to pass on yourself."),
    )


class AskForm(ConductForm):
    """What somebody says who asks to join."""

    message = forms.CharField(
        label=_("A word to the team"),
        required=False,
        max_length=JoinRequest._meta.get_field("message").max_length,
    )


class ListingForm(forms.Form):
    """What a team says on the board."""

    listed = forms.BooleanField(label=_("show our team on the board"), required=False)
    pitch = forms.CharField(
        label=_("What you are up to"),
        required=False,
        max_length=Team._meta.get_field("pitch").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    skills = SkillsField(label=_("Skills you look for"), required=False)
    field_order = ("pitch", "skills", "listed")


class SeekerForm(forms.Form):
    """What somebody without a team says on the board."""

    skills = SkillsField(label=_("What you can do"), required=True)
    about = forms.CharField(
        label=_("What you would like to work on"),
        required=False,
        max_length=Seeker._meta.get_field("about").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class OpeningsFilter(forms.Form):
    """What the board shows."""

    q = forms.CharField(label=_("Skill, name or words"), required=False, max_length=100)
    fits = forms.BooleanField(label=_("only what fits"), required=False)

    def asked(self) -> tuple[str, bool]:
        """Return the words to look for, and whether only what fits is wanted."""
        self.full_clean()
        return self.cleaned_data.get("q", ""), bool(self.cleaned_data.get("fits"))
