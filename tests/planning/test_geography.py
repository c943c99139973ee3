"""Groupings of towns: nobody forgotten, bounds kept, contiguity as asked, nothing beaten shown, the same answer twice."""

import itertools
import json

import networkx as nx
import numpy as np
import pytest
from click.testing import CliRunner

from hecsim import geography
from hecsim.cli import main
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.planning.geography import CRITERIA, propose
from hecsim.planning.geography_files import FORMATS, read_geography, written
from hecsim.planning.partition import area_of

VALLEY = "region:Naugatuck Valley"


def run(*words):
    return CliRunner().invoke(main, [str(w) for w in words], env={"COLUMNS": "200"})


def graph():
    borders = geography.adjacency()
    return nx.Graph(list(borders.loc[borders["kind"] == "border", ["town_a", "town_b"]].itertuples(index=False, name=None)))


def in_proposals(option):
    return [t for p in option.proposals for t in p.towns]


@pytest.mark.parametrize("contiguity", ["required", "preferred", "free"])
def test_every_town_is_in_one_proposal_or_named_with_a_reason(contiguity):
    found = propose(VALLEY, contiguity=contiguity, size=(40_000, 250_000))
    assert found.options
    for option in found.options:
        placed = in_proposals(option)
        assert len(placed) == len(set(placed))
        assert set(placed) | {t["town"] for t in option.left} == set(found.towns)
        assert all(t["reason"] and t["residents"] > 0 for t in option.left)
        assert all(40_000 <= p.residents <= 250_000 for p in option.proposals)


def test_required_contiguity_gives_one_piece_each_and_free_need_not():
    borders = graph()
    for option in propose(VALLEY, contiguity="required", count=4).options:
        assert all(nx.is_connected(borders.subgraph(p.towns)) and len(p.pieces) == 1 for p in option.proposals)
    free = propose(VALLEY, contiguity="free", count=4)
    pieces = [len(p.pieces) for o in free.options for p in o.proposals]
    assert max(pieces) > 1
    said = [" ".join(p.reasons) for o in free.options for p in o.proposals if len(p.pieces) > 1]
    assert all("separate pieces" in text for text in said)


def test_no_option_shown_beats_another_in_everything():
    found = propose(VALLEY)
    assert found.beaten_by_none >= len(found.options) > 1
    lower = found.to_mapping()["lower_is_better"]
    rows = [np.array([-v if c in lower else v for c, v in o.scores.items()]) for o in found.options]
    for a, b in itertools.permutations(rows, 2):
        assert (a < b - 1e-9).any()
    assert all(o.reasons for o in found.options)
    assert set(found.options[0].scores) == set(CRITERIA)


def test_the_same_question_has_the_same_answer_whatever_the_order_of_towns():
    towns = ["Waterbury", "Naugatuck", "Ansonia", "Derby", "Shelton", "Seymour"]
    assert propose(towns, count=2) == propose(towns[::-1], count=2)


def test_the_number_asked_for_and_the_cores():
    found = propose(VALLEY, cores=["Waterbury", "Shelton", "Bristol"])
    for option in found.options:
        assert len(option.proposals) == 3
        assert all(len({"Waterbury", "Shelton", "Bristol"} & set(p.towns)) == 1 for p in option.proposals)


def test_a_weight_moves_the_first_option_towards_its_criterion():
    plain, alike = propose(VALLEY, count=4), propose(VALLEY, count=4, weights={"similarity": 20})
    assert alike.options[0].scores["similarity"] >= plain.options[0].scores["similarity"]
    near = propose(VALLEY, count=4, weights={"closeness": 20})
    assert near.options[0].scores["closeness"] <= plain.options[0].scores["closeness"]


def test_towns_apart_and_small_are_left_alone_with_the_reason():
    found = propose(["Hartford", "West Hartford", "Union"], contiguity="required", size=(50_000, None))
    for option in found.options:
        assert [t["town"] for t in option.left] == ["Union"]
        assert "touches no proposal" in option.left[0]["reason"]
    too_large = propose(["Hartford", "Windsor", "Bloomfield"], size=(None, 60_000))
    assert any(t["town"] == "Hartford" and "more residents" in t["reason"] for t in too_large.options[0].left)


def test_only_towns_of_little_need_are_left_out_on_purpose():
    found = propose(VALLEY, count=3, leave_out=True)
    area = area_of(found.towns)
    mean = area.poor.sum() / area.people.sum()
    left = {t["town"] for o in found.options for t in o.left}
    assert left
    assert all((area.poor / area.people)[area.towns.index(t)] < mean for t in left)


def test_savings_add_up_and_are_spread_by_who_is_insured_how():
    every = area_of(geography.towns().index.sort_values())
    members = {"Medicaid": 0.21, "Medicare": 0.15, "commercial plans": 0.58}
    spend = {"Medicaid": 8289 * 0.02, "Medicare": 13500 * 0.012, "commercial plans": 7500 * 0.012}
    expected = [members[p] * spend[p] * every.people.sum() for p in members]
    assert np.allclose(every.savings.sum(axis=0), expected)
    per_head = dict(zip(every.towns, every.savings[:, 0] / every.people, strict=True))
    assert per_head["Hartford"] > 3 * per_head["Darien"]


def test_mistakes_are_named():
    with pytest.raises(UnknownNameError, match="did you mean 'need'"):
        propose(VALLEY, weights={"nee": 1})
    with pytest.raises(ScenarioError, match="at least 0"):
        propose(VALLEY, weights={"need": -1})
    with pytest.raises(ScenarioError, match="at least one weight"):
        propose("Hartford", contiguity="free", weights=dict.fromkeys(set(CRITERIA) - {"contiguity"}, 0))
    with pytest.raises(ScenarioError, match="no meaning"):
        propose(VALLEY, contiguity="free", weights={"contiguity": 2})
    with pytest.raises(ScenarioError, match="must not be above"):
        propose(VALLEY, size=(10, 5))
    with pytest.raises(ScenarioError, match="need more than"):
        propose(VALLEY, count=10, size=(200_000, None))
    with pytest.raises(UnknownNameError, match="core town"):
        propose(VALLEY, cores=["Hartford"])


@pytest.mark.parametrize("words", [("--size", "many"), ("--weights", "need"), ("--towns", "Hartfort"), ("--out", "x.pdf")])
def test_the_command_explains_and_exits_with_2(words):
    found = run("plan", "geography", "--towns", VALLEY, *words)
    assert found.exit_code == 2
    assert "error:" in found.stderr
    assert "Traceback" not in found.stderr


def test_files_and_json(tmp_path):
    found = propose(VALLEY, count=3)
    texts = {kind: written(found, kind) for kind in FORMATS}
    points = json.loads(texts[".geojson"])["features"]
    assert len(points) == len(found.towns) * len(found.options)
    assert texts[".csv"].count("\n") == 1 + len(points)
    assert all(p.name in texts[".md"] for o in found.options for p in o.proposals)
    file = tmp_path / "places.toml"
    file.write_text(texts[".toml"], encoding="utf-8")
    second = found.options[0].proposals[1]
    assert read_geography(file, "a2") == (second.name, second.towns)
    assert read_geography(file, second.name)[1] == second.towns
    with pytest.raises(UnknownNameError, match="proposal"):
        read_geography(file, "Z9")
    answer = run("plan", "geography", "--towns", VALLEY, "--count", 3, "--json", "--out", file)
    assert answer.exit_code == 0, answer.stderr
    assert json.loads(answer.stdout)["options"][0]["scores"]["coverage"] == 1
