"""Addresses of a course's announcements, below `/c/<course>/announcements/`."""

from django.urls import path

from classroom.pages.announcements import reading, writing

urlpatterns = [
    path("", reading.announcements, name="announcements"),
    path("new/", writing.new, name="new_announcement"),
    path("<int:pk>/", reading.announcement, name="announcement"),
    path("<int:pk>/edit/", writing.edit, name="edit_announcement"),
    path("<int:pk>/publish/", writing.publish, name="publish_announcement"),
    path("<int:pk>/withdraw/", writing.withdraw, name="withdraw_announcement"),
]
