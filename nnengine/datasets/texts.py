"""Small texts for character models and text classifiers, written for this project (CC0) or generated."""

import re

import numpy as np
import numpy.typing as npt

#: A grammar: <name> is replaced by one of its alternatives. Written for this project (CC0).
HARBOUR = {
    "sentence": [
        "<ship> <verb> <place>.",
        "At <hour> <ship> <verb> <place>.",
        "<weather>, <ship> <verb> <place>.",
    ],
    "ship": ["the <colour> <boat>", "a <boat>", "the old <boat>"],
    "boat": ["ferry", "tug", "cutter", "pilot boat", "trawler", "barge"],
    "colour": ["red", "white", "blue", "green"],
    "verb": ["leaves for", "waits near", "comes back from", "turns towards", "is bound for", "passes"],
    "place": ["the lock", "the pier", "the island", "the open sea", "the lighthouse", "the bridge"],
    "hour": ["dawn", "noon", "dusk", "high tide", "low tide"],
    "weather": ["in fog", "in light rain", "under a clear sky", "with the wind from the west"],
}

#: Opinions about a course; each sentence carries its feeling in one or two words.
OPINION = {
    "sentence": [
        "<opening> the <thing> was <feeling>.",
        "the <thing> was <feeling> and the <thing> <feeling>.",
    ],
    "opening": ["I found that", "to be honest,", "this week", "again", "for me"],
    "thing": ["lecture", "exercise", "explanation", "notebook", "quiz", "pace"],
}
FEELINGS = {
    0: ["dull", "confusing", "too long", "a waste of time", "hard to follow", "boring"],
    1: ["clear", "a joy", "well made", "inspiring", "great fun", "just right"],
}
NEGATIONS = {
    0: ["not clear", "not much fun", "never inspiring"],
    1: ["not boring", "never dull", "not confusing"],
}

_FIRST = [
    "Sea",
    "North",
    "Star",
    "Wind",
    "Gull",
    "Tide",
    "Amber",
    "Salt",
    "Storm",
    "Silver",
    "Kiel",
    "Baltic",
]
_SECOND = [
    "bird",
    "light",
    "rose",
    "queen",
    "runner",
    "song",
    "spray",
    "dancer",
    "maid",
    "arrow",
    "heart",
    "wolf",
]


def harbour_sentences(n: int = 1000, *, rng: np.random.Generator) -> str:
    """Return `n` simple sentences about ships, one a line, from a small grammar: easy to model, endless."""
    return "\n".join(_expand("<sentence>", HARBOUR, rng) for _ in range(n)) + "\n"


def ship_names() -> list[str]:
    """Return 144 invented names of ships, sorted; for character models that invent more."""
    return sorted(f"{first}{second}" for first in _FIRST for second in _SECOND)


def opinions(
    n: int = 500, *, rng: np.random.Generator, negated_share: float = 0.2
) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Return `n` sentences about a course and their feeling: 0 unhappy, 1 happy, equally likely.

    In `negated_share` of them the feeling is said by denying its opposite ("not boring"), which a bag of
    words gets wrong and a network that reads in order can learn.
    """
    labels = rng.integers(0, 2, n)
    texts = []
    for label, negated in zip(labels.tolist(), (rng.random(n) < negated_share).tolist(), strict=True):
        feeling = NEGATIONS[label] if negated else FEELINGS[label]
        texts.append(_expand("<sentence>", OPINION | {"feeling": feeling}, rng))
    return texts, labels


def _expand(text: str, grammar: dict[str, list[str]], rng: np.random.Generator) -> str:
    """Replace every <name>, from left to right, until none is left."""
    while match := re.search(r"<(\w+)>", text):
        alternatives = grammar[match[1]]
        text = text[: match.start()] + alternatives[rng.integers(len(alternatives))] + text[match.end() :]
    return text
