"""What marks say about a quiz and its questions: classical test theory with Moodle's definitions. Pure.

The formulas are those of Moodle's report (docs.moodle.org/dev/Quiz_statistics_calculations; its code is in
`question/classes/statistics/questions/calculator.php` and in `mod/quiz/report/statistics`): S attempts at p
questions, x an attempt's marks for one question, X its marks in all. Variances and covariances are divided by
S - 1. What cannot be computed is None, for the same reasons as there.

Intervals cover 95 %.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist, median

#: Half-width of a 95 % interval in standard errors.
Z = NormalDist().inv_cdf(0.975)

#: Variances below this share of the squares they come from are rounding, not spread.
ROUNDING = 1e-12

Marks = Sequence[float]


@dataclass(frozen=True)
class Interval:
    """From where to where the true value lies, 19 times out of 20."""

    low: float
    high: float


@dataclass(frozen=True)
class ItemStatistics:
    """How a question did. Percentages, but for `count`: the number of attempts it is computed from.

    `effective_weight` is known only to the quiz as a whole; see `effective_weights`.
    """

    count: int
    facility: float | None
    facility_interval: Interval | None
    deviation: float | None
    discrimination_index: float | None
    discrimination_interval: Interval | None
    discriminative_efficiency: float | None


@dataclass(frozen=True)
class QuizStatistics:
    """How a quiz did, over `count` attempts; `consistency` is Cronbach's alpha.

    Percentages, those of marks in percent of the most points; skewness and kurtosis are numbers.
    """

    count: int
    mean: float | None = None
    mean_interval: Interval | None = None
    median: float | None = None
    deviation: float | None = None
    skewness: float | None = None
    kurtosis: float | None = None
    consistency: float | None = None
    consistency_interval: Interval | None = None
    error_ratio: float | None = None
    standard_error: float | None = None


def mean(marks: Marks) -> float:
    """Return the mean."""
    return math.fsum(marks) / len(marks)


def covariance(one: Marks, other: Marks) -> float | None:
    """Return the covariance of the sample; None for fewer than two."""
    if len(one) < 2:
        return None
    one_mean, other_mean = mean(one), mean(other)
    pairs = zip(one, other, strict=True)
    return math.fsum((a - one_mean) * (b - other_mean) for a, b in pairs) / (len(one) - 1)


def variance(marks: Marks) -> float | None:
    """Return the variance of the sample, exactly 0 for marks that are all the same."""
    found = covariance(marks, marks)
    scale = max((mark * mark for mark in marks), default=0.0)
    return 0.0 if found is not None and found <= ROUNDING * scale else found


def deviation(marks: Marks) -> float | None:
    """Return the standard deviation of the sample."""
    found = variance(marks)
    return None if found is None else math.sqrt(found)


def discrimination_index(marks: Marks, others: Marks) -> float | None:
    """Return 100 times the correlation of a question's marks with those for all other questions."""
    common, one, other = covariance(marks, others), variance(marks), variance(others)
    if common is None or not one or not other:
        return None
    return max(-100.0, min(100.0, 100 * common / math.sqrt(one * other)))


def discriminative_efficiency(marks: Marks, others: Marks) -> float | None:
    """Return the covariance with the other marks, in percent of the largest that these marks could have.

    It is largest when the best mark goes to whoever is best in the others, and so on down.
    """
    common, largest = covariance(marks, others), covariance(sorted(marks), sorted(others))
    if common is None or not variance(marks) or not variance(others) or not largest:
        return None
    return min(100.0, 100 * common / largest)


def item_statistics(marks: Marks, totals: Marks, most: float) -> ItemStatistics:
    """Return how a question did.

    Parameters
    ----------
    marks, totals
        The marks for this question and for the whole quiz, one each for every attempt that had it.
    most
        The most that the question gives.
    """
    others = [total - mark for mark, total in zip(marks, totals, strict=True)]
    index = discrimination_index(marks, others)
    share = 100 * mean(marks) / most if marks and most else None
    spread = deviation(marks)
    return ItemStatistics(
        count=len(marks),
        facility=share,
        facility_interval=share_interval(share, len(marks)),
        deviation=None if spread is None or not most else 100 * spread / most,
        discrimination_index=index,
        discrimination_interval=correlation_interval(index, len(marks)),
        discriminative_efficiency=discriminative_efficiency(marks, others),
    )


def without_comparison(item: ItemStatistics) -> ItemStatistics:
    """Return the numbers of a question that is no part of the totals: nothing can be said against others."""
    return replace(
        item, discrimination_index=None, discrimination_interval=None, discriminative_efficiency=None
    )


def effective_weights(questions: Sequence[tuple[Marks, Marks]]) -> list[float | None]:
    """Return how much each question, given as (its marks, total marks), decides who is ahead, in percent.

    The share of the root of its covariance with the total, the question itself included. A question that
    moves against the total has none, and the others share the whole.
    """
    common = [covariance(marks, totals) for marks, totals in questions]
    roots = [None if one is None or one < 0 else math.sqrt(one) for one in common]
    whole = math.fsum(root for root in roots if root)
    return [None if root is None or not whole else 100 * root / whole for root in roots]


