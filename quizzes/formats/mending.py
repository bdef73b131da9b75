"""XML that other programs wrote nearly right: what often goes wrong is set right, and parsed again."""

import re

MAX_CHARACTERS = 2_000_000
_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]*\?>")
_ENCODING = re.compile(r"""encoding\s*=\s*["']([\w.-]+)["']""")
_TOKENS = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!\w[^>]*+>|<(?P<end>/?)(?P<name>[\w:.-]++)(?P<rest>[^<>]*+)>",
    re.DOTALL,
)
#: What must end, or looking for the end would take for ever.
_LONG = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"))
_BARE = re.compile(r"""((?:^|\s)[a-zA-Z][\w-]*)(?=\s|$)(?!\s*=)""")
_QUOTED = re.compile(r"""[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*')""")
_AMPERSAND = re.compile(r"&(?!#\d+;|#x[0-9a-fA-F]+;|(?:amp|lt|gt|quot|apos);)")


def mended(content: bytes) -> bytes | None:
    """Return XML with end tags that are missing, bare attributes and the first line set right.

    None where that does not make it whole.
    """
    head = content[:200].decode("ascii", errors="replace")
    named = _ENCODING.search(head)
    try:
        text = content.decode(named[1] if named else "utf-8")
    except (UnicodeDecodeError, LookupError):
        return None
    if len(text) > MAX_CHARACTERS or any(text.rfind(start) > text.rfind(end) for start, end in _LONG):
        return None
    parts: list[str] = []
    still_open: list[str] = []
    at = 0
    text = _DECLARATION.sub("", text)
    for token in _TOKENS.finditer(text):
        parts += [_AMPERSAND.sub("&amp;", text[at : token.start()]), _token(token, still_open)]
        at = token.end()
    if still_open:
        return None
    return "".join([*parts, text[at:]]).encode()


def _token(token: re.Match[str], still_open: list[str]) -> str:
    name = token["name"]
    if name is None:
        return token[0]
    if token["end"]:
        if name not in still_open:
            return ""
        missing = []
        while still_open[-1] != name:
            missing.append(f"</{still_open.pop()}>")
        still_open.pop()
        return "".join(missing) + token[0]
    is_empty = token["rest"].endswith("/")
    if not is_empty:
        still_open.append(name)
    return f"<{name}{_attributes(token['rest'].removesuffix('/'))}{'/' if is_empty else ''}>"


def _attributes(text: str) -> str:
    """Give attributes without a value one: `controls` becomes `controls="controls"`."""
    parts, at = [], 0
    for match in _QUOTED.finditer(text):
        parts += [_with_values(text[at : match.start()]), match[0]]
        at = match.end()
    return "".join([*parts, _with_values(text[at:])])


def _with_values(text: str) -> str:
    return _BARE.sub(lambda bare: f'{bare[1]}="{bare[1].strip()}"', text)
