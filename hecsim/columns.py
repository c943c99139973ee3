"""What the model knows of a person, a household, a business, a neighborhood, a town, an organization.

This file is the schema of the state: every column with its type, unit, meaning and codes. Columns
are grouped by the process that owns (writes) them; any process may read any column.
"""

from __future__ import annotations

from hecsim.extensions import added
from hecsim.tables import Column

C = Column

SEX = ("male", "female")
RACE = ("White", "Black", "Hispanic", "Asian", "Other")
RACE_MEANING = "race/ethnicity as recorded: Hispanic of any race; the others not Hispanic"
EDUCATION = ("less than high school", "high school", "some college", "bachelor or more")
ROLE = ("householder", "partner", "child", "parent of householder", "other")
LANGUAGE = ("English", "Spanish", "other")
DISABLED = ("none", "with benefits while out of work", "without benefits")
ATTACHMENT = ("firm", "in and out", "rarely at work")
JOB_KIND = ("employee", "day labor", "own account")
LABOR_STATUS = ("not applicable", "employed", "unemployed", "out of the labor force", "incarcerated")
RECORD = ("none", "misdemeanor", "felony")
INSURANCE = ("none", "employer", "Medicaid", "Medicare", "direct")
INCOME_BAND = ("below poverty", "1 to 2 times poverty", "2 to 4 times poverty", "4 times poverty or more")
TENURE = ("owner", "renter", "shelter", "doubled up")
COUPLE = ("none", "cohabiting", "married")
FOOD_SECURITY = ("secure", "low", "very low")
CHILD_CARE = ("none needed", "parent", "relative", "formal")
STORE = ("supermarket", "small grocer", "convenience", "dollar", "fast food")
BUSINESS = (*STORE, "employer")
ORGANIZATION = (
    "health department", "hospital", "health center", "school", "congregation", "housing agency",
    "food organization", "YMCA", "police", "funder", "health plan", "resident group", "social services",
    "employer association",
)  # fmt: skip
ACE = (
    "emotional abuse", "physical abuse", "sexual abuse", "emotional neglect", "physical neglect",
    "household mental illness", "household substance use", "violence between partners",
    "parental separation", "household incarceration",
    "community violence", "unstable housing", "not enough to eat", "discrimination", "parent died",
)  # fmt: skip
N_CORE_ACES = 10  # the first ten are the CDC-Kaiser types; the rest are tracked beside them
EXIT = ("resident", "spare", "died", "moved away", "changed household")
MOTIVE = ("none", "child's future", "health", "housing")

