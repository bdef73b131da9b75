"""The site's addresses, with stand-ins for those that other packages bring."""

from django.http import HttpResponse
from django.urls import include, path


def blank(request, slug):
    return HttpResponse()


urlpatterns = [
    path("", include("classroom.urls")),
    path("c/<slug:slug>/", blank, name="course"),
]
