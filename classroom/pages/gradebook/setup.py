"""What the gradebook consists of: categories and their weights, columns, and what it takes to pass."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classroom import clock, gradebook
from classroom.access import Seat, instructor_seat
from classroom.errors import Refused
from classroom.models import GradeCategory, GradeColumn, GradeMark
from classroom.pages.gradebook.book import rule_of
from classroom.pages.gradebook.filling import add_everything, points_to_begin_with
from classroom.pages.gradebook.forms import CategoryForm, ColumnForm, RuleForm
from classroom.pages.gradebook.shelves import shelves_of, warnings_about


@require_http_methods(["GET", "POST"])
@never_cache
def setup(request: HttpRequest, slug: str) -> HttpResponse:
    """Show all of it; a post saves what it takes to pass."""
    seat = instructor_seat(request, slug)
    form = RuleForm(request.POST if request.method == "POST" else None, initial=RuleForm.of(seat.course))
    if request.method == "POST" and form.is_valid():
        kind, least = form.cleaned_data["kind"], form.cleaned_data["least"]
        kind = "" if kind == RuleForm.NONE else kind
        gradebook.set_rule(course=seat.course, kind=kind, least=least, by=seat.user, now=clock.now())
        messages.success(request, _("Saved."))
        return redirect("gradebook_setup", slug)
    shelves, left = shelves_of(seat.course, clock.now())
    context = {
        "seat": seat,
        "shelves": shelves,
        "left": list(left.values()),
        "to_add": sum(work.listed for work in left.values()),
        "warnings": warnings_about(shelves, rule_of(seat.course)),
        "form": form,
    }
    return render(request, "classroom/gradebook/setup.html", context, status=422 if form.errors else 200)


@require_POST
def add_all(request: HttpRequest, slug: str) -> HttpResponse:
    """Put every quiz and exercise that is missing into the gradebook."""
    seat = instructor_seat(request, slug)
    added = add_everything(course=seat.course, by=seat.user, now=clock.now())
    messages.success(request, ngettext("%(n)d column added.", "%(n)d columns added.", added) % {"n": added})
    return redirect("gradebook_setup", slug)


@require_http_methods(["GET", "POST"])
@never_cache
def new_category(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a category."""
    seat = instructor_seat(request, slug)
    last = GradeCategory.objects.filter(course=seat.course).order_by("position").last()
    return _category(
        request, seat, GradeCategory(course=seat.course, position=last.position + 1 if last else 0)
    )


@require_http_methods(["GET", "POST"])
@never_cache
def category(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a category."""
    seat = instructor_seat(request, slug)
    return _category(request, seat, _category_of(seat, pk))


def _category(request: HttpRequest, seat: Seat, found: GradeCategory) -> HttpResponse:
    form = CategoryForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            gradebook.save_category(category=found, by=seat.user, now=clock.now())
        except Refused as refusal:
            form.add_error("title", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("gradebook_setup", seat.course.slug)
    title = _("Change the category") if found.pk else _("New category")
    return _form(request, seat, form, title)


@require_POST
def delete_category(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Delete an empty category."""
    seat = instructor_seat(request, slug)
    found = _category_of(seat, pk)
    try:
        gradebook.delete_category(category=found, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(title)s” is deleted.") % {"title": found.title})
    return redirect("gradebook_setup", slug)


@require_http_methods(["GET", "POST"])
@never_cache
def new_column(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a column, with scores from a quiz or challenge or with marks alone."""
    seat = instructor_seat(request, slug)
    first = GradeCategory.objects.filter(course=seat.course).first()
    if first is None:
        messages.info(request, _("Columns are in categories: make one first."))
        return redirect("new_grade_category", slug)
    _shelves, left = shelves_of(seat.course, clock.now())
    form = ColumnForm(
        request.POST or None,
        instance=GradeColumn(course=seat.course),
        works=list(left.values()),
        initial={"category": request.GET.get("category", first.pk), "item": request.GET.get("item", "")},
    )
    if request.method == "POST" and form.is_valid():
        now, made = clock.now(), form.instance
        if made.item and made.points is None:
            made.points = points_to_begin_with(made.item)
        made.released_at = now if made.item else None
        try:
            gradebook.add_column(column=made, by=seat.user, now=now)
        except Refused as refusal:
            form.add_error("item", str(refusal))
        else:
            messages.success(request, _("“%(title)s” is in the gradebook.") % {"title": made.title})
            return redirect("gradebook_setup", slug)
    return _form(request, seat, form, _("New column"))


@require_http_methods(["GET", "POST"])
@never_cache
def column(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a column."""
    seat = instructor_seat(request, slug)
    found = _column_of(seat, pk)
    form = ColumnForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        gradebook.change_column(column=found, fields=form.Meta.fields, by=seat.user, now=clock.now())
        messages.success(request, _("Saved."))
        return redirect("gradebook_setup", slug)
    return _form(request, seat, form, _("Change the column"))


@require_http_methods(["GET", "POST"])
@never_cache
def delete_column(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say what is lost with a column, and delete it."""
    seat = instructor_seat(request, slug)
    found = _column_of(seat, pk)
    if request.method == "POST":
        gradebook.delete_column(column=found, by=seat.user, now=clock.now())
        messages.success(request, _("“%(title)s” is deleted.") % {"title": found.title})
        return redirect("gradebook_setup", slug)
    marks = GradeMark.objects.filter(column=found).standing().count()
    context = {"seat": seat, "column": found, "marks": marks}
    return render(request, "classroom/gradebook/delete.html", context)


@require_POST
def move(request: HttpRequest, slug: str, what: str, pk: int) -> HttpResponse:
    """Move a category, or a column in its category, one place up or down."""
    seat = instructor_seat(request, slug)
    thing = _column_of(seat, pk) if what == "columns" else _category_of(seat, pk)
    gradebook.move(thing=thing, up=request.POST.get("to") == "up")
    return redirect("gradebook_setup", slug)


@require_POST
def release(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show a column to students, or take it from their sight."""
    seat = instructor_seat(request, slug)
    found = _column_of(seat, pk)
    shown = request.POST.get("shown") == "yes"
    if gradebook.release(column=found, shown=shown, by=seat.user, now=clock.now()):
        said = _("Students see “%(title)s” now.") if shown else _("Students no longer see “%(title)s”.")
        messages.success(request, said % {"title": found.title})
    return redirect("gradebook_setup", slug)


def _form(request: HttpRequest, seat: Seat, form: CategoryForm | ColumnForm, title: str) -> HttpResponse:
    context = {"seat": seat, "form": form, "title": title}
    return render(request, "classroom/gradebook/form.html", context, status=422 if form.errors else 200)


def _category_of(seat: Seat, pk: int) -> GradeCategory:
    found = GradeCategory.objects.filter(course=seat.course, pk=pk).first()
    if found is None:
        raise Http404(_("There is no such category in this gradebook."))
    return found


def _column_of(seat: Seat, pk: int) -> GradeColumn:
    found = GradeColumn.objects.filter(course=seat.course, pk=pk).select_related("course", "category").first()
    if found is None:
        raise Http404(_("There is no such column in this gradebook."))
    return found
