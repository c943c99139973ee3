"""Policies on homes, income and work. What is enacted is not yet delivered. See also `policies_health`."""

from __future__ import annotations

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR, WEEKS_PER_MONTH
from hecsim.community import Community
from hecsim.engine import Context
from hecsim.interventions import who
from hecsim.interventions.base import Cost, Effect, Intervention, Words, intervention
from hecsim.interventions.doses import Doses, Units
from hecsim.interventions.settings import Payers, paid_by, ramp_of, reach_of, setting
from hecsim.levers import Move
from hecsim.processes.labor_terms import OWN
from hecsim.processes.labor_terms import paid as hourly_pay

__all__ = [
    "BabyBonds",
    "ChildCareSubsidy",
    "FamilyTaxCredits",
    "HousingVouchers",
    "PaidLeaveForAll",
    "PredictableWork",
    "RentAid",
    "RightToCounsel",
    "WageFloor",
]


@intervention
class RightToCounsel(Intervention):
    """P01. A lawyer for tenants who face eviction."""

    id, kind, verb, grade, law = "P01", "policy", "expand", "D", True
    title = Words("A lawyer in eviction court", "Abogado en casos de desalojo")
    sentence = Words(
        "Tenants with low income have a lawyer when a landlord takes them to court.",
        "Los inquilinos con bajos ingresos tienen abogado cuando el propietario los lleva a la corte.",
    )
    aims, actor, strategy = ("child", "equity"), "state", ("CDC 1",)
    connecticut = "In force since January 2022 in part of the ZIP codes; 12 percent of tenants represented"
    effects = (Effect("representation", "set", field="coverage"),)
    coverage: float = setting(0.6, unit="share", low=0, high=1, help="share of tenants in court who have a lawyer")

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """New cases with counsel, less those who would have had it anyway."""
        h, without = community.household, context.levers.base("representation")
        extra = 1.0 - without / max(without + units.share * (self.coverage - without), without, 1e-9)
        new = (h["present"] == 1) & (h["filed_new"] == 1) & (h["represented"] == 1) & units.covers("household")
        cases = float(units.frame.weight["household"][new].sum()) * extra
        return [Cost("service", cases * self.number(context.draw, "case"))]


@intervention
class RentAid(Intervention):
    """P02. Emergency help with rent that is owed."""

    id, kind, verb, grade = "P02", "policy", "expand", "C"
    title = Words("Emergency rent aid", "Ayuda de emergencia para la renta")
    sentence = Words(
        "Families who fall behind get help with the rent they owe, before they lose their home.",
        "Las familias que se atrasan reciben ayuda con la renta que deben, antes de perder su hogar.",
    )
    aims, actor, strategy = ("child", "equity"), "department of housing", ("CDC 1",)
    connecticut = "UniteCT, 2021 to 2022, from federal emergency money"
    delivery, repeat = "funnel", True
    effects = (Effect("rent_aid", "add", field="aid", while_served=True),)
    reach: float = reach_of(0.4)
    ramp: int = ramp_of(3)
    payers: Payers = paid_by(state=0.5, federal=0.5)
    aid: float = setting(900.0, unit="$/month", low=0, high=5000, help="aid paid toward arrears while served")
    income_limit: float = setting(2.5, unit="times the poverty line", low=0, high=10, help="income at or below this")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Tenants with low income who owe a month of rent or face a filing."""
        h = community.household
        behind = (h["arrears"] >= np.maximum(h["rent"], 1.0)) | (h["filing"] > 0)
        return who.income_below(community, self.income_limit) & (h["tenure"] == 1) & behind

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """The aid itself, at most what is owed."""
        paid = units.total(np.minimum(self.aid, community.household["arrears"]))
        return [Cost("benefits", paid), Cost("operation", paid * self.number(context.draw, "admin"))]


@intervention
class HousingVouchers(Intervention):
    """P02V. Long-term rent subsidies for families without a stable home (the second half of P02)."""

    id, kind, verb, grade = "P02V", "policy", "expand", "A"
    title = Words("Housing vouchers", "Vales de vivienda")
    sentence = Words(
        "Families without a stable home get a voucher that pays most of the rent.",
        "Las familias sin un hogar estable reciben un vale que paga la mayor parte de la renta.",
    )
    aims, actor, strategy = ("child", "weight", "equity"), "housing authorities", ("CDC 1",)
    connecticut = "Rental Assistance Program of the state, and federal vouchers"
    delivery, pool = "funnel", "navigator"
    effects = (
        Effect("voucher_offer", "add", "p02v_offer", while_served=True),
        Effect("ipv_onset", "scale", "p02v_ipv"),
        Effect("placement_scale", "scale", "p02v_placement"),
        Effect("stress_add", "add", "p02v_stress", who="caregivers"),
    )
    reach: float = reach_of(0.1)
    ramp: int = ramp_of(24)
    payers: Payers = paid_by(federal=0.7, state=0.3)
    income_limit: float = setting(1.0, unit="times the poverty line", low=0, high=10, help="income at or below this")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Poor families with children in shelter, doubled up or lately evicted, without a voucher."""
        h = community.household
        unstable = (h["tenure"] >= who.UNSTABLE_TENURE) | (h["eviction_clock"] > 0)
        return who.income_below(community, self.income_limit) & (h["children"] > 0) & unstable & (h["voucher"] != 1)

    def retains(self, community: Community, context: Context) -> np.ndarray:
        """Those who hold the voucher, and those still looking for a home to lease with it."""
        return (community.household["voucher"] == 1) | self.eligible(community, context)

    def yields(self, community: Community) -> np.ndarray:
        """What the trial found comes with the home; a voucher that is not leased does nothing."""
        return community.household["voucher"] == 1

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """The subsidy of those who have leased."""
        price = self.number(context.draw, "subsidy") / MONTHS_PER_YEAR
        return [Cost("benefits", units.total(price * (community.household["voucher"] == 1)))]


