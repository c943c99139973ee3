"""Ties: word travels along the graph, trust is lost and rebuilt, support follows what surrounds a family."""

import numpy as np
import pytest

from hecsim import evidence, luck
from hecsim.engine import Engine
from hecsim.levers import Move
from hecsim.population.histories.ties import initialize
from hecsim.processes.ties import MENDING_MONTHS, TIES, mend
from hecsim.processes.trust import TRUST
from hecsim.testing import check_process, toy_community

DRAW = evidence.draw(None)


def _calm(c):
    """Nothing happens to anybody, and everybody is average."""
    for column in ("discrimination", "evicted_new", "incarcerated_member", "gunfire", "bereaved"):
        c.household[column][:] = 0
    c.household["moved"][:], c.household["hardship"][:] = 200, 0.0
    c.person["cps_new"][:] = 0


def _run(c, months, *levers, plan=(TRUST, TIES), seed=7):
    engine = Engine(plan, DRAW, seed=seed)
    for _ in range(months):
        engine.levers.clear()
        for move in levers:
            engine.levers.move(move)
        engine.step(c)
    return c


def _mean(c, column):
    return float(c.household[column][c.household["present"] == 1].mean())


def test_trust_kernel_and_twin_agree():
    check_process(TRUST, months=4)
    check_process(TRUST, months=2, levers=(Move("trust_health_add", "add", -0.05, None, "x"),))


def _plain_month(c, k, month, seed):
    """The month of ties in plain numpy."""
    h, n, graph = c.household, c.neighborhood, c.ties
    present = h["present"] != 0
    source = np.repeat(np.arange(h.size), np.diff(graph.indptr.astype(np.int64)))
    live = present[source] & present[graph.index]
    source, other, w = source[live], graph.index[live], k["ties.tie_weight"][graph.kind[live]]
    number, total = np.bincount(source, minlength=h.size), np.bincount(source, w, minlength=h.size)
    heard = {name: h[name].astype(float) for name in ("aware", "trust_health", "trust_community", "help_seeking")}
    heard["capacity"] = h["support"] - k["ties.support_drain"] * h["hardship"].astype(float)
    some = number > 0
    peers = {
        name: np.where(some, np.bincount(source, w * values[other], minlength=h.size) / np.where(some, total, 1), 0.0)
        for name, values in heard.items()
    }
    now, rest = heard["aware"], k["ties.aware_rest"][h["language"]]
    new = now + k["ties.aware_word"] * np.where(some, np.maximum(peers["aware"] - rest, 0.0), 0.0) * (1 - now)
    new -= (1 - 0.5 ** (1 / k["ties.aware_half_life"])) * (now - rest)
    out = {"aware": np.clip(new, 0, 1)}
    for name in ("trust_health", "trust_community"):
        out[name] = np.where(some, heard[name] + k["ties.trust_ties"] * (peers[name] - heard[name]), heard[name])
    drivers = (
        h["kin_nearby"] != 0, h["church"] != 0, np.log1p(number),
        np.log(0.5 + np.clip(h["poverty_ratio"].astype(float), 0, 8)), out["trust_community"],
    )  # fmt: skip
    target = k["ties.support_ties"] * peers["capacity"]
    for driver, mean, effect in zip(drivers, k["ties.support_reference"], k["ties.support_from"], strict=True):
        target = target + effect * (driver - mean)

    def follow(name, target):
        rho, sd = k[f"ties.{name}_persistence"], k[f"ties.{name}_spread"]
        column = {"help": "help_seeking"}.get(name, name)
        u = luck.uniforms(seed=seed, decision=f"ties.{column}", month=month, keys=h["key"]).astype(float)
        return target + rho * (h[column] - target) + sd * np.sqrt(1 - rho * rho) * np.sqrt(12.0) * (u - 0.5)

    out["support"] = follow("support", target)
    out["support"] -= k["ties.support_move"] * (h["moved"] == 0) + k["ties.support_loss"] * (h["bereaved"] == 1)
    by_trust, by_norm, by_stigma, by_ties = k["ties.help_from"]
    trust = 0.5 * (out["trust_health"] + h["trust_services"])
    place = h["neighborhood"]
    target = by_trust * (trust - k["ties.help_reference"]) + by_norm * n["norm_help"][place].astype(float)
    target += by_ties * peers["help_seeking"] - by_stigma * n["stigma"][place].astype(float)
    out["help_seeking"] = follow("help", target)
    return {name: np.where(present, values, h[name]) for name, values in out.items()}


