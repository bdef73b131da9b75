"""Every address of the site. Each app keeps its own in `<app>/urls.py`; this file says where they hang."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from classroom import demo_sign_in, sign_in, styleguide
from classroom.api import docs
from classroom.appearance import choose
from classroom.pages import account as own
from classroom.pages import feedback, groups, now, openid, schedule, sessions, tokens
from classroom.pages.courses import settings as courses
from classroom.pages.notices import log
from projects.views import checking
from quizzes.views import joining

# The administration has no door of its own: everybody signs in by code.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler500 = "classroom.outage.server_error_or_outage"

urlpatterns = [
    path("", now.home, name="home"),
    path("appearance/", choose, name="appearance"),
    path("accounts/login/", sign_in.to_code_page, name="account_login"),
    path("accounts/login/code/", account.request_login_code, name="account_request_login_code"),
    path("accounts/login/code/confirm/", sign_in.confirm_code, name="account_confirm_login_code"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/elsewhere/", openid.begin, name="oidc_begin"),
    path("accounts/elsewhere/callback/", openid.callback, name="oidc_callback"),
    path("accounts/elsewhere/connect/", openid.connect, name="oidc_connect"),
    path("settings/", own.own_settings, name="settings"),
    path("settings/sign-out-elsewhere/", own.sign_out_elsewhere, name="sign_out_elsewhere"),
    path("settings/data/", include("classroom.pages.privacy.urls")),
    path("settings/tokens/", tokens.tokens, name="tokens"),
    path("settings/tokens/<int:pk>/revoke/", tokens.revoke, name="revoke_token"),
    path("api/", docs.docs, name="api_docs"),
    path("api/v1/", include("classroom.api.urls")),
    path("notices/", include("classroom.pages.notices.urls")),
    path("demo/sign-in/<str:token>/", demo_sign_in.sign_in, name="demo_sign_in"),
    path("enrol/", include("classroom.pages.enrolling.urls")),
    path("join/", joining.enter_code, name="join"),
    path("join/<str:code>/", joining.join, name="join"),
    path("certificates/", checking.ask, name="check_certificates"),
    path("certificates/<str:code>/", checking.check, name="check_certificate"),
    path("admin/", admin.site.urls),
    path("courses/new/", courses.new, name="new_course"),
    path("c/<slug:slug>/", now.course, name="course"),
    path("c/<slug:slug>/feedback/read/", feedback.read, name="read_feedback"),
    path("c/<slug:slug>/weeks/", include("classroom.pages.weeks.urls")),
    path("c/<slug:slug>/calendar/", include("classroom.pages.calendar.urls")),
    path("c/<slug:slug>/attendance/", include("classroom.pages.attendance.urls")),
    path("c/<slug:slug>/announcements/", include("classroom.pages.announcements.urls")),
    path("c/<slug:slug>/schedule/", schedule.schedule, name="schedule"),
    path("c/<slug:slug>/schedule/new/", sessions.new, name="new_session"),
    path("c/<slug:slug>/schedule/<int:pk>/", sessions.edit, name="edit_session"),
    path("c/<slug:slug>/schedule/<int:pk>/delete/", sessions.delete, name="delete_session"),
    path("c/<slug:slug>/dashboard/", include("classroom.pages.dashboards.urls")),
    path("c/<slug:slug>/", include("classroom.pages.courses.urls")),
    path("messages/", log.site_log, name="site_messages"),
    path("messages/<int:pk>/send/", log.send_site_message, name="send_site_message"),
    path("c/<slug:slug>/messages/", include("classroom.pages.notices.log_urls")),
    path("c/<slug:slug>/people/", include("classroom.pages.people.urls")),
    path("c/<slug:slug>/", include("classroom.pages.gradebook.urls")),
    path("c/<slug:slug>/groups/", groups.groups, name="groups"),
    path("c/<slug:slug>/groups/new/", groups.new, name="new_group"),
    path("c/<slug:slug>/groups/<int:pk>/", groups.group, name="group"),
    path("c/<slug:slug>/groups/<int:pk>/delete/", groups.delete, name="delete_group"),
    path("c/<slug:slug>/view-as-student/", own.student_view, name="student_view"),
    path("c/<slug:slug>/leave-student-view/", own.leave_student_view, name="leave_student_view"),
    path("", include("classroom.lti.urls")),
    path("c/<slug:slug>/quizzes/", include("quizzes.urls")),
    path("c/<slug:slug>/", include("projects.urls")),
]

if settings.STYLEGUIDE:
    urlpatterns += [
        path("styleguide/", styleguide.styleguide, name="styleguide"),
        path("styleguide/clock/", styleguide.clock, name="styleguide_clock"),
    ]
