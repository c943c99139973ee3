import numpy as np
import pytest

from hecsim import benefits, evidence
from hecsim.engine import Engine
from hecsim.levers import Move
from hecsim.processes import budget, care, income
from hecsim.processes.health_coverage import NO_STATUS
from hecsim.testing import check_process, toy_community

ALL = (*income.INCOME, care.CARE, *budget.BUDGET)


@pytest.mark.parametrize("process", ALL, ids=lambda p: p.name)
def test_loop_equals_plain_twin(process):
    check_process(process, months=2, community=toy_community(households=80))


def _after(process, move=None, prepare=None, months=1):
    return check_process(
        process, months=months, levers=(move,) if move else (), prepare=prepare, community=toy_community(households=80)
    )


def test_cash_lowers_hardship_of_the_poor():
    def poor(c):
        c.household["earnings"][:] = 400
        c.household["savings"][:] = 0
        c.household["poverty_ratio"][:] = 0.5
        c.household["voucher"][:] = 0  # the rent of a subsidized tenant, and so what can be owed of it, rises with income

    base = _after(budget.MONTH_BUDGET, prepare=poor)
    helped = _after(budget.MONTH_BUDGET, Move("cash", "add", 800, None, "test"), prepare=poor)
    here = base.household["present"] == 1
    assert helped.household["hardship"][here].mean() < base.household["hardship"][here].mean() - 0.02
    assert (helped.household["arrears"][here] <= base.household["arrears"][here] + 1e-3).all()


def _hardship(spread, backing, households=4000):
    """Mean hardship and food money after a month of homes that are short, with `backing` drawn or given."""
    c = toy_community(households=households, seed=3)
    h = c.household
    here = h["present"] == 1
    h["earnings"][:], h["savings"][:], h["poverty_ratio"][:] = 900, 0, 0.5
    h["backing"][here] = np.random.default_rng(5).standard_normal(here.sum()) if backing is None else backing
    draw = evidence.draw(None).replaced({"budget.backing_spread": spread, "budget.bridge": [0.75] * 4})
    Engine((budget.MONTH_BUDGET,), draw, seed=2).step(c)
    return h["hardship"][here].astype(float), h["food_budget"][here].astype(float)


def test_homes_in_the_same_straits_differ_in_what_they_fall_back_on():
    (much, fed), (little, hungry) = _hardship(0.8, 1.5), _hardship(0.8, -1.5)
    assert (much <= little).all()
    assert much.mean() < 0.25 * little.mean()
    assert fed.mean() > hungry.mean()


def test_backing_spreads_hardship_and_leaves_its_mean():
    spread, _ = _hardship(0.8, None)
    alike, _ = _hardship(0.0, None)
    ratio = spread / np.maximum(alike, 1e-9)
    ratio = ratio[alike > 0]
    # A lognormal of mean 1, cut off where all of the shortfall goes unmet; 4.5 standard errors: 1 in 100,000 by chance.
    assert abs(ratio.mean() - 1.0) < 4.5 * ratio.std() / np.sqrt(ratio.size) + 0.02
    # The spread of what goes unmet of the same shortfall: near sqrt(exp(0.64) - 1) = 0.95 of its mean.
    assert 0.75 < ratio.std() < 1.15


@pytest.mark.slow
def test_income_explains_of_hardship_what_surveys_say():
    from hecsim.model import CommunityModel
    from hecsim.population import build_community, relive

    built = build_community("all", households=4000, seed=1)
    explained = {}
    for spread in (0.0, 0.8):
        draw = evidence.ensemble().member(0).replaced({"budget.backing_spread": spread})
        model = CommunityModel(community=relive(built, draw, 5), years=1, seed=5, draw=draw, record=False)
        unmet = []
        for _ in range(12):  # rows stay where they are within a year
            model.step()
            h = model.community.household
            unmet.append(np.where(h["present"] == 1, h["hardship"], np.nan)[: built.household.size])
        year = np.mean(unmet, axis=0)
        known = np.isfinite(year)
        needs = np.log(np.maximum(h["poverty_ratio"][: year.size][known], 0.1))
        explained[spread] = np.corrcoef(needs, year[known])[0, 1] ** 2
    # Mayer and Jencks 1989: 24 percent of what is reported, at most some 40 of what is true. One fixed luck, so that no
    # chance is left; four other lucks and parameter sets gave 0.30 to 0.37, and 0.47 to 0.54 without a spread.
    assert 0.2 < explained[0.8] < 0.42
    assert explained[0.0] > explained[0.8] + 0.1


