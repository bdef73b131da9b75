"""Forms of the gradebook: what it consists of, what it takes to pass, and one mark."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.models import Course, GradeCategory, GradeColumn, PassingRule
from classroom.models.gradebook import MOST_POINTS, MOST_REASON
from classroom.pages.gradebook.book import EXCUSED
from classroom.works import Work


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A category's title, weight and how many results are dropped."""

    class Meta:
        model = GradeCategory
        fields = ["title", "weight", "drop_lowest"]

    def clean_title(self) -> str:
        """Refuse a title that another category of the course has."""
        title: str = " ".join(self.cleaned_data["title"].split())
        others = GradeCategory.objects.filter(course=self.instance.course, title=title)
        if others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is a category of this title already: choose another one."))
        return title


class ColumnForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A column; `works` are those it may be tied to, None where that is settled."""

    item = forms.ChoiceField(
        label=gettext_lazy("Scores come from"),
        required=False,
        help_text=gettext_lazy("Scores of a quiz or challenge are there at once and stay up to date."),
    )

    class Meta:
        model = GradeColumn
        fields = ["title", "category", "points", "keep"]

    field_order = ["item", "title", "category", "points", "keep"]

    def __init__(self, *args: Any, works: list[Work] | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        course = self.instance.course
        self.works = {work.deadline_key: work for work in works or []}
        category: Any = self.fields["category"]
        category.queryset = GradeCategory.objects.filter(course=course)
        category.empty_label = None
        if works is None:
            del self.fields["item"]
        else:
            item: Any = self.fields["item"]
            item.choices = [
                ("", _("nowhere: marks are entered here")),
                *((work.deadline_key, work.title) for work in works),
            ]
            self.fields["title"].required = False
        if works or self.instance.item:
            self.fields["points"].help_text = _("Empty: as many as the quiz or challenge has.")

    def clean(self) -> dict[str, Any]:
        """Ask for points and a title where no work has them."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        key = data.get("item", "") if "item" in self.fields else self.instance.item
        self.instance.item = key
        if work := self.works.get(key):
            data["title"] = data.get("title") or work.title
            if data.get("points") is None and "points" not in self.errors and work.possible is None:
                self.add_error("points", _("Say how many points this is worth: nobody has handed in yet."))
        elif not data.get("title") and "title" not in self.errors:
            self.add_error("title", _("Give the column a title."))
        if not key and data.get("points") is None and "points" not in self.errors:
            self.add_error("points", _("Say how many points there are."))
        return data


class RuleForm(forms.Form):
    """What it takes to pass."""

    NONE = "none"
    kind = forms.ChoiceField(
        label=gettext_lazy("Who passes"),
        choices=[
            (NONE, gettext_lazy("Nobody passes or fails: there are points, no more")),
            (PassingRule.Kind.PERCENT, gettext_lazy("Who has at least so many percent of the course")),
            (PassingRule.Kind.POINTS, gettext_lazy("Who has at least so many points in all")),
        ],
        widget=forms.RadioSelect,
    )
    least = forms.DecimalField(
        label=gettext_lazy("At least"),
        required=False,
        min_value=0,
        max_value=MOST_POINTS,
        max_digits=8,
        decimal_places=2,
        localize=True,
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a number where one is needed."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("kind", self.NONE) != self.NONE and not data.get("least") and "least" not in self.errors:
            self.add_error("least", _("Say how much it takes: more than 0."))
        return data

    @classmethod
    def of(cls, course: Course) -> dict[str, Any]:
        """Return what the form begins with."""
        rule = PassingRule.objects.filter(course=course).first()
        return {"kind": rule.kind, "least": rule.least} if rule else {"kind": cls.NONE}


@dataclass(frozen=True)
class Wanted:
    """What somebody typed into a cell; neither points nor excused: what is there is taken back."""

    points: float | None = None
    excused: bool = False


def wanted(text: str) -> Wanted:
    """Read what was typed into a cell: points with a point or comma, EX, or nothing.

    Raises
    ------
    ValidationError
        It is neither.
    """
    text = text.strip()
    if not text:
        return Wanted()
    if text.upper() == EXCUSED:
        return Wanted(excused=True)
    try:
        points = float(text.replace(",", ".")) if text.isascii() and "_" not in text else float("nan")
    except ValueError:
        points = float("nan")
    if not 0 <= points <= MOST_POINTS:  # not a number is neither
        raise ValidationError(
            _("“%(text)s” is no mark: write points from 0 to %(most)d, EX for excused, or nothing.")
            % {"text": text[:40], "most": MOST_POINTS}
        )
    return Wanted(round(points, 6))


class MarkForm(forms.Form):
    """One cell: what it shall be, why, and what the person saw."""

    value = forms.CharField(required=False, max_length=40)
    reason = forms.CharField(required=False, max_length=MOST_REASON)
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1)

    def clean_value(self) -> Wanted:
        """Read the mark."""
        return wanted(self.cleaned_data["value"])
