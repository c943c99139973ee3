"""Geographies as files: TOML to read back, CSV by town, Markdown to argue over, GeoJSON of town centers for a map."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from hecsim import geography
from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.geography.place import town_names
from hecsim.planning.geography import CRITERIA, Geographies
from hecsim.scenario import read_toml

__all__ = ["FORMATS", "UNITS", "read_geography", "written"]

FORMATS = (".toml", ".csv", ".md", ".geojson")


def _share(x: float) -> str:
    return f"{100 * x:.0f}%"


# Unit for a heading, and how a score is written.
UNITS: Mapping[str, tuple[str, Callable[[float], str]]] = {
    "need": ("visible", _share), "similarity": ("between", _share), "size": ("smallest", lambda x: f"{x:,.0f}"),
    "savings": ("smallest, $m", lambda x: f"{x / 1e6:,.1f}"), "coverage": ("residents", _share),
    "closeness": ("km", lambda x: f"{x:.1f}"), "partners": ("same region", _share), "contiguity": ("in one piece", _share),
}  # fmt: skip


def written(found: Geographies, kind: str) -> str:
    """The text of a file of one of FORMATS."""
    return {".toml": _toml, ".csv": _csv, ".md": _markdown, ".geojson": _geojson}[kind](found)


def read_geography(path: str | Path, proposal: str = "") -> tuple[str, tuple[str, ...]]:
    """Name and towns of a proposal of a TOML file that `written` made: "A1", its name, or the first if empty."""
    raw, file = read_toml(path), Path(path)
    for key in raw:
        if key not in ("contiguity", "weights", "option"):
            raise UnknownNameError(key, ["contiguity", "weights", "option"], what="key", file=file, key=key)
    options = raw.get("option")
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for n, option in enumerate(options if isinstance(options, list) else []):
        where = f"option {n + 1}"
        rows = option.get("proposal") if isinstance(option, dict) else None
        if not isinstance(rows, list) or not isinstance(option.get("name"), str):
            raise ScenarioError("has no name or no [[option.proposal]]", file=file, key=where)
        for m, row in enumerate(rows):
            towns, name = (row.get("towns"), row.get("name")) if isinstance(row, dict) else (None, None)
            if not isinstance(towns, list) or not isinstance(name, str):
                raise ScenarioError("must have a name and a list of towns", file=file, key=f"{where}, proposal {m + 1}")
            found[f"{option['name']}{m + 1}"] = (name, town_names(towns))
    if not found:
        raise ScenarioError("holds no proposal", file=file, key="option", hint="Write one with hecsim plan geography --out")
    if not proposal:
        return next(iter(found.values()))
    lower = {**{k.lower(): v for k, v in reversed(found.items())}, **{v[0].lower(): v for v in reversed(found.values())}}
    if proposal.lower() not in lower:
        raise UnknownNameError(
            proposal, [*found, *(v[0] for v in found.values())], what="proposal", file=file, key="--proposal"
        )
    return lower[proposal.lower()]


def _toml(found: Geographies) -> str:
    said = json.dumps  # a JSON string or list of strings is one of TOML too
    lines = ["# Proposed geographies; `hecsim plan needs FILE --proposal A1` assesses one of them.",
             f"contiguity = {said(found.contiguity)}", "", "[weights]",
             *(f"{c} = {w:g}" for c, w in found.weights.items())]  # fmt: skip
    for o in found.options:
        lines += ["", "[[option]]", f"name = {said(o.name)}", f"reasons = {said(list(o.reasons))}",
                  f"scores = {{ {', '.join(f'{c} = {float(v):.6g}' for c, v in o.scores.items())} }}",
                  f"left_alone = {said([t['town'] for t in o.left])}"]  # fmt: skip
        for p in o.proposals:
            lines += ["", "[[option.proposal]]", f"name = {said(p.name)}", f"towns = {said(list(p.towns))}",
                      f"residents = {p.residents}", f"in_need = {p.in_need}",
                      f"savings = {sum(p.savings.values()):.0f}", f"reasons = {said(list(p.reasons))}"]  # fmt: skip
    return "\n".join(lines) + "\n"


def _rows(found: Geographies) -> list[dict[str, Any]]:
    rows = []
    for o in found.options:
        for n, p in enumerate(o.proposals):
            rows += [
                {"option": o.name, "proposal": f"{o.name}{n + 1}", "name": p.name, "town": t, "reason": ""} for t in p.towns
            ]
        rows += [
            {"option": o.name, "proposal": "", "name": "left alone", "town": t["town"], "reason": t["reason"]} for t in o.left
        ]
    return rows


def _csv(found: Geographies) -> str:
    table = pd.DataFrame(_rows(found))
    towns = geography.towns()
    table["residents"] = towns.loc[table["town"], "population"].to_numpy()
    table["poor_below_200"] = towns.loc[table["town"], "poor_below_200"].to_numpy()
    return table.to_csv(index=False)


def _geojson(found: Geographies) -> str:
    towns = geography.towns()
    features = []
    for row in _rows(found):
        t = towns.loc[row["town"]]
        features.append({
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [float(t["lon"]), float(t["lat"])]},
            "properties": {**row, "residents": int(t["population"]), "poor_below_200": float(t["poor_below_200"])},
        })  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=1) + "\n"


def _markdown(found: Geographies) -> str:
    scores = list(found.options[0].scores)
    lines = ["# Proposed geographies", "",
             f"{len(found.towns)} towns; contiguity {found.contiguity}. {found.tried} groupings were tried; "
             f"{found.beaten_by_none} are beaten by none in everything. Each of these is best at something.", "",
             "| option | proposals | " + " | ".join(f"{c} ({UNITS[c][0]})" for c in scores) + " |",
             "|---|---|" + "---|" * len(scores)]  # fmt: skip
    lines += [f"| {o.name} | {len(o.proposals)} | " + " | ".join(UNITS[c][1](o.scores[c]) for c in scores) + " |"
              for o in found.options]  # fmt: skip
    lines += ["", "What the criteria mean:", "", *(f"- {c}: {CRITERIA[c]}" for c in scores)]
    for o in found.options:
        lines += ["", f"## Option {o.name}", "", "; ".join(o.reasons) + ".", ""]
        for n, p in enumerate(o.proposals):
            low, high = p.savings_range
            lines += [f"### {o.name}{n + 1}: {p.name}", "", ", ".join(p.towns) + ".", "",
                      f"{p.residents:,} residents, {p.children:,} of them children; {p.in_need:,} below twice the "
                      "poverty line. "
                      f"Savings pool ${low / 1e6:,.1f} to {high / 1e6:,.1f} million a year ("
                      + ", ".join(f"{k} {v / 1e6:,.1f}" for k, v in p.savings.items()) + ").", "",
                      *(f"- {r}" for r in p.reasons), ""]  # fmt: skip
        if o.left:
            lines += ["Left alone:", "", *(f"- {t['town']} ({t['residents']:,}): {t['reason']}" for t in o.left)]
    lines += ["", "The level of the savings pool is judgment; it ranks places. What a mix saves is for a study to say."]
    return "\n".join(lines) + "\n"