def test_the_month_of_ties_and_its_plain_twin_agree():
    c = toy_community(500, seed=2)
    c.household["present"][::7] = 0
    c.clock.month = 1  # a month without mending
    plain = _plain_month(c, DRAW, 1, seed=7)
    _run(c, 1, plan=(TIES,))
    for name, values in plain.items():
        assert np.allclose(c.household[name], values, rtol=1e-5, atol=1e-6), name


def test_everybody_hears_from_last_month():
    """A chain a - b - c: in one month a's knowledge reaches b and not c."""
    c = toy_community(60, seed=3)
    _calm(c)
    rows = c.household.rows_in_use()[:3]
    c.ties.indptr[:] = 0
    c.ties.indptr[rows[0] + 1 :] = 1
    c.ties.indptr[rows[1] + 1 :] = 3
    c.ties.indptr[rows[2] + 1 :] = 4
    c.ties.index = np.array([rows[1], rows[0], rows[2], rows[1]], np.uint32)
    c.ties.kind = np.zeros(4, np.uint8)
    c.household["language"][:] = 0
    rest = DRAW["ties.aware_rest"][0]
    c.household["aware"][:] = rest
    c.household["aware"][rows[0]] = 1.0
    c.clock.month = 1
    _run(c, 1, plan=(TIES,))
    aware = c.household["aware"][rows]
    assert aware[1] > rest + 0.01
    assert aware[2] == pytest.approx(rest, abs=1e-6)


def test_most_knowledge_is_passed_on_by_others():
    def gained(months, word):
        c = toy_community(1500, seed=4)
        _calm(c)
        c.household["language"][:] = 0
        c.household["aware"][:] = DRAW["ties.aware_rest"][0]
        dose = np.zeros(c.household.size, np.float32)
        dose[c.household.rows_in_use()[::100]] = 1.0
        engine = Engine((TIES,), DRAW.with_values(ties__aware_word=word), seed=1)
        total = 0.0
        for _ in range(months):
            engine.levers.clear()
            engine.levers.move(Move("aware_add", "add", 0.3, dose, "ambassadors"))
            engine.step(c)
            total = _mean(c, "aware") - DRAW["ties.aware_rest"][0]
        return total

    direct, both = gained(36, 0.0), gained(36, float(DRAW["ties.aware_word"]))
    assert 0 < direct < 0.5 * both
    assert both < 0.3, "one in a hundred does not inform a whole town by itself"


def test_awareness_rests_without_campaigns():
    c = toy_community(400, seed=5)
    _calm(c)
    c.household["aware"][:] = DRAW["ties.aware_rest"][c.household["language"].astype(np.int64)]
    before = _mean(c, "aware")
    _run(c, 24)
    assert _mean(c, "aware") == pytest.approx(before, abs=0.03)


@pytest.mark.parametrize(
    ("column", "event"),
    [
        ("trust_police", "discrimination"),
        ("trust_services", "evicted_new"),
        ("trust_community", "gunfire"),
        ("trust_police", "incarcerated_member"),
    ],
)
def test_bad_encounters_cost_trust(column, event):
    calm, hit = toy_community(400, seed=6), toy_community(400, seed=6)
    for c in (calm, hit):
        _calm(c)
    hit.household[event][:] = 1
    _run(calm, 6)
    _run(hit, 6)
    assert _mean(hit, column) < _mean(calm, column) - 0.005


def test_trust_is_quicker_lost_than_built():
    c = toy_community(400, seed=7)
    _calm(c)
    c.household["trust_services"][:] = DRAW["ties.trust_rest"][1]
    start = _mean(c, "trust_services")
    c.household["evicted_new"][:] = 1
    _run(c, 1)
    lost = start - _mean(c, "trust_services")
    c.household["evicted_new"][:] = 0
    _run(c, 1)
    built = _mean(c, "trust_services") - (start - lost)
    assert lost > 10 * abs(built) > 0


