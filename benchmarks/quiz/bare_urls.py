"""The bare pages: read an attempt and store an answer, whoever asks; by the ORM, and by prepared SQL."""

import json

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone

from classroom.prepared import ID, Given, Insert, Rows
from quizzes.models import Answer, Attempt


def save(request: HttpRequest, pk: int) -> JsonResponse:
    """Store what was sent, in one transaction of two statements."""
    sent = json.loads(request.body)
    with transaction.atomic():
        attempt = Attempt.objects.get(pk=pk)
        answer = Answer(
            attempt=attempt,
            position=sent["position"],
            client=sent["client"],
            seq=sent["seq"],
            value=sent["value"],
            received_at=timezone.now(),
        )
        Answer.objects.bulk_create(
            [answer],
            update_conflicts=True,
            unique_fields=["attempt", "client", "seq"],
            update_fields=["value", "received_at"],
        )
    return _saved(sent["seq"])


def save_prepared(request: HttpRequest, pk: int) -> JsonResponse:
    """Do the same in the style of the site's own save."""
    sent = json.loads(request.body)
    with transaction.atomic():
        [attempt] = _ATTEMPT(pk=pk)
        _KEEP(
            Answer(
                attempt_id=attempt.pk,
                position=sent["position"],
                client=sent["client"],
                seq=sent["seq"],
                value=sent["value"],
                received_at=timezone.now(),
            )
        )
    return _saved(sent["seq"])


def _saved(seq: int) -> JsonResponse:
    response = JsonResponse({"saved": seq})
    response["Content-Length"] = len(response.content)
    return response


_ATTEMPT = Rows(lambda: Attempt.objects.filter(pk=Given("pk", ID)))
_KEEP = Insert(Answer, "attempt", "position", "client", "seq", "value", "received_at", ignore_conflicts=True)

urlpatterns = [path("<int:pk>/", save), path("prepared/<int:pk>/", save_prepared)]
