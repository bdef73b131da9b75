"""Tokens for the HTTP API: made, found again by what a request sends, revoked.

A token is 256 random bits, so its plain SHA-256 is enough to keep: nobody guesses what it is the digest of.
"""

import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from classroom import notify
from classroom.errors import Refused
from classroom.models import ApiToken, AuditEntry, Scope, User

#: What tokens begin with, so that people and scanners recognise one that has leaked.
MARK = "crt_"
#: How many characters stay readable.
PREFIX_LENGTH = 10
FORM = re.compile(rf"{MARK}[A-Za-z0-9_-]{{43}}")
#: How many good tokens one person may have.
MOST = 20
#: How exactly the last use is noted: a row is not written for every request.
NOTED_EVERY = timedelta(minutes=1)


def create(
    *, user: User, name: str, scopes: Collection[str], good_for: timedelta, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token and return it with its secret, which is stored nowhere; the person is told by e-mail.

    Raises
    ------
    Refused
        There is a token of this name, or there are too many.
    """
    secret = MARK + secrets.token_urlsafe(32)
    with transaction.atomic():
        User.objects.select_for_update().get(
            pk=user.pk
        )  # one after the other, so that they are counted right
        kept = ApiToken.objects.filter(user=user, revoked_at=None)
        if kept.filter(name=name).exists():
            raise Refused(_("You have a token of this name. Choose another name, or revoke that one first."))
        if kept.count() >= MOST:
            raise Refused(
                _("You have %(most)d tokens, and more are not given. Revoke one that you do not need.")
                % {"most": MOST}
            )
        token = ApiToken.objects.create(
            user=user,
            name=name,
            prefix=secret[:PREFIX_LENGTH],
            digest=_digest(secret),
            scopes=[scope for scope in Scope.values if scope in scopes],
            created_at=now,
            expires_at=now + good_for,
        )
        AuditEntry.objects.create(
            actor=user, action="api_token.created", about=user, item=token.prefix, at=now
        )
        notify.email(
            key=f"api-token-{token.pk}",
            to=user.email,
            subject=_("A new access token for your account"),
            body=_(
                "The token “%(name)s” (%(prefix)s…) was made for your account: programs that have it act in "
                "your name. If that was not you, revoke it in your settings and tell your instructor."
            )
            % {"name": name, "prefix": token.prefix},
            now=now,
        )
    return token, secret


def revoke(*, token: ApiToken, now: datetime) -> bool:
    """End a token for good, at once; return whether this call did."""
    with transaction.atomic():
        done = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)
        if done:
            AuditEntry.objects.create(
                actor=token.user, action="api_token.revoked", about=token.user, item=token.prefix, at=now
            )
    return bool(done)


def find(*, secret: str, now: datetime) -> ApiToken | None:
    """Return the good token that `secret` is, with its person, and note that it was used.

    None where there is none, it is over, or its person may not sign in: those are told alike.
    """
    if not FORM.fullmatch(secret):  # no query for what cannot be one
        return None
    token = ApiToken.objects.select_related("user").filter(digest=_digest(secret)).first()
    if token is None or not token.is_good(now) or not token.user.is_active or token.user.anonymised_at:
        return None
    if token.last_used_at is None or now - token.last_used_at >= NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return token


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
