"""What the URL says: town, size, years, budget, mix, saved mixes, language. Read from anybody, so nothing is believed.

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
from hecsim.collaborative.roles import KINDS
from hecsim.collaborative.spec import FORMS, RULES, STARTER
from hecsim.interventions import catalogue, mixes
from hecsim.study.budgets import PAYERS as _ALL_PAYERS
from hecsim.web.grouping import NOWHERE, Where, changed, parse_where, where_text

__all__ = [
    "FUTURES", "HOUSEHOLDS", "LANGUAGES", "MAX_SAVED", "MAX_TOWNS", "PAYERS", "YEARS", "Group", "Pick", "Saved", "State",
    "of_mix", "parse", "query", "restored", "towns", "updated",
]  # fmt: skip

LANGUAGES = ("en", "es")
HOUSEHOLDS = (500, 1000, 2000, 4000, 10_000)
YEARS = (5, 6, 7, 8, 9, 10)
FUTURES = (4, 8, 16)
MAX_TOWNS = 40  # a whole planning region
MAX_SAVED = 4
MOST_BUDGET = 10**10  # USD a year
# Families are no budget that a planner fills.
PAYERS = tuple(p for p in _ALL_PAYERS if p != "residents")
AIDS = ("child_care", "interpreters", "mentor", "facilitator")
MAX_SEATS, MAX_STIPEND, MAX_PARTNERS = 20, 300, 30
_LONGEST = 4000  # characters of a query that are looked at
_FIELDS = 20


@dataclass(frozen=True)
class Pick:
    """One intervention: its id, reach in percent of those eligible, and the year after the start in which it begins."""

    id: str
    reach: int
    start: int


@dataclass(frozen=True)
class Saved:
    """A mix that was kept for comparison; `mix` as in `State`."""

    mix: str
    picks: tuple[Pick, ...]


@dataclass(frozen=True)
class Group:
    """A collaborative as `/plan` asks for it; `aids` are what it gives residents who take part."""

    form: str = "mou"
    rule: str = "consensus"
    seats: int = 2
    stipend: int = 0
    aids: tuple[str, ...] = ()
    partners: tuple[str, ...] = STARTER


@dataclass(frozen=True)
class State:
    """Everything that a link carries.

    mix : id of the ready-made mix that the picks began as, "" for none; its other settings are kept
    budget : USD a year, 0 for none; payer : whose spending counts against it, "" for all budgets
    """

    towns: tuple[str, ...] = ("Hartford",)
    households: int = 1000
    years: int = 5
    futures: int = 8
    mix: str = ""
    picks: tuple[Pick, ...] = ()
    budget: int = 0
    payer: str = ""
    saved: tuple[Saved, ...] = ()
    group: Group = Group()
    where: Where = NOWHERE
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


def _budget(text: Any) -> int:
    """Whole dollars a year; 0, which is no budget, for anything else."""
    words = str(text)
    return min(int(words), MOST_BUDGET) if words.isascii() and words.isdigit() and len(words) <= 15 else 0


def _listed(text: str, years: int) -> tuple[Pick, ...]:
    parts = [(entry + "..").split(".")[:3] for entry in text.split(",")[: 2 * len(catalogue())]]
    return _picks([(p[0], p[1], p[2]) for p in parts], years)


def _saved(text: str, years: int) -> tuple[Saved, ...]:
    """Kept mixes: parts between "-", each the id of a ready-made mix, "_", and picks; picks left out are its own."""
    out: list[Saved] = []
    for part in text.split("-")[: 2 * MAX_SAVED]:
        name, changed, entries = part.partition("_")
        mix = name if name in _mix_ids() else ""
        picks = _listed(entries, years) if changed else (of_mix(mix, years) if mix else ())
        one = Saved(mix, picks)
        if picks and one not in out:
            out.append(one)
    return tuple(out[:MAX_SAVED])


def _kept(one: Saved, years: int) -> str:
    if one.mix and one.picks == of_mix(one.mix, years):
        return one.mix
    return f"{one.mix}_" + ",".join(f"{p.id}.{p.reach}.{p.start}" for p in one.picks)


def _group(text: str, organizations: str | None) -> Group:
    """A group from "form.rule.seats.stipend.aids" (numbers of their lists) and the kinds of its partners."""
    form, rule, seats, stipend, aids = (text + "." * 4).split(".")[:5]
    start = Group()
    kinds = start.partners
    if organizations is not None:
        named = [_whole(o, range(len(KINDS)), -1) for o in organizations.split(",")[:MAX_PARTNERS]]
        kinds = tuple(KINDS[i] for i in named if i >= 0)
    return Group(
        FORMS[_whole(form, range(len(FORMS)), FORMS.index(start.form))],
        RULES[_whole(rule, range(len(RULES)), RULES.index(start.rule))],
        _whole(seats, range(MAX_SEATS + 1), start.seats),
        _whole(stipend, range(MAX_STIPEND + 1), start.stipend),
        tuple(a for i, a in enumerate(AIDS) if str(i) in aids),
        kinds,
    )


def parse(search: str | None) -> State:
    """A state from a URL's query; what is unknown or out of range is dropped or clamped, and nothing raises.

    t towns, n households, y years, f futures, b budget, p payer, m ready-made mix, iv picks as id.reach.start,
    s saved mixes, g and o the group of `/plan`, w its grouping of towns, lang language
    """
    try:
        pairs = parse_qsl((search or "")[:_LONGEST].lstrip("?"), max_num_fields=_FIELDS, errors="replace")
    except ValueError:
        pairs = []
    raw = dict(reversed(pairs))  # the first of a repeated field counts
    years = _whole(raw.get("y"), YEARS, State.years)
    mix = raw.get("m", "") if raw.get("m", "") in _mix_ids() else ""
    if "iv" in raw:
        picks = _listed(raw["iv"], years)
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
        budget=_budget(raw.get("b", "")),
        payer=raw.get("p", "") if raw.get("p", "") in PAYERS else "",
        saved=_saved(raw.get("s", ""), years),
        group=_group(raw.get("g", ""), raw.get("o")),
        where=parse_where(raw.get("w", "")),
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
    if state.budget:
        fields.append(("b", str(state.budget)))
    if state.payer:
        fields.append(("p", state.payer))
    if state.saved:
        fields.append(("s", "-".join(_kept(one, state.years) for one in state.saved)))
    g, start = state.group, Group()
    if replace(g, partners=start.partners) != start:
        aids = "".join(str(AIDS.index(a)) for a in g.aids)
        fields.append(("g", f"{FORMS.index(g.form)}.{RULES.index(g.rule)}.{g.seats}.{g.stipend}.{aids}"))
    if g.partners != start.partners:
        fields.append(("o", ",".join(str(KINDS.index(k)) for k in g.partners) or "none"))
    if state.where != NOWHERE:
        fields.append(("w", where_text(state.where)))
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
        saved = tuple(_within(one, state.years, years) for one in state.saved)
        state = replace(state, years=years, picks=_clamped(kept, years), saved=tuple(dict.fromkeys(saved)))
    if "mix" in change:
        mix = str(change["mix"]) if change["mix"] in _mix_ids() else ""
        years = max(state.years, years_for(mix))
        saved = tuple(_within(one, state.years, years) for one in state.saved)
        state = replace(state, years=years, mix=mix, picks=of_mix(mix, years) if mix else (), saved=saved)
    if "budget" in change:
        state = replace(state, budget=_budget(change["budget"]))
    if "payer" in change:
        state = replace(state, payer=str(change["payer"]) if change["payer"] in PAYERS else "")
    state = _shelf(state, change)
    if isinstance(change.get("group"), Mapping):
        state = replace(state, group=_regrouped(state.group, change["group"]))
    state = replace(state, where=changed(state.where, change.get("where")))
    if isinstance(change.get("everyone"), bool) and state.picks:
        usual = {p.id: p.reach for p in of_mix(state.mix, state.years)} if state.mix else {}
        everyone = bool(change["everyone"])
        picks = _picks([(p.id, 100 if everyone else usual.get(p.id, ""), p.start) for p in state.picks], state.years)
        state = replace(state, picks=picks)
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


def reaches_everyone(state: State) -> bool:
    """Whether every part of the mix reaches all it is meant for."""
    return bool(state.picks) and all(p.reach == 100 for p in state.picks)


def _clamped(picks: Iterable[Pick], years: int) -> tuple[Pick, ...]:
    return _picks([(p.id, p.reach, p.start) for p in picks], years)


def _within(one: Saved, before: int, years: int) -> Saved:
    """A kept mix under another horizon; a ready-made one that was not changed stays that."""
    whole = one.mix and one.picks == of_mix(one.mix, before)
    return Saved(one.mix, of_mix(one.mix, years) if whole else _clamped(one.picks, years))


def _shelf(state: State, change: Mapping[Any, Any]) -> State:
    """Keep the current mix or a ready-made one, discard a kept one, or take a kept one as the current mix."""
    now = Saved(state.mix, state.picks)
    if change.get("keep") is True and state.picks and now not in state.saved:
        state = replace(state, saved=(*state.saved, now)[:MAX_SAVED])
    if change.get("add") in _mix_ids() and len(state.saved) < MAX_SAVED:
        years = max(state.years, years_for(str(change["add"])))
        saved = [_within(one, state.years, years) for one in state.saved]
        saved.append(Saved(str(change["add"]), of_mix(str(change["add"]), years)))
        whole = bool(state.mix) and not state.changed
        picks = of_mix(state.mix, years) if whole else state.picks
        state = replace(state, years=years, picks=picks, saved=tuple(dict.fromkeys(saved)))
    number = change.get("discard")
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < len(state.saved):
        state = replace(state, saved=state.saved[:number] + state.saved[number + 1 :])
    number = change.get("open")
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < len(state.saved):
        state = restored(state, state.saved[number])
    return state


def restored(state: State, one: Saved) -> State:
    """The state with a kept mix as its mix."""
    return replace(state, mix=one.mix, picks=one.picks)


def _regrouped(group: Group, change: Mapping[Any, Any]) -> Group:
    """The group after a change from the page."""
    if change.get("form") in FORMS:
        group = replace(group, form=str(change["form"]))
    if change.get("rule") in RULES:
        group = replace(group, rule=str(change["rule"]))
    if "seats" in change:
        group = replace(group, seats=_whole(change["seats"], range(MAX_SEATS + 1), group.seats))
    if "stipend" in change:
        group = replace(group, stipend=_whole(change["stipend"], range(MAX_STIPEND + 1), group.stipend))
    if change.get("aid") in AIDS:
        aids = set(group.aids) ^ {change["aid"]}
        group = replace(group, aids=tuple(a for a in AIDS if a in aids))
    if change.get("invite") in KINDS:
        group = replace(group, partners=(*group.partners, str(change["invite"]))[:MAX_PARTNERS])
    if change.get("leave") in group.partners:
        at = group.partners.index(str(change["leave"]))
        group = replace(group, partners=group.partners[:at] + group.partners[at + 1 :])
    return group
