"""Systems: how organizations work together, and the places that they make."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.community import Community
from hecsim.engine import Context
from hecsim.interventions import who
from hecsim.interventions.base import Cost, Effect, Intervention, Words, intervention
from hecsim.interventions.doses import Doses, Units
from hecsim.interventions.settings import Payers, paid_by, ramp_of, reach_of, setting
from hecsim.levers import Move

__all__ = [
    "AccessLine", "AntiRacismReform", "CommunityHealthWorkers", "DataNavigator", "EvictionDiversion", "Greening",
    "HealthyRetail", "HubAndSpoke", "IntegratedCare", "ResourceDatabase", "RideAccess", "SectorPipeline",
]  # fmt: skip


@intervention
class HubAndSpoke(Intervention):
    """S01. A backbone: fewer families are lost between partners. No effect in its planning year."""

    id, kind, verb = "S01", "system", "connect"
    title = Words("Hub that connects services", "Centro que conecta los servicios")
    sentence = Words(
        "One local hub links clinics, schools and agencies, so that a family asked for help once is not lost on the way.",
        "Un centro local enlaza clínicas, escuelas y agencias, para que una familia que pide ayuda no se pierda en el camino.",
    )
    aims, actor = ("child", "weight", "equity"), "collaborative backbone"
    connecticut = "Health Enhancement Community hub"
    effects = (Effect("found_scale", "scale", "s01_found"), Effect("handoff_scale", "scale", "s01_handoff"))
    ramp: int = ramp_of(18)
    payers: Payers = paid_by(state=0.5, philanthropy=0.5)


@intervention
class AccessLine(Intervention):
    """S02. One telephone line and developmental screening for families with children below nine."""

    id, kind, verb = "S02", "system", "expand"
    title = Words("One call for child development", "Una sola llamada para el desarrollo infantil")
    sentence = Words(
        "Parents and doctors call one number; children are screened early and linked to help.",
        "Padres y médicos llaman a un solo número; se evalúa a los niños temprano y se les conecta con ayuda.",
    )
    aims, actor, strategy = ("child",), "211 and pediatric practices", ("CDC 6",)
    connecticut = "Help Me Grow, 211 Child Development"
    effects = (
        Effect("found_scale", "scale", "s02_found"),
        Effect("development_add", "add", "s02_development"),
        Effect("detection_scale", "scale", "s02_detection"),
    )
    below_age: int = setting(108, unit="month", low=1, high=216, help="youngest child is younger than this")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Families with a young child."""
        return who.child_aged(community, 0, self.below_age)


