"""Proposals in plain words: what holds one together, what pulls at it, and why a town is left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hecsim.planning.partition import FEATURES, PAYERS, Area

__all__ = ["Proposal", "describe", "left_alone"]

_ALIKE = 0.5  # standard deviations among the state's residents within which towns are called alike
_APART = 0.5  # and from the state's mean, beyond which that is worth saying
_FAR_KM = 30.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """One collaborative's towns.

    residents, children, in_need : people; in_need are below twice the poverty line
    savings : $ a year by payer; savings_range : low and high of all payers together
    pieces : towns that hang together over borders, the largest piece first
    reasons : what holds it together and what pulls at it, in plain words
    """

    name: str
    towns: tuple[str, ...]
    residents: int
    children: int
    in_need: int
    savings: dict[str, float]
    savings_range: tuple[float, float]
    pieces: tuple[tuple[str, ...], ...]
    regions: tuple[str, ...]
    reasons: tuple[str, ...]


def _listed(names: list[str] | tuple[str, ...], most: int = 4) -> str:
    shown = list(names)[:most]
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def describe(area: Area, rows: np.ndarray) -> Proposal:
    """One proposal with its figures and reasons."""
    rows = rows[np.lexsort((rows, -area.people[rows]))]
    people = area.people[rows]
    names = [area.towns[i] for i in rows]
    parts = area.parts(rows)
    pieces = tuple(tuple(area.towns[i] for i in part) for part in parts)
    regions = tuple(sorted({area.regions[area.region[i]] for i in rows}))
    by_payer = area.savings[rows].sum(axis=0)
    title = names[0] if len(names) == 1 else f"{names[0]} and {names[1] if len(names) == 2 else f'{len(names) - 1} more'}"
    return Proposal(
        name=title, towns=tuple(sorted(names)), residents=round(people.sum()), children=round(area.children[rows].sum()),
        in_need=round(area.poor[rows].sum()), savings={p: round(float(v)) for p, v in zip(PAYERS, by_payer, strict=True)},
        savings_range=(round(float(area.savings_low[rows].sum())), round(float(area.savings_high[rows].sum()))),
        pieces=pieces, regions=regions, reasons=tuple(_reasons(area, rows, pieces, regions)),
    )  # fmt: skip


def _reasons(area: Area, rows: np.ndarray, pieces: tuple[tuple[str, ...], ...], regions: tuple[str, ...]) -> list[str]:
    people, out = area.people[rows], []
    rate = area.poor[rows].sum() / people.sum()
    whole = area.poor.sum() / area.people.sum()
    side = "more than" if rate > whole * 1.02 else "less than" if rate < whole * 0.98 else "as in"
    out.append(f"{100 * rate:.0f}% live below twice the poverty line, {side} the whole area ({100 * whole:.0f}%)")
    if len(rows) == 1:
        out.append("one town: what it decides and what it can save are its own")
    else:
        x = area.features[rows]
        mean = np.average(x, axis=0, weights=people)
        spread = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=people))
        alike = [j for j in np.argsort(-np.abs(mean)) if spread[j] < _ALIKE and abs(mean[j]) > _APART]
        labels = list(FEATURES.values())
        said = [f"{'many' if mean[j] > 0 else 'few'} {labels[j]}" for j in alike if labels[j] != FEATURES["density"]][:3]
        if said:
            out.append(f"its towns have in common: {', '.join(said)}")
        worst = int(np.argmax(spread))
        if spread[worst] > 2 * _ALIKE:
            column = area.raw.iloc[rows, worst]
            low, high = column.idxmin(), column.idxmax()
            out.append(f"its towns differ most in {labels[worst]}, from {low} (least) to {high} (most)")
    if len(pieces) > 1:
        apart = [t for piece in pieces[1:] for t in piece]
        out.append(
            f"{len(pieces)} separate pieces: {_listed(apart)} {'do' if len(apart) > 1 else 'does'} not touch the main one"
        )
    far = float(area.km[np.ix_(rows, rows)].max())
    if far > _FAR_KM:
        out.append(f"up to {far:.0f} km between its town centers")
    if len(regions) > 1:
        out.append(f"spans {len(regions)} planning regions ({', '.join(regions)}), so partners and councils differ")
    return out


def left_alone(
    area: Area, groups: np.ndarray, bounds: tuple[float, float], contiguity: str, leave_out: bool
) -> tuple[dict[str, Any], ...]:
    """Towns in no proposal, each with residents and the reason."""
    least, most = bounds
    sizes = {int(g): float(area.people[groups == g].sum()) for g in np.unique(groups[groups >= 0])}
    alone = np.flatnonzero(groups < 0)
    pieces = {i: part for part in area.parts(alone) for i in part}
    out = []
    for i in alone.tolist():
        near = sorted(set(groups[area.touch[i]].tolist()) - {-1})
        mild = area.poor[i] / area.people[i] < area.poor.sum() / area.people.sum()
        roomy = [g for g in (near if contiguity == "required" else list(sizes)) if sizes[g] + area.people[i] <= most]
        together = area.people[pieces[i]].sum()
        if area.people[i] > most:
            why = f"alone has more residents than a proposal may have ({most:,.0f})"
        elif roomy:
            why = ("has less need than the area, and without it the proposals score better" if mild and leave_out
                   else "touches only proposals that it would have to join in pieces")  # fmt: skip
        elif near or (contiguity != "required" and sizes):
            why = f"every proposal that it could join would pass {most:,.0f} residents"
        elif together < least:
            why = (f"touches no proposal, and with the towns left alone beside it has {together:,.0f} residents, "
                   f"fewer than {least:,.0f}")  # fmt: skip
        else:
            why = "touches no proposal; one more proposal could take it"
        out.append({"town": area.towns[i], "residents": int(area.people[i]), "reason": why})
    return tuple(out)
