"""What the URL says: town, size, years, mix, language. Read from anybody, so nothing in it is believed.

>>> from hecsim.web.state import parse, query
>>> state = parse("t=Hartford&m=M1&y=7&lang=es")
>>> state.years, state.lang, len(state.picks)
(7, 'es', 7)
>>> parse(query(state)) == state
True
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from hecsim import geography
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.interventions import catalogue, mixes

__all__ = [
    "FUTURES", "HOUSEHOLDS", "LANGUAGES", "MAX_TOWNS", "YEARS", "Pick", "State", "of_mix", "parse", "query", "towns", "updated",
]  # fmt: skip

LANGUAGES = ("en", "es")
HOUSEHOLDS = (500, 1000, 2000, 4000)
YEARS = (5, 6, 7, 8, 9, 10)
FUTURES = (4, 8, 16)
MAX_TOWNS = 6
_LONGEST = 4000  # characters of a query that are looked at
_FIELDS = 20


@dataclass(frozen=True)
class Pick:
    """One intervention: its id, reach in percent of those eligible, and the year after the start in which it begins."""

    id: str
    reach: int
    start: int


@dataclass(frozen=True)
class State:
    """Everything that a link carries.

    mix : id of the ready-made mix that the picks began as, "" for none; its other settings are kept
    """

    towns: tuple[str, ...] = ("Hartford",)
    households: int = 1000
    years: int = 5
    futures: int = 8
    mix: str = ""
    picks: tuple[Pick, ...] = ()
    lang: str = "en"

    @property
    def changed(self) -> bool:
        """Whether the picks differ from those of the ready-made mix."""
        return bool(self.mix) and self.picks != of_mix(self.mix, self.years)


@cache
def towns() -> tuple[str, ...]:
    """The 169 towns, alphabetically."""
    return tuple(sorted(str(t) for t in geography.towns().index))


@cache
def _mix_ids() -> tuple[str, ...]:
    return tuple(m.id for m in mixes().values() if len(m))


def percent_of(reach: float) -> int:
    """A share as whole percent from 1 to 100."""
    return min(100, max(1, round(100 * reach)))


@cache
def of_mix(mix: str, years: int) -> tuple[Pick, ...]:
    """The picks of a ready-made mix, in the catalogue's order; starts stay within the horizon."""
    chosen = {iv.id: iv for iv in mixes()[mix]}
    return tuple(
        Pick(name, percent_of(chosen[name].reach), min(chosen[name].start // MONTHS_PER_YEAR, years - 1))
        for name in catalogue()
        if name in chosen
    )


@cache
def years_for(mix: str) -> int:
    """The shortest horizon in which every part of a ready-made mix begins at least a year before the end."""
    last = max((iv.start // MONTHS_PER_YEAR for iv in mixes()[mix]), default=0) if mix else 0
    return next((y for y in YEARS if y > last), YEARS[-1])


def _whole(text: Any, allowed: Iterable[int], default: int) -> int:
    """The allowed number nearest to a text of digits; the default for anything else."""
    words = str(text)
    if not (words.isascii() and words.isdigit() and len(words) <= 9):
        return default
    return min(allowed, key=lambda a: abs(a - int(words)))


def _towns(names: Iterable[Any]) -> tuple[str, ...]:
    known = set(towns())
    kept = tuple(dict.fromkeys(str(n) for n in names if str(n) in known))
    return kept[:MAX_TOWNS] or State.towns


def _picks(entries: Iterable[tuple[Any, Any, Any]], years: int) -> tuple[Pick, ...]:
    """Known interventions in the catalogue's order, each once, reach and start within their ranges."""
    found: dict[str, Pick] = {}
    for name, reach, start in entries:
        cls = catalogue().get(str(name))
        if cls is not None:
            found[cls.id] = Pick(
                cls.id, _whole(reach, range(1, 101), percent_of(cls().reach)), _whole(start, range(years), min(1, years - 1))
            )
    return tuple(found[name] for name in catalogue() if name in found)


def parse(search: str | None) -> State:
    """A state from a URL's query; what is unknown or out of range is dropped or clamped, and nothing raises.

    t towns, n households, y years, f futures, m ready-made mix, iv picks as id.reach.start, lang language
    """
    try:
        pairs = parse_qsl((search or "")[:_LONGEST].lstrip("?"), max_num_fields=_FIELDS, errors="replace")
    except ValueError:
        pairs = []
    raw = dict(reversed(pairs))  # the first of a repeated field counts
    years = _whole(raw.get("y"), YEARS, State.years)
    mix = raw.get("m", "") if raw.get("m", "") in _mix_ids() else ""
    if "iv" in raw:
        parts = [(entry + "..").split(".")[:3] for entry in raw["iv"].split(",")[: 2 * len(catalogue())]]
        picks = _picks([(p[0], p[1], p[2]) for p in parts], years)
    else:
        years = max(years, years_for(mix))
        picks = of_mix(mix, years) if mix else ()
    return State(
        towns=_towns(raw.get("t", "").split(",")),
        households=_whole(raw.get("n"), HOUSEHOLDS, State.households),
        years=years,
        futures=_whole(raw.get("f"), FUTURES, State.futures),
        mix=mix,
        picks=picks,
        lang=raw.get("lang", "") if raw.get("lang", "") in LANGUAGES else State.lang,
    )


def query(state: State) -> str:
    """The shortest query that `parse` reads back as this state."""
    fields: list[tuple[str, str]] = [("t", ",".join(state.towns))]
    for key, name in (("n", "households"), ("y", "years"), ("f", "futures")):
        value = getattr(state, name)
        if value != getattr(State, name):
            fields.append((key, str(value)))
    if state.mix:
        fields.append(("m", state.mix))
    if state.changed or (state.picks and not state.mix):
        fields.append(("iv", ",".join(f"{p.id}.{p.reach}.{p.start}" for p in state.picks)))
    if state.lang != State.lang:
        fields.append(("lang", state.lang))
    return urlencode(fields, safe=",.")


def updated(state: State, change: Any) -> State:
    """The state after a change sent by the page: {"town": ...}, {"years": ...}, {"pick": {...}} and so on.

    The page is the visitor's, so a change is checked like a URL.
    """
    if not isinstance(change, Mapping):
        return state
    if change.get("lang") in LANGUAGES:
        state = replace(state, lang=str(change["lang"]))
    if isinstance(change.get("towns"), (list, tuple)):
        state = replace(state, towns=_towns(change["towns"][:200]))
    if "households" in change:
        state = replace(state, households=_whole(change["households"], HOUSEHOLDS, state.households))
    if "futures" in change:
        state = replace(state, futures=_whole(change["futures"], FUTURES, state.futures))
    if "years" in change:
        years = _whole(change["years"], YEARS, state.years)
        whole = bool(state.mix) and not state.changed
        if whole:  # as it stands, a ready-made mix keeps the years that it needs
            years = max(years, years_for(state.mix))
        kept = of_mix(state.mix, years) if whole else state.picks
        state = replace(state, years=years, picks=_picks([(p.id, p.reach, p.start) for p in kept], years))
    if "mix" in change:
        mix = str(change["mix"]) if change["mix"] in _mix_ids() else ""
        years = max(state.years, years_for(mix))
        state = replace(state, years=years, mix=mix, picks=of_mix(mix, years) if mix else ())
    pick = change.get("pick")
    if isinstance(pick, Mapping) and str(pick.get("id")) in catalogue():
        name = str(pick["id"])
        others = [(p.id, p.reach, p.start) for p in state.picks if p.id != name]
        before = next((p for p in state.picks if p.id == name), None)
        if pick.get("on", True):
            reach = pick.get("reach", before.reach if before else "")
            start = pick.get("start", before.start if before else "")
            others.append((name, reach, start))
        picks = _picks(others, state.years)
        state = replace(state, picks=picks, mix=state.mix if picks else "")
    return state
