"""The dashboards of a course's staff: now, a week, the term, quality, and the rows behind their numbers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from classroom import clock, exports, letters
from classroom.access import Seat, grader_seat, staff_seat
from classroom.models import Enrolment, Role, Tally, User
from classroom.pages.dashboards import drafts, present, quality, risk, term, week
from classroom.pages.dashboards.figures import age_of
from classroom.pages.dashboards.pieces import Piece
from classroom.pages.dashboards.rows import SUBJECTS, Cell, Scene, Subject
from classroom.pages.dashboards.rows.people import scene_at_risk
from quizzes import services as quiz_services

#: How many rows a page shows, and how many students of the at-risk list the term's page does.
ROWS, LISTED = 50, 20


def _scene(seat: Seat) -> Scene:
    return Scene(seat.course, clock.now(), may_grade=seat.is_grader)


@require_GET
@never_cache
def dashboard(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what goes on and what is to be done; what changes by the second keeps itself up to date."""
    seat = staff_seat(request, slug)
    scene = _scene(seat)
    quiz_services.settle(now=scene.now)
    context = {
        "here": "now",
        "seat": seat,
        "week": present.current_week(seat.course, scene.now),
        "live": present.live(scene),
        "todos": present.todos(scene),
        "event": present.event_of(seat.course, scene.now),
        "now": scene.now,
    }
    return render(request, "classroom/dashboards/now.html", context)


@require_GET
@never_cache
def panel(request: HttpRequest, slug: str) -> HttpResponse:
    """Return what changes by the second."""
    seat = staff_seat(request, slug)
    scene = _scene(seat)
    quiz_services.settle(now=scene.now)
    context = {"seat": seat, "live": present.live(scene), "now": scene.now}
    return render(request, "classroom/dashboards/_live.html", context)


