"""Needs: figures with their errors, causes as hypotheses with a real chain, services and residents' voice, priorities."""

import json
import math

import pytest
from click.testing import CliRunner

from hecsim import evidence, geography
from hecsim.cli import main
from hecsim.collaborative.roles import roles
from hecsim.columns import SCHEMA
from hecsim.errors import CommunityDataError, ScenarioError, UnknownNameError
from hecsim.levers import LEVERS
from hecsim.planning.indicators import ERRORS, group_gaps, indicators, interval, measure, needs_file, neighborhood_gaps, wholes
from hecsim.planning.needs import assess, draft_assessment
from hecsim.planning.needs_causes import chain
from hecsim.planning.needs_files import need_of, read_services, read_voice
from hecsim.planning.needs_rank import CRITERIA, rank

SERVICES = """name,kind,languages,capacity,towns
Hill Pantry,food pantry,English;Spanish,120,Hartford
Tenant Law,legal aid,English,,
Far Shelter,shelter,English,10,Norwich
"""
VOICE = """theme,count,priority,quote
rent,34,1,We move every year.
street lights,5,,
Groceries,8,2,
"""


def run(*words):
    return CliRunner().invoke(main, [str(w) for w in words], env={"COLUMNS": "200"})


@pytest.fixture
def files(tmp_path):
    services, voice = tmp_path / "services.csv", tmp_path / "voice.csv"
    services.write_text(SERVICES, encoding="utf-8")
    voice.write_text(VOICE, encoding="utf-8")
    return services, voice


@pytest.fixture(scope="module")
def hartford():
    return assess("Hartford")


def test_the_file_of_needs_names_only_what_exists():
    columns = {f"{t}.{c.name}" for t, cs in SCHEMA.items() for c in cs}
    known = set(geography.dictionary().index.get_level_values("column"))
    universes = set(wholes(geography.towns()).columns)
    file = needs_file()
    assert set(file["weights"]) == set(CRITERIA)
    for i in indicators().values():
        assert i.column in known
        assert i.whole in universes
        assert i.error in ERRORS and i.worse in ("high", "low")
    for entry in file["need"].values():
        assert entry["target"] in columns and entry["causes"] and entry["indicators"]
        for c in entry["causes"]:
            assert c["lever"] in LEVERS and c["parameter"] in evidence.load()
            assert c.get("here", "poor_below_200") in indicators()
            assert chain(c["lever"], c.get("target", entry["target"]), c["parameter"]), c
    for service in file["service"].values():
        assert set(service["needs"]) <= set(file["need"]) and set(service["builds"]) <= set(roles())
    themes = [t for e in file["need"].values() for t in e["themes"]]
    assert len(themes) == len(set(themes))
    for asset in file["asset"]:
        assert asset["protects"] in file["need"]
        assert "parameter" not in asset or asset["parameter"] in evidence.load()
        assert asset["from"] in ("table", "community")


def test_chains_are_read_from_the_model():
    assert chain("treatment_depression", "person.depression", "family.depression_treated") == (
        "family.treatment", "family.depression",
    )  # fmt: skip
    assert "adversity.risk" in chain("child_credit", "person.ace_bits", "adversity.risk_income")
    assert chain("no such lever", "person.ace_bits") == ()


def test_intervals_hold_the_figure_and_narrow_with_size():
    for i in indicators().values():
        m = measure(geography.select("Hartford"), i)
        if not math.isnan(m["value"]):
            assert m["low"] < m["value"] < m["high"], i.column
    small, large = interval(0.3, 500, "survey"), interval(0.3, 50_000, "survey")
    assert large[1] - large[0] < small[1] - small[0]
    assert interval(0.0, 500, "survey")[1] > 0  # Wilson: none seen is not none there
    assert interval(4.0, 1000.0, "count", events=4)[0] == pytest.approx(1.09, abs=0.01)  # exact Poisson limits of 4
    assert interval(4.0, 1000.0, "count", events=4)[1] == pytest.approx(10.24, abs=0.01)


def test_the_published_margin_is_used_where_there_is_one():
    row = geography.towns().loc["Hartford"]
    m = measure(geography.select("Hartford"), indicators()["median_income"])
    assert (m["high"] - m["low"]) / 2 == pytest.approx(row["median_income_moe"] * 1.96 / 1.645, rel=0.001)
    assert m["against_state"] == "worse"


def test_what_is_blank_stays_blank():
    """A held-out town has no modeled health figures: said, not filled."""
    towns = geography.towns()
    blank = towns.index[towns["diabetes_2023"].isna()][0]
    found = assess(blank)
    row = next(m for m in found.indicators if m["column"] == "diabetes_2023")
    assert math.isnan(row["value"]) and row["against_state"] == "unknown"
    assert any("diabetes" in note for note in found.notes if note.startswith("No figure"))