def test_rent_aid_pays_arrears_and_never_below_zero():
    def behind(c):
        c.household["arrears"][:] = np.where(c.household["present"] == 1, 500, 0)

    base = _after(budget.MONTH_BUDGET, prepare=behind)
    helped = _after(budget.MONTH_BUDGET, Move("rent_aid", "add", 5000, None, "test"), prepare=behind)
    assert helped.household["arrears"].min() >= 0
    assert helped.household["arrears"].sum() < base.household["arrears"].sum()


def test_refund_is_paid_once_and_between_february_and_april():
    def due(c):
        c.household["refund_due"][:] = np.where(c.household["present"] == 1, 1000, 0)
        c.clock.month = 0

    end = _after(income.RETURN, prepare=due, months=5)
    here = end.household["present"] == 1
    assert (end.household["refund_due"][here] == 0).all()
    january = _after(income.RETURN, prepare=due, months=1)
    assert (january.household["refund_due"][here] == 1000).all()


def test_more_care_slots_shorten_the_list():
    def apply(c):
        c.household["care_subsidy"][:] = np.where(c.household["present"] == 1, 1, 0)
        c.person["labor"][c.person["role"] <= 1] = 1
        c.household["earnings"][:] = 2500

    base = _after(care.CARE, prepare=apply, months=3)
    more = _after(care.CARE, Move("care_slots", "scale", 3.0, None, "test"), prepare=apply, months=3)
    assert (more.household["care_subsidy"] == 2).sum() > (base.household["care_subsidy"] == 2).sum()


def _claims(prepare, months=40, homes=250):
    """Homes of one sort, 40 months on or as told: the community at the end and the rows of its homes."""

    def alone(c):
        p, h = c.person, c.household
        p["age"][:], p["foreign_born"][:], p["language"][:] = 30 * 12, 0, 0
        p["pregnancy"][:], p["earnings"][:] = 0, 0
        for column in ("earnings", "ui", "other_income", "capital_income", "savings", "takes_tfa", "care_cost", "elders"):
            h[column][:] = 0
        h["persons"][:], h["rent"][:], h["tenure"][:] = 2, 900, 1
        c.neighborhood["snap_place"][:] = 1
        prepare(c)

    end = check_process(income.PROGRAMS, months=months, prepare=alone, community=toy_community(households=homes, seed=3))
    return end.household, end.household["present"] == 1


def test_claims_of_snap_settle_at_participation_by_size_of_benefit():
    h, here = _claims(lambda c: None)
    # Nothing comes in: the most that they can get, of which 95 percent are drawn. Five standard errors of 250 homes.
    assert abs((h["snap"][here] > 0).mean() - 0.95) < 5 * np.sqrt(0.95 * 0.05 / here.sum())
    assert (h["snap"][here & (h["takes_snap"] == 0)] == 0).all()


def test_the_old_and_those_born_abroad_claim_less():
    def old(c):
        c.person["age"][:] = 70 * 12

    def abroad(c):
        c.person["foreign_born"][:], c.person["language"][:] = 1, 1

    some, here = _claims(lambda c: None)
    for sort in (old, abroad):
        fewer, _ = _claims(sort)
        assert (fewer["snap"][here] > 0).mean() < (some["snap"][here] > 0).mean() - 0.05  # 0.85 against 0.95


