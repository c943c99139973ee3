import pytest

from hecsim import geography
from hecsim.population import build_community


@pytest.fixture(scope="session")
def hartford():
    return geography.select("Hartford")


@pytest.fixture(scope="session")
def town(hartford):
    """Hartford with ten thousand households, without histories; tests must not change it."""
    return build_community(hartford, households=10_000, seed=1, histories=False)


@pytest.fixture(scope="session")
def small():
    """A few hundred households, without histories; tests must not change it."""
    return build_community("Hartford", households=600, seed=5, histories=False)
