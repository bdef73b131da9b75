"""Authoring challenges and hackathons, and looking at what was handed in, for the site's administrators."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.forms.models import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from classroom import clock
from projects import grading, services
from projects.models import Challenge, Criterion, Hackathon, Membership, Project, Submission, Team


class ChallengeForm(ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """Choose the exercise from the engine's catalogue."""

    exercise = forms.ChoiceField(label=_("exercise"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        choices = [("", _("free form: staff give the points")), *grading.exercise_choices()]
        if self.instance.exercise and self.instance.exercise not in dict(choices):
            choices.append((self.instance.exercise, self.instance.exercise))
        self.fields["exercise"].choices = choices  # type: ignore[attr-defined]  # declared above

    def clean_closes_at(self) -> datetime | None:
        """Let it end before its final result."""
        closes_at: datetime | None = self.cleaned_data["closes_at"]
        stored, now = Challenge.objects.filter(pk=self.instance.pk), clock.now()
        try:
            with transaction.atomic():
                services.check_new_end(challenges=stored, closes_at=closes_at, now=now)
        except services.Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return closes_at


@admin.register(Challenge)
class ChallengeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for type checkers only
    """Exercises, homework, hackathon challenges."""

    form = ChallengeForm
    list_display = (
        "title",
        "course",
        "week",
        "hackathon",
        "exercise",
        "published_at",
        "closes_at",
        "taken",
        "capacity",
    )
    list_filter = ("course", "hackathon")
    list_select_related = ("course", "week", "hackathon")
    search_fields = ("title",)
    readonly_fields = ("taken",)


class CriterionInline(admin.TabularInline):  # type: ignore[type-arg]  # as above
    """The rubric."""

    model = Criterion
    extra = 1


@admin.register(Hackathon)
class HackathonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for type checkers only
    """Events."""

    list_display = ("title", "course", "starts_at", "ends_at", "registration_closes_at", "published_at")
    list_filter = ("course",)
    list_select_related = ("course",)
    inlines = (CriterionInline,)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # as above
    """Who is in it; joining and leaving go through the site, which keeps the counts."""

    model = Membership
    extra = 0
    can_delete = False
    readonly_fields = ("hackathon", "user", "is_leader", "joined_at")

    def has_add_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        """Nobody."""
        return False


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for type checkers only
    """Teams."""

    list_display = ("name", "hackathon", "size", "created_at", "archived_at")
    list_filter = ("hackathon",)
    list_select_related = ("hackathon",)
    readonly_fields = ("size", "archived_at")
    inlines = (MembershipInline,)


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for type checkers only
    """Registered projects; the challenge is changed on the site, which counts the places."""

    list_display = ("title", "team", "challenge", "registered_at", "withdrawn_at")
    list_filter = ("challenge",)
    list_select_related = ("team", "challenge")
    readonly_fields = ("team", "challenge", "registered_at", "withdrawn_at")


@admin.register(Submission)
class SubmissionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for type checkers only
    """Hand-ins, to look at."""

    list_display = ("challenge", "user", "team", "number", "submitted_at", "graded_at", "score")
    list_filter = ("challenge",)
    list_select_related = ("challenge", "user", "team")
    search_fields = ("user__email", "user__name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: work is handed in on the site."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Submission | None = None) -> bool:
        """Nobody: points are changed on the site, which logs it."""
        return False
