"""Addresses of one's own calendar, below `/c/<course>/calendar/`."""

from django.urls import path

from classroom.pages.calendar import views

urlpatterns = [
    path("", views.calendar, name="calendar"),
    path("renew/", views.renew, name="renew_calendar"),
    path("shut/", views.shut, name="shut_calendar"),
    path("<str:token>/course.ics", views.feed, name="calendar_feed"),
]
