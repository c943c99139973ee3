"""Economics of a finished study: by payer and horizon, what is paid and saved, and what an effect costs.

Perspectives: each payer by itself; *budgets*, everybody but the families themselves; *society*, everybody,
for whom benefits and taxes cancel. Horizons are years that were simulated; nothing is extrapolated, so 30
years need a study of 30 years. Costs and effects are discounted from the first month at one rate, 3% after
the Second Panel on Cost-Effectiveness (JAMA 2016;316:1093). Effects are differences from current law at
the number of residents of current law:

    adverse experiences   first events of the ten types before the ninth birthday that did not happen
    obesity cases         people aged 2 and over with obesity in the horizon's last year who are fewer (not discounted)
    QALYs                 mean quality of life times residents; longer life is not counted
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.errors import ScenarioError
from hecsim.study.budgets import Budgets, budgets, discount, standardized
from hecsim.study.ratios import Ratio, cost_per, returned
from hecsim.study.results import Results, interval

__all__ = ["DISCOUNT_RATE", "EFFECTS", "HORIZONS", "RATES", "Economics"]

DISCOUNT_RATE = 0.03
RATES = (0.0, 0.05)  # least and most that may be asked for
HORIZONS = (3, 5, 10, 30)
EFFECTS = {
    "aces": "adverse experience prevented, ages 0 to 8",
    "obesity": "case of obesity averted at the horizon",
    "qalys": "QALY gained",
}
_OBESE = ("obesity_adult_measured", "obesity_child")


@dataclass
class Economics:
    """Economics of every arm of a study, at one rate of discount.

    Raises
    ------
    ScenarioError : a rate outside 0 to 5%, or a horizon that was not simulated

    Examples
    --------
    >>> Economics(results).payers("Strong start", 10)      # doctest: +SKIP
    """

    results: Results
    rate: float = DISCOUNT_RATE

    def __post_init__(self) -> None:
        if not RATES[0] <= self.rate <= RATES[1]:
            raise ScenarioError(f"a rate from {RATES[0]:g} to {RATES[1]:g}, not {self.rate:g}", key="discount")
        self._budgets: dict[str, Budgets] = {}
        self.arms = [a for i, a in enumerate(self.results.arms) if i != self.results.reference]
        self.draws = self.results.draws
        self.weight = discount(self.results.sums.shape[2], self.rate)

    @property
    def horizons(self) -> tuple[int, ...]:
        """The usual horizons that were simulated, and the whole study."""
        return tuple(sorted({h for h in HORIZONS if h <= self.results.years} | {self.results.years}))

    def _months(self, horizon: int) -> int:
        if not 1 <= horizon <= self.results.years:
            raise ScenarioError(
                f"the study simulated {self.results.years} years, so a horizon of {horizon} would be a guess", key="horizon",
                hint=f"Set years = {horizon} in the study file and run it into another folder",
            )  # fmt: skip
        return horizon * MONTHS_PER_YEAR

    def budgets(self, arm: str) -> Budgets:
        """The wrong-pocket ledger of an arm, in cents by month."""
        if arm not in self._budgets:
            self._budgets[arm] = budgets(self.results, arm)
        return self._budgets[arm]

    def dollars(self, monthly_cents: np.ndarray, horizon: int) -> np.ndarray:
        """Discounted dollars up to a horizon, (futures,)."""
        months = self._months(horizon)
        return (monthly_cents[:, :months] * self.weight[:months]).sum(axis=1) / 100.0

    # -- effects -------------------------------------------------------------------------------------

    def effect(self, arm: str, name: str, horizon: int) -> np.ndarray:
        """Effect of an arm up to a horizon at the scale of the real place, more is better, (futures,)."""
        months, r = self._months(horizon), self.results
        if name == "aces":
            return (self._fewer(arm, "aces_0_8")[:, :months] * self.weight[:months]).sum(axis=1)
        if name == "obesity":
            last = slice(months - MONTHS_PER_YEAR, months)
            return sum(self._fewer(arm, m)[:, last].mean(axis=1) for m in _OBESE if m in r.measures)  # type: ignore[return-value]
        return (-self._fewer(arm, "quality_of_life")[:, :months] * self.weight[:months]).sum(axis=1) / MONTHS_PER_YEAR

    def _fewer(self, arm: str, measure: str) -> np.ndarray:
        """How many fewer than under current law, by month, (futures, months)."""
        x = standardized(self.results, measure)
        return x[:, self.results.reference] - x[:, self.results.arms.index(arm)]

    # -- tables --------------------------------------------------------------------------------------

    def payers(self, arm: str, horizon: int) -> pd.DataFrame:
        """Paid, saved and net by payer, one row each, then budgets and society; dollars, net with its interval."""
        b = self.budgets(arm)
        rows = [self._payer_row(b, p, (p,), horizon) for p in b.payers]
        rows.append(self._payer_row(b, "all budgets", tuple(p for p in b.payers if p != "residents"), horizon))
        rows.append(self._payer_row(b, "society", b.payers, horizon))
        return pd.DataFrame(rows)

    def _payer_row(self, b: Budgets, name: str, of: Sequence[str], horizon: int) -> dict[str, object]:
        nothing = np.zeros_like(b.resource)
        paid = self.dollars(sum((b.paid.get(p, nothing) for p in of), nothing), horizon)
        saved = self.dollars(sum((b.saved.get(p, nothing) for p in of), nothing), horizon)
        net = paid - saved
        low, high = interval(net, self.draws)
        back = returned(saved, paid, self.draws)
        return {
            "arm": b.arm, "horizon": horizon, "payer": name, "paid": paid.mean(), "saved": saved.mean(), "net": net.mean(),
            "low": low, "high": high, "gains_in": float((net < 0).mean()) if net.any() else float("nan"),
            **_columns("return", back),
        }  # fmt: skip

    def ratios(self, arm: str, horizon: int) -> pd.DataFrame:
        """Net cost of each effect, for budgets, society and every payer that pays or saves."""
        b = self.budgets(arm)
        views: dict[str, tuple[str, ...]] = {
            "all budgets": tuple(p for p in b.payers if p != "residents"), "society": b.payers,
            **{p: (p,) for p in b.payers},
        }  # fmt: skip
        rows = []
        for effect, words in EFFECTS.items():
            gain = self.effect(arm, effect, horizon)
            low, high = interval(gain, self.draws)
            for view, of in views.items():
                cost = self.dollars(b.net(of), horizon)
                rows.append(
                    {"arm": arm, "horizon": horizon, "per": effect, "words": words, "payer": view, "effect": gain.mean(),
                     "effect_low": low, "effect_high": high, "cost": cost.mean(),
                     **_columns("cost_per", cost_per(cost, gain, self.draws))}
                )  # fmt: skip
        return pd.DataFrame(rows)

    def acceptability(self, arm: str, horizon: int, thresholds: Sequence[float]) -> dict[float, float]:
        """Share of futures in which a QALY costs society less than each threshold."""
        cost = self.dollars(self.budgets(arm).net(), horizon)
        gain = self.effect(arm, "qalys", horizon)
        return {t: float((t * gain - cost > 0).mean()) for t in thresholds}

    def society(self, arm: str, horizon: int) -> np.ndarray:
        """Net cost to society, (futures,)."""
        return self.dollars(self.budgets(arm).net(), horizon)

    def all_tables(self, horizons: Sequence[int] | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Tables of payers and of ratios over all arms and horizons."""
        wanted = [(a, h) for a in self.arms for h in (horizons or self.horizons)]
        return (
            pd.concat([self.payers(a, h) for a, h in wanted], ignore_index=True),
            pd.concat([self.ratios(a, h) for a, h in wanted], ignore_index=True),
        )


def _columns(name: str, ratio: Ratio) -> dict[str, object]:
    return {name: ratio.value, f"{name}_low": ratio.low, f"{name}_high": ratio.high, f"{name}_verdict": ratio.verdict}
