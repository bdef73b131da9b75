"""What administrators may undo: a platform account that was connected with the wrong account here."""

from django.contrib import admin
from django.http import HttpRequest

from classroom.lti.models import Identity


@admin.register(Identity)
class IdentityAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Accounts on platforms; platforms themselves are registered on a page of their own."""

    list_display = ["user", "issuer", "subject", "linked_at", "last_launch_at"]
    search_fields = ["user__name", "user__email", "subject"]
    list_filter = ["issuer"]
    list_select_related = ["user"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: only a launch connects."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: only a launch connects."""
        return False