def test_levers_pull_trust_support_and_awareness_up():
    base, helped = toy_community(400, seed=8), toy_community(400, seed=8)
    kinds = ("health", "services", "community", "police")
    moves = [Move(f"trust_{k}_add", "add", 0.02, None, "x") for k in kinds]
    moves += [Move("support_add", "add", 0.3, None, "x"), Move("aware_add", "add", 0.05, None, "x")]
    _run(base, 18)
    _run(helped, 18, *moves)
    for column in (*(f"trust_{k}" for k in kinds), "aware", "help_seeking"):
        assert _mean(helped, column) > _mean(base, column) + 0.01, column
    assert 0.2 < _mean(helped, "support") - _mean(base, "support") < 0.7


def test_moves_and_deaths_cost_support():
    calm, hit = toy_community(400, seed=9), toy_community(400, seed=9)
    for c in (calm, hit):
        _calm(c)
        c.clock.month = 1
    hit.household["moved"][:] = 0
    _run(calm, 1, plan=(TIES,))
    _run(hit, 1, plan=(TIES,))
    lost = _mean(calm, "support") - _mean(hit, "support")
    assert lost == pytest.approx(DRAW["ties.support_move"], abs=1e-5)


def test_support_keeps_its_spread_and_gradient():
    c = toy_community(1500, seed=10)
    _calm(c)
    initialize(c, DRAW, np.random.default_rng(1))
    _run(c, 48)
    live = c.household["present"] == 1
    support = c.household["support"][live]
    assert 0.8 < support.std() < 1.4
    poor = c.household["poverty_ratio"][live] < 1
    rich = c.household["poverty_ratio"][live] > 3
    assert support[rich].mean() - support[poor].mean() > 0.2


def test_history_has_survey_levels():
    c = toy_community(3000, seed=11)
    c.household["poverty_ratio"][:] = 3.0
    initialize(c, DRAW, np.random.default_rng(2))
    h = c.household
    for race in range(5):
        mask = (h["present"] == 1) & (h["race"] == race)
        for kind in ("health", "services", "community", "police"):
            expected = DRAW[f"ties.level_{kind}"][race]
            assert h[f"trust_{kind}"][mask].mean() == pytest.approx(expected, abs=0.03), (race, kind)
    for column in ("trust_health", "aware"):
        assert h[column][h["present"] == 1].min() >= 0
        assert h[column].max() <= 1


def test_mending_drops_the_gone_and_befriends_the_lonely():
    c = toy_community(400, seed=12)
    h = c.household
    gone = c.household.rows_in_use()[::10]
    h["present"][gone] = 0
    h["moved"][:] = 200
    new = h.claim(0, 3)
    h["key"][new] = [11, 12, 13]
    h["present"][new], h["neighborhood"][new] = 1, 1
    before = {int(r): c.ties.index[c.ties.indptr[r] : c.ties.indptr[r + 1]].tolist() for r in range(h.size)}
    engine = Engine((TIES,), DRAW, seed=1)
    mend(c, engine.context)
    source = np.repeat(np.arange(h.size), np.diff(c.ties.indptr.astype(np.int64)))
    assert (h["present"][source] == 1).all()
    assert (h["present"][c.ties.index] == 1).all()
    for row in new:
        found = c.ties.index[c.ties.indptr[row] : c.ties.indptr[row + 1]]
        assert found.size >= 1
        assert (h["neighborhood"][found] == 1).all()
        for other in found:
            assert row in c.ties.index[c.ties.indptr[other] : c.ties.indptr[other + 1]]
    kept = [r for r in range(h.size) if h["present"][r] and r not in new]
    for r in kept[:50]:
        now = c.ties.index[c.ties.indptr[r] : c.ties.indptr[r + 1]].tolist()
        old = [x for x in before[r] if h["present"][x]]
        assert now[: len(old)] == old, "ties that hold keep their order"
    assert MENDING_MONTHS == 6


def test_movers_lose_old_neighbors():
    c = toy_community(600, seed=13)
    _calm(c)
    c.ties.kind[:] = 1
    c.household["kin_nearby"][:] = 0
    rows = c.household.rows_in_use()
    moved = rows[::3]
    c.household["moved"][moved] = 1
    before = np.diff(c.ties.indptr.astype(np.int64))
    still = DRAW.with_values(ties__tie_form=0.0)
    mend(c, Engine((TIES,), still, seed=1).context)
    after = np.diff(c.ties.indptr.astype(np.int64))
    stayers = np.setdiff1d(rows, moved)
    assert after[moved].sum() < 0.75 * before[moved].sum()
    assert after[stayers].sum() > after[moved].sum()