@intervention
class CommunityHealthWorkers(Intervention):
    """S03. Trained neighbors visit, speak the family's language, help with benefits, care and medicine."""

    id, kind, verb = "S03", "system", "expand"
    title = Words("Community health workers", "Trabajadores comunitarios de salud")
    sentence = Words(
        "Trained neighbors who speak the family's language help with benefits, appointments and medicines.",
        "Vecinos capacitados que hablan el idioma de la familia ayudan con beneficios, citas y medicinas.",
    )
    aims, actor, grade = ("child", "weight", "equity"), "health centers and community organizations", "B"
    connecticut = "Certified, but not paid by Medicaid"
    delivery, pool, trust = "funnel", "community health worker", "trust_community"
    effects = (
        Effect("snap_take_up", "add", "s03_benefits", while_served=True),
        Effect("wic_take_up", "add", "s03_benefits", while_served=True),
        Effect("coverage", "add", "s03_coverage", who="all", while_served=True),
        Effect("disease_cost", "scale", "s03_disease_cost"),
        Effect("support_add", "add", "s03_support"),
        Effect("aware_add", "add", "s03_aware"),
        Effect("language_match", "add", "s03_language", who="area"),
    )
    reach: float = reach_of(0.15)
    payers: Payers = paid_by(Medicaid=0.6, state=0.4)
    income_limit: float = setting(2.0, unit="times the poverty line", low=0, high=10, help="income at or below this")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Households with low income."""
        return who.income_below(community, self.income_limit)


@intervention
class IntegratedCare(Intervention):
    """S04. Clinics and schools ask about mood and trauma and treat on the spot. Training alone does nothing."""

    id, kind, verb, grade = "S04", "system", "improve", "C"
    title = Words("Mental health care at clinic and school", "Salud mental en la clínica y la escuela")
    sentence = Words(
        "Clinics and schools notice sadness and fear, treat people with respect and offer care in the same place.",
        "Las clínicas y escuelas notan la tristeza y el miedo, tratan con respeto y dan atención en el mismo lugar.",
    )
    aims, actor, strategy = ("child",), "health centers and schools", ("CDC 6",)
    connecticut = "School-based health centers; integrated behavioral health in health centers"
    delivery, unit, pool, trust, repeat = "funnel", "person", "clinician", "trust_health", True
    effects = (
        Effect("treatment_depression", "add", "s04_treatment", while_served=True),
        Effect("ace_harm", "scale", "s04_harm"),
        Effect("trust_health_add", "add", "s04_trust", who="area"),
    )
    reach: float = reach_of(0.2)
    ramp: int = ramp_of(24)
    payers: Payers = paid_by(Medicaid=0.6, commercial_insurers=0.25, state=0.15)
    from_age: int = setting(144, unit="month", low=72, high=600, help="patients and pupils are at least this old")

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """People in a depressive episode or with anxiety who are not treated yet."""
        p = community.person
        unwell = (p["depression"] == 1) | (p["anxiety"] > 0)
        return (p["present"] == 1) & (p["age"] >= self.from_age) & unwell & ((p["treated"] & 1) == 0)

    def retains(self, community: Community, context: Context) -> np.ndarray:
        """Until the illness has passed."""
        p = community.person
        return (p["present"] == 1) & ((p["depression"] == 1) | (p["anxiety"] > 0))


@intervention
class HealthyRetail(Intervention):
    """S05. Small stores stock healthy lines. Alone it moves weight by nothing measurable."""

    id, kind, verb, grade = "S05", "system", "improve", "B"
    title = Words("Healthy corner stores", "Tiendas de barrio saludables")
    sentence = Words(
        "Corner stores get help to stock fruit, vegetables and other healthy food.",
        "Las tiendas de barrio reciben ayuda para vender frutas, verduras y otros alimentos saludables.",
    )
    aims, actor, connecticut = ("weight",), "stores and food policy council", "Healthy Hartford food stores"
    effects = (Effect("healthy_stock", "add", "s05_stock"), Effect("produce_price", "scale", "s05_price"))
    reach: float = reach_of(0.5)
    ramp: int = ramp_of(9)
    payers: Payers = paid_by(philanthropy=0.5, town=0.5)


@intervention
class Greening(Intervention):
    """S06. Vacant lots are cleaned, planted and lit, and kept so."""

    id, kind, verb, grade = "S06", "system", "improve", "A"
    title = Words("Green vacant lots", "Lotes baldíos convertidos en áreas verdes")
    sentence = Words(
        "Vacant lots are cleaned, planted and lit, so that people feel safe outside.",
        "Los lotes baldíos se limpian, se siembran y se iluminan, para que la gente se sienta segura afuera.",
    )
    aims, actor, strategy = ("weight", "child"), "city and parks department", ("HI-5",)
    connecticut = "Blight and vacant-lot programs of the large cities"
    effects = (
        Effect("vacant_scale", "scale", "s06_vacant"),
        Effect("violence_scale", "scale", "s06_violence"),
        Effect("safety_add", "add", "s06_safety"),
        Effect("parks_add", "add", "s06_parks"),
        Effect("depression_onset", "scale", "s06_depression", who="adults"),
    )
    reach: float = reach_of(0.5)
    payers: Payers = paid_by(town=0.6, federal=0.4)

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """Each lot once while the ramp lasts, then upkeep."""
        draw, rows = context.draw, units.frame.residents
        lots = self.number(draw, "lots") * float((community.neighborhood["vacant"] * (rows > 0)).sum())
        lots *= units.residents / max(rows.sum(), 1.0)
        new = lots * self.reach / self.ramp if self.ramp and units.month < self.start + self.ramp else 0.0
        if self.ramp == 0 and units.month == self.start:
            new = lots * self.reach
        keep = lots * units.share * self.number(draw, "upkeep") / MONTHS_PER_YEAR
        return [Cost("investment", new * self.number(draw, "lot")), Cost("operation", keep)]


@intervention
class RideAccess(Intervention):
    """S07. Better buses and rides to food, care and work for households without a car."""

    id, kind, verb = "S07", "system", "expand"
    title = Words("Rides to food, care and work", "Transporte para comida, salud y trabajo")
    sentence = Words(
        "Better buses and on-demand rides bring families without a car to stores, clinics and jobs.",
        "Mejores autobuses y viajes a pedido llevan a las familias sin auto a tiendas, clínicas y trabajos.",
    )
    aims, actor, strategy = ("weight", "child"), "transit agency and collaborative", ("HI-5",)
    connecticut = "CTtransit buses; no ride program of a collaborative found"
    effects = (
        Effect("food_travel", "scale", "s07_food_travel"),
        Effect("job_finding", "scale", "s07_job_finding", who="adults"),
        Effect("transit_add", "add", "s07_transit", who="area"),
    )
    delivery = "sample"
    reach: float = reach_of(0.5)
    payers: Payers = paid_by(state=0.7, federal=0.3)

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Households without a vehicle."""
        return (community.household["present"] == 1) & (community.household["vehicles"] == 0)


