"""Addresses of the dashboards, below `/c/<course>/dashboard/`."""

from django.urls import path

from classroom.pages.dashboards import views

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("panel/", views.panel, name="dashboard_panel"),
    path("week/", views.this_week, name="this_week"),
    path("term/", views.the_term, name="term"),
    path("quality/", views.questions, name="quality"),
    path("rows/<slug:subject>/", views.rows, name="rows"),
    path("rows/<slug:subject>.csv", views.rows_csv, name="rows_csv"),
    path("students/<int:pk>/write/", views.write, name="write_to_student"),
]