@intervention
class FamilyTaxCredits(Intervention):
    """P03. A larger Connecticut earned income credit and, if set, a child credit."""

    id, kind, verb, grade, law = "P03", "policy", "expand", "B", True
    title = Words("Larger family tax credits", "Créditos tributarios más grandes para familias")
    sentence = Words(
        "Working families get a larger state tax credit each spring.",
        "Las familias que trabajan reciben cada primavera un crédito estatal más grande.",
    )
    aims, actor, strategy = ("child", "weight", "equity"), "state", ("CDC 1", "HI-5")
    connecticut = "40 percent of the federal credit, $250 per return with a child from tax year 2025"
    effects = (
        Effect("eitc_state_share", "add", field="points"),
        Effect("child_credit", "add", field="child_credit"),
    )
    ramp: int = ramp_of(0)
    points: float = setting(0.1, unit="share", low=0, high=1, help="added to the share of the federal credit")
    child_credit: float = setting(0.0, unit="$/child/year", low=0, high=5000, help="refundable credit for each child")

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """Average cost of a point to a filer, and the child credit."""
        h = community.household
        filers = (h["present"] == 1) & (h["takes_eitc"] == 1) & (h["earnings"] > 0)
        filers &= h["poverty_ratio"] <= self.number(context.draw, "filer_limit")
        per_filer = self.number(context.draw, "point") * self.points * 100
        credit = units.total(per_filer, filers) + units.total(self.child_credit * h["children"], h["present"] == 1)
        return [Cost("benefits", credit / MONTHS_PER_YEAR)]


