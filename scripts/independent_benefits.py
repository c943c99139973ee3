"""Work out taxes and benefits of made-up families with PolicyEngine US, an independent calculator.

Needs `pip install policyengine-us` in an environment of its own; writes tests/benefits/independent.csv,
which tests/benefits/test_independent.py holds against hecsim.benefits.

    python scripts/independent_benefits.py tests/benefits/independent.csv
"""

from __future__ import annotations

import csv
import sys
from typing import Any

import numpy as np

TAX_YEAR, SNAP_MONTHS, AID_MONTH = "2025", ("2025-01", "2026-01"), "2026-07"
N = 500


def families(seed: int = 5) -> list[dict[str, Any]]:
    """Families of all shapes: one or two adults, up to five children, wages, Social Security, rent, care."""
    rng = np.random.default_rng(seed)

    def amount(most: float, chance: float = 1.0) -> float:
        """Whole dollars a month, as dollars a year."""
        return 12.0 * float(np.floor(rng.uniform(0, most) / 12)) if rng.random() < chance else 0.0

    found = []
    for _ in range(N):
        couple = bool(rng.random() < 0.4)
        n_children = int(rng.choice(6, p=[0.25, 0.25, 0.25, 0.15, 0.07, 0.03]))
        children = [int(a) for a in rng.integers(0, 18, n_children)]
        head, spouse = int(rng.integers(20, 75)), int(rng.integers(20, 60))
        found.append({
            "couple": int(couple), "head": head, "spouse": spouse if couple else 0, "children": " ".join(map(str, children)),
            "wage_head": amount(float(rng.choice([25_000, 60_000, 190_000])), 0.85),
            "wage_spouse": amount(50_000, 0.6) if couple else 0.0,
            "social_security": amount(28_000, 0.7) if head >= 62 else 0.0,
            "interest": amount(9_000, 0.2),
            "rent": amount(26_000), "heat": int(rng.random() < 0.7), "care": amount(14_000, 0.5) if n_children else 0.0,
            "medical": amount(4_000, 0.7) if head >= 60 else 0.0,
            "property_tax": amount(6_000, 0.5),
            "enrolled": int(rng.random() < 0.5), "subsidized": int(rng.random() < 0.2),
        })  # fmt: skip
    return found


def situation(found: list[dict[str, Any]], year: str, months: tuple[str, ...], aid: bool) -> dict[str, Any]:
    """PolicyEngine's description of all families. `aid`: work out TFA too (else it is zero)."""
    people: dict[str, Any] = {}
    units: dict[str, dict[str, Any]] = {"tax_units": {}, "families": {}, "spm_units": {}, "households": {}, "marital_units": {}}
    no_ssi = dict.fromkeys(months, 0)
    works = dict.fromkeys(months, True)
    for i, f in enumerate(found):
        adults, members = [f"p{i}"], [f"p{i}"]
        people[f"p{i}"] = {
            "age": {year: f["head"]}, "employment_income": {year: f["wage_head"]},
            "taxable_interest_income": {year: f["interest"]},
            "social_security_retirement": {year: f["social_security"]}, "rent": {year: f["rent"]},
            "snap_allowable_medical_expenses": {year: f["medical"]}, "real_estate_taxes": {year: f["property_tax"]},
        }  # fmt: skip
        if f["couple"]:
            people[f"s{i}"] = {"age": {year: f["spouse"]}, "employment_income": {year: f["wage_spouse"]}}
            adults.append(f"s{i}")
            members.append(f"s{i}")
        units["marital_units"][f"m{i}"] = {"members": adults}
        for j, age in enumerate(f["children"].split()):
            child = f"c{i}_{j}"
            people[child] = {"age": {year: int(age)}, "is_tax_unit_dependent": {year: True}}
            units["marital_units"][f"m{child}"] = {"members": [child]}
            members.append(child)
        for m in members:
            people[m] |= {"ssi": no_ssi, "meets_snap_work_requirements_person": works}
        units["tax_units"][f"t{i}"] = {"members": members, "tax_unit_childcare_expenses": {year: f["care"]}}
        units["families"][f"f{i}"] = {"members": members}
        spm: dict[str, Any] = {
            "members": members, "childcare_expenses": {year: f["care"]}, "count_distinct_utility_expenses": {year: 2},
            "has_heating_cooling_expense": {year: bool(f["heat"])}, "spm_unit_cash_assets": {year: 0},
            "receives_housing_assistance": {year: bool(f["subsidized"])},
            "is_tanf_enrolled": {m: bool(f["enrolled"]) for m in months},
        }  # fmt: skip
        if not aid:
            spm |= {"tanf": dict.fromkeys(months, 0), "ct_tfa": dict.fromkeys(months, 0)}
        units["spm_units"][f"u{i}"] = spm
        units["households"][f"h{i}"] = {"members": members, "state_code": {year: "CT"}}
    return {"people": people, **units}


def main(path: str) -> None:
    """Run the calculator three times and write one row a family."""
    from policyengine_us import Simulation

    found = families()
    tax = Simulation(situation=situation(found, TAX_YEAR, (), aid=False))
    names = (
        "adjusted_gross_income", "eitc", "refundable_ctc", "income_tax", "ct_agi", "ct_income_tax", "ct_eitc",
        "standard_deduction", "taxable_income", "net_investment_income_tax",
    )  # fmt: skip
    columns = {f"out_{n}": tax.calculate(n, int(TAX_YEAR)) for n in names}
    for month in SNAP_MONTHS:
        food = Simulation(situation=situation(found, month[:4], (month,), aid=False))
        eligible = food.calculate("is_snap_eligible", month)
        columns[f"out_snap_{month}"] = food.calculate("snap_normal_allotment", month) * eligible
        columns[f"out_snap_income_{month}"] = food.calculate("snap_gross_income", month)
    aid = Simulation(situation=situation(found, AID_MONTH[:4], (AID_MONTH,), aid=True))
    columns["out_tfa"] = aid.calculate("ct_tfa", AID_MONTH)
    columns["out_care_fee"] = aid.calculate("ct_c4k_family_fee", AID_MONTH)
    covered = (
        aid.calculate("is_medicaid_eligible", int(AID_MONTH[:4])) * 1
        + aid.calculate("is_chip_eligible", int(AID_MONTH[:4])) * 2
    )
    order = {name: k for k, name in enumerate(situation(found, "2026", (), aid=False)["people"])}
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*found[0], *columns, "out_covered"])
        for i, f in enumerate(found):
            members = [f"p{i}", *([f"s{i}"] if f["couple"] else []), *(f"c{i}_{j}" for j in range(len(f["children"].split())))]
            who = " ".join(str(int(covered[order[m]])) for m in members)
            writer.writerow([*f.values(), *(round(float(v[i]), 2) for v in columns.values()), who])


if __name__ == "__main__":
    main(sys.argv[1])
