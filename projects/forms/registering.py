"""The form people register with, made of the organisers' questions."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from projects.models import Answer, RegistrationQuestion
from projects.services import Given

#: How large an uploaded file may be.
MAX_FILE_BYTES = 2 * 1024 * 1024
#: A choice with more options than this is a menu.
RADIO_OPTIONS = 6


class RegistrationForm(forms.Form):
    """A field a question; a draft may leave anything out."""

    conduct = forms.BooleanField(label=_("I have read the code of conduct and will keep to it."))

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's
        questions: Sequence[RegistrationQuestion],
        answers: Mapping[int, Answer],
        asks_consent: bool,
        draft: bool = False,
        **kwargs: Any,  # noqa: ANN401 - Django's
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = {f"question_{question.pk}": question for question in questions}
        for name, question in self.questions.items():
            self.fields[name] = _field(question, answers.get(question.pk))
        if asks_consent:
            self.order_fields([*self.questions, "conduct"])
        else:
            del self.fields["conduct"]
        if draft:
            for field in self.fields.values():
                field.required = False

    def answers(self) -> list[Given]:
        """Return what was filled in."""
        return [_given(question, self.cleaned_data[name]) for name, question in self.questions.items()]


def _field(question: RegistrationQuestion, answer: Answer | None) -> forms.Field:
    """Return the field of a question, filled with what was answered before."""
    kind, before = question.kind, answer.value if answer else ""
    shared: dict[str, Any] = {
        "label": question.text,
        "help_text": question.help_text,
        "required": question.required,
    }
    if kind == RegistrationQuestion.Kind.CONSENT:
        agreed = bool(before) and answer is not None and answer.asked == question.text
        return forms.BooleanField(initial=agreed, **shared)
    if kind == RegistrationQuestion.Kind.FILE:
        return _file_field(shared, before)
    if kind == RegistrationQuestion.Kind.CHOICE:
        options = (
            question.options if not before or before in question.options else [*question.options, before]
        )
        widget = forms.RadioSelect if len(options) <= RADIO_OPTIONS else forms.Select
        choices = [(option, option) for option in options]
        if not question.required or widget is forms.Select:
            choices.insert(0, ("", str(_("no answer"))))
        return forms.ChoiceField(choices=choices, widget=widget, initial=before, **shared)
    if kind == RegistrationQuestion.Kind.NUMBER:
        number = forms.DecimalField(max_digits=15, decimal_places=4, initial=before, **shared)
        number.widget.attrs["step"] = "any"
        return number
    if kind == RegistrationQuestion.Kind.LONG:
        area = forms.Textarea(attrs={"rows": 5})
        return forms.CharField(max_length=5000, widget=area, initial=before, **shared)
    return forms.CharField(max_length=300, initial=before, **shared)


def _file_field(shared: dict[str, Any], before: str) -> forms.Field:
    limit = _("At most %(size)s.") % {"size": filesizeformat(MAX_FILE_BYTES)}
    kept = _("“%(name)s” is kept unless you choose another file.") % {"name": before} if before else ""
    shared["help_text"] = " ".join(filter(None, [shared["help_text"], str(limit), str(kept)]))
    shared["required"] = shared["required"] and not before
    return SmallFileField(max_length=150, widget=forms.FileInput, **shared)


class SmallFileField(forms.FileField):
    """A file that fits into the database."""

    def clean(self, data: Any, initial: Any = None) -> Any:  # noqa: ANN401 - Django's
        """Refuse one that is too large."""
        file = super().clean(data, initial)
        if isinstance(file, UploadedFile) and (file.size or 0) > MAX_FILE_BYTES:
            raise forms.ValidationError(
                _("This file is larger than %(size)s. Make it smaller and choose it again."),
                params={"size": filesizeformat(MAX_FILE_BYTES)},
            )
        return file


def _given(question: RegistrationQuestion, value: object) -> Given:
    if isinstance(value, UploadedFile):
        return Given(question, str(value.name), value.read())
    if isinstance(value, bool):
        return Given(question, "yes" if value else "")
    if isinstance(value, Decimal):
        return Given(question, f"{value.normalize():f}")
    return Given(question, str(value or ""))