@intervention
class ChildCareSubsidy(Intervention):
    """P05. More Care 4 Kids places, a higher entry limit, a lower fee, and pay for kin who care if set."""

    id, kind, verb, grade, law = "P05", "policy", "expand", "C", True
    title = Words("Child care that families can afford", "Cuidado infantil que las familias puedan pagar")
    sentence = Words(
        "More families get help to pay for child care, with a smaller fee and a shorter waiting list.",
        "Más familias reciben ayuda para pagar el cuidado infantil, con una cuota menor y menos espera.",
    )
    aims, actor, strategy = ("child", "equity"), "Office of Early Childhood", ("CDC 1", "CDC 3")
    connecticut = "Care 4 Kids; waiting list since 2025"
    effects = (
        Effect("care_slots", "scale", field="places_scale"),
        Effect("care_entry_add", "add", field="entry_add"),
        Effect("care_fee_scale", "scale", field="fee_scale"),
        Effect("kin_care_pay", "add", field="kin_pay"),
    )
    ramp: int = ramp_of(24)
    payers: Payers = paid_by(state=0.7, federal=0.3)
    places_scale: float = setting(1.3, unit="multiplier", low=1, high=5, help="subsidized places against today")
    entry_add: float = setting(0.15, unit="share of state median income", low=0, high=1, help="added to the entry limit")
    fee_scale: float = setting(0.5, unit="multiplier", low=0, high=1, help="family fee against today")
    kin_pay: float = setting(0.0, unit="$/month", low=0, high=2000, help="pay for kin who care for a young child")

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """Places beyond today's, fees forgone on the rest, and pay for kin."""
        h, draw, share, weight = (
            community.household,
            context.draw,
            units.share,
            units.frame.weight["household"],
        )
        subsidized = (h["present"] == 1) & (h["care_subsidy"] == 2)
        beyond = 1 - 1 / (1 + share * (self.places_scale - 1))
        places = float(weight[subsidized].sum()) * beyond * self.number(draw, "slot") / MONTHS_PER_YEAR
        # With the fee at a fraction of today's, families still pay that fraction of it.
        paying = 1 - share * (1 - self.fee_scale)
        fees = float((weight * h["care_cost"])[subsidized].sum()) * (1 - paying) / max(paying, 0.1)
        kin = units.total(self.kin_pay, (h["present"] == 1) & (h["child_care"] == 2) & (h["under6"] > 0))
        return [Cost("benefits", places), Cost("benefits", fees), Cost("benefits", kin)]


@intervention
class WageFloor(Intervention):
    """P06. A higher minimum wage, phased in over the ramp; never below what the law already sets."""

    id, kind, verb, grade, law = "P06", "policy", "revise", "B", True
    title = Words("Higher minimum wage", "Salario mínimo más alto")
    sentence = Words("The lowest hourly pay rises step by step.", "El pago mínimo por hora sube paso a paso.")
    aims, actor, strategy = ("child", "weight", "equity"), "state", ("CDC 1",)
    connecticut = "$16.35 in 2025, indexed each January"
    more_levers = ("minimum_wage",)
    ramp: int = ramp_of(36)
    payers: Payers = paid_by(employers=1.0)
    floor: float = setting(20.0, unit="$/hour", low=7.25, high=60, help="minimum wage at full ramp, in 2025 dollars")

    def moves(self, community: Community, context: Context, doses: Doses) -> list[Move]:
        """From whatever the law of the month says toward the floor."""
        target = max(self.floor, float(context.levers.number("minimum_wage")))
        return [Move("minimum_wage", "set", target, doses.at("global"), doses.source)]

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """Pay above what they would get without it, of workers below the floor."""
        p, now = community.person, float(context.levers.number("minimum_wage"))
        target = max(self.floor, now)
        share = min(units.share, 0.999)
        without = (now - share * target) / (1 - share) if target > now else now
        hired = (p["present"] == 1) & (p["labor"] == 1) & (p["job_kind"] != OWN)
        reach, wage = context.draw["labor.minimum_reach"], p["wage"].astype(float)
        before = hourly_pay.py_func(wage, p["job_kind"], max(without, context.levers.base("minimum_wage")), reach)
        gap = np.where(hired, np.maximum(hourly_pay.py_func(wage, p["job_kind"], now, reach) - before, 0.0), 0.0)
        hours = p["hours"].astype(float) * WEEKS_PER_MONTH
        return [Cost("wages", float((units.frame.weight["person"] * hours * gap).sum()))]


