"""`{% load live %}`: where a page asks for news."""

from django import template

from classroom.live import address_of

register = template.Library()
register.filter("live_address", address_of)
