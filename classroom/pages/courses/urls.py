"""Addresses of a course as a whole, below `c/<slug>/`."""

from django.urls import path

from classroom.pages.courses import copying, settings

urlpatterns = [
    path("settings/", settings.course_settings, name="course_settings"),
    path("archive/", settings.archive, name="archive_course"),
    path("unarchive/", settings.unarchive, name="unarchive_course"),
    path("copy/", copying.copy, name="copy_course"),
]
