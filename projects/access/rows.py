"""The one row that a door leads to, and what is said where there is none."""

from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404
from django.utils.translation import gettext as _

from projects.models import CertificateKind

RowT = TypeVar("RowT", bound="Model | CertificateKind")


def one_of(found: RowT | None) -> RowT:
    """Return what was found; that there is nothing and that it is not for you are told alike."""
    if found is None:
        raise Http404(_("There is nothing here, or it is not for you."))
    return found


def embargo() -> PermissionDenied:
    """Say that it is not shown yet."""
    return PermissionDenied(_("The projects are not shown yet. Come back after the hackathon."))
