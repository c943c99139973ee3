"""Every family in cases.toml gets exactly what the published rule says."""

import inspect
import tomllib
from functools import cache
from pathlib import Path

import pytest

from hecsim import benefits

CASES = tomllib.loads((Path(benefits.__file__).parent / "cases.toml").read_text(encoding="utf-8"))["case"]
STATUS = {
    "single": benefits.SINGLE,
    "head": benefits.HEAD,
    "joint": benefits.JOINT,
    "separate": benefits.SEPARATE,
}
MEALS = ("free", "reduced", "paid")
COUNTS = {
    "n_persons", "n_children", "n_ctc", "n_eitc", "n_care", "n_eitc_children", "n_dependents",
    "pregnancy", "bedrooms", "tier", "children_in_band2", "other_utilities", "status",
}  # fmt: skip
FLAGS = {
    "pays_heat", "elderly_or_disabled", "exempt", "recipient", "subsidized_housing", "continuing", "on_tfa",
    "categorical", "vulnerable", "heat_in_rent", "couple", "in_anothers_home", "adjunctive",
    "directly_certified", "free_school", "eats_lunch", "eats_breakfast",
}  # fmt: skip

month_rules = cache(benefits.rules)


def arguments(rule, given, r):
    """Positional arguments of the rule: words become positions, what is left out becomes zero or no."""
    names = list(inspect.signature(rule.py_func).parameters.values())[1:]
    unknown = set(given) - {p.name for p in names}
    assert not unknown, f"inputs the rule does not know: {unknown}"
    for p in names:
        value = given.get(p.name)
        if value is None and p.default is not inspect.Parameter.empty:
            yield p.default
        elif value is None and p.name in ("eitc_share", "eitc_flat"):
            yield float(r[f"ct_{p.name}"])
        elif p.name == "status":
            yield STATUS[value or "single"]
        elif p.name == "region":
            yield benefits.C4K_REGIONS.index(value)
        elif p.name == "area":
            yield benefits.FMR_AREAS.index(value)
        elif isinstance(value, bool) or p.name in FLAGS:
            yield bool(value)
        else:
            yield int(value or 0) if p.name in COUNTS else float(value or 0)


@pytest.mark.parametrize("case", CASES, ids=[f"{c['rule']}: {c['family']} ({c['month']})" for c in CASES])
def test_case(case):
    r = month_rules(case["month"])
    rule = getattr(benefits, case["rule"])
    got = rule(r, *arguments(rule, case["inputs"], r))
    if case["rule"] == "coverage":
        got = benefits.COVERAGE[got]
    elif case["rule"] == "school_meals_tier":
        got = MEALS[got]
    elif case["rule"] == "federal_return":
        got = got[0]
    if isinstance(case["expect"], (str, bool)):
        assert got == case["expect"], case["working"]
    else:
        assert got == pytest.approx(case["expect"], abs=0.006), case["working"]


def test_every_case_names_its_law_and_shows_its_working():
    assert len(CASES) >= 100
    assert all(c["source"] and c["working"] for c in CASES)
