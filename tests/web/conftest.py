"""A small real run for the pages to show."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from hecsim.web import cache, worker
from hecsim.web.plan import study_of
from hecsim.web.state import parse

FUTURES = (0, 1)


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The key of a study of two years with two futures in a cache of its own."""
    patch = pytest.MonkeyPatch()
    patch.setenv("HECSIM_CACHE", str(tmp_path_factory.mktemp("cache")))
    study = study_of(parse("t=Hartford&n=500&m=M1"))
    assert study is not None
    study = replace(study, years=2, community=replace(study.community, households=200))
    key = cache.key_of(study)
    assert worker.prepare(study, cache.folder(key), 0) == []
    for index in FUTURES:
        assert worker.live(study, cache.folder(key), index, 0) == index
    yield key
    patch.undo()
