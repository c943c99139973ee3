"""The wrong-pocket ledger: who pays for a mix and who saves by it, payer by payer, to the cent.

*Paid* comes from the ledger: costs, and transfers between payers and the fund of a collaborative. What is
paid out to families (benefits, wages) or to firms (credits) is theirs as receipt, so that it counts for the
payer and cancels for society. *Saved* comes from simulated states and events, as difference from current
law in the same future, brought to the number of residents of current law: a family that stays in town
because it was not evicted is no cost of the program.

    saved = numerator of current law - numerator of the arm x residents of current law / residents of the arm

Within each future and month the parts add up: health care of all payers to all health care, public cost of
all agencies to all public cost (courts carry what rounding and the order of a month leave), benefits and
taxes to zero. So paid less saved of all payers is the resource cost less all that is saved, to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hecsim import evidence
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.errors import RunError
from hecsim.study.results import Results

__all__ = ["PAYERS", "Budgets", "budgets", "discount", "scaled", "standardized"]

PAYERS = (
    "Medicaid", "Medicare", "commercial plans", "hospitals", "employers", "schools", "child protection", "courts",
    "corrections", "shelter", "town", "state", "federal", "philanthropy", "investors", "collaborative fund", "residents",
)  # fmt: skip
_ALIASES = {"commercial insurers": "commercial plans", "payroll contributions": "residents", "congregations": "philanthropy"}
# Categories of cost that families or firms receive.
_RECEIVED = {"benefits": "residents", "wages": "residents", "revenue": "residents", "tax credit": "employers",
             "hiring credits": "employers"}  # fmt: skip
_HEALTH = {"Medicaid": "cost_medicaid", "Medicare": "cost_medicare", "commercial plans": "cost_commercial",
           "hospitals": "cost_hospitals"}  # fmt: skip
_PUBLIC = {"child protection": "cost_child_protection", "corrections": "cost_corrections", "shelter": "cost_shelter"}
_OTHER = {"schools": "cost_schools", "employers": "cost_employers"}
_NEEDED = ("health_cost", "public_cost", "paid_federal", "paid_state", "taxes_paid", *_HEALTH.values(), *_PUBLIC.values(),
           *_OTHER.values())  # fmt: skip


def discount(months: int, rate: float) -> np.ndarray:
    """Weight of each month, 1 at the start."""
    return (1.0 + rate) ** -(np.arange(months) / MONTHS_PER_YEAR)


def scaled(results: Results, measure: str) -> np.ndarray:
    """Numerator of a measure by month at the scale of the real place, shape (futures, arms, months)."""
    where = results.manifest.get("places") or {}
    weights = dict(zip(where.get("neighborhood") or [], where.get("scale") or [], strict=False))
    part = results.sums[:, :, :, results.measures.index(measure)]
    lookup = {key: i for i, key in enumerate(results.groups)}
    rows = [(lookup["neighborhood", n], w) for n, w in weights.items() if ("neighborhood", n) in lookup]
    if not rows:
        return np.asarray(part[..., lookup["all", "all"], 0])
    return np.asarray(part[..., [i for i, _ in rows], 0]) @ np.array([w for _, w in rows], float)


def standardized(results: Results, measure: str) -> np.ndarray:
    """The same at the number of residents of current law in the same future and month."""
    top = scaled(results, measure)
    if "residents" not in results.measures:
        return top
    people = scaled(results, "residents")
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = people[:, [results.reference]] / people
    return top * np.where(np.isfinite(factor), factor, 1.0)


@dataclass(frozen=True)
class Budgets:
    """Cents by payer, as differences of an arm from current law, int64 (futures, months).

    paid, saved : by payer; resource : costs that use something up, whoever pays
    total : all that is saved by anybody
    """

    arm: str
    paid: Mapping[str, np.ndarray]
    saved: Mapping[str, np.ndarray]
    resource: np.ndarray
    total: np.ndarray

    @property
    def payers(self) -> tuple[str, ...]:
        """Everybody who pays or saves, in the order of `PAYERS`, then whom a user named."""
        found = {*self.paid, *self.saved}
        return (*(p for p in PAYERS if p in found), *sorted(found - set(PAYERS)))

    def net(self, payers: tuple[str, ...] | None = None) -> np.ndarray:
        """Paid less saved, of some payers together; of all by default."""
        out = np.zeros_like(self.resource)
        for p in self.payers if payers is None else payers:
            out = out + self.paid.get(p, 0) - self.saved.get(p, 0)
        return out

    @property
    def balances(self) -> bool:
        """Whether every cent paid or saved has its payer, in every future and month."""
        return bool((self.net() == self.resource - self.total).all())


def budgets(results: Results, arm: str) -> Budgets:
    """The wrong-pocket ledger of one arm.

    Raises
    ------
    RunError : the study did not keep what it needs
    """
    missing = [m for m in _NEEDED if m not in results.measures]
    if missing:
        raise RunError(f"the study did not measure {missing[0]}; run it again to see who pays and who saves")
    a, ref = results.arms.index(arm), results.reference
    paid, resource = _paid(results, a, ref)

    def gain(measure: str) -> np.ndarray:
        x = standardized(results, measure)
        return np.rint(100.0 * (x[:, ref] - x[:, a])).astype(np.int64)

    saved = {p: gain(m) for p, m in (_HEALTH | _PUBLIC | _OTHER).items()}
    health, public = gain("health_cost"), gain("public_cost")
    residents = health - sum(saved[p] for p in _HEALTH)
    saved["courts"] = public - sum(saved[p] for p in _PUBLIC)
    total = health + public + sum(saved[p] for p in _OTHER)
    federal, state, taxes = gain("paid_federal"), gain("paid_state"), gain("taxes_paid")
    share = float(evidence.draw(None)["money.tax_federal_share"])
    to_federal = np.rint(-taxes * share).astype(np.int64)
    saved["federal"] = federal + to_federal
    saved["state"] = state - taxes - to_federal
    saved["residents"] = residents - federal - state + taxes
    return Budgets(arm, paid, saved, resource, total)


def _paid(results: Results, a: int, ref: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Cents paid by payer and resource cost, arm less current law."""
    shape = (len(results.futures), results.sums.shape[2])
    out: dict[str, np.ndarray] = {}
    resource = np.zeros(shape, np.int64)
    frame = results.ledger
    if frame is None or not len(frame) or "amount" not in frame:
        return out, resource
    if "flow" in frame:
        frame = frame[frame["flow"] != "note"]
    frame = frame[frame["arm"].isin([results.arms[a], results.arms[ref]])]
    place = {x: i for i, x in enumerate(results.futures)}
    f = frame["future"].map(place).to_numpy(float)
    frame, f = frame[np.isfinite(f)], f[np.isfinite(f)].astype(np.int64)
    months = np.clip(frame["month"].to_numpy(np.int64), 0, shape[1] - 1)
    sign = np.where(frame["arm"].to_numpy() == results.arms[a], 1, -1)
    amount = np.rint(frame["amount"].to_numpy(float) * 100.0).astype(np.int64) * sign
    payer = frame["payer"].map(lambda p: _ALIASES.get(p, p)).to_numpy(object)
    cost = frame["flow"].to_numpy() == "cost" if "flow" in frame else np.ones(len(frame), bool)
    taker = frame["category"].map(_RECEIVED.get).to_numpy(object)

    def enter(name: str, rows: np.ndarray, turn: int = 1) -> None:
        np.add.at(out.setdefault(name, np.zeros(shape, np.int64)), (f[rows], months[rows]), turn * amount[rows])

    for name in dict.fromkeys(payer):
        enter(name, np.flatnonzero(payer == name))
    for name in ("residents", "employers"):
        rows = np.flatnonzero(cost & (taker == name))
        if rows.size:
            enter(name, rows, -1)
    used = np.flatnonzero(cost & ~np.isin(taker.astype(str), ("residents", "employers")))
    np.add.at(resource, (f[used], months[used]), amount[used])
    return out, resource
