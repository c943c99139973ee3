"""The founding family under each kind of action: one answer sheet with four columns, from paired runs.

The same family, in the same neighborhood with the same luck, lives under current law, under all policies that are a
handle on one of its facts, all systems, all programs, all changes of norms, and all of them together. What differs is
what the action did. From future to future, luck, parameters and what the story leaves open are drawn anew. Facts and
handles stand in `data/family.toml`.

Two ways to ask. "places for all": every service has a place for whoever it is meant for, so that the sheet shows what
each column could do for this family. "as planned": reach and staff as in the catalogue, so that the family is served
only where its luck says so, as in life.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from hecsim import evidence
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.collaborative.workforce import POOLS
from hecsim.columns import ACE, ace_bit
from hecsim.community import Community
from hecsim.engine import Engine
from hecsim.errors import RunError, ScenarioError
from hecsim.interventions import Intervention, catalogue
from hecsim.life import Life, burn_in
from hecsim.population import Vignette, build_community, restore_followed
from hecsim.processes.plan import MONTH

__all__ = ["COLUMNS", "MEASURES", "Answers", "Fact", "answer", "facts", "handles"]

COLUMNS = {"policy": "Policy", "system": "System", "program": "Program", "norm": "Culture"}
LAW, ALL = "current law", "all together"
YOUNGER = "the child to come"
CHILD_MONTHS = 18 * MONTHS_PER_YEAR

# name: (question, unit, better, words). Questions: prevent or mitigate adversity, prevent overweight, and the causes.
MEASURES: dict[str, tuple[str, str, int, str]] = {
    "abuse": ("prevent", "state mean", -1, "hazard of abuse"),
    "neglect": ("prevent", "state mean", -1, "hazard of neglect"),
    "depressed": ("prevent", "months/year", -1, "a parent depressed"),
    "substance": ("prevent", "months/year", -1, "a parent's substance use"),
    "violence": ("prevent", "months/year", -1, "violence between the partners"),
    "jail": ("prevent", "months/year", -1, "a family member in jail"),
    "gunfire": ("prevent", "months/year", -1, "gunfire heard"),
    "unstable": ("prevent", "months/year", -1, "without a home of their own, or evicted"),
    "hungry": ("prevent", "months/year", -1, "food insecure"),
    "aces": ("prevent", "types/child", -1, "types of adversity lived through, to the end"),
    "nurture": ("mitigate", "0 to 1", 1, "nurturing relationships"),
    "stability": ("mitigate", "0 to 1", 1, "stable home, work and care"),
    "safety": ("mitigate", "0 to 1", 1, "safe surroundings and home"),
    "pce": ("mitigate", "of 7", 1, "positive childhood experiences"),
    "development": ("mitigate", "SD", 1, "development of the children"),
    "treated": ("mitigate", "months/year", 1, "somebody in treatment"),
    "bmi_adults": ("weight", "kg/m2", -1, "BMI of the adults, at the end"),
    "bmi_children": ("weight", "SD", -1, "BMI z of the children, at the end"),
    "activity": ("weight", "min/week", 1, "activity of each member"),
    "diet": ("weight", "HEI", 1, "diet quality"),
    "income": ("causes", "$/month", 1, "income"),
    "hardship": ("causes", "share", -1, "basic needs unmet"),
    "stress": ("causes", "SD", -1, "stress of the parents"),
    "conflict": ("causes", "SD", -1, "conflict between the partners"),
    "time": ("causes", "hours/week", 1, "free time of the parents"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the story: its state in the model, and the interventions that are a handle on it."""

    id: str
    text: str
    state: tuple[str, ...]
    handles: tuple[str, ...]


@cache
def facts() -> tuple[Fact, ...]:
    """All facts of the founding family's story.

    >>> facts()[3].handles
    ('P01', 'P02', 'G09', 'S12')
    """
    raw = tomllib.loads((resources.files("hecsim.planning") / "data" / "family.toml").read_text(encoding="utf-8"))
    return tuple(Fact(f["id"], f["text"], tuple(f["state"]), tuple(f.get("handles", ()))) for f in raw["fact"])


