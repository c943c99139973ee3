"""`hecsim study economics DIR`: what a finished study says about money."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from hecsim.cli.base import print_json, screen
from hecsim.cli.study_verbs import study
from hecsim.errors import UnknownNameError

_VIEWS = ("all budgets", "society")
_THRESHOLDS = (50_000.0, 100_000.0, 150_000.0)  # dollars a QALY


@study.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--discount", type=float, default=0.03, show_default=True, help="Yearly rate, 0 to 0.05, on dollars and effects.")
@click.option(
    "--horizon", "horizons", type=click.IntRange(1, 75), multiple=True, help="Years; 3, 5, 10, 30 as simulated by default."
)
@click.option("--arm", default=None, help="Only this arm.")
@click.option("--all", "everything", is_flag=True, help="Cost of each effect for every payer.")
@click.option("--aversion", type=click.FloatRange(0, 50), default=None, help="Aversion to inequality (Atkinson).")
@click.option("--threshold", type=click.FloatRange(min=1), default=None, help="Dollars a QALY.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def economics(
    directory: Path, discount: float, horizons: tuple[int, ...], arm: str | None, everything: bool, aversion: float | None,
    threshold: float | None, as_json: bool,
) -> None:  # fmt: skip
    """Who pays, who saves, what each effect costs, for whom, and what three years would have shown."""
    from hecsim.study import Results, Store
    from hecsim.study.distribution import distribution
    from hecsim.study.early import early
    from hecsim.study.economics import Economics
    from hecsim.study.fund_history import fund_history, has_fund

    results = Results.read(Store(directory))
    made = Economics(results, discount)
    if arm is not None and arm not in made.arms:
        raise UnknownNameError(arm, made.arms, what="arm (other than current law)", key="--arm")
    made.arms = [arm] if arm is not None else made.arms
    spans = tuple(dict.fromkeys(horizons)) or made.horizons
    payers, ratios = made.all_tables(spans)
    spread = {a: distribution(made, a, max(spans), aversion=aversion, threshold=threshold) for a in made.arms}
    seen = early(made)
    funds = {a: fund_history(results, a) for a in made.arms if has_fund(results, a)}
    shares = {a: made.acceptability(a, max(spans), _THRESHOLDS) for a in made.arms}
    if as_json:
        print_json(
            {
                "directory": str(directory), "discount": discount, "horizons": spans, "futures": len(results.futures),
                "not_simulated": [h for h in (3, 5, 10, 30) if h > results.years],
                "balances": {a: made.budgets(a).balances for a in made.arms},
                "payers": payers.to_dict("records"), "ratios": ratios.to_dict("records"),
                "distribution": {a: {"groups": g.to_dict("records"), "summary": s} for a, (g, s) in spread.items()},
                "cost_effective_share": shares, "early": seen.to_dict("records"),
                "funds": {a: {k: v.to_dict("records") if hasattr(v, "to_dict") else v for k, v in f.items()}
                          for a, f in funds.items()},
            }
        )  # fmt: skip
        return
    for a in made.arms:
        for h in spans:
            _payers(payers[(payers["arm"] == a) & (payers["horizon"] == h)], a, h, discount, len(results.futures))
            part = ratios[(ratios["arm"] == a) & (ratios["horizon"] == h)]
            _ratios(part if everything else part[part["payer"].isin(_VIEWS)])
        _spread(*spread[a], shares[a])
        if a in funds:
            _fund(funds[a])
    _early(seen)
    missing = [str(h) for h in (3, 5, 10, 30) if h > results.years]
    if missing:
        screen.print(f"not simulated: {', '.join(missing)} years; set years in the study file", soft_wrap=True)


def _dollars(x: float) -> str:
    return "" if math.isnan(x) else f"{round(x) + 0:,}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for i, name in enumerate(columns):
        table.add_column(name, justify="left" if i == 0 else "right", no_wrap=i > 0)
    return table


def _said(row: Any, name: str, digits: int) -> str:
    verdict = getattr(row, f"{name}_verdict")
    if verdict != "value":
        return "undefined (no effect to be told from none)" if verdict == "undefined" and name != "back" else verdict
    value, low, high = (getattr(row, f"{name}{s}") for s in ("", "_low", "_high"))
    return f"{value:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def _payers(part: Any, arm: str, horizon: int, rate: float, futures: int) -> None:
    title = f"{arm}: {horizon} years, $ of 2025 discounted at {rate:.1%}, against current law, {futures} futures"
    table = _table(title, "payer", "pays", "saves", "net cost", "95% interval", "saved per $")
    row: Any
    for row in part.rename(columns={"return": "back", "return_low": "back_low", "return_high": "back_high",
                                    "return_verdict": "back_verdict"}).itertuples():  # fmt: skip
        interval = f"{_dollars(row.low)} to {_dollars(row.high)}" if not math.isnan(row.low) else "needs more futures"
        back = _said(row, "back", 2) if row.back_verdict in ("value", "undefined") else ""
        table.add_row(row.payer, _dollars(row.paid), _dollars(row.saved), _dollars(row.net), interval, back)
    screen.print(table)


def _ratios(part: Any) -> None:
    table = _table("Net cost of one ...", "effect", "for", "effect (95% interval)", "$ each (95% interval)")
    row: Any
    for row in part.itertuples():
        effect = f"{row.effect:,.0f} ({_dollars(row.effect_low)} to {_dollars(row.effect_high)})"
        table.add_row(row.words, row.payer, effect, _said(row, "cost_per", 0))
    screen.print(table)


def _spread(groups: Any, summary: dict[str, float], shares: dict[float, float]) -> None:
    table = _table("QALYs by income when the run began", "group", "people", "QALYs", "95% interval", "per 1,000 people")
    row: Any
    for row in groups.itertuples():
        table.add_row(
            row.group, _dollars(row.people), f"{row.qalys:,.1f}", f"{row.low:,.1f} to {row.high:,.1f}", f"{row.per_1000:,.2f}"
        )
    screen.print(table)
    words = {"qalys": "gained", "displaced": f"displaced at ${summary['threshold']:,.0f} a QALY", "net": "net",
             "ede": f"worth, equally spread (aversion {summary['aversion']:g})", "equity": "of which equity"}  # fmt: skip
    for key, what in words.items():
        low, high = summary[f"{key}_low"], summary[f"{key}_high"]
        screen.print(f"  QALYs {what}: {summary[key]:,.1f} ({low:,.1f} to {high:,.1f})", soft_wrap=True)
    said = ", ".join(f"{v:.0%} at ${k:,.0f}" for k, v in shares.items())
    screen.print(f"  futures in which a QALY costs society less: {said}\n", soft_wrap=True)


def _fund(history: dict[str, Any]) -> None:
    table = _table(
        "The fund, $, mean over futures", "year", "held in January", "owed", "a year costs", "received", "spent", "solvent in"
    )
    row: Any
    for row in history["years"].itertuples():
        solvent = "" if math.isnan(row.solvent) else f"{row.solvent:.0%}"
        table.add_row(str(row.year), *map(_dollars, (row.held, row.owed, row.need, row.received, row.spent)), solvent)
    screen.print(table)
    for row in history["ended"].itertuples():
        again = f"; began again in {row.again:.0%}" if row.again else ""
        screen.print(
            f"  {row.intervention}: money ran out in {row.share:.0%} of futures, first in month {row.month:.0f}{again}",
            soft_wrap=True,
        )
    if len(history["settled"]):
        true, measured = history["settled"]["true"].sum(), history["settled"]["measured"].sum()
        screen.print(
            f"  paid by outcome: ${history['paid_by_outcome']:,.0f}; measured gains {measured:,.0f}, true gains {true:,.0f} "
            "(dollars, or events where events are paid for)", soft_wrap=True,
        )  # fmt: skip
    screen.print("")


def _early(seen: Any) -> None:
    sizes = [c for c in seen.columns if c.startswith("power_")]
    for arm, part in seen.groupby("arm", sort=False):
        powers = [f"power, n = {int(c.removeprefix('power_')):,}" for c in sizes]
        table = _table(
            f"{arm}: what an evaluation after 3 years would have seen", "outcome", "by year 3", "at the end", "share", *powers
        )
        for row in part.to_dict("records"):
            digits = 0 if row["outcome"] == "savings" else 2
            share = "no effect to see" if math.isnan(row["share"]) else f"{row['share']:.0%}"
            cells = ["" if math.isnan(row[c]) else f"{row[c]:.0%}" for c in sizes]
            table.add_row(row["label"], f"{row['early']:+,.{digits}f}", f"{row['late']:+,.{digits}f}", share, *cells)
        screen.print(table)
