"""One schema from file to slider: types, ranges, errors that name the key."""

import pickle

import pytest

from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.interventions import CommunityAmbassadors, NurseVisits, RightToCounsel, from_mapping


def test_schema_lists_unit_range_and_help():
    fields = {s.name: s for s in RightToCounsel.settings()}
    assert (fields["coverage"].unit, fields["coverage"].low, fields["coverage"].high) == ("share", 0, 1)
    kinds = [fields[name].type for name in ("end", "places", "payers")]
    assert kinds == ["int", "tuple[str, ...]", "table"]
    assert all(s.help and s.unit for s in fields.values())


def test_unknown_key_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match=r"plan.toml \[reech\].*did you mean 'reach'"):
        from_mapping({"id": "G04", "reech": 0.5}, file="plan.toml")


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("reach", -0.2, "a number from 0 to 1"),
        ("reach", float("nan"), "a number from 0 to 1"),
        ("reach", "much", "a number from 0 to 1"),
        ("start", 1.5, "a whole number of at least 0"),
        ("strength", True, "a number from 0 to 1"),
        ("instrument", "magic", "one of grants"),
        ("payers", {"state": 0.4}, "sum to 1"),
        ("places", [3], "a list of names"),
    ],
)
def test_wrong_values_name_key_and_allowed_range(key, value, allowed):
    with pytest.raises(ScenarioError, match=rf"f.toml \[{key}\]:.*{allowed}"):
        NurseVisits.from_mapping({key: value}, file="f.toml")
    with pytest.raises(ScenarioError, match=allowed):
        NurseVisits(**{key: value})


def test_end_must_follow_start():
    with pytest.raises(ScenarioError, match="month 24"):
        NurseVisits(start=24, end=24)


def test_id_is_needed():
    with pytest.raises(ScenarioError, match="'id'"):
        from_mapping({"reach": 0.5})


def test_mapping_and_pickle_come_back_equal():
    item = NurseVisits(reach=0.5, places=["Hartford"], payers={"state": 0.25, "federal": 0.75}, end=60)
    assert from_mapping(item.to_mapping()) == item
    assert pickle.loads(pickle.dumps(item)) == item
    assert hash(item) == hash(from_mapping(item.to_mapping()))


def test_flags_come_back_as_flags():
    assert from_mapping({"id": "G17", "paid": False}) == CommunityAmbassadors(paid=False)
    with pytest.raises(ScenarioError, match="true or false"):
        CommunityAmbassadors(paid=1)