def quiz_statistics(totals: Marks, most: Marks, questions: Iterable[Marks]) -> QuizStatistics:
    """Return how a quiz did.

    Parameters
    ----------
    totals, most
        What each attempt earned and could have earned.
    questions
        For every question, the marks it was given.
    """
    if not totals or not all(most):
        return QuizStatistics(count=len(totals))
    percents = [100 * total / top for total, top in zip(totals, most, strict=True)]
    spread = deviation(percents)
    columns = list(questions)
    alpha = consistency(totals, columns)
    ratio = None if alpha is None else 100 * math.sqrt(max(0.0, 1 - alpha / 100))
    return QuizStatistics(
        count=len(totals),
        mean=mean(percents),
        mean_interval=mean_interval(percents),
        median=median(percents),
        deviation=spread,
        skewness=skewness(percents),
        kurtosis=kurtosis(percents),
        consistency=alpha,
        consistency_interval=consistency_interval(alpha, len(totals), len(columns)),
        error_ratio=ratio,
        standard_error=None if ratio is None or spread is None else ratio * spread / 100,
    )


def consistency(totals: Marks, questions: Sequence[Marks]) -> float | None:
    """Return Cronbach's alpha in percent, Moodle's "coefficient of internal consistency".

    None for fewer than three attempts or two questions, and where all totals are the same.
    """
    count, total_variance = len(questions), variance(totals)
    if len(totals) < 3 or count < 2 or not total_variance:
        return None
    parts = math.fsum(variance(marks) or 0.0 for marks in questions)
    return 100 * count / (count - 1) * (1 - parts / total_variance)


def skewness(marks: Marks) -> float | None:
    """Return k3 / k2^(3/2): positive with a tail to the right. None for fewer than three marks."""
    size, spread = len(marks), variance(marks)
    if size < 3 or not spread:
        return None
    k3 = size * size * _moment(marks, 3) / ((size - 1) * (size - 2))
    return k3 / math.pow(spread, 1.5)


def kurtosis(marks: Marks) -> float | None:
    """Return k4 / k2^2: 0 for a normal distribution, more for one with long tails. None below four marks."""
    size, spread = len(marks), variance(marks)
    if size < 4 or not spread:
        return None
    second, fourth = _moment(marks, 2), _moment(marks, 4)
    k4 = size * size * ((size + 1) * fourth - 3 * (size - 1) * second * second)
    return k4 / ((size - 1) * (size - 2) * (size - 3)) / (spread * spread)


def _moment(marks: Marks, power: int) -> float:
    middle = mean(marks)
    return math.fsum((mark - middle) ** power for mark in marks) / len(marks)


def share_interval(percent: float | None, count: int) -> Interval | None:
    """Return Wilson's interval of a share (E. B. Wilson, JASA 22, 1927), in percent.

    It is made for right or wrong; with partial credit, which varies less, it is a little wider than need be.
    """
    if percent is None or count < 1:
        return None
    share = min(1.0, max(0.0, percent / 100))
    squared = Z * Z / count
    centre = (share + squared / 2) / (1 + squared)
    half = Z * math.sqrt(share * (1 - share) / count + squared / (4 * count)) / (1 + squared)
    return Interval(100 * max(0.0, centre - half), 100 * min(1.0, centre + half))


def correlation_interval(percent: float | None, count: int) -> Interval | None:
    """Return the interval of a correlation by Fisher's z (R. A. Fisher, Metron 1, 1921), in percent."""
    if percent is None or count < 4:
        return None
    if abs(percent) >= 100:
        return Interval(percent, percent)
    z, half = math.atanh(percent / 100), Z / math.sqrt(count - 3)
    return Interval(100 * math.tanh(z - half), 100 * math.tanh(z + half))


def consistency_interval(percent: float | None, attempts: int, questions: int) -> Interval | None:
    """Return the interval of Cronbach's alpha in percent.

    From the variance of ln(1 - alpha), 2p / ((p - 1)(S - 2)): D. G. Bonett, "Sample size requirements for
    testing and estimating coefficient alpha", J. of Educational and Behavioral Statistics 27 (2002), 335-340.
    """
    if percent is None or attempts < 3 or questions < 2 or percent >= 100:
        return None
    half = Z * math.sqrt(2 * questions / ((questions - 1) * (attempts - 2)))
    rest = 1 - percent / 100
    return Interval(100 * (1 - rest * math.exp(half)), 100 * (1 - rest * math.exp(-half)))


def mean_interval(marks: Marks) -> Interval | None:
    """Return the interval of a mean, by the normal distribution; None for fewer than two marks."""
    spread = deviation(marks)
    if spread is None:
        return None
    middle, half = mean(marks), Z * spread / math.sqrt(len(marks))
    return Interval(middle - half, middle + half)
