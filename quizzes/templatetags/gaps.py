"""A question's text with something in its gaps."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from classroom import markdown
from quizzes.kinds.cloze import GAP

register = template.Library()

#: Private characters that stand for a gap while the text around it becomes HTML.
_PLACE = re.compile("\ue010(\\d+)\ue011")
_PRIVATE = str.maketrans("", "", "\ue010\ue011")
#: A tag with its attributes, quoted ones whole; what is between tags is text.
_TAG = re.compile(r"""(<(?:[^"'<>]|"[^"]*"|'[^']*')*>)""")


@register.simple_tag
def gapped(text: str, gaps: Sequence[Mapping[str, Any]], part: str, **context: Any) -> SafeString:  # noqa: ANN401 - a template's own
    """Render Markdown whose gaps are filled with the template `part`, which gets each as `gap`.

    A gap where no field can stand (in a picture's description) follows the text; one in a formula makes the
    formula show as its TeX.
    """
    drawn = {str(gap["number"]): render_to_string(part, {"gap": gap, **context}).strip() for gap in gaps}
    html = str(markdown.to_html(GAP.sub("\ue010\\1\ue011", text.translate(_PRIVATE))))
    done, left = _filled(html, drawn)
    rest = f"<p>{' '.join(left)}</p>" if left else ""
    return mark_safe(done + rest)  # noqa: S308 - cleaned Markdown, and fields that a template escaped


def _filled(html: str, drawn: Mapping[str, str]) -> tuple[str, list[str]]:
    """Put fields between tags, never into one or into a formula; return also those that found no place."""
    left, pieces, in_formula = dict(drawn), [], False

    def field(place: re.Match[str]) -> str:
        return left.pop(str(int(place[1])), "")

    def nothing(_place: re.Match[str]) -> str:
        return ""

    for piece in _TAG.split(html):
        is_tag = piece.startswith("<")
        if is_tag:
            in_formula = (in_formula or piece.startswith("<math")) and piece != "</math>"
        put: Callable[[re.Match[str]], str] = nothing if is_tag or in_formula else field
        pieces.append(_PLACE.sub(put, piece))
    return "".join(pieces).translate(_PRIVATE), list(left.values())
