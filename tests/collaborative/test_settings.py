"""What a collaborative is told: mistakes are named, presets and files come back, every number is used."""

import pickle
from dataclasses import replace

import networkx as nx
import pytest

from collaborative.support import DRAW, town
from hecsim.collaborative import CollaborativeSpec, collaborative_of, governance, graph, presets
from hecsim.errors import ScenarioError, UnknownNameError


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        ({"resident_seat": 3}, UnknownNameError, "did you mean 'resident_seats'"),
        ({"form": "non-profit"}, UnknownNameError, "did you mean 'nonprofit'"),
        ({"resident_seats": -1}, ScenarioError, "from 0 to 60"),
        ({"resident_seats": 2.5}, ScenarioError, "whole number"),
        ({"hub": "yes"}, ScenarioError, "true or false"),
        ({"partners": ["hospitl"]}, UnknownNameError, "did you mean 'hospital'"),
        ({"staff": {"nurse": -2}}, ScenarioError, "at least 0"),
        ({"payers": {"state": 0.5}}, ScenarioError, "sum to 1"),
        ({"start": 10, "end": 5}, ScenarioError, "after its start"),
        ({"preset": "hertford"}, UnknownNameError, "did you mean 'hartford'"),
        (7, ScenarioError, "table of settings"),
    ],
)
def test_mistakes_in_its_table_are_named(table, error, message):
    with pytest.raises(error, match=message):
        CollaborativeSpec.from_mapping(table, file="plan.toml")


def test_a_file_comes_back_and_a_preset_can_be_changed_back_to_a_default():
    for spec in (*presets().values(), CollaborativeSpec(), replace(presets()["hartford"], hub=False, staff=())):
        assert CollaborativeSpec.from_mapping(spec.to_mapping()) == spec
        assert pickle.loads(pickle.dumps(spec)) == spec
    assert not CollaborativeSpec.from_mapping({"preset": "hartford", "hub": False}).hub


def test_the_starter_has_eleven_seats_of_which_residents_hold_two():
    starter = collaborative_of("starter")
    assert (starter.seats, starter.resident_seats) == (11, 2)
    assert starter.backbone == "health department"
    assert starter.form == "informal"
    assert set(presets()) == {"starter", "hartford", "waterbury", "norwalk", "new london"}


def test_every_number_of_the_collaborative_is_used():
    import inspect

    from hecsim.collaborative import advocacy, employers, lifecycle, organizations, roles, run, services, spec
    from hecsim.interventions import carried
    from hecsim.planning import partners

    rooms = (partners, advocacy, employers, governance, graph, lifecycle, organizations, roles, run, services, spec, carried)
    source = "".join(inspect.getsource(m) for m in rooms)
    names = [n.partition(".")[2] for n in DRAW if n.startswith("collaborative.")]
    assert len(names) > 60
    assert [n for n in names if f'"{n}"' not in source and f"collaborative.{n}" not in source] == []


def test_a_vote_is_quicker_than_consensus_and_seats_cost_time():
    assert governance.latency(CollaborativeSpec(rule="majority"), DRAW) < governance.latency(CollaborativeSpec(), DRAW)
    assert governance.latency(CollaborativeSpec(resident_seats=12), DRAW) > governance.latency(CollaborativeSpec(), DRAW)
    assert governance.latency(CollaborativeSpec(facilitator=True), DRAW) < governance.latency(CollaborativeSpec(), DRAW)


@pytest.mark.parametrize(
    "better",
    [{"stipend": 75}, {"child_care": True}, {"mentor": True}, {"ladder": "lead"}, {"interpreters": True}],
)
def test_residents_come_where_they_are_paid_helped_and_heard(better):
    plain = governance.assess(CollaborativeSpec(), DRAW, other_language=0.4)
    helped = governance.assess(CollaborativeSpec(**better), DRAW, other_language=0.4)
    assert helped.attendance > plain.attendance
    assert helped.residents > plain.residents


def test_a_neutral_facilitator_keeps_the_big_ones_from_dominating():
    plain, led = (governance.assess(CollaborativeSpec(facilitator=f), DRAW) for f in (False, True))
    assert led.dominance < plain.dominance
    assert led.residents > plain.residents
    weighted = governance.assess(CollaborativeSpec(rule="weighted"), DRAW)
    assert weighted.dominance > plain.dominance


def test_a_veto_gives_residents_who_come_a_floor():
    few = {"resident_seats": 2, "stipend": 75, "ladder": "collaborate"}
    plain, veto = (governance.assess(CollaborativeSpec(rule=r, **few), DRAW) for r in ("majority", "resident veto"))
    assert veto.residents > 1.5 * plain.residents


def test_a_hub_shortens_the_way_of_a_referral():
    c = town()
    c.partners = [(0, 1, 0.5), (1, 2, 0.5), (2, 3, 0.5), (3, 4, 0.5)]
    rows = range(8)
    loose, hub = (graph.partner_graph(c, rows, 0, hub=h) for h in (False, True))
    assert graph.travel(hub) < graph.travel(loose)
    assert nx.is_connected(hub)
    assert not nx.is_connected(loose)
    assert graph.centralization(hub) > graph.centralization(loose)
    assert "school" in graph.missing_kinds(["hospital"], ["P15", "G04"])