PERSON: tuple[Column, ...] = (
    # demography and settlement
    C("key", "uint64", "key", "number that carries this person's luck"),
    C("household", "uint32", "row", "row of the household", ref="household"),
    C("present", "uint8", "flag", "1 while the person lives here"),
    C("exit", "uint8", "code", "why the row is not in use", EXIT, default=1),
    C("age", "uint16", "month", "age in completed months"),
    C("sex", "uint8", "code", "sex", SEX),
    C("race", "uint8", "code", RACE_MEANING, RACE),
    C("foreign_born", "uint8", "code", "born outside the United States and Puerto Rico; 2 without a lawful status"),
    C("language", "uint8", "code", "language spoken best", LANGUAGE),
    C("education", "uint8", "code", "highest level completed; children carry 0", EDUCATION),
    C("role", "uint8", "code", "place in the household", ROLE),
    C("mover", "uint8", "flag", "moved into the geography after the start"),
    C("mother_key", "uint64", "key", "key of the mother, 0 if unknown"),
    C("parity", "uint8", "count", "children born to this woman"),
    C("since_birth", "uint8", "month", "months since her last birth, 255 if none or long ago", default=255),
    C("pregnancy", "uint8", "month", "month of gestation, 0 if not pregnant"),
    C(
        "leaving",
        "uint8",
        "code",
        "decided this month: 0 stays, 1 dies, 2 leaves home, 3 parts from partner, 4 seeks partner",
        derived=True,
    ),
    # labor
    C("labor", "uint8", "code", "labor status", LABOR_STATUS),
    C("unemployed_months", "uint8", "month", "months without a job, looking or not; 0 if employed, 255 if longer"),
    C("job_months", "uint8", "month", "months in the present job, 255 if longer; 0 if not employed"),
    C("employer", "uint32", "row", "row of the employer", ref="business"),
    C("wage", "float32", "$/hour", "hourly wage before the state's minimum, now or when last employed"),
    C("hours", "float32", "hour/week", "usual weekly hours at work, now or when last employed"),
    C("unstable", "uint8", "flag", "works on an unstable schedule"),
    C("job_kind", "uint8", "code", "kind of the present or last job", JOB_KIND),
    C("attachment", "uint8", "code", "lasting attachment to paid work", ATTACHMENT),
    C("earnings", "float32", "$/month", "earnings this month"),
    C("earnings_year", "float32", "$", "earnings since January"),
    C("ui_year", "float32", "$", "unemployment insurance received since January"),
    C("ui_weekly", "float32", "$/week", "weekly benefit of the present unemployment claim, 0 if none"),
    C("entitled", "float32", "1", "Social Security or disability benefit over the usual amount", default=1.0),
    C("disabled", "uint8", "code", "disability that limits work", DISABLED),
    C("record", "uint8", "code", "worst conviction on the record that others can see", RECORD),
    C("record_months", "uint16", "month", "months since that conviction"),
    C("sentence", "uint8", "month", "months left to serve"),
    C("released", "uint8", "month", "months since release, 255 if never or long ago", default=255),
    C("leave_weeks", "uint8", "week", "weeks of paid leave left to take"),
    # stress and mind
    C("stress_trait", "float32", "SD", "stable part of perceived stress"),
    C("stress_state", "float32", "SD", "passing part of perceived stress"),
    C("stress", "float32", "SD", "perceived stress this month"),
    C("anxiety", "uint8", "code", "anxiety: 0 none or mild, 1 moderate, 2 severe with panic"),
    C("depression", "uint8", "flag", "in a depressive episode"),
    C("depression_months", "uint8", "month", "months in the present state of depression (255 or more)"),
    C("depressed_ever", "uint8", "flag", "has had a depressive episode"),
    C("substance", "uint8", "flag", "active substance use disorder"),
    C("treated", "uint8", "code", "in treatment: bit 1 for depression, bit 2 for substance use"),
    C("motive", "uint8", "code", "what would move this person to take part", MOTIVE),
    # childhood adversity
    C("ace_bits", "uint16", "bits", "true childhood adversities so far, one bit per type", ACE),
    C("ace_new", "uint16", "bits", "adversities that happened for the first time this month", derived=True),
    C("ace_age", "uint8", "year", "age at the first event of each type, 255 if none", default=255, width=15),
    C("ace_recalled", "uint16", "bits", "what an adult would report in a survey (eight surveyed types)"),
    C("prenatal_bits", "uint16", "bits", "adversities the mother lived through while pregnant"),
    C("reports", "uint8", "count", "child-protection reports so far"),
    C("cps_new", "uint8", "bits", "this month: bit 1 reported, 2 investigated, 4 confirmed", derived=True),
    C("cps_ever", "uint8", "bits", "ever: bit 1 reported, 2 investigated, 4 confirmed, 8 placed"),
    C("placed", "uint8", "month", "months in out-of-home placement, 0 if at home"),
    C("pce", "float32", "count", "positive childhood experiences, 0 to 7"),
    C("nurturance", "float32", "SD", "how nurturing the child's relationships are"),
    C("development", "float32", "SD", "development and school readiness against age mates"),
    # food, activity, weight
    C("diet", "float32", "HEI", "diet quality, HEI-2015 scale 0 to 100"),
    C("diet_habit", "float32", "HEI", "personal part of diet quality"),
    C("energy_shift", "float32", "kcal/day", "net energy shift against own baseline, after compensation"),
    C("activity", "float32", "min/week", "moderate-to-vigorous activity"),
    C("activity_disposition", "float32", "SD", "personal inclination to be active"),
    C("height", "float32", "cm", "standing height; 0 below age two"),
    C("weight", "float32", "kg", "body weight"),
    C("set_point", "float32", "kg", "weight that the body returns to (adults)"),
    C("bmi", "float32", "kg/m2", "measured body mass index; 0 below age two"),
    C("bmi_z", "float32", "SD", "BMI z score on the CDC 2000 reference (ages 2 to 17)"),
    C("z_person", "float32", "SD", "persistent personal part of the BMI z score"),
    C("height_z", "float32", "SD", "height z score, constant while growing"),
    # health and cost
    C("diabetes", "uint8", "flag", "type 2 diabetes, diagnosed"),
    C("hypertension", "uint8", "flag", "hypertension, diagnosed"),
    C("cvd", "uint8", "flag", "cardiovascular disease"),
    C("gestational_diabetes", "uint8", "flag", "has had gestational diabetes"),
    C("insurance", "uint8", "code", "main health coverage", INSURANCE),
    C("utility", "float32", "QALY/year", "health-related quality of life this month", default=0.0),
    C("health_cost", "float32", "$/month", "health-care cost this month"),
)

