"""What a person sees where a launch or a dialogue of a platform leads nowhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from classroom.lti import entering


def refused(request: HttpRequest, why: str, *, status: int = 400) -> HttpResponse:
    """Say why, also in a frame of whoever sent the browser here: else it shows a grey box and no word.

    An unknown platform is among the reasons, so no origin is named; there is nothing to click but a link that
    opens the site in a window of its own.
    """
    return entering.allow_frame(render(request, "lti/refused.html", {"why": why}, status=status), ["*"])
