"""Where a collaborative works, what is needed there, and how a mix works: without a browser."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from hecsim import geography
from hecsim.columns import STORE
from hecsim.errors import RunError
from hecsim.geography import regions
from hecsim.measures import MEASURES
from hecsim.planning.geography import _BEST, _WORST, CRITERIA
from hecsim.planning.indicators import indicators, needs_file
from hecsim.planning.needs import Needs, assess
from hecsim.planning.needs_files import read_services, read_voice
from hecsim.planning.partition import FEATURES as LABELS
from hecsim.report.facts import Change, Facts
from hecsim.web import planwork
from hecsim.web.grouping import Where, areas, asked_for, changed, parse_where, where_text
from hecsim.web.needed import needed_html
from hecsim.web.pathways import ENDS, MIDDLES, pathways
from hecsim.web.plan import LAW, MIX
from hecsim.web.state import State, parse, query, updated
from hecsim.web.view import read_kept
from hecsim.web.where import where_html
from hecsim.web.words import WORDS
from hecsim.web.words_needs import FEATURES, SAID, in_words, short_meaning
from hecsim.web.words_plan import TERMS
from tests.web.conftest import FUTURES


class Said(HTMLParser):
    """The words of a page, those in pictures aside."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def untranslated(words: str) -> bool:
    """Whether the Spanish of a phrase is the English one, though it is no name."""
    return in_words(words, "es") == words and words not in TERMS


@pytest.fixture(scope="module")
def grouped() -> dict:
    return planwork.grouped(("region:Capitol",), "preferred", 0)


@pytest.fixture(scope="module")
def needs() -> dict:
    return planwork.assessed(("Hartford", "Bridgeport"))


def test_every_title_figure_cause_and_asset_is_said_in_spanish() -> None:
    file = needs_file()
    said = [e["title"] for e in file["need"].values()]
    said += [short_meaning(i.meaning) for i in indicators().values()]
    said += [i.unit for i in indicators().values() if i.unit not in ("$", "share")]
    said += [c["text"] for e in file["need"].values() for c in e["causes"]]
    said += [a["name"] for a in file["asset"]] + list(STORE)
    said += [*_BEST.values(), *(f"but {w}" for w in _WORST.values())]
    assert [s for s in said if untranslated(s)] == []
    assert set(LABELS.values()) == set(FEATURES)
    assert {f"crit.{c}" for c in CRITERIA} <= set(WORDS)


@pytest.mark.parametrize("area", [r for r in regions() if r.startswith("region:")])
def test_every_reason_for_a_grouping_is_said_in_spanish(area: str) -> None:
    found = planwork.grouped((area,), "free", 2)
    reasons = [r for o in found["options"] for r in o["reasons"]]
    reasons += [r for o in found["options"] for p in o["proposals"] for r in p["reasons"]]
    reasons += [r["reason"] for o in found["options"] for r in o["left"]]
    assert reasons
    assert [r for r in reasons if untranslated(r)] == []


def test_what_an_assessment_says_is_said_in_spanish(tmp_path) -> None:
    (tmp_path / "voice.csv").write_text("theme,count\nrent,9\nbuses,2\nstreet music,1\nsleep,4\n")
    (tmp_path / "services.csv").write_text("name,kind,capacity,towns\nHill Pantry,food pantry,120,Norwalk\nA,counseling,5,\n")
    found: Needs = assess(
        ["Hartford", "Avon"], voice=read_voice(tmp_path / "voice.csv"), services=read_services(tmp_path / "services.csv")
    )
    said = [v["agreement"] for v in found.voice] + [g[k] for g in found.groups for k in ("what", "group")]
    said += [*found.notes, *(c["present"] for c in found.causes), *(m["compared_with"] for m in found.indicators)]
    said += [a[k] for a in found.assets for k in ("name", "unit")]
    assert [s for s in said if untranslated(s)] == []
    assert [s for s in SAID if SAID[s] == s] == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_groupings_are_drawn_and_each_leads_to_its_towns(grouped: dict, language: str) -> None:
    html = where_html(grouped, parse(f"t=Union&m=M2&y=9&lang={language}"))
    assert html.count("<svg") == len(grouped["options"]) == 5
    links = re.findall(r'href="/plan\?([^"]+)"', html)
    wanted = {frozenset(p["towns"]) for o in grouped["options"] for p in o["proposals"]}
    states = [parse(link.replace("&amp;", "&")) for link in links]
    assert {frozenset(s.towns) for s in states} == wanted
    assert {(s.mix, s.years, s.lang) for s in states} == {("M2", 9, language)}


@pytest.mark.parametrize("language", ["en", "es"])
def test_needs_are_drawn_with_every_figure_in_a_table(needs: dict, language: str) -> None:
    html = needed_html(needs, language)
    page = Said()
    page.feed(html)
    words = " ".join(page.words)
    for m in needs["indicators"]:
        assert in_words(short_meaning(m["meaning"]), language) in words
    assert html.count("<svg") >= 12 + 4
    assert len(needs["places"]) > 20
    assert all(0 <= share <= 1 for *_, share in needs["places"])


