"""Child protection as a yardstick: what comes to be reported, investigated, confirmed, and who is placed.

Reports have two sources. True: a child who was harmed this month or goes on living where harm
happens may be noticed, the more so the more people see the child (newborns and school children)
and the more programs visit. Other: reports of children without present harm, out of concern about a home: they
follow the home's risk of abuse and neglect,

    other = base x (neglect's share x risk of neglect + rest x risk of abuse)

because children of unconfirmed reports come from the same homes as those of confirmed ones (Drake 1996, Hussey 2005,
Kohl 2009), and poor families are reported more often for what burdens them, not because reporters see more of them
(Jonson-Reid 2009, Kim 2018). Money reaches these reports through the risk. Screening and confirmation are
likelier for true cases. Differential treatment by services acts on other reports and on placement
as 1 + bias x (ratio - 1); most of the crude disparity comes from poverty.

Detection is not prevention: visiting raises reports of the same events, so a program is judged by
true events and by reports apart. Levels: Connecticut FY2015, 51.5 referrals and 28.5 investigated
children per 1,000, 8 to 10 victims; entries to placement 1,100 to 1,300 a year.
"""

from __future__ import annotations

import numpy as np

from hecsim.compiled import njit
from hecsim.luck import uniform_at, uniforms_of
from hecsim.processes.ace_bits import child_band
from hecsim.processes.base import process
from hecsim.processes.maths import children, happens, home, listed

__all__ = ["CPS_PROCESSES", "PLACEMENT", "REPORTS"]

_ABUSE, _NEGLECT = 0b00111, 0b11000


@njit(error_model="numpy")
def _band(age):
    """Age group 0 to 3 (0-2, 3-5, 6-11, 12-17); the scalar `child_band`."""
    return (age >= 36) + (age >= 72) + (age >= 144)


@njit(error_model="numpy")
def reports_kernel(
    p_present, p_household, p_age, p_race, p_placed, p_ace_bits, p_ace_new, p_reports, p_cps_new,
    p_cps_ever, h_abuse_risk, h_neglect_risk, h_public_cost,
    lh_detection_scale, lg_service_bias, pu_report, luck_p, du_true, du_screen, du_confirm, h0,
    k_detect_new, k_detect_lasting, k_report_other, k_report_neglect, k_report_contact,
    k_report_again, k_report_service, k_screened, k_confirmed, k_cost_investigation, k_cost_case,
):  # fmt: skip
    """Draw this month's reports, investigations and confirmations, and what they cost."""
    for i in range(p_present.size):
        p_cps_new[i] = 0 if p_present[i] != 0 else p_cps_new[i]
    others, base = np.empty(h_abuse_risk.size), k_report_other / 12.0
    for h in range(h_abuse_risk.size):
        others[h] = base * (k_report_neglect * h_neglect_risk[h] + (1.0 - k_report_neglect) * h_abuse_risk[h])
    for i in children(p_present, p_age):
        h = home(p_household[i], 1, h0)
        seen = k_report_contact[_band(p_age[i])] * lh_detection_scale[h]
        abused, neglected = (p_ace_bits[i] & _ABUSE) != 0, (p_ace_bits[i] & _NEGLECT) != 0
        true = k_detect_lasting * h_abuse_risk[h] + (k_detect_new if p_ace_new[i] & _ABUSE else 0.0) if abused else 0.0
        lasting = k_detect_lasting * h_neglect_risk[h] + (k_detect_new if p_ace_new[i] & _NEGLECT else 0.0)
        true += lasting if neglected else 0.0
        other = others[h] * (1.0 + lg_service_bias * (k_report_service[p_race[i]] - 1.0))
        hazard = (true + other) * seen * (k_report_again if p_reports[i] > 0 else 1.0)
        if not happens(pu_report[i], hazard) or p_placed[i] > 0:
            continue
        kind = 0 if uniform_at(luck_p, i, du_true) < true / (true + other) else 1
        bits = 1
        if uniform_at(luck_p, i, du_screen) < k_screened[kind]:
            bits |= 2
            h_public_cost[h] += k_cost_investigation
            if uniform_at(luck_p, i, du_confirm) < k_confirmed[kind]:
                bits |= 4
                h_public_cost[h] += k_cost_case
        p_reports[i] = min(p_reports[i] + 1, 255)
        p_cps_new[i] = bits
        p_cps_ever[i] |= bits


