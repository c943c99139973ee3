"""What must hold for every family: no negative benefit, no hidden jump, cliffs only where the law is."""

import numpy as np
import pytest
from numba import njit

from hecsim import benefits
from hecsim.benefits.tax_connecticut import connecticut_tax_before_credits_each
from hecsim.benefits.tax_federal import bracket_tax, bracket_tax_each

R = benefits.rules("2025")
R26 = benefits.rules("2026")
STATUSES = (benefits.SINGLE, benefits.HEAD, benefits.JOINT, benefits.SEPARATE)


def snap(r, n, earned, rent=1200.0, unearned=0.0, heat=True, old=False, categorical=False, childcare=0.0):
    return benefits.snap(
        r, n, float(earned), float(unearned), float(rent), heat, float(childcare), old, 0.0, 0.0,
        categorical, 0.0, 2, False,
    )  # fmt: skip


@pytest.mark.parametrize("r", [R, R26], ids=["2025", "2026"])
@pytest.mark.parametrize("n", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("old", [False, True])
def test_snap_falls_with_income_and_stays_between_zero_and_the_maximum(r, n, old):
    for rent in (0.0, 700.0, 2500.0):
        paid = np.array([snap(r, n, e, rent, old=old) for e in np.arange(0.0, 9000.0, 53.0)])
        assert (np.diff(paid) <= 0).all()
        assert paid.min() >= 0
        assert paid[0] == snap(r, n, 0.0, rent, old=old)
        assert paid.max() <= snap(r, n, 0.0, 5000.0, old=True)


def test_snap_rises_with_rent_and_child_care_and_counts_unearned_income_in_full():
    rents = [snap(R, 4, 2500, rent=x) for x in range(0, 3000, 50)]
    assert (np.diff(rents) >= 0).all()
    assert rents[-1] == rents[-2]
    assert rents[-1] > rents[0]
    care = [snap(R, 4, 2500, childcare=x) for x in range(0, 2000, 50)]
    assert (np.diff(care) >= 0).all()
    assert care[-1] > care[0]
    assert snap(R, 4, 1000, unearned=500) < snap(R, 4, 1500)


def test_snap_marginal_rates():
    # Below the cap 36 percent, at the cap 24 percent, of an added dollar of wages.
    assert snap(R, 4, 1500, rent=100) - snap(R, 4, 2000, rent=100) == pytest.approx(180, abs=1)
    assert snap(R, 4, 2000, rent=2500) - snap(R, 4, 3000, rent=2500) == pytest.approx(240, abs=1)


def test_minimum_benefit_only_for_one_or_two():
    assert snap(R, 2, 3400, rent=0) == R.snap_minimum_benefit
    assert snap(R, 3, 4300, rent=0) == 0


def test_heat_and_eat_never_raises_the_benefit_when_it_ends():
    for e in range(0, 4000, 100):
        assert snap(R26, 3, e, heat=False) <= snap(R26, 3, e, heat=True)
        assert snap(R26, 3, e, heat=False, old=True) == snap(R26, 3, e, heat=True, old=True)


def test_eitc_is_continuous():
    for status in (benefits.SINGLE, benefits.JOINT):
        for k in range(5):
            income = np.arange(1.0, 72000.0, 23.0)
            paid = np.array([benefits.eitc(R, status, k, e, e, 0.0, 40.0, 40.0) for e in income])
            assert (paid >= 0).all()
            assert np.abs(np.diff(paid)).max() <= 23 * 0.45 + 1e-6
            assert paid[-1] == 0
            assert paid.max() == pytest.approx(R.eitc_max[min(k, 3)], abs=1)


def test_eitc_uses_the_larger_of_agi_and_earnings():
    same = benefits.eitc(R, benefits.HEAD, 1, 15000.0, 15000.0)
    assert benefits.eitc(R, benefits.HEAD, 1, 15000.0, 40000.0) < same


@pytest.mark.parametrize("status", STATUSES)
def test_federal_tax_before_refunds_is_never_negative_and_rises_without_children(status):
    rows = [benefits.federal_return(R, status, float(e), 0.0, 0, 0) for e in range(0, 800000, 2500)]
    before = np.array([row[2] for row in rows])
    assert (before >= 0).all()
    assert (np.diff(before) >= 0).all()
    assert np.diff(before).max() <= 0.37 * 2500 + 1e-6
    for net, _, tax, eitc, refund in rows:
        assert net == pytest.approx(tax - eitc - refund)


def test_child_credit_never_exceeds_its_total():
    for k in range(6):
        for earned in range(0, 500000, 7000):
            used, back = benefits.child_tax_credit(
                R, benefits.JOINT, float(earned), float(earned), 0.1 * earned, k, 1, 0.0765 * earned, 0.0
            )
            assert used >= 0
            assert back >= 0
            assert used + back <= R.ctc_per_child * k + R.ctc_other_dependent + 1e-9
            assert back <= R.ctc_refundable_per_child * k + 1e-9


def test_three_children_may_use_payroll_tax_less_eitc():
    without = benefits.child_tax_credit(R, benefits.HEAD, 9000.0, 9000.0, 0.0, 3, 0, 0.0, 0.0)[1]
    with_it = benefits.child_tax_credit(R, benefits.HEAD, 9000.0, 9000.0, 0.0, 3, 0, 3000.0, 1000.0)[1]
    two = benefits.child_tax_credit(R, benefits.HEAD, 9000.0, 9000.0, 0.0, 2, 0, 3000.0, 1000.0)[1]
    assert (without, with_it, two) == (975.0, 2000.0, 975.0)


def test_child_credit_phase_out_counts_part_thousands():
    assert benefits.child_tax_credit(R, benefits.JOINT, 410500.0, 410500.0, 9e4, 1, 0, 0.0, 0.0)[0] == 1650


@pytest.mark.parametrize("status", STATUSES)
def test_connecticut_tax_rises_with_income_and_never_jumps_far(status):
    tax = np.array([benefits.connecticut_tax(R, status, float(a), 0.0, 0, 0.0, 0.0, 0.0) for a in range(0, 700000, 250)])
    assert (tax >= 0).all()
    assert (np.diff(tax) >= 0).all()
    assert np.diff(tax).max() < 450
    # Recapture takes back the lower brackets: the tax ends within 200 dollars of the top rate on it all.
    rich = 5_000_000.0
    flat = 0.0699 * rich
    assert benefits.connecticut_tax(R, status, rich, 0.0, 0, 0.0, 0.0, 0.0) == pytest.approx(flat, abs=201)


def test_connecticut_eitc_follows_the_policy_arguments():
    def tax(share, flat):
        return benefits.connecticut_tax(R, benefits.HEAD, 20000.0, 4000.0, 1, 0.0, share, flat)

    assert tax(0.50, 250.0) == pytest.approx(tax(0.40, 250.0) - 400)
    assert tax(0.40, 0.0) == pytest.approx(tax(0.40, 250.0) + 250)
    assert benefits.connecticut_eitc(R, 0.0, 1, 0.4, 250.0) == 0


def test_retirement_subtractions():
    below = benefits.connecticut_agi(R, benefits.SINGLE, 74999.0, 17000.0, 20000.0, 10000.0, 4000.0)
    assert below == 74999 - 30000
    assert benefits.connecticut_agi(R, benefits.SINGLE, 75000.0, 17000.0, 20000.0) == 75000 - 12000
    assert benefits.connecticut_agi(R, benefits.JOINT, 110000.0, 0.0, 0.0, 10000.0) == 110000 - 5500
    assert benefits.connecticut_agi(R, benefits.JOINT, 150000.0, 0.0, 0.0, 10000.0) == 150000


def test_tfa_cliffs_and_flat_grant():
    poverty = benefits.guideline(R.fpl_tfa, 3) / 12
    paid = {w: benefits.tfa(R, 3, w * poverty, 0.0, 0.0, 0.0, 0.0, False, True) for w in (0.0, 0.5, 1.70, 1.72, 2.29, 2.31)}
    assert list(paid.values()) == pytest.approx([864, 864, 864, 691.2, 691.2, 0])


def test_care4kids_fee_share_steps_and_family_home_rates():
    smi = benefits.smi(R, 4)
    shares = [
        benefits.care4kids_fee(R, 4, x * smi, x * smi) * 12 / (x * smi) for x in (0.1, 0.19, 0.21, 0.39, 0.41, 0.59, 0.61, 0.84)
    ]
    assert shares == pytest.approx([0, 0, 0.03, 0.03, 0.05, 0.05, 0.07, 0.07])
    assert benefits.care4kids_fee(R, 4, 30000.0, 0.0) == 0
    assert benefits.care4kids_rate(R, 2, 1.0, 55.0, True) == 447
    assert benefits.care4kids_rate(benefits.rules("2025-07"), 2, 1.0, 55.0, True) == 496
    hours = [benefits.care4kids_rate(R, 0, 4.0, float(h)) for h in (0, 10, 20, 40, 55)]
    assert hours == pytest.approx([0, 85, 170, 250, 335])
    assert benefits.care4kids_eligible(R, 3, 78000.0, False, False, 0.05)
    assert benefits.care4kids_eligible(R, 3, 300000.0, False, True)


def test_coverage_of_older_and_disabled_people():
    at = benefits.COVERAGE.index
    assert benefits.coverage(R, 70.0, 1, 1200.0, 0, False, True, False, 1000.0, 1200.0) == at("HUSKY C")
    assert benefits.coverage(R, 70.0, 1, 1200.0, 0, False, True, False, 1700.0, 1200.0) == at("none")
    assert benefits.coverage(R, 40.0, 1, 3000.0, 0, False, True) == at("none")
    assert benefits.coverage(R, 40.0, 1, 9000.0) == at("marketplace credit")
    assert benefits.coverage(R26, 40.0, 1, 9000.0) == at("marketplace full price")
    assert benefits.coverage(R, 28.0, 3, 3000.0, 2) == at("HUSKY A pregnant")


def test_unemployment_and_leave_rise_to_their_caps():
    ui = np.array([benefits.ui_weekly(R, q, q, 3 * q, 0) for q in np.arange(600.0, 30000.0, 137.0)])
    assert (np.diff(ui) >= 0).all()
    assert ui.max() == R.ui_max
    assert ui.min() == R.ui_min
    leave = np.array([benefits.paid_leave_weekly(R, w, 16.35) for w in np.arange(0.0, 3000.0, 13.0)])
    assert (np.diff(leave) >= 0).all()
    assert leave.max() == pytest.approx(981)
    assert benefits.ui_partial(R, 300.0, 600.0) == 0
    assert benefits.paid_leave_eligible(R, 2325.0)
    assert not benefits.paid_leave_eligible(R, 2324.0)


def test_voucher_family_pays_any_rent_above_the_standard():
    at_standard = benefits.voucher_family_rent(R, 0, 2, 1653.0, 24000.0, 2, False)
    above = benefits.voucher_family_rent(R, 0, 2, 1853.0, 24000.0, 2, False)
    assert above - at_standard == pytest.approx(200)
    assert benefits.voucher_adjusted_income(R, 24000.0, 0, True, 0.0, 3400.0) == 24000 - 525 - 1000
    assert benefits.voucher_subsidy(R, 0, 0, 900.0, 2000.0) == 0
    assert benefits.rap_tenant_payment(R, 24000.0, False) == 800
    assert benefits.rap_tenant_payment(R, 24000.0, True) == 600
    assert benefits.fair_market_rent(R, benefits.FMR_AREAS.index("litchfield"), 9) == 2152


def test_wic_categories_and_time_limits():
    assert [benefits.wic_category(R, a, False, -1, False) for a in (0, 11, 12, 59, 60)] == [3, 3, 4, 4, -1]
    after_birth = ((3, False), (6, False), (6, True), (12, True))
    assert [benefits.wic_category(R, 300, False, m, fed) for m, fed in after_birth] == [2, -1, 1, -1]
    assert benefits.wic_category(R, 300, True, -1, False) == 0
    assert benefits.wic_value(R, -1) == 0
    assert benefits.tfa_time_limited(R, 36, 30.0, 5.0, False, False)
    assert not benefits.tfa_time_limited(R, 35, 30.0, 5.0, False, False)
    assert not benefits.tfa_time_limited(R, 60, 30.0, 0.5, False, False)
    assert not benefits.tfa_time_limited(R, 60, 61.0, 5.0, False, False)


@njit
def _household(rules, wages):
    total = 0.0
    for w in wages:
        cash = benefits_tfa(rules, 3, w, 0.0, 0.0, 0.0, 0.0, False, False)
        total += cash + benefits_snap(rules, 3, w, cash, 1100.0, True, 0.0, False, 0.0, 0.0)
    return total


benefits_tfa, benefits_snap = benefits.tfa, benefits.snap


def test_rules_work_inside_a_compiled_loop():
    wages = np.linspace(0.0, 4000.0, 200)
    plain = 0.0
    for w in wages:
        cash = benefits.tfa(R, 3, w, 0.0, 0.0, 0.0, 0.0, False, False)
        plain += cash + benefits.snap(R, 3, w, cash, 1100.0, True, 0.0, False, 0.0, 0.0)
    assert _household(R, wages) == pytest.approx(plain)


def test_taxes_of_many_at_once_are_those_of_each():
    r = benefits.rules("2025")
    incomes = np.concatenate([[0.0], np.geomspace(1.0, 5e6, 400), np.arange(0.0, 250_000.0, 500.0)])
    for status in (benefits.SINGLE, benefits.HEAD, benefits.JOINT):
        federal, state = np.empty(incomes.size), np.empty(incomes.size)
        bracket_tax_each(r.fed_bracket_top[status], r.fed_rate, incomes, federal)
        connecticut_tax_before_credits_each(r, status, incomes, state)
        np.testing.assert_array_equal(federal, [bracket_tax(r.fed_bracket_top[status], r.fed_rate, x) for x in incomes])
        np.testing.assert_array_equal(state, [benefits.connecticut_tax_before_credits(r, status, x) for x in incomes])
