"""The levers: every quantity that an intervention may move.

A lever has a scope (whose rows it belongs to), a base, a unit and a meaning. Multipliers have base
1, additions base 0; a base given as text is the parameter of that name. Processes read levers;
interventions move them; nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = ["LEVERS", "Lever"]

Scope = Literal["global", "neighborhood", "household", "person", "business"]


@dataclass(frozen=True, slots=True)
class Lever:
    """A quantity that interventions move. `low` and `high` clip the composed value."""

    name: str
    scope: Scope
    base: float | str
    unit: str
    meaning: str
    low: float = float("-inf")
    high: float = float("inf")


def _x(name: str, scope: Scope, meaning: str) -> Lever:
    return Lever(name, scope, 1.0, "multiplier", meaning, 0.0)


def _add(name: str, scope: Scope, unit: str, meaning: str) -> Lever:
    return Lever(name, scope, 0.0, unit, meaning)


_ALL = (
    # law and income
    Lever("minimum_wage", "global", "labor.minimum_wage", "$/hour", "statutory minimum wage", 0.0),
    Lever("eitc_state_share", "global", "benefits.ct_eitc_share", "share", "Connecticut EITC over the federal one", 0.0),
    Lever("eitc_state_flat", "global", "benefits.ct_eitc_flat", "$/year", "flat Connecticut EITC addition", 0.0),
    _add("child_credit", "global", "$/child/year", "refundable Connecticut child credit"),
    _add("cash", "household", "$/month", "unconditional cash paid to the household"),
    _x("snap_scale", "global", "SNAP benefit level"),
    _add("snap_take_up", "household", "probability/month", "chance that an eligible non-participant begins to claim SNAP"),
    _add("wic_take_up", "household", "probability/month", "chance that an eligible non-participant begins to claim WIC"),
    _add("tfa_take_up", "household", "probability/month", "chance that an eligible non-participant begins to claim TFA"),
    _add("eitc_take_up", "household", "probability/month", "chance that a non-filer begins to file for the EITC"),
    _add("skill_add", "household", "SD", "financial capability"),
    _x("care_slots", "global", "Care 4 Kids places"),
    _add("care_entry_add", "global", "share", "added to the Care 4 Kids entry limit, share of state median income"),
    _x("care_fee_scale", "global", "Care 4 Kids family fee"),
    _add("kin_care_pay", "global", "$/month", "pay for kin who care for a young child"),
    Lever("paid_leave", "global", 1.0, "share", "share of covered workers who may take paid leave", 0.0, 1.0),
    # work
    _x("job_finding", "person", "hazard of finding a job"),
    _x("job_loss", "person", "hazard of losing a job"),
    _x("wage_scale", "person", "hourly wage"),
    _x("record_penalty", "person", "penalty of a conviction record in hiring (0 removes it)"),
    _add("record_clear", "person", "probability/month", "chance that an eligible record is cleared"),
    _add("employer_stable", "business", "share", "share of workers given a stable schedule"),
    _add("employer_fair_chance", "business", "share", "fair-chance hiring practice"),
    _add("employer_wellness", "business", "share", "healthy-worksite practice"),
    _add("unstable_reduction", "global", "share", "share of unstable schedules made stable by law"),
    _add("sick_days", "global", "share", "share of workers newly covered by paid sick days"),
    _x("hiring_bias", "global", "differential treatment in hiring (0 removes it)"),
    # housing
    _add("rent_aid", "household", "$/month", "rent aid paid against arrears"),
    _add("voucher_offer", "household", "probability/month", "chance that an eligible household is given a voucher"),
    _x("rent_scale", "neighborhood", "asking rents"),
    _add("housing_supply", "neighborhood", "share", "added vacancy rate from new affordable homes"),
    Lever("representation", "neighborhood", "housing.representation", "probability",
          "chance that a tenant facing eviction has counsel", 0.0, 1.0),
    _x("filing_scale", "household", "hazard of an eviction filing"),
    _x("judgment_scale", "household", "chance that a filing ends in an executed eviction"),
    _x("shelter_exit", "household", "hazard of leaving shelter or a doubled-up home"),
    _x("screening_penalty", "household", "penalty of an eviction record with landlords"),
    _x("lending_bias", "global", "differential treatment in lending and the building of savings (0 removes it)"),
    _x("housing_bias", "global", "differential treatment in housing"),
    # place
    _x("violence_scale", "neighborhood", "level of violence"),
    _x("vacant_scale", "neighborhood", "vacant and blighted land"),
    _add("safety_add", "neighborhood", "share", "share of residents who feel safe"),
    _add("cohesion_add", "neighborhood", "SD", "social cohesion"),
    _add("parks_add", "neighborhood", "SD", "parks and recreation space"),
    _add("walkability_add", "neighborhood", "SD", "walkability"),
    _add("transit_add", "neighborhood", "1", "usefulness of public transport"),
    _add("norm_activity_add", "neighborhood", "SD", "pull on the activity norm"),
    _add("norm_food_add", "neighborhood", "SD", "pull on the food norm"),
    _add("norm_parenting_add", "neighborhood", "SD", "pull on the parenting norm"),
    _add("norm_help_add", "neighborhood", "SD", "pull on the help-seeking norm"),
    _add("stigma_add", "neighborhood", "SD", "stigma of hardship and illness"),
    # food
    _add("supermarkets", "neighborhood", "count", "additional supermarkets"),
    _add("healthy_stock", "neighborhood", "share", "healthy lines stocked by small stores"),
    _x("food_price_scale", "household", "price of the food basket"),
    _x("produce_price", "household", "price of fruit and vegetables"),
    _x("sugary_drink_price", "neighborhood", "price of sugar-sweetened drinks"),
    _x("food_travel", "household", "travel time to food stores"),
    _add("food_aid", "household", "$/month", "food given or discounted"),
    Lever("free_school_meals", "neighborhood", "food.free_school_meals", "share",
          "share of pupils in schools that serve all free", 0.0, 1.0),
    _add("school_meal_quality", "neighborhood", "HEI", "diet quality of school meals"),
    _add("diet_add", "person", "HEI", "personal diet quality"),
    _add("energy", "person", "kcal/day", "net energy shift after compensation"),
    _add("energy_treatment", "person", "kcal/day", "net energy shift of a person in individual treatment"),
    # stress, mind, family
    _add("stress_add", "person", "SD", "shift of the passing part of stress"),
    _add("support_add", "household", "SD", "practical and emotional support"),
    _x("depression_onset", "person", "hazard of depression"),
    _add("treatment_depression", "person", "probability/month", "chance that a depressed person enters treatment"),
    _add("treatment_substance", "person", "probability/month", "chance that a person with a disorder enters treatment"),
    _x("conflict_scale", "household", "conflict between the partners"),
    _x("ipv_onset", "household", "hazard of violence between the partners"),
    _x("ipv_end", "household", "hazard that violence between the partners ends"),
    _x("separation_scale", "household", "hazard of separation"),
    _x("arrest_scale", "person", "hazard of arrest and incarceration"),
    _x("policing_bias", "global", "differential treatment in policing"),
    # adversity and protection
    _x("abuse_scale", "household", "hazard of physical, emotional and sexual abuse"),
    _x("neglect_scale", "household", "hazard of physical and emotional neglect"),
    _add("parenting_add", "household", "SD", "warm and consistent parenting"),
    _x("detection_scale", "household", "chance that maltreatment comes to be reported"),
    _x("placement_scale", "household", "chance of out-of-home placement"),
    _add("nurture_add", "household", "SD", "nurturing relationships"),
    _add("development_add", "household", "SD", "child development"),
    _add("pce_add", "household", "count", "positive childhood experiences"),
    _x("ace_harm", "household", "harm done by adversities that have happened (mitigation)"),
    # activity
    _add("activity_add", "person", "min/week", "opportunity for activity, used where it is safe"),
    _add("active_travel", "neighborhood", "min/week", "walking and cycling for transport"),
    _add("school_activity", "neighborhood", "min/week", "activity at school"),
    # health and coverage
    _x("diabetes_onset", "person", "hazard of type 2 diabetes"),
    _x("disease_cost", "person", "health-care cost of people with chronic disease"),
    _add("coverage", "person", "probability/month", "chance that an uninsured person is enrolled"),
    _add("coverage_loss", "person", "probability/month", "chance that a Medicaid member loses coverage"),
    _add("prenatal_care", "household", "1", "quality of prenatal care"),
    # trust and services
    _add("trust_health_add", "household", "1", "pull on trust in health care"),
    _add("trust_services_add", "household", "1", "pull on trust in social services and schools"),
    _add("trust_community_add", "household", "1", "pull on trust in neighbors and the collaborative"),
    _add("trust_police_add", "household", "1", "pull on trust in police and government"),
    _add("aware_add", "household", "1", "awareness of services"),
    # delivery, read by interventions themselves: support for laws and reforms, then the service funnel
    Lever("policy_support", "global", 0.0, "share", "what is missing in the delivery of laws and reforms that "
          "residents' support makes up for", 0.0, 1.0),
    _x("found_scale", "household", "hazard that an eligible family is found by a service"),
    _x("handoff_scale", "household", "share of families lost between being found and being offered a place"),
    Lever("language_match", "household", "interventions.language_match", "share",
          "share of contacts in the family's own language when that is not English", 0.0, 1.0),
    _x("service_bias", "global", "differential treatment in services"),
)  # fmt: skip

LEVERS: Mapping[str, Lever] = MappingProxyType({lever.name: lever for lever in _ALL})
