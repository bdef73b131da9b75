"""One question of a Moodle XML file, and how its texts are read."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from django.utils.translation import gettext as _

from quizzes.formats import html, weights, xml
from quizzes.formats.pictures import Pictures, names_in

FILES = "@@PLUGINFILE@@/"
#: What Moodle writes there by itself.
_USUAL = re.compile(
    r"(your|die|ihre) (answer|antwort) (is|ist) (partially |teilweise )?(in)?(correct|richtig|falsch)\.?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class MoodleQuestion:
    """A `<question>` with the pictures that came in it."""

    node: xml.Node
    pictures: Pictures

    def child(self, name: str) -> xml.Node | None:
        """Return a child of the question."""
        return xml.child(self.node, name)

    def plain(self, name: str) -> str:
        """Return a child's text that is no HTML, on one line."""
        found = self.child(name)
        text = xml.child(found, "text")
        return " ".join(xml.text_of(text if text is not None else found).split())

    def markdown(self, name: str) -> str:
        """Return a child's text as Markdown."""
        return self.rich(self.child(name))

    def raw(self, element: xml.Node | None) -> str:
        """Return an element's text as it stands there; old files write it without a <text>."""
        if element is None:
            return ""
        text = xml.child(element, "text")
        return xml.text_of(text) if text is not None else (element.text or "")

    def rich(self, element: xml.Node | None) -> str:
        """Return an element's text as Markdown, from the format it names; unknown ones are HTML."""
        if element is None:
            return ""
        raw, form = self.raw(element), element.get("format", "html")
        source = xml.markdown_beside(element, raw, base=FILES)
        if source is not None:
            return self.with_pictures(source)
        if form == "markdown":
            return raw.strip()
        if form == "plain_text" or (form == "moodle_auto_format" and not html.looks_like_html(raw)):
            return html.from_plain(raw)
        return self.from_html(raw)

    def from_html(self, raw: str) -> str:
        """Return HTML of the question's as Markdown."""
        return html.to_markdown(raw, lambda address: self.pictures.find(unquote(address)))

    def with_pictures(self, markdown: str) -> str:
        """Return Markdown of our own export, its pictures taken along."""
        for name in names_in(markdown):
            kept = self.pictures.take(f"{FILES}{name}")
            markdown = markdown.replace(f"](image:{name})", f"](image:{kept})" if kept else f"]({name})")
        return markdown

    def number(self, name: str) -> float | None:
        """Return a child's number."""
        return weights.read_number(self.plain(name))

    def flag(self, name: str, otherwise: bool) -> bool:
        """Return whether a child says yes: Moodle writes true, 1 or nothing at all."""
        found = self.child(name)
        return otherwise if found is None else xml.text_of(found).strip().lower() not in {"", "0", "false"}

    def old_image(self) -> str:
        """Return the picture of files from before Moodle 2, as Markdown."""
        content, name = xml.text_of(self.child("image_base64")), self.plain("image")
        if not content.strip():
            return ""
        kept = self.pictures.embedded(f"data:image/x;base64,{content}")
        return f"\n\n![{name.rpartition('/')[2]}](image:{kept})" if kept else ""

    def warn(self, message: str) -> None:
        """Note something about this question."""
        self.pictures.reading.warn(f"“{self.plain('name')}”: {message}", self.node.line)

    def warn_of_combined_feedback(self) -> None:
        """Say so where the author wrote feedback that belongs to no answer."""
        names = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
        said = [html.to_plain(self.raw(self.child(name))) for name in names]
        if any(text and not _USUAL.fullmatch(text) for text in said):
            self.warn(
                _("Feedback for right, partly right and wrong answers was left out: use the explanation.")
            )
