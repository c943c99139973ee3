"""The same family under each mix: one lane of years per arm, in one future, with what differed and why."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.columns import ACE
from hecsim.report import spanish
from hecsim.report.facts import Facts
from hecsim.report.text import Words, dollars, percent

__all__ = ["Family", "Lane", "Year", "read_family"]

# Weightiest first: which events a year's sentence tells, and which differences are listed.
ORDER = (
    "died",
    "placed",
    "evicted",
    "lost_home",
    "violence",
    "jailed",
    "ace",
    "filed",
    "reported",
    "job_lost",
    "depressed",
    "substance",
    "parted",
    "food_worse",
    "diabetes",
    "born",
    "found_home",
    "returned",
    "freed",
    "violence_over",
    "case_ended",
    "job_found",
    "recovered",
    "sober",
    "food_better",
    "moved",
)
FREQUENT = (
    "filed",
    "evicted",
    "lost_home",
    "job_lost",
    "food_worse",
    "depressed",
    "substance",
    "violence",
    "parted",
    "jailed",
    "reported",
    "placed",
    "diabetes",
    "ace",
)
_TOLD, _LISTED = 2, 10
_LATER = 12  # months by which an event must be put off to be called later


@dataclass(frozen=True)
class Event:
    """Something that happened, in the report's language. `helped`: interventions at work that month."""

    month: int
    label: str
    code: str
    text: str
    welcome: bool
    causes: tuple[str, ...]
    helped: tuple[str, ...]


@dataclass
class Year:
    """A year of a lane. `meters` are (code, name, 0 to 1, value in words), pressures except safety."""

    year: int
    sentence: str
    more: int = 0
    events: list[Event] = field(default_factory=list)
    meters: list[tuple[str, str, float, str]] = field(default_factory=list)
    helped: tuple[str, ...] = ()
    here: bool = True


@dataclass
class Lane:
    """A family's years under one arm, and what differed from current law: lists of (event, why)."""

    arm: str
    reference: bool
    years: list[Year]
    spared: list[tuple[Event, str]] = field(default_factory=list)
    later: list[tuple[Event, str]] = field(default_factory=list)
    gained: list[tuple[Event, str]] = field(default_factory=list)
    only: list[tuple[Event, str]] = field(default_factory=list)


@dataclass
class Family:
    """A followed family: its lanes in one future, and how often events befell it.

    futures : in which it was followed; stays : of those, in which it lives here to the last year
    """

    name: str
    future: int
    futures: int
    stays: int
    lanes: list[Lane]
    frequencies: list[tuple[str, list[float]]]


def read_family(facts: Facts, words: Words, names: dict[str, str]) -> Family | None:
    """The first followed family of the study; None if none was followed. `names` give interventions by id."""
    diary = facts.results.diary
    if diary is None or not len(diary) or "household" not in diary or "event" not in diary:
        return None
    household = str(diary["household"].iloc[0])
    rows = diary[diary["household"] == household]
    future = _median_future(rows, facts)
    if future is None:
        return None
    here = rows[rows["future"] == future]
    lanes = []
    reference = here[here["arm"] == facts.reference]
    for arm in [facts.reference, *facts.arms]:
        part = here[here["arm"] == arm].sort_values("month", kind="stable")
        lane = Lane(arm, arm == facts.reference, _years(part, facts, words, names))
        if not lane.reference:
            _compare(lane, reference, part, words, names)
        lanes.append(lane)
    known = rows[rows["future"].isin(facts.results.futures)]
    law = known[known["arm"] == facts.reference]
    last_year = (facts.results.years - 1) * MONTHS_PER_YEAR
    stays = int(law[law["month"] >= last_year]["future"].nunique())
    return Family(
        household,
        int(future),
        int(law["future"].nunique()),
        stays,
        lanes,
        _frequencies(rows, facts, words),
    )


