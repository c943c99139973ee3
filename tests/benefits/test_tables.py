"""Published tables that the formulas must reproduce, and the choice of the month's rules."""

import numpy as np
import pytest

from hecsim import benefits, evidence
from hecsim.errors import ScenarioError, UnknownNameError

JAN25, APR25, OCT25, JAN26 = (benefits.rules(m) for m in ("2025-01", "2025-04", "2025-10", "2026-01"))


def by_size(function, r, sizes=6, *more):
    return [function(r, n, *more) for n in range(1, sizes + 1)]


def test_snap_gross_limits_as_fns_prints_them():
    assert by_size(benefits.snap_gross_limit, JAN25) == [2510, 3407, 4304, 5200, 6097, 6994]
    assert by_size(benefits.snap_gross_limit, OCT25) == [2609, 3525, 4442, 5359, 6275, 7192]


def test_tfa_standards_as_dss_prints_them():
    assert by_size(benefits.tfa_need_standard, JAN25) == [690, 937, 1183, 1430, 1677, 1923]
    assert by_size(benefits.tfa_payment_standard, JAN25, 6, False) == [504, 684, 864, 1044, 1224, 1404]
    assert by_size(benefits.tfa_need_standard, OCT25) == [717, 969, 1221, 1474, 1726, 1978]
    assert by_size(benefits.tfa_payment_standard, OCT25, 6, False) == [524, 708, 892, 1076, 1260, 1444]
    assert by_size(benefits.tfa_payment_standard, OCT25, 6, True) == [482, 651, 820, 990, 1159, 1328]


def test_state_median_income():
    assert by_size(benefits.smi60, JAN25) == [45506, 59508, 73510, 87512, 101514, 115516]
    assert by_size(benefits.smi60, OCT25) == [47764, 62460, 77157, 91854, 106550, 121247]
    assert benefits.smi(JAN25, 8) == pytest.approx(145853 * 1.38)
    exits = {JAN25.smi_family_of_four: [64467, 84303, 104139, 123975, 143811, 163647]}
    exits[OCT25.smi_family_of_four] = [67666, 88487, 109307, 130127, 150948, 171768]
    for r in (JAN25, OCT25):
        for n, limit in enumerate(exits[r.smi_family_of_four], start=1):
            assert benefits.care4kids_eligible(r, n, limit - 1.0, True, False)
            assert not benefits.care4kids_eligible(r, n, float(limit), True, False)


def test_husky_limits_as_dss_prints_them():
    # DSS prints whole dollars a year; the test is monthly, so agree within a month's rounding.
    for share, yearly in (
        (JAN25.husky_child_limit, [31457, 42512, 53567, 64622]),
        (JAN25.husky_parent_limit, [25040, 33840, 42640, 51440]),
        (JAN25.husky_pregnant_limit, [41160, 55625, 70090, 84555]),
        (JAN25.husky_b1_limit, [39751, 53721, 67691, 81661]),
        (JAN25.husky_b2_limit, [50550, 68315, 86080, 103845]),
        (JAN25.husky_d_limit, [21597, 29187, 36777, 44367]),
    ):
        for n, limit in enumerate(yearly, start=1):
            assert 0 <= benefits.husky_limit(APR25, share, n) - (limit - 0.5) / 12 < 1.05


def test_paid_leave_steps():
    for r, knee, cap in ((JAN25, 654.0, 981.0), (JAN26, 677.6, 1016.4)):
        assert r.leave_hours_first * r.minimum_wage == pytest.approx(knee)
        assert benefits.paid_leave_weekly(r, 5000.0, r.minimum_wage) == pytest.approx(cap)


def test_eitc_ends_where_the_irs_says():
    for k, single, joint in ((0, 19104, 26214), (1, 50434, 57554), (2, 57310, 64430), (3, 61555, 68675)):
        for status, end in ((benefits.HEAD, single), (benefits.JOINT, joint)):
            assert benefits.eitc(JAN25, status, k, end + 1.0, end + 1.0) == 0
            assert 0 < benefits.eitc(JAN25, status, k, end - 5.0, end - 5.0) < 2


def test_each_program_changes_in_its_own_month():
    assert JAN25.fpl_snap[0] == 15060
    assert APR25.fpl_snap[0] == 15060
    assert OCT25.fpl_snap[0] == 15650
    assert JAN25.fpl_husky[0] == 15060
    assert APR25.fpl_husky[0] == 15650
    assert OCT25.fpl_marketplace[0] == 15060
    assert JAN26.fpl_marketplace[0] == 15650
    assert benefits.rules("2025-06").fpl_wic[0] == 15060
    assert benefits.rules("2025-07").fpl_meals[0] == 15650
    assert [float(r.minimum_wage) for r in (OCT25, JAN26)] == [16.35, 16.94]
    assert [float(r.snap_shelter_cap) for r in (APR25, OCT25)] == [712, 744]
    assert [float(benefits.rules(m).snap_heat_and_eat) for m in ("2025-10", "2025-11")] == [1, 0]
    assert benefits.rules("2025") == JAN25
    assert benefits.rules("2026") == JAN26
    assert benefits.rules("2040").fpl_snap[0] == 15960  # the last known figures go on


def test_reduced_meals_and_full_year_value():
    r = benefits.rules("2025-09")
    year = 180 * benefits.school_meals_day(r, 0, True, True)  # a school year of Connecticut
    assert year == pytest.approx(1119.6)
    assert benefits.school_meals_day(r, 2, True, True) == 0


def test_marketplace_schedule():
    shares = [benefits.marketplace_share(JAN25, x) for x in (1.2, 1.5, 1.75, 2.0, 2.5, 3.5, 4.0, 6.0)]
    assert shares == pytest.approx([0, 0, 0.01, 0.02, 0.04, 0.0725, 0.085, 0.085])
    shares = [benefits.marketplace_share(JAN26, x) for x in (1.2, 1.33, 1.5, 2.0, 2.5, 3.5, 4.0, 4.1)]
    assert shares == pytest.approx([0.021, 0.0314, 0.0419, 0.066, 0.0844, 0.0996, 0.0996, -1])


def test_draws_and_policies_reach_the_rules():
    drawn = evidence.draw(None).with_values(benefits__ct_eitc_share=0.5)
    assert benefits.rules("2025", drawn).ct_eitc_share == 0.5
    changed = benefits.with_rules(JAN25, minimum_wage=20.0)
    assert changed.minimum_wage == 20
    assert JAN25.minimum_wage == 16.35
    sampled = benefits.rules("2025", evidence.draw(3))
    assert not np.array_equal(sampled.wic_value, JAN25.wic_value)
    law = {n for n, p in evidence.load().items() if p.room == "benefits" and p.grade == "law"}
    assert law
    assert not any(evidence.load()[n].uncertain for n in law)
    assert np.array_equal(sampled.snap_max_allotment, JAN25.snap_max_allotment)


def test_mistakes_are_named():
    with pytest.raises(ScenarioError, match="2025-13"):
        benefits.rules("2025-13")
    with pytest.raises(ScenarioError, match="no rules before"):
        benefits.rules("2024-12")
    with pytest.raises(UnknownNameError, match="minimum_wage"):
        benefits.with_rules(JAN25, minimum_wages=20.0)
