from datetime import timedelta

import pytest
from django.test import Client

from classroom import clock, tokens
from classroom.models import Scope


@pytest.fixture
def program_of():
    """Return a function that gives somebody's program: a client that sends a token and nothing else."""

    def program_of(user, *scopes):
        _token, secret = tokens.create(
            user=user,
            name=f"token {user.api_tokens.count()}",
            scopes=scopes or Scope.values,
            good_for=timedelta(days=1),
            now=clock.now(),
        )
        return Client(headers={"authorization": f"Bearer {secret}"})

    return program_of
