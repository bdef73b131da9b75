"""Marks from a table: uploaded, looked at cell by cell, then imported all together or not at all."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from classroom import clock, gradebook, spreadsheets
from classroom.access import Seat, grader_seat
from classroom.errors import Refused
from classroom.gradebook import Change
from classroom.models import GradeUpload
from classroom.models.gradebook import MOST_REASON
from classroom.pages.gradebook.book import open_book
from classroom.pages.gradebook.planning import Plan, plan_of
from quizzes import services as quiz_services

#: So many changes are shown; all of them are imported.
SHOWN = 300
KEPT = timedelta(days=1)


@require_http_methods(["GET", "POST"])
@never_cache
def import_marks(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form and what was uploaded last; a post uploads, answers questions, imports or forgets."""
    seat = grader_seat(request, slug)
    uploads = GradeUpload.objects.filter(course=seat.course, user=seat.user)
    if request.method == "POST":
        match request.POST.get("act"):
            case "upload":
                return _upload(request, seat)
            case "forget":
                uploads.delete()
                return redirect("import_grades", slug)
    upload = uploads.first()
    if upload is None:
        return render(request, "classroom/gradebook/import.html", {"seat": seat})
    try:
        plan = _plan(seat, upload, request)
    except Refused as refusal:
        uploads.delete()
        messages.error(request, str(refusal))
        return redirect("import_grades", slug)
    if request.POST.get("act") == "import":
        return _import(request, seat, upload, plan)
    return _preview(request, seat, upload, plan)


def _upload(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Keep a file until it is imported; it takes the place of the last one."""
    file, now = request.FILES.get("file"), clock.now()
    GradeUpload.objects.filter(created_at__lt=now - KEPT).delete()
    try:
        if file is None or file.size is None:
            raise Refused(_("Choose a file first."))
        if file.size > spreadsheets.MOST_BYTES:
            most = spreadsheets.MOST_BYTES // 2**20
            raise Refused(_("The file is too large: %(most)d MB are the most.") % {"most": most})
        content = file.read()
        spreadsheets.read_table(content)
    except Refused as refusal:
        context = {"seat": seat, "problem": str(refusal)}
        return render(request, "classroom/gradebook/import.html", context, status=422)
    GradeUpload.objects.update_or_create(
        course=seat.course,
        user=seat.user,
        defaults={"name": (file.name or "")[-120:], "content": content, "created_at": now},
    )
    return redirect("import_grades", seat.course.slug)


def _plan(seat: Seat, upload: GradeUpload, request: HttpRequest) -> Plan:
    now = clock.now()
    quiz_services.settle(now=now)
    book = open_book(course=seat.course, now=now)
    return plan_of(book, spreadsheets.read_table(bytes(upload.content)), request.POST.dict())


def _preview(
    request: HttpRequest, seat: Seat, upload: GradeUpload, plan: Plan, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "seat": seat,
        "upload": upload,
        "plan": plan,
        "changes": plan.changes[:SHOWN],
        "more": max(0, len(plan.changes) - SHOWN),
        "overrides": any(one.column.is_tied for one in plan.changes),
        "reason": request.POST.get("reason") or _("Imported from %(file)s") % {"file": upload.name},
        "most_reason": MOST_REASON,
        "problem": problem,
    }
    return render(request, "classroom/gradebook/import.html", context, status=status)


def _import(request: HttpRequest, seat: Seat, upload: GradeUpload, plan: Plan) -> HttpResponse:
    """Import exactly what was looked at."""
    if request.POST.get("fingerprint") != plan.fingerprint:
        problem = _("This is not what you looked at: look at it once more, then import it.")
        return _preview(request, seat, upload, plan, problem, 409)
    if plan.problems or not plan.changes:
        return _preview(request, seat, upload, plan, _("There is nothing that can be imported."), 422)
    if plan.left_out and not request.POST.get("leave_out"):
        problem = _(
            "Say that the rows and columns that are not certain are left out, or answer what is asked."
        )
        return _preview(request, seat, upload, plan, problem, 422)
    try:
        gradebook.import_marks(
            course=seat.course,
            changes=[
                Change(
                    column=one.column.row,
                    user=one.student.pk,
                    points=one.new.points,
                    excused=one.new.excused,
                    reason=request.POST.get("reason", "").replace("\0", ""),
                    seen=one.old.given.revision if one.old.given else 0,
                    computed=one.old.computed,
                )
                for one in plan.changes
            ],
            name=upload.name,
            by=seat.user,
            now=clock.now(),
        )
    except Refused as refusal:
        return _preview(request, seat, upload, plan, str(refusal), 422)
    upload.delete()
    said = ngettext("%(n)d mark imported.", "%(n)d marks imported.", len(plan.changes))
    messages.success(request, said % {"n": len(plan.changes)})
    return redirect("gradebook", seat.course.slug)
