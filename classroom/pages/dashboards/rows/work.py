"""What students have for pieces of work, function by function, and who makes which mistake."""

from datetime import timedelta

from django import forms
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.models import Mistake, Outcome, Standing
from classroom.pages.dashboards.pieces import EXERCISE, QUIZ, keys
from classroom.pages.dashboards.rows.subject import (
    Cell,
    Chosen,
    FilterForm,
    Scene,
    Subject,
    called,
    choices,
    percent,
)
from projects.models import FunctionGrade
from projects.queries.sheets import VERDICTS

#: Graded or not.
HANDED_IN = "in"
KINDS = ((QUIZ, gettext_lazy("Quizzes")), (EXERCISE, gettext_lazy("Exercises")))


class WorkForm(FilterForm):
    """Narrow outcomes."""

    item = forms.ChoiceField(label=gettext_lazy("Piece of work"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=choices(KINDS), required=False)
    week = forms.IntegerField(label=gettext_lazy("Week"), min_value=0, max_value=99, required=False)
    standing = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=choices(((HANDED_IN, gettext_lazy("handed in")), *Standing.choices)),
        required=False,
    )
    at_least = forms.FloatField(
        label=gettext_lazy("From percent"), min_value=0, max_value=1000, required=False
    )
    below = forms.FloatField(label=gettext_lazy("Below percent"), min_value=0, max_value=1000, required=False)
    solved = forms.ChoiceField(
        label=gettext_lazy("Wholly right"),
        choices=choices((("yes", gettext_lazy("yes")), ("no", gettext_lazy("no")))),
        required=False,
    )
    minutes_from = forms.IntegerField(
        label=gettext_lazy("Minutes to success, from"), min_value=0, max_value=1_000_000, required=False
    )
    minutes_below = forms.IntegerField(
        label=gettext_lazy("Minutes to success, below"), min_value=0, max_value=1_000_000, required=False
    )


def work_rows(scene: Scene, chosen: Chosen) -> "QuerySet[Outcome]":
    """Return outcomes, by piece of work and name."""
    rows = Outcome.objects.filter(called(chosen.get("q", "")), course=scene.course)
    if chosen.get("item"):
        rows = rows.filter(item=chosen["item"])
    if chosen.get("kind") or chosen.get("week") is not None:
        rows = rows.filter(item__in=keys([piece for piece in scene.pieces if _fits(piece, chosen)]))
    if chosen.get("standing") == HANDED_IN:
        rows = rows.filter(handed_in_at__isnull=False)
    elif chosen.get("standing"):
        rows = rows.standing(chosen["standing"], scene.now)
    return _scored(rows, chosen).select_related("user").order_by("item", "user__name", "user__email")


def _scored(rows: "QuerySet[Outcome]", chosen: Chosen) -> "QuerySet[Outcome]":
    """Keep those whose score and time to success are in the range."""
    if chosen.get("at_least") is not None:
        rows = rows.filter(share__gte=chosen["at_least"] / 100)
    if chosen.get("below") is not None:
        rows = rows.filter(share__lt=chosen["below"] / 100)
    if chosen.get("solved"):
        rows = rows.filter(solved_at__isnull=chosen["solved"] == "no")
    if chosen.get("minutes_from") is not None:
        rows = rows.filter(solved_at__gte=F("begun_at") + timedelta(minutes=chosen["minutes_from"]))
    if chosen.get("minutes_below") is not None:
        rows = rows.filter(solved_at__lt=F("begun_at") + timedelta(minutes=chosen["minutes_below"]))
    return rows


def _fits(piece: object, chosen: Chosen) -> bool:
    same_kind = not chosen.get("kind") or getattr(piece, "kind", "") == chosen["kind"]
    return same_kind and (chosen.get("week") is None or getattr(piece, "week", None) == chosen["week"])


def _work_cells(scene: Scene, row: Outcome) -> list[Cell]:
    return [
        Cell(str(row.user)),
        Cell(scene.title_of(row.item), source_url(scene, row.item, row.source)),
        Cell(str(row.standing(scene.now).label)),
        Cell(percent(row.share)),
        Cell(when=row.handed_in_at),
        Cell(when=row.solved_at),
        Cell(_minutes(row)),
    ]


def _minutes(row: Outcome) -> str:
    """Return how long it took from the first hand-in to success, in minutes."""
    if not row.begun_at or not row.solved_at:
        return ""
    return f"{round((row.solved_at - row.begun_at) / timedelta(minutes=1), 1):g}"


def source_url(scene: Scene, item: str, source: int | None) -> str:
    """Return the page of the attempt or hand-in that counts; empty where there is none."""
    if source is None:
        return ""
    name = "quizzes:attempt_review" if item.startswith("quiz:") else "projects:submission"
    return reverse(name, args=[scene.course.slug, source])


