r"""HTML into Markdown and back, with formulas: `\(a\)`, `\[a\]` and `$$a$$` there, `$a$` and `$$a$$` here."""

import re
from collections.abc import Callable, Sequence
from html import escape, unescape

import nh3
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markdownify import MarkdownConverter

from classroom.markdown import parser
from quizzes.formats import mathml

#: What to do with a picture's address: return the name it has among the draft's pictures, or None.
FindPicture = Callable[[str], str | None]

_FORMULA = re.compile(
    r"\\\((?P<line>(?:[^\\]|\\[^()\[\]])+)\\\)|\\\[(?P<block>(?:[^\\]|\\[^()\[\]])+)\\\]|\$\$(?P<dollars>(?:[^$\\]|\\.)+)\$\$"
    r"|(?<![\\$])\$(?P<dollar>[^\s$](?:[^$\n]*[^\s$\\])?)\$(?![\d$])",
    re.DOTALL,
)
_PLACES = re.compile("\ue010(\\d+)\ue011")
_PRIVATE = str.maketrans("", "", "\ue010\ue011")
_CODE = re.compile(r"(`+)(?!`)[^\n]+?(?<!`)\1(?!`)")
_LOOKS_LIKE_HTML = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(\s[^<>]*)?/?>|<!--")
#: What Markdown would take for emphasis, code, links, entities or strike-through.
_INLINE = re.compile(
    r"\\(?=[!-/:-@\[-`{-~])|`|(?<!\s)\*|\*(?!\s)|(?<!\w)_{1,2}(?![\s_])|(?<![\s_])_{1,2}(?!\w)"
    r"|\[(?=[^\]]{0,500}\][\[(:])|<(?=[a-zA-Z/!?])|&(?=#?\w+;)|~(?=~)"
)
_LINE_START = re.compile(r"(?m)^([ \t]*)(#{1,6}(?=\s|$)|[-+*](?=\s|$)|[>|]|:(?=-)|-{2,}|=+(?=\s*$)|_{3,}$)")
_NUMBER_START = re.compile(r"(?m)^([ \t]*\d{1,9})([.)])(?=\s|$)")
_NO_CONTENT = ("script", "style", "head", "title", "template", "iframe", "noscript")