def test_members_without_a_status_stand_outside_the_unit():
    rules = benefits.rules("2025-07")
    most = [float(rules.snap_max_allotment[n]) for n in range(2)]  # of one person and of two

    def without(roles, earned=0.0):
        def prepare(c):
            p = c.person
            p["foreign_born"][:] = np.where((p["present"] == 1) & (p["role"] <= roles), NO_STATUS, 0)
            p["labor"][:], p["placed"][:] = 1, 0
            p["earnings"][:] = np.where(p["role"] == 0, earned, 0.0)
            c.household["takes_snap"][:] = 1

        h, here = _claims(prepare, months=1)
        return h["snap"][here & (h["takes_snap"] == 1)].astype(float)

    # Nothing comes in. Of two persons, as `_claims` counts them, none, the householder, or both with a partner stand outside.
    assert without(-1) == pytest.approx(most[1])
    assert set(np.unique(without(1).round())) <= {0.0, most[0]}
    one = without(0)
    assert one == pytest.approx(most[0])
    # Half of what the householder earns counts for the other.
    lived = without(0, earned=2000.0)
    net = 1000.0 * (1.0 - float(rules.snap_earned_deduction)) - float(rules.snap_standard_deduction[0])
    shelter = max(0.0, 450.0 + float(rules.snap_utility_heating) - 0.5 * net)
    net = max(0.0, net - min(shelter, float(rules.snap_shelter_cap)))
    assert lived.max() == pytest.approx(max(float(rules.snap_minimum_benefit), most[0] - np.ceil(0.3 * net)), abs=1.0)


def test_no_unemployment_insurance_without_a_status():
    def jobless(born):
        def prepare(c):
            p = c.person
            p["foreign_born"][:], p["labor"][:], p["unemployed_months"][:] = born, 2, 1
            p["job_kind"][:], p["placed"][:], p["ui_weekly"][:], p["leave_weeks"][:] = 0, 0, 0, 0

        return _after(income.MEMBERS, prepare=prepare).household["ui"].sum()

    assert jobless(1) > 0.0
    assert jobless(NO_STATUS) == 0.0


def test_credits_of_the_return_ask_for_social_security_numbers():
    rules = benefits.rules("2025-07")

    def due(couple, *without):
        def prepare(c):
            p, h = c.person, c.household
            p["foreign_born"][:] = np.where(np.isin(p["role"], without), NO_STATUS, 0)
            p["age"][:], p["placed"][:], p["ui_year"][:] = np.where(p["role"] <= 1, 360, 60), 0, 0
            p["earnings_year"][:] = np.where(p["role"] == 0, 30_000, 0)
            h["couple"][:], h["takes_eitc"][:], h["capital_income"][:] = couple, 1, 0
            h["withheld_year"][:], h["refund_due"][:] = 0, 0
            c.clock.month = 11

        end = _after(income.RETURN, prepare=prepare)
        pairs = np.bincount(end.person["household"][(end.person["present"] == 1) & (end.person["role"] == 1)].astype(int),
                            minlength=end.household.size)  # fmt: skip
        held = (end.person["present"] == 1) & (end.person["role"] > 1)
        children = np.bincount(end.person["household"][held].astype(int), minlength=end.household.size)
        rows = (end.household["present"] == 1) & (children == 2) & (pairs == (couple > 0))
        assert rows.any()
        return end.household["refund_due"][rows].astype(float)

    for couple, status in ((0, 1), (2, 2)):
        _, _, _, credit, refunded = benefits.federal_return(rules, status, 30_000.0, 0.0, 2, 2)
        assert credit > 0.0
        assert refunded > 0.0
        everyone, head, partner, both = due(couple), due(couple, 0), due(couple, 1), due(couple, 0, 1)
        children = due(couple, 2)
        if couple:
            assert head == pytest.approx(partner)  # no credit for work, but the one for children
            assert (everyone - head > credit).all()
            assert (head > both).all()
        else:
            assert (everyone - head > credit + refunded).all()
        assert (everyone > children).all()


@pytest.mark.parametrize(
    ("tenure", "place", "ratio"), [(1, 1.0, 1.0), (0, 1.0, 0.35), (1, 0.5, 0.5), (1, 2.0, 2.0), (0, 0.5, 0.175)]
)
def test_claims_begin_by_tenure_and_place(tenure, place, ratio):
    def sort(c):
        c.household["takes_snap"][:], c.household["tenure"][:] = 0, tenure
        c.neighborhood["snap_place"][:] = place

    h, here = _claims(sort, months=1, homes=1500)
    # Nothing comes in: 0.2 a year lapse of the 0.95 who claim, so that 3.8 a year begin in a rented home of a usual place.
    begin = 1.0 - np.exp(-3.8 * ratio / 12.0)
    assert abs(h["takes_snap"][here].mean() - begin) < 5 * np.sqrt(begin * (1.0 - begin) / here.sum())