HOUSEHOLD: tuple[Column, ...] = (
    # settlement
    C("key", "uint64", "key", "number that carries this household's luck"),
    C("neighborhood", "uint16", "row", "row of the neighborhood", ref="neighborhood"),
    C("present", "uint8", "flag", "1 while the household lives here"),
    C("mover", "uint8", "flag", "moved in after the start"),
    C("couple", "uint8", "code", "union of householder and partner", COUPLE),
    C("couple_months", "uint16", "month", "months of the present union, or since the last one ended"),
    C("kin_nearby", "uint8", "flag", "close kin within reach"),
    C("income_band", "uint8", "code", "income over the poverty line when the run began, or on arrival", INCOME_BAND),
    C("bereaved", "uint8", "month", "months since a member of the household died, 0 if none or long ago"),
    # roster: counted from the persons each month
    C("persons", "uint8", "count", "residents", derived=True),
    C("adults", "uint8", "count", "residents of 18 or older", derived=True),
    C("children", "uint8", "count", "residents below 18", derived=True),
    C("under6", "uint8", "count", "residents below 6", derived=True),
    C("under13", "uint8", "count", "residents below 13", derived=True),
    C("youngest", "uint16", "month", "age of the youngest resident", derived=True),
    C("elders", "uint8", "count", "residents of 60 or older, or disabled", derived=True),
    C("pregnant", "uint8", "flag", "a resident is pregnant", derived=True),
    C("race", "uint8", "code", RACE_MEANING + " of the householder", RACE, derived=True),
    C("education", "uint8", "code", "highest education of householder and partner", EDUCATION, derived=True),
    C("language", "uint8", "code", "language of the householder", LANGUAGE, derived=True),
    C("workers", "uint8", "count", "residents with a job", derived=True),
    C("jobless_parent", "uint8", "flag", "householder or partner is unemployed", derived=True),
    C("depressed_caregiver", "uint8", "flag", "householder or partner is depressed", derived=True),
    C("substance_caregiver", "uint8", "flag", "householder or partner has a substance use disorder", derived=True),
    C("incarcerated_member", "uint8", "flag", "a member is in jail or prison", derived=True),
    C("caregiver_stress", "float32", "SD", "mean stress of householder and partner", derived=True),
    C("caregiver_aces", "float32", "count", "mean childhood ACE score of householder and partner", derived=True),
    C("grandparent", "uint8", "flag", "a parent of the householder lives in the home", derived=True),
    # income and budget
    C("vehicles", "uint8", "count", "vehicles"),
    C("earnings", "float32", "$/month", "earnings of all residents"),
    C("benefits", "float32", "$/month", "cash and near-cash benefits received this month"),
    C("snap", "float32", "$/month", "SNAP received"),
    C("tfa", "float32", "$/month", "Temporary Family Assistance received"),
    C("wic", "float32", "$/month", "value of WIC received"),
    C("ui", "float32", "$/month", "unemployment insurance received"),
    C("other_income", "float32", "$/month", "pensions, Social Security, SSI, child support, capital income"),
    C("capital_income", "float32", "$/month", "pensions, support and capital income that do not change with work"),
    C("taxes", "float32", "$/month", "income and payroll tax withheld"),
    C("withheld_year", "float32", "$", "income tax withheld since January"),
    C("refund_due", "float32", "$", "refundable credits and refunds to be paid after filing"),
    C("refund", "float32", "$/month", "tax refund received this month"),
    C("takes_snap", "uint8", "flag", "would claim SNAP if eligible"),
    C("takes_wic", "uint8", "flag", "would claim WIC if eligible"),
    C("takes_tfa", "uint8", "flag", "would claim TFA if eligible"),
    C("takes_eitc", "uint8", "flag", "files for the EITC if eligible"),
    C("care_subsidy", "uint8", "code", "Care 4 Kids: 0 none, 1 waiting, 2 subsidized"),
    C("care_wait", "uint8", "month", "months on the Care 4 Kids list"),
    C("tfa_months", "uint8", "month", "months of TFA used"),
    C("income", "float32", "$/month", "disposable income this month"),
    C("resources_year", "float32", "$/year", "disposable income with refunds and food benefits, a running year"),
    C("income_year", "float32", "$/year", "gross income, a running year"),
    C("poverty_ratio", "float32", "1", "smoothed gross income over the poverty guideline"),
    C("child_care", "uint8", "code", "who cares for the young children while adults work", CHILD_CARE),
    C("care_cost", "float32", "$/month", "what the family pays for child care"),
    C("care_hours", "float32", "hour/week", "unpaid care given by kin"),
    C("savings", "float32", "$", "liquid savings"),
    C("arrears", "float32", "$", "rent or mortgage owed"),
    C("shock", "float32", "$", "unexpected expense this month"),
    C("backing", "float32", "SD", "credit, kin and odd jobs to fall back on, beside those of like homes"),
    C("thrift", "float32", "SD", "lasting bent to keep money by, beside homes of like income"),
    C("food_budget", "float32", "$/month", "money for food, SNAP and WIC included"),
    C("food_need", "float32", "$/month", "cost of the Thrifty Food Plan for this family"),
    C("hardship", "float32", "1", "share of basic needs unmet this month"),
    C("bandwidth", "float32", "1", "mental room to plan and take part, 0 to 1", default=1.0),
    C("free_time", "float32", "hour/week", "caregivers' time left after work, care and travel"),
    C("skill", "float32", "SD", "financial capability"),
    # housing
    C("tenure", "uint8", "code", "tenure", TENURE),
    C("rent", "float32", "$/month", "rent, or owners' costs"),
    C("bedrooms", "uint8", "count", "bedrooms"),
    C("voucher", "uint8", "code", "rent is subsidized: 0 no, 1 voucher or project, 2 rapid re-housing, for some months"),
    C("filing", "uint8", "month", "months since an open eviction filing, 0 if none"),
    C("filed_new", "uint8", "flag", "an eviction was filed this month", derived=True),
    C("evicted_new", "uint8", "flag", "an eviction was executed this month", derived=True),
    C("eviction_clock", "uint8", "month", "months left of the two years after an eviction"),
    C("eviction_record", "uint8", "month", "months since the last filing on record, 0 if none, 255 if long ago"),
    C("represented", "uint8", "flag", "has counsel in the open case"),
    C("shelter_months", "uint8", "month", "months in shelter or doubled up"),
    C("crowded", "uint8", "flag", "more than two persons per bedroom", derived=True),
    C("wants_move", "uint8", "code", "decided this month: 0 stays, 1 chooses to move, 2 must move, 3 leaves the area",
      derived=True),
    C("moved", "uint8", "month", "months since the last move, 255 if long ago", default=255),
    # food
    C("store", "uint8", "code", "kind of the main food store", STORE),
    C("store_quality", "float32", "HEI", "diet quality of what the usual stores offer"),
    C("food_price", "float32", "1", "price of the basket against a supermarket", default=1.0),
    C("food_minutes", "float32", "min/trip", "travel time to the main store, one way"),
    C("low_access", "uint8", "flag", "no supermarket within reach by the household's means"),
    C("food_security", "uint8", "code", "food security over the last month", FOOD_SECURITY),
    C("insecure_months", "uint8", "month", "months of the last twelve with food insecurity"),
    C("insecure_bits", "uint16", "bits", "food insecurity in each of the last twelve months"),
    # family
    C("frailty", "float32", "SD", "what this family shares that raises every adversity"),
    C("parenting", "float32", "SD", "warm and consistent parenting"),
    C("conflict", "float32", "SD", "conflict between the partners"),
    C("ipv", "uint8", "flag", "violence between the partners now"),
    C("ipv_months", "uint8", "month", "months in the present state of violence or its absence"),
    C("abuse_risk", "float32", "1", "hazard of abuse here against the state mean of 1", derived=True),
    C("neglect_risk", "float32", "1", "hazard of neglect here against the state mean of 1", derived=True),
    C("support", "float32", "SD", "practical and emotional support"),
    C("discrimination", "uint8", "flag", "treated unfairly because of race this month"),
    C("gunfire", "uint8", "flag", "heard or saw gunfire this month"),
    C("safety_index", "float32", "1", "safe surroundings and home, 0 to 1"),
    C("stability_index", "float32", "1", "stable home, work and care, 0 to 1"),
    C("nurture_index", "float32", "1", "nurturing relationships, 0 to 1"),
    # activity
    C("outdoor", "float32", "1", "how usable the surroundings are for being active, 0 to 1"),
    # trust and ties
    C("church", "uint8", "flag", "attends a congregation regularly"),
    C("trust_health", "float32", "1", "trust in health care and health departments, 0 to 1"),
    C("trust_services", "float32", "1", "trust in social services and schools, 0 to 1"),
    C("trust_community", "float32", "1", "trust in neighbors, congregations and the collaborative, 0 to 1"),
    C("trust_police", "float32", "1", "trust in police and government, 0 to 1"),
    C("aware", "float32", "1", "knows of the services offered, 0 to 1"),
    C("help_seeking", "float32", "SD", "willingness to seek help"),
    # money spent on this household outside health care, this month
    C("public_cost", "float32", "$/month", "shelter, court, jail and child-protection cost this month"),
)  # fmt: skip

