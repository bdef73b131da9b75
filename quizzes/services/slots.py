"""A quiz's questions and sections: added, moved, changed, removed, as long as nobody has taken the quiz."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import groupby

from django.db import transaction
from django.db.models import Case, F, Max, Value, When
from django.utils.translation import gettext as _

from quizzes.errors import Refused
from quizzes.models import Attempt, Category, Question, Quiz, Section, Slot

#: Where slots stand for a moment while they change places; no quiz is that long.
ASIDE = 10_000
MOST_SLOTS = 200
#: Sections (None: of no section) in order, each with its slots.
Layout = Sequence[tuple[int | None, Sequence[int]]]


@contextmanager
def _changing(quiz: Quiz) -> Iterator[None]:
    """Hold the quiz, so that nobody starts it meanwhile, and refuse if somebody has."""
    with transaction.atomic():
        Quiz.objects.select_for_update(of=("self",), no_key=True).get(pk=quiz.pk)
        if Attempt.objects.filter(quiz=quiz).exists():
            raise Refused(
                _(
                    "Students have taken this quiz, so its questions stay: everybody shall get the same. "
                    "Copy the quiz and change the copy; a wrong key is mended by a new version of the "
                    "question and a regrade."
                )
            )
        yield


def add_question(
    *, quiz: Quiz, question: Question, points: Decimal | None = None, section: Section | None = None
) -> Slot:
    """Put a question at the end of the quiz, or of a section; without `points` it gets the question's own.

    Raises
    ------
    Refused
        It is in the quiz already or of another course, or the quiz has been taken.
    """
    with _changing(quiz):
        if question.course_id != quiz.course_id:
            raise Refused(_("This question belongs to another course."))
        if quiz.slots.filter(question=question).exists():
            raise Refused(_("“%(name)s” is in this quiz already.") % {"name": question.name})
        newest = question.versions.order_by("-number").first()
        if newest is None:
            raise Refused(_("Nothing is written in this question yet."))
        return _append(quiz, section, question=question, points=newest.points if points is None else points)


def add_draw(
    *, quiz: Quiz, category: Category, count: int, points: Decimal, section: Section | None = None
) -> Slot:
    """Let every student get `count` questions drawn from a category, each for `points`.

    Raises
    ------
    Refused
        The category is of another course, or the quiz has been taken.
    """
    with _changing(quiz):
        if category.course_id != quiz.course_id:
            raise Refused(_("This category belongs to another course."))
        return _append(quiz, section, category=category, count=count, points=points)


def _append(quiz: Quiz, section: Section | None, **fields: object) -> Slot:
    last = quiz.slots.aggregate(last=Max("position"))["last"] or 0
    if last >= MOST_SLOTS:
        raise Refused(_("A quiz has %(most)d places at most.") % {"most": MOST_SLOTS})
    if section is not None and section.quiz_id != quiz.pk:
        raise Refused(_("This section belongs to another quiz."))
    return Slot.objects.create(quiz=quiz, section=section, position=last + 1, **fields)


def change_slot(*, slot: Slot, points: Decimal, count: int, section: Section | None) -> None:
    """Change what a place is worth, how many are drawn for it, and its section."""
    with _changing(slot.quiz):
        if section is not None and section.quiz_id != slot.quiz_id:
            raise Refused(_("This section belongs to another quiz."))
        Slot.objects.filter(pk=slot.pk).update(
            points=points, count=count if slot.category_id else 1, section=section
        )
        _renumber(slot.quiz, _layout(slot.quiz))


def remove_slot(*, slot: Slot) -> None:
    """Take a place out of the quiz; the question stays in the bank."""
    with _changing(slot.quiz):
        Slot.objects.filter(pk=slot.pk).delete()
        _renumber(slot.quiz, _layout(slot.quiz))


def move_slot(*, slot: Slot, down: bool) -> None:
    """Move a place by one; at the edge of its section it goes over into the next one."""
    with _changing(slot.quiz):
        layout = _layout(slot.quiz)
        places = [section for section, _ in layout]
        inside = {section: list(slots) for section, slots in layout}
        home = next((section for section in places if slot.pk in inside[section]), None)
        if home not in inside:
            return
        order, step = inside[home], 1 if down else -1
        at = order.index(slot.pk)
        if 0 <= at + step < len(order):
            order[at], order[at + step] = order[at + step], order[at]
        elif 0 <= places.index(home) + step < len(places):
            order.remove(slot.pk)
            neighbour = inside[places[places.index(home) + step]]
            neighbour.insert(0 if down else len(neighbour), slot.pk)
        _renumber(slot.quiz, [(section, inside[section]) for section in places])


def arrange(*, quiz: Quiz, layout: Layout) -> None:
    """Put sections and places in this order: (section, its slots) each, the first of no section.

    Raises
    ------
    Refused
        It does not name every section and every place once: somebody else has changed the quiz meanwhile.
    """
    with _changing(quiz):
        now = _layout(quiz)
        named = [section for section, _ in layout], [slot for _, slots in layout for slot in slots]
        known = [section for section, _ in now], [slot for _, slots in now for slot in slots]
        if sorted(named[0], key=str) != sorted(known[0], key=str) or sorted(named[1]) != sorted(known[1]):
            raise Refused(_("The questions have been changed meanwhile: look at them again."))
        _renumber(quiz, layout)


def _layout(quiz: Quiz) -> list[tuple[int | None, list[int]]]:
    """Return the sections in order, each with its slots; the first entry is for those of no section."""
    sections: list[int | None] = [
        None,
        *quiz.sections.order_by("position", "pk").values_list("pk", flat=True),
    ]
    rows = quiz.slots.order_by("section", "position").values_list("section", "pk")
    inside = {section: [pk for _, pk in group] for section, group in groupby(rows, key=lambda row: row[0])}
    return [(section, inside.get(section, [])) for section in sections]


def _renumber(quiz: Quiz, layout: Layout) -> None:
    """Write the order down: in two steps, since no two places may have one number at any moment."""
    order = [slot for _, slots in layout for slot in slots]
    Slot.objects.filter(quiz=quiz).update(position=F("position") + ASIDE)
    if order:
        numbers = Case(*[When(pk=slot, then=Value(at)) for at, slot in enumerate(order, start=1)])
        Slot.objects.filter(quiz=quiz).update(position=numbers)
    for section, slots in layout:
        Slot.objects.filter(quiz=quiz, pk__in=slots).update(section=section)
    sections = [section for section, _ in layout if section is not None]
    if sections:
        Section.objects.filter(quiz=quiz).update(
            position=Case(*[When(pk=pk, then=Value(at)) for at, pk in enumerate(sections, start=1)])
        )


def add_section(*, quiz: Quiz, title: str, intro: str = "") -> Section:
    """Add an empty section at the end."""
    with _changing(quiz):
        last = quiz.sections.aggregate(last=Max("position"))["last"] or 0
        return Section.objects.create(quiz=quiz, position=last + 1, title=title, intro=intro)


def change_section(*, section: Section, title: str, intro: str) -> None:
    """Change a section's texts; that is for everybody at once, those who write included."""
    Section.objects.filter(pk=section.pk).update(title=title, intro=intro)


def remove_section(*, section: Section) -> None:
    """Remove a section; its questions stay in the quiz, in no section."""
    with _changing(section.quiz):
        Section.objects.filter(pk=section.pk).delete()
        _renumber(section.quiz, _layout(section.quiz))


def move_section(*, section: Section, down: bool) -> None:
    """Move a section with its questions by one."""
    with _changing(section.quiz):
        first, *layout = _layout(section.quiz)
        at = next(place for place, (pk, _) in enumerate(layout) if pk == section.pk)
        other = at + (1 if down else -1)
        if 0 <= other < len(layout):
            layout[at], layout[other] = layout[other], layout[at]
        _renumber(section.quiz, [first, *layout])
