"""Details of the questions that are answered by choosing: options, pairs, items."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from quizzes.forms.parts import Number, Part, Row, Text, TextRow, Typed

SHARE_HELP = _("From -1 to 1; empty: 1 if it is right, else 0.")


class OptionRow(Row):
    """An option."""

    title, plural, at_first, ordered = _("Option"), _("Options"), 4, True
    more = ("feedback", "fraction", "misconception")
    text = Text(label=_("Text"), max_length=2000, rows=1)
    right = forms.BooleanField(label=_("Right"), required=False)
    feedback = Text(label=_("Feedback"), max_length=2000, rows=1, required=False)
    fraction = Number(label=_("Share of the points"), required=False, help_text=SHARE_HELP)
    misconception = Text(
        label=_("Misconception behind it"),
        max_length=200,
        required=False,
        help_text=_("Counted in the statistics."),
    )

    def stored(self) -> Any:  # noqa: ANN401 - see `Part`
        """See `Part.stored`."""
        return {"text": "", "right": self.cleaned_data["right"]} | super().stored()


class Single(Part):
    """One option is right."""

    lists: ClassVar[dict[str, type[Part]]] = {"options": OptionRow}
    main = "options"


class Multiple(Single):
    """Some options are right."""

    all_or_nothing = forms.BooleanField(
        label=_("Only the exact set of right options earns points"), required=False
    )


class TrueFalse(Part):
    """A statement."""

    main = "right"
    right = forms.ChoiceField(
        label=_("The statement is"),
        choices=[("true", _("true")), ("false", _("false"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether the statement is true.")},
    )
    feedback_true = Text(label=_('Feedback to "true"'), max_length=2000, rows=1, required=False)
    feedback_false = Text(label=_('Feedback to "false"'), max_length=2000, rows=1, required=False)

    @classmethod
    def fill(cls, stored: Any) -> Typed:  # noqa: ANN401 - see `Part`
        """See `Part.fill`."""
        typed = super().fill(stored)
        if "right" in typed:
            typed["right"] = "true" if typed["right"] else "false"
        return typed

    def stored(self) -> Any:  # noqa: ANN401 - see `Part`
        """See `Part.stored`."""
        return super().stored() | {"right": self.cleaned_data["right"] == "true"}


class PairRow(Row):
    """Two texts that belong together."""

    title, plural, at_first, ordered = _("Pair"), _("Pairs"), 3, True
    left = Text(label=_("Left"), max_length=1000, rows=1)
    right = Text(label=_("Belongs to it"), max_length=1000, rows=1)


class DistractorRow(TextRow):
    """A text that belongs to nothing."""

    title, plural, at_first = _("Distractor"), _("Distractors"), 0
    help = _("Further texts to choose from that belong to none of the pairs.")


class Matching(Part):
    """Texts that belong together."""

    lists: ClassVar[dict[str, type[Part]]] = {"pairs": PairRow, "distractors": DistractorRow}
    main = "pairs"
    all_or_nothing = forms.BooleanField(label=_("Only all pairs together earn points"), required=False)


class ItemRow(TextRow):
    """A text with its place."""

    title, plural, at_first, ordered = _("Item"), _("Items"), 3, True
    help = _("In the right order; students see them shuffled.")


class Ordering(Part):
    """Texts in an order."""

    lists: ClassVar[dict[str, type[Part]]] = {"items": ItemRow}
    main = "items"
    scoring = forms.ChoiceField(
        label=_("Points are given"),
        choices=[
            ("pairs", _("for every two items in the right order")),
            ("positions", _("for every item at its place")),
            ("exact", _("only for the right order of all")),
        ],
        initial="pairs",
    )