@intervention
class SectorPipeline(Intervention):
    """S08. Training and placement with employers who give people with records a fair chance."""

    id, kind, verb, grade = "S08", "system", "connect", "B"
    title = Words("Jobs with fair-chance employers", "Empleos con oportunidades justas")
    sentence = Words(
        "People with a record or low pay are trained and placed with employers who judge them by their work.",
        "Personas con antecedentes o bajos salarios se capacitan y trabajan con empleadores que las valoran por su trabajo.",
    )
    aims, actor, strategy = ("child", "equity"), "employers and workforce board", ("CDC 1",)
    connecticut = "Workforce boards; no pipeline with fair-chance employers found"
    delivery, unit, pool = "funnel", "person", "navigator"
    effects = (
        Effect("job_finding", "scale", "s08_job_finding"),
        Effect("job_loss", "scale", "s08_job_loss"),
        Effect("wage_scale", "scale", "s08_wage"),
        Effect("record_penalty", "scale", "s08_record_penalty"),
        Effect("arrest_scale", "scale", "s08_arrest"),
        Effect("employer_fair_chance", "add", "s08_fair_chance"),
        Effect("employer_stable", "add", "s08_stable"),
    )
    reach: float = reach_of(0.2)
    payers: Payers = paid_by(state=0.5, federal=0.5)

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Adults out of work with a record, or unemployed."""
        p = community.person
        seeking = (p["labor"] == 2) | ((p["record"] > 0) & (p["labor"] == 3) & (p["disabled"] == 0))
        return who.adults(community) & seeking


@intervention
class ResourceDatabase(Intervention):
    """S09. One list of services that all partners use. Without upkeep it goes out of date."""

    id, kind, verb = "S09", "system", "new"
    title = Words("Shared list of services", "Lista compartida de servicios")
    sentence = Words(
        "All partners use one up-to-date list of services, so that a referral reaches a place that can help.",
        "Todos usan una sola lista de servicios al día, para que cada referido llegue a un lugar que puede ayudar.",
    )
    aims, actor = ("child", "weight"), "collaborative and 211"
    connecticut = "2-1-1 Connecticut keeps a statewide list"
    effects = (Effect("found_scale", "scale", "s09_found"), Effect("aware_add", "add", "s09_aware"))
    ramp: int = ramp_of(9)
    upkeep: float = setting(0.9, unit="share", low=0, high=1, help="share of entries kept up to date")

    def moves(self, community: Community, context: Context, doses: Doses) -> list[Move]:
        """Entries that nobody keeps up lose their use by half in so many months."""
        age = max(0, community.clock.month - self.start)
        fresh = self.upkeep + (1 - self.upkeep) * 0.5 ** (age / self.number(context.draw, "stale"))
        made = super().moves(community, context, doses)
        return [replace(m, dose=np.asarray(m.dose) * np.float32(fresh)) for m in made]


@intervention
class AntiRacismReform(Intervention):
    """S10. Departments and partners change how they treat people. A pledge is not yet a practice."""

    id, kind, verb, law = "S10", "system", "improve", True
    title = Words("Fair treatment in every service", "Trato justo en todos los servicios")
    sentence = Words(
        "Health departments and partners review how they treat people of every group, and change what is unfair.",
        "Los departamentos de salud y sus socios revisan cómo tratan a cada grupo y cambian lo que es injusto.",
    )
    aims, actor, strategy, needs = ("equity",), "health department and partners", ("CDC 2",), ("G19",)
    connecticut = "Racism declared a public health crisis by more than 20 towns and in state law since 2021"
    effects = (
        Effect("service_bias", "scale", "s10_service"),
        Effect("trust_health_add", "add", "s10_trust", who="area"),
        Effect("trust_services_add", "add", "s10_trust", who="area"),
    )
    ramp: int = ramp_of(24)
    hiring: bool = setting(False, unit="flag", help="also enforced against unequal treatment in hiring, by paired tests")
    housing: bool = setting(False, unit="flag", help="also enforced against unequal treatment of renters and buyers")
    policing: bool = setting(False, unit="flag", help="also police: fair procedure, review of stops and arrests")
    lending: bool = setting(False, unit="flag", help="also lenders: review of refusals, appraisals and terms")

    def plan(self) -> tuple[Effect, ...]:
        """Services always; hiring, housing, policing and lending where the reform covers them."""
        wider = (name for name in ("hiring", "housing", "policing", "lending") if getattr(self, name))
        return (*self.effects, *(Effect(f"{name}_bias", "scale", f"s10_{name}") for name in wider))

    def spending(self, community: Community, context: Context, units: Units) -> list[Cost]:
        """Training, review and follow-up for each public or health organization; testing where it reaches further."""
        o, draw = community.tables["organization"], context.draw
        mine = np.isin(o["kind"], (0, 1, 2, 3, 8, 12)) & units.inside[o["neighborhood"].astype(np.int64)]
        price = self.number(draw, "organization") / MONTHS_PER_YEAR
        wider = sum((self.hiring, self.housing, self.policing, self.lending))
        testing = wider * units.count("resident") * self.number(draw, "testing")
        return [Cost("operation", float(mine.sum()) * units.share * price), Cost("enforcement", testing)]


@intervention
class DataNavigator(Intervention):
    """S11. One person and one standard for data by race, ethnicity and language, so that help goes where it lacks."""

    id, kind, verb = "S11", "system", "new"
    title = Words("Data that show who is left out", "Datos que muestran a quién se deja fuera")
    sentence = Words(
        "A navigator helps partners to count by race, ethnicity and language, and to see who is not reached.",
        "Un guía de datos ayuda a contar por raza, etnia e idioma, y a ver a quién no llega la ayuda.",
    )
    aims, actor = ("equity",), "collaborative"
    connecticut = "Race, ethnicity and language data standard in law since 2021"
    effects = (
        Effect("found_scale", "scale", "s11_found"),
        Effect("service_bias", "scale", "s11_service"),
    )
    ramp: int = ramp_of(9)
    payers: Payers = paid_by(state=0.5, philanthropy=0.5)


@intervention
class EvictionDiversion(Intervention):
    """S12. Court, landlord and tenant settle a filing before judgment."""

    id, kind, verb = "S12", "system", "connect"
    title = Words("Eviction diversion", "Acuerdos para evitar desalojos")
    sentence = Words(
        "When a landlord files for eviction, a mediator helps both sides agree before a judge decides.",
        "Cuando un propietario pide el desalojo, un mediador ayuda a llegar a un acuerdo antes de que decida el juez.",
    )
    aims, actor, strategy = ("child", "equity"), "housing court and landlords", ("CDC 1",)
    connecticut = "UniteCT-type mediation"
    delivery, pool, repeat = "funnel", "navigator", True
    effects = (
        Effect("judgment_scale", "scale", "s12_judgment", while_served=True),
        Effect("screening_penalty", "scale", "s12_screening"),
    )
    reach: float = reach_of(0.4)

    def eligible(self, community: Community, context: Context) -> np.ndarray:
        """Households with an open filing."""
        return (community.household["present"] == 1) & (community.household["filing"] > 0)
