"""Work: loops and twins agree, and each driver moves its outcome the way the evidence says."""

from __future__ import annotations

import numpy as np
import pytest

from hecsim import evidence
from hecsim.clock import WEEKS_PER_MONTH
from hecsim.community import Community
from hecsim.engine import Engine
from hecsim.levers import Move
from hecsim.population.histories import labor as history
from hecsim.processes import labor_terms
from hecsim.processes.employers import EMPLOYERS
from hecsim.processes.jobs import JOBS, PAY
from hecsim.processes.labor import LABOR, LOSS, RECORD
from hecsim.processes.labor_terms import NOBODY, OWN, age_group, family_rank, pick_employer, pick_employer_plain
from hecsim.testing import check_process, toy_community

DRAW = evidence.draw(None)
MINIMUM = float(DRAW["labor.minimum_wage"])


def make(households: int = 1500, seed: int = 3) -> Community:
    """A toy with the labor history drawn and a plain mix of education and race."""
    community = toy_community(households, seed=seed)
    rng = np.random.default_rng(seed)
    community.neighborhood["key"] = np.arange(1, community.neighborhood.size + 1)
    pp, hh = community.person, community.household
    n = pp.size
    pp["education"] = rng.choice(4, n, p=[0.09, 0.26, 0.24, 0.41])
    pp["race"] = rng.choice(5, n, p=[0.4, 0.25, 0.25, 0.05, 0.05])
    for column in ("disabled", "depression", "substance"):
        pp[column] = rng.random(n) < 0.07
    hh["income_year"] = np.exp(rng.normal(11.1, 0.8, hh.size)) * (hh["present"] == 1)
    hh["care_subsidy"], hh["care_cost"], hh["kin_nearby"] = 0, 0, 1
    history.initialize(community, DRAW, rng)
    return community


@pytest.fixture(scope="module")
def start() -> Community:
    return make()


def run(community: Community, months: int = 12, *moves: Move, processes=LABOR) -> Community:
    state = community.copy()
    engine = Engine(processes, DRAW, seed=5)
    for _ in range(months):
        engine.levers.clear()
        for move in moves:
            engine.levers.move(move)
        engine.step(state)
    return state


def adults(community: Community) -> np.ndarray:
    pp = community.person
    return (pp["present"] == 1) & (pp["age"] >= 300) & (pp["age"] < 660)


def employed(community: Community, who: np.ndarray | None = None) -> float:
    rows = adults(community) if who is None else adults(community) & who
    return float((community.person["labor"][rows] == 1).mean())


@pytest.mark.parametrize("process", [*LABOR, EMPLOYERS], ids=lambda p: p.name)
def test_loop_and_twin_agree(process, start):
    check_process(process, community=start, months=3)


def test_whole_chain_agrees(start):
    check_process(LABOR[-1], community=start, months=14, before=LABOR[:-1])


def test_age_groups_match_their_bounds():
    years = np.array([16, 19, 20, 24, 25, 54, 55, 64, 65, 74, 75, 99])
    assert [age_group(12 * y, 0) for y in years] == [0, 0, 1, 1, 2, 2, 4, 4, 5, 5, 6, 6]
    assert [age_group(12 * y + 11, 1) for y in years] == [0, 0, 1, 1, 3, 3, 4, 4, 5, 5, 6, 6]


def test_shares_stay_near_the_start(start):
    """The history is drawn from the flows, so employment must not run away from it."""
    end = run(start, 36)
    assert abs(employed(end) - employed(start)) < 0.06
    pp = end.person
    force = adults(end) & ((pp["labor"] == 1) | (pp["labor"] == 2))
    assert 0.02 < (pp["labor"][force] == 2).mean() < 0.09


