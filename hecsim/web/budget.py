"""Spending against the budget that a planner gave, and when savings overtake it; both from the ledger of the finished run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.report.money import ArmMoney
from hecsim.report.text import Words, dollars, percent
from hecsim.study import Results
from hecsim.study.economics import Economics
from hecsim.study.results import interval
from hecsim.web.plan import START_YEAR
from hecsim.web.state import PAYERS
from hecsim.web.words import say

__all__ = ["Spent", "bar", "break_even", "spent"]

SHAPES = {"within": "●", "maybe": "◆", "over": "▲"}  # beside the word, so that color says nothing alone


@dataclass(frozen=True)
class Spent:
    """What a mix spends in a year, in dollars of 2025, not discounted.

    mean, low, high : over all years, with the 95% interval of the mean over futures (NaN if there is none)
    peak, peak_year : the dearest year
    """

    mean: float
    low: float
    high: float
    peak: float
    peak_year: int

    def against(self, budget: float) -> str:
        """within, maybe (the interval crosses the budget) or over."""
        low, high = (self.low, self.high) if math.isfinite(self.low) else (self.mean, self.mean)
        return "within" if high <= budget else "over" if low > budget else "maybe"


def spent(results: Results, arm: str, payer: str = "", economics: Economics | None = None) -> Spent:
    """Yearly spending of an arm beyond current law, of one payer or of all budgets together."""
    b = (economics or Economics(results)).budgets(arm)
    who = (payer,) if payer else PAYERS
    cents = sum((b.paid[p] for p in who if p in b.paid), np.zeros_like(b.resource))
    futures, years = cents.shape[0], results.years
    by_year = cents[:, : years * MONTHS_PER_YEAR].reshape(futures, years, MONTHS_PER_YEAR).sum(axis=2) / 100.0
    low, high = interval(by_year.mean(axis=1), results.draws)
    yearly = by_year.mean(axis=0)
    top = int(np.argmax(yearly))
    return Spent(float(yearly.mean()), float(low), float(high), float(yearly[top]), START_YEAR + top)


@lru_cache(maxsize=64)
def bar(found: Spent, budget: int, payer: str, language: str) -> str:
    """The budget and what the mix takes of it, as HTML: a bar, a shape, a word and the numbers."""
    who = Words(language).term(payer) if payer else say("budget.all", language)
    span = say("budget.span", language, low=dollars(found.low, language), high=dollars(found.high, language))
    told = say("budget.spends", language, mean=dollars(found.mean, language), who=who)
    told += f" ({span if math.isfinite(found.low) else say('budget.no_span', language)})"
    told += say("budget.peak", language, peak=dollars(found.peak, language), year=found.peak_year)
    if not budget:
        return f'<p class="budget fine">{escape(told)}</p>'
    verdict = found.against(budget)
    top = max(budget, found.mean, found.high if math.isfinite(found.high) else 0.0) * 1.04
    full, at = 100 * max(found.mean, 0.0) / top, 100 * budget / top
    word = say(f"budget.{verdict}", language, by=dollars(abs(found.mean - budget), language))
    limit = say("budget.limit", language, budget=dollars(float(budget), language))
    return (
        f'<div class="budget {verdict}"><p class="verdict"><span aria-hidden="true">{SHAPES[verdict]}</span> {escape(word)}</p>'
        f'<div class="track" role="img" aria-label="{escape(f"{limit}. {told}")}"><i style="width:{full:.1f}%"></i>'
        f'<b style="left:{at:.1f}%"></b></div><p class="fine">{escape(limit)}. {escape(told)}</p></div>'
    )


def break_even(money: ArmMoney, years: int, language: str) -> str:
    """When savings have overtaken spending, in one sentence; empty if nothing is spent."""
    if money.cumulative is None or not money.spending.difference:
        return ""
    below = money.cumulative[0] <= 0
    share = percent(money.paid_back)
    stays = [y for y in range(len(below)) if below[y:].all()]
    if stays:
        return say("even.year", language, year=START_YEAR + stays[0], share=share, years=years)
    return say("even.never", language, share=share, years=years)
