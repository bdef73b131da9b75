"""Addresses for platforms (/lti/), and a course's page about them."""

from django.urls import path

from classroom.lti.views import content, courses, dynamic, entering, platforms

app_name = "lti"

urlpatterns = [
    path("lti/", entering.home, name="home"),
    path("lti/login/", entering.login, name="login"),
    path("lti/launch/", entering.launch, name="launch"),
    path("lti/jwks.json", entering.jwks, name="jwks"),
    path("lti/canvas.json", platforms.canvas, name="canvas"),
    path("lti/content/", content.target, name="content"),
    path("lti/content/<str:token>/", content.chosen, name="chosen"),
    path("lti/welcome/<str:state>/", entering.welcome, name="welcome"),
    path("lti/connect/", entering.connect, name="connect"),
    path("lti/platforms/", platforms.platforms, name="platforms"),
    path("lti/platforms/new/", platforms.new, name="new_platform"),
    path("lti/platforms/invite/", dynamic.invite, name="invite"),
    path("lti/register/<str:token>/", dynamic.register, name="register"),
    path("lti/platforms/<int:pk>/", platforms.platform, name="platform"),
    path("lti/platforms/<int:pk>/check/", platforms.check, name="check_platform"),
    path("lti/platforms/<int:pk>/close/", platforms.close, name="close_platform"),
    path("c/<slug:slug>/platforms/", courses.course, name="course"),
    path("c/<slug:slug>/platforms/scores/", courses.scores, name="scores"),
    path("c/<slug:slug>/platforms/scores/<int:pk>/again/", courses.send_again, name="send_again"),
    path("c/<slug:slug>/platforms/people/<int:pk>/", courses.roster, name="roster"),
    path("c/<slug:slug>/platforms/people/<int:pk>/apply/", courses.apply_roster, name="apply_roster"),
    path("c/<slug:slug>/platforms/<int:pk>/people/", courses.fetch_roster, name="fetch_roster"),
    path("c/<slug:slug>/platforms/<int:pk>/disconnect/", courses.disconnect, name="disconnect"),
]