def test_hours_at_the_start_follow_income_and_sex(start):
    pp, income = start.person, start.household["income_year"].astype(float)
    works = (pp["present"] == 1) & (pp["labor"] == 1) & (pp["age"] >= 300)
    each = income / np.maximum(np.bincount(pp["household"][works].astype(np.int64), minlength=income.size), 1)
    own = np.where(works, each[np.where(works, pp["household"], 0).astype(np.int64)], np.nan)
    low, high = np.nanquantile(own, (0.25, 0.75))
    short = pp["hours"] < 35
    # Full-time work at the minimum wage would lift the poor above what they have.
    assert short[own < low].mean() > 2.0 * short[own > high].mean()
    men, women = (pp["hours"][works & (pp["sex"] == sex) & ~short].mean() for sex in (0, 1))
    assert 0.5 < men - women < 3.0


def test_pay_near_the_minimum_keeps_half_of_its_distance():
    wage, reach = np.array([5.0, 14.0, 20.0, 26.0, 40.0]), 0.3
    hired = labor_terms.paid.py_func(wage, np.zeros(5), 20.0, reach)
    assert hired == pytest.approx([20.0, 20.0, 23.0, 26.0, 40.0])
    assert labor_terms.paid.py_func(wage, np.full(5, OWN), 20.0, reach) == pytest.approx(wage)


def test_history_meets_household_income(start):
    pp, hh = start.person, start.household
    works = (pp["present"] == 1) & (pp["labor"] == 1)
    home = pp["household"][works].astype(np.int64)
    year = np.bincount(home, (pp["wage"] * pp["hours"])[works] * 52.18, hh.size)
    rows = (year > 0) & (hh["income_year"] > 60_000)
    ratio = year[rows] / hh["income_year"][rows]
    assert 0.6 < np.median(ratio) < 1.1
    paid = works & (pp["job_kind"] != OWN) & (pp["leave_weeks"] == 0)
    assert (pp["earnings"][paid] / (pp["hours"][paid] * WEEKS_PER_MONTH) >= MINIMUM - 1e-3).all()


def test_those_without_work_carry_no_job(start):
    end = run(start, 6)
    pp = end.person
    out = (pp["present"] == 1) & (pp["labor"] != 1)
    assert (pp["employer"][out] == NOBODY).all()
    assert (pp["earnings"][out] == 0).all()
    assert (pp["job_months"][out] == 0).all()
    works = (pp["present"] == 1) & (pp["labor"] == 1)
    assert (pp["unemployed_months"][works] == 0).all()
    assert (pp["job_months"][works] >= 1).all()
    assert (pp["hours"][works] > 0).all()


def test_education_protects_from_loss(start):
    pp = run(start, 24).person
    force = (pp["present"] == 1) & (pp["age"] >= 300) & ((pp["labor"] == 1) | (pp["labor"] == 2))
    idle = [(pp["labor"][force & (pp["education"] == e)] == 2).mean() for e in (1, 3)]
    assert idle[0] > idle[1]


def test_low_pay_ends_jobs_sooner(start):
    """The same people, all paid little or all paid well, and nothing else about them: the first month's losses."""
    left = {}
    for wage in (17.0, 60.0):
        state = start.copy()
        works = adults(state) & (state.person["labor"] == 1) & (state.person["job_months"] > 0)
        state.person["wage"][works] = wage
        after = run(state, 6, processes=(LOSS,))
        left[wage] = float((after.person["labor"][works] != 1).mean())
    assert left[17.0] > 1.5 * left[60.0] > 0


def test_record_lowers_employment_and_the_lever_removes_it(start):
    marked = start.copy()
    pp = marked.person
    who = adults(marked) & (np.arange(pp.size) % 2 == 0)
    pp["record"][:], pp["record_months"][:] = 0, 0
    clean = run(marked, 18)
    pp["record"][who] = 2
    penalized = run(marked, 18)
    freed = run(marked, 18, Move("record_penalty", "scale", 0.0, None, "test"))
    assert employed(penalized, who) < employed(clean, who) - 0.03
    assert np.array_equal(freed.person["labor"], clean.person["labor"])


def test_fair_chance_employers_weaken_the_penalty(start):
    marked = start.copy()
    marked.person["record"][adults(marked)] = 2
    marked.person["record_months"][:] = 0
    marked.extras["job_towns"][:] = 1.0  # everybody meets employers of the community
    closed, opened = marked.copy(), marked.copy()
    closed.business["fair_chance"], opened.business["fair_chance"] = 0.0, 1.0
    assert employed(run(opened, 18)) > employed(run(closed, 18)) + 0.01