@intervention
class PaidLeaveForAll(Intervention):
    """P07. Paid weeks after a birth for parents whom the present scheme leaves out or underpays."""

    id, kind, verb, grade = "P07", "policy", "expand", "B"
    title = Words("Paid leave for every new parent", "Licencia pagada para todos los padres nuevos")
    sentence = Words(
        "Day workers and parents with low pay also get paid weeks at home after a birth.",
        "Los trabajadores por día y los padres con bajos salarios también reciben semanas pagadas tras un nacimiento.",
    )
    aims, actor, strategy = ("child",), "CT Paid Leave Authority", ("CDC 1",)
    connecticut = "Paid leave since January 2022; about 55,000 workers a year"
    delivery, repeat = "funnel", True
    effects = (
        Effect("cash", "add", field="monthly_pay", while_served=True),
        Effect("abuse_scale", "scale", "p07_abuse"),
    )
    reach: float = reach_of(0.5)
    ramp: int = ramp_of(6)
    payers: Payers = paid_by(payroll_contributions=1.0)
    monthly_pay: float = setting(2000.0, unit="$/month", low=0, high=6000, help="pay during leave")
    income_limit: float = setting(2.5, unit="times the poverty line", low=0, high=10, help="income at or below this")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Families with a newborn, low income and a worker."""
        h = community.household
        return who.child_aged(community, 0, 3) & (h["poverty_ratio"] <= self.income_limit) & (h["workers"] > 0)

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """The pay itself."""
        paid = units.total(self.monthly_pay)
        return [Cost("benefits", paid), Cost("operation", paid * self.number(context.draw, "admin"))]


@intervention
class PredictableWork(Intervention):
    """P09. Schedules known in advance, and paid sick days for those who have none."""

    id, kind, verb, law = "P09", "policy", "enact", True
    title = Words("Predictable schedules and sick days", "Horarios previsibles y días de enfermedad")
    sentence = Words(
        "Hourly workers know their hours in advance and may stay home when a child is sick.",
        "Los trabajadores por hora conocen su horario con tiempo y pueden quedarse en casa si un hijo se enferma.",
    )
    aims, actor, strategy = ("child", "weight"), "state", ("CDC 1",)
    connecticut = "Paid sick days widen from 2025 to 2027; no schedule law"
    effects = (
        Effect("unstable_reduction", "add", field="stable"),
        Effect("sick_days", "add", field="sick"),
    )
    payers: Payers = paid_by(employers=1.0)
    stable: float = setting(0.4, unit="share", low=0, high=1, help="share of unstable schedules that become stable")
    sick: float = setting(0.05, unit="share", low=0, high=1, help="share of workers newly given paid sick days")

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """Employers' cost for each worker on an unstable schedule, and for sick days taken."""
        p, weight = community.person, units.frame.weight["person"]
        employed = (p["present"] == 1) & (p["labor"] == 1)
        unstable = float(weight[employed & (p["unstable"] == 1)].sum()) * self.stable
        newly = float(weight[employed].sum()) * self.sick
        price = self.number(context.draw, "worker") / MONTHS_PER_YEAR
        return [Cost("wages", (unstable + newly) * units.share * price)]


@intervention
class BabyBonds(Intervention):
    """P16. A deposit for each birth covered by HUSKY, claimed from age 18 on. Until then it changes nothing."""

    id, kind, verb, grade = "P16", "policy", "expand", "law"
    title = Words("Baby bonds", "Bonos para bebés")
    sentence = Words(
        "The state sets money aside for each child born with HUSKY coverage, to be claimed as a young adult.",
        "El estado aparta dinero para cada niño que nace con HUSKY, que podrá reclamar al ser adulto joven.",
    )
    aims, actor, strategy = ("child", "equity"), "state Treasurer", ("CDC 1",)
    connecticut = "$3,200 for each HUSKY birth since July 2023, about 15,000 a year; claims from 2041"
    unit, more_levers = "person", ("cash",)
    ramp: int = ramp_of(0)
    deposit: float = setting(3200.0, unit="$/birth", low=0, high=20000, help="deposit for each covered birth")
    claimed: float = setting(0.9, unit="share", low=0, high=1, help="share who take the course and claim at 18")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Newborns covered by HUSKY."""
        p = community.person
        return (p["present"] == 1) & (p["age"] == 0) & (p["insurance"] == 2)

    def moves(self, community: Community, context: Context, doses: Doses) -> list[Move]:
        """What those born since the start claim in the month they turn 18, if HUSKY covers them still."""
        p, born = community.person, community.clock.month - who.ADULT_MONTHS
        if born < self.start or (self.end is not None and born >= self.end):
            return []
        claims = (p["present"] == 1) & (p["age"] == who.ADULT_MONTHS) & (p["insurance"] == 2)
        number = np.bincount(doses.frame.home(claims), minlength=community.household.size) * self.claimed
        worth = self.number(context.draw, "worth") * self.deposit
        area = doses.at("household", "area")
        return [Move("cash", "add", worth, (number * area).astype(np.float32), doses.source)]

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """The deposits of this month's births; what they grow to is already paid for."""
        return [Cost("investment", units.total(self.deposit))]
