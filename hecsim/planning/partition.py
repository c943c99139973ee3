"""Grouping towns: what is known of each, how good a grouping is, and a search that has no chance in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage

from hecsim import geography
from hecsim.evidence import parameter

__all__ = ["FEATURES", "PAYERS", "Area", "area_of", "partition"]

# What makes towns alike: conditions of life. Race is left out on purpose: places are grouped by circumstances.
FEATURES: Mapping[str, str] = {
    "poor_below_200": "people below twice the poverty line", "renter": "homes that are rented",
    "renters_burdened": "renters whose rent is a burden", "no_vehicle": "homes without a car",
    "edu_bachelor_up": "adults with a bachelor's degree", "age_65_up": "people of 65 and over",
    "age_5_17": "school-age children", "foreign_born": "people born abroad", "density": "residents per km2 (log)",
}  # fmt: skip
PAYERS = ("Medicaid", "Medicare", "commercial plans")
_EARTH_KM = 6371.0
_PIECE = 0.05  # what a further piece costs in the search where contiguity is preferred, in units of the weighted score
_SHORT = 3.0  # and what a proposal below the least size costs, per part that is missing
_ROUNDS = 6


@dataclass(frozen=True, eq=False, slots=True)
class Area:
    """Towns to be grouped, one row each.

    people, poor, children : counts (poor: below twice the poverty line); savings : $ a year, by payer (n, 3)
    savings_low, savings_high : totals of all payers at the ends of the ranges
    features : standardized by the state's residents; raw : as read
    km : distances between centers; touch : whether two share a border; graph : the same for networkx
    """

    towns: tuple[str, ...]
    people: np.ndarray
    poor: np.ndarray
    children: np.ndarray
    savings: np.ndarray
    savings_low: np.ndarray
    savings_high: np.ndarray
    features: np.ndarray
    raw: pd.DataFrame
    region: np.ndarray
    regions: tuple[str, ...]
    km: np.ndarray
    touch: np.ndarray
    graph: nx.Graph
    table: pd.DataFrame

    def parts(self, rows: Sequence[int] | np.ndarray) -> list[list[int]]:
        """Pieces that hang together over borders, the one with most residents first."""
        found = [sorted(c) for c in nx.connected_components(self.graph.subgraph([int(r) for r in rows]))]
        return sorted(found, key=lambda c: (-self.people[c].sum(), c[0]))

    def natural_scores(self, groups: np.ndarray) -> dict[str, float]:
        """Criteria in their own units for a grouping (-1: in no proposal)."""
        state = _State(self, groups)
        total, k = float(self.people.sum()), len(state.sums)
        s = state.scores()
        apart = sum(self.people[part].sum() for g in range(k) for part in self.parts(np.flatnonzero(state.groups == g))[1:])
        return {
            "need": s["need"], "similarity": s["similarity"], "size": float(state.sums[:, 0].min()),
            "savings": float(state.sums[:, 2].min()), "coverage": s["coverage"],
            "closeness": float(state.pairs.sum() / (state.sums[:, 0] ** 2).sum()),
            "partners": s["partners"], "contiguity": 1.0 - float(apart) / total,
        }  # fmt: skip


def area_of(towns: Sequence[str]) -> Area:
    """Everything that grouping needs to know about these towns."""
    every = geography.towns()
    every["density"] = np.log(every["population"] / every["land_km2"])
    table = every.loc[list(towns)]
    people = table["population"].to_numpy(float)
    weight = every["population"].to_numpy(float)
    raw = every[list(FEATURES)].astype(float)
    mean = np.average(raw, axis=0, weights=weight)
    sd = np.sqrt(np.average((raw - mean) ** 2, axis=0, weights=weight))
    members = _members(every)
    chosen = members[every.index.get_indexer(pd.Index(list(towns)))]
    spend, share = parameter("planning.spending_per_member"), parameter("planning.addressable_share")
    central = np.asarray(spend.value) * np.asarray(share.value)
    low, high = np.asarray(spend.low) * np.asarray(share.low), np.asarray(spend.high) * np.asarray(share.high)
    regions = tuple(sorted(table["region"].unique()))
    graph: nx.Graph = nx.Graph()
    graph.add_nodes_from(range(len(towns)))
    row = {t: i for i, t in enumerate(towns)}
    borders = geography.adjacency()
    shared = borders[borders["kind"] == "border"]
    for a, b in zip(shared["town_a"].astype(str), shared["town_b"].astype(str), strict=True):
        if a in row and b in row:
            graph.add_edge(row[a], row[b])
    return Area(
        towns=tuple(towns), people=people, poor=people * table["poor_below_200"].to_numpy(float),
        children=people * (table["age_0_4"] + table["age_5_17"]).to_numpy(float),
        savings=chosen * central, savings_low=chosen @ low, savings_high=chosen @ high,
        features=(raw.loc[list(towns)].to_numpy(float) - mean) / sd, raw=raw.loc[list(towns)],
        region=np.array([regions.index(r) for r in table["region"]]), regions=regions,
        km=_distances(table["lat"].to_numpy(float), table["lon"].to_numpy(float)),
        touch=nx.to_numpy_array(graph, nodelist=range(len(towns))) > 0, graph=graph, table=table,
    )  # fmt: skip


def _members(every: pd.DataFrame) -> np.ndarray:
    """Members by payer of every town: the state's shares, spread by those who are poor, old, and neither."""
    people = every["population"].to_numpy(float)
    poor, old = every["poor_below_200"].to_numpy(float), every["age_65_up"].to_numpy(float)
    keys = np.stack([people * poor, people * old, people * (1 - poor) * (1 - old)], axis=1)
    share = np.asarray(parameter("money.members_share").value)
    return keys / keys.sum(axis=0) * share * people.sum()


