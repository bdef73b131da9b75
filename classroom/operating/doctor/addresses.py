"""How the site is reached, and how it reaches people."""

import json
import smtplib
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import get_connection

from classroom import clock
from classroom.models import Outbox
from classroom.operating.doctor.finding import Finding, error, warning, well

#: Renewal comes a month before the end; with less than this (days) it has failed for a while.
LEAST_CERTIFICATE_DAYS = 14
LATELY = timedelta(days=7)
#: Addresses that only this machine understands.
LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - compared, not bound


def secret_key() -> Iterator[Finding]:
    """A key that is long, and kept where only the site may read it."""
    file = Path(settings.VAR) / "secret_key"
    if len(settings.SECRET_KEY) < 50 or len(set(settings.SECRET_KEY)) < 5:
        yield error(
            "secret key",
            "SECRET_KEY is short enough to be guessed.",
            "Set it to the output of: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
        )
    elif file.exists() and file.stat().st_mode & 0o077:
        yield error("secret key", f"Others may read {file}.", f"chmod 600 {file}")
    else:
        yield well("secret key", "long, and for the site's eyes only")


def address() -> Iterator[Finding]:
    """The address in letters and QR codes is one that other people's browsers reach."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    if host in LOCAL:
        yield warning(
            "address",
            f"SITE_URL is {settings.SITE_URL}: links in letters and QR codes work on this machine only.",
            "Set SITE_URL to the address people type, for example https://classroom.example.org",
        )
    elif host.startswith(("*", ".")):
        yield error(
            "address",
            f"SITE_URL is {settings.SITE_URL}, made of ALLOWED_HOSTS: links in letters lead nowhere.",
            "Set SITE_URL to the address people type, for example https://classroom.example.org",
        )
    elif "*" in settings.ALLOWED_HOSTS:
        yield error(
            "address",
            "ALLOWED_HOSTS is *: whoever asks chooses the host in the links that the site sends.",
            f"Set ALLOWED_HOSTS={host}",
        )
    else:
        yield well("address", settings.SITE_URL)


def https() -> Iterator[Finding]:
    """Cookies travel encrypted, and nothing tells visitors about the code."""
    if settings.DEBUG:
        yield error("https", "DEBUG is on: every visitor may see code and settings.", "Unset DEBUG.")
    if settings.SITE_URL.startswith("http://") and urlsplit(settings.SITE_URL).hostname not in LOCAL:
        yield error(
            "https",
            "Without HTTPS whoever shares the network reads along and takes sessions over.",
            "Put a proxy with a certificate in front and set SITE_URL to https://...",
        )
    elif settings.SITE_URL.startswith("https://") and not settings.SECURE_HSTS_SECONDS:
        yield warning(
            "https",
            "The settings are not those of a site that is open to the internet.",
            "Set DJANGO_SETTINGS_MODULE=classroom.production",
        )
    elif not settings.DEBUG:
        yield well(
            "https", "as it should be" if settings.SECURE_HSTS_SECONDS else "not needed on this machine"
        )


def proxies() -> Iterator[Finding]:
    """Behind a proxy the site knows whom to believe."""
    if settings.SITE_URL.startswith("https://") and not settings.TRUSTED_PROXIES:
        yield error(
            "proxies",
            "HTTPS ends at a proxy, but TRUSTED_PROXIES names none: every request looks unencrypted, and "
            "browsers are redirected in a circle.",
            "Set TRUSTED_PROXIES to the proxy's address, for example 127.0.0.1",
        )
    else:
        yield well("proxies", ", ".join(settings.TRUSTED_PROXIES) or "none, and none needed")


def reachable() -> Iterator[Finding]:
    """The site answers under its own address, with a certificate that browsers believe and that lasts."""
    site = urlsplit(settings.SITE_URL)
    if site.hostname in LOCAL:
        return
    try:
        days = _certificate_days(str(site.hostname), site.port or 443) if site.scheme == "https" else None
        with urllib.request.urlopen(f"{settings.SITE_URL}/health/ready", timeout=5) as answer:  # noqa: S310 - our own address
            state = json.load(answer)["status"]
    except (OSError, ValueError, KeyError) as problem:
        yield error(
            "reachable",
            f"{settings.SITE_URL} does not answer from here: {problem}",
            "See that name, proxy, certificate and web servers are right; journalctl -u 'classroom-web@*'.",
        )
        return
    if days is not None and days < LEAST_CERTIFICATE_DAYS:
        yield warning("reachable", f"The certificate ends in {days:.0f} days.", "See why it is not renewed.")
    else:
        yield well("reachable", f"{state}" + (f", certificate for {days:.0f} days" if days else ""))


def _certificate_days(host: str, port: int) -> float:
    """Return for how many days a server's certificate is still good; one that is not raises `OSError`."""
    with (
        socket.create_connection((host, port), timeout=5) as line,
        ssl.create_default_context().wrap_socket(line, server_hostname=host) as encrypted,
    ):
        ends = (encrypted.getpeercert() or {})["notAfter"]
    return (ssl.cert_time_to_seconds(str(ends)) - time.time()) / 86400


def notices() -> Iterator[Finding]:
    """Letters and posts arrive: nothing was given up lately."""
    since = clock.now() - LATELY
    lost = Outbox.objects.filter(given_up_at__gte=since).order_by("-given_up_at")
    if not (count := lost.count()):
        yield well("notices", f"none was given up in the last {LATELY.days} days")
        return
    last = lost.select_related("course")[0]
    where = f" of {last.course}" if last.course else ""
    yield warning(
        "notices",
        f"{count} were given up in the last {LATELY.days} days; the last one, "
        f"{last.get_channel_display()}{where}: {last.last_error[:200]}",
        "Check the mail server, or the webhook in the course's settings; the outbox in /admin/ has all.",
    )


def mail() -> Iterator[Finding]:
    """Sign-in codes leave the site: without mail nobody gets in."""
    if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        connection = get_connection(fail_silently=False, timeout=5)
        try:
            connection.open()
            connection.close()
        except (OSError, smtplib.SMTPException) as problem:
            yield error(
                "mail",
                f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} does not take letters: {problem}",
                "Check the EMAIL_* variables (docs/architecture.md) and the firewall.",
            )
            return
        yield well("mail", f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} takes letters")
    else:
        yield warning(
            "mail",
            "Letters go to the terminal or a folder: nobody gets a sign-in code by e-mail.",
            "Set EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD and DEFAULT_FROM_EMAIL.",
        )