def test_without_differential_treatment_race_makes_no_difference(start):
    one, other = start.copy(), start.copy()
    one.person["race"], other.person["race"] = 0, 1
    free = Move("hiring_bias", "set", 0.0, None, "test")
    assert np.array_equal(run(one, 12, free).person["labor"], run(other, 12, free).person["labor"])
    assert employed(run(other, 24)) < employed(run(one, 24))


def test_job_levers_and_demand_move_employment(start):
    base = employed(run(start))
    assert employed(run(start, 12, Move("job_finding", "scale", 1.5, None, "t"))) > base
    assert employed(run(start, 12, Move("job_loss", "scale", 1.8, None, "t"))) < base
    slump = start.copy()
    slump.neighborhood["demand"] = 0.6
    assert employed(run(slump)) < base


def test_money_without_work_lets_people_work_a_little_less(start):
    """$1,000 a month for three years: some two points fewer work (Vivalt 2024); a sum paid at once hardly matters."""
    base = run(start, 36)
    paid = run(start, 36, Move("cash", "add", 1000.0, None, "test"))
    less = 100 * (employed(base) - employed(paid))
    assert 0.7 < less < 4.0  # of some 1,900 adults with the same luck; published 2.0
    credit = run(start, 36, Move("child_credit", "add", 6000.0, None, "test"))
    parents = np.isin(start.person["household"], np.flatnonzero(start.household["children"] > 0))
    assert employed(credit, parents) < employed(base, parents)
    assert employed(credit, ~parents) == employed(base, ~parents)
    most = float(DRAW["labor.income_effect_most"])
    at_most, beyond = (run(start, 1, Move("cash", "add", x, None, "test")) for x in (most, 20 * most))
    assert np.array_equal(at_most.person["labor"], beyond.person["labor"])


def test_minimum_wage_is_a_floor(start):
    raised, usual = (run(start, 2, *law).person for law in ((Move("minimum_wage", "set", 22.0, None, "test"),), ()))
    same = (usual["present"] == 1) & (usual["labor"] == 1) & (raised["labor"] == 1) & (usual["earnings"] > 0)
    same &= (
        (usual["wage"] == raised["wage"])
        & (usual["hours"] == raised["hours"])
        & (usual["leave_weeks"] == raised["leave_weeks"])
    )
    own = usual["job_kind"] == OWN
    wage, gain = usual["wage"].astype(float), raised["earnings"] / np.maximum(usual["earnings"].astype(float), 1e-9)
    reach = float(DRAW["labor.minimum_reach"])
    before, after = (labor_terms.paid.py_func(wage, usual["job_kind"], floor, reach) for floor in (MINIMUM, 22.0))
    hired = same & ~own & (wage < 22.0)
    assert hired.sum() > 100
    assert after[hired].min() == 22.0
    assert (after[hired & (wage > (1.0 - reach) * 22.0)] > 22.0).all()  # some of the distance between wages is kept
    assert gain[hired] == pytest.approx(after[hired] / before[hired], rel=1e-5)
    assert gain[same & ~own & (wage > (1.0 + reach) * 22.0)] == pytest.approx(1.0)
    assert gain[same & own] == pytest.approx(1.0)  # nobody owes those on own account a wage
    assert (wage[hired] < MINIMUM).any()  # whom the minimum lifts keeps the wage that it would be without


def test_unstable_schedules_make_earnings_volatile(start):
    steady, shaky = start.copy(), start.copy()
    for state, flag in ((steady, 0), (shaky, 1)):
        state.person["unstable"][:], state.person["job_kind"][:], state.person["leave_weeks"][:] = flag, 0, 0
    spread = []
    for state in (steady, shaky):
        pp = run(state, 1, processes=(PAY,)).person
        works = (pp["present"] == 1) & (pp["labor"] == 1) & (pp["wage"] >= MINIMUM)
        spread.append(np.std(pp["earnings"][works] / (pp["wage"] * pp["hours"])[works]))
    assert spread[1] > 2 * spread[0]