def test_the_state_differs_from_itself_in_nothing():
    place = geography.select("all")
    for i in indicators().values():
        m = measure(place, i)
        if i.error in ("survey", "model"):
            assert m["value"] == pytest.approx(m["state"], rel=0.03), i.column


def test_gaps_by_neighborhood_and_group(hartford):
    gap = neighborhood_gaps(geography.select("Hartford"), indicators()["poor_below_200"])
    assert gap["tenth"] < gap["ninetieth"] <= gap["worst"][0]["value"]
    assert gap["where_groups_live"]["hispanic"] > gap["where_groups_live"]["white"]
    assert neighborhood_gaps(geography.select("Union"), indicators()["poor_below_200"]) is None
    by = {(g["what"], g["group"]): g["value"] for g in group_gaps(geography.select("Hartford"))}
    assert by["below twice the poverty line", "under 6"] > by["below twice the poverty line", "18 to 64"]
    assert by["rents the home", "Hispanic"] > by["rents the home", "White, not Hispanic"]
    assert by["housing costs are 30% of income or more", "renters, income below $35,000"] > 0.8


def test_causes_are_hypotheses_with_grade_and_do_not_follow_from_correlation(hartford):
    for c in hartford.causes:
        assert c["grade"] == evidence.parameter(c["link"]).grade
        assert c["source"] and c["present"] in ("yes", "not more than elsewhere", "not known from tables")
    # The hypotheses are the same anywhere; only whether the condition is present differs.
    rich = assess("Darien")
    assert [c["condition"] for c in rich.causes] == [c["condition"] for c in hartford.causes]
    assert sum(c["present"] == "yes" for c in rich.causes) < sum(c["present"] == "yes" for c in hartford.causes)


def test_strengths_stand_beside_deficits(hartford):
    assert {a["from"] for a in hartford.assets} == {"tables", "rates"}
    assert len(assess("Darien").strengths) > len(hartford.strengths)
    built = assess("New London", households=150)
    kin = next(a for a in built.assets if a["name"] == "Families with close kin within reach")
    assert 0 < kin["value"] < 1 and kin["from"] == "synthetic community"


def test_services_against_needs(files):
    found = assess("Hartford", services=read_services(files[0]))
    rows = {s["need"]: s for s in found.services}
    assert rows["food"]["services"] == ["Hill Pantry"] and rows["food"]["languages"] == ["english", "spanish"]
    assert rows["food"]["unserved"] == pytest.approx(1 - 120 / rows["food"]["concerned"], abs=1e-3)
    assert rows["housing"]["unserved"] is None and rows["housing"]["unknown_capacity"] == 1
    assert rows["housing"]["build_on"] == ["P01"] and "rent aid" in rows["housing"]["missing_kinds"]
    assert any("Far Shelter" in note for note in found.notes)


def test_voice_beside_figures(files):
    found = assess("Hartford", voice=read_voice(files[1]))
    said = {v["theme"]: v for v in found.voice}
    assert said["rent"]["need"] == "housing" and said["rent"]["agreement"].startswith("both")
    assert said["groceries"]["need"] == "food"
    assert "hold nothing" in said["street lights"]["agreement"]
    assert any(v["count"] == 0 and "no resident named it" in v["agreement"] for v in found.voice)
    quiet = next(r for r in assess("Hartford").priorities if r["need"] == "housing")
    heard = next(r for r in found.priorities if r["need"] == "housing")
    assert heard["rank"] < quiet["rank"]
    darien = assess("Darien", voice=read_voice(files[1]))
    assert any(v["agreement"].startswith("residents name it; the figures do not") for v in darien.voice)


def test_themes_find_their_need():
    assert need_of("rent is too high") == "housing"
    assert need_of("transportaton") == "travel"
    assert need_of("pickleball") == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,kind\nA,food pantri\n", ("row 2", "did you mean 'food pantry'", "1 rows")),
        ("name,kind,capacity\nA,shelter,many\n", ("capacity", "row 2", "many")),
        ("name,kind,capacity\nA,shelter,-4\n", ("capacity", "at least 0")),
        ("name,kind,towns\nA,shelter,Hartfort\n", ("towns", "did you mean 'Hartford'")),
        ("name\nA\n", ("kind", "missing")),
        ("name,kind,colour\nA,shelter,red\n", ("unknown column", "colour")),
        ("name,kind\n,shelter\n", ("row 2", "name")),
        ("name,kind\n", ("no rows",)),
        ("name,kind\nA,shelter,English\n", ("row 2", "3 cells for 2 columns")),
    ],
)
def test_mistakes_in_an_inventory_name_file_column_and_rows(tmp_path, text, words):
    file = tmp_path / "services.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CommunityDataError) as problem:
        read_services(file)
    assert "services.csv" in str(problem.value)
    assert all(w in str(problem.value) for w in words), problem.value