def test_neighborhoods_add_up_to_the_towns_share() -> None:
    found = planwork.assessed(("Hartford",))
    table = geography.select(["Hartford"]).tracts
    mean = (table["poor_below_200"] * table["poverty_universe"]).sum() / table["poverty_universe"].sum()
    shares = [share for *_, share in found["places"]]
    assert min(shares) < mean < max(shares)


def test_what_residents_say_counts_and_is_shown_as_text() -> None:
    found = planwork.assessed(("Hartford",), "theme,count,quote\n<img src=x>,3,<script>alert(1)</script>\nrent,40,\n")
    html = needed_html(found, "es")
    assert "<script>alert" not in html
    assert "<img src=x>" not in html
    assert "&lt;img src=x&gt;" in html
    plain = planwork.assessed(("Hartford",))
    order = [[r["need"] for r in f["priorities"]].index("housing") for f in (found, plain)]
    assert order[0] < order[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [("theme\nrent,1,2\n", "cells"), ("thema\nrent\n", "theme"), ("theme,quote\nrent,a@b.org\n", "e-mail"),
     ("\x00", "unknown column"), ("theme\n" + "rent\n" * 60_000, "larger than"), ("theme\n", "no rows")],
)  # fmt: skip
def test_wrong_files_are_refused_without_a_folder_of_this_machine(text: str, said: str) -> None:
    with pytest.raises(RunError, match=said) as problem:
        planwork.assessed(("Hartford",), text)
    assert "/" not in str(problem.value).replace("and/or", "")


@pytest.mark.parametrize("text", ["", "1.2.3", "9.0.9", "10.0.0", "999.9.99", "-1.a.b", ".." * 40, "٣.1.1", "1" * 5000])
def test_any_grouping_in_the_address_is_sound(text: str) -> None:
    where = parse_where(text)
    assert where.area in areas()
    assert 0 <= where.count <= 9
    assert parse_where(where_text(where)) == where
    state = parse(f"w={text}")
    assert parse(query(state)) == state


@pytest.mark.parametrize("change", [None, 3, [], {"area": ["all"]}, {"area": "region:Nowhere"}, {"count": {}}, {"count": "99"}])
def test_hostile_changes_of_the_grouping_change_nothing(change: object) -> None:
    assert changed(Where(), change) == Where()
    assert updated(State(), {"where": change}) == State()


def test_the_area_is_that_of_the_towns_unless_another_is_asked_for() -> None:
    assert asked_for(Where(), ("Hartford", "Bridgeport")) == ("region:Capitol", "region:Greater Bridgeport")
    assert asked_for(Where("all"), ("Hartford",)) == ("all",)


class Measured:
    """Changes of measures as they were drawn for a test: difference and half-width of the interval."""

    def __init__(self, **found: tuple[float, float]):
        self.found = found
        self.results = SimpleNamespace(measures=tuple(found))

    def change(self, arm: str, measure: str) -> Change:
        d, half = self.found[measure]
        rest = {"p5": d - half, "p95": d + half, "share": 0.5, "correlation": 0.0, "parameter_share": 0.0}
        return Change(arm, measure, "all", MEASURES[measure].better, 8, 1.0, 1.0 + d, d, d - half, d + half, **rest)


def test_pathways_are_the_clearest_by_their_weaker_step_and_differ() -> None:
    facts = Measured(
        eviction_filings=(-4.0, 1.0), hardship=(-3.0, 1.0), food_insecurity=(-2.0, 1.0), poverty_child=(0.1, 1.0),
        aces_0_8=(-9.0, 1.0), cps_reports=(-0.5, 1.0), obesity_child=(-2.5, 1.0),
    )  # fmt: skip
    found, of = pathways(facts, "mix", ["P01", "P02", "P03"])
    told = [(p.middle.measure, p.end.measure, round(p.certainty, 6)) for p in found]
    assert told[0] == ("eviction_filings", "aces_0_8", 4.0)
    assert [c for *_, c in told] == sorted((c for *_, c in told), reverse=True)
    assert len({m for m, *_ in told}) == len(told) == 3
    assert of > 3
    assert found[0].parts == ("P01", "P02")  # a lawyer and rent aid lead to filings; a tax credit has further to go
    assert found[0].clear


def test_a_measure_that_no_part_of_the_mix_can_reach_is_no_middle() -> None:
    facts = Measured(gunfire=(-9.0, 1.0), eviction_filings=(-1.5, 1.0), aces_0_8=(-9.0, 1.0))
    found, _ = pathways(facts, "mix", ["P01"])
    assert [p.middle.measure for p in found] == ["eviction_filings"]
    assert pathways(facts, "mix", []) == ([], 0)


def test_too_few_futures_give_no_pathway(kept: str) -> None:
    facts = Facts(read_kept(kept, FUTURES, (LAW, MIX)))
    assert pathways(facts, MIX, [p.id for p in parse("m=M1").picks]) == ([], 0)


def test_ends_and_middles_are_measures_and_none_is_both() -> None:
    assert set(MIDDLES) | set(ENDS) <= set(MEASURES)
    assert not set(MIDDLES) & set(ENDS)
