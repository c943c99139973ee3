"""Paired results: what differs between arms within the same future.

The unit of analysis is the difference within a future. The range is the middle 90 percent of futures.
Intervals are of the mean difference over futures. Two seeds of luck share each parameter draw, so two
futures of one draw are not independent: the standard error adds up draws, not futures, and the t
distribution has one degree of freedom less than there are draws (Liang and Zeger 1986, with the usual
small-sample factor). The same design splits the variance: a one-way analysis of variance separates
what we do not know (parameters) from luck.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.errors import RunError, UnknownNameError
from hecsim.interventions import catalogue
from hecsim.measures import MEASURES
from hecsim.study.design import Study
from hecsim.study.parts import StoredSums

if TYPE_CHECKING:
    from hecsim.study.store import Store

__all__ = ["Results", "covariance_of_means", "interval", "paired"]


@dataclass
class Results:
    """Sums of all finished futures, and the tables made from them.

    sums : float64, shape (futures, arms, months, measures, groups, 2): numerator and denominator; those of
        a study folder are read measure by measure as they are asked for
    """

    sums: np.ndarray | StoredSums
    futures: list[int]
    arms: list[str]
    measures: list[str]
    groups: list[tuple[str, str]]
    manifest: Mapping[str, Any]
    ledger: pd.DataFrame
    diary: pd.DataFrame
    failed: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls, store: Store, futures: int | None = None, failed: Mapping[int, str] | None = None) -> Results:
        """Read a study folder; only complete futures count, and why others failed is kept beside them."""
        manifest = store.manifest()
        indexes = [i for i in store.finished() if futures is None or i < futures]
        failed = {**store.failures(), **(failed or {})}
        failed = {i: failed[i] for i in sorted(failed) if (futures is None or i < futures) and i not in indexes}
        if not indexes:
            why = f": {next(iter(failed.values()))}" if failed else ""
            raise RunError(f"no future is finished in {store.directory}{why}")
        return cls(
            sums=store.stored_sums(indexes),
            futures=indexes,
            arms=list(manifest["arm_names"]),
            measures=list(manifest["measures"]),
            groups=[(k, g) for k, g in manifest["groups"]],
            manifest=manifest,
            ledger=store.frames("ledger", indexes),
            diary=store.frames("diary", indexes),
            failed=failed,
        )

    @property
    def reference(self) -> int:
        """Position of the current-law arm."""
        arms = self.manifest["study"]["arms"]
        return next(i for i, a in enumerate(arms) if not a["interventions"])

    @property
    def draws(self) -> np.ndarray:
        """The parameter draw of each future; every future by itself where parameters are central or designed."""
        futures, study = np.array(self.futures), self.manifest["study"]
        if study.get("parameters") == "central" or "design" in study:
            return futures
        return np.array([Study.seeds_of(study)(int(i)).draw for i in futures]) if "ensemble" in study else futures // 2

    @property
    def years(self) -> int:
        """Years simulated."""
        return self.sums.shape[2] // MONTHS_PER_YEAR

    def _measure(self, name: str) -> int:
        if name not in self.measures:
            raise UnknownNameError(name, self.measures, what="measure")
        return self.measures.index(name)

    def values(self, measure: str, *, years: tuple[int, int] | None = None) -> np.ndarray:
        """Ratio over a span of years (first, last; default the last year), shape (futures, arms, groups)."""
        first, last = years or (self.years - 1, self.years)
        part = self.sums[:, :, first * 12 : last * 12, self._measure(measure)].sum(axis=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            return MEASURES[measure].factor * part[..., 0] / part[..., 1]

    def series(self, measure: str, group: tuple[str, str] = ("all", "all"), *, by: str = "year") -> np.ndarray:
        """Ratio by year or month, shape (futures, arms, periods)."""
        g = self.groups.index(group)
        part = self.sums[:, :, :, self._measure(measure), g]
        if by == "year":
            f, a, _, two = part.shape
            part = part[:, :, : self.years * 12].reshape(f, a, self.years, 12, two).sum(axis=3)
        with np.errstate(invalid="ignore", divide="ignore"):
            return MEASURES[measure].factor * part[..., 0] / part[..., 1]

    def span(self, measure: str) -> tuple[int, int]:
        """Years that a comparison looks at: flows and money over the whole horizon, levels in the last year."""
        return (0, self.years) if MEASURES[measure].kind in ("flow", "money") else (self.years - 1, self.years)

    def declared(self, arm: str, measure: str, against: str = "") -> Mapping[str, Any] | None:
        """The contrast that was declared for an arm and a measure before the study ran; None: it is exploratory."""
        law = self.arms[self.reference]
        for c in self.manifest["study"]["contrasts"]:
            same = c["measure"] == measure and c.get("arm", "") in ("", arm)
            if same and (c.get("against") or law) == (against or law):
                return c
        return None

    def summary(self, by: str = "all", measures: Sequence[str] | None = None, against: str = "") -> pd.DataFrame:
        """Paired differences against current law or another arm, one row per arm, measure and group.

        Columns: arm, measure, label, group, unit, years, reference, value, difference, low, high (95%
        interval of the mean), p5, p95 (middle 90% of futures), better (share of futures in which the arm
        is better), correlation (of the pairing), parameter_share (of variance), important, declared,
        against, yardstick, grade (the weakest evidence among the arm's interventions).

        Raises
        ------
        UnknownNameError : no such kind of group, measure or arm
        """
        kinds = {k for k, _ in self.groups}
        if by not in kinds:
            raise UnknownNameError(by, kinds, what="kind of group")
        if against and against not in self.arms:
            raise UnknownNameError(against, self.arms, what="arm")
        other = self.arms.index(against) if against else self.reference
        draws = self.draws
        grades = [grade_of(a["interventions"]) for a in self.manifest["study"]["arms"]]
        rows = []
        for name in measures or self.measures:
            m = MEASURES[name]
            years = self.span(name)
            values = self.values(name, years=years)
            for g, (kind, group) in enumerate(self.groups):
                if kind != by:
                    continue
                for a, arm in enumerate(self.arms):
                    if a == other:
                        continue
                    said = self.declared(arm, name, against) if by == "all" else None
                    rows.append(
                        {
                            "arm": arm, "measure": name, "label": m.label, "group": group, "unit": m.unit,
                            "years": f"{years[0] + 1}-{years[1]}" if years[1] - years[0] > 1 else f"{years[1]}",
                            **paired(values[:, a, g], values[:, other, g], draws, better=m.better),
                            "important": said["important"] if said else np.nan, "declared": said is not None,
                            "against": self.arms[other], "yardstick": m.yardstick, "grade": grades[a],
                        }
                    )  # fmt: skip
        return pd.DataFrame(rows)

    def gaps(self, measure: str) -> pd.DataFrame:
        """Absolute and relative gaps between groups, by arm: worst and best group, and each against the reference group."""
        values = self.values(measure, years=self.span(measure))
        rows = []
        for kind, anchor in (("race_ethnicity", "White"), ("income", "4 times poverty or more")):
            positions = {g: i for i, (k, g) in enumerate(self.groups) if k == kind}
            for a, arm in enumerate(self.arms):
                base = values[:, a, positions[anchor]]
                for group, i in positions.items():
                    if group == anchor:
                        continue
                    absolute = values[:, a, i] - base
                    with np.errstate(invalid="ignore", divide="ignore"):
                        relative = values[:, a, i] / base
                    against = absolute - (values[:, self.reference, i] - values[:, self.reference, positions[anchor]])
                    low, high = interval(against, self.draws)
                    rows.append(
                        {
                            "arm": arm, "measure": measure, "kind": kind, "group": group, "against": anchor,
                            "absolute": _mean(absolute), "relative": _mean(relative),
                            "change_in_gap": _mean(against), "low": low, "high": high,
                        }
                    )  # fmt: skip
        return pd.DataFrame(rows)

    def long(self, *, monthly: bool = False) -> pd.DataFrame:
        """Mean over futures by arm, period, measure and group, with the middle 90% of futures."""
        frames = []
        for m, name in enumerate(self.measures):
            part = self.sums[:, :, :, m]
            if not monthly:
                f, a, t, g, two = part.shape
                part = part[:, :, : self.years * 12].reshape(f, a, self.years, 12, g, two).sum(axis=3)
            with np.errstate(invalid="ignore", divide="ignore"):
                ratio = MEASURES[name].factor * part[..., 0] / part[..., 1]
            _, a, t, g = ratio.shape
            filled = np.where(np.isfinite(ratio), ratio, np.nan)
            with warnings.catch_warnings():  # a group that nobody belongs to has no mean, which is what NaN says
                warnings.simplefilter("ignore", RuntimeWarning)
                mean, low, high = np.nanmean(filled, 0), *np.nanpercentile(filled, (5, 95), axis=0)
            frames.append(
                pd.DataFrame(
                    {
                        "arm": np.repeat(self.arms, t * g),
                        "month" if monthly else "year": np.tile(np.repeat(np.arange(1, t + 1), g), a),
                        "measure": name,
                        "group_kind": np.tile([k for k, _ in self.groups], a * t),
                        "group": np.tile([n for _, n in self.groups], a * t),
                        "mean": mean.ravel(), "p5": low.ravel(), "p95": high.ravel(),
                        "numerator": part[..., 0].mean(0).ravel(), "denominator": part[..., 1].mean(0).ravel(),
                        "unit": MEASURES[name].unit,
                    }
                )
            )  # fmt: skip
        return pd.concat(frames, ignore_index=True)


def grade_of(interventions: Sequence[Mapping[str, Any]]) -> str:
    """The weakest grade of evidence among interventions: A to D, "law" where only law is carried out, "" for none."""
    known = catalogue()
    grades = [known[i["id"]].grade for i in interventions if i["id"] in known]
    order = ("law", "data", "A", "B", "C", "D")
    return max(grades, key=order.index, default="")


def _mean(x: np.ndarray) -> float:
    kept = x[np.isfinite(x)]
    return float(kept.mean()) if kept.size else float("nan")


def covariance_of_means(x: np.ndarray, draws: np.ndarray) -> tuple[np.ndarray, int]:
    """Covariance of the means of the columns of `x` over futures, and its degrees of freedom.

    x : (futures, columns), finite; draws : the parameter draw of each future. Futures of one draw may
    depend on each other. With one future, or two of each, per draw this is exactly the covariance of the
    draws' means over the number of draws.
    """
    names, member = np.unique(draws, return_inverse=True)
    if names.size < 2:
        return np.full((x.shape[1], x.shape[1]), np.nan), 0
    totals = np.zeros((names.size, x.shape[1]))
    np.add.at(totals, member, x - x.mean(axis=0))
    return totals.T @ totals * names.size / (names.size - 1) / len(x) ** 2, names.size - 1


def interval(x: np.ndarray, draws: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Interval of the mean over futures, low and high; NaN if there are too few draws."""
    ok = np.isfinite(x)
    kept = x[ok]
    covariance, freedom = covariance_of_means(kept[:, None], draws[ok])
    if not freedom:
        return float("nan"), float("nan")
    half = scipy.stats.t.ppf(0.5 + level / 2, freedom) * np.sqrt(covariance[0, 0])
    return float(kept.mean() - half), float(kept.mean() + half)


def paired(value: np.ndarray, base: np.ndarray, draws: np.ndarray, *, better: str = "") -> dict[str, float]:
    """Statistics of within-future differences.

    value, base : arrays over futures; draws : the parameter draw of each future

    >>> import numpy as np
    >>> d = paired(np.array([2.0, 3.0, 4.0]), np.array([1.0, 2.0, 3.0]), np.array([0, 0, 1]), better="lower")
    >>> d["difference"], d["better"]
    (1.0, 0.0)
    """
    ok = np.isfinite(value) & np.isfinite(base)
    value, base, draws = value[ok], base[ok], draws[ok]
    difference = value - base
    low, high = interval(difference, draws)
    n = difference.size
    spread = value.std() * base.std() if n > 2 else 0.0
    correlation = float(np.mean((value - value.mean()) * (base - base.mean())) / spread) if spread > 0 else float("nan")
    sign = {"lower": -1.0, "higher": 1.0}.get(better, 0.0)
    p5, p95 = np.percentile(difference, (5, 95)) if n else (np.nan, np.nan)
    return {
        "futures": n,
        "reference": _mean(base),
        "value": _mean(value),
        "difference": _mean(difference),
        "low": low,
        "high": high,
        "p5": float(p5),
        "p95": float(p95),
        "better": float((sign * difference > 0).mean()) if sign and n else float("nan"),
        "correlation": correlation,
        "parameter_share": _parameter_share(difference, draws),
    }


def _parameter_share(difference: np.ndarray, draws: np.ndarray) -> float:
    """Share of the variance of the difference that parameters explain: one-way random effects, groups of any size.

    Mean squares between and within draws give the two components (Searle, Casella and McCulloch 1992); the rest
    of the variance is luck.
    """
    _, member, size = np.unique(draws, return_inverse=True, return_counts=True)
    n, k = difference.size, size.size
    if k < 3 or n - k < 3:
        return float("nan")
    means = np.bincount(member, difference) / size
    within = float(((difference - means[member]) ** 2).sum() / (n - k))
    among = float((size * (means - difference.mean()) ** 2).sum() / (k - 1))
    between = (among - within) / ((n - (size**2).sum() / n) / (k - 1))
    total = between + within
    return float(np.clip(between / total, 0, 1)) if total > 0 else float("nan")