NEIGHBORHOOD: tuple[Column, ...] = (
    C("key", "uint64", "key", "number that carries this neighborhood's luck"),
    C("town", "uint16", "row", "row of the town", ref="town"),
    C("lat", "float32", "degree", "latitude of the centroid"),
    C("lon", "float32", "degree", "longitude of the centroid"),
    C("area", "float32", "km2", "land area"),
    C("scale", "float32", "1", "residents that one simulated resident stands for", default=1.0),
    C("disadvantage", "float32", "SD", "concentrated disadvantage against the state"),
    C("violence", "float32", "1", "level of violence against the state mean of 1"),
    C("violence_base", "float32", "1", "persistent part of the level of violence"),
    C("gunfire", "float32", "1/month", "share of residents who hear or see gunfire in a month"),
    C("safety", "float32", "1", "share of residents who feel safe walking at night"),
    C("walkability", "float32", "SD", "walkability"),
    C("parks", "float32", "SD", "park and recreation space"),
    C("vacant", "float32", "1", "vacant and blighted land against the state mean of 1"),
    C("cohesion", "float32", "SD", "social cohesion and trust"),
    C("transit", "float32", "1", "usefulness of public transport, 0 to 1"),
    C("rent_level", "float32", "1", "asking rents against the area's fair market rent"),
    C("vacancy", "float32", "1", "rental vacancy rate"),
    C("norm_activity", "float32", "SD", "how normal it is to be active"),
    C("norm_food", "float32", "SD", "how normal it is to eat well"),
    C("norm_parenting", "float32", "SD", "how normal warm and non-violent parenting is"),
    C("norm_help", "float32", "SD", "how normal it is to seek help"),
    C("stigma", "float32", "SD", "stigma of hardship and illness"),
    C("supermarket_km", "float32", "km", "distance to the nearest supermarket"),
    C("store_quality_car", "float32", "HEI", "offer of the stores within reach by car"),
    C("store_quality_foot", "float32", "HEI", "offer of the stores within reach on foot or by bus"),
    C("store_price_car", "float32", "1", "price of the basket by car"),
    C("store_price_foot", "float32", "1", "price of the basket on foot or by bus"),
    C("store_minutes_car", "float32", "min", "one-way travel time to the usual store by car"),
    C("store_minutes_foot", "float32", "min", "one-way travel time to the usual store on foot or by bus"),
    C("store_kind_car", "uint8", "code", "usual store by car", STORE),
    C("store_kind_foot", "uint8", "code", "usual store on foot or by bus", STORE),
    C("demand", "float32", "1", "local labor demand against normal, 1", default=1.0),
    C("snap_place", "float32", "1", "how fast the entitled begin to claim SNAP here against the state, 1", default=1.0),
    C("fmr", "float32", "$/month", "two-bedroom fair market rent of the area"),
    C("fmr_area", "uint8", "code", "fair market rent area"),
    C("care_region", "uint8", "code", "child-care rate region"),
    # means over residents last month, from which slow neighborhood states follow
    C("residents", "float32", "count", "simulated residents", derived=True),
    C("mean_activity", "float32", "min/week", "mean adult activity", derived=True),
    C("mean_diet", "float32", "HEI", "mean diet quality", derived=True),
    C("mean_parenting", "float32", "SD", "mean parenting of families", derived=True),
    C("mean_help", "float32", "SD", "mean willingness to seek help", derived=True),
    C("poverty", "float32", "1", "share of residents below the poverty line", derived=True),
    C("unemployment", "float32", "1", "unemployed over labor force", derived=True),
    C("moved_share", "float32", "1", "share of households that moved within a year", derived=True),
)

