"""Pictures of the question bank: shown to everybody in the course, uploaded by instructors."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classroom import clock, pictures
from classroom.access import instructor_seat, seat_in
from classroom.pictures import MAX_BYTES
from quizzes.errors import Refused
from quizzes.images import markdown_for, store_image
from quizzes.models import QuestionImage


@require_GET
def image(request: HttpRequest, slug: str, digest: str) -> HttpResponse:
    """Send a picture; its name is its content's hash, so a browser may keep it for ever."""
    seat = seat_in(request, slug, guests=True)  # who knows the hash has seen the question
    found = get_object_or_404(QuestionImage, course=seat.course, digest=digest)
    return pictures.sent(bytes(found.content), media_type=found.media_type, name=found.name)


@require_POST
def upload_image(request: HttpRequest, slug: str) -> JsonResponse:
    """Store an uploaded picture and answer with the Markdown that shows it."""
    seat = instructor_seat(request, slug)
    file = request.FILES.get("image")
    if file is None:
        return JsonResponse({"error": _("Choose a picture first.")}, status=422)
    try:
        # One byte more than is taken, so that a larger file is seen to be one.
        stored = store_image(
            course=seat.course,
            name=file.name or "",
            content=file.read(MAX_BYTES + 1),
            now=clock.now(),
        )
    except Refused as refusal:
        return JsonResponse({"error": str(refusal)}, status=422)
    return JsonResponse({"markdown": markdown_for(stored)})
