"""`{% load assets %}`: what the page tells the browser about its libraries."""

import json
from functools import lru_cache

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from classroom.assets import import_map

register = template.Library()


@register.simple_tag(takes_context=True)
def importmap(context: dict[str, HttpRequest]) -> SafeString:
    """Write the import map. Browsers take one only from inside the page, so it carries the policy's nonce."""
    nonce = getattr(context["request"], "csp_nonce", "")
    return format_html('<script type="importmap" nonce="{}">{}</script>', nonce, _map())


@lru_cache(maxsize=1)
def _map() -> SafeString:
    # It holds only names and addresses of our own; "<" cannot occur, and is escaped should it ever.
    return mark_safe(json.dumps(import_map()).replace("<", "\\u003c"))  # noqa: S308 - escaped by hand
