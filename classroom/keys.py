"""Numbers of rows in addresses: `<key:pk>`."""

from django.urls import register_converter
from django.urls.converters import IntConverter


class Key(IntConverter):
    """The number of a row; one that is too long for any row is no address."""

    regex = "[0-9]{1,18}"


register_converter(Key, "key")
