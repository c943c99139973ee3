# ruff: noqa: E501  (one heading a line reads better than wrapped prose)
"""Reporting checklists: each heading with what the study says of it, or with what is missing and who must add it.

CHEERS 2022 (Husereau et al., BMJ 2022;376:e067975), STRESS for agent-based simulation (Monks et al., Journal of
Simulation 2019;13:55) and TRACE (Grimm et al., Ecological Modelling 2014;280:129). Headings are named from memory
of these papers; check the wording against them before submitting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hecsim import evidence
from hecsim.measures import MEASURES
from hecsim.report.facts import Facts
from hecsim.report.money import DISCOUNT_RATE

__all__ = ["Item", "cheers", "filled", "stress", "trace"]


@dataclass(frozen=True)
class Item:
    """One heading. `text` is what is known; `missing` says what a person has to add (either may be empty)."""

    number: str
    heading: str
    text: str = ""
    missing: str = ""


def filled(items: list[Item]) -> tuple[int, int]:
    """How many headings are filled without a gap, and how many there are."""
    return sum(bool(i.text) and not i.missing for i in items), len(items)


def _known(facts: Facts) -> dict[str, str]:
    """Words about the study that several headings share."""
    manifest, study = facts.results.manifest, facts.results.manifest["study"]
    community: Mapping[str, Any] = manifest.get("community") or {}
    place = ", ".join((study.get("community") or {}).get("towns", [])) or str(community.get("name", "the community"))
    drawn = study.get("parameters") != "central"
    grades: dict[str, int] = {}
    for p in evidence.load().values():
        grades[p.grade] = grades.get(p.grade, 0) + 1
    declared = "; ".join(
        f"{MEASURES[c['measure']].label} ({MEASURES[c['measure']].unit}"
        + (f"; smallest important difference {c['important']:g}" if c.get("important") else "")
        + ")"
        for c in study["contrasts"]
        if c["measure"] in MEASURES
    )
    arms = "; ".join(
        f"{a['name']}: {', '.join(i['id'] for i in a['interventions']) or 'nothing added to current law'}"
        for a in study["arms"]
    )
    first, years = facts.start_year, facts.results.years
    return {
        "name": str(study["name"]), "question": str(study.get("question", "")), "place": place,
        "size": f"{community.get('persons', 0):,} simulated residents in {community.get('households', 0):,} households",
        "arms": arms, "declared": declared, "years": f"{years} years, {first} to {first + years - 1}",
        "futures": f"{len(facts.results.futures)} futures" + (f" ({len(facts.results.failed)} failed)" if facts.results.failed else ""),
        "drawn": "two seeds of luck for each draw of all uncertain parameters" if drawn else "central parameters, luck only",
        "version": str(manifest.get("hecsim", "")), "digest": str(manifest.get("digest", ""))[:12],
        "parameters": f"{sum(grades.values())} parameters (" + ", ".join(f"{n} of grade {g}" for g, n in sorted(grades.items())) + ")",
        "software": ", ".join(f"{k} {v}" for k, v in (manifest.get("libraries") or {}).items()),
        "python": str(manifest.get("python", "")), "burn_in": str(study.get("burn_in", "")), "seed": str(study.get("seed", "")),
        "notes": " ".join(str(n) for n in manifest.get("notes") or []),
    }  # fmt: skip


_PERSON = "To be written by the authors"  # what no program knows


def cheers(facts: Facts) -> list[Item]:
    """The 28 items of CHEERS 2022."""
    k = _known(facts)
    undeclared = "" if k["declared"] else "No contrast was declared before the study ran; every comparison is exploratory."
    return [
        Item("1", "Title", f"{k['name']}: a simulation study of policy mixes in {k['place']}."),
        Item("2", "Abstract", "", f"{_PERSON}; the one-page summary in this folder has its content."),
        Item("3", "Background and objectives", k["question"], "" if k["question"] else "The study file states no question."),
        Item("4", "Health economic analysis plan", f"Declared before the runs: {k['declared']}." if k["declared"] else "", undeclared),
        Item("5", "Study population", f"Synthetic residents of {k['place']}: {k['size']}. Synthetic people are nobody; they reproduce census margins."),
        Item("6", "Setting and location", f"{k['place']}, Connecticut, under the law in force and its dated changes."),
        Item("7", "Comparators", k["arms"] + "."),
        Item("8", "Perspective", "Spending and savings are kept by payer (state, federal, health plans, families and others), so that "
             "any perspective can be taken; the headline is all payers together."),
        Item("9", "Time horizon", k["years"] + "."),
        Item("10", "Discount rate", f"{DISCOUNT_RATE:.0%} a year for dollars and adverse experiences in the report; outcome tables are undiscounted."),
        Item("11", "Selection of outcomes", f"Declared: {k['declared']}." if k["declared"] else "", undeclared),
        Item("12", "Measurement of outcomes", "Each measure has a yardstick (true event, adult recall, known to child protection, self-report, "
             "measured); see the table of yardsticks below."),
        Item("13", "Valuation of outcomes", "Quality-adjusted life years are a simulated measure; adverse experiences are counted, not valued.",
             "State whose preferences value health, if quality-adjusted life years are used."),
        Item("14", "Measurement and valuation of resources and costs", "Unit costs by intervention with source and grade; health-care cost by "
             "payer; shelter, court and child-protection cost. See `hecsim evidence list`."),
        Item("15", "Currency, price date, and conversion", "Constant US dollars of 2025."),
        Item("16", "Rationale and description of model", f"hecsim {k['version']}, an agent-based model in monthly steps; docs/architecture.md and docs/ of the project."),
        Item("17", "Analytics and assumptions", f"Paired differences within futures; {k['futures']}, {k['drawn']}. Standard errors add up parameter draws, not futures."),
        Item("18", "Characterizing heterogeneity", "Results by race and ethnicity, income and neighborhood; race and ethnicity enter as exposure to "
             "different treatment, never as biology."),
        Item("19", "Characterizing distributional effects", "Gaps between groups, absolute and relative, with intervals: tables/gaps."),
        Item("20", "Characterizing uncertainty", f"{k['futures']}: {k['drawn']}; the share of variance owed to parameters is reported for each difference."),
        Item("21", "Approach to engagement with patients and others affected", "", f"{_PERSON}: who was asked, and how."),
        Item("22", "Study parameters", f"{k['parameters']}; values, ranges, sources and grades: `hecsim evidence list`."),
        Item("23", "Summary of main results", "Table of claims below."),
        Item("24", "Effect of uncertainty", "Intervals of each claim; `hecsim study robust`, `sensitivity` and `voi` on the study folder."),
        Item("25", "Effect of engagement with patients and others", "", _PERSON + "."),
        Item("26", "Findings, limitations, generalizability, current knowledge", "Limits are listed below. " + k["notes"],
             f"{_PERSON}: how the findings stand to what else is known."),
        Item("27", "Source of funding", "", _PERSON + "."),
        Item("28", "Conflicts of interest", "", _PERSON + "."),
    ]  # fmt: skip


def stress(facts: Facts) -> list[Item]:
    """The headings of STRESS-ABS."""
    k = _known(facts)
    return [
        Item("1.1", "Purpose of the model", k["question"] or "To compare policy mixes for a community.", "" if k["question"] else "State the question."),
        Item("1.2", "Model outputs", f"{len(facts.results.measures)} measures by month and group, the ledger of dollars, and followed families."),
        Item("1.3", "Experimentation aims", f"Arms: {k['arms']}."),
        Item("2.1", "Base model overview diagram", "docs/architecture.md of the project."),
        Item("2.2", "Base model logic", "Each month: neighborhoods and employers; work, income, housing, food, stress, family, adversity, "
             "activity, weight, health, demography by block; settlement and ties."),
        Item("2.3", "Scenario logic", "Interventions enroll people, spend money and move named levers; they write no outcome."),
        Item("2.4", "Algorithms", "Chance events compare a probability with a number keyed to seed, decision, person and month, so arms share luck."),
        Item("2.5.1", "Environment", f"Neighborhoods (census tracts) of {k['place']} with stores, employers, rents, parks and safety."),
        Item("2.5.2", "Agents", "Persons, households, businesses, neighborhoods, organizations."),
        Item("2.5.3", "Interaction topology", "Households, kin and friendship ties, neighborhoods, employers."),
        Item("2.5.4", "Entry and exit", "Births, deaths, moves in and out, unions and separations."),
        Item("3.1", "Data sources", "Census tables of Connecticut towns and the parameter files, each number with its source."),
        Item("3.2", "Input preprocessing", "Synthesis by fitting household weights to margins; `hecsim community show` has target beside simulated."),
        Item("3.3", "Input parameters", k["parameters"] + "."),
        Item("3.4", "Assumptions", "Parameters of grade D are judgment and say so in their note."),
        Item("4.1", "Initialization", f"Histories from stationary rates, then {k['burn_in']} months of burn-in under current law."),
        Item("4.2", "Run length", k["years"] + ", monthly."),
        Item("4.3", "Estimation approach", f"{k['futures']}, paired across arms; {k['drawn']}."),
        Item("5.1", "Software", f"Python {k['python']}; {k['software']}."),
        Item("5.2", "Random sampling", f"Counter-based generator (Threefry), study seed {k['seed']}; no stream is shared by persons or arms."),
        Item("5.3", "Model execution", "Monthly activation of all persons, block by block; results do not depend on blocks, threads or workers."),
        Item("5.4", "System specification", "", "State machine and running time; `hecsim bench` prints both."),
        Item("6.1", "Computer model sharing statement", f"MIT license; version {k['version']}, study digest {k['digest']}."),
    ]  # fmt: skip


def trace(facts: Facts) -> list[Item]:
    """The eight elements of TRACE."""
    k = _known(facts)
    return [
        Item("1", "Problem formulation", k["question"], "" if k["question"] else "The study file states no question."),
        Item("2", "Model description", "docs/architecture.md, docs/interventions.md and the docstrings of each process."),
        Item("3", "Data evaluation", f"{k['parameters']}."),
        Item("4", "Conceptual model evaluation", "", "An evaluation by people outside the project."),
        Item("5", "Implementation verification", "Each compiled process is tested against a plain twin; invariants hold in every month of the tests."),
        Item("6", "Model output verification", "docs/baseline.md: published figures beside simulated ones, misses included."),
        Item("7", "Model analysis", "Variance split between parameters and luck here; `hecsim study sensitivity` for what drives a difference."),
        Item("8", "Model output corroboration", "", "Outcomes of a Health Enhancement Community to compare with; none has been observed."),
    ]  # fmt: skip
