"""`{% load markdown %}`: texts that people wrote."""

from django import template
from django.utils.safestring import SafeString

from classroom import markdown as renderer

register = template.Library()


@register.filter
def markdown(text: str | None, top: int = 3) -> SafeString:
    """Render Markdown with formulas and code; `#` becomes a heading of level `top`."""
    return renderer.to_html(text or "", top=top)


@register.filter
def markdown_inline(text: str | None) -> SafeString:
    """Render one line of Markdown without a paragraph around it, for titles and choices."""
    return renderer.to_html(text or "", inline=True)


@register.filter
def python(source: str | None) -> SafeString:
    """Colour Python code."""
    return renderer.python(source or "")
