"""People from a table: looked at first, then brought in, all of them or nobody."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from classroom import clock, errors, exports, people, roster
from classroom.access import instructor_seat, staff_seat
from classroom.models import Group, Role
from classroom.pages.people.listing import people_of
from projects.forms.participants import RosterForm
from quizzes import errors as quiz_errors
from quizzes import services as quiz_services

#: How many lines, and problems, the preview shows.
PREVIEWED = 200


class PeopleTableForm(RosterForm):
    """A table of people as a file, or its text from the preview."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # a form's own
        self.fields["file"].help_text = gettext_lazy(
            "The first line names the columns: email, and name, role and group if there are such."
        )


@require_http_methods(["GET", "POST"])
@never_cache
def import_people(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a table would do, line by line; do it when that very plan is confirmed."""
    now = clock.now()
    seat = instructor_seat(request, slug)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = PeopleTableForm(*sent)
    page: dict[str, object] = {"seat": seat, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "classroom/people/import.html", page, status=422 if form.errors else 200)
    text, refused = form.cleaned_data["text"], ""
    if "confirm" in request.POST:
        try:
            # Who changes groups may get or lose time in a quiz that runs: its attempts follow.
            with quiz_services.allowances_change(by=seat.user, now=now, course=seat.course, may_end=False):
                done = roster.carry_out(
                    text=text,
                    course=seat.course,
                    digest=request.POST.get("digest", ""),
                    by=seat.user,
                    now=now,
                )
                if "tell" in request.POST:
                    people.welcome(course=seat.course, addresses=done.arriving, now=now)
        except (errors.Refused, quiz_errors.Refused) as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _told(done))
            return redirect("people", slug)
    plan = roster.plan(text=text, course=seat.course)
    page |= {
        "text": text,
        "plan": plan,
        "refused": refused,
        "steps": plan.steps[:PREVIEWED],
        "problems": plan.problems[:PREVIEWED],
        "roles": dict(Role.choices),
    }
    return render(request, "classroom/people/import.html", page, status=409 if refused else 200)


def _told(done: roster.Plan) -> str:
    counts = done.counts
    return _("%(new)d are new in the course, %(changed)d changed, %(same)d stay as they were.") % {
        "new": len(done.arriving),
        "changed": counts[roster.What.CHANGED],
        "same": counts[roster.What.SAME],
    }


@require_GET
def people_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Return who takes part as a table that the import reads again."""
    seat = staff_seat(request, slug)
    groups: dict[int, list[str]] = {}
    through = Group.members.through
    members = through.objects.filter(group__course=seat.course).order_by("group__name")
    for user_id, name in members.values_list("user_id", "group__name"):
        groups.setdefault(user_id, []).append(name)
    rows = people_of(seat).values_list("user_id", "user__email", "user__name", "role")
    return exports.csv_response(
        f"people-{slugify(seat.course.slug)}",
        ["email", "name", "role", "group"],
        (
            [email, name, role, "|".join(groups.get(user_id, [])) if role == Role.STUDENT else ""]
            for user_id, email, name, role in rows
        ),
    )
