"""`{% load asking %}`: the questions of an attempt's page."""

import json
from hashlib import sha256

from django import template
from django.core.cache import caches
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from quizzes.review import AskedQuestion

register = template.Library()

CACHE_SECONDS = 24 * 60 * 60


@register.simple_tag(takes_context=True)
def asked(context: Context, question: AskedQuestion, count: int) -> SafeString:
    """Draw one of the attempt's `count` questions.

    A class that starts together sees the same questions, none touched yet. Such a question is drawn from
    nothing but itself, so what it looks like is kept for everybody to whom just the same is asked.
    """
    template = context.template.engine.get_template("quizzes/_asked.html")  # type: ignore[union-attr]  # rendering
    if question.is_touched or context["quiz"].practice:
        with context.push(question=question, count=count):
            return template.render(context)
    cache, key = caches["process"], _key(question, count, context["quiz"].course.slug)
    found: str | None = cache.get(key)
    if found is None:
        found = template.render(Context({"question": question, "count": count}))
        cache.set(key, found, CACHE_SECONDS)
    return mark_safe(found)  # noqa: S308 - as the template has escaped it


def _key(question: AskedQuestion, count: int, course: str) -> str:
    """Return a name for all that the drawing depends on; pictures are the course's."""
    told = vars(question) | {"section": None}  # drawn above the question
    text = json.dumps([get_language(), course, count, told], default=vars)
    return f"asked:{sha256(text.encode()).hexdigest()}"
