import numpy as np
import pytest
from hypothesis import settings

# What a drawn case takes says nothing on a machine that does other things, too.
settings.register_profile("engine", deadline=None)
settings.load_profile("engine")


@pytest.fixture
def rng():
    return np.random.default_rng(20261124)
