"""A quiz's addresses as they are passed on: in the chat, as a drawing on the wall."""

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from quizzes.models import Quiz


def link_to(quiz: Quiz) -> str:
    """Return the address at which members of the course find the quiz."""
    return f"{settings.SITE_URL}{quiz.get_absolute_url()}"


def join_link(quiz: Quiz) -> str:
    """Return the address at which guests come in; empty where none may."""
    if not (quiz.anonymous and quiz.join_code):
        return ""
    return f"{settings.SITE_URL}{reverse('join', args=[quiz.join_code])}"


def qr_of(link: str) -> SafeString:
    """Return a link as an SVG drawing; nothing in it comes from people."""
    code = segno.make(link, error="m")
    drawing = code.svg_inline(scale=4, border=2, svgclass=None, lineclass=None, omitsize=True)
    return mark_safe(drawing)  # noqa: S308 - made by segno from an address of ours
