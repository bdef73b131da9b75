"""The site, and what every course has: people, weeks, groups, deadlines, announcements."""

from classroom.celery import app as celery_app

__all__ = ["celery_app"]
