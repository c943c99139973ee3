"""Every intervention keeps the rules, and the catalogue says what a reader needs."""

import inspect
import sys

import pytest

from hecsim import evidence
from hecsim.errors import UnknownNameError
from hecsim.interventions import catalogue, check_intervention, find, mix, mixes
from hecsim.interventions.delivery import DELIVERY_LEVERS
from hecsim.levers import LEVERS
from hecsim.processes.plan import MONTH

IDS = sorted(catalogue())
DRAW = evidence.draw(None)


@pytest.mark.parametrize("name", IDS)
def test_keeps_the_rules(name):
    check_intervention(catalogue()[name], months=5)


def test_the_catalogue_is_complete():
    """Twelve systems, sixteen policies (one in two halves), nineteen programs and nine norms."""
    expected = {f"{kind}{i:02d}" for kind, n in (("S", 12), ("P", 16), ("G", 19), ("N", 9)) for i in range(1, n + 1)}
    assert set(catalogue()) == expected | {"P02V"}
    kinds = {"S": "system", "P": "policy", "G": "program", "N": "norm"}
    assert all(cls.kind == kinds[name[0]] for name, cls in catalogue().items())


# One of each way to be delivered, and those that reach processes by a way of their own.
@pytest.mark.slow
@pytest.mark.parametrize("name", ["G06", "G15", "N07", "P04", "P08", "P10", "P16", "S04", "S10"])
def test_keeps_the_rules_through_a_whole_month(name, small_hartford):
    check_intervention(catalogue()[name], community=small_hartford, plan=MONTH, months=4)


def test_every_lever_is_read_by_a_process_or_by_delivery():
    read = {name for p in MONTH for name in p.levers} | set(DELIVERY_LEVERS)
    structural = {
        m.__name__: inspect.getsource(m)
        for name, m in sys.modules.items()
        if name.startswith("hecsim.processes.") and m is not None
    }
    source = "".join(structural.values())
    read |= {name for name in LEVERS if f'"{name}"' in source}
    assert sorted(set(LEVERS) - read) == []


@pytest.mark.parametrize("name", IDS)
def test_every_effect_has_its_number_and_lever(name):
    item = catalogue()[name]()
    for effect in item.plan():
        assert effect.lever in LEVERS
        if effect.field:
            assert isinstance(getattr(item, effect.field), float)
        else:
            assert f"interventions.{effect.parameter}" in DRAW
    assert item.levers


@pytest.mark.parametrize("name", IDS)
def test_describes_itself_in_two_languages(name):
    cls = catalogue()[name]
    assert cls.title.en != cls.title.es
    assert cls.sentence.en.endswith(".")
    assert cls.sentence.es.endswith(".")
    assert cls.verb in ("connect", "improve", "expand", "new", "revise", "enforce", "enact")
    assert cls.aims
    assert cls.actor
    assert set(cls.needs) <= set(catalogue())


def test_every_parameter_is_used():
    import hecsim.interventions as package
    from hecsim.collaborative import workforce
    from hecsim.interventions import calendar, delivery, doses, funnel

    conventions = ("lag", "fade", "found", "consent", "months", "dropout", "implementation", "compliance")
    source = "".join(inspect.getsource(m) for m in (package, workforce, calendar, delivery, doses, funnel))
    source += "".join(inspect.getsource(inspect.getmodule(c)) for c in catalogue().values())
    unused = []
    for full in DRAW:
        room, _, name = full.partition(".")
        if room == "interventions":
            head, _, rest = name.partition("_")
            own = head.upper() in catalogue()
            convention = own and (rest in conventions or rest.startswith("cost_"))
            shared = name.startswith(("staff_", "caseload_", "turnover_"))
            named = f'"{name}"' in source or f".{name}" in source or (own and f'"{rest}"' in source)
            if not (convention or shared or named):
                unused.append(full)
        elif room == "calendar" and f'"{name}"' not in source and f".{name}" not in source:
            unused.append(full)
    assert unused == []


def test_find_by_id_and_class_and_suggest():
    assert find("g04") is find("NurseVisits")
    with pytest.raises(UnknownNameError, match="did you mean 'RightToCounsel'"):
        find("RightToCouncel")


def test_mixes_load_and_name_known_interventions():
    assert list(mixes()) == [f"M{i}" for i in range(1, 9)]
    assert [iv.id for iv in mix("m7")] == ["G07", "G15", "S04"]
    assert len({iv.start for iv in mix("M8")}) == 3
    assert "P10" in {iv.id for iv in mix("M2")}
    assert [iv.id for iv in mix("m5")] == ["S01", "S03", "S09", "G17"]
    assert len({iv.id for iv in mix("M6")}) == len(mix("M6"))
    with pytest.raises(UnknownNameError, match="unknown mix"):
        mix("M99")
