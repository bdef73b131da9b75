"""The site's key pair, with which it signs to every platform."""

import json
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, transaction
from jwcrypto.jwk import JWK

from classroom import clock
from classroom.lti.models import ToolKey

BITS = 2048
#: Two first uses at the same time make one key: the first row that is written is it.
FIRST_KID_PREFIX = "classroom-"


def current_key() -> ToolKey:
    """Return the key that signs now; the first call makes it."""
    return ToolKey.objects.first() or _make()


def _make() -> ToolKey:
    pair = JWK.generate(kty="RSA", size=BITS)
    kid = FIRST_KID_PREFIX + str(pair.thumbprint())[:16]
    pem = pair.export_to_pem(private_key=True, password=None).decode()
    try:
        with transaction.atomic():
            return ToolKey.objects.create(pk=1, kid=kid, private_pem=pem, created_at=clock.now())
    except IntegrityError:
        return ToolKey.objects.get(pk=1)


def public_jwk(key: ToolKey) -> dict[str, Any]:
    """Return the public half of a key, as platforms read it."""
    exported: dict[str, Any] = json.loads(JWK.from_pem(key.private_pem.encode()).export_public())
    return exported | {"kid": key.kid, "alg": "RS256", "use": "sig"}


def key_set() -> dict[str, Any]:
    """Return every key that may still be asked for; kept for a minute, for it costs a parse a request."""
    found: dict[str, Any] | None = cache.get("lti-key-set")
    if found is None:
        current_key()
        found = {"keys": [public_jwk(key) for key in ToolKey.objects.all()]}
        cache.set("lti-key-set", found, 60)
    return found
