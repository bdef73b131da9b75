"""Addresses of one's own data, below `settings/data/`, and of administrators, below it."""

from django.urls import path

from classroom.pages.privacy import administrating, own

urlpatterns = [
    path("", own.own_data, name="own_data"),
    path("export/", own.export_own, name="export_own_data"),
    path("forget-me/", own.ask, name="ask_to_be_forgotten"),
    path("forget-me/withdraw/", own.withdraw, name="withdraw_erasure"),
    path("people/", administrating.erasure_requests, name="erasure_requests"),
    path("people/<int:pk>/export/", administrating.export, name="export_person"),
    path("people/<int:pk>/anonymise/", administrating.anonymise, name="anonymise_person"),
    path("people/requests/<int:pk>/decline/", administrating.decline, name="decline_erasure"),
]
