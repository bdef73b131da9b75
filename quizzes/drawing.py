"""Drawing questions at random from drawers of the bank. Pure."""

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Draw:
    """A place in a quiz that takes `count` questions of the drawer `category` and of those inside it."""

    slot: int
    category: str
    count: int


@dataclass(frozen=True)
class Card:
    """A question that can be drawn: its id, and the name of its drawer."""

    question: int
    category: str


def is_inside(category: str, drawer: str) -> bool:
    """Whether `category` is `drawer` or lies in it: "Week 7/Pooling" lies in "Week 7"."""
    return category == drawer or category.startswith(f"{drawer}/")


def draw(
    draws: Sequence[Draw], cards: Iterable[Card], taken: Collection[int], rng: random.Random
) -> dict[int, list[int]]:
    """Return the questions drawn by slot: none twice, none of `taken`; fewer where there are too few.

    The innermost drawers are served first. Drawers are nested or apart, never overlapping, so this leaves no
    place empty that any other way of drawing could have filled.
    """
    pool = sorted((card for card in cards if card.question not in taken), key=lambda card: card.question)
    used: set[int] = set()
    drawn: dict[int, list[int]] = {}
    for each in sorted(draws, key=lambda one: (-one.category.count("/"), one.slot)):
        fitting = [
            card.question
            for card in pool
            if card.question not in used and is_inside(card.category, each.category)
        ]
        drawn[each.slot] = rng.sample(fitting, min(each.count, len(fitting)))
        used.update(drawn[each.slot])
    return drawn


def missing(draws: Sequence[Draw], cards: Iterable[Card], taken: Collection[int]) -> dict[int, int]:
    """Return, by slot, how many questions are too few; empty when every draw can be filled."""
    drawn = draw(draws, cards, taken, random.Random(0))  # noqa: S311 - how many there are, not which
    return {each.slot: short for each in draws if (short := each.count - len(drawn[each.slot]))}