BUSINESS_COLUMNS: tuple[Column, ...] = (
    C("key", "uint64", "key", "number that carries this business's luck"),
    C("kind", "uint8", "code", "kind of business", BUSINESS),
    C("neighborhood", "uint16", "row", "row of the neighborhood", ref="neighborhood"),
    C("open", "uint8", "flag", "1 while it is in business"),
    C("months_open", "uint16", "month", "months in business"),
    C("size", "float32", "1", "attraction for shoppers against a supermarket"),
    C("quality", "float32", "HEI", "diet quality of what it sells"),
    C("price", "float32", "1", "price of the basket against a supermarket"),
    C("healthy_stock", "float32", "1", "share of healthy lines in stock, 0 to 1"),
    C("revenue", "float32", "$/month", "food revenue"),
    C("jobs", "float32", "count", "jobs, simulated scale"),
    C("filled", "float32", "count", "jobs held by residents", derived=True),
    C("wage_offer", "float32", "1", "wage against the worker's usual wage", default=1.0),
    C("stable_schedule", "float32", "1", "share of workers with a stable schedule"),
    C("fair_chance", "float32", "1", "hires people with records without penalty, 0 to 1"),
    C("wellness", "float32", "1", "healthy-worksite practice, 0 to 1"),
    C("recognized", "uint8", "flag", "publicly recognized for its practices"),
    C("plan", "uint8", "flag", "has filed a social-impact plan"),
)