def reports_plain(
    p_present, p_household, p_age, p_race, p_placed, p_ace_bits, p_ace_new, p_reports, p_cps_new,
    p_cps_ever, h_abuse_risk, h_neglect_risk, h_public_cost,
    lh_detection_scale, lg_service_bias, pu_report, luck_p, du_true, du_screen, du_confirm, h0,
    k_detect_new, k_detect_lasting, k_report_other, k_report_neglect, k_report_contact,
    k_report_again, k_report_service, k_screened, k_confirmed, k_cost_investigation, k_cost_case,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    pu_true = uniforms_of(luck_p, du_true)
    pu_screen = uniforms_of(luck_p, du_screen)
    pu_confirm = uniforms_of(luck_p, du_confirm)
    here = p_present == 1
    child = here & (p_age < 216) & (p_placed == 0)
    h = np.where(here, p_household.astype(np.int64) - h0, 0)
    seen = k_report_contact[child_band(p_age)] * lh_detection_scale[h]
    true = np.zeros(p_present.size)
    for mask, risk in ((_ABUSE, h_abuse_risk[h]), (_NEGLECT, h_neglect_risk[h])):
        fresh = np.where((p_ace_new & mask) > 0, k_detect_new, 0.0)
        true = true + np.where((p_ace_bits & mask) > 0, k_detect_lasting * risk.astype(float) + fresh, 0.0)
    risk = k_report_neglect * h_neglect_risk.astype(float) + (1.0 - k_report_neglect) * h_abuse_risk.astype(float)
    other = k_report_other / 12.0 * risk[h]
    other = other * (1.0 + lg_service_bias * (k_report_service[p_race] - 1.0))
    hazard = (true + other) * seen * np.where(p_reports > 0, k_report_again, 1.0)
    reported = child & (pu_report < -np.expm1(-hazard))
    kind = np.where(pu_true < true / (true + other), 0, 1)
    screened = reported & (pu_screen < k_screened[kind])
    confirmed = screened & (pu_confirm < k_confirmed[kind])
    bits = (reported * 1 + screened * 2 + confirmed * 4).astype(np.uint8)
    p_cps_new[...] = np.where(here, bits, p_cps_new)
    p_cps_ever[...] = p_cps_ever | bits
    p_reports[...] = np.where(reported, np.minimum(p_reports.astype(np.int64) + 1, 255), p_reports)
    cost = screened * k_cost_investigation + confirmed * k_cost_case
    h_public_cost[...] += np.bincount(h[here], weights=cost[here], minlength=h_public_cost.size)


REPORTS = process(
    "adversity.reports",
    kernel=reports_kernel,
    twin=reports_plain,
    writes=("p_reports", "p_cps_new", "p_cps_ever", "h_public_cost"),
    summary="Draws child-protection reports, investigations and confirmations from true and other causes.",
)


@njit(error_model="numpy")
def placement_kernel(
    p_present, p_household, p_age, p_race, p_cps_new, p_cps_ever, p_placed, h_tenure, h_substance_caregiver,
    h_incarcerated_member, h_ipv, h_support, h_public_cost, lh_placement_scale, lg_service_bias, luck_p, du_placed,
    du_home, h0, k_placed, k_placed_unhoused, k_placed_substance, k_placed_jail, k_placed_ipv,
    k_placed_support, k_placed_service, k_home_again, k_home_substance, k_home_unhoused, k_cost_placement,
):  # fmt: skip
    """Entries to placement after a confirmed report, and returns home; everyone leaves at 18."""
    concerned = np.empty(p_present.size, np.uint8)
    for i in range(p_present.size):
        concerned[i] = (p_present[i] != 0) & ((p_placed[i] != 0) | ((p_cps_new[i] & 4) != 0))
    for i in listed(concerned):
        if p_age[i] >= 216:
            p_placed[i] = 0
            continue
        h = np.int64(p_household[i]) - h0
        if p_placed[i] > 0:
            hazard = k_home_again
            hazard *= k_home_substance if h_substance_caregiver[h] == 1 else 1.0
            hazard *= k_home_unhoused if h_tenure[h] >= 2 else 1.0
            if uniform_at(luck_p, i, du_home) < -np.expm1(-hazard):
                p_placed[i] = 0
            else:
                p_placed[i] = min(p_placed[i] + 1, 255)
                h_public_cost[h] += k_cost_placement
        elif p_cps_new[i] & 4:
            p = k_placed * lh_placement_scale[h]
            p *= 1.0 + lg_service_bias * (k_placed_service[p_race[i]] - 1.0)
            p *= k_placed_unhoused if h_tenure[h] >= 2 else 1.0
            p *= k_placed_substance if h_substance_caregiver[h] == 1 else 1.0
            p *= k_placed_jail if h_incarcerated_member[h] == 1 else 1.0
            p *= k_placed_ipv if h_ipv[h] == 1 else 1.0
            p *= k_placed_support ** h_support[h]
            if uniform_at(luck_p, i, du_placed) < p:
                p_placed[i] = 1
                p_cps_ever[i] |= 8
                h_public_cost[h] += k_cost_placement


def placement_plain(
    p_present, p_household, p_age, p_race, p_cps_new, p_cps_ever, p_placed, h_tenure, h_substance_caregiver,
    h_incarcerated_member, h_ipv, h_support, h_public_cost, lh_placement_scale, lg_service_bias, luck_p, du_placed,
    du_home, h0, k_placed, k_placed_unhoused, k_placed_substance, k_placed_jail, k_placed_ipv,
    k_placed_support, k_placed_service, k_home_again, k_home_substance, k_home_unhoused, k_cost_placement,
):  # fmt: skip
    """Repeat the loop in plain numpy."""
    pu_placed = uniforms_of(luck_p, du_placed)
    pu_home = uniforms_of(luck_p, du_home)
    here = p_present == 1
    child = here & (p_age < 216)
    h = np.where(here, p_household.astype(np.int64) - h0, 0)
    substance, unhoused = h_substance_caregiver[h] == 1, h_tenure[h] >= 2
    back = k_home_again * np.where(substance, k_home_substance, 1.0)
    back = back * np.where(unhoused, k_home_unhoused, 1.0)
    stays = child & (p_placed > 0) & (pu_home >= -np.expm1(-back))
    p = k_placed * lh_placement_scale[h] * (1.0 + lg_service_bias * (k_placed_service[p_race] - 1.0))
    p = p * np.where(unhoused, k_placed_unhoused, 1.0) * np.where(substance, k_placed_substance, 1.0)
    p = p * np.where(h_incarcerated_member[h] == 1, k_placed_jail, 1.0)
    p = p * np.where(h_ipv[h] == 1, k_placed_ipv, 1.0)
    p = p * k_placed_support ** h_support[h].astype(float)
    enters = child & (p_placed == 0) & ((p_cps_new & 4) > 0) & (pu_placed < p)
    months = np.minimum(p_placed.astype(np.int64) + 1, 255)
    p_cps_ever[...] = np.where(enters, p_cps_ever | 8, p_cps_ever)
    p_placed[...] = np.where(stays, months, np.where(enters, 1, np.where(here, 0, p_placed)))
    cost = (stays | enters) * k_cost_placement
    h_public_cost[...] += np.bincount(h[here], weights=cost[here], minlength=h_public_cost.size)


PLACEMENT = process(
    "adversity.placement",
    kernel=placement_kernel,
    twin=placement_plain,
    writes=("p_placed", "p_cps_ever", "h_public_cost"),
    summary="Places children after a confirmed report and returns them home.",
)

CPS_PROCESSES = (REPORTS, PLACEMENT)
