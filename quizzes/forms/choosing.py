"""What an author chooses among before writing: the kinds, in groups, with what they are good for."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quizzes.models import Kind


@dataclass(frozen=True)
class Choice:
    """A kind to choose."""

    name: str
    label: str | Promise
    about: str | Promise


_GROUPS: list[tuple[Promise, list[tuple[Kind, Promise]]]] = [
    (
        _("Choose and arrange"),
        [
            (Kind.SINGLE, _("One of several options is right.")),
            (Kind.MULTIPLE, _("Any number of options is right.")),
            (Kind.TRUE_FALSE, _("A statement holds or does not.")),
            (Kind.MATCHING, _("Each text on the left belongs to one on the right.")),
            (Kind.ORDERING, _("Steps are brought into the right order.")),
        ],
    ),
    (
        _("Write"),
        [
            (Kind.NUMERIC, _("A number, right within a tolerance, perhaps with a unit.")),
            (Kind.SHORT_TEXT, _("A word or two, compared with accepted texts.")),
            (Kind.CLOZE, _("A text whose gaps are filled with words, numbers or choices.")),
            (Kind.MATRIX, _("A matrix or vector; every entry counts.")),
            (Kind.ESSAY, _("A longer text, graded by a person, with a rubric if you like.")),
        ],
    ),
    (
        _("Checked by the engine"),
        [
            (Kind.SHAPES, _("Output shapes and parameters of a network; each student gets another.")),
            (Kind.BACKPROP, _("A small net by hand, cell by cell; errors are carried forward.")),
            (Kind.CONVOLUTION, _("A kernel slides over a small image; the review shows the window.")),
            (Kind.GRADIENT_FORMULA, _("A derivative as a formula; any right form is right.")),
            (Kind.NUMPY_LINE, _("One line of numpy, run in the sandbox with hidden values.")),
            (Kind.LOSS_CURVE, _("What went wrong in a training that was really run?")),
            (Kind.BOUNDARY, _("Weights that part two clouds; points by accuracy.")),
        ],
    ),
]


def kind_groups() -> list[tuple[Promise, list[Choice]]]:
    """Return the kinds in groups, each with its heading."""
    return [
        (heading, [Choice(kind.value, kind.label, about) for kind, about in kinds])
        for heading, kinds in _GROUPS
    ]