def _distances(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Great-circle distances in km (haversine)."""
    a, o = np.radians(lat), np.radians(lon)
    h = np.sin((a[:, None] - a) / 2) ** 2 + np.cos(a)[:, None] * np.cos(a) * np.sin((o[:, None] - o) / 2) ** 2
    return 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(h, 0, 1)))


class _State:
    """A grouping with sums by group, so that moving one town costs little."""

    def __init__(self, area: Area, groups: np.ndarray):
        used = np.unique(groups[groups >= 0])
        self.area, self.groups = area, np.where(groups >= 0, np.searchsorted(used, groups), -1)
        p, x = area.people, area.features
        region = np.zeros((len(p), len(area.regions)))
        region[np.arange(len(p)), area.region] = p
        columns = [p, area.poor, area.savings.sum(axis=1), p * (x**2).sum(axis=1)]
        self.each = np.column_stack([*columns, p[:, None] * x, region])
        self.f = x.shape[1]
        k = len(used)
        self.sums = np.zeros((k, self.each.shape[1]))
        np.add.at(self.sums, self.groups[self.groups >= 0], self.each[self.groups >= 0])
        one = np.zeros((len(p), k))
        inside = np.flatnonzero(self.groups >= 0)
        one[inside, self.groups[inside]] = p[inside]
        self.reach = area.km @ one  # km times residents from each town to each group
        self.pairs = np.einsum("ik,ik->k", one, self.reach)
        self.total = self.each.sum(axis=0)
        self.spread = max(float(p @ area.km @ p / p.sum() ** 2), 1e-9)

    def shifted(self, i: int, to: int) -> tuple[np.ndarray, np.ndarray]:
        """Sums and pair distances as they would be with town i in group `to` (-1: in none)."""
        sums, pairs, old, p = self.sums.copy(), self.pairs.copy(), self.groups[i], self.area.people[i]
        if old >= 0:
            sums[old] -= self.each[i]
            pairs[old] -= 2 * p * self.reach[i, old]
        if to >= 0:
            sums[to] += self.each[i]
            pairs[to] += 2 * p * self.reach[i, to]
        return sums, pairs

    def move(self, i: int, to: int) -> None:
        """Put town i into group `to`."""
        self.sums, self.pairs = self.shifted(i, to)
        column, old = self.area.km[:, i] * self.area.people[i], self.groups[i]
        if old >= 0:
            self.reach[:, old] -= column
        if to >= 0:
            self.reach[:, to] += column
        self.groups[i] = to

    def scores(self, sums: np.ndarray | None = None, pairs: np.ndarray | None = None) -> dict[str, float]:
        """Criteria between 0 and 1, higher is better."""
        a, s = (self.sums, self.pairs) if sums is None or pairs is None else (sums, pairs)
        p, k, f = a[:, 0], len(a), self.f
        total, inside = self.total[0], p.sum()
        first = a[:, 4 : 4 + f]
        within = float((a[:, 3] - (first**2).sum(axis=1) / p).sum())
        around = float(a[:, 3].sum() - (first.sum(axis=0) ** 2).sum() / inside)
        above = a[:, 1] / p > self.total[1] / total * (1 + 1e-9)
        return {
            "need": float(a[above, 1].sum() / max(self.total[1], 1e-9)),
            "similarity": 1.0 if around < 1e-9 else 1.0 - within / around,
            "size": float(p.min() * k / total), "savings": float(a[:, 2].min() * k / self.total[2]),
            "coverage": float(inside / total), "closeness": 1.0 - float(s.sum() / (p**2).sum()) / self.spread,
            "partners": float(((a[:, 4 + f :] ** 2).sum(axis=1) / p).sum() / inside),
        }  # fmt: skip

    def value(self, weight: Mapping[str, float], least: float, sums: np.ndarray | None = None, pairs: np.ndarray | None = None
              ) -> float:  # fmt: skip
        """Weighted score, less what proposals below the least size cost."""
        s = self.scores(sums, pairs)
        p = (self.sums if sums is None else sums)[:, 0]
        short = float((np.maximum(0.0, least - p) / least).sum()) if least > 0 else 0.0
        used = {c: w for c, w in weight.items() if c in s}
        return sum(w * s[c] for c, w in used.items()) / max(sum(used.values()), 1e-9) - _SHORT * short


def partition(
    area: Area, k: int, mode: str, weight: Mapping[str, float], least: float, most: float,
    cores: tuple[int, ...] = (), leave_out: bool = False,
) -> np.ndarray:  # fmt: skip
    """Group of each town (-1: in none) for k proposals under one weighting; groups are numbered by their first town."""
    seeds = list(cores) if cores else _seeds(area, k, mode, weight, least, most)
    groups = _grow(area, seeds, mode, weight, most)
    state = _State(area, groups)
    _improve(state, mode, weight, least, most, set(cores), leave_out)
    dropped = np.flatnonzero(state.groups < 0) if leave_out else np.empty(0, int)
    groups = _dissolve(area, state.groups, mode, least, most, set(dropped.tolist()))
    order: dict[int, int] = {}
    return np.array([-1 if g < 0 else order.setdefault(int(g), len(order)) for g in groups])


def _seeds(area: Area, k: int, mode: str, weight: Mapping[str, float], least: float, most: float) -> list[int]:
    """The largest town of each Ward cluster; where borders bind, every piece that is large enough has one."""
    fits = np.flatnonzero(area.people <= most)
    if not len(fits):
        return []
    k = min(k, len(fits))
    near, alike = (float(np.sqrt(weight.get(c, 0.0))) for c in ("closeness", "similarity"))
    place = np.column_stack([area.table["lat"], area.table["lon"] * np.cos(np.radians(area.table["lat"]))])[fits]
    place = (place - place.mean(axis=0)) / max(float(place.std()), 1e-9)
    x = np.hstack([area.features[fits] * max(alike, 0.1) / np.sqrt(area.features.shape[1]), place * max(near, 0.1)])
    labels = fcluster(linkage(x, "ward"), k, "maxclust") if len(fits) > 1 else np.ones(1)
    seeds = [int(max(fits[labels == c], key=lambda i: (area.people[i], -i))) for c in np.unique(labels)]
    rest = sorted((int(i) for i in fits if i not in seeds), key=lambda i: (-area.people[i], i))
    seeds += rest[: k - len(seeds)]  # ties can leave fewer clusters than asked for
    if mode != "required":
        return seeds
    parts = [[i for i in part if i in fits] for part in area.parts(range(len(area.towns)))]
    for part in [p for p in parts if p and area.people[p].sum() >= least and not set(p) & set(seeds)]:
        crowded = [s for p in parts if len(inside := set(p) & set(seeds)) > 1 for s in inside]
        if crowded:
            seeds.remove(min(crowded, key=lambda i: (area.people[i], i)))
            seeds.append(max(part, key=lambda i: (area.people[i], -i)))
    return seeds


def _grow(area: Area, seeds: list[int], mode: str, weight: Mapping[str, float], most: float) -> np.ndarray:
    """Give each town, the cheapest first, to the proposal that it fits best."""
    n, k = len(area.towns), len(seeds)
    groups = np.full(n, -1)
    groups[seeds] = range(k)
    w = {c: weight.get(c, 0.0) for c in ("similarity", "closeness", "size", "savings", "partners")}
    mean_size = area.people.sum() / max(k, 1)
    while k and (groups < 0).any():
        one = (groups[:, None] == np.arange(k)).astype(float)
        people = area.people @ one
        center = (one * area.people[:, None]).T @ area.features / people[:, None]
        cost = w["similarity"] * ((area.features[:, None] - center) ** 2).mean(axis=2)
        cost = cost + w["closeness"] * (area.km @ (one * area.people[:, None])) / people / max(float(area.km.mean()), 1e-9)
        cost = cost + (w["size"] + w["savings"]) * (people + area.people[:, None]) / mean_size / 2
        cost = cost + w["partners"] * (area.region[:, None] != area.region[np.asarray(seeds)])
        joined = (area.touch @ one) > 0
        if mode == "preferred":
            cost = cost + np.where(joined, 0.0, 1.0)
        allowed = (people + area.people[:, None] <= most) & (groups < 0)[:, None]
        if mode == "required":
            allowed &= joined
        if not allowed.any():
            break
        i, g = np.unravel_index(int(np.argmin(np.where(allowed, cost, np.inf))), cost.shape)
        groups[i] = g
    return groups


def _improve(
    state: _State, mode: str, weight: Mapping[str, float], least: float, most: float, fixed: set[int], leave_out: bool
) -> None:
    """Move single towns as long as that improves the weighted score; every town in turn, for a few rounds."""
    if not len(state.sums):
        return
    area, now = state.area, state.value(weight, least)
    mild = area.poor / area.people < area.poor.sum() / area.people.sum()
    for _ in range(_ROUNDS):
        moved = False
        for i in range(len(area.towns)):
            old = int(state.groups[i])
            if i in fixed or (old >= 0 and (state.groups == old).sum() == 1):
                continue
            near = set(state.groups[area.touch[i]].tolist()) - {-1, old}
            to = sorted(near if mode != "free" else set(range(len(state.sums))) - {old})
            to += [-1] if leave_out and old >= 0 and mild[i] else []
            best, gain = old, 1e-9
            for g in to:
                if g >= 0 and state.sums[g, 0] + area.people[i] > most:
                    continue
                more = state.value(weight, least, *state.shifted(i, g)) - now
                if more > gain and mode != "free":
                    more -= _broken(state, i, old, g, mode)
                if more > gain:
                    best, gain = g, more
            if best != old:
                state.move(i, best)
                now, moved = state.value(weight, least), True
        if not moved:
            return


def _broken(state: _State, i: int, old: int, to: int, mode: str) -> float:
    """What the move costs in pieces: more than anything can gain where every proposal must hang together."""
    more = 0
    if old >= 0:
        rows = np.flatnonzero(state.groups == old)
        more += len(state.area.parts(rows[rows != i])) - len(state.area.parts(rows))
    if to >= 0:
        rows = np.flatnonzero(state.groups == to)
        more += len(state.area.parts([*rows, i])) - len(state.area.parts(rows))
    return np.inf if mode == "required" and more > 0 else _PIECE * more


def _dissolve(area: Area, groups: np.ndarray, mode: str, least: float, most: float, dropped: set[int]) -> np.ndarray:
    """Take proposals below the least size apart; their towns join a neighbor that has room, or stay alone."""
    groups = groups.copy()
    while True:
        placed = True
        while placed:
            placed = False
            waiting = [i for i in np.flatnonzero(groups < 0).tolist() if i not in dropped]
            for i in sorted(waiting, key=lambda i: (-area.people[i], i)):
                fits = []
                for g in np.unique(groups[groups >= 0]):
                    rows = groups == g
                    room = area.people[rows].sum() + area.people[i] <= most
                    if room and (mode == "free" or (area.touch[i] & rows).any()):
                        fits.append((float(((area.features[rows].mean(axis=0) - area.features[i]) ** 2).sum()), int(g)))
                if fits:
                    groups[i], placed = min(fits)[1], True
        sizes = {int(g): float(area.people[groups == g].sum()) for g in np.unique(groups[groups >= 0])}
        small = min(((p, g) for g, p in sizes.items() if p < least), default=None)
        if small is None:
            return groups
        groups[groups == small[1]] = -1
