"""Addresses of a course's log of messages, below `c/<slug>/messages/`."""

from django.urls import path

from classroom.pages.notices import log

urlpatterns = [
    path("", log.course_log, name="course_messages"),
    path("<int:pk>/send/", log.send_course_message, name="send_course_message"),
]
