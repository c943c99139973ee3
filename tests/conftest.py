"""Communities that several tests look at; built once, never changed (models copy what they are given)."""

import hypothesis
import pytest

from hecsim.population import build_community

# The same examples on every machine, and no clock: compiling a loop may take longer than any deadline.
hypothesis.settings.register_profile("project", deadline=None, derandomize=True)
hypothesis.settings.load_profile("project")


@pytest.fixture(scope="session")
def small_hartford():
    """600 households of Hartford in one block."""
    return build_community("Hartford", households=600, seed=3)


@pytest.fixture(scope="session")
def small_hartford_in_blocks():
    """The same 600 households cut into several blocks."""
    return build_community("Hartford", households=600, seed=3, block_persons=350)