def test_law_on_schedules(start):
    base, law = run(start, 24), run(start, 24, Move("unstable_reduction", "add", 0.5, None, "test"))
    works = base.person["labor"] == 1
    assert law.person["unstable"][works].mean() < 0.75 * base.person["unstable"][works].mean()


def test_earnings_of_the_year_start_again_in_january(start):
    state = start.copy()
    state.clock.month = 11
    state.person["earnings_year"][:] = 999.0
    december = run(state, 1)
    january = run(december, 1)
    rows = state.person["present"] == 1
    assert (december.person["earnings_year"][rows] >= 999.0).all()
    assert np.allclose(january.person["earnings_year"][rows], january.person["earnings"][rows])


def test_sentence_runs_down_and_ends(start):
    state = start.copy()
    pp = state.person
    row = int(np.flatnonzero(adults(state) & (pp["labor"] == 1))[0])
    pp["sentence"][row] = 2
    seen = []
    for _ in range(4):
        state = run(state, 1)
        seen.append((int(state.person["labor"][row]), int(state.person["released"][row])))
    assert [s[0] for s in seen[:2]] == [4, 4]
    assert seen[2][1] == 0
    assert seen[2][0] in (1, 2, 3)
    assert seen[3][1] == 1


def test_clearing_waits_for_the_law(start):
    state = start.copy()
    pp = state.person
    rows = np.flatnonzero(adults(state))[:2]
    pp["record"][rows], pp["record_months"][rows] = 1, (20, 200)
    end = run(state, 1, Move("record_clear", "add", 1.0, None, "test"))
    assert end.person["record"][rows].tolist() == [1, 0]


def test_paid_leave_takes_twelve_weeks_of_earnings(start):
    state = start.copy()
    pp = state.person
    who = adults(state) & (pp["sex"] == 1) & (pp["role"] <= 1) & (pp["labor"] == 1)
    pp["since_birth"][who] = 1
    on, off = run(state, 1), run(state, 1, Move("paid_leave", "set", 0.0, None, "test"))
    taken = on.person["leave_weeks"][who] > 0
    assert 0.65 < taken.mean() < 0.95
    assert not off.person["leave_weeks"][who].any()
    assert on.person["earnings"][who][taken].sum() < 0.2 * off.person["earnings"][who][taken].sum()
    assert (on.person["labor"][who] == 1).mean() > (off.person["labor"][who] == 1).mean()


def test_picks_follow_jobs_and_agree():
    rng = np.random.default_rng(0)
    towns = np.array([[0.5, 0.7], [0.1, 0.9]], np.float32)
    start, row = np.array([0, 2, 3]), np.array([4, 7, 9], np.uint32)
    cdf = np.array([0.25, 1.0, 1.0], np.float32)
    is_open = np.ones(10, np.uint8)
    is_open[9] = 0
    u, v = rng.random((2, 4000)).astype(np.float32)
    town = rng.integers(0, 2, 4000)
    plain = pick_employer_plain(u, v, town, towns, start, row, cdf, is_open)
    each = zip(u, v, town, strict=True)
    loop = [pick_employer(a, b, t, towns, start, row, cdf, is_open) for a, b, t in each]
    assert plain.tolist() == [int(x) for x in loop]
    first = plain[town == 0]
    assert abs((first == 7).mean() - 0.375) < 0.04
    assert not (plain == 9).any()


def test_closed_employer_ends_the_job(start):
    state = start.copy()
    pp = state.person
    held = pp["employer"][(pp["present"] == 1) & (pp["labor"] == 1)]
    target = int(held[held != NOBODY][0])
    staff = pp["employer"] == target
    state.business["open"][target] = 0
    end = run(state, 1)
    assert not (end.person["employer"] == target).any()
    assert (end.person["labor"][staff] == 2).any()


