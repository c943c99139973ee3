"""What the studio says of cost while a mix is built: a price beside each intervention, and their sum against the budget."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass

import solara
import solara.lab

from hecsim.errors import HecsimError
from hecsim.interventions import catalogue
from hecsim.report.text import dollars
from hecsim.web import worker
from hecsim.web.budget import SHAPES
from hecsim.web.jobs import BOARD
from hecsim.web.prices import Price, costs, kept_prices, work_out
from hecsim.web.state import Pick, State, percent_of
from hecsim.web.words import say

__all__ = ["Estimate", "estimate", "use_prices"]

_STILL = 1.0  # seconds that the page stands still before the first price is worked out
_EVERY = 0.3  # seconds between two looks at a price
_SHOWN = 3.0  # seconds after which new prices are shown
_TOWNS = 24  # places whose prices are held in memory

_held: dict[tuple[str, ...], dict[str, Price]] = {}
_asked: dict[tuple[tuple[str, ...], str], Future[Price]] = {}


@dataclass(frozen=True)
class Estimate:
    """Words on cost.

    prices : by id; total : of what is picked, "" if nothing can be said; over : whether that is beyond the budget
    """

    prices: Mapping[str, str]
    total: str
    over: bool
    note: str


def _known(towns: tuple[str, ...]) -> dict[str, Price]:
    if towns not in _held:
        while len(_held) >= _TOWNS:
            _held.pop(next(iter(_held)))
        _held[towns] = kept_prices(towns)
    return _held[towns]


def use_prices(state: State, busy: bool) -> Mapping[str, Price]:
    """Prices of all interventions in the towns, as far as known; the others are worked out one by one, never beside a run."""
    towns = state.towns
    nothing: tuple[tuple[str, ...], int] = ((), 0)
    _, show = solara.use_state(nothing)
    picked = solara.use_ref([""])
    picked.current = [p.id for p in state.picks]  # asked for anew before each price: what is chosen comes first

    async def work() -> None:
        if busy:
            return
        known = _known(towns)
        await asyncio.sleep(_STILL)
        since = 0.0
        while name := next((n for n in (*picked.current, *catalogue()) if n not in known), ""):
            # Current law, which makes every result come sooner, goes before the price of what nobody has chosen.
            if BOARD.busy(ahead=name not in picked.current):
                await asyncio.sleep(_STILL)
                continue
            key = (towns, name)
            if key not in _asked:  # another visitor may wait for the same price
                _asked[key] = BOARD.ask(worker.asked, work_out, towns, name)
            task = _asked[key]
            while not task.done():
                await asyncio.sleep(_EVERY)
                since += _EVERY
            _asked.pop(key, None)
            try:
                known[name] = task.result()
            except (HecsimError, RuntimeError):  # without a price a mix is built and run all the same
                return
            if since > _SHOWN or name in picked.current:
                since = 0.0
                show((towns, len(known)))
        show((towns, len(known)))

    solara.lab.use_task(work, dependencies=[towns, busy])
    return _held.get(towns, {})


def estimate(state: State, known: Mapping[str, Price]) -> Estimate:
    """The words for a state; a pick counts at its reach and from its start, any other as it would if it were picked."""
    lang = state.lang

    def of(pick: Pick) -> float:
        return costs(known[pick.id], pick, state.years, state.payer)

    picked = {p.id: p for p in state.picks}
    usual = {name: Pick(name, percent_of(cls().reach), min(1, state.years - 1)) for name, cls in catalogue().items()}
    prices = {}
    for name in known:
        if name in usual:
            cost = of(picked.get(name, usual[name]))
            prices[name] = say("price", lang, cost=dollars(cost, lang)) if cost >= 1 else say("price.none", lang)
    left = [name for name in picked if name not in known]
    missing = len(known) < len(catalogue())
    note = say("price.busy", lang, n=len(known), of=len(catalogue())) if missing else say("price.note", lang)
    if not picked or left:
        return Estimate(prices, "", False, note)
    total = sum(of(p) for p in picked.values())
    over = bool(state.budget) and total > state.budget
    shape = f"{SHAPES['over' if over else 'within']} " if state.budget else ""
    key = "price.over" if over else "price.within" if state.budget else "price.total"
    told = say(key, lang, cost=dollars(total, lang), budget=dollars(float(state.budget), lang))
    return Estimate(prices, shape + told, over, note)