class _Formulas:
    """Formulas taken out of a text, with private characters in their place until `put_back`."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def take_out(self, text: str) -> str:
        return _FORMULA.sub(self._keep, text)

    def _keep(self, match: re.Match[str]) -> str:
        inline = match["line"] or match["dollar"]
        content = inline or match["block"] or match["dollars"]
        if not content.strip():
            return match[0]
        return self.place(f"${content.strip()}$" if inline else f"$${content.strip()}$$")

    def place(self, formula: str) -> str:
        self.found.append(formula)
        return f"\ue010{len(self.found) - 1}\ue011"

    def put_back(self, text: str) -> str:
        return _PLACES.sub(lambda place: self.found[int(place[1])], text)


def looks_like_html(text: str) -> bool:
    """Tell whether there is a tag in it."""
    return bool(_LOOKS_LIKE_HTML.search(text))


def from_plain(text: str) -> str:
    """Return Markdown that shows plain text as it is; formulas and code between backticks stay such."""
    formulas = _Formulas()
    kept = _CODE.sub(lambda code: formulas.place(code[0]), text.translate(_PRIVATE))
    return formulas.put_back(_escape(formulas.take_out(kept))).strip()


def _escape(text: str) -> str:
    text = _INLINE.sub(lambda marks: "".join(f"\\{mark}" for mark in marks[0]), text)
    text = re.sub(r"(?m)^[ \t]{4,}", "   ", text)
    return _NUMBER_START.sub(r"\1\\\2", _LINE_START.sub(r"\1\\\2", text))


class _Converter(MarkdownConverter):
    """Markdown as this site writes it."""

    def __init__(self, formulas: _Formulas, find_picture: FindPicture) -> None:
        super().__init__(heading_style="ATX", bullets="-", code_language_callback=_language)
        self.formulas, self.find_picture = formulas, find_picture

    def escape(self, text: str, parent_tags: set[str]) -> str:
        return _escape(text)

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        equation = el.get("data-equation-content")
        if equation:  # Canvas draws formulas as pictures
            return self.formulas.place(f"${str(equation).strip()}$")
        alt = " ".join(str(el.get("alt") or "").split()).replace("[", "(").replace("]", ")")
        source = str(el.get("src") or "").strip()
        name = self.find_picture(source)
        if name is not None:
            return f"![{alt}](image:{name})"
        return f"[{alt or source}](<{source}>)" if source.startswith(("http:", "https:")) else alt

    def convert_sup(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self._raised("^", text)

    def convert_sub(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self._raised("_", text)

    def _raised(self, mark: str, text: str) -> str:
        return self.formulas.place(f"${mark}{{{text}}}$") if re.fullmatch(r"[\w+\-.]+", text) else text


def _language(block: Tag) -> str:
    inner = block.find("code")
    for element in (block, inner):
        classes = element.get("class") if isinstance(element, Tag) else None
        for name in classes or []:
            if str(name).startswith("language-"):
                return str(name).removeprefix("language-")
    return ""


def to_markdown(html: str, find_picture: FindPicture = lambda source: None) -> str:
    """Return HTML as Markdown; scripts, styles and whatever Markdown cannot say are left out."""
    html = html.replace("\r\n", "\n").translate(_PRIVATE)
    if not looks_like_html(html):
        return from_plain(unescape(html))
    formulas = _Formulas()
    try:
        soup = BeautifulSoup(f"<div>{html}</div>", "html.parser")
        _prepare(soup, formulas)
        markdown = _Converter(formulas, find_picture).convert_soup(soup)
    except (RecursionError, AssertionError, ValueError):  # nested or broken beyond sense: the words remain
        return from_plain(unescape(nh3.clean(html, tags=set())))
    markdown = re.sub(r"[ \t]+\n", _trailing, formulas.put_back(markdown))
    return re.sub(r"\n{3,}", "\n\n", markdown).replace("\u00a0", " ").strip()


def _trailing(match: re.Match[str]) -> str:
    """Keep the two spaces that are a line break."""
    return "  \n" if match[0].endswith("  \n") else "\n"


def _prepare(soup: BeautifulSoup, formulas: _Formulas) -> None:
    for element in soup.find_all(_NO_CONTENT):
        element.decompose()
    for math in soup.find_all("math"):
        tex = mathml.to_tex(math)
        math.replace_with(formulas.place(f"${tex}$") if tex else "")
    for text in soup.find_all(string=True):
        if type(text) is NavigableString and not text.find_parent(["pre", "code"]):
            joined = re.sub(r"[ \t]*\n[ \t]*", "\n", str(text))
            text.replace_with(NavigableString(formulas.take_out(joined)))


def to_plain(text: str) -> str:
    """Return the words of some HTML or plain text, in one line."""
    if looks_like_html(text):
        text = nh3.clean(text, tags=set())
    return " ".join(unescape(text).split())


class _Exchange(RendererHTML):
    """XHTML for other systems: formulas as MathJax finds them, pictures by their name in the package."""

    def formula(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return f"\\({escape(tokens[index].content)}\\)"

    def formula_display(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        formula = f"\\[{escape(tokens[index].content)}\\]"
        return f"<p>{formula}</p>\n" if tokens[index].block else formula

    def image(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        source = str(tokens[index].attrGet("src") or "")
        if source.startswith("image:"):
            tokens[index].attrSet("src", env["base"] + source.removeprefix("image:"))
        return super().image(tokens, index, options, env)


_exchange = parser(_Exchange)
_exchange.options["xhtmlOut"] = True


def to_html(markdown: str, *, base: str = "", inline: bool = False) -> str:
    """Return Markdown as XHTML; `base` goes before the names of pictures."""
    env: EnvType = {"base": base}
    made = _exchange.renderInline(markdown, env) if inline else _exchange.render(markdown, env)
    return str(made).strip()
