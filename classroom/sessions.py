"""Sessions in the database, read together with the person whose they are."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from classroom.models import AuditEntry, Session, User
from classroom.prepared import MOMENT, Given, Rows

_VALID = Rows(
    lambda: Session.objects.select_related("user").filter(
        session_key=Given("key", models.CharField()), expire_date__gt=Given("now", MOMENT)
    )
)


class SessionStore(db.SessionStore):
    """Django's sessions in the database, with their owner in a column."""

    #: The owner as read with the session; a session that was only written has none.
    owner: User | None = None
    #: When it ends, as read; None while it is new.
    ends_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Name the table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Write the owner beside what the session holds; what is kept in it later does not prolong it."""
        session: Session = super().create_model_instance(data)  # type: ignore[assignment]  # of the class above
        session.user_id = data.get(auth.SESSION_KEY)
        if self.ends_at is not None:
            session.expire_date = min(session.expire_date, self.ends_at)
        return session

    def create(self) -> None:
        """Begin a session under a new name, with its whole time before it: so does signing in."""
        self.ends_at = None
        super().create()

    def _get_session_from_db(self) -> Session | None:
        found = _VALID(key=self.session_key, now=timezone.now()) if self.session_key else []
        if not found:
            self._session_key = None
            return None
        self.owner, self.ends_at = found[0].user, found[0].expire_date
        return found[0]


def signed_in_since(*, user: User, now: datetime) -> list[tuple[str, datetime]]:
    """Return where somebody is signed in: each session's key and when it began, the newest first."""
    rows = Session.objects.filter(user=user, expire_date__gt=now).order_by("-expire_date")
    whole = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return [(key, ends - whole) for key, ends in rows.values_list("session_key", "expire_date")]


def end_sessions(*, user: User, by: User, now: datetime, but: str | None = None) -> int:
    """Sign somebody out everywhere, `but` in this session; return in how many browsers that was."""
    with transaction.atomic():
        ended, _tables = Session.objects.filter(user=user).exclude(session_key=but or "").delete()
        if ended:
            detail = {"sessions": ended}
            AuditEntry.objects.create(actor=by, action="sessions.ended", about=user, detail=detail, at=now)
    return ended


class OwnerOfSession(AuthenticationMiddleware):
    """Django's `AuthenticationMiddleware`, without a second query for a person who came with the session."""

    def process_request(self, request: HttpRequest) -> None:
        """Give the request its `user`, looked up when first asked for."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _person(request))  # type: ignore[assignment]  # as Django does


def _person(request: HttpRequest) -> User | AnonymousUser:
    """Return who asks. Whatever is not plainly right about the session is left to Django to decide."""
    session = request.session
    kept = session.get(auth.HASH_SESSION_KEY, "")
    owner = getattr(session, "owner", None)
    if (
        isinstance(owner, User)
        and owner.is_active
        and session.get(auth.SESSION_KEY) == str(owner.pk)
        and session.get(auth.BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(kept, owner.get_session_auth_hash())
    ):
        return owner
    person: User | AnonymousUser = auth.get_user(request)
    return person
