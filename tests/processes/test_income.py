import numpy as np
import pytest

from hecsim.levers import Move
from hecsim.processes import budget, care, income
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

    base = _after(budget.MONTH_BUDGET, prepare=poor)
    helped = _after(budget.MONTH_BUDGET, Move("cash", "add", 800, None, "test"), prepare=poor)
    here = base.household["present"] == 1
    assert helped.household["hardship"][here].mean() < base.household["hardship"][here].mean() - 0.02
    assert (helped.household["arrears"][here] <= base.household["arrears"][here] + 1e-3).all()


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