def _median_future(rows: pd.DataFrame, facts: Facts) -> int | None:
    """The future in which the family's hardship under current law is the middle one.

    Futures in which it lives in the community to the end under every arm come first; if there is none,
    those in which it stays longest.
    """
    rows = rows[rows["future"].isin(facts.results.futures)]
    own = rows[rows["arm"] == facts.reference]
    if not len(own):
        return None
    last = rows.groupby(["future", "arm"])["month"].max().unstack().fillna(-1).min(axis=1)
    own = own[own["future"].isin(last.index[last == last[own["future"].unique()].max()])]
    mean = own.groupby("future")["hardship"].mean().sort_values(kind="stable")
    return int(mean.index[(len(mean) - 1) // 2])


def _event(row: Any, words: Words, names: dict[str, str]) -> Event:
    es = words.language == "es"
    # Who has no name is called by a role, and "other" is one.
    text = spanish.sentence(str(row.text_es)) if es else str(row.text).replace("the other ", "another relative ")
    causes = tuple(words.term(c) for c in _split(row.causes))
    return Event(
        int(row.month),
        str(row.label),
        str(row.event),
        text[:1].upper() + text[1:],
        bool(row.welcome),
        causes,
        tuple(names.get(h, h) for h in _split(row.helped_by)),
    )


def _split(value: Any) -> list[str]:
    return [v for v in str(value).split("; ") if v] if isinstance(value, str) else []


def _rank(e: Event) -> tuple[int, int]:
    return (ORDER.index(e.code) if e.code in ORDER else len(ORDER), e.month)


def _years(part: pd.DataFrame, facts: Facts, words: Words, names: dict[str, str]) -> list[Year]:
    out = []
    for y in range(facts.results.years):
        rows = part[(part["month"] >= y * MONTHS_PER_YEAR) & (part["month"] < (y + 1) * MONTHS_PER_YEAR)]
        calendar = facts.start_year + y
        if not len(rows):
            out.append(Year(calendar, words("family.gone"), here=False))
            continue
        events = [_event(r, words, names) for r in rows[rows["event"] != ""].itertuples()]
        monthly = rows.drop_duplicates("month")
        told = sorted(events, key=_rank)[:_TOLD]
        told.sort(key=lambda e: e.month)
        if told:
            first, *rest = [e.text for e in told]
            sentence = (
                words(
                    "family.joined",
                    a=first,
                    b=rest[0][:1].lower() + rest[0][1:] if _lowers(rest[0]) else rest[0],
                )
                if rest
                else f"{first}."
            )
        else:
            unmet = float(monthly["hardship"].mean())
            sentence = words(
                "family.quiet" if unmet >= 0.005 else "family.quiet_met",
                income=dollars(float(monthly["income"].mean()), words.language),
                unmet=percent(unmet),
            )
        helped = sorted({h for v in monthly["helped_by"] for h in _split(v)})
        out.append(
            Year(
                calendar,
                sentence,
                max(len(events) - len(told), 0),
                events,
                _meters(monthly, words),
                tuple(names.get(h, h) for h in helped),
            )
        )
    return out


def _lowers(text: str) -> bool:
    """Whether a sentence may lose its capital inside another: it starts with a common word, not a name."""
    return text.split(" ", 1)[0] in (
        "The",
        "There",
        "A",
        "Someone",
        "Violence",
        "La",
        "El",
        "Faltó",
        "Nació",
        "Alguien",
        "Empezó",
        "Terminó",
        "Volvió",
    )


def _meters(monthly: pd.DataFrame, words: Words) -> list[tuple[str, str, float, str]]:
    stress, unmet, safe = (float(monthly[c].mean()) for c in ("caregiver_stress", "hardship", "safety_index"))
    return [
        # Stress is in standard deviations of all adults: the meter runs from two below to two above the mean.
        (
            "stress",
            words("meter.stress"),
            _clip((stress + 2) / 4),
            words("meter.sd", x=f"{stress:+.1f}".replace("-", "−")),
        ),
        ("hardship", words("meter.hardship"), _clip(unmet), percent(unmet)),
        ("safety", words("meter.safety"), _clip(safe), f"{safe:.2f}"),
    ]


def _clip(x: float) -> float:
    return min(max(x, 0.0), 1.0) if math.isfinite(x) else 0.0


def _compare(lane: Lane, reference: pd.DataFrame, mix: pd.DataFrame, words: Words, names: dict[str, str]) -> None:
    """Events that only one lane has, told apart by their English sentence, which names who and what."""
    own, base = _firsts(mix), _firsts(reference)
    end = mix["month"].max() if len(mix) else -1
    for text, row in base.items():
        e = _event(row, words, names)
        if e.code == "moved":
            continue
        if text not in own and not e.welcome and e.month <= end:
            lane.spared.append((e, _why(row.month, reference, mix, words, names)))
        elif text in own and not e.welcome and own[text].month - e.month >= _LATER:
            lane.later.append((e, words("family.later", label=own[text].label)))
    for text, row in own.items():
        e = _event(row, words, names)
        if e.code == "moved" or text in base:
            continue
        (lane.gained if e.welcome else lane.only).append((e, _why(row.month, reference, mix, words, names)))
    for part in (lane.spared, lane.later, lane.gained, lane.only):
        part.sort(key=lambda pair: _rank(pair[0]))
        del part[_LISTED:]


def _firsts(lane: pd.DataFrame) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in lane[lane["event"] != ""].itertuples():
        found.setdefault(str(row.text), row)
    return found


def _why(month: int, reference: pd.DataFrame, mix: pd.DataFrame, words: Words, names: dict[str, str]) -> str:
    """What was different in that month: interventions at work, and the states that stood apart."""
    a, b = mix[mix["month"] == month], reference[reference["month"] == month]
    parts = []
    if len(a):
        helped = [names.get(h, h) for h in _split(a["helped_by"].iloc[0])]
        if helped:
            parts.append(words("why.helped", list=", ".join(helped)))
    if len(a) and len(b):
        x, y = a.iloc[0], b.iloc[0]
        lang = words.language
        tests = (
            ("arrears", 100.0, lambda v: dollars(max(v, 0), lang)),
            ("hardship", 0.03, percent),
            ("caregiver_stress", 0.2, lambda v: words("meter.sd", x=f"{v:+.1f}".replace("-", "−"))),
            ("income", 150.0, lambda v: dollars(v, lang)),
            ("support", 0.3, lambda v: words("meter.sd", x=f"{v:+.1f}".replace("-", "−"))),
        )
        apart = [
            words(f"why.{column}", mix=show(float(x[column])), law=show(float(y[column])))
            for column, least, show in tests
            if column in mix and abs(float(x[column]) - float(y[column])) >= least
        ]
        if apart:
            parts.append(words("why.apart", list="; ".join(apart)))
    return " ".join(parts) or words("why.none")


def _frequencies(rows: pd.DataFrame, facts: Facts, words: Words) -> list[tuple[str, list[float]]]:
    """Share of futures in which each event befell the family at least once, by arm, current law first."""
    arms = [facts.reference, *facts.arms]
    rows = rows[rows["future"].isin(facts.results.futures)]
    total = {a: rows[rows["arm"] == a]["future"].nunique() for a in arms}

    def shares(mask: pd.Series) -> list[float]:
        hit = rows[mask]
        return [hit[hit["arm"] == a]["future"].nunique() / total[a] if total[a] else math.nan for a in arms]

    out = [(words(f"event.{code}"), shares(rows["event"] == code)) for code in FREQUENT]
    ace = rows["event"] == "ace"
    for name in ACE:
        out.append(
            (
                words("event.one_ace", name=words.term(name)),
                shares(ace & rows["text"].str.contains(name, regex=False)),
            )
        )
    return [(label, s) for label, s in out if np.nansum(s) > 0]