def test_tenure_and_place_do_not_end_claims():
    def place(c):
        c.household["takes_snap"][:] = 0
        c.neighborhood["snap_place"][:] = 0.0

    end, here = _claims(place, months=6)
    assert (end["takes_snap"][here] == 0).all()

    def claiming(c):
        c.household["takes_snap"][:], c.household["tenure"][:] = 1, 0
        c.neighborhood["snap_place"][:] = 0.0

    def alike(c):
        c.household["takes_snap"][:] = 1

    held, here = _claims(claiming, months=1)
    usual, _ = _claims(alike, months=1)
    assert np.array_equal(held["takes_snap"][here], usual["takes_snap"][here])  # claims end alike


def test_a_home_entitled_to_nothing_gets_nothing():
    def rich(c):
        c.household["other_income"][:] = 20000

    h, here = _claims(rich)
    assert (h["snap"][here] == 0).all()


def _lived(prepare, months, homes):
    """A community of `homes` after months of `income.programs` alone, and the rows of its homes."""
    c = toy_community(households=homes, seed=3)
    prepare(c)
    engine = Engine((income.PROGRAMS,), evidence.draw(None), seed=2)
    for _ in range(months):
        engine.step(c)
    return c.household, c.household["present"] == 1


def _wic(age, pregnant=False, insured=1, earned=0.0, months=60, start=0, homes=2000):
    """Shares of homes that take part in WIC and that are paid, with one person of `age` months in each, after `months`."""

    def one(c):
        p, h = c.person, c.household
        first = np.zeros(p.size, bool)
        first[np.unique(p["household"], return_index=True)[1]] = True
        p["age"][:] = np.where(first, age, 40 * 12)
        p["pregnancy"][:] = np.where(first, 4 * pregnant, 0)
        p["since_birth"][:], p["insurance"][:], p["earnings"][:] = 255, insured, earned
        h["takes_wic"][:], h["takes_snap"][:], h["takes_tfa"][:], h["persons"][:] = start, 0, 0, 2
        for column in ("ui", "other_income"):
            h[column][:] = 0
        c.neighborhood["snap_place"][:] = 0

    h, here = _lived(one, months, homes)
    return (h["takes_wic"][here] == 1).mean(), (h["wic"][here] > 0).mean()


def test_wic_begins_around_a_birth_and_ends_as_children_grow():
    k = evidence.draw(None)
    begin, lapse = k["income.wic_begin"], k["income.wic_lapse"]
    # 2,000 homes: 0.05 is at least 4.4 standard errors of each share.
    assert _wic(0, months=12)[0] == pytest.approx(1 - (1 - begin) ** 12, abs=0.05)
    assert _wic(20 * 12, pregnant=True, months=6)[0] == pytest.approx(1 - (1 - begin) ** 6, abs=0.05)
    assert _wic(24, months=24, start=1)[0] == pytest.approx((1 - lapse) ** 24, abs=0.05)
    assert _wic(24, months=24)[0] == 0


def test_medicaid_opens_wic_above_its_own_limit():
    over = {"earned": 6000.0, "months": 24, "start": 1}
    assert _wic(0, insured=1, **over) == (1.0, 0.0)
    assert _wic(0, insured=2, **over) == (1.0, 1.0)


def test_claims_of_tfa_and_tax_returns_stay_where_they_began():
    k = evidence.draw(None)
    for name in ("tfa", "eitc"):
        share = k[f"income.takes_{name}"]

        def drawn(c, name=name, share=share):
            c.household[f"takes_{name}"][:] = np.random.default_rng(1).random(c.household.size) < share

        h, here = _lived(drawn, 120, 4000)
        # Ten years on; without an end to claims 0.31 and 0.85 would be expected. 4,000 homes: four standard errors.
        assert h[f"takes_{name}"][here].mean() == pytest.approx(share, abs=0.027)