WORK = Subject(
    "work",
    gettext_lazy("Results"),
    (
        gettext_lazy("Name"),
        gettext_lazy("Piece of work"),
        gettext_lazy("State"),
        gettext_lazy("Score"),
        gettext_lazy("Handed in"),
        gettext_lazy("Wholly right"),
        gettext_lazy("Minutes to success"),
    ),
    WorkForm,
    work_rows,
    _work_cells,
)


class MistakesForm(FilterForm):
    """Narrow mistakes."""

    item = forms.ChoiceField(label=gettext_lazy("Piece of work"), required=False)
    place = forms.CharField(label=gettext_lazy("Function or question"), required=False, max_length=200)
    name = forms.CharField(label=gettext_lazy("Mistake"), required=False, max_length=300)


def mistake_rows(scene: Scene, chosen: Chosen) -> "QuerySet[Mistake]":
    """Return who makes which mistake."""
    rows = Mistake.objects.filter(called(chosen.get("q", "")), course=scene.course)
    exact = {field: chosen[field] for field in ("item", "place", "name") if chosen.get(field)}
    return rows.filter(**exact).select_related("user").order_by("item", "place", "name", "user__name", "pk")


def _mistake_cells(scene: Scene, row: Mistake) -> list[Cell]:
    return [
        Cell(str(row.user)),
        Cell(scene.title_of(row.item), source_url(scene, row.item, row.source)),
        Cell(row.place),
        Cell(row.name),
        Cell(row.told),
    ]


MISTAKES = Subject(
    "mistakes",
    gettext_lazy("What goes wrong"),
    (
        gettext_lazy("Name"),
        gettext_lazy("Piece of work"),
        gettext_lazy("Function or question"),
        gettext_lazy("Mistake"),
        gettext_lazy("What is said"),
    ),
    MistakesForm,
    mistake_rows,
    _mistake_cells,
)


class FunctionsForm(FilterForm):
    """Narrow the grades of functions."""

    item = forms.ChoiceField(label=gettext_lazy("Piece of work"), required=False)
    function = forms.CharField(label=gettext_lazy("Function"), required=False, max_length=80)
    verdict = forms.ChoiceField(
        label=gettext_lazy("What the grader said"),
        choices=choices([(name, words) for name, (words, _tone) in VERDICTS.items()]),
        required=False,
    )

    def __init__(self, data: object, scene: Scene) -> None:
        super().__init__(data, scene)
        works = [(piece.key, piece.title) for piece in reversed(scene.pieces) if piece.has_functions]
        self.fields["item"].choices = [("", _("the newest")), *works]  # type: ignore[attr-defined]


def graded_functions(scene: Scene, item: str) -> "QuerySet[FunctionGrade]":
    """Return the grades of the functions in the hand-ins to an exercise that count."""
    outcomes = Outcome.objects.filter(course=scene.course, item=item, source__isnull=False)
    return FunctionGrade.objects.filter(submission__in=outcomes.values("source"))


def _function_rows(scene: Scene, chosen: Chosen) -> "QuerySet[FunctionGrade]":
    """Return the grades of one exercise's functions: those of a whole term are too many for a page."""
    newest = next((piece.key for piece in reversed(scene.pieces) if piece.has_functions), "")
    item = chosen.get("item") or newest
    if not item.startswith("challenge:"):
        return FunctionGrade.objects.none()
    rows = graded_functions(scene, item).filter(called(chosen.get("q", ""), "submission__user__"))
    if chosen.get("function"):
        rows = rows.filter(name=chosen["function"])
    if chosen.get("verdict"):
        rows = rows.filter(verdict=chosen["verdict"])
    ordered = rows.order_by("submission__user__name", "submission", "position")
    return ordered.select_related("submission__user", "submission__challenge").defer("submission__report")


def _function_cells(scene: Scene, row: FunctionGrade) -> list[Cell]:
    url = reverse("projects:submission", args=[scene.course.slug, row.submission_id])
    return [
        Cell(str(row.submission.user)),
        Cell(row.submission.challenge.title, url),
        Cell(row.name),
        Cell(str(VERDICTS[row.verdict][0]) if row.verdict in VERDICTS else row.verdict),
        Cell(row.cause),
        Cell(f"{row.points:g} / {row.max_points:g}"),
    ]


FUNCTIONS = Subject(
    "functions",
    gettext_lazy("Functions of an exercise"),
    (
        gettext_lazy("Name"),
        gettext_lazy("Piece of work"),
        gettext_lazy("Function"),
        gettext_lazy("What the grader said"),
        gettext_lazy("Mistake"),
        gettext_lazy("Points"),
    ),
    FunctionsForm,
    _function_rows,
    _function_cells,
)
