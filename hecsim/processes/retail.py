"""Food stores: what they stock, whether they stay, and who shops where.

`commerce.stores` runs once over the businesses. A store closes with the hazard of its kind, higher in
its first three years and where it sells less than others of its kind (the mean over the kind stays);
closed rows open at a rate per open store and settle where stores of the kind tend to be. Stock of
healthy lines follows residents' diet and norm and the stocking incentive; quality (HEI of what is
sold) follows stock.

`commerce.retail` is a Huff model (Huff 1964). Seen from neighborhood i by car, or on foot and by
bus, the stores of kind k in neighborhood j draw
    sum of size^a price^-e / minutes_ij^b,  b by means of travel,
and a supermarket beyond the border stands for the rest of the world. Quality, price and minutes of
a neighborhood's shopping are means over these shares; residents' food money becomes revenue. Only
the nearest neighborhoods are looked at, so the work grows with their number, not its square.
"""

from __future__ import annotations

import numpy as np

from hecsim.columns import STORE
from hecsim.compiled import njit
from hecsim.processes.base import process

__all__ = ["RETAIL", "STORES"]

KINDS = len(STORE)
_NEW = 36  # months in which a store counts as new


@njit()
def _pressure(revenue, mean, power):
    """Hazard ratio of closing from a store's revenue against the mean of its kind."""
    if mean <= 0.0:
        return 1.0
    return min(max(max(revenue / mean, 0.01) ** (-power), 0.5), 2.0)


@njit()
def stores_kernel(
    b_kind, b_open, b_months_open, b_neighborhood, b_healthy_stock, b_quality, b_revenue,
    bu_closing, bu_opening, bu_site, n_mean_diet, n_norm_food, n_residents, ln_healthy_stock,
    x_site_cumulative,
    k_retail_closing, k_retail_new, k_retail_sales, k_retail_opening,
    k_retail_stock, k_retail_stock_diet, k_retail_stock_norm, k_retail_stock_rate, k_retail_stock_quality,
    k_retail_quality, k_retail_incentive, k_place__diet_mean, k_place__diet_spread,
):  # fmt: skip
    n_open = np.zeros(KINDS)
    n_closed = np.zeros(KINDS)
    sales = np.zeros(KINDS)
    for b in range(b_kind.size):
        if b_kind[b] < KINDS:
            if b_open[b] == 1:
                n_open[b_kind[b]] += 1.0
                sales[b_kind[b]] += np.float64(b_revenue[b])
            else:
                n_closed[b_kind[b]] += 1.0
    usual = np.zeros(KINDS)
    for b in range(b_kind.size):
        if b_kind[b] < KINDS and b_open[b] == 1:
            k = int(b_kind[b])
            usual[k] += _pressure(np.float64(b_revenue[b]), sales[k] / n_open[k], k_retail_sales) / n_open[k]
    for b in range(b_kind.size):
        if b_kind[b] >= KINDS:
            continue
        k = int(b_kind[b])
        if b_open[b] == 1:
            pressure = _pressure(np.float64(b_revenue[b]), sales[k] / n_open[k], k_retail_sales)
            hazard = k_retail_closing[k] * pressure / usual[k]
            if b_months_open[b] < _NEW:
                hazard *= k_retail_new
            if bu_closing[b] < -np.expm1(-hazard / 12.0):
                b_open[b] = 0
                b_months_open[b] = 0
                continue
            b_months_open[b] = min(int(b_months_open[b]) + 1, 65535)
        else:
            wanted = k_retail_opening[k] / 12.0 * n_open[k] / n_closed[k]
            if bu_opening[b] >= -np.expm1(-wanted):
                continue
            b_open[b] = 1
            site = np.searchsorted(x_site_cumulative[k], np.float64(bu_site[b]), side="right")
            b_neighborhood[b] = min(site, x_site_cumulative.shape[1] - 1)
            b_healthy_stock[b] = k_retail_stock[k]
        n = int(b_neighborhood[b])
        demand = 0.0
        if n_residents[n] > 0:
            demand = (np.float64(n_mean_diet[n]) - k_place__diet_mean) / k_place__diet_spread
        target = (
            k_retail_stock[k]
            + k_retail_stock_diet * demand
            + k_retail_stock_norm * np.float64(n_norm_food[n])
            + k_retail_incentive[k] * np.float64(ln_healthy_stock[n])
        )  # fmt: skip
        stock = np.float64(b_healthy_stock[b])
        stock += k_retail_stock_rate * (min(max(target, 0.0), 1.0) - stock)
        b_healthy_stock[b] = stock
        b_quality[b] = k_retail_quality[k] + k_retail_stock_quality * (stock - k_retail_stock[k])


