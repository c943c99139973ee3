"""Every intervention keeps the rules, and the catalogue says what a reader needs."""

import pytest

from hecsim import evidence
from hecsim.errors import UnknownNameError
from hecsim.interventions import catalogue, check_intervention, find, mix, mixes
from hecsim.levers import LEVERS

IDS = sorted(catalogue())
DRAW = evidence.draw(None)


@pytest.mark.parametrize("name", IDS)
def test_keeps_the_rules(name):
    check_intervention(catalogue()[name], months=5)


def test_four_kinds_with_at_least_five_each():
    kinds = [c.kind for c in catalogue().values()]
    assert {k: kinds.count(k) >= 5 for k in ("system", "policy", "program", "norm")} == dict.fromkeys(
        ("system", "policy", "program", "norm"), True
    )


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
    import inspect

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
    assert list(mixes()) == ["M1", "M2", "M3", "M4", "M5", "M6"]
    assert [iv.id for iv in mix("m5")] == ["S01", "S03", "S09", "G17"]
    assert len({iv.id for iv in mix("M6")}) == len(mix("M6"))
    with pytest.raises(UnknownNameError, match="unknown mix"):
        mix("M99")
