"""Markdown that people wrote, made into HTML that is safe to show, with formulas and coloured code.

Formulas stand between dollar signs, `$a$` in the line and `$$a$$` on a line of their own. HTML in the text is
shown as text. `![alt](image:<digest>)` is a picture of the course's question bank. Pictures of other hosts
become links: a page fetches nothing from elsewhere.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from html import escape

import nh3
from django.core.cache import caches
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from classroom import formulas

#: Raise it when the output changes: rendered text is cached.
VERSION = 2
CACHE_SECONDS = 24 * 60 * 60

TAGS = {
    *(
        "p",
        "br",
        "hr",
        "em",
        "strong",
        "s",
        "code",
        "pre",
        "span",
        "blockquote",
        "ul",
        "ol",
        "li",
        "a",
        "img",
    ),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "code": {"class"},
    "span": {"class"},
    "pre": {"class", "tabindex"},
    "ol": {"start"},
}
# Formulas are put in after the cleaning; until then private characters stand for them.
_PLACE = "\ue000{}\ue001"
_PLACES = re.compile("\ue000(\\d+)\ue001")
_PRIVATE = str.maketrans("", "", "\ue000\ue001")
_OWN_PICTURE = re.compile(r"image:([0-9a-f]{64})")
#: Whose pictures are shown; like the time zone, it is the request's, since filters know no request.
_course: ContextVar[str] = ContextVar("course", default="")


def show_pictures_of(slug: str) -> None:
    """Show the pictures of this course's bank until the request ends; `access.seat_in` calls it."""
    _course.set(slug)


@contextmanager
def no_pictures_yet() -> Iterator[None]:
    """Show no course's pictures until somebody says whose, and afterwards whose were shown before."""
    token = _course.set("")
    try:
        yield
    finally:
        _course.reset(token)


def _formula_in_line(state: StateInline, silent: bool) -> bool:
    """Read `$a$`, and `$$a$$` inside of a paragraph. "It costs $5 or $6" is no formula."""
    source, start = state.src, state.pos
    if source[start] != "$":
        return False
    fence = "$$" if source.startswith("$$", start) else "$"
    begin = start + len(fence)
    end = source.find(fence, begin)
    while end > 0 and source[end - 1] == "\\":
        end = source.find(fence, end + 1)
    content = source[begin:end] if end > begin else ""
    if not content.strip() or (
        fence == "$"
        and (content[0].isspace() or content[-1].isspace() or source[end + 1 : end + 2].isdigit())
    ):
        return False
    if not silent:
        token = state.push("formula_display" if fence == "$$" else "formula", "math", 0)
        token.content = content
    state.pos = end + len(fence)
    return True


def _formula_block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Read lines from one that begins with `$$` to one that ends with it."""
    begin = state.bMarks[first] + state.tShift[first]
    if not state.src.startswith("$$", begin):
        return False
    for line in range(first, last):
        end = state.eMarks[line]
        text = state.src[begin:end].rstrip()
        if len(text) > 3 and text.endswith("$$"):
            break
    else:
        return False
    if not silent:
        token = state.push("formula_display", "math", 0)
        token.block = True
        token.content = text[2:-2]
        token.map = [first, line + 1]
    state.line = line + 1
    return True


def _coloured(source: str, language: str) -> str:
    try:
        lexer = get_lexer_by_name(language) if language else None
    except ClassNotFound:
        lexer = None
    body = highlight(source, lexer, HtmlFormatter(nowrap=True)) if lexer else escape(source)
    return f'<pre class="highlight" tabindex="0"><code>{body}</code></pre>\n'


class _Renderer(RendererHTML):
    """HTML as markdown-it writes it, but for formulas, code and pictures."""

    def formula(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return self._place(formulas.html(tokens[index].content), env)

    def formula_display(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        place = self._place(formulas.html(tokens[index].content, display=True), env)
        return f"<p>{place}</p>\n" if tokens[index].block else place

    def _place(self, formula: str, env: EnvType) -> str:
        env.setdefault("formulas", []).append(formula)
        return _PLACE.format(len(env["formulas"]) - 1)

    def fence(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        words = tokens[index].info.split()
        return _coloured(tokens[index].content, words[0] if words else "")

    def code_block(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return _coloured(tokens[index].content, "")

    def image(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[index]
        source = str(token.attrGet("src") or "")
        own = _OWN_PICTURE.fullmatch(source)
        if own:
            if not env["course"]:
                return escape(token.content)
            token.attrSet("src", reverse("quizzes:image", args=[env["course"], own[1]]))
        elif re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", source):
            return f'<a href="{escape(source)}">{escape(token.content or source)}</a>'
        return super().image(tokens, index, options, env)

    def heading_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return f"<h{self._level(tokens[index], env)}>"

    def heading_close(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return f"</h{self._level(tokens[index], env)}>\n"

    def _level(self, token: Token, env: EnvType) -> int:
        return min(6, int(token.tag[1]) + int(env["top"]) - 1)


def parser(renderer: type[RendererHTML] = _Renderer) -> MarkdownIt:
    """Return what reads this site's Markdown; formulas are `formula` and `formula_display` to a renderer."""
    made = MarkdownIt("commonmark", {"html": False, "linkify": False}, renderer_cls=renderer)
    made.enable(["table", "strikethrough"])
    made.inline.ruler.after("escape", "formula", _formula_in_line)
    made.block.ruler.before(
        "fence", "formula", _formula_block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    return made


_markdown = parser()


def to_html(text: str, *, top: int = 3, inline: bool = False) -> SafeString:
    """Render Markdown.

    Parameters
    ----------
    text
        As the author wrote it.
    top
        The level that `#` has on the page; pages have their own `h1` and `h2`.
    inline
        Leave out the paragraph around the text and treat it as one line.
    """
    course = _course.get() if "image:" in text else ""
    key = f"markdown:{VERSION}:{course}:{top}:{inline}:{sha256(text.encode()).hexdigest()}"
    cache = caches["process"]
    found: str | None = cache.get(key)
    if found is None:
        found = _render(text, {"top": top, "course": course}, inline=inline)
        cache.set(key, found, CACHE_SECONDS)
    return mark_safe(found)  # noqa: S308 - nh3 has cleaned it, and Temml's MathML carries no script


def _render(text: str, env: EnvType, *, inline: bool) -> str:
    source = text.translate(_PRIVATE)
    dirty = _markdown.renderInline(source, env) if inline else _markdown.render(source, env)
    clean: str = nh3.clean(dirty, tags=TAGS, attributes=ATTRIBUTES, link_rel="noopener")
    return _PLACES.sub(lambda place: env["formulas"][int(place[1])], clean)


def python(source: str) -> SafeString:
    """Colour Python code, in a box that scrolls."""
    return mark_safe(_coloured(source, "python"))  # noqa: S308 - Pygments escapes the code
