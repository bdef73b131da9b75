"""Parts of addresses: numbers of rows, `<key:pk>`, and whatever is left, `<rest:rest>`."""

from django.urls import register_converter
from django.urls.converters import IntConverter, StringConverter


class Key(IntConverter):
    """The number of a row; one that is too long for any row is no address."""

    regex = "[0-9]{1,18}"


class Rest(StringConverter):
    """All that follows, line breaks too: Django's `path` ends at one."""

    regex = r"[\s\S]+"


register_converter(Key, "key")
register_converter(Rest, "rest")
