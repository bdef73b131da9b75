"""Addresses of the people's pages, below `c/<slug>/people/`."""

from django.urls import path

from classroom.pages.people import accommodations, entrances, importing, listing, person

urlpatterns = [
    path("", listing.people, name="people"),
    path("add/", listing.add, name="add_people"),
    path("people.csv", importing.people_csv, name="people_csv"),
    path("import/", importing.import_people, name="import_people"),
    path("allowances/", accommodations.accommodations, name="accommodations"),
    path("ways-in/", entrances.entrances, name="entrances"),
    path("ways-in/links/", entrances.make_link, name="make_invite_link"),
    path("ways-in/links/<int:pk>/revoke/", entrances.revoke_link, name="revoke_invite_link"),
    path("ways-in/code/", entrances.renew_code, name="renew_course_code"),
    path("ways-in/code/off/", entrances.switch_off_code, name="switch_off_course_code"),
    path("ways-in/requests/", entrances.take_requests, name="take_enrolment_requests"),
    path("ways-in/requests/decide/", entrances.decide, name="decide_enrolment_requests"),
    path("<int:pk>/", person.person, name="person"),
    path("<int:pk>/role/", person.change_role, name="change_role"),
    path("<int:pk>/remove/", listing.remove, name="remove_person"),
    path("<int:pk>/code/", listing.show_code, name="show_code"),
]
