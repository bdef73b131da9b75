"""Where what a page says next is kept: in a cookie, under the name that the settings give it."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class NamedCookieStorage(CookieStorage):
    """Django's, whose cookie has a name of its own in production."""

    cookie_name = settings.MESSAGES_COOKIE_NAME


class Storage(FallbackStorage):
    """Django's default: a cookie, and the session for what is too long for one."""

    storage_classes = (NamedCookieStorage, SessionStorage)