def stores_plain(
    b_kind, b_open, b_months_open, b_neighborhood, b_healthy_stock, b_quality, b_revenue,
    bu_closing, bu_opening, bu_site, n_mean_diet, n_norm_food, n_residents, ln_healthy_stock,
    x_site_cumulative,
    k_retail_closing, k_retail_new, k_retail_sales, k_retail_opening,
    k_retail_stock, k_retail_stock_diet, k_retail_stock_norm, k_retail_stock_rate, k_retail_stock_quality,
    k_retail_quality, k_retail_incentive, k_place__diet_mean, k_place__diet_spread,
):  # fmt: skip
    rows = np.flatnonzero(b_kind < KINDS)
    k = b_kind[rows].astype(int)
    was_open = b_open[rows] == 1
    n_open = np.bincount(k[was_open], minlength=KINDS).astype(float)
    n_closed = np.bincount(k[~was_open], minlength=KINDS).astype(float)
    revenue = b_revenue[rows].astype(float)
    sales = np.bincount(k[was_open], weights=revenue[was_open], minlength=KINDS)
    against = np.maximum(revenue * n_open[k] / np.maximum(sales[k], 1e-300), 0.01)
    pressure = np.where(sales[k] > 0, np.clip(against ** (-k_retail_sales), 0.5, 2.0), 1.0)
    usual = np.bincount(k[was_open], weights=pressure[was_open], minlength=KINDS) / np.maximum(n_open, 1.0)
    hazard = k_retail_closing[k] * pressure / np.maximum(usual[k], 1e-9)
    hazard = np.where(b_months_open[rows] < _NEW, hazard * k_retail_new, hazard)
    closes = was_open & (bu_closing[rows] < -np.expm1(-hazard / 12.0))
    wanted = k_retail_opening[k] / 12.0 * n_open[k] / np.maximum(n_closed[k], 1.0)
    opens = ~was_open & (bu_opening[rows] < -np.expm1(-wanted))
    months = np.where(was_open, np.minimum(b_months_open[rows].astype(int) + 1, 65535), b_months_open[rows])
    b_months_open[rows] = np.where(closes, 0, months)
    b_open[rows] = np.where(closes, 0, np.where(opens, 1, b_open[rows]))
    for kind in range(KINDS):
        fresh = rows[opens & (k == kind)]
        site = np.searchsorted(x_site_cumulative[kind], bu_site[fresh].astype(float), side="right")
        b_neighborhood[fresh] = np.minimum(site, x_site_cumulative.shape[1] - 1)
        b_healthy_stock[fresh] = k_retail_stock[kind]
    live = rows[b_open[rows] == 1]
    k, n = b_kind[live].astype(int), b_neighborhood[live].astype(int)
    eats = (n_mean_diet[n].astype(float) - k_place__diet_mean) / k_place__diet_spread
    demand = np.where(n_residents[n] > 0, eats, 0.0)
    target = (
        k_retail_stock[k] + k_retail_stock_diet * demand + k_retail_stock_norm * n_norm_food[n].astype(float)
        + k_retail_incentive[k] * ln_healthy_stock[n].astype(float)
    )  # fmt: skip
    stock = b_healthy_stock[live].astype(float)
    stock = stock + k_retail_stock_rate * (np.clip(target, 0.0, 1.0) - stock)
    b_healthy_stock[live] = stock
    b_quality[live] = k_retail_quality[k] + k_retail_stock_quality * (stock - k_retail_stock[k])


@njit()
def _minutes(km, mode, urban, transit, speed, fixed, walk, bus, wait):
    """One-way travel time; mode 0 is by car, 1 on foot or by bus, whichever is faster."""
    if mode == 0:
        return fixed + 60.0 * km / speed[urban]
    return min(60.0 * km / walk, wait / max(transit, 0.05) + 60.0 * km / bus)


