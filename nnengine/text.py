"""A sentence in the two languages of the course."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in English and in German, plain text (never markup: escape it before showing it)."""

    en: str
    de: str

    def to_dict(self) -> dict[str, str]:
        """Return ``{"en": ..., "de": ...}``."""
        return {"en": self.en, "de": self.de}

    @classmethod
    def from_dict(cls, data: Mapping[str, str]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(en=data["en"], de=data["de"])

    def __getitem__(self, language: str) -> str:
        """Return the sentence in `language` ("de", "de-at", ...); any other language gets English."""
        return self.de if language.lower().startswith("de") else self.en

    def format(self, **values: object) -> "Text":
        """Fill both sentences' ``{name}`` places with the same values."""
        return Text(self.en.format(**values), self.de.format(**values))
