"""What every page owes its visitors: access, keyboard, paper, downloads, no plan of another's, no traceback."""

import csv
import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from hecsim.web import cache, worker
from hecsim.web.plan import study_of
from hecsim.web.state import parse
from tests.web.browsing import MARKS, free_port, ready, serve

pytestmark = MARKS
PIN = "271828"
RUN = "n=500&f=4&y=5"
# Pages with something on them: a mix, kept mixes that were run, a budget, an open forum.
PAGES = (
    "/", f"/studio?{RUN}&m=M1&b=5000000", f"/compare?{RUN}&s=M1-M2&b=5000000", "/plan?m=M2&g=2.3.4.75.01", "/family?m=M1",
    "/lab?m=M2&s=M1", "/about", "/forum", "/forum/control", "/v",
)  # fmt: skip
FORUM = {"pin": PIN, "options": ["P01", "P05", "G04", "N04"], "households": 100, "years": 2, "futures": 2, "fresh": True}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache in which two mixes have been lived, in two of four futures."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HECSIM_CACHE", str(folder))
        for mix in ("M1", "M2"):
            study = study_of(parse(f"{RUN}&m={mix}"))
            assert study is not None
            place = cache.folder(cache.key_of(study))
            worker.prepare(study, place, 0)
            for index in (0, 1):
                worker.live(study, place, index, 0)
    return folder


@pytest.fixture(scope="module")
def address(lived: Path) -> Iterator[str]:
    yield from serve("app.py", lived, HECSIM_FORUM=json.dumps(FORUM))


@pytest.fixture(scope="module")
def axe() -> str:
    package = pytest.importorskip("axe_playwright_python", reason="pip install axe-playwright-python")
    return (resources.files(package) / "axe.min.js").read_text(encoding="utf-8")