def handles(kind: str) -> list[str]:
    """Ids of one kind that are a handle on some fact, as in the catalogue's order.

    >>> handles("norm")
    ['N01', 'N02', 'N03', 'N04', 'N05', 'N06']
    """
    named = {h for f in facts() for h in f.handles}
    return [name for name, cls in catalogue().items() if name in named and cls.kind == kind]


@dataclass
class Answers:
    """What each arm did for the family.

    arms : name to ids; the first is current law
    values : (arm, future, measure), float64
    reached : (arm, future), services that reached the family
    members, bmi : names of the story, and the BMI of each when last seen, (arm, future, member)
    aces : (arm, future, type), children who lived through each type
    children : child to the number of types lived through, (arm, future)
    notes : what was assumed, in words
    """

    arms: dict[str, list[str]]
    values: np.ndarray
    reached: list[list[list[str]]]
    members: list[str]
    bmi: np.ndarray
    aces: np.ndarray
    notes: list[str] = field(default_factory=list)
    children: dict[str, np.ndarray] = field(default_factory=dict)

    def by_child(self) -> list[dict[str, Any]]:
        """Types of adversity that each child lived through to the end, mean over futures, by arm."""
        return [
            {"child": name, **{arm: float(np.nanmean(v[a])) for a, arm in enumerate(self.arms) if np.isfinite(v[a]).any()}}
            for name, v in self.children.items()
        ]

    def difference(self, arm: str) -> list[dict[str, Any]]:
        """One row a measure: mean under current law and under the arm, mean paired difference, futures better and worse."""
        a = list(self.arms).index(arm)
        rows = []
        for m, (name, (question, unit, better, words)) in enumerate(MEASURES.items()):
            law, own = self.values[0, :, m], self.values[a, :, m]
            gap = own - law
            known = gap[np.isfinite(gap)]
            rows.append({
                "measure": name, "question": question, "words": words, "unit": unit, "better": better,
                "law": float(np.nanmean(law)) if np.isfinite(law).any() else None,
                "arm": float(np.nanmean(own)) if np.isfinite(own).any() else None,
                "difference": float(known.mean()) if known.size else None,
                "relative": float(np.nansum(gap) / np.nansum(law[np.isfinite(gap)])) if known.size and np.nansum(law) else None,
                "low": float(known.min()) if known.size else None, "high": float(known.max()) if known.size else None,
                "better_in": int((better * known > 0).sum()), "worse_in": int((better * known < 0).sum()),
                "futures": int(known.size),
            })  # fmt: skip
        return rows

    def shares(self, arm: str) -> dict[str, float | None]:
        """Adversity lived through by the children, prevention and mitigation, against current law.

        prevented : share of the types of adversity under current law that did not happen
        mitigated : mean gain in the three protective indices, as a share of what is missing under current law
        """
        a, order = list(self.arms).index(arm), list(MEASURES)
        law, own = self.values[0], self.values[a]
        aces = order.index("aces")
        base = float(np.nansum(law[:, aces]))
        three = [order.index(n) for n in ("nurture", "stability", "safety")]
        missing = float(np.nansum(1.0 - law[:, three]))
        return {
            "prevented": (base - float(np.nansum(own[:, aces]))) / base if base else None,
            "mitigated": float(np.nansum(own[:, three] - law[:, three])) / missing if missing else None,
        }

    def services(self, arm: str) -> dict[str, int]:
        """In how many futures each service reached the family under an arm, most often first."""
        count: dict[str, int] = {}
        for future in self.reached[list(self.arms).index(arm)]:
            for name in future:
                count[name] = count.get(name, 0) + 1
        return dict(sorted(count.items(), key=lambda kv: (-kv[1], kv[0])))

    def types(self) -> list[dict[str, Any]]:
        """For each type of adversity: children who lived through it per future, by arm."""
        rows = []
        for t, name in enumerate(ACE):
            by_arm = {arm: float(self.aces[a, :, t].mean()) for a, arm in enumerate(self.arms)}
            if any(by_arm.values()):
                rows.append({"type": name, **by_arm})
        return rows


