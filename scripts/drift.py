"""Does the model hold still under current law? A table of indicators by year, and what drifts.

    python scripts/drift.py Connecticut --households 10000 --futures 2
    python scripts/drift.py Hartford --years 10 --csv drift.csv

Each indicator is read at the start of every year from the community as it stands (stocks), or added
up over the year (flows, in the column of the year that ends). The slope is the least-squares change
per year from year 1 on, so that the first months may settle. `allowed` is the change per year that
published series show for Connecticut, plus sampling noise of a run of this size; a slope outside is
marked with a star. The column `built` is the community before the burn-in: a jump from there to year
0 means that the histories and the transition rates disagree.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable

import numpy as np

from hecsim import evidence
from hecsim.columns import ACE
from hecsim.community import Community
from hecsim.model import CommunityModel
from hecsim.population import build_community
from hecsim.processes.labor_terms import OWN, paid

Stock = Callable[["View"], float]
_CORE = 1023  # bits of the ten core adversities
LAW = tuple(float(evidence.draw(None)[f"labor.{name}"]) for name in ("minimum_wage", "minimum_reach"))


class View:
    """Columns of the present persons, their homes, and the households."""

    def __init__(self, community: Community):
        c = self.community = community
        p = c.person["present"] == 1
        h = c.household["present"] == 1
        self.p = {name: c.person[name][p] for name in c.person.columns}
        home = self.p["household"].astype(np.int64)
        self.ph = {name: c.household[name][home] for name in c.household.columns}
        self.h = {name: c.household[name][h] for name in c.household.columns}
        self.n, self.b, self.ties = c.neighborhood, c.business, c.ties
        self.age = self.p["age"] / 12
        self.adult = self.age >= 18
        self.prime = (self.age >= 25) & (self.age < 55)
        self.free = self.p["labor"] != 4
        self.hired = self.adult & (self.p["labor"] == 1) & (self.p["job_kind"] != OWN)

    def pay(self) -> np.ndarray:
        """What an hour pays."""
        return np.asarray(paid.py_func(self.p["wage"].astype(float), self.p["job_kind"], *LAW))

    def share(self, flag: np.ndarray, of: np.ndarray | None = None) -> float:
        """Percent of rows."""
        flag = flag if of is None else flag[of]
        return float(100 * flag.mean()) if flag.size else float("nan")


def _score_at_8(v: View) -> float:
    eight = (v.age >= 8) & (v.age < 9)
    return float(np.bitwise_count(v.p["ace_bits"][eight] & _CORE).mean())


def _open(kind: int) -> Stock:
    return lambda v: float(((v.b["kind"] == kind) & (v.b["open"] == 1)).sum())


# name: (what it is, reader, allowed change per year: least, greatest)
STOCKS: dict[str, tuple[Stock, float, float]] = {
    "residents": (lambda v: float(v.age.size), -0.001, 0.005),  # shares of the level
    "households": (lambda v: float(v.h["key"].size), 0.0, 0.008),
    "persons/household": (lambda v: float(v.h["persons"].mean()), -0.012, 0.006),
    "one person %": (lambda v: v.share(v.h["persons"] == 1), -0.15, 0.25),
    "two persons %": (lambda v: v.share(v.h["persons"] == 2), -0.25, 0.25),
    "four or more %": (lambda v: v.share(v.h["persons"] >= 4), -0.3, 0.15),
    "below 18 %": (lambda v: v.share(v.age < 18), -0.25, 0.05),
    "18-34 %": (lambda v: v.share((v.age >= 18) & (v.age < 35)), -0.2, 0.2),
    "65 or more %": (lambda v: v.share(v.age >= 65), 0.1, 0.5),
    "married 25+ %": (lambda v: v.share(_in_union(v, 2), v.age >= 25), -0.4, 0.2),
    "cohabiting 25+ %": (lambda v: v.share(_in_union(v, 1), v.age >= 25), -0.15, 0.2),
    "children: one adult %": (lambda v: v.share(v.ph["couple"] == 0, v.age < 18), -0.4, 0.4),
    "18-34 with parents %": (
        lambda v: v.share(v.p["role"] == 2, (v.age >= 18) & (v.age < 35)), -0.6, 0.6),
    "adult others %": (lambda v: v.share(v.p["role"] == 4, v.adult), -0.15, 0.15),
    "owners %": (lambda v: v.share(v.h["tenure"] == 0), -0.3, 0.3),
    "doubled up /1000": (lambda v: 10 * v.share(v.ph["tenure"] == 3), -0.4, 0.4),
    "shelter /1000": (lambda v: 10 * v.share(v.ph["tenure"] == 2), -0.15, 0.25),
    "employed 25-54 %": (lambda v: v.share(v.p["labor"] == 1, v.prime & v.free), -0.4, 0.4),
    "unemployment %": (
        lambda v: v.share(v.p["labor"] == 2, v.adult & ((v.p["labor"] == 1) | (v.p["labor"] == 2))), -0.25, 0.25),
    "labor demand": (lambda v: float(np.average(v.n["demand"], weights=v.n["residents"] + 1e-6)), -0.02, 0.02),
    "3 years in the job %": (
        lambda v: v.share(v.p["job_months"] >= 36, v.prime & (v.p["labor"] == 1)), -1.0, 1.0),
    "jailed /1000 adults": (lambda v: 10 * v.share(v.p["labor"] == 4, v.adult), -0.2, 0.2),
    # The erasure of old convictions (P.A. 21-32) goes on, so visible records become fewer.
    "record % adults": (lambda v: v.share(v.p["record"] > 0, v.adult), -0.6, 0.15),
    "felony % adults": (lambda v: v.share(v.p["record"] == 2, v.adult), -0.25, 0.12),
    "bachelor 25+ %": (lambda v: v.share(v.p["education"] == 3, v.age >= 25), -0.1, 0.7),
    "poverty %": (lambda v: v.share(v.ph["poverty_ratio"] < 1), -0.3, 0.3),
    "child poverty %": (lambda v: v.share(v.ph["poverty_ratio"] < 1, v.age < 18), -0.5, 0.5),
    "poor, full time for a year %": (
        lambda v: v.share(v.ph["poverty_ratio"] < 1,
                          (v.p["labor"] == 1) & (v.p["job_months"] >= 12) & (v.p["hours"] >= 35)), -0.2, 0.2),
    "median income": (lambda v: float(np.median(v.h["income_year"])), -0.01, 0.015),
    "paid within 5% of the minimum wage %": (lambda v: v.share(v.pay() <= 1.05 * LAW[0], v.hired), -0.4, 0.4),
    "pay of the lowest quarter": (lambda v: float(np.percentile(v.pay()[v.hired], 25)), -0.01, 0.01),
    "below 35 hours %": (lambda v: v.share(v.p["hours"] < 35, v.p["labor"] == 1), -0.4, 0.4),
    "savings < 400 %": (lambda v: v.share(v.h["savings"] < 400), -0.6, 0.6),
    "hardship": (lambda v: float(100 * v.h["hardship"].mean()), -0.2, 0.2),
    "food insecure adults %": (
        lambda v: v.share(v.ph["insecure_months"] > 0, v.adult), -0.4, 0.4),
    "stress adults SD": (lambda v: float(v.p["stress"][v.adult].mean()), -0.015, 0.015),
    "stress trait SD": (lambda v: float(v.p["stress_trait"][v.adult].mean()), -0.015, 0.015),
    "depression adults %": (lambda v: v.share(v.p["depression"] == 1, v.adult), -0.15, 0.15),
    "depressed caregiver %": (
        lambda v: v.share(v.ph["depressed_caregiver"] == 1, v.age < 18), -0.4, 0.4),
    "substance adults %": (lambda v: v.share(v.p["substance"] == 1, v.adult), -0.2, 0.2),
    "ipv % couples": (lambda v: v.share(v.h["ipv"] == 1, v.h["couple"] > 0), -0.1, 0.1),
    "parenting SD": (lambda v: float(v.h["parenting"][v.h["children"] > 0].mean()), -0.015, 0.015),
    "support SD": (lambda v: float(v.h["support"].mean()), -0.015, 0.015),
    "frailty SD, families": (lambda v: float(v.h["frailty"][v.h["children"] > 0].mean()), -0.02, 0.02),
    "ACE score at 8": (_score_at_8, -0.03, 0.03),
    "adults' mean ACEs": (
        lambda v: float(np.bitwise_count(v.p["ace_bits"][v.adult] & _CORE).mean()), -0.03, 0.03),
    "recall 4+ %": (lambda v: v.share(np.bitwise_count(v.p["ace_recalled"]) >= 4, v.adult), -0.2, 0.2),
    "obesity adults %": (
        lambda v: v.share(v.p["bmi"] >= 30, v.adult & (v.p["pregnancy"] == 0)), 0.0, 0.9),
    "obesity 2-17 bmi_z": (lambda v: float(v.p["bmi_z"][(v.age >= 2) & (v.age < 18)].mean()), -0.01, 0.02),
    "diabetes adults %": (lambda v: v.share(v.p["diabetes"] == 1, v.adult), -0.05, 0.3),
    "activity min": (lambda v: float(v.p["activity"][v.adult].mean()), -2.0, 2.0),
    "diet HEI": (lambda v: float(v.p["diet"][v.age >= 2].mean()), -0.12, 0.12),
    "trust community": (lambda v: float(v.h["trust_community"].mean()), -0.006, 0.006),
    "trust services": (lambda v: float(v.h["trust_services"].mean()), -0.006, 0.006),
    "trust police": (lambda v: float(v.h["trust_police"].mean()), -0.006, 0.006),
    "help seeking SD": (lambda v: float(v.h["help_seeking"].mean()), -0.015, 0.015),
    "ties/household": (
        lambda v: float(v.ties.index.size / max(v.h["key"].size, 1)), -0.08, 0.08),
    "norm parenting SD": (lambda v: float(v.n["norm_parenting"].mean()), -0.02, 0.02),
    "norm activity SD": (lambda v: float(v.n["norm_activity"].mean()), -0.02, 0.02),
    "violence level": (lambda v: float(np.average(v.n["violence"], weights=v.n["residents"] + 1e-6)), -0.03, 0.03),
    "cohesion SD": (lambda v: float(v.n["cohesion"].mean()), -0.02, 0.02),
    "rent level": (lambda v: float(v.n["rent_level"].mean()), -0.01, 0.01),
    "vacancy %": (lambda v: float(100 * v.n["vacancy"].mean()), -0.2, 0.2),
    "supermarkets": (_open(0), -0.015, 0.015),
    "small grocers": (_open(1), -0.02, 0.02),
    "convenience": (_open(2), -0.02, 0.02),
    "dollar stores": (_open(3), -0.02, 0.04),
    "fast food": (_open(4), -0.02, 0.02),
    "formal care % <6": (
        lambda v: v.share(v.h["child_care"] == 3, v.h["under6"] > 0), -0.8, 0.8),
    "care subsidy % <13": (
        lambda v: v.share(v.h["care_subsidy"] == 2, v.h["under13"] > 0), -0.3, 0.3),
    "uninsured %": (lambda v: v.share(v.p["insurance"] == 0), -0.2, 0.2),
}  # fmt: skip
# Allowed as a share of the level instead of points.
RELATIVE = {"residents", "households", "median income", "pay of the lowest quarter", "supermarkets", "small grocers",
            "convenience", "dollar stores", "fast food"}  # fmt: skip
# Events counted over a year: (key of the month's events, per thousand residents), allowed change of the rate per year.
FLOWS: dict[str, tuple[float, float]] = {
    "births": (-0.15, 0.1), "deaths": (-0.1, 0.2), "separations": (-0.1, 0.1), "unions": (-0.15, 0.15),
    "left_home": (-0.2, 0.2), "left_home_area": (-0.1, 0.1), "joined_kin": (-0.2, 0.2), "left": (-0.2, 0.2),
    "newcomers": (-0.3, 0.3), "moves": (-0.8, 0.8), "homeless": (-0.1, 0.1),
}  # fmt: skip
MEASURED = ("eviction_filings", "evictions", "cps_investigations", "aces_0_8", "ace_0_8_emotional_abuse",
            "ace_0_8_emotional_neglect", "ace_0_8_physical_neglect", "ace_0_8_household_mental_illness",
            "ace_0_8_parental_separation", "ace_0_8_household_incarceration", "ace_0_8_unstable_housing",
            "food_insecurity", "poverty", "unemployment", "obesity_adult", "health_cost")  # fmt: skip
_MEASURED_ALLOWED = 0.02  # of the level, per year


def _in_union(v: View, kind: int) -> np.ndarray:
    return (v.p["role"] <= 1) & (v.ph["couple"] == kind)


def one_future(built: Community, *, years: int, seed: int, draw_seed: int | None = None) -> dict[str, np.ndarray]:
    """Indicator to its values: built, year 0, 1, ... `years` (flows start at year 1, NaN before)."""
    rows: dict[str, list[float]] = {name: [] for name in STOCKS}
    flows: dict[str, np.ndarray] = {name: np.full(years + 2, np.nan) for name in FLOWS}
    model = CommunityModel(community=built, years=years, seed=seed, parameter_seed=draw_seed)
    assert model.recorder is not None

    def look(community: Community) -> None:
        view = View(community)
        for name, (reader, _, _) in STOCKS.items():
            rows[name].append(reader(view))

    look(built)
    look(model.community)
    for year in range(1, years + 1):
        count = dict.fromkeys(FLOWS, 0)
        for _ in range(12):
            model.step()
            for name in FLOWS:
                count[name] += model.engine.context.events.get(name, np.zeros(0)).size
        look(model.community)
        for name in FLOWS:
            flows[name][year + 1] = 1000 * count[name] / model.community.residents
    sums = model.recorder.array[:, :, 0].reshape(years, 12, -1, 2).sum(1)
    out = {name: np.array(values) for name, values in rows.items()} | flows
    for i, m in enumerate(model.recorder.measures):
        if m.name in MEASURED:
            with np.errstate(invalid="ignore"):
                out["* " + m.name] = np.concatenate([[np.nan, np.nan], m.factor * sums[:, i, 0] / sums[:, i, 1]])
    return out


def drift(built: Community, *, years: int, futures: int, first_seed: int = 1) -> list[dict[str, object]]:
    """One mapping per indicator: name, values (mean of futures), slope a year, least, greatest, outside."""
    runs = []
    for future in range(futures):
        runs.append(one_future(built, years=years, seed=first_seed + future))
        print(f"future {future + 1} of {futures} done", file=sys.stderr)
    rows: list[dict[str, object]] = []
    for name in runs[0]:
        values = np.mean([r[name] for r in runs], axis=0)
        late = values[2:]  # from year 1 on
        slope = float(np.polyfit(np.arange(late.size), late, 1)[0]) if late.size > 1 else float("nan")
        level = abs(float(np.nanmean(late)))
        if name in STOCKS:
            least, greatest = STOCKS[name][1:]
            if name in RELATIVE:
                least, greatest = least * level, greatest * level
        elif name in FLOWS:
            least, greatest = FLOWS[name]
        else:
            least, greatest = -_MEASURED_ALLOWED * level, _MEASURED_ALLOWED * level
        rows.append({
            "indicator": name, "values": values, "slope": slope, "least": least, "greatest": greatest,
            "outside": not least <= slope <= greatest,
        })  # fmt: skip
    return rows


def show(rows: list[dict[str, object]]) -> str:
    """The table as text."""
    values = [np.asarray(r["values"]) for r in rows]
    years = values[0].size - 2
    head = ["built", *(str(y) for y in range(years + 1))]
    lines = [f"{'indicator':36}" + "".join(f"{h:>9}" for h in head) + f"{'a year':>10}{'allowed':>18}"]
    for r, v in zip(rows, values, strict=True):
        cells = "".join(f"{x:9.4g}" if np.isfinite(x) else f"{'':9}" for x in v)
        allowed = f"{r['least']:.2g} to {r['greatest']:.2g}"
        lines.append(f"{r['indicator']!s:36}{cells}{r['slope']:10.3g}{allowed:>18}{' *' if r['outside'] else ''}")
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", nargs="?", default="Connecticut", help="a town, or Connecticut for a sample of all")
    parser.add_argument("--households", type=int, default=10_000)
    parser.add_argument("--futures", type=int, default=2)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1, help="seed of the first future")
    parser.add_argument("--csv", help="write the table here too")
    args = parser.parse_args()
    built = build_community("all" if args.place == "Connecticut" else args.place, households=args.households)
    rows = drift(built, years=args.years, futures=args.futures, first_seed=args.seed)
    print(show(rows))
    print(f"{sum(bool(r['outside']) for r in rows)} of {len(rows)} outside; types: {', '.join(ACE[:10])}")
    if args.csv:
        with open(args.csv, "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            years = range(args.years + 1)
            out.writerow(["indicator", "built", *years, "slope", "least", "greatest", "outside"])
            for r in rows:
                out.writerow([r["indicator"], *np.asarray(r["values"]), r["slope"], r["least"], r["greatest"], r["outside"]])


if __name__ == "__main__":
    main()