@require_GET
@never_cache
def this_week(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how far the class is with a week's work, the newest or the one that was chosen."""
    seat = staff_seat(request, slug)
    scene = _scene(seat)
    numbers = sorted({piece.week for piece in scene.pieces if piece.week is not None})
    number = _number(request.GET.get("week"), numbers)
    pieces = [piece for piece in scene.pieces if piece.week == number] if numbers else scene.pieces[-4:]
    exercises = [piece for piece in pieces if piece.has_functions]
    chosen = _chosen(exercises, request.GET.get("exercise"))
    context = {
        "here": "week",
        "seat": seat,
        "number": number,
        "numbers": numbers,
        "panels": week.panels(scene, pieces),
        "mistakes": week.mistakes(scene, pieces),
        "exercises": exercises,
        "chosen": chosen,
        "map": week.heat_map(scene, chosen, request.GET.get("page")) if chosen else None,
        "success": week.time_to_success(scene, chosen) if chosen else None,
        "age": age_of(scene),
    }
    return render(request, "classroom/dashboards/week.html", context)


def _number(text: str | None, numbers: list[int]) -> int | None:
    """Return the week that was asked for; the newest that has work, for anything else."""
    if text and text.isdecimal() and int(text[:9]) in numbers:
        return int(text)
    return numbers[-1] if numbers else None


def _chosen(exercises: list[Piece], text: str | None) -> Piece | None:
    """Return the exercise that was asked for, else the newest."""
    asked = [piece for piece in exercises if str(piece.work.pk) == text]
    return next(iter(asked or exercises[-1:]), None)


@require_GET
@never_cache
def the_term(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the weeks so far, and who may be falling behind."""
    seat = staff_seat(request, slug)
    scene = _scene(seat)
    lines = term.weeks_of(scene)
    found = scene_at_risk(scene)
    students = [risk.student(row, scene.absences) for row in found[:LISTED]]
    ids = [student.user_id for student in students]
    means, written = risk.means_of(seat.course, ids), risk.written_to(seat.course, ids)
    done, scores = term.trends(lines)
    attended = term.attendance_of(scene)
    context = {
        "here": "term",
        "seat": seat,
        "lines": lines,
        "done": done,
        "attendance": attended,
        "attendance_chart": term.attendance_chart(attended),
        "scores": scores,
        "students": [(one, means.get(one.user_id), written.get(one.user_id)) for one in students],
        "at_risk": found.count(),
        "age": age_of(scene),
        "thresholds": {
            "quizzes": risk.RECENT_QUIZZES,
            "missed": risk.MISSED_QUIZZES,
            "exercises": risk.RECENT_EXERCISES,
            "sessions": max(1, seat.course.max_missed_sessions),
            "window": risk.WINDOW,
            "fall": round(100 * risk.FALL),
        },
    }
    return render(request, "classroom/dashboards/term.html", context)


@require_GET
@never_cache
def questions(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how the questions and exercises did, those to look at first."""
    seat = staff_seat(request, slug)
    scene = _scene(seat)
    tallies = list(Tally.objects.filter(course=seat.course))
    context = {
        "here": "quality",
        "seat": seat,
        "questions": quality.question_lines(scene, tallies),
        "exercises": quality.exercise_lines(scene, tallies),
        "age": age_of(scene),
    }
    return render(request, "classroom/dashboards/quality.html", context)


@require_GET
@never_cache
def rows(request: HttpRequest, slug: str, subject: str) -> HttpResponse:
    """List the rows behind a number."""
    seat = staff_seat(request, slug)
    scene, found = _scene(seat), _subject(subject)
    form = found.form(request.GET, scene)
    page = Paginator(found.rows(scene, form.chosen()), ROWS).get_page(request.GET.get("page"))
    context = {
        "seat": seat,
        "subject": found,
        "form": form,
        "page": page,
        "lines": [list(zip(found.header, found.cells(scene, row), strict=True)) for row in page],
        "query": request.GET.urlencode(),
    }
    return render(request, "classroom/dashboards/rows.html", context)


@require_GET
@never_cache
def rows_csv(request: HttpRequest, slug: str, subject: str) -> HttpResponseBase:
    """Download all rows behind a number."""
    seat = staff_seat(request, slug)
    scene, found = _scene(seat), _subject(subject)
    wanted = found.rows(scene, found.form(request.GET, scene).chosen())
    header = [str(name) for name in found.header]
    lines = ([_plain(seat, cell) for cell in found.cells(scene, row)] for row in wanted.iterator(500))
    return exports.csv_stream(f"{found.name}-{seat.course.slug}", header, lines)


def _subject(name: str) -> Subject:
    if name not in SUBJECTS:
        raise Http404(_("There are no such rows."))
    return SUBJECTS[name]


def _plain(seat: Seat, cell: Cell) -> exports.Value:
    return localtime(cell.when, seat.course.zone).isoformat(timespec="seconds") if cell.when else cell.text


@require_http_methods(["GET", "POST"])
@never_cache
def write(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Write to a student; the text is there already and can be changed."""
    seat = grader_seat(request, slug)
    scene = _scene(seat)
    enrolled = Enrolment.objects.filter(course=seat.course, role=Role.STUDENT, left_at=None)
    recipient = get_object_or_404(enrolled.select_related("user"), user__in=User.objects.filter(pk=pk)).user
    listed = scene_at_risk(scene).filter(user=pk)
    found = next((risk.student(row, scene.absences) for row in listed), None)
    if request.method == "POST":
        form = letters.LetterForm(request.POST)
        if form.is_valid():
            letters.send(
                course=seat.course,
                people=[recipient],
                page=seat.course.get_absolute_url(),
                by=seat.user,
                now=scene.now,
                action=risk.WRITTEN,
                **form.cleaned_data,
            )
            messages.success(request, _("%(person)s gets your message.") % {"person": recipient})
            return redirect("term", seat.course.slug)
    else:
        form = letters.LetterForm(
            initial=drafts.draft(course=seat.course, to=found, recipient=recipient, by=seat.user)
        )
    context = {"seat": seat, "recipient": recipient, "found": found, "form": form}
    return render(request, "classroom/dashboards/write.html", context, status=422 if form.errors else 200)
