"""What people upload: how much one request may bring, and what a file is called."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from classroom.problems import API, problem

MAX_NAME_LENGTH = 100
View = Callable[[HttpRequest], HttpResponse]


def limit_uploads(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse a body that is too large, unread, with a page that says how large it may be.

    The limit is `MAX_UPLOAD_BYTES` with files and Django's `DATA_UPLOAD_MAX_MEMORY_SIZE` without.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        with_files = request.content_type == "multipart/form-data"
        limit = settings.MAX_UPLOAD_BYTES if with_files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            if request.path.startswith(API):
                return problem(
                    413, _("This is too large: %(limit)s at most.") % {"limit": filesizeformat(limit)}
                )
            return render(request, "413.html", {"limit": filesizeformat(limit)}, status=413)
        return get_response(request)

    return middleware


def clean_name(filename: str, *, nameless: str = "submission.py") -> str:
    """Return a harmless form of a file's name: its last part, printable, not too long, ending kept."""
    name = PurePosixPath(filename.replace("\\", "/")).name
    name = re.sub(r"[^\w.\- ()]", "_", name).strip(" .") or nameless
    path = PurePosixPath(name)
    return path.stem[: MAX_NAME_LENGTH - len(path.suffix)] + path.suffix
