"""A question as its author writes it: what every kind has, and the details of its own kind."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quizzes.forms.details import DETAILS
from quizzes.forms.parts import Number, Part, Text, TextRow, Typed, unchanged
from quizzes.kinds import KINDS, Data
from quizzes.models import QuestionVersion

#: Names of the buttons that change the form and save nothing.
ACTS = ("add", "remove", "up", "refresh", "insert")


class HintRow(TextRow):
    """A hint."""

    title, plural, at_first, ordered = _("Hint"), _("Hints"), 0, True
    help = _("Given one after the other where a quiz allows hints.")
    text = Text(max_length=2000, rows=1)


class QuestionForm(Part):
    """Everything about a question of one kind; `details` is the kind's part.

    Parameters
    ----------
    data
        What was posted; None shows `initial`, or the version `stored`.
    kind
        Of the question; it stays the same for all its versions.
    stored
        The version that is changed; None for a new question.
    """

    lists: ClassVar[dict[str, type[Part]]] = {"hints": HintRow}
    name = Text(
        label=_("Name in the bank"),
        max_length=200,
        help_text=_("Only staff see it."),
        error_messages={"required": _("Give the question a name.")},
    )
    category = Text(
        label=_("Category"),
        max_length=200,
        required=False,
        help_text=_("A slash puts it into another: Week 7/Pooling"),
        widget=forms.TextInput({"list": "category-names", "autocomplete": "off"}),
    )
    tags = Text(
        label=_("Tags"),
        max_length=600,
        required=False,
        help_text=_("With commas between them."),
        widget=forms.TextInput({"list": "tag-names", "autocomplete": "off"}),
    )
    body = Text(
        label=_("Question"),
        rows=6,
        look="markdown",
        max_length=20_000,
        help_text=_("Markdown; formulas between dollar signs; pictures can be pasted or dropped here."),
        error_messages={"required": _("Write the question itself.")},
    )
    explanation = Text(
        label=_("Explanation"),
        rows=3,
        look="markdown",
        max_length=20_000,
        required=False,
        help_text=_("Shown in the review, to everybody."),
    )
    points = forms.DecimalField(
        label=_("Points"),
        max_digits=6,
        decimal_places=2,
        min_value=Decimal(0),
        initial=1,
        help_text=_("Each quiz can change them."),
    )
    penalty = Number(
        label=_("A wrong answer costs"),
        required=False,
        help_text=_("A share of the points, from 0 to 1; empty: nothing."),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        kind: str,
        stored: QuestionVersion | None = None,
        initial: Typed | None = None,
    ) -> None:
        super().__init__(data, initial=_filled(stored) | (initial or {}))
        self.kind, self.old = kind, stored
        self._valid: bool | None = None
        self.details = DETAILS[kind](data, prefix="data", initial=self.initial.get("data", {}))

    def acted(self, more: Typed) -> "QuestionForm":
        """Return the form with the row added, removed or moved whose button was pressed, unchecked.

        `more` is what else is typed now.
        """
        return QuestionForm(kind=self.kind, stored=self.old, initial=self.typed() | more)

    def typed(self) -> Typed:
        """See `Part.typed`."""
        return super().typed() | {"data": self.details.typed()}

    def is_valid(self) -> bool:
        """Whether everything can be stored; asks the kind, too, and shows its problems where they belong."""
        if self._valid is None:
            self._valid = all([super().is_valid(), self.details.is_valid()])
            if self.details.is_valid():
                self._ask_the_kind()
                self._valid = self._valid and not self.problems_in_preview()
        return self._valid

    def _ask_the_kind(self) -> None:
        kind, data = KINDS[self.kind], self.data_to_store()
        problems = [*self.details.own_problems(), *kind.problems(data)]
        self.details.blame(problems)
        if not problems and self.cleaned_data.get("body"):
            for problem in kind.body_problems(data, self.cleaned_data["body"]):
                self.add_error("body", problem)

    def data_to_store(self) -> Data:
        """Return the kind's data: as they were, if only their spelling would change."""
        if self.old is not None and self.old.kind == self.kind:
            old: Data = self.old.data
            if unchanged(DETAILS[self.kind], self.details, old):
                return old
        found: Data = self.details.stored()
        return found

    def tag_names(self) -> list[str]:
        """Return the tags that are written."""
        return [name.strip() for name in self.cleaned_data["tags"].split(",") if name.strip()]

    def content(self) -> dict[str, Any]:
        """Return what the version says, as `services.bank` takes it; also of a form without a name."""
        cleaned, old = self.cleaned_data, self.old
        hints = self.parts["hints"].stored()
        return {
            "kind": self.kind,
            "body": _kept(old.body, cleaned["body"]) if old else cleaned["body"],
            "data": self.data_to_store(),
            "explanation": _kept(old.explanation, cleaned["explanation"]) if old else cleaned["explanation"],
            "hints": old.hints if old and [_trimmed(hint) for hint in old.hints] == hints else hints,
            "points": cleaned.get("points", 1),
            "penalty": cleaned.get("penalty") or 0,
        }

    def problems_in_preview(self) -> list[str]:
        """Return what keeps the question from being shown as students see it."""
        self.is_valid()
        mine = [str(error) for name in ("body", "explanation") for error in self.errors.get(name, [])]
        hints = [problem for row in self.parts["hints"].rows for problem in row.all_problems()]
        return list(dict.fromkeys([*mine, *hints, *self.details.all_problems()]))

    def clean_tags(self) -> str:
        """Keep tags short enough for the bank."""
        tags: str = self.cleaned_data["tags"]
        if any(len(tag.strip()) > 60 for tag in tags.split(",")):
            raise forms.ValidationError(gettext("A tag has at most 60 characters; put commas between tags."))
        return tags


def _kept(old: str, new: str) -> str:
    """Return the text as it was if only its line ends or the spaces around it would change."""
    return old if _trimmed(old) == new else new


def _trimmed(text: str) -> str:
    return str(text).replace("\r\n", "\n").strip()


def _filled(version: QuestionVersion | None) -> Typed:
    """Return what the form shows for a version."""
    if version is None:
        return {}
    question = version.question
    return {
        "name": question.name,
        "category": question.category.name if question.category else "",
        "tags": ", ".join(tag.name for tag in question.tags.all()),
        "body": version.body,
        "explanation": version.explanation,
        "hints": [HintRow.fill(hint) for hint in version.hints],
        "points": f"{Decimal(version.points).normalize():f}",
        "penalty": version.penalty or None,
        "version": version.number,
        "data": DETAILS[version.kind].fill(version.data),
    }