TOWN: tuple[Column, ...] = (
    C("population", "float32", "count", "residents in the data year"),
    C("households", "float32", "count", "households in the data year"),
    C("scale", "float32", "1", "residents that one simulated resident stands for", default=1.0),
    C("urban", "uint8", "code", "0 rural, 1 suburb, 2 periphery, 3 urban core"),
)

ORGANIZATION_COLUMNS: tuple[Column, ...] = (
    C("key", "uint64", "key", "number that carries this organization's luck"),
    C("kind", "uint8", "code", "kind of organization", ORGANIZATION),
    C("neighborhood", "uint16", "row", "row of the neighborhood where it sits", ref="neighborhood"),
    C("capacity", "float32", "family/month", "families it can serve in a month, simulated scale"),
    C("served", "float32", "family/month", "families served this month"),
    C("language", "float32", "1", "share of contacts in the family's language when that is not English"),
    C("data_maturity", "float32", "1", "quality of its data, 0 to 1"),
    C("trust", "float32", "1", "trust that it carries, 0 to 1"),
)

SCHEMA: dict[str, tuple[Column, ...]] = {
    "person": PERSON,
    "household": HOUSEHOLD,
    "neighborhood": NEIGHBORHOOD,
    "business": BUSINESS_COLUMNS,
    "town": TOWN,
    "organization": ORGANIZATION_COLUMNS,
}
for _, _extra in added("hecsim.columns"):
    for _table, _columns in _extra.items():
        SCHEMA[_table] = (*SCHEMA[_table], *_columns)

PREFIX = {"person": "p", "household": "h", "neighborhood": "n", "business": "b", "town": "t", "organization": "o"}


def ace_bit(name: str) -> int:
    """The bit of an adversity: ace_bit('physical abuse') is 2."""
    return 1 << ACE.index(name)
