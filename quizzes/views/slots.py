"""What instructors do to a quiz's questions: choose, draw, move, part into sections."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from quizzes import access, services
from quizzes.errors import Refused
from quizzes.forms import DrawForm, SectionForm, SlotForm
from quizzes.models import Kind, Question, Quiz, Section, Slot
from quizzes.queries.slots import SlotRow, addable, composition, drawable_sizes
from quizzes.views import numbers


@require_GET
@never_cache
def slots(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the quiz's questions, and what could be added."""
    _seat, quiz = access.quiz_for_instructor(request, slug, pk)
    return _page(request, quiz)


def _page(request: HttpRequest, quiz: Quiz, status: int = 200, **more: object) -> HttpResponse:
    composed, taken = composition(quiz=quiz), quiz.attempts.exists()
    sections = [each.section for each in composed.sections if each.section is not None]
    context = {
        "quiz": quiz,
        "composition": composed,
        "sections": [
            (each, [(row, _slot_form(row, sections)) for row in each.rows], _section_form(each.section))
            for each in composed.sections
        ],
        "taken": taken,
        "draw_form": None
        if taken
        else DrawForm(sections=sections, quiz=quiz, sizes=drawable_sizes(quiz=quiz), auto_id="draw_%s"),
        "section_form": SectionForm(auto_id="new_section_%s"),
        "text": request.GET.get("q", ""),
        "found": _found(quiz, request.GET.get("q", "")),
    }
    return render(request, "quizzes/slots.html", context | more, status=status)


def _slot_form(row: SlotRow, sections: Sequence[Section]) -> SlotForm:
    values = {"points": row.slot.points, "count": row.slot.count, "section": row.slot.section_id}
    return SlotForm(
        sections=sections,
        draws=row.slot.category_id is not None,
        initial=values,
        auto_id=f"slot_{row.slot.pk}_%s",
    )


def _section_form(section: Section | None) -> SectionForm | None:
    if section is None:
        return None
    values = {"title": section.title, "intro": section.intro}
    return SectionForm(initial=values, auto_id=f"section_{section.pk}_%s")


def _found(quiz: Quiz, text: str) -> list[tuple[Question, str]]:
    kinds = dict(Kind.choices)
    return [
        (question, str(kinds.get(question.kind, "")))  # type: ignore[attr-defined]  # annotated
        for question in addable(quiz=quiz, text=text)
    ]


