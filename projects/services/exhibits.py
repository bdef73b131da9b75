"""What a team puts on its project's page besides words: pictures and a notebook."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from classroom import pictures
from classroom.uploads import clean_name
from projects import notebook, words
from projects.errors import Refused
from projects.intake import check_source
from projects.models import Notebook, NotebookPicture, Project, ProjectPicture

#: How many pictures a project shows.
MAX_PICTURES = 8


def add_picture(*, project: Project, content: bytes, alt: str, now: datetime) -> ProjectPicture:
    """Put a picture behind the others.

    Raises
    ------
    Refused
        Projects were due, there are enough, it is there already or no picture, or it is not described.
    """
    alt = _described(alt)
    try:
        picture = pictures.taken_in(content)
    except pictures.Unfit as why:
        raise Refused(str(why)) from None
    with transaction.atomic():
        _change(project, now)
        rows = ProjectPicture.objects.filter(project=project)
        if rows.filter(digest=picture.digest).exists():
            raise Refused(_("This picture is there already."))
        positions = list(rows.values_list("position", flat=True))
        if len(positions) >= MAX_PICTURES:
            raise Refused(
                _("A project shows at most %(count)d pictures: remove one first.") % {"count": MAX_PICTURES}
            )
        return ProjectPicture.objects.create(
            project=project,
            position=max(positions, default=-1) + 1,
            alt=alt,
            added_at=now,
            **_columns(picture),
        )


def describe_picture(*, picture: ProjectPicture, alt: str, now: datetime) -> None:
    """Say in other words what a picture shows."""
    alt = _described(alt)
    with transaction.atomic():
        _change(picture.project, now)
        ProjectPicture.objects.filter(pk=picture.pk).update(alt=alt)


def move_picture(*, picture: ProjectPicture, step: int, now: datetime) -> None:
    """Move a picture up (-1) or down (1)."""
    with transaction.atomic():
        _change(picture.project, now)
        order = list(ProjectPicture.objects.filter(project=picture.project).defer("content"))
        if picture not in order:
            return
        at = order.index(picture)
        order.insert(max(0, at + step), order.pop(at))
        for number, row in enumerate(order):
            row.position = number
        ProjectPicture.objects.bulk_update(order, ["position"])


def remove_picture(*, picture: ProjectPicture, now: datetime) -> None:
    """Take a picture off the page."""
    with transaction.atomic():
        _change(picture.project, now)
        ProjectPicture.objects.filter(pk=picture.pk).delete()


def put_notebook(*, project: Project, filename: str, source: bytes, now: datetime) -> Notebook:
    """Show a notebook on the project's page, instead of the one before.

    Raises
    ------
    Refused
        Projects were due, or it is no notebook; the message says what to do.
    """
    check_source(source, filename=filename, suffixes=(".ipynb",))
    found = notebook.shown(source)
    with transaction.atomic():
        _change(project, now)
        Notebook.objects.filter(project=project).delete()
        stored = Notebook.objects.create(
            project=project,
            name=clean_name(filename),
            size_bytes=len(source),
            content=source,
            cells=found.cells,
            left_out=found.left_out,
            uploaded_at=now,
        )
        NotebookPicture.objects.bulk_create(
            NotebookPicture(notebook=stored, **_columns(picture)) for picture in found.pictures.values()
        )
    return stored


def remove_notebook(*, project: Project, now: datetime) -> None:
    """Take the notebook off the page."""
    with transaction.atomic():
        _change(project, now)
        Notebook.objects.filter(project=project).delete()


def _change(project: Project, now: datetime) -> None:
    """Lock the project, and note that it has changed; a wish for changes is answered by it."""
    current = (
        Project.objects.registered()
        .select_for_update(of=("self",))
        .select_related("team__hackathon__course")
        .filter(pk=project.pk)
        .first()
    )
    if current is None:
        raise Refused(_("This project has been withdrawn."))
    event = current.team.hackathon
    if now >= event.submission_closes_at:
        raise Refused(
            _("Projects were due on %(when)s; the page stays as it was.")
            % {"when": words.moment(event.submission_closes_at, event.course)}
        )
    Project.objects.filter(pk=project.pk).update(changed_at=now, changes_wanted_at=None)


def _described(alt: str) -> str:
    alt = " ".join(alt.split())
    if not alt:
        raise Refused(_("Say what the picture shows, for those who cannot see it."))
    return alt[:200]


def _columns(picture: pictures.Picture) -> dict[str, object]:
    return {
        "digest": picture.digest,
        "media_type": picture.media_type,
        "width": picture.width,
        "height": picture.height,
        "content": picture.content,
    }
