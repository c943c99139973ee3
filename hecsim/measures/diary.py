"""The diary of followed households: what happened each month, and what pushed it.

An event is a change of state from one month to the next. Its causes are the drivers of that hazard
that were present in the month: the same drivers that the process multiplied. `helped_by` names the
interventions that were at work on the household in that month, read from the lever book.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hecsim.clock import month_label
from hecsim.columns import ACE, FOOD_SECURITY, LABOR_STATUS, ROLE, TENURE
from hecsim.community import Community

__all__ = ["EVENTS", "Diary"]

_STATE = (
    "income",
    "earnings",
    "benefits",
    "rent",
    "arrears",
    "savings",
    "hardship",
    "bandwidth",
    "food_security",
    "conflict",
    "support",
    "safety_index",
    "stability_index",
    "nurture_index",
    "caregiver_stress",
    "tenure",
    "neighborhood",
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """A kind of event: plain words in two languages, and whether it is welcome."""

    code: str
    text: str
    text_es: str
    welcome: bool


EVENTS: dict[str, Event] = {
    e.code: e
    for e in (
        Event("job_lost", "{who} lost a job", "{who} perdió su empleo", False),
        Event("job_found", "{who} found a job", "{who} encontró empleo", True),
        Event("filed", "the landlord filed for eviction", "el arrendador presentó una demanda de desalojo", False),
        Event("evicted", "the family was evicted", "la familia fue desalojada", False),
        Event(
            "case_ended",
            "the eviction case ended and the family stayed",
            "el caso de desalojo terminó y la familia se quedó",
            True,
        ),
        Event("moved", "the family moved to {place}", "la familia se mudó a {place}", True),
        Event("lost_home", "the family lost its own home", "la familia se quedó sin vivienda propia", False),
        Event("found_home", "the family found a home of its own", "la familia encontró vivienda propia", True),
        Event("food_worse", "there was not enough food ({state})", "faltó comida ({state})", False),
        Event("food_better", "the food budget held again", "volvió a alcanzar para la comida", True),
        Event("born", "a child was born", "nació un bebé", True),
        Event("ace", "{who} lived through {ace} for the first time", "{who} vivió por primera vez: {ace}", False),
        Event(
            "reported",
            "someone reported the family to child protection",
            "alguien denunció a la familia ante protección infantil",
            False,
        ),
        Event("placed", "{who} was placed away from home", "{who} fue separado del hogar", False),
        Event("returned", "{who} came home", "{who} volvió a casa", True),
        Event("depressed", "{who} fell into depression", "{who} cayó en depresión", False),
        Event("recovered", "{who} recovered from depression", "{who} se recuperó de la depresión", True),
        Event(
            "substance",
            "{who} began to struggle with alcohol or drugs",
            "{who} empezó a luchar con el alcohol o las drogas",
            False,
        ),
        Event("sober", "{who} overcame alcohol or drug use", "{who} superó el consumo de alcohol o drogas", True),
        Event("violence", "violence began between the partners", "empezó la violencia en la pareja", False),
        Event("violence_over", "the violence between the partners ended", "terminó la violencia en la pareja", True),
        Event("parted", "the partners separated", "la pareja se separó", False),
        Event("jailed", "{who} went to jail", "{who} fue a la cárcel", False),
        Event("freed", "{who} came back from jail", "{who} salió de la cárcel", True),
        Event("diabetes", "{who} was diagnosed with diabetes", "a {who} le diagnosticaron diabetes", False),
        Event("died", "{who} died", "{who} falleció", False),
    )
}


class Diary:
    """Follows the households in `community.followed`."""

    def __init__(self, community: Community):
        self._names = dict(community.followed)
        self._people: dict[int, str] = {}
        self._before: dict[int, tuple[Row, dict[int, Row]]] = {}
        self._rows: list[Row] = []
        for key in self._names:
            found = self._read(community, key)
            if found is not None:
                self._before[key] = found
                self._name_people(community, found[1])

    def observe(self, community: Community, context: Any) -> None:
        """Write down the month that has just been lived."""
        for key, name in self._names.items():
            now = self._read(community, key)
            if now is None:
                continue
            self._name_people(community, now[1])
            home, members = now
            base: Row = {
                "month": community.clock.month,
                "label": month_label(community.clock.month, community.clock.start_year),
                "household": name,
                **{k: home[k] for k in _STATE},
                "helped_by": "; ".join(_helpers(context, home["row"], [m["row"] for m in members.values()])),
            }
            events = self._events(community, *self._before.get(key, now), home, members)
            for code, words, causes in events or [("", {}, [])]:
                kind = EVENTS.get(code)
                self._rows.append(
                    {
                        **base,
                        "event": code,
                        "welcome": bool(kind.welcome) if kind else False,
                        "text": kind.text.format(**words) if kind else "",
                        "text_es": kind.text_es.format(**words) if kind else "",
                        "causes": "; ".join(causes),
                    }
                )
            self._before[key] = now

    def frame(self) -> pd.DataFrame:
        """One row per event and followed household, or one row for a quiet month."""
        columns = ["month", "label", "household", *_STATE, "helped_by", "event", "welcome", "text", "text_es", "causes"]
        return pd.DataFrame(self._rows, columns=columns)

    def _read(self, community: Community, key: int) -> tuple[Row, dict[int, Row]] | None:
        row = community.household_by_key(key)
        if row is None or not community.household["present"][row]:
            return None
        hh, pp = community.household.columns, community.person.columns
        home = {k: v[row].item() for k, v in hh.items() if v.ndim == 1}
        home["row"] = row
        members = {}
        for r in community.members(row):
            members[int(pp["key"][r])] = {"row": int(r), **{k: v[r].item() for k, v in pp.items() if v.ndim == 1}}
        return home, members

    def _name_people(self, community: Community, members: dict[int, Row]) -> None:
        for key, m in members.items():
            if key not in self._people:
                self._people[key] = community.names.get(key) or (
                    f"the {ROLE[m['role']]}" if m["role"] != 2 else ("the younger child" if m["age"] < 12 else "the child")
                )

    def _events(
        self, community: Community, home0: Row, people0: dict[int, Row], home: Row, people: dict[int, Row]
    ) -> list[tuple[str, Row, list[str]]]:
        found: list[tuple[str, Row, list[str]]] = []

        def note(code: str, causes: list[str], **words: Any) -> None:
            found.append((code, words, causes))

        strain = _strain(home)
        if home["filed_new"]:
            note("filed", _money(home0))
        if home["evicted_new"]:
            note("evicted", _money(home0) + ([] if home0["represented"] else ["no lawyer in court"]))
        if home0["filing"] and not home["filing"] and not home["evicted_new"]:
            note("case_ended", ["a lawyer in court"] if home0["represented"] else [])
        if home["tenure"] >= 2 > home0["tenure"]:
            note("lost_home", ["eviction"] if home["eviction_clock"] else ["no home they could afford"])
        elif home["tenure"] < 2 <= home0["tenure"]:
            note("found_home", [])
        elif home["neighborhood"] != home0["neighborhood"]:
            note("moved", [], place=community.labels["neighborhood"][home["neighborhood"]])
        if home["food_security"] > home0["food_security"]:
            note("food_worse", strain, state=FOOD_SECURITY[home["food_security"]])
        elif home["food_security"] == 0 < home0["food_security"]:
            note("food_better", [])
        if home["ipv"] and not home0["ipv"]:
            note("violence", strain)
        if home0["ipv"] and not home["ipv"]:
            note("violence_over", [])
        if home0["couple"] and not home["couple"]:
            note("parted", strain)
        for key, m in people.items():
            self._personal(note, self._people[key], people0.get(key), m, home, strain)
        for key in people0:
            if key not in people and _died(community, key):
                note("died", [], who=self._people[key])
        return found

    def _personal(
        self, note: Callable[..., None], who: str, before: Row | None, now: Row, home: Row, strain: list[str]
    ) -> None:
        if before is None:
            if now["age"] <= 1:
                note("born", [])
            return
        work = (LABOR_STATUS.index("employed"), LABOR_STATUS.index("incarcerated"))
        if before["labor"] == work[0] and now["labor"] == 2:
            note("job_lost", ["unstable work"] if before["unstable"] or before["job_kind"] == 1 else [], who=who)
        if before["labor"] in (2, 3) and now["labor"] == work[0]:
            note("job_found", [], who=who)
        if now["labor"] == work[1] != before["labor"]:
            note("jailed", [], who=who)
        if before["labor"] == work[1] != now["labor"]:
            note("freed", [], who=who)
        for i, name in enumerate(ACE):
            if now["ace_new"] >> i & 1:
                note("ace", _ace_causes(i, home, strain), who=who, ace=name)
        if now["cps_new"] & 1:
            note("reported", strain)
        if now["placed"] and not before["placed"]:
            note("placed", strain, who=who)
        if before["placed"] and not now["placed"]:
            note("returned", [], who=who)
        for column, start, end in (("depression", "depressed", "recovered"), ("substance", "substance", "sober")):
            if now[column] and not before[column]:
                note(start, strain, who=who)
            if before[column] and not now[column]:
                note(end, ["treatment"] if before["treated"] else [], who=who)
        if now["diabetes"] and not before["diabetes"]:
            note("diabetes", [f"BMI of {before['bmi']:.0f}"] if before["bmi"] >= 25 else [], who=who)


def _money(home: Row) -> list[str]:
    causes = []
    if home["rent"] > 0 and home["arrears"] > 0:
        causes.append(f"rent owed for {home['arrears'] / home['rent']:.1f} months")
    if home["income"] > 0 and home["rent"] / home["income"] > 0.3:
        causes.append(f"rent takes {100 * home['rent'] / home['income']:.0f}% of income")
    if home["jobless_parent"]:
        causes.append("a parent without work")
    return causes


def _strain(home: Row) -> list[str]:
    """The pressures on the household this month, in words."""
    tests = (
        (home["jobless_parent"], "a parent without work"),
        (home["hardship"] > 0.1, "basic needs unmet"),
        (home["filing"] > 0, "an open eviction case"),
        (home["eviction_clock"] > 0, "a recent eviction"),
        (home["tenure"] >= 2, TENURE[home["tenure"]]),
        (home["food_security"] > 0, "food insecurity"),
        (home["caregiver_stress"] > 1, "high stress"),
        (home["depressed_caregiver"], "a parent's depression"),
        (home["substance_caregiver"], "a parent's alcohol or drug use"),
        (home["ipv"], "violence between the partners"),
        (home["conflict"] > 1, "conflict over money"),
        (home["gunfire"], "gunfire in the neighborhood"),
        (home["support"] < -1, "little support"),
    )
    return [words for holds, words in tests if holds]


def _ace_causes(index: int, home: Row, strain: list[str]) -> list[str]:
    direct = {
        5: ["a parent's depression"],
        6: ["a parent's alcohol or drug use"],
        7: ["violence between the partners"],
        8: ["the parents' separation"],
        9: ["a family member in jail"],
        10: ["gunfire in the neighborhood"],
        11: ["loss of the home"],
        12: ["food insecurity"],
    }
    return direct.get(index, strain)


def _died(community: Community, key: int) -> bool:
    pp = community.person.columns
    return bool(((pp["key"] == np.uint64(key)) & (pp["exit"] == 2)).any())


def _helpers(context: Any, household: int, people: list[int]) -> list[str]:
    """Interventions whose moves reach this household this month."""
    return context.levers.reaching(household, people)
