"""What staff see: results, the grading queue, teams; and the tables that leave."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from classroom import clock, exports, letters
from classroom.access import staff_seat
from classroom.models import User
from projects import access, queries, similarity
from projects.forms import RegradeForm
from projects.models import Challenge, Hackathon, Package, Project, Regrade, Submission, Team

#: How many teams one page lists.
TEAMS_A_PAGE = 50


@require_GET
def results(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show students by functions, and what goes wrong."""
    seat, task = access.challenge_to_review(request, slug, pk)
    if task.has_board:
        return redirect("projects:board", slug, pk)
    return render(
        request,
        "projects/results.html",
        {
            "seat": seat,
            "challenge": task,
            "map": queries.heat_map(challenge=task),
            "mistakes": queries.misconceptions(challenge=task),
            "progress": queries.progress(challenge=task),
            "queue": queries.queue_state(course=seat.course, now=clock.now()),
            "regrades": Regrade.objects.filter(challenge=task)[:5],
            "regrade_form": RegradeForm(),
            "package": Package.objects.select_related("challenge__course").filter(challenge=task).first(),
        },
    )


@require_GET
def heat_panel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the heat map alone, for a page that asks again and again."""
    seat, task = access.challenge_to_review(request, slug, pk)
    page = {"seat": seat, "challenge": task, "map": queries.heat_map(challenge=task)}
    return render(request, "projects/_heat_panel.html", page)


@require_GET
def queue(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the grading queue."""
    seat = staff_seat(request, slug)
    state = queries.queue_state(course=seat.course, now=clock.now())
    return render(request, "projects/queue.html", {"seat": seat, "queue": state})


@require_GET
def queue_panel(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the queue alone, for a page that asks again and again."""
    seat = staff_seat(request, slug)
    state = queries.queue_state(course=seat.course, now=clock.now())
    return render(request, "projects/_queue_panel.html", {"seat": seat, "queue": state})


@require_GET
def teams(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show teams and what they registered."""
    now = clock.now()
    seat, event = access.hackathon_to_review(request, slug, pk)
    return render(
        request,
        "projects/teams.html",
        {
            "seat": seat,
            "event": event,
            **_teams(request, event),
            "challenges": queries.challenge_rows(hackathon=event, now=now, all_of_them=True),
        },
    )


@require_GET
def teams_panel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the teams alone, for a page that asks again and again."""
    seat, event = access.hackathon_to_review(request, slug, pk)
    page = {"seat": seat, "event": event} | _teams(request, event)
    return render(request, "projects/_teams_panel.html", page)


def _teams(request: HttpRequest, event: Hackathon) -> dict[str, object]:
    pages = Paginator(Team.objects.active().filter(hackathon=event), TEAMS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    return {"page": page, "teams": queries.team_rows(hackathon=event, teams=list(page.object_list))}


@require_GET
def teams_csv(request: HttpRequest, slug: str, pk: int) -> StreamingHttpResponse:
    """Download teams, members and projects, one line a member."""
    _seat, event = access.hackathon_to_review(request, slug, pk)
    header = ["team", "member", "e-mail", "leader", "challenge", "project", "repository", "video", "complete"]
    rows = (
        [team, name, email, "yes" if is_leader else "", *_project_cells(project)]
        for team, name, email, is_leader, project in queries.member_lines(hackathon=event)
    )
    return exports.csv_stream(f"teams-{slugify(event.title)}", header, rows)


@require_GET
def results_csv(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Download the hand-ins that count, with the points of every function."""
    seat, task = access.challenge_to_review(request, slug, pk)
    heat = queries.heat_map(challenge=task)
    cells = {row.submission_id: row.cells for row in heat.rows}
    header = ["name", "e-mail", "team", "hand-in", "handed in", "points", "of", *heat.functions]
    rows = [
        [
            str(found.user),
            found.user.email,
            found.team.name if found.team else "",
            found.number,
            localtime(found.submitted_at, seat.course.zone).isoformat(timespec="seconds"),
            found.points,
            found.max_score or task.points_at_most,
            *(cell.points if cell else None for cell in cells.get(found.pk, ())),
        ]
        for found in Submission.objects.counting(task).select_related("user", "team").defer("report")
    ]
    return exports.csv_response(f"results-{slugify(task.title)}", header, rows)


@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Write to the students whose hand-in makes one mistake."""
    seat, task = access.challenge_to_grade(request, slug, pk)
    asked = (request.GET.get("function", ""), request.GET.get("cause", ""))
    mistakes = queries.misconceptions(challenge=task)
    mistake = next((item for item in mistakes if (item.function, item.cause) == asked), None)
    if mistake is None:
        raise Http404(_("Nobody makes this mistake any more."))
    start = {
        "subject": f"{task.title}: {mistake.function}",
        "body": f"{mistake.function}: {mistake.message}",
    }
    form = letters.LetterForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        authors = User.objects.filter(authored_submissions__in=[pk for pk, _who in mistake.submissions])
        people = list(authors.distinct().order_by("pk"))
        letters.send(
            course=seat.course,
            people=people,
            page=task.get_absolute_url(),
            by=seat.user,
            now=clock.now(),
            **form.cleaned_data,
        )
        count = len(people)
        messages.success(
            request, ngettext("Sent to %(n)d person.", "Sent to %(n)d people.", count) % {"n": count}
        )
        return redirect("projects:results", slug, task.pk)
    page = {"seat": seat, "challenge": task, "mistake": mistake, "form": form}
    return render(request, "projects/letter.html", page, status=422 if form.errors else 200)


@require_GET
def similar(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """List the pairs of hand-ins that have the most in common."""
    seat, task = access.challenge_to_review(request, slug, pk)
    found = {item.pk: item for item in _counting(task)}
    sources = {pk: similarity.plain_source(*_content(item)) for pk, item in found.items()}
    pairs = [(found[pair.first], found[pair.second], pair.share) for pair in similarity.most_similar(sources)]
    page = {"seat": seat, "challenge": task, "pairs": pairs, "compared": len(found)}
    return render(request, "projects/similar.html", page)


@require_GET
def side_by_side(request: HttpRequest, slug: str, pk: int, first: int, second: int) -> HttpResponse:
    """Show two hand-ins beside each other, what they share marked."""
    seat, task = access.challenge_to_review(request, slug, pk)
    found = {item.pk: item for item in _counting(task)}
    if first == second or not {first, second} <= found.keys():
        raise Http404(_("These hand-ins are not compared: only those that count are."))
    sources = {pk: similarity.plain_source(*_content(item)) for pk, item in found.items()}
    pair = similarity.compare(sources, first, second)
    sides = [
        (found[pair.first], _marked(sources[pair.first], pair.first_lines)),
        (found[pair.second], _marked(sources[pair.second], pair.second_lines)),
    ]
    page = {"seat": seat, "challenge": task, "sides": sides, "share": pair.share}
    return render(request, "projects/side_by_side.html", page)


def _counting(task: Challenge) -> QuerySet[Submission]:
    rows = Submission.objects.counting(task).select_related("user", "team", "source")
    return rows.defer("report").order_by("pk")


def _content(found: Submission) -> tuple[bytes, str]:
    return bytes(found.source.content), found.filename


def _marked(source: str, lines: frozenset[int]) -> list[tuple[int, str, bool]]:
    return [(number, line, number in lines) for number, line in enumerate(source.splitlines(), start=1)]


def _project_cells(project: Project | None) -> list[exports.Value]:
    if project is None:
        return [""] * 5
    return [
        project.challenge.title,
        project.title,
        project.repository_url,
        project.video_url,
        "yes" if project.is_complete else "",
    ]
