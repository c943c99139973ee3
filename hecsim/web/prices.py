"""What each intervention costs about, before anything is run: so that a planner can build a mix under a budget.

Each is delivered alone in the small town of a draft, in one future at central values of all parameters, from the first month
on, at the reach of the catalogue. What its ledger holds is kept by payer and year since the start; a pick takes of that what
falls into its years, in proportion to its reach. A run replaces these estimates by spending with a range.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hecsim import evidence
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.interventions import catalogue, find
from hecsim.life import Life
from hecsim.population import without_before
from hecsim.study.parts import write_atomically
from hecsim.web import baseline, cache
from hecsim.web.plan import law_of
from hecsim.web.state import PAYERS, Pick, State, percent_of
from hecsim.web.worker import community_of

__all__ = ["Price", "costs", "kept_prices", "work_out"]

_YEARS = 5  # lived since the start; a later year costs what the last of them costs
_SEED = 1

Price = Mapping[str, list[float]]  # USD of each year since the start, by payer


def _file(towns: tuple[str, ...], name: str) -> Path:
    return cache.root() / "prices" / cache.key_of(law_of(_small(towns))) / f"{name}.json"


def _small(towns: tuple[str, ...]) -> State:
    return State(towns=towns, households=baseline.SMALL, years=_YEARS)


def kept_prices(towns: tuple[str, ...]) -> dict[str, Price]:
    """Prices of these towns that are on disk already."""
    found: dict[str, Price] = {}
    for name in catalogue():
        try:
            found[name] = json.loads(_file(towns, name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
    return found


def work_out(towns: tuple[str, ...], name: str) -> Price:
    """What an intervention alone costs in these towns; lived once, then kept. For a worker process."""
    iv = replace(find(name)(), start=0, end=None)
    model = Life(
        without_before(community_of(law_of(_small(towns)).community)), interventions=[iv], years=_YEARS, seed=_SEED,
        draw=evidence.draw(None), record=False,
    )  # fmt: skip
    model.run()
    frame = model.delivery.ledger.frame()
    model.close()
    own = frame[(frame["intervention"] == iv.id) & frame["payer"].isin(PAYERS)]
    sums = own.groupby(["payer", own["month"] // MONTHS_PER_YEAR])["amount"].sum()
    price = {
        str(p): [round(float(sums.get((p, y), 0.0)), 2) for y in range(_YEARS)]
        for p in dict.fromkeys(sums.index.get_level_values(0))
    }
    file = _file(towns, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(price).encode()
    write_atomically(file, lambda stream: stream.write(text))  # type: ignore[arg-type,return-value]
    os.utime(file.parent)
    return price


def costs(price: Price, pick: Pick, years: int, payer: str = "") -> float:
    """USD a year, averaged over the years of the plan, that a pick takes of one payer or of all budgets.

    >>> from hecsim.web.state import Pick
    >>> costs({"state": [0.0, 100.0, 100.0, 100.0, 100.0]}, Pick("P03", 50, 1), years=5)
    30.0
    """
    usual = percent_of(find(pick.id)().reach)
    rows = [price[payer]] if payer and payer in price else [] if payer else list(price.values())
    lived = years - pick.start
    total = sum(row[min(y, len(row) - 1)] for row in rows for y in range(lived))
    return total * pick.reach / usual / years
