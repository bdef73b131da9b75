"""The bare page: reads an attempt and stores an answer to it, whoever asks."""

import json

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone

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
    response = JsonResponse({"saved": sent["seq"]})
    response["Content-Length"] = len(response.content)
    return response


urlpatterns = [path("<int:pk>/", save)]
