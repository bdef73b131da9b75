"""Writing quizzes and questions, for the site's administrators."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from classroom import clock
from classroom.admin import AllowanceAdmin
from quizzes.kinds import KINDS
from quizzes.models import Attempt, Category, Question, QuestionVersion, Quiz, Slot

HELP = _(
    'Choices: {"options": [{"text": "A step", "right": true}, {"text": "ReLU"}]}. '
    'Number: {"answers": [{"value": 0.64, "absolute": 0.005}], "unit": ""}. '
    'Short text: {"accepted": ["chain rule"]}. True or false: {"right": true}. '
    'Shapes: {"network": "convolutional"} (or dense, recurrent). Backpropagation: {"ask": "backward"} (or '
    'forward, all). Convolution: {"size": 4, "kernel": 2, "stride": 1, "padding": 0}. Gradient: {"function": '
    '"(w * x - y)^2", "by": "w", "variables": {"w": [-2, 2], "x": [-2, 2], "y": [-2, 2]}}. Loss curves: {}. '
    'Decision boundary: {"gap": 3}.'
)


class VersionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A new version of a question."""

    class Meta:
        model = QuestionVersion
        fields = ["kind", "body", "data", "explanation"]
        help_texts = {"data": HELP}

    def clean(self) -> dict[str, Any] | None:
        """Let the kind check its details."""
        cleaned = super().clean()
        kind, data = self.cleaned_data.get("kind"), self.cleaned_data.get("data")
        if kind in KINDS and isinstance(data, dict):
            for problem in KINDS[kind].problems(data):
                self.add_error("data", problem)
        return cleaned


class VersionInline(admin.StackedInline):  # type: ignore[type-arg]  # generic only in the stubs
    """The versions of a question: old ones are kept as they are, a change is a new one."""

    model = QuestionVersion
    form = VersionForm
    extra = 0
    min_num = 1
    readonly_fields = ["number", "created_at"]

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: somebody may have been given the version."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse, for the same reason."""
        return False


@admin.register(Question)
class QuestionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """The question bank."""

    list_display = ["name", "course", "category"]
    list_filter = ["course", "category"]
    search_fields = ["name", "versions__body"]
    inlines = [VersionInline]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: ANN401 - Django's
        """Number a new version and give it its time."""
        now, question = clock.now(), form.instance
        last = question.versions.aggregate(last=Max("number"))["last"] or 0
        for number, version in enumerate(formset.save(commit=False), start=last + 1):
            version.number, version.created_at = number, now
            version.save()


class SlotInline(admin.TabularInline):  # type: ignore[type-arg]  # generic only in the stubs
    """A quiz's questions in their order."""

    model = Slot
    extra = 1
    autocomplete_fields = ["question"]


@admin.register(Quiz)
class QuizAdmin(AllowanceAdmin):
    """Quizzes."""

    list_display = ["title", "course", "week", "questions", "opens_at", "closes_at"]
    list_filter = ["course"]
    search_fields = ["title"]
    inlines = [SlotInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Quiz]:
        """Count the questions in the same query."""
        quizzes: QuerySet[Quiz] = super().get_queryset(request)
        return quizzes.select_related("course", "week").annotate(size=Count("slots"))

    @admin.display(description=_("questions"))
    def questions(self, quiz: Quiz) -> int:
        """Return how many questions it has."""
        return int(quiz.size)  # type: ignore[attr-defined]  # annotated above


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Drawers of the question bank."""

    list_display = ["name", "course"]
    list_filter = ["course"]


@admin.register(Attempt)
class AttemptAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Attempts, to look at."""

    list_display = ["quiz", "user", "number", "started_at", "deadline", "finished_at", "score"]
    list_filter = ["quiz__course"]
    list_select_related = ["quiz", "user"]
    search_fields = ["user__name", "user__email", "quiz__title"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: attempts are started by students."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: what was done was done."""
        return False
