"""`hecsim plan funds`: what money is needed for, year by year, and which instrument may pay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from hecsim.cli.base import print_json, progress_bar, screen, town_names
from hecsim.cli.plan_partners import chosen_mix
from hecsim.cli.planning import plan
from hecsim.errors import ScenarioError


@plan.command("funds")
@click.option("--preset", default=None, help="Start from a preset: starter, hartford, waterbury, norwalk, new london.")
@click.option("--scenario", type=click.Path(path_type=Path), default=None, help="Start from a scenario or study file.")
@click.option("--arm", default=None, help="Arm of a study file; the first that is not current law by default.")
@click.option("--mix", "names", multiple=True, help="Ids or a mix, such as M2 or G04,S03; replaces that of the preset.")
@click.option("--towns", multiple=True, help="Towns; those of the preset or file by default.")
@click.option("--households", type=click.IntRange(100, 1_000_000), default=1500, show_default=True,
              help="Simulated households; costs are scaled to the real place.")  # fmt: skip
@click.option("--years", type=click.IntRange(1, 30), default=10, show_default=True, help="Years ahead.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def funds(
    preset: str | None, scenario: Path | None, arm: str | None, names: tuple[str, ...], towns: tuple[str, ...],
    households: int, years: int, as_json: bool,
) -> None:  # fmt: skip
    """Say what money is needed for, which instrument may pay, what is not covered, and what reporting costs."""
    from hecsim.planning.funds import covered, may_pay, simulate
    from hecsim.population import build_community

    spec, places, mix, money = _setting(preset, scenario, arm)
    mix = chosen_mix(names) or mix
    if not mix:
        raise ScenarioError("says no mix", key="--mix", hint="Give --mix M2, --preset hartford or --scenario FILE")
    given = town_names(towns) if towns else places
    if not given:
        raise ScenarioError("says no town", key="--towns", hint="Give --towns Hartford, or a preset or file that names some")
    mix = [iv for iv in mix if iv.start < years * 12]
    if money is not None and spec is None:
        money.check(tuple(iv.id for iv in mix))
    with progress_bar() as tell:
        place = build_community(
            given, households=households, progress=lambda what, done: tell("community", int(100 * done), 100)
        )
        needs = simulate(mix, place, collaborative=spec, years=years, progress=lambda done, total: tell("months", done, total))
    table, sources = needs.by_heading, may_pay(years)
    gaps = covered(needs, money) if money is not None else []
    if as_json:
        print_json(
            {
                "towns": list(needs.towns), "mix": [iv.id for iv in mix], "years": years, "households": households,
                "needs": needs.rows.to_dict("records"),
                "by_heading": {h: [float(x) for x in row] for h, row in zip(table.index, table.to_numpy(), strict=True)},
                "fund": needs.fund, "instruments": sources, "coverage": gaps,
            }
        )  # fmt: skip
        return
    _needs(table, needs.fund, ", ".join(needs.towns))
    _instruments(sources)
    _coverage(gaps)


_LOOK: dict[str, Any] = {"title_justify": "left", "box": SIMPLE_HEAD, "pad_edge": False}


def _setting(preset: str | None, scenario: Path | None, arm: str | None) -> tuple[Any, Any, list[Any], Any]:
    """Collaborative, towns, interventions and plan of money of a preset or file."""
    from hecsim.cli.studies import scenario_of
    from hecsim.interventions import mix
    from hecsim.planning.presets import preset as find_preset

    if preset is not None and scenario is not None:
        raise ScenarioError("give --preset or --scenario, not both")
    if preset is not None:
        found = find_preset(preset)
        return found.collaborative, list(found.towns), list(mix(found.mix)), None
    if scenario is None:
        return None, [], [], None
    read = scenario_of(scenario, arm)
    towns = list(getattr(read.community, "towns", ()))
    return read.collaborative, "all" if towns == ["all"] else towns, list(read.interventions), read.funds


def _thousands(x: float) -> str:
    return f"{round(x / 1000) + 0:,}"


def _needs(table: Any, fund: list[float], where: str) -> None:
    title = f"{where}: $1,000 of 2025 by year, if money were no limit"
    shown = Table("what for", *[str(y) for y in table.columns], title=title, **_LOOK)
    for column in shown.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for name, row in zip(table.index, table.to_numpy(), strict=True):
        shown.add_row(str(name), *map(_thousands, row))
    shown.add_row("a fund has to carry", *map(_thousands, fund), style="bold")
    screen.print(shown)


def _instruments(sources: list[dict[str, Any]]) -> None:
    columns = ("instrument", "years", "pays", "not for", "risk", "reports, $ a year", "off the top")
    shown = Table(*columns, title="Which instrument may pay", **_LOOK)
    whole = {h for s in sources for h in s["pays_for"]}
    for s in sources:
        missing = ", ".join(h for h in sorted(whole) if h not in s["pays_for"]) or "–"
        shown.add_row(s["instrument"], s["years"], s["when"], missing, s["risk"], f"{s['report']:,.0f}", f"{s['overhead']:.0%}")
    screen.print(shown)
    screen.print("Laws and benefits are paid from public budgets; no instrument carries them.\n", soft_wrap=True)


def _coverage(gaps: list[dict[str, Any]]) -> None:
    if not gaps:
        screen.print("No plan of money was given; write [[funds.source]] tables in the scenario to see gaps.", soft_wrap=True)
        return
    columns = ("year", "need", "received", "running the fund", "repaid", "lapsed", "gap", "reports", "hoped for by outcome")
    shown = Table(*columns, title="The plan against the needs, $1,000", **_LOOK)
    for column in shown.columns[:8]:
        column.justify = "right"
    for g in gaps:
        amounts = [_thousands(g[k]) for k in ("need", "received", "running_the_fund", "repaid", "lapsed", "gap")]
        shown.add_row(str(g["year"]), *amounts, str(g["reports"]), ", ".join(g["by_outcome"]) or "–")
    screen.print(shown)
    total, first = sum(g["gap"] for g in gaps), next((g["year"] for g in gaps if g["gap"] > 0), None)
    said = (
        "Fixed money covers every year."
        if first is None
        else f"Fixed money falls short from year {first}: ${total:,.0f} in all."
    )
    screen.print(f"{said} Money by outcome is not counted.", soft_wrap=True)
