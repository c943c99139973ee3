"""What a run becomes on the page."""

import re
from html.parser import HTMLParser
from typing import ClassVar

import pytest

from hecsim.web import about, jobs, view
from tests.web.conftest import FUTURES


class Balance(HTMLParser):
    """Counts open elements and collects text."""

    EMPTY: ClassVar[set[str]] = {"br", "img", "input", "meta", "path", "line", "circle", "rect", "polygon"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize(("language", "law", "mark"), [("en", "current law", "Simulated"), ("es", "ley actual", "Simulado")])
def test_results_are_sound_html_with_pictures_in_the_readers_language(kept: str, language: str, law: str, mark: str) -> None:
    html = view.results_html(kept, FUTURES, language, "A <b>mix</b> & more")
    page = Balance()
    page.feed(html)
    assert page.open == []
    text = " ".join(page.words)
    assert mark in text
    assert law in text.lower()
    assert html.count("<svg") >= 10
    assert "A <b>mix</b> & more" in text  # as text, not as markup
    assert "<b>" not in html
    assert "http" not in html.replace("http://www.w3.org", "")


def test_the_plain_sentence_names_place_years_and_mix(kept: str) -> None:
    html = view.results_html(kept, FUTURES, "en", "Needs first")
    found = re.search(r'<p class="lead plain">(.*?)</p>', html, re.DOTALL)
    assert found
    assert found.group(1).startswith("Over 2 years in Hartford, Needs first clearly changes")


def test_the_family_has_two_lanes_in_every_year_and_any_future_can_be_shown(kept: str) -> None:
    first = view.family_of(kept, FUTURES, "en", "Needs first")
    assert first is not None
    assert [y["year"] for y in first["years"]] == [2025, 2026]
    assert all([lane["arm"] for lane in y["lanes"]] == ["Current law", "Needs first"] for y in first["years"])
    assert [c["future"] for c in first["choices"]] == list(FUTURES)
    other = next(f for f in FUTURES if f != first["future"])
    second = view.family_of(kept, FUTURES, "es", "Needs first", other)
    assert second is not None
    assert second["future"] == other
    assert second["years"][0]["lanes"][0]["arm"] == "Ley actual"
    unknown = view.family_of(kept, FUTURES, "en", "Needs first", 99)
    assert unknown is not None
    assert unknown["future"] == first["future"]


def test_finished_futures_are_found_on_disk_and_no_more_than_asked_for(kept: str) -> None:
    assert jobs.finished(kept, 8) == [0, 1]
    assert jobs.finished(kept, 1) == [0]
    assert jobs.finished("no such run", 8) == []


def test_searching_numbers_needs_every_word_and_puts_names_first() -> None:
    found = about.search("eviction")
    assert found
    assert "eviction" in found[0].full_name
    both = about.search("EVICTION  Hartford")
    assert set(both) <= set(found)
    assert about.search("<script>") == []
    assert len(about.search("", "stress")) == sum(p.room == "stress" for p in about.search(""))


def test_report_styles_stay_inside_the_pages() -> None:
    css = view.style()
    rules = re.findall(r"(?:^|[}{;])\s*([^{}@;]+?)\s*\{", re.sub(r"/\*.*?\*/", "", css))
    assert any(r.startswith(".hecsim h1") for r in rules)
    assert [r for r in rules if re.match(r"(\*|h\d|p|table|section|svg)\b", r)] == []
