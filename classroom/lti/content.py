"""Content that an instructor chose, as the platform takes it: a signed list of links."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from pylti1p3.deep_link import DeepLink
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.lineitem import LineItem

from classroom.errors import Refused
from classroom.lti.entering import launch_url
from classroom.lti.launch import registration_of
from classroom.lti.models import DeepLinking
from classroom.lti.works import Work

#: Points on the platform are in percent of ours: what a work is worth may still change here.
MOST = 100


class _Link(DeepLinkResource):
    """A link that opens in a window of its own."""

    def to_dict(self) -> dict[str, object]:
        """Return it as LTI Deep Linking 2.0 (4.2) writes it."""
        return super().to_dict() | {"window": {"targetName": "_blank"}}


def takes_several(asked: dict[str, Any]) -> bool:
    """Whether the platform takes more than one link; some say so in words."""
    return bool(asked["accept_multiple"])


def takes_points(asked: dict[str, Any]) -> bool:
    """Whether the platform makes a column in its gradebook for a link; one that says nothing does."""
    return bool(asked["accept_lineitem"])


def answer(*, choice: DeepLinking, works: Sequence[Work], now: datetime) -> str:
    """Sign the chosen links for the platform; an answer is given once.

    Raises
    ------
    Refused
        It was given already.
    """
    platform = choice.context.platform
    asked = choice.asked
    if not DeepLinking.objects.filter(pk=choice.pk, used_at=None).update(used_at=now):
        raise Refused(_("This choice was sent already. Open the dialogue on the platform again."))
    link = DeepLink(registration_of(platform), choice.context.deployment_id, asked)  # type: ignore[arg-type] # as signed by the platform
    message = link.get_message_jwt([_resource(work, takes_points(asked)) for work in works])
    data = "https://purl.imsglobal.org/spec/lti-dl/claim/data"
    if message[data] is None:  # it is sent back only where the platform sent it
        del message[data]
    return str(link.encode_jwt(message))  # type: ignore[no-untyped-call]  # PyLTI1p3 has no types there


def _resource(work: Work, points: bool) -> _Link:
    link = _Link()
    link.set_url(launch_url()).set_title(work.title).set_custom_params({"work": work.key})
    if work.graded and points:
        item = LineItem()
        item.set_label(work.title).set_score_maximum(MOST).set_resource_id(work.key)
        link.set_lineitem(item)
    return link
