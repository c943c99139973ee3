"""SNAP (7 USC 2014, 2017; 7 CFR 273.9-273.10), with Connecticut's broad-based eligibility."""

from __future__ import annotations

from hecsim.benefits.rules import at_size, ceil_dollar, guideline
from hecsim.compiled import njit

__all__ = [
    "snap",
    "snap_allotted",
    "snap_counted_share",
    "snap_gross_limit",
    "snap_net_income",
    "snap_step",
    "snap_tables",
    "snap_time_limited",
    "snap_utility_allowance",
]


@njit(forceinline=True)
def snap_gross_limit(rules, n_persons: int) -> float:
    """Gross income limit, USD/month: 200 percent of the guideline, rounded up as FNS publishes it."""
    return ceil_dollar(rules.snap_gross_limit * guideline(rules.fpl_snap, n_persons) / 12)


@njit()
def snap_utility_allowance(rules, pays_heat, elderly_or_disabled, other_utilities: int) -> float:
    """Return the utility allowance, USD/month (7 CFR 273.9(d)(6)(iii); P.L. 119-21 section 10103).

    other_utilities : 0 none, 1 phone only, 2 two or more without heating
    With "heat and eat" every unit gets the heating allowance; after it, only units that pay for
    heating or cooling, or that have an elderly or disabled member.
    """
    if pays_heat or elderly_or_disabled or rules.snap_heat_and_eat > 0.5:
        return rules.snap_utility_heating
    if other_utilities >= 2:
        return rules.snap_utility_limited
    if other_utilities == 1:
        return rules.snap_utility_phone
    return 0.0


@njit(forceinline=True)
def snap_counted_share(n_persons, n_without, theirs, earned) -> float:
    """Share of the earnings and the rent of a home that count where some have no status that SNAP accepts.

    They stand outside the unit (7 CFR 273.4), which is smaller by them; what they earn is divided among all who live
    there, and all but their own shares count; so does what they pay for the home (7 CFR 273.11(c)(3)(ii)), which is
    taken to be as much of the rent as they earn of the earnings.

    n_persons, n_without : all members, and those without such a status
    theirs, earned : what these earn, and what all earn, USD/month

    >>> snap_counted_share(4, 2, 1500.0, 1500.0), snap_counted_share(4, 1, 500.0, 2000.0), snap_counted_share(4, 0, 0.0, 0.0)
    (0.5, 0.9375, 1.0)
    """
    return 1.0 - n_without * theirs / (n_persons * max(earned, 1e-9))


@njit(forceinline=True)
def snap_net_income(
    rules, n_persons, earned, unearned, rent, utility, childcare, elderly_or_disabled, medical,
    child_support_paid, homeless,
) -> float:  # fmt: skip
    """Net income, USD/month (7 CFR 273.9(d), 273.10(e)): income less all deductions."""
    standard = at_size(rules.snap_standard_deduction, n_persons, 0.0)
    return _net(
        rules, standard, earned, unearned, rent, utility, childcare, elderly_or_disabled, medical, child_support_paid, homeless
    )


@njit(forceinline=True)
def _net(
    rules, standard, earned, unearned, rent, utility, childcare, elderly_or_disabled, medical, child_support_paid, homeless
) -> float:
    deductions = rules.snap_earned_deduction * earned
    deductions += standard
    deductions += childcare + child_support_paid
    high, flat, cap = max(0.0, medical - rules.snap_medical_threshold), rules.snap_homeless_deduction, rules.snap_shelter_cap
    deductions += high if elderly_or_disabled else 0.0
    adjusted = max(0.0, earned + unearned - deductions)
    shelter = max(0.0, rent + utility - rules.snap_shelter_threshold * adjusted)
    shelter = shelter if elderly_or_disabled else min(shelter, cap)
    # 7 CFR 273.9(d)(6)(i): a flat amount in place of the shelter deduction.
    return max(0.0, adjusted - (flat if homeless else shelter))


