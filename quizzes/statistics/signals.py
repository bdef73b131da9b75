"""What may be worth a question after a quiz: never a verdict, and nothing follows from it by itself. Pure.

Two people who share wrong answers may have learnt together. Who is fast may have read ahead. So these
functions find where chance is a poor explanation, and leave it to people to find a better one.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from statistics import median

#: A shared wrong answer alone is never a signal.
FEWEST_SHARED = 2
#: An answer is fast below this share of the median: the "normative threshold" of S. L. Wise and L. Ma,
#: "Setting response time thresholds for a CAT item pool" (NCME 2012), who try 10, 15 and 20 percent.
FAST_SHARE = 0.2
#: Fewer answers have no typical time.
FEWEST_TIMES = 10
#: Seconds; nobody needs long for a question whose median is below, so nobody is fast.
SHORTEST_MEDIAN = 10

#: Wrong answers by question.
Wrong = Mapping[int, str]


@dataclass(frozen=True)
class Shared:
    """A wrong answer that two people share; so many of the `wrong` others gave it, too."""

    question: int
    answer: str
    others: int
    wrong: int

    @cached_property
    def bits(self) -> float:
        """How surprising it is that the second gave the answer of the first, both being wrong.

        -log2 of its probability by Laplace's rule of succession, from what others answered wrongly: an answer
        that nobody else gave counts most, the trap that all fall into next to nothing.
        """
        return math.log2((self.wrong + 2) / (self.others + 1))


@dataclass(frozen=True)
class Pair:
    """Two people, the wrong answers they share, and to how many questions both gave wrong ones."""

    first: int
    second: int
    shared: tuple[Shared, ...]
    both_wrong: int

    @property
    def bits(self) -> float:
        """How surprising all of it is; what could have been shared but was not weighs against it.

        At most C(m, k) times the product of the probabilities is the chance to share k of m wrong answers.
        """
        chances = math.comb(self.both_wrong, len(self.shared))
        return sum(one.bits for one in self.shared) - math.log2(chances)

    @property
    def one_in(self) -> int:
        """Of so many pairs that work on their own, about one shares this much."""
        return round(2 ** max(0.0, min(40.0, self.bits)))


@dataclass(frozen=True)
class Fast:
    """An answer that took much less time than it took others, in seconds."""

    question: int
    seconds: float
    median: float


def shared_wrong_answers(wrong: Mapping[int, Wrong]) -> list[Pair]:
    """Return the pairs that share more than chance explains, the most surprising first.

    `wrong` has everybody's wrong answers, by person and question. A pair is listed where, of all pairs of the
    class working on their own, less than one would be expected to share as much.
    """
    given: dict[int, Counter[str]] = defaultdict(Counter)
    holders: dict[tuple[int, str], list[int]] = defaultdict(list)
    for person in sorted(wrong):
        for question, answer in wrong[person].items():
            given[question][answer] += 1
            holders[question, answer].append(person)
    together: dict[tuple[int, int], list[Shared]] = defaultdict(list)
    for (question, answer), people in sorted(holders.items()):
        shared = Shared(question, answer, given[question][answer] - 2, given[question].total() - 2)
        for pair in combinations(people, 2):
            together[pair].append(shared)
    enough = math.log2(max(1, math.comb(len(wrong), 2)))
    pairs = [pair for pair in _pairs(together, wrong, enough) if pair.bits > enough]
    return sorted(pairs, key=lambda pair: (-pair.bits, pair.first, pair.second))


def _pairs(
    together: Mapping[tuple[int, int], list[Shared]], wrong: Mapping[int, Wrong], enough: float
) -> Iterator[Pair]:
    """Make pairs of those that have a chance; in a class of 500 there are 100,000 that have none."""
    for (first, second), shared in together.items():
        if len(shared) >= FEWEST_SHARED and sum(one.bits for one in shared) > enough:
            yield Pair(first, second, tuple(shared), len(wrong[first].keys() & wrong[second].keys()))


def fast_answers(seconds: Mapping[int, Mapping[int, float]]) -> dict[int, list[Fast]]:
    """Return by attempt the answers that took less than a fifth of the median.

    `seconds` has the time spent, by attempt and question; see `quizzes.statistics.pace`.
    """
    times: dict[int, list[float]] = defaultdict(list)
    for spent in seconds.values():
        for question, took in spent.items():
            times[question].append(took)
    usual = {
        question: median(took)
        for question, took in times.items()
        if len(took) >= FEWEST_TIMES and median(took) >= SHORTEST_MEDIAN
    }
    found = {
        attempt: [
            Fast(question, took, usual[question])
            for question, took in spent.items()
            if question in usual and took < FAST_SHARE * usual[question]
        ]
        for attempt, spent in seconds.items()
    }
    return {attempt: fast for attempt, fast in found.items() if fast}
