"""Addresses of the ways into courses, below `enrol/`."""

from django.urls import path

from classroom.pages.enrolling import arriving, asking

urlpatterns = [
    path("", arriving.enter_code, name="enter_course_code"),
    path("code/<str:code>/", arriving.by_code, name="join_by_code"),
    path("link/<str:token>/", arriving.by_link, name="join_by_link"),
    path("ask/<slug:slug>/", asking.ask, name="ask_to_join"),
    path("ask/<slug:slug>/withdraw/", asking.withdraw, name="withdraw_request"),
]