def arms_of(each: bool = False) -> dict[str, list[str]]:
    """Current law, the four columns, all together and, if asked, every handle alone."""
    out: dict[str, list[str]] = {LAW: []}
    out |= {COLUMNS[kind]: handles(kind) for kind in COLUMNS}
    out[ALL] = [name for kind in COLUMNS for name in handles(kind)]
    if each:
        out |= {name: [name] for name in out[ALL]}
    return out


def _made(names: Sequence[str], *, full: bool, start: int) -> tuple[Intervention, ...]:
    made = []
    for name in names:
        item = catalogue()[name](start=start)
        # Baby bonds, taxes and the like are no services; for what enrolls, full reach is a place for everybody.
        made.append(replace(item, reach=1.0) if full and item.delivery in ("funnel", "sample") else item)
    return tuple(made)


def answer(
    *, town: str = "Hartford", neighborhood: str = "Northeast", households: int = 600, years: int = 6, futures: int = 6,
    seed: int = 1, as_planned: bool = False, each: bool = False, start: int = 6, family: Vignette | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Answers:  # fmt: skip
    """Run every arm in every future and read off what happened to the family.

    Raises
    ------
    ScenarioError : the actions would start after the end
    """
    if start >= years * MONTHS_PER_YEAR:
        raise ScenarioError(f"the actions start in month {start}, after {years} years", key="start")
    told = family or Vignette.founding_family()
    arms = arms_of(each)
    members = [str(m["name"]) for m in told.members]
    shape = (len(arms), futures)
    found = Answers(
        arms, np.full((*shape, len(MEASURES)), np.nan), [[[] for _ in range(futures)] for _ in arms], members,
        np.full((*shape, len(members)), np.nan), np.zeros((*shape, len(ACE))),
    )  # fmt: skip
    say = progress or (lambda stage, done, total: None)
    for f in range(futures):
        # What the story leaves open is sampled anew in each future, and is the same under every arm.
        community = build_community(town, households=households, seed=seed + f, vignette=told.at(neighborhood))
        found.notes = found.notes or list(community.notes)
        draw = evidence.draw(None if futures == 1 else seed + f)
        if not as_planned:
            draw = draw.with_values(**{f"interventions__staff_{p.replace(' ', '_')}": _ENOUGH for p in POOLS})
        first = community.copy()
        burn_in(first, Engine(MONTH, draw, seed + f))
        restore_followed(first, community)
        for a, (arm, names) in enumerate(arms.items()):
            model = Life(
                first.copy(), interventions=_made(names, full=not as_planned, start=start), years=years, seed=seed + f,
                draw=draw, burn_in_months=0, record=False,
            )  # fmt: skip
            _follow(model, found, a, f)
            say("lives", f * len(arms) + a + 1, futures * len(arms))
            if not np.isfinite(found.values[a, f, 0]):
                raise RunError(f"arm '{arm}', future {f}: the family was never seen; give it another neighborhood")
    return found


_ENOUGH = 1e6  # posts per 10,000 residents: more than anybody could need, so that nobody waits


def _follow(model: Life, found: Answers, a: int, f: int) -> None:
    """Live one arm and write down what happened to the family while it lives here."""
    community = model.community
    key = next(iter(community.followed))
    keys = {name: np.uint64(k) for k, name in community.names.items()}
    sums, months, served = np.zeros(len(MEASURES)), 0, set()
    bits: dict[int, int] = {}  # adversity so far, by child
    z: dict[int, float] = {}  # BMI z last seen, by child; whoever moves out keeps what was last seen, in every arm
    while model.running:
        model.step()
        row = community.household_by_key(key)
        if row is None or not community.household["present"][row]:
            continue
        rows = community.members(row)
        sums, months = sums + _month(community, row, rows), months + 1
        for r in rows[community.person["age"][rows] < CHILD_MONTHS]:
            child = int(community.person["key"][r])
            bits[child] = int(community.person["ace_bits"][r])
            if community.person["age"][r] >= 2 * MONTHS_PER_YEAR:
                z[child] = float(community.person["bmi_z"][r])
        for m, name in enumerate(found.members):
            at = np.flatnonzero((community.person["key"] == keys[name]) & (community.person["present"] == 1))
            if at.size and community.person["bmi"][at[0]] > 0:
                found.bmi[a, f, m] = float(community.person["bmi"][at[0]])
        served |= {s.split(" ")[0] for s in model.engine.levers.reaching(row, [int(r) for r in rows]) if not s.startswith("M0")}
    if not months:
        return
    values = sums / months
    order = list(MEASURES)
    values[order.index("aces")] = float(np.mean([b.bit_count() for b in bits.values()])) if bits else np.nan
    found.values[a, f], found.reached[a][f] = values, sorted(served)
    for t, name in enumerate(ACE):
        found.aces[a, f, t] = sum(bool(b & ace_bit(name)) for b in bits.values())
    adult = [m for m, name in enumerate(found.members) if int(keys.get(name, 0)) not in bits]
    values[order.index("bmi_adults")] = np.nanmean(found.bmi[a, f, adult]) if adult else np.nan
    values[order.index("bmi_children")] = float(np.mean(list(z.values()))) if z else np.nan
    first = {int(keys[name]): name for name in found.members if name in keys}
    for k, b in bits.items():
        who = first.get(k, YOUNGER)
        found.children.setdefault(who, np.full((len(found.arms), len(found.reached[0])), np.nan))[a, f] = b.bit_count()


def _month(community: Community, row: int, rows: np.ndarray) -> np.ndarray:
    """Values of a month in the order of MEASURES; those that count at the end are 0 here."""
    h = {k: v[row] for k, v in community.household.columns.items() if v.ndim == 1}
    p: Mapping[str, np.ndarray] = {k: v[rows] for k, v in community.person.columns.items()}
    child = p["age"] < CHILD_MONTHS
    year = float(MONTHS_PER_YEAR)

    def mean(values: np.ndarray, which: np.ndarray) -> float:
        return float(values[which].astype(float).mean()) if which.any() else 0.0

    values = {
        "abuse": h["abuse_risk"], "neglect": h["neglect_risk"], "depressed": year * (h["depressed_caregiver"] > 0),
        "substance": year * (h["substance_caregiver"] > 0), "violence": year * (h["ipv"] > 0),
        "jail": year * (h["incarcerated_member"] > 0), "gunfire": year * (h["gunfire"] > 0),
        "unstable": year * ((h["tenure"] >= 2) or (h["evicted_new"] > 0)), "hungry": year * (h["food_security"] > 0),
        "aces": 0.0, "nurture": h["nurture_index"], "stability": h["stability_index"], "safety": h["safety_index"],
        "pce": mean(p["pce"], child), "development": mean(p["development"], child), "treated": year * (p["treated"] > 0).any(),
        "bmi_adults": 0.0, "bmi_children": 0.0, "activity": mean(p["activity"], p["age"] >= 6 * MONTHS_PER_YEAR),
        "diet": mean(p["diet"], p["age"] >= 2 * MONTHS_PER_YEAR), "income": h["income"], "hardship": h["hardship"],
        "stress": h["caregiver_stress"], "conflict": h["conflict"], "time": h["free_time"],
    }  # fmt: skip
    return np.array([float(values[name]) for name in MEASURES])
