"""Every address of the site. Each app keeps its own in `<app>/urls.py`; this file says where they hang."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from classroom import demo_sign_in, styleguide
from classroom.appearance import choose
from classroom.pages import dashboard, now, schedule, week

urlpatterns = [
    path("", now.home, name="home"),
    path("appearance/", choose, name="appearance"),
    path("accounts/", include("allauth.account.urls")),
    path("demo/sign-in/<str:token>/", demo_sign_in.sign_in, name="demo_sign_in"),
    path("admin/", admin.site.urls),
    path("c/<slug:slug>/", now.course, name="course"),
    path("c/<slug:slug>/weeks/", week.weeks, name="weeks"),
    path("c/<slug:slug>/weeks/<int:number>/", week.week, name="week"),
    path("c/<slug:slug>/schedule/", schedule.schedule, name="schedule"),
    path("c/<slug:slug>/dashboard/", dashboard.dashboard, name="dashboard"),
    path("c/<slug:slug>/quizzes/", include("quizzes.urls")),
    path("c/<slug:slug>/", include("projects.urls")),
]

if settings.STYLEGUIDE:
    urlpatterns += [
        path("styleguide/", styleguide.styleguide, name="styleguide"),
        path("styleguide/clock/", styleguide.clock, name="styleguide_clock"),
    ]
