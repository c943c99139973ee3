"""What a calibration found, as one HTML page without outside parts and as Markdown."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from typing import Any

import jinja2
import numpy as np

from hecsim import __version__, evidence
from hecsim.calibration.calibrate import Calibration
from hecsim.calibration.matching import CUT
from hecsim.calibration.recovery import Recovery

__all__ = ["as_html", "as_markdown", "summary"]

_Z90 = 1.645


def pattern_rows(c: Calibration) -> list[dict[str, Any]]:
    """Every pattern of the calibration with the ensemble's interval and, for targets, its implausibility."""
    rows, position = [], {i: t for t, i in enumerate(c.fitted)}
    for i, p in enumerate(c.patterns):
        v = c.simulated[:, i]
        v = v[np.isfinite(v)] if np.isfinite(v).any() else v  # a group may be empty in one small sample
        mean = float(np.mean(v))
        low, high = np.percentile(v, (5, 95))
        row: dict[str, Any] = {
            "name": p.name, "label": p.label, "place": p.place, "group": p.group.partition(":")[2], "over": p.over,
            "unit": p.unit, "yardstick": p.first.yardstick, "use": p.use, "low": p.low, "high": p.high,
            "before": float(c.before[i]),
            "mean": mean, "p5": float(low), "p95": float(high), "verdict": p.verdict(mean), "factor": p.factor(mean),
            "source": p.source, "note": p.note, "implausibility": None,
        }  # fmt: skip
        if i in position:
            t = position[i]
            y = float(p.scaled(v).mean())
            unsure = np.sqrt(c.targets.sd[t] ** 2 + c.targets.discrepancy[t] ** 2)
            row["implausibility"] = abs(y - c.targets.center[t]) / unsure
            if c.truth is not None:  # the target was simulated, not published
                center = c.targets.center[t] + np.array([-1, 1]) * _Z90 * c.targets.sd[t]
                row["low"], row["high"] = (float(x) for x in (center if p.linear else np.exp(center)))
                known = replace(p, low=row["low"], high=row["high"])
                row |= {"verdict": known.verdict(mean), "factor": known.factor(mean), "source": "a simulated truth"}
        rows.append(row)
    return rows


def parameter_rows(c: Calibration) -> list[dict[str, Any]]:
    """Every calibrated base rate: prior range and the ensemble's, as the first entry of a list."""
    rows = []
    known = evidence.load()
    for j, name in enumerate(c.space.names):
        p = known[name]
        z = np.quantile(c.z[:, j], (0.05, 0.5, 0.95))
        first = [float(evidence.at_quantile(p, float(q))[0]) for q in z]
        rows.append({
            "name": name, "unit": p.unit, "value": float(np.atleast_1d(p.value)[0]),
            "low": float(evidence.at_quantile(p, -_Z90)[0]), "high": float(evidence.at_quantile(p, _Z90)[0]),
            "p5": first[0], "median": first[1], "p95": first[2], "z": float(z[1]), "narrower": float(1 - c.z[:, j].std()),
            "moves": c.screened.get(name, float("nan")), "truth": None if c.truth is None else float(c.truth[j]),
            "z5": float(z[0]), "z95": float(z[2]), "entries": int(np.size(p.value)),
        })  # fmt: skip
    return rows


def summary(c: Calibration) -> dict[str, Any]:
    """The numbers that decide: how many targets inside, the worst factor, members, acceptance."""
    rows = pattern_rows(c)
    targets = [r for r in rows if r["use"] == "calibrate"]
    worst = max(targets, key=lambda r: r["factor"])
    out: dict[str, Any] = {
        "members": len(c.z), "proposed": c.proposed, "accepted": c.accepted, "cut": CUT,
        "base_rates": len(c.space), "tried": len(c.screened), "targets": len(targets),
        "inside": sum(r["verdict"] == "inside" for r in targets), "worst": worst["name"], "worst_factor": worst["factor"],
        "worst_implausibility": max(r["implausibility"] for r in targets),
    }  # fmt: skip
    for use in ("held out", "emergent"):
        mine = [r for r in rows if r["use"] == use]
        out[use.replace(" ", "_")] = {"patterns": len(mine), "inside": sum(r["verdict"] == "inside" for r in mine)}
    if c.truth is not None:
        out["truth_covered"] = c.covered()
    return out


