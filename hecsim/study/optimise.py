"""The best mixes for a budget: screened, predicted from singles and pairs, chosen, and run again on fresh futures.

1. Every candidate runs alone. Those that gain least for their dollars are set aside.
2. Every pair of the rest runs. Gain of a mix is predicted from singles and (shrunken) synergies of pairs.
3. A mixed-integer program picks the best mixes under budget, funds, staff and an equity floor.
4. They run whole on futures that nobody has looked at. The winner is chosen among these, and the
   difference between what was promised and what fresh futures show is the optimizer's curse
   (Smith and Winkler 2006): the best of many noisy promises promises too much.
5. The winner's own figure is again the best of several, so it is measured once more on other fresh futures.

    [study] and [community] as in any study file; no [[arm]] is needed

    [optimise]
    outcome = "aces_0_8"                 # what is gained
    budget = 5_000_000                   # dollars a year of the horizon
    screen = 8                           # candidates that go on to pairs
    finalists = 20
    fresh = 10                           # futures of the final runs

    [[optimise.candidate]]
    id = "G04"
    reach = 0.5                          # settings as anywhere; name = "..." tells apart two versions of one id

    [[optimise.fund]]                    # leave out for money without rules
    name = "Medicaid"
    per_year = 2_000_000
    pays_for = ["G04", "S03"]

    [optimise.staff]                     # posts that may be taken, by pool
    nurse = 12

    [optimise.equity]
    group = "income:below poverty"       # gains at least `floor` of what everybody gains
    floor = 1.0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hecsim import evidence
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.errors import RunError, ScenarioError, UnknownNameError
from hecsim.interventions import Intervention, from_mapping
from hecsim.scenario import naming_the_file, read_toml
from hecsim.study.design import Arm, Study, fresh_seed
from hecsim.study.knapsack import Fund, Knapsack, Surrogate, shrunk, solve
from hecsim.study.outcome import Outcome, outcome
from hecsim.study.results import Results, interval
from hecsim.study.run import build, run_study

__all__ = ["Best", "Question", "optimise"]

_KEYS = ("outcome", "budget", "screen", "finalists", "fresh", "candidate", "fund", "staff", "equity")
LAW = "Current law"


@dataclass(frozen=True)
class Question:
    """What is to be bought, from what, with what money; see the module's text for the file.

    study : community, horizon, futures and seed of screening and pairs; its arms are not used
    candidates : name to intervention
    """

    study: Study
    outcome: Outcome
    candidates: Mapping[str, Intervention]
    budget: float
    screen: int = 8
    finalists: int = 20
    fresh: int = 10
    funds: tuple[Fund, ...] = ()
    staff: Mapping[str, float] = field(default_factory=dict)
    equity: Outcome | None = None
    floor: float = 0.0

    @classmethod
    def from_file(cls, path: str | Path, **changes: Any) -> Question:
        """Read a study file with an [optimise] table; `changes` such as futures=6 replace what [study] says."""
        file = Path(path)
        raw = read_toml(file)
        with naming_the_file(file):
            told = raw.pop("optimise", None)
            if not isinstance(told, Mapping):
                raise ScenarioError("the file has no [optimise] table", file=file, key="optimise")
            study = Study.from_mapping({**raw, "arm": [{"name": LAW}]}, file, **changes)
            return _question(study, told, file)


@dataclass
class Best:
    """What to buy.

    table : finalists, best first: mix, promised (surrogate), gain, low, high (fresh futures), cost, fits, best_share
    winner : the mix with the greatest gain on fresh futures among those that fit; confirmed : its gain, low and
        high on futures that did not choose it
    curse : mean of promised less gain over the finalists, and of the one that promised most
    screening : every candidate alone: gain, low, high, cost, per_million, kept; synergy : every pair kept
    """

    winner: tuple[str, ...]
    confirmed: dict[str, float]
    curse: dict[str, float]
    table: pd.DataFrame
    screening: pd.DataFrame
    synergy: pd.DataFrame
    outcome: str
    unit: str
    budget: float
    directory: Path


def _question(study: Study, told: Mapping[str, Any], file: Path) -> Question:
    def refuse(table: Mapping[str, Any], allowed: Sequence[str], key: str) -> None:
        for name in table:
            if name not in allowed:
                raise UnknownNameError(name, allowed, what="key", file=file, key=key)

    def number(table: Mapping[str, Any], name: str, key: str, default: float | None = None, least: float = 0.0) -> float:
        value = table.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < np.inf:
            raise ScenarioError(f"'{name}' is a number of at least {least:g}, not {value!r}", file=file, key=key)
        return float(value)

    refuse(told, _KEYS, "optimise")
    candidates: dict[str, Intervention] = {}
    for item in told.get("candidate", []):
        entry = dict(item)
        name = str(entry.pop("name", entry.get("id", "")))
        if name in candidates:
            raise ScenarioError(f"two candidates are called '{name}'; give one a name", file=file, key="optimise.candidate")
        candidates[name] = from_mapping(entry, file=file)
    if len(candidates) < 2:
        raise ScenarioError("give at least two [[optimise.candidate]]", file=file, key="optimise.candidate")
    funds = []
    for item in told.get("fund", []):
        refuse(item, ("name", "per_year", "pays_for"), "optimise.fund")
        for name in item.get("pays_for", ()):
            if name not in candidates:
                raise UnknownNameError(name, candidates, what="candidate", file=file, key="optimise.fund")
        funds.append(
            Fund(str(item.get("name", "fund")), number(item, "per_year", "optimise.fund"), tuple(item.get("pays_for", ())))
        )
    pools = sorted({iv.pool for iv in candidates.values() if iv.pool})
    staff = dict(told.get("staff", {}))
    for pool in staff:
        if pool.replace("_", " ") not in pools:
            raise UnknownNameError(pool, pools, what="pool of staff", file=file, key="optimise.staff")
    equity = told.get("equity")
    aim = outcome(str(told.get("outcome", "")))
    if not aim.sign:
        raise ScenarioError(
            f"'{aim.text}' has no better direction, so it cannot be maximized", file=file, key="optimise.outcome"
        )
    if equity is not None:
        refuse(equity, ("group", "floor"), "optimise.equity")
    return Question(
        study, aim, candidates, number(told, "budget", "optimise"),
        screen=int(number(told, "screen", "optimise", 8, 2)), finalists=int(number(told, "finalists", "optimise", 20, 1)),
        fresh=int(number(told, "fresh", "optimise", 10, 1)), funds=tuple(funds),
        staff={k.replace("_", " "): number(staff, k, "optimise.staff") for k in staff},
        equity=None if equity is None else outcome(f"{aim.name}@{equity.get('group', '')}"),
        floor=0.0 if equity is None else number(equity, "floor", "optimise.equity", 1.0),
    )  # fmt: skip


def optimise(question: Question, out: str | Path, **how: Any) -> Best:
    """Answer a question: screen, predict, choose, run again on fresh futures, and confirm the winner.

    Parameters
    ----------
    out : folder; every step is a study folder in it, so that an interrupted answer goes on where it stopped
    how : workers, progress, cluster as for `run_study`; community to use one that is built

    Examples
    --------
    >>> import hecsim as hs
    >>> found = hs.optimise(hs.Question.from_file("experiments/waterbury.toml"), "results/waterbury")   # doctest: +SKIP
    >>> found.winner, found.confirmed, found.curse                                                      # doctest: +SKIP
    """
    q, folder = question, Path(out)
    if "community" not in how:
        how = {**how, "community": build(q.study.community, how.get("progress"))}
    names = list(q.candidates)
    singles = _run(q, [(n,) for n in names], folder / "screening", q.study, how)
    screening = _screened(q, singles, names)
    kept = [n for n in names if screening.set_index("candidate").loc[n, "kept"]]
    pairs = [(i, j) for i, j in combinations(kept, 2) if q.candidates[i].id != q.candidates[j].id]  # versions exclude
    both = _run(q, [*((n,) for n in kept), *pairs], folder / "pairs", q.study, how)
    knapsack, synergy = _model(q, both, kept, pairs)
    chosen = [m for m in solve(knapsack, q.finalists) if m]
    if not chosen:
        raise RunError("no candidate gains anything within the budget; nothing is bought")
    fresh = replace(q.study, seed=fresh_seed(q.study.seed, "finalists"), futures=q.fresh)
    final = _run(q, chosen, folder / "finalists", fresh, how)
    table = _final(q, final, chosen, knapsack.gain)
    fitting = table[table["fits"]]
    eligible = fitting if len(fitting) else table
    first = int(eligible.index[int(eligible["gain"].to_numpy().argmax())])
    winner = chosen[first]
    again = replace(q.study, seed=fresh_seed(q.study.seed, "confirmation"), futures=q.fresh)
    confirmed = _confirmed(q, _run(q, [winner], folder / "confirmation", again, how), winner)
    curse = {
        "finalists": float((table["promised"] - table["gain"]).mean()),
        "most_promising": float((table["promised"] - table["gain"])[0]),
        "winner": float(table["gain"][first] - confirmed["gain"]),
    }
    order = table.sort_values("gain", ascending=False, ignore_index=True)
    return Best(winner, confirmed, curse, order, screening, synergy, q.outcome.text, q.outcome.unit, q.budget, folder)


def _run(q: Question, mixes: Sequence[tuple[str, ...]], folder: Path, study: Study, how: Mapping[str, Any]) -> Results:
    arms = [Arm(LAW), *(Arm(" + ".join(m), tuple(q.candidates[n] for n in m)) for m in mixes)]
    planned = replace(study, name=f"{study.name}: {folder.name}", arms=tuple(arms), contrasts=())
    return run_study(planned, folder, **how)


def _gains(results: Results, o: Outcome, mix: Sequence[str]) -> np.ndarray:
    values = o.values(results)
    return o.sign * (values[:, results.arms.index(" + ".join(mix))] - values[:, results.reference])


def _costs(results: Results, mix: Sequence[str]) -> np.ndarray:
    return outcome("spending").values(results)[:, results.arms.index(" + ".join(mix))]


def _screened(q: Question, results: Results, names: Sequence[str]) -> pd.DataFrame:
    rows = []
    for n in names:
        gain, cost = _gains(results, q.outcome, (n,)), float(_costs(results, (n,)).mean())
        low, high = interval(gain, results.draws)
        rows.append({"candidate": n, "id": q.candidates[n].id, "gain": gain.mean(), "low": low, "high": high, "cost": cost})
    frame = pd.DataFrame(rows)
    # What costs nothing, or brings money in, is best by its gain alone.
    frame["per_million"] = frame["gain"] / (frame["cost"].clip(lower=1.0) / 1e6)
    useful = frame[(frame["gain"] > 0) & (frame["cost"] <= q.budget)]
    # Half by gain for the dollar, half by gain, so that neither small bargains nor large effects fill the list.
    by_dollar = list(useful.sort_values("per_million", ascending=False)["candidate"])
    by_gain = list(useful.sort_values("gain", ascending=False)["candidate"])
    order = list(dict.fromkeys(x for two in zip(by_dollar, by_gain, strict=True) for x in two))
    frame["kept"] = frame["candidate"].isin(order[: q.screen])
    if frame["kept"].sum() < 1:
        raise RunError("no candidate gains anything within the budget; nothing is bought")
    return frame


def _model(
    q: Question, results: Results, kept: Sequence[str], pairs: Sequence[tuple[str, str]]
) -> tuple[Knapsack, pd.DataFrame]:
    def surrogate(o: Outcome) -> tuple[Surrogate, dict[tuple[str, str], tuple[float, float]]]:
        alone = {n: _gains(results, o, (n,)) for n in kept}
        raw = {}
        for i, j in pairs:
            extra = _gains(results, o, (i, j)) - alone[i] - alone[j]
            low, high = interval(extra, results.draws, 0.68)  # about one standard error each way
            raw[i, j] = (float(extra.mean()), float((high - low) / 2) if np.isfinite(low) else float(np.abs(extra.mean())))
        return Surrogate({n: float(v.mean()) for n, v in alone.items()}, shrunk(raw)), raw

    gain, raw = surrogate(q.outcome)
    equity = surrogate(q.equity)[0] if q.equity is not None else None
    same: dict[str, list[str]] = {}
    for n in kept:
        same.setdefault(q.candidates[n].id, []).append(n)
    knapsack = Knapsack(
        gain=gain, cost={n: float(_costs(results, (n,)).mean()) for n in kept}, budget=q.budget, funds=q.funds,
        use=_posts(q, results, kept), staff=q.staff, equity=equity, floor=q.floor,
        alternatives=tuple(tuple(v) for v in same.values() if len(v) > 1),
    )  # fmt: skip
    rows = [
        {
            "first": i,
            "second": j,
            "synergy": raw[i, j][0],
            "error": raw[i, j][1],
            "used": gain.pair[i, j],
            "unit": q.outcome.unit,
        }
        for i, j in pairs
    ]
    return knapsack, pd.DataFrame(rows)


def _posts(q: Question, results: Results, kept: Sequence[str]) -> dict[str, dict[str, float]]:
    """Posts of each pool that a candidate fills on average while it runs, from what it spends on service.

    Families served at a time are dollars of service over the price of a month (or of a start over the months of
    service); a post carries a caseload.
    """
    central = evidence.draw(None)
    used: dict[str, dict[str, float]] = {}
    ledger = results.ledger
    for n in kept:
        iv = q.candidates[n]
        if not iv.pool or not len(ledger):
            continue
        own = ledger[(ledger["arm"] == n) & (ledger["intervention"].str.upper() == iv.id)]
        months = max(results.years * MONTHS_PER_YEAR - iv.start, 1)
        price, start = (iv.number(central, k, 0.0) for k in ("cost_month", "cost_start"))
        served = 0.0
        if price:
            served = float(own.loc[own["category"] == "service", "amount"].sum()) / price
        elif start:
            stay = iv.number(central, "months", 1.0)
            served = float(own.loc[own["category"] == "enrollment", "amount"].sum()) / start * stay
        load = float(central[f"interventions.caseload_{iv.pool.replace(' ', '_')}"])
        used.setdefault(iv.pool, {})[n] = served / len(results.futures) / months / load
    return used


def _final(q: Question, results: Results, mixes: Sequence[tuple[str, ...]], promised: Surrogate) -> pd.DataFrame:
    gains = np.column_stack([_gains(results, q.outcome, m) for m in mixes])
    rows = []
    for i, m in enumerate(mixes):
        cost = _costs(results, m)
        low, high = interval(gains[:, i], results.draws)
        fair = True
        if q.equity is not None:
            fair = bool(_gains(results, q.equity, m).mean() >= q.floor * gains[:, i].mean())
        rows.append(
            {
                "mix": " + ".join(m), "promised": promised.of(m), "gain": gains[:, i].mean(), "low": low, "high": high,
                "cost": cost.mean(), "over_budget_share": (cost > q.budget).mean(), "equity_met": fair,
                "fits": bool(cost.mean() <= q.budget and fair), "best_share": (gains.argmax(axis=1) == i).mean(),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _confirmed(q: Question, results: Results, winner: Sequence[str]) -> dict[str, float]:
    gain = _gains(results, q.outcome, winner)
    low, high = interval(gain, results.draws)
    cost = float(_costs(results, winner).mean())
    found = {"gain": float(gain.mean()), "low": low, "high": high, "cost": cost, "futures": float(gain.size)}
    if q.equity is not None:
        found["equity_gain"] = float(_gains(results, q.equity, winner).mean())
    return found
