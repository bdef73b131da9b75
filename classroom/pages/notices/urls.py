"""Addresses of a person's own notices, below `notices/`."""

from django.urls import path

from classroom.pages.notices import own, unsubscribing

urlpatterns = [
    path("", own.notices, name="notices"),
    path("read/", own.read_all, name="read_notices"),
    path("<int:pk>/", own.follow, name="follow_notice"),
    path("settings/", own.notice_settings, name="notice_settings"),
    path("unsubscribe/<str:token>/", unsubscribing.unsubscribe, name="unsubscribe"),
]