def test_employers_follow_incentives_and_peers(start):
    pushed = run(start, 36, Move("employer_fair_chance", "add", 0.4, 1.0, "t"), processes=(EMPLOYERS,))
    rows = start.extras["employer_row"]
    before, after = (c.business["fair_chance"][rows].mean() for c in (start, pushed))
    assert after > before + 0.25
    half = np.zeros(start.business.size, np.float32)
    half[rows[: rows.size // 2]] = 1.0
    some = run(start, 60, Move("employer_fair_chance", "add", 0.4, half, "t"), processes=(EMPLOYERS,))
    rest = rows[rows.size // 2 :]
    assert some.business["fair_chance"][rest].mean() > start.business["fair_chance"][rest].mean() + 0.01
    filled = run(start, 1, processes=(EMPLOYERS,)).business["filled"].sum()
    pp = start.person
    assert filled == ((pp["present"] == 1) & (pp["labor"] == 1) & (pp["employer"] != NOBODY)).sum()


def test_attachment_tells_who_works_all_year(start):
    """Lasting attachment keeps people in work or out of it beyond what the last spell says."""
    grown = adults(start)
    assert np.isin(start.person["attachment"][grown], (0, 1, 2)).all()
    end = run(start, 36).person
    working = [(end["labor"][grown & (start.person["attachment"] == kind)] == 1).mean() for kind in range(3)]
    assert working[0] > working[1] + 0.05 > working[2] + 0.1


def test_work_on_own_account_has_no_employer_and_no_claim(start):
    end = run(start, 24).person
    own = (end["present"] == 1) & (end["labor"] == 1) & (end["job_kind"] == OWN)
    assert 0.02 < own.sum() / ((end["present"] == 1) & (end["labor"] == 1)).sum() < 0.12
    assert (end["employer"][own] == NOBODY).all()
    assert (end["leave_weeks"][own] == 0).all()
    assert not end["unstable"][own & (end["job_months"] > 12)].any()


def test_new_hires_get_terms_in_the_same_month(start):
    state = start.copy()
    pp = state.person
    row = int(np.flatnonzero(adults(state) & (pp["labor"] == 1))[0])
    pp["job_months"][row], pp["hours"][row], pp["wage"][row] = 0, 0.0, 0.0
    end = run(state, 1, processes=(JOBS,))
    assert end.person["hours"][row] > 0
    assert end.person["wage"][row] >= MINIMUM - 1e-4


def test_a_lever_without_effect_changes_nothing(start):
    same = run(start, 6, Move("job_finding", "scale", 1.0, None, "t"))
    assert same.digest() == run(start, 6).digest()


def of_age(poverty_ratio: float) -> Community:
    """Everybody turns sixteen, in homes of that income."""
    state = make(households=3000)
    pp, hh = state.person, state.household
    here = pp["present"] == 1
    pp["labor"][here], pp["age"][here] = 0, 16 * 12
    pp["sentence"], pp["record"], hh["poverty_ratio"] = 0, 0, poverty_ratio
    return state


def test_loops_agree_on_those_who_come_of_age():
    check_process(RECORD, community=of_age(0.8), months=1)


def test_children_of_poor_homes_are_more_often_rarely_at_work():
    """About 7,000 people each; five standard errors of a share are 0.03."""
    share = []
    for ratio in (0.5, 6.0):
        pp = run(of_age(ratio), 1, processes=(RECORD,)).person
        share.append((pp["attachment"][pp["present"] == 1] == 2).mean())
    assert 0.3 < share[0] < 0.45
    assert 0.05 < share[1] < 0.17


def test_attachment_keeps_its_shares_over_all_homes():
    """Log incomes as in the parameters; 40,000 draws, five standard errors are 0.01."""
    rng, spread = np.random.default_rng(8), DRAW["labor.home_income"]
    ratio = np.exp(spread[0] + spread[1] * rng.standard_normal(40_000))
    z, tie = rng.standard_normal(40_000), float(DRAW["labor.attachment_family"])
    u = np.array([family_rank(r, x, tie, spread) for r, x in zip(ratio, z, strict=True)])
    edges = np.concatenate([[0.0], np.cumsum(DRAW["labor.attachment"])])
    assert np.histogram(u, edges)[0] / u.size == pytest.approx(DRAW["labor.attachment"], abs=0.015)