@pytest.mark.parametrize(
    "quote", ["write to ana@example.org", "call 860-555-0100", "I live at 12 Park Street", "my number is 123-45-6789"]
)
def test_personal_data_are_refused(tmp_path, quote):
    file = tmp_path / "voice.csv"
    file.write_text(f'theme,quote\nrent,"{quote}"\n', encoding="utf-8")
    with pytest.raises(CommunityDataError, match=r"row 2: holds .*personal data"):
        read_voice(file)


def test_rank_follows_its_rule_and_says_how_sure_it_is():
    blank = dict.fromkeys(CRITERIA)
    needs = [
        {**blank, "need": "a", "title": "A", "gap": 1.0, "people": 0.5, "gap_error": 0.01},
        {**blank, "need": "b", "title": "B", "gap": 0.5, "people": 1.0, "gap_error": 0.01},
        {**blank, "need": "c", "title": "C", "gap": 0.1, "people": 0.1, "gap_error": 0.01},
    ]
    even = dict.fromkeys(CRITERIA, 1.0)
    found = rank(needs, {**even, "gap": 3.0})
    assert [r["need"] for r in found] == ["a", "b", "c"]
    assert found[0]["score"] == pytest.approx((3 * 1 + 0.5) / 4)
    # Symmetric: each is first under half of all mixes of weights. 2,047 draws: half within four standard errors, 0.044.
    assert found[0]["first"] == pytest.approx(0.5, abs=0.044)
    assert found[2]["first"] == 0 and found[2]["ranks"] == (3, 3)
    assert found[0]["rank_without"]["gap"] == 2
    assert found == rank(needs, {**even, "gap": 3.0})


def test_a_need_without_figures_is_ranked_neither_first_nor_last_for_it():
    """New London has no modeled weight figures: the lack of them must not lift the need."""
    found = assess("New London")
    row = next(r for r in found.priorities if r["need"] == "weight")
    assert row["criteria"]["gap"] is None
    assert 1 < row["rank"] < len(found.priorities)
    assert any("A healthier weight" in note for note in found.notes if note.startswith("The tables cannot rank"))


def test_weights_are_checked():
    with pytest.raises(UnknownNameError, match="did you mean 'voice'"):
        assess("Hartford", weights={"voce": 1})
    with pytest.raises(ScenarioError, match="at least 0"):
        assess("Hartford", weights={"voice": float("nan")})
    with pytest.raises(ScenarioError, match="above 0"):
        assess("Hartford", weights=dict.fromkeys(CRITERIA, 0))


def test_the_draft_in_both_styles(files):
    found = assess("Hartford", services=read_services(files[0]), voice=read_voice(files[1]))
    for style in ("markdown", "html"):
        text = draft_assessment(found, style=style)
        for words in ("We move every year.", "Hill Pantry", "hypothes", "Money that lasts the month", "Asylum Hill"):
            assert words in text
        assert "nan" not in text.lower().replace("finan", "").replace("tenan", "").replace("domin", "")
    with pytest.raises(UnknownNameError):
        draft_assessment(found, style="pdf")


def test_the_command(files, tmp_path):
    out = tmp_path / "needs.html"
    found = run("plan", "needs", "Hartford", "Windsor", "--services", files[0], "--voice", files[1], "--households", 0,
                "--out", out, "--json")  # fmt: skip
    assert found.exit_code == 0, found.stderr
    document = json.loads(found.stdout)
    assert document["towns"] == ["Hartford", "Windsor"] and document["priorities"][0]["rank"] == 1
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    shown = run("plan", "needs", "Hartford", "--households", 0)
    assert shown.exit_code == 0 and "Root causes" in shown.stdout


@pytest.mark.parametrize(
    "words",
    [("Hartfort",), ("Hartford", "--proposal", "A1"), ("Hartford", "--out", "x.pdf"), ("nowhere.toml",),
     ("Hartford", "--services", "none.csv"), ("Hartford", "--weights", "gap=x")],
)  # fmt: skip
def test_mistakes_on_the_command_line_exit_with_2(words):
    found = run("plan", "needs", *words, "--households", 0)
    assert found.exit_code == 2
    assert "error:" in found.stderr