def visit(page: Any, address: str, path: str, language: str) -> None:
    page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
    if path == "/forum/control":
        page.fill("input[name=pin]", PIN)
        page.press("input[name=pin]", "Enter")
        page.wait_for_selector("form[action$='/act'], [data-do]")
    if path.startswith(("/forum", "/v")):
        page.wait_for_selector("body")
        return
    ready(page, language)
    assert "user-scalable=no" not in page.get_attribute('meta[name="viewport"]', "content")
    if RUN in path:
        page.wait_for_selector(".results h2")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_serious_fault_of_access_and_no_sideways_scroll(page: Any, address: str, axe: str, path: str, language: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, address, path, language)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for summary in page.query_selector_all("details:not([open]) > summary"):
        summary.evaluate("e => { e.parentElement.open = true; }")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    serious = [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []
    outside = [u for u in page.asked if not u.startswith((address, address.replace("http", "ws"), "data:", "blob:"))]
    assert outside == []


@pytest.mark.parametrize("path", ["/", "/compare?s=M1-M2", "/plan?m=M2", "/lab?m=M1"])
def test_everything_that_can_be_used_is_reached_by_tab_and_shows_its_focus(page: Any, address: str, path: str) -> None:
    visit(page, address, path, "en")
    if path.startswith("/plan"):  # groups of towns and needs come later and would replace what was counted
        page.wait_for_function("document.querySelectorAll('.ground .results').length >= 2", timeout=240_000)
    page.wait_for_timeout(300)
    wanted = page.evaluate(
        """() => { const folded = e => e.closest('details:not([open])') && !e.closest('summary');
             const all = [...document.querySelectorAll('.hecsim-page a[href], .hecsim-page button, .hecsim-page input,' +
             ' .hecsim-page select, .hecsim-page [tabindex="0"]')].filter(e => !e.disabled && e.offsetParent && !folded(e));
             all.forEach((e, i) => e.dataset.seen = i); return all.length; }"""
    )
    assert wanted > 5
    page.evaluate("document.activeElement.blur()")
    seen, bare = set(), set()
    for _ in range(2 * wanted + 30):  # the browser also stops at what scrolls and at its own
        if len(seen) == wanted:
            break
        page.keyboard.press("Tab")
        at = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
                 return [e.dataset.seen || '', s.outlineStyle !== 'none' || s.boxShadow !== 'none' || !!e.closest('.v-btn'),
                         e.outerHTML.slice(0, 120)]; }"""
        )
        if at[0]:
            seen.add(at[0])
            if not at[1]:
                bare.add(at[2])
    assert len(seen) == wanted
    assert bare == set()


@pytest.mark.parametrize(
    "query",
    [
        "s=" + "-".join(["M1"] * 5000), "s=<script>alert(1)</script>", "s=M1_P01.1e9.-4-__-..,,",
        "b=1e9&p=<b>&g=9.9.9.9.9&o=-1,99,x",
        "b=99999999999999999999999&o=&g=", "%00%ff&s=%F0%9F%92%A9&t=../../etc/passwd", "n=1&y=NaN&f=inf&m=M99",
    ],
)  # fmt: skip
def test_hostile_addresses_draw_a_page(page: Any, address: str, query: str) -> None:
    for path in ("/compare", "/plan", "/lab"):
        page.goto(f"{address}{path}?{query}")
        ready(page)
        words = page.inner_text("main")
        assert "Traceback" not in words
        assert "could not be drawn" not in words
        assert "alert(1)" not in page.inner_html("main")


@pytest.mark.parametrize(
    "path",
    ["/files/", "/files/x/csv.zip", "/files/../../etc/passwd", f"/files/{'0' * 24}/csv.zip", f"/files/{'0' * 24}/csv"],
)  # fmt: skip
def test_no_file_but_those_of_kept_runs(page: Any, address: str, path: str) -> None:
    answer = page.request.get(address + path)
    assert answer.status == 404
    assert "root:" not in answer.text()


def test_pictures_numbers_data_and_paper(page: Any, address: str, tmp_path: Path) -> None:
    page.goto(f"{address}/studio?{RUN}&m=M1&b=5000000")
    ready(page)
    page.wait_for_selector(".results figure")
    with page.expect_download() as got:
        page.click(".results button[data-take=png] >> nth=0")
    got.value.save_as(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert (tmp_path / "a.png").stat().st_size > 10_000
    with page.expect_download() as got:
        page.click(".results button[data-take=csv] >> nth=0")
    got.value.save_as(tmp_path / "a.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8-sig"))))
    assert rows[0][:2] == ["year", "current law"]
    assert [r[0] for r in rows[1:]] == ["2025", "2026", "2027", "2028", "2029"]
    for kind, first in (("csv", b"future"), ("parquet", b"PAR1")):
        answer = page.request.get(page.get_attribute(f".files a[href$='{kind}.zip']", "href").join((address, "")))
        made = zipfile.ZipFile(io.BytesIO(answer.body()))
        assert {"manifest.json", f"ledger.{kind}", f"outcomes_by_year.{kind}"} <= set(made.namelist())
        if kind == "parquet":
            assert made.read(f"ledger.{kind}")[:4] == first
        else:
            assert len(made.read(f"ledger.{kind}").splitlines()) > 10
    paper = page.pdf(prefer_css_page_size=True)
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 20
    page.emulate_media(media="print")
    assert not page.is_visible("nav")
    assert not page.is_visible(".planner")
    assert page.is_visible(".results .plain")


def test_the_budget_turns_with_shape_and_word(page: Any, address: str) -> None:
    page.goto(f"{address}/studio?{RUN}&m=M1&b=9000000000")
    ready(page)
    page.wait_for_selector(".budget.within .verdict")
    assert page.inner_text(".budget .verdict").startswith("● Within budget")
    page.fill("#p-budget", "1000")
    page.press("#p-budget", "Enter")
    page.wait_for_selector(".budget.over .verdict")
    assert page.inner_text(".budget .verdict").startswith("▲ Over budget")
    assert "too few futures for a range" in page.inner_text(".budget")  # two futures share one draw of parameters
    page.wait_for_function("location.search.includes('b=1000')")


def test_mixes_are_kept_compared_and_discarded_and_survive_a_reload(page: Any, address: str) -> None:
    page.goto(f"{address}/studio?{RUN}&m=M1")
    ready(page)
    page.click("button.keep")
    page.wait_for_function("location.search.includes('s=M1')")
    page.click("nav a >> nth=2")
    page.select_option("#c-add", "M2")
    page.wait_for_function("location.search.includes('s=M1-M2')")
    page.wait_for_selector(".compared .dominance")
    page.reload()
    ready(page)
    page.wait_for_selector(".compared .dominance")
    assert page.locator(".shelf > li").count() == 2
    assert page.locator(".dominance tbody tr").count() == 3
    words = page.inner_text(".compared")
    assert "It adds" in words
    assert "Who loses, or gains least" in words
    page.click(".shelf > li >> nth=0 >> button >> nth=1")
    page.wait_for_function("document.querySelectorAll('.shelf > li').length === 1")
    assert "s=M2" in page.url


def test_a_group_is_planned_and_its_answers_are_in_the_address(page: Any, address: str) -> None:
    page.goto(f"{address}/plan?m=M2&n=500")
    ready(page)
    page.select_option("#g-invite", "legal aid")
    page.wait_for_function("location.search.includes('o=')")
    page.select_option("#g-rule", "resident veto")
    page.wait_for_function(
        "document.querySelector('.collaborative').innerText.includes('residents may stop a decision;') === false"
    )
    page.wait_for_function("document.querySelector('.collaborative').innerText.includes('residents may stop a decision')")
    page.reload()
    ready(page)
    assert page.input_value("#g-rule") == "resident veto"
    assert "legal aid" in page.inner_text(".group .chips")


def test_two_visitors_do_not_touch(browser: Any, address: str) -> None:
    first, second = browser.new_context().new_page(), browser.new_context().new_page()
    first.goto(f"{address}/studio?m=M1")
    second.goto(f"{address}/studio?m=M2&t=Norwalk")
    ready(first)
    ready(second)
    first.select_option("#p-years", "8")
    first.wait_for_function("location.search.includes('y=8')")
    first.click("button.keep")
    first.wait_for_function("location.search.includes('s=M1')")
    assert second.input_value("#p-years") == "5"
    second.select_option("#p-futures", "4")
    second.wait_for_function("location.search.includes('f=4')")
    assert "s=" not in second.url
    assert second.input_value("#p-town") == "Norwalk"
    assert first.input_value("#p-town") == "Hartford"
    first.context.close()
    second.context.close()


def test_a_restarted_server_goes_on_with_what_the_address_says(browser: Any, lived: Path) -> None:
    port = free_port()
    tab = browser.new_page()
    tab.set_default_timeout(30_000)
    server = serve("app.py", lived, port)
    address = next(server)
    tab.goto(f"{address}/compare?{RUN}&s=M1&lang=es")
    ready(tab, "es")
    tab.select_option("#c-add", "M2")
    tab.wait_for_function("location.search.includes('s=M1-M2')")
    server.close()
    server = serve("app.py", lived, port)
    next(server)
    tab.reload()
    ready(tab, "es")
    assert tab.locator(".shelf > li").count() == 2
    tab.close()
    server.close()


def test_an_exception_never_shows_a_traceback(browser: Any, tmp_path: Path) -> None:
    server = serve("tests/web/broken_app.py", tmp_path, PYTHONPATH=os.getcwd())
    address = next(server)
    tab = browser.new_page()
    tab.set_default_timeout(30_000)
    for path in ("/now", "/later", "/outside"):
        tab.goto(f"{address}{path}?lang=es&m=M1")
        if path == "/later":
            tab.click(".breaks")
        told = "Algo salió mal" if path != "/outside" else "went wrong"
        tab.wait_for_function(f"document.body.innerText.includes('{told}')")
        words = tab.inner_text("body")
        for leak in ("Traceback", "ValueError", "a secret of the server", "site-packages", "broken_app.py"):
            assert leak not in words
    tab.goto(f"{address}/about")  # the server goes on
    ready(tab)
    tab.close()
    server.close()
