"""A small real run for the pages to show, and a browser."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from hecsim.web import cache, worker
from hecsim.web.plan import study_of
from hecsim.web.state import parse
from tests.web.browsing import CHROMIUM

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    with playwright.sync_playwright() as p:
        found = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page that keeps every address it asked for, and every error."""
    tab = browser.new_page(viewport={"width": 1200, "height": 900})
    tab.asked, tab.errors = [], []
    tab.on("request", lambda r: tab.asked.append(r.url))
    tab.on("pageerror", lambda e: tab.errors.append(str(e)))
    tab.set_default_timeout(90_000)
    yield tab
    assert tab.errors == []
    tab.close()