def _bar(row: dict[str, Any]) -> dict[str, float]:
    """Where the target's and the simulated interval lie on a picture of width 200."""
    ends = [row[k] for k in ("low", "high", "p5", "p95", "mean")]
    left, right = min(ends), max(ends)
    pad = 0.08 * (right - left) or 1.0
    scale = 200.0 / (right - left + 2 * pad)
    return {k: round((row[k] - left + pad) * scale, 1) for k in ("low", "high", "p5", "p95", "mean")}


def recovery_text(r: Recovery) -> str:
    """What a check of recovery found, in sentences."""
    s = r.summary()
    least = ", ".join(f"{name} ({share:.0%})" for name, share in s["least"].items())
    low, high = s["expected"]
    return (
        f"{s['truths']} simulations of the last wave were taken as truths, one after another, and left out: of their "
        f"{s['intervals']} base rates, {s['held']} ({s['share']:.1%}) lie in the 90% interval that the method finds for "
        f"them; intervals that are right give {low:.0f} to {high:.0f}. For {s['truths_with_nine_in_ten']} of the truths at "
        f"least nine in ten base rates are held, for the worst {s['worst_truth']:.0%}. Least often held: {least}."
    )


def as_html(c: Calibration, recovery: Recovery | None = None) -> str:
    """One page: what was fitted, every pattern beside its interval, base rates, waves, recovery."""
    text = (resources.files("hecsim.calibration") / "report.html").read_text(encoding="utf-8")
    rows = pattern_rows(c)
    for r in rows:
        r["bar"] = _bar(r)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(text).render(
        rows=rows, parameters=parameter_rows(c), s=summary(c), waves=c.waves, settings=c.settings, version=__version__,
        names=[c.patterns[i].name for i in c.fitted], recovered=c.truth is not None,
        recovery=None if recovery is None else recovery_text(recovery),
    )  # fmt: skip


def _number(x: float) -> str:
    return f"{x:.3g}" if abs(x) < 1000 else f"{x:,.0f}"


def as_markdown(c: Calibration, recovery: Recovery | None = None) -> str:
    """The tables of the page as Markdown."""
    s = summary(c)
    lines = [
        f"{s['accepted']} of {s['proposed']} proposed parameter sets were accepted and the nearest {s['members']} kept;",
        f"{s['base_rates']} of {s['tried']} base rates were calibrated. Of {s['targets']} targets, {s['inside']} have the",
        "ensemble's mean inside their interval;",
        f"the worst is off by a factor of {s['worst_factor']:.2f} ({s['worst']}).", "",
        "| place | figure | group | use | target | central | ensemble (90%) | implausibility | verdict |",
        "|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for r in pattern_rows(c):
        away = "" if r["implausibility"] is None else f"{r['implausibility']:.1f}"
        lines.append(
            f"| {r['place']} | {r['label']} ({r['unit']}; {r['yardstick']}){' ' + r['over'] if r['over'] else ''} | "
            f"{r['group'] or 'all'} | {r['use']} | {_number(r['low'])} to {_number(r['high'])} | {_number(r['before'])} | "
            f"{_number(r['mean'])} ({_number(r['p5'])} to {_number(r['p95'])}) | {away} | {r['verdict']} |"
        )
    if recovery is not None:
        lines += ["", recovery_text(recovery)]
    lines += ["", "| base rate | unit | evidence | ensemble (90%) | moved by (SD) |", "|---|---|---|---|---|"]
    for p in parameter_rows(c):
        many = f", first of {p['entries']}" if p["entries"] > 1 else ""
        lines.append(
            f"| `{p['name']}`{many} | {p['unit']} | {_number(p['value'])} ({_number(p['low'])} to {_number(p['high'])}) | "
            f"{_number(p['median'])} ({_number(p['p5'])} to {_number(p['p95'])}) | {p['z']:+.1f} |"
        )
    return "\n".join(lines) + "\n"
