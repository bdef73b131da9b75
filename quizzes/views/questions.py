"""One question of the bank: its page, its editor, and how students see it."""

import secrets
from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from classroom.access import Seat, instructor_seat
from classroom.pictures import MAX_BYTES
from quizzes import access
from quizzes.checking import trial
from quizzes.errors import Outdated, Refused
from quizzes.forms import QuestionForm
from quizzes.forms.choosing import kind_groups
from quizzes.forms.question import ACTS
from quizzes.history import changes
from quizzes.images import markdown_for, store_image
from quizzes.kinds import KINDS
from quizzes.models import Category, Kind, Question, QuestionVersion, Tag
from quizzes.preview import NAME, Content, Preview, preview
from quizzes.queries import bank as queries
from quizzes.services import bank as writing
from quizzes.services import shelving
from quizzes.views import numbers

#: How often the page asks, once a second, before it says that no worker answers.
TRIAL_LOOKS = 30


@require_GET
def question(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show a question as students see it, its versions, and where it is used. An answer may be tried."""
    seat, found = access.question_for_staff(request, slug, pk)
    versions = list(found.versions.select_related("author").order_by("-number"))
    facility, answers = queries.facility_of(found)
    context = {
        "question": found,
        "newest": versions[0] if versions else None,
        "history": [
            (newer, changes(older, newer) if older else [])
            for newer, older in zip(versions, [*versions[1:], None], strict=True)
        ],
        "preview": _preview_of(request, seat, _content(versions[0])) if versions else None,
        "quizzes": queries.quizzes_with(found),
        "facility": facility,
        "answers": answers,
    }
    return render(request, "quizzes/question.html", context)


def _content(version: QuestionVersion) -> Content:
    return Content(
        version.kind,
        version.body,
        version.data,
        version.explanation,
        tuple(version.hints),
        float(version.points),
    )


def _preview_of(request: HttpRequest, seat: Seat, content: Content) -> Preview:
    """Show the question with the seed and the answer that were sent, if any."""
    sent = request.POST if request.method == "POST" else request.GET
    seed = None if "draw" in sent else numbers.whole(sent.get("seed", ""))
    value = [part.replace("\0", "")[:20_000] for part in sent.getlist(NAME)[:500]]
    tried = "check" in sent and seed is not None
    shown = preview(
        content,
        seed=secrets.randbelow(10**9) if seed is None else seed,
        value=[] if seed is None else value,
        tried=tried,
    )
    if tried and shown.graded_by == "worker" and seat.is_instructor:
        token = trial.ask(course=seat.course, kind=content.kind, data=content.data, value=value)
        return replace(shown, trial=token)
    return shown


@require_GET
@never_cache
def question_trial(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Tell what a worker found out about an answer that an author tries."""
    seat = instructor_seat(request, slug)
    found = trial.look(course=seat.course, token=token)
    context = {
        "trial": found,
        "token": token,
        "asked": min(numbers.whole(request.GET.get("asked", "")) or 0, TRIAL_LOOKS),
    }
    context["is_late"] = context["asked"] == TRIAL_LOOKS
    part = request.headers.get("HX-Request")
    return render(request, "quizzes/_trial.html" if part else "quizzes/question_trial.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def question_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a kind, then write a question of it."""
    seat = instructor_seat(request, slug)
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        return render(request, "quizzes/question_kinds.html", {"groups": kind_groups()})
    if request.method == "GET":
        initial = {"category": request.GET.get("category", "").replace("\0", "")}
        return _editor(request, seat, QuestionForm(kind=kind, initial=initial))
    form = QuestionForm(request.POST, kind=kind)
    if _has_act(request):
        return _editor(request, seat, _acted(request, seat, form))
    if not form.is_valid():
        return _editor(request, seat, form, status=422)
    return _created(request, seat, form)


def _created(request: HttpRequest, seat: Seat, form: QuestionForm) -> HttpResponse:
    created = writing.create_question(
        course=seat.course,
        name=form.cleaned_data["name"],
        category=shelving.category_named(course=seat.course, name=form.cleaned_data["category"]),
        tags=form.tag_names(),
        author=seat.user,
        now=clock.now(),
        **form.content(),
    )
    messages.success(request, _("The question is in the bank."))
    if "another" in request.POST:
        return redirect("quizzes:question_new", seat.course.slug)
    return _to_page(seat, created.pk, form.kind)


def _to_page(seat: Seat, pk: int, kind: str) -> HttpResponse:
    """Go to the question; where the sandbox checks answers, have it try the author's own at once."""
    page = reverse("quizzes:question", args=[seat.course.slug, pk])
    return redirect(f"{page}?seed=1&check=1" if KINDS[kind].graded_by == "worker" else page)


@require_http_methods(["GET", "POST"])
@never_cache
def question_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a question; if its text is different afterwards, that is a new version."""
    seat, found = access.question_for_instructor(request, slug, pk)
    newest = _newest(found)
    if request.method == "GET":
        return _editor(request, seat, QuestionForm(kind=newest.kind, stored=newest))
    form = QuestionForm(request.POST, kind=newest.kind, stored=newest)
    if _has_act(request):
        return _editor(request, seat, _acted(request, seat, form))
    if not form.is_valid():
        return _editor(request, seat, form, status=422)
    try:
        saved = writing.rewrite_question(
            question=found,
            name=form.cleaned_data["name"],
            category=shelving.category_named(course=seat.course, name=form.cleaned_data["category"]),
            tags=form.tag_names(),
            content=form.content(),
            author=seat.user,
            based_on=form.cleaned_data["version"],
            now=clock.now(),
        )
    except Outdated as refusal:
        return _outdated(request, seat, form, found, str(refusal))
    if saved.number == newest.number:
        messages.success(request, _("Saved. The text is the same, so there is no new version."))
    else:
        messages.success(request, _("Saved as version %(number)d.") % {"number": saved.number})
    return _to_page(seat, pk, newest.kind)


def _newest(question: Question) -> QuestionVersion:
    version = question.versions.order_by("-number").first()
    if version is None:  # made in the administration and never written
        version = QuestionVersion(question=question, number=0, kind=Kind.SINGLE)
    version.question = question
    return version


def _outdated(
    request: HttpRequest, seat: Seat, form: QuestionForm, question: Question, said: str
) -> HttpResponse:
    """Show the author's own text with what somebody else has changed meanwhile; saving again is possible."""
    newest = _newest(question)
    before = question.versions.filter(number=form.cleaned_data["version"]).first()
    typed = form.typed() | {"version": newest.number}
    again = QuestionForm(kind=newest.kind, stored=newest, initial=typed)
    context = {"conflict": said, "theirs": changes(before, newest) if before else [], "newest": newest}
    return _editor(request, seat, again, context=context, status=409)


def _has_act(request: HttpRequest) -> bool:
    return any(act in request.POST for act in ACTS)


def _acted(request: HttpRequest, seat: Seat, form: QuestionForm) -> QuestionForm:
    """Do what a button of the editor says that does not save: rows, and pictures where no script runs."""
    file = request.FILES.get("picture")
    typed = {}
    if "insert" in request.POST:
        try:
            if file is None:
                raise Refused(_("Choose a picture first."))
            image = store_image(
                course=seat.course,
                name=file.name or "",
                content=file.read(MAX_BYTES + 1),
                now=clock.now(),
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            typed["body"] = f"{form.typed()['body'] or ''}\n\n{markdown_for(image)}".lstrip()
    return form.acted(typed)


def _editor(
    request: HttpRequest,
    seat: Seat,
    form: QuestionForm,
    *,
    context: dict[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = {
        "form": form,
        "question": form.old.question if form.old else None,
        "kind": form.kind,
        "kind_label": Kind(form.kind).label,
        "categories": Category.objects.filter(course=seat.course),
        "tags": Tag.objects.filter(course=seat.course),
    }
    return render(request, "quizzes/question_edit.html", shown | (context or {}), status=status)


@require_POST
@never_cache
def question_preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what the editor's form says as students will see it, or what keeps it from being shown."""
    seat = instructor_seat(request, slug)
    kind = request.GET.get("kind", "")
    form = QuestionForm(request.POST, kind=kind if kind in KINDS else Kind.SINGLE)
    problems = form.problems_in_preview()
    context: dict[str, object] = {"problems": problems, "kind": form.kind}
    if not problems:
        said = form.content()
        content = Content(
            form.kind,
            said["body"],
            said["data"],
            said["explanation"],
            tuple(said["hints"]),
            float(said["points"]),
        )
        context["preview"] = _preview_of(request, seat, content)
    part = request.headers.get("HX-Request")
    return render(request, "quizzes/_preview.html" if part else "quizzes/question_preview.html", context)


@require_POST
def question_copy(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Write the question once more, to change it."""
    seat, found = access.question_for_instructor(request, slug, pk)
    try:
        copy = writing.copy_question(question=found, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("quizzes:question", slug, pk)
    messages.success(request, _("This is the copy."))
    return redirect("quizzes:question_edit", slug, copy.pk)


@require_POST
def question_archive(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take the question out of the bank's list, or put it back."""
    seat, found = access.question_for_instructor(request, slug, pk)
    archived = "restore" not in request.POST
    shelving.archive_questions(course=seat.course, ids=[found.pk], now=clock.now(), archived=archived)
    messages.success(
        request,
        _("The question is archived: quizzes that have it keep it.")
        if archived
        else _("The question is back in the bank."),
    )
    return redirect("quizzes:question", slug, pk)


@require_POST
def question_delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Delete a question that was never used."""
    _seat, found = access.question_for_instructor(request, slug, pk)
    try:
        writing.delete_question(question=found)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("quizzes:question", slug, pk)
    messages.success(request, _("The question is deleted."))
    return redirect("quizzes:bank", slug)
