"""Sessions that know whose they are, so that one query fetches both."""

from importlib import import_module

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """A browser's session; deleting a person ends theirs."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="sessions",
        db_constraint=False,  # a session that is saved while its person is deleted is no error
    )

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """Return what reads and writes the sessions."""
        store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
        return store
