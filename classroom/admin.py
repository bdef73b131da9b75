"""What the site's administrators see and change."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminURLFieldWidget
from django.contrib.auth.models import Permission
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classroom import clock
from classroom.access import signed_in
from classroom.models import (
    Accommodation,
    Announcement,
    AuditEntry,
    Course,
    Enrolment,
    Extension,
    Group,
    Outbox,
    Reference,
    ScheduleItem,
    Topic,
    User,
    Week,
)
from classroom.sessions import end_sessions
from quizzes import services

#: A link typed without its scheme is meant to be https.
LINKS: Any = {models.URLField: {"assume_scheme": "https", "widget": AdminURLFieldWidget}}


#: The permission to make courses; administrators have it anyway.
COURSE_MAKING = {"content_type__app_label": "classroom", "codename": "add_course"}


class UserForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A person; signing in needs no password, a mailed code is enough."""

    may_create_courses = forms.BooleanField(label=_("may make courses"), required=False)

    class Meta:
        model = User
        fields = ["email", "name", "language", "time_zone", "is_active", "is_staff", "is_superuser"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            allowed = self.instance.user_permissions.filter(**COURSE_MAKING)
            self.fields["may_create_courses"].initial = allowed.exists()


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """People."""

    form = UserForm
    list_display = ["email", "name", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser", "enrolments__course"]
    search_fields = ["email", "name"]
    actions = ["sign_out"]

    @admin.action(description=_("Sign out everywhere"), permissions=["change"])
    def sign_out(self, request: HttpRequest, people: models.QuerySet[User]) -> None:
        """End all sessions of the chosen people; they may sign in again."""
        now = clock.now()
        for person in people:
            end_sessions(user=person, by=signed_in(request), now=now)
        self.message_user(request, gettext("They are signed out everywhere."))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: ANN401 - Django's
        """Give a new person a password that cannot be used: a mailed code signs in."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        permission = Permission.objects.get(**COURSE_MAKING)
        if form.cleaned_data["may_create_courses"]:
            obj.user_permissions.add(permission)
        else:
            obj.user_permissions.remove(permission)


class WeekInline(admin.TabularInline):  # type: ignore[type-arg]  # generic only in the stubs
    """A course's weeks, in short."""

    formfield_overrides = LINKS
    model = Week
    fields = ["number", "title", "starts_at", "released_at"]
    show_change_link = True
    extra = 0


@admin.register(Course)
class CourseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Courses."""

    formfield_overrides = LINKS
    list_display = ["title", "term", "slug", "starts_on", "ends_on", "archived_at"]
    search_fields = ["title", "slug"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [WeekInline]


class TopicInline(admin.StackedInline):  # type: ignore[type-arg]  # generic only in the stubs
    """A week's topics."""

    model = Topic
    extra = 0
    show_change_link = True


class ReferenceInline(admin.TabularInline):  # type: ignore[type-arg]  # generic only in the stubs
    """A topic's bibliography."""

    formfield_overrides = LINKS
    model = Reference
    extra = 0


@admin.register(Week)
class WeekAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Weeks with their topics."""

    formfield_overrides = LINKS
    list_display = ["course", "number", "title", "starts_at", "released_at"]
    list_display_links = ["title"]
    list_filter = ["course"]
    inlines = [TopicInline]


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Topics with their bibliography."""

    list_display = ["week", "position", "title"]
    list_display_links = ["title"]
    list_filter = ["week__course"]
    list_select_related = ["week"]
    inlines = [ReferenceInline]


@admin.register(Enrolment)
class EnrolmentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Who takes part in what."""

    list_display = ["user", "course", "role", "joined_at", "left_at"]
    list_filter = ["course", "role"]
    search_fields = ["user__name", "user__email"]
    autocomplete_fields = ["user", "course"]
    list_select_related = ["user", "course"]


class AllowanceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Something from which deadlines follow: attempts that run follow a change of it at once."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Django's
        """Save, with the groups' members, and let attempts follow."""
        return self._followed(
            request, lambda: super(AllowanceAdmin, self).changeform_view(request, *args, **kwargs)
        )

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Django's
        """Delete, and let attempts follow."""
        return self._followed(
            request, lambda: super(AllowanceAdmin, self).delete_view(request, *args, **kwargs)
        )

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Django's
        """Delete several, and let attempts follow."""
        return self._followed(
            request, lambda: super(AllowanceAdmin, self).changelist_view(request, *args, **kwargs)
        )

    def _followed(self, request: HttpRequest, act: Callable[[], Any]) -> Any:  # noqa: ANN401 - a response
        if request.method != "POST":
            return act()
        with services.allowances_change(by=signed_in(request), now=clock.now()):
            return act()


@admin.register(Group)
class GroupAdmin(AllowanceAdmin):
    """Groups of students."""

    list_display = ["name", "course"]
    list_filter = ["course"]
    filter_horizontal = ["members"]


@admin.register(Accommodation)
class AccommodationAdmin(AllowanceAdmin):
    """Standing allowances."""

    list_display = ["user", "course", "time_multiplier"]
    list_filter = ["course"]
    autocomplete_fields = ["user", "course"]
    list_select_related = ["user", "course"]


@admin.register(Extension)
class ExtensionAdmin(AllowanceAdmin):
    """Later ends and more time for one piece of work."""

    list_display = ["item", "course", "user", "group", "closes_at", "extra_seconds", "given_by"]
    list_filter = ["course"]
    autocomplete_fields = ["user", "course"]
    list_select_related = ["user", "group", "course", "given_by"]


@admin.register(ScheduleItem)
class ScheduleItemAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """The schedule."""

    formfield_overrides = LINKS
    list_display = ["title", "course", "kind", "starts_at", "ends_at", "place"]
    list_filter = ["course", "kind"]
    search_fields = ["title"]


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """A log: to look at, never to change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse."""
        return False


@admin.register(Announcement)
class AnnouncementAdmin(ReadOnlyAdmin):
    """What the staff announced; they write it on the course's own page."""

    list_display = ["title", "course", "author", "published_at", "told_at", "withdrawn_at"]
    list_filter = ["course"]
    list_select_related = ["course", "author"]


@admin.register(Outbox)
class OutboxAdmin(ReadOnlyAdmin):
    """Messages that wait, left, or were given up."""

    list_display = [
        "key",
        "channel",
        "recipient",
        "created_at",
        "sent_at",
        "given_up_at",
        "attempts",
        "last_error",
    ]
    list_filter = ["channel", "course"]


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what."""

    list_display = ["at", "actor", "action", "about", "item", "course"]
    list_filter = ["course", "action"]
    list_select_related = ["actor", "about", "course"]


admin.site.site_header = _("Classroom")
admin.site.site_title = _("Classroom")