@njit()
def retail_kernel(
    n_store_quality_car, n_store_quality_foot, n_store_price_car, n_store_price_foot,
    n_store_minutes_car, n_store_minutes_foot, n_store_kind_car, n_store_kind_foot, n_supermarket_km,
    b_revenue, b_kind, b_open, b_neighborhood, b_size, b_quality, b_price,
    h_present, h_neighborhood, h_vehicles, h_food_budget, n_town, n_scale, n_transit, t_urban,
    ln_supermarkets, x_near_index, x_near_km,
    k_retail_size_power, k_retail_time_power, k_retail_price_power, k_retail_quality, k_retail_price,
    k_retail_outside_km, k_retail_car_speed, k_retail_car_fixed, k_retail_walk_speed,
    k_retail_bus_speed, k_retail_bus_wait,
):  # fmt: skip
    places, near = x_near_index.shape
    pull = np.zeros((places, KINDS))
    goods = np.zeros((places, KINDS))  # quality x pull
    paid = np.zeros((places, KINDS))  # price x pull
    supers = np.zeros(places)
    draw = np.zeros(b_kind.size)
    for b in range(b_kind.size):
        if b_kind[b] >= KINDS or b_open[b] == 0:
            continue
        n, k = int(b_neighborhood[b]), int(b_kind[b])
        cheap = np.float64(b_price[b]) ** (-k_retail_price_power)
        draw[b] = np.float64(b_size[b]) ** k_retail_size_power * cheap
        pull[n, k] += draw[b]
        goods[n, k] += draw[b] * np.float64(b_quality[b])
        paid[n, k] += draw[b] * np.float64(b_price[b])
        if k == 0:
            supers[n] += 1.0
    for n in range(places):  # stores that a policy adds
        more = max(np.float64(ln_supermarkets[n]), 0.0)
        each = k_retail_price[0] ** (-k_retail_price_power)
        pull[n, 0] += more * each
        goods[n, 0] += more * each * k_retail_quality[0]
        paid[n, 0] += more * each * k_retail_price[0]
        supers[n] += more
    money = np.zeros((places, 2))
    for h in range(h_present.size):
        if h_present[h] == 1:
            n = int(h_neighborhood[h])
            money[n, 0 if h_vehicles[h] > 0 else 1] += np.float64(h_food_budget[h]) * np.float64(n_scale[n])
    spent = np.zeros((places, KINDS))
    share = np.zeros((near, KINDS))
    for n in range(places):
        urban = int(t_urban[int(n_town[n])])
        transit = np.float64(n_transit[n])
        nearest = k_retail_outside_km[urban]
        for m in range(near):
            if supers[x_near_index[n, m]] > 0.0:
                nearest = min(nearest, x_near_km[n, m])
        n_supermarket_km[n] = nearest
        for mode in range(2):
            away = _minutes(
                k_retail_outside_km[urban], mode, urban, transit, k_retail_car_speed, k_retail_car_fixed,
                k_retail_walk_speed, k_retail_bus_speed, k_retail_bus_wait,
            )  # fmt: skip
            outside = k_retail_price[0] ** (-k_retail_price_power) * away ** (-k_retail_time_power[mode])
            total = outside
            quality = outside * k_retail_quality[0]
            price = outside * k_retail_price[0]
            minutes = outside * away
            by_kind = np.zeros(KINDS)
            by_kind[0] = outside
            for m in range(near):
                j = x_near_index[n, m]
                t = _minutes(
                    x_near_km[n, m], mode, urban, transit, k_retail_car_speed, k_retail_car_fixed,
                    k_retail_walk_speed, k_retail_bus_speed, k_retail_bus_wait,
                )  # fmt: skip
                f = t ** (-k_retail_time_power[mode])
                for k in range(KINDS):
                    share[m, k] = f * pull[j, k]
                    total += share[m, k]
                    by_kind[k] += share[m, k]
                    quality += f * goods[j, k]
                    price += f * paid[j, k]
                    minutes += share[m, k] * t
            for m in range(near):
                for k in range(KINDS):
                    spent[x_near_index[n, m], k] += money[n, mode] * share[m, k] / total
            if mode == 0:
                n_store_quality_car[n] = quality / total
                n_store_price_car[n] = price / total
                n_store_minutes_car[n] = minutes / total
                n_store_kind_car[n] = np.argmax(by_kind)
            else:
                n_store_quality_foot[n] = quality / total
                n_store_price_foot[n] = price / total
                n_store_minutes_foot[n] = minutes / total
                n_store_kind_foot[n] = np.argmax(by_kind)
    for b in range(b_kind.size):
        if b_kind[b] < KINDS:
            n, k = int(b_neighborhood[b]), int(b_kind[b])
            b_revenue[b] = spent[n, k] * draw[b] / pull[n, k] if draw[b] > 0.0 else 0.0