@njit(forceinline=True)
def snap(
    rules, n_persons, earned, unearned, rent, pays_heat, childcare, elderly_or_disabled, medical,
    child_support_paid, categorical=False, assets=0.0, other_utilities=2, homeless=False,
) -> float:  # fmt: skip
    """Monthly SNAP allotment, USD (7 USC 2014, 2017; 7 CFR 273.9-273.10; CT DSS).

    n_persons : size of the SNAP unit
    earned, unearned : gross USD/month; unearned holds UI, Social Security, SSI, TFA, child support
    rent : rent or mortgage with property tax and insurance, USD/month
    childcare : dependent care the family pays itself, USD/month
    medical : out-of-pocket cost of elderly or disabled members, USD/month
    categorical : a TFA unit, or one where all receive SSI; no gross income test
    assets : used only by an elderly or disabled unit above the gross limit (federal route)
    other_utilities : 0 none, 1 phone only, 2 two or more, for units without the heating allowance
    """
    standard, most = snap_tables(rules, n_persons)
    return snap_allotted(
        rules, n_persons, standard, most, earned, unearned, rent, pays_heat, childcare, elderly_or_disabled, medical,
        child_support_paid, categorical, assets, other_utilities, homeless,
    )  # fmt: skip


@njit(forceinline=True)
def snap_tables(rules, n_persons: int) -> tuple[float, float]:
    """Standard deduction and highest allotment of a unit of this size, USD/month."""
    most = at_size(rules.snap_max_allotment, n_persons, rules.snap_max_allotment_each_more)
    return at_size(rules.snap_standard_deduction, n_persons, 0.0), most


@njit(forceinline=True)
def snap_allotted(
    rules, n_persons, standard, most, earned, unearned, rent, pays_heat, childcare, elderly_or_disabled, medical,
    child_support_paid, categorical, assets, other_utilities, homeless,
) -> float:  # fmt: skip
    """`snap` of a unit whose standard deduction and highest allotment (`snap_tables`) have been looked up.

    A month asks this of every home: with no branch and nothing looked up, the compiler takes several homes at a time.
    """
    over = (not categorical) & (earned + unearned > snap_gross_limit(rules, n_persons))
    utility = snap_utility_allowance(rules, pays_heat, elderly_or_disabled, other_utilities)
    net = _net(
        rules, standard, earned, unearned, rent, utility, childcare, elderly_or_disabled, medical, child_support_paid, homeless
    )
    net_limit = ceil_dollar(rules.snap_net_limit_federal * guideline(rules.fpl_snap, n_persons) / 12)
    # Above the gross limit only an elderly or disabled unit may pass, by net income and assets.
    passes = (elderly_or_disabled != 0) & (net <= net_limit) & (assets <= rules.snap_asset_limit_elderly_disabled)
    benefit = max(0.0, most - ceil_dollar(rules.snap_contribution * net))
    least = rules.snap_minimum_benefit
    benefit = max(benefit, least) if n_persons <= rules.snap_minimum_benefit_max_size else benefit
    return benefit if (n_persons >= 1) & (passes | (not over)) else 0.0


@njit(forceinline=True)
def snap_step(allotment, most, steps: int) -> int:
    """Step of the allotment among equal steps of the most that a unit of this size can get, 0 to steps - 1.

    >>> snap_step(23.0, 292.0, 4), snap_step(292.0, 292.0, 4)
    (0, 3)
    """
    return int(min(steps * allotment / max(most, 1.0), steps - 1.0))


@njit()
def snap_time_limited(rules, age, weekly_hours, youngest_child_age, exempt) -> bool:
    """Whether an adult gets SNAP for 3 months in 36 only (7 USC 2015(o); P.L. 119-21 section 10102).

    youngest_child_age : years, of a child in the household; negative when there is none
    exempt : disabled, pregnant, or otherwise excused, or living under a local waiver
    """
    if exempt or weekly_hours >= rules.snap_time_limit_hours:
        return False
    if age < rules.snap_time_limit_age_min or age >= rules.snap_time_limit_age_max + 1:
        return False
    return not 0 <= youngest_child_age < rules.snap_time_limit_child_under
