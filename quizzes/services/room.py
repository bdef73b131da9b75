"""The live room of a quiz: who has come, the start for everybody, and the discussion afterwards."""

import secrets
from datetime import datetime

from classroom.models import User
from quizzes.models import Arrival, Quiz, Room


def room_of(quiz: Quiz) -> Room:
    """Return the quiz's room; the first who asks makes it."""
    room, _created = Room.objects.get_or_create(quiz=quiz, defaults={"token": secrets.token_urlsafe(16)})
    return room


def arrive(*, quiz: Quiz, user: User, now: datetime) -> Room:
    """Note that somebody is in the lobby; a second time changes nothing."""
    room = room_of(quiz)
    if not Arrival.objects.filter(room=room, user=user).exists():
        Arrival.objects.bulk_create([Arrival(room=room, user=user, arrived_at=now)], ignore_conflicts=True)
    return room
