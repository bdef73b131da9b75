"""Pictures in questions: what is uploaded is written anew before it is stored."""

import re
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath

from classroom import pictures
from classroom.models import Course
from quizzes.errors import Refused
from quizzes.models import QuestionImage


def store_image(*, course: Course, name: str, content: bytes, now: datetime) -> QuestionImage:
    """Keep a picture for the course's questions; the same picture twice is stored once.

    What this function has stored before is kept byte for byte, so that an export imports again as it was.

    Raises
    ------
    Refused
        It is too large, or no PNG, JPEG, GIF or WebP; the message says what to do.
    """
    digest = sha256(content).hexdigest()
    known = QuestionImage.objects.filter(digest=digest).order_by("pk").first()
    if known is not None and known.course_id == course.pk:
        return known
    if known is None:
        try:
            picture = pictures.taken_in(content)
        except pictures.Unfit as why:
            raise Refused(str(why)) from None
    else:
        picture = pictures.Picture(bytes(known.content), known.media_type, known.width, known.height)
    image, _created = QuestionImage.objects.get_or_create(
        course=course,
        digest=picture.digest,
        defaults={
            "name": pictures.file_name(name, picture.media_type),
            "media_type": picture.media_type,
            "width": picture.width,
            "height": picture.height,
            "content": picture.content,
            "created_at": now,
        },
    )
    return image


def markdown_for(image: QuestionImage) -> str:
    """Return the Markdown that shows the picture; its file's name is a first description."""
    words = re.sub(r"[^\w.,-]+", " ", PurePath(image.name).stem).strip()
    return f"![{words}](image:{image.digest})"