def retail_plain(
    n_store_quality_car, n_store_quality_foot, n_store_price_car, n_store_price_foot,
    n_store_minutes_car, n_store_minutes_foot, n_store_kind_car, n_store_kind_foot, n_supermarket_km,
    b_revenue, b_kind, b_open, b_neighborhood, b_size, b_quality, b_price,
    h_present, h_neighborhood, h_vehicles, h_food_budget, n_town, n_scale, n_transit, t_urban,
    ln_supermarkets, x_near_index, x_near_km,
    k_retail_size_power, k_retail_time_power, k_retail_price_power, k_retail_quality, k_retail_price,
    k_retail_outside_km, k_retail_car_speed, k_retail_car_fixed, k_retail_walk_speed,
    k_retail_bus_speed, k_retail_bus_wait,
):  # fmt: skip
    places = x_near_index.shape[0]
    store = b_kind < KINDS
    live = np.flatnonzero(store & (b_open == 1))
    cell = b_neighborhood[live].astype(int) * KINDS + b_kind[live]
    cheap = b_price[live].astype(float) ** (-k_retail_price_power)
    draw = b_size[live].astype(float) ** k_retail_size_power * cheap

    def gather(weights: np.ndarray) -> np.ndarray:
        return np.bincount(cell, weights=weights, minlength=places * KINDS).reshape(places, KINDS)

    pull, goods, paid = gather(draw), gather(draw * b_quality[live]), gather(draw * b_price[live])
    supers = gather(np.ones(live.size))[:, 0]
    more = np.maximum(ln_supermarkets.astype(float), 0.0)
    each = k_retail_price[0] ** (-k_retail_price_power)
    pull[:, 0] += more * each
    goods[:, 0] += more * each * k_retail_quality[0]
    paid[:, 0] += more * each * k_retail_price[0]
    supers = supers + more
    home = np.flatnonzero(h_present == 1)
    where = h_neighborhood[home].astype(int)
    worth = h_food_budget[home].astype(float) * n_scale[where].astype(float)
    mode_of = (h_vehicles[home] == 0).astype(int)
    money = np.bincount(where * 2 + mode_of, weights=worth, minlength=places * 2).reshape(places, 2)
    urban = t_urban[n_town.astype(int)].astype(int)
    far = k_retail_outside_km[urban]
    km = np.where(supers[x_near_index] > 0, x_near_km, np.inf).min(axis=1)
    n_supermarket_km[...] = np.minimum(km, far)
    wait = k_retail_bus_wait / np.maximum(n_transit.astype(float), 0.05)
    spent = np.zeros((places, KINDS))
    outputs = (
        (n_store_quality_car, n_store_price_car, n_store_minutes_car, n_store_kind_car),
        (n_store_quality_foot, n_store_price_foot, n_store_minutes_foot, n_store_kind_foot),
    )
    for mode, (quality, price, minutes, kind) in enumerate(outputs):
        if mode == 0:
            away = k_retail_car_fixed + 60.0 * far / k_retail_car_speed[urban]
            t = k_retail_car_fixed + 60.0 * x_near_km / k_retail_car_speed[urban][:, None]
        else:
            away = np.minimum(60.0 * far / k_retail_walk_speed, wait + 60.0 * far / k_retail_bus_speed)
            t = np.minimum(60.0 * x_near_km / k_retail_walk_speed, wait[:, None] + 60.0 * x_near_km / k_retail_bus_speed)
        outside = each * away ** (-k_retail_time_power[mode])
        f = t ** (-k_retail_time_power[mode])
        share = f[:, :, None] * pull[x_near_index]
        total = outside + share.sum(axis=(1, 2))
        by_kind = share.sum(axis=1)
        by_kind[:, 0] += outside
        offered = (f[:, :, None] * goods[x_near_index]).sum((1, 2))
        charged = (f[:, :, None] * paid[x_near_index]).sum((1, 2))
        quality[...] = (outside * k_retail_quality[0] + offered) / total
        price[...] = (outside * k_retail_price[0] + charged) / total
        minutes[...] = (outside * away + (share * t[:, :, None]).sum((1, 2))) / total
        kind[...] = by_kind.argmax(axis=1)
        np.add.at(spent, x_near_index, share * (money[:, mode] / total)[:, None, None])
    b_revenue[store] = 0.0
    part = spent[b_neighborhood[live].astype(int), b_kind[live]]
    b_revenue[live] = part * draw / pull[b_neighborhood[live].astype(int), b_kind[live]]


STORES = process(
    "commerce.stores",
    room="commerce",
    scope="whole",
    kernel=stores_kernel,
    twin=stores_plain,
    writes=("b_open", "b_months_open", "b_neighborhood", "b_healthy_stock", "b_quality"),
    summary="Food stores stock to demand and incentive; they close and open.",
)
RETAIL = process(
    "commerce.retail",
    room="commerce",
    scope="whole",
    kernel=retail_kernel,
    twin=retail_plain,
    writes=(
        "n_store_quality_car", "n_store_quality_foot", "n_store_price_car", "n_store_price_foot",
        "n_store_minutes_car", "n_store_minutes_foot", "n_store_kind_car", "n_store_kind_foot",
        "n_supermarket_km", "b_revenue",
    ),
    summary="Which stores a neighborhood's shoppers use, by car and on foot, and what stores sell.",
)  # fmt: skip
