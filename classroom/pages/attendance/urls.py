"""Addresses of attendance, below `/c/<course>/attendance/`."""

from django.urls import path

from classroom.pages.attendance import overview, roll, room, table

urlpatterns = [
    path("", overview.attendance, name="attendance"),
    path("attendance.csv", overview.attendance_csv, name="attendance_csv"),
    path("<int:pk>/", roll.roll, name="roll"),
    path("<int:pk>/mark/", roll.mark, name="mark_attendance"),
    path("<int:pk>/rest/", roll.mark_rest, name="mark_rest_absent"),
    path("<int:pk>/history/", roll.history, name="attendance_history"),
    path("<int:pk>/wall/", room.wall, name="attendance_wall"),
    path("<int:pk>/here/", room.check_in, name="check_in"),
    path("<int:pk>/import/", table.import_attendance, name="import_attendance"),
]
