"""What the numbers of a question mean, in plain words.

The thresholds follow Moodle's "Quiz report statistics" (docs.moodle.org/dev/Quiz_report_statistics): a
facility from 90 % on is "very easy", up to 20 % "difficult" to "extremely difficult or something wrong with
the question"; a discrimination index below 20 is "very weak", and one below 0 makes a question "probably
invalid". Since chance alone puts many a good question below 0 in a small class, an index counts as negative
only where its whole interval is, or from -20 on.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quizzes.statistics.numbers import ItemStatistics

#: With fewer answers the interval of an index is wider than half of all that is possible.
FEWEST_ANSWERS = 10
EASY = 90
HARD = 20
DISCRIMINATES = 20
NEGATIVE = -20


class Verdict(StrEnum):
    """What is to be thought of a question."""

    TOO_FEW = "too_few"
    CHECK_KEY = "check_key"
    TOO_EASY = "too_easy"
    TOO_HARD = "too_hard"
    NO_DIFFERENCE = "no_difference"
    FINE = "fine"

    @property
    def words(self) -> "Words":
        """How it is said."""
        return _WORDS[self]


@dataclass(frozen=True)
class Words:
    """A verdict in a few words, what to do about it, and the tone the design gives it."""

    short: str | Promise
    advice: str | Promise
    tone: str


def verdict(item: ItemStatistics, guess: float | None) -> Verdict:
    """Return what is to be thought of a question; `guess` is its random-guess score as a share.

    What is worst comes first: a key that may be wrong before a question that is too hard.
    """
    if item.count < FEWEST_ANSWERS or item.facility is None:
        return Verdict.TOO_FEW
    index, interval = item.discrimination_index, item.discrimination_interval
    found = [
        (Verdict.CHECK_KEY, interval is not None and interval.high < 0),
        (Verdict.TOO_EASY, item.facility >= EASY),
        (Verdict.CHECK_KEY, index is not None and index <= NEGATIVE),
        (Verdict.TOO_HARD, item.facility <= max(HARD, 100 * (guess or 0))),
        (Verdict.NO_DIFFERENCE, item.deviation == 0 or (index is not None and index < DISCRIMINATES)),
    ]
    return next((said for said, holds in found if holds), Verdict.FINE)


_WORDS = {
    Verdict.TOO_FEW: Words(
        _("too few answers to say"), _("From ten graded answers on this page says more."), ""
    ),
    Verdict.CHECK_KEY: Words(
        _("the best students get this wrong: check the key"),
        _(
            "Whoever is good at the rest tends to lose points here. The key may be wrong, or the wording "
            "misleads those who know more."
        ),
        "bad",
    ),
    Verdict.TOO_EASY: Words(
        _("too easy"), _("Nearly everybody gets it: fine as a warm-up, but it tells nobody apart."), "warn"
    ),
    Verdict.TOO_HARD: Words(
        _("too hard"),
        _("Hardly anybody gets it, or no more than by guessing: teach it once more, or ask it more plainly."),
        "warn",
    ),
    Verdict.NO_DIFFERENCE: Words(
        _("does not tell good from weak"),
        _("Those who do well in the rest do hardly better here: look at the wording and the wrong options."),
        "warn",
    ),
    Verdict.FINE: Words(_("fine"), _("Neither too easy nor too hard, and it tells good from weak."), "good"),
}