@require_GET
@never_cache
def slot_search(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Return what fits while somebody types."""
    _seat, quiz = access.quiz_for_instructor(request, slug, pk)
    text = request.GET.get("q", "")
    context = {"quiz": quiz, "text": text, "found": _found(quiz, text)}
    return render(request, "quizzes/_slots_found.html", context)


def _done(request: HttpRequest, quiz: Quiz, act: Callable[[], object], said: str = "") -> HttpResponse:
    """Do it, or say why not; then show the questions again."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if said:
            messages.success(request, said)
    return redirect("quizzes:slots", quiz.course.slug, quiz.pk)


@require_POST
def slot_add(request: HttpRequest, slug: str, pk: int, question_pk: int) -> HttpResponse:
    """Add a question."""
    _seat, quiz = access.quiz_for_instructor(request, slug, pk)
    question = get_object_or_404(Question, course=quiz.course, pk=question_pk)
    said = _("“%(name)s” is added.") % {"name": question.name}
    return _done(request, quiz, lambda: services.add_question(quiz=quiz, question=question), said)


@require_POST
def draw_add(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Add questions drawn from a category."""
    _seat, quiz = access.quiz_for_instructor(request, slug, pk)
    form = DrawForm(
        request.POST,
        sections=list(quiz.sections.order_by("position")),
        quiz=quiz,
        sizes=drawable_sizes(quiz=quiz),
        auto_id="draw_%s",
    )
    if not form.is_valid():
        return _page(request, quiz, 422, draw_form=form)
    return _done(request, quiz, lambda: services.add_draw(quiz=quiz, **form.cleaned_data))


def _slot(request: HttpRequest, slug: str, pk: int, slot_pk: int) -> Slot:
    _seat, quiz = access.quiz_for_instructor(request, slug, pk)
    slot = get_object_or_404(Slot, quiz=quiz, pk=slot_pk)
    slot.quiz = quiz
    return slot


@require_POST
def slot_change(request: HttpRequest, slug: str, pk: int, slot_pk: int) -> HttpResponse:
    """Change a place: its points, how many it draws, its section."""
    slot = _slot(request, slug, pk, slot_pk)
    sections = list(slot.quiz.sections.order_by("position"))
    form = SlotForm(request.POST, sections=sections, draws=slot.category_id is not None)
    if not form.is_valid():
        problems = [str(error) for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(problems))
        return redirect("quizzes:slots", slug, pk)
    return _done(
        request,
        slot.quiz,
        lambda: services.change_slot(
            slot=slot,
            points=form.cleaned_data["points"],
            count=form.cleaned_data.get("count", 1),
            section=form.cleaned_data.get("section"),
        ),
        _("Saved."),
    )


@require_POST
def slot_move(request: HttpRequest, slug: str, pk: int, slot_pk: int) -> HttpResponse:
    """Move a place up or down by one."""
    slot = _slot(request, slug, pk, slot_pk)
    return _done(request, slot.quiz, lambda: services.move_slot(slot=slot, down="down" in request.POST))


@require_POST
def slot_remove(request: HttpRequest, slug: str, pk: int, slot_pk: int) -> HttpResponse:
    """Take a place out of the quiz."""
    slot = _slot(request, slug, pk, slot_pk)
    return _done(request, slot.quiz, lambda: services.remove_slot(slot=slot), _("Removed from the quiz."))


@require_POST
def slots_arrange(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put everything in a new order, as it was dragged: "12 15 section:3 17" names slots and sections."""
    _seat, quiz = access.quiz_for_instructor(request, slug, pk)
    layout: list[tuple[int | None, list[int]]] = [(None, [])]
    for word in request.POST.get("layout", "").split()[:500]:
        kind, _colon, text = word.rpartition(":")
        number = numbers.whole(text, digits=numbers.KEY_DIGITS)
        if number is None:
            continue  # what names nothing is missing, and so refused below
        if kind == "section":
            layout.append((number, []))
        else:
            layout[-1][1].append(number)
    return _done(request, quiz, lambda: services.arrange(quiz=quiz, layout=layout))


@require_POST
def section_add(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Add a section."""
    _seat, quiz = access.quiz_for_instructor(request, slug, pk)
    form = SectionForm(request.POST, auto_id="new_section_%s")
    if not form.is_valid():
        return _page(request, quiz, 422, section_form=form)
    return _done(request, quiz, lambda: services.add_section(quiz=quiz, **form.cleaned_data))


def _section(request: HttpRequest, slug: str, pk: int, section_pk: int) -> Section:
    _seat, quiz = access.quiz_for_instructor(request, slug, pk)
    section = get_object_or_404(Section, quiz=quiz, pk=section_pk)
    section.quiz = quiz
    return section


@require_POST
def section_change(request: HttpRequest, slug: str, pk: int, section_pk: int) -> HttpResponse:
    """Change a section's texts."""
    section = _section(request, slug, pk, section_pk)
    form = SectionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the section a title."))
        return redirect("quizzes:slots", slug, pk)
    return _done(
        request,
        section.quiz,
        lambda: services.change_section(section=section, **form.cleaned_data),
        _("Saved."),
    )


@require_POST
def section_move(request: HttpRequest, slug: str, pk: int, section_pk: int) -> HttpResponse:
    """Move a section up or down by one."""
    section = _section(request, slug, pk, section_pk)
    down = "down" in request.POST
    return _done(request, section.quiz, lambda: services.move_section(section=section, down=down))


@require_POST
def section_remove(request: HttpRequest, slug: str, pk: int, section_pk: int) -> HttpResponse:
    """Remove a section; its questions stay."""
    section = _section(request, slug, pk, section_pk)
    return _done(request, section.quiz, lambda: services.remove_section(section=section))
