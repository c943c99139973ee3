"""Fixed sentences of the report about money, the family, certainty and tables: key to (English, Spanish)."""

from __future__ import annotations

__all__ = ["MORE"]

MORE: dict[str, tuple[str, str]] = {
    # money
    "money.intro": (
        "Constant dollars at the scale of the real community, over {years} years, discounted at 3% a year, as "
        "differences from current law. Spending is what budgets pay for the mix. Savings are what they pay less "
        "for health care, child protection, courts, jail, shelter, special education, absence from work and "
        "benefits, and what they take in more as taxes, at the same number of residents.",
        "Dólares constantes a la escala de la comunidad real, en {years} años, descontados al 3% anual, como "
        "diferencias respecto a la ley actual. El gasto es lo que los presupuestos pagan por la combinación. Los "
        "ahorros son lo que pagan de menos en atención médica, protección infantil, tribunales, cárcel, albergue, "
        "educación especial, ausencias del trabajo y beneficios, y lo que reciben de más en impuestos, con el mismo "
        "número de residentes.",
    ),
    "money.none": ("{arm}: the ledger holds no spending.", "{arm}: el registro no contiene gastos."),
    "money.title": (
        "{arm}: {spent} spent, {saved} saved by others, {net} net",
        "{arm}: {spent} gastados, {saved} ahorrados por otros, {net} netos",
    ),
    "money.more": (
        "{arm}: {spent} spent, and others pay {saved} more, {net} net",
        "{arm}: {spent} gastados, y otros pagan {saved} más, {net} netos",
    ),
    "money.unclear": (
        "The savings are too small to tell from luck.",
        "Los ahorros son demasiado pequeños para distinguirlos del azar.",
    ),
    "money.payer": ("Who pays for the mix", "Quién paga la combinación"),
    "money.intervention": ("What the money is spent on", "En qué se gasta el dinero"),
    "money.saved": (
        "Who saves (left of the line: pays more)",
        "Quién ahorra (a la izquierda de la línea: paga más)",
    ),
    "money.cumulative": ("Net cost so far, year by year", "Costo neto acumulado, año por año"),
    "money.per_ace": (
        "Net cost per adverse experience prevented (ages 0 to 8, both discounted)",
        "Costo neto por experiencia adversa evitada (0 a 8 años, ambos descontados)",
    ),
    "money.gross_ace": ("Spending per adverse experience prevented", "Gasto por experiencia adversa evitada"),
    "money.ace_count": (
        "Adverse experiences prevented, not discounted",
        "Experiencias adversas evitadas, sin descontar",
    ),
    "money.per_resident": ("Net cost per resident and year", "Costo neto por residente y año"),
    "money.back": (
        "Futures in which it has paid for itself by year {years}",
        "Futuros en los que se ha pagado a sí misma al año {years}",
    ),
    "money.families": (
        "Families themselves, net cost after benefits, wages and taxes: {families}. Society as a whole: {society}.",
        "Las familias mismas, costo neto después de beneficios, salarios e impuestos: {families}. La sociedad en "
        "conjunto: {society}.",
    ),
    "money.saves": ("Saved by", "Ahorra"),
    "money.pockets": ("Who pays and who saves, budget by budget", "Quién paga y quién ahorra, por presupuesto"),
    "money.horizons": ("Net cost of one effect, by horizon", "Costo neto de un efecto, por horizonte"),
    "money.by_year": ("{years} years", "{years} años"),
    "money.groups": (
        "QALYs gained by income; a fairer spread adds {equity} (aversion to inequality {aversion})",
        "AVAC ganados por ingreso; un reparto más justo suma {equity} (aversión a la desigualdad {aversion})",
    ),
    "money.early": (
        "What an evaluation after {years} years would have seen",
        "Qué habría visto una evaluación a los {years} años",
    ),
    "money.savings_all": ("Savings of all budgets", "Ahorros de todos los presupuestos"),
    "money.nothing_to_see": ("no effect to see", "ningún efecto que ver"),
    "money.fund": ("The fund, year by year", "El fondo, año por año"),
    "money.ended": ("Programs whose money ended", "Programas cuyo dinero se acabó"),
    "effect.aces": ("Adverse experience prevented, ages 0 to 8", "Experiencia adversa evitada, de 0 a 8 años"),
    "effect.obesity": ("Case of obesity averted", "Caso de obesidad evitado"),
    "effect.qalys": ("QALY gained", "AVAC ganado"),
    "ratio.saves": ("saves money and does good", "ahorra dinero y hace bien"),
    "ratio.dominated": ("costs more and does harm", "cuesta más y hace daño"),
    "ratio.undefined": (
        "not defined: the effect cannot be told from none",
        "no definido: el efecto no se distingue de ninguno",
    ),
    "ratio.too_few_futures": ("not defined with so few futures", "no definido con tan pocos futuros"),
    "head.pays": ("pays", "paga"),
    "head.saves": ("saves", "ahorra"),
    "head.net": ("net cost", "costo neto"),
    "head.effect": ("for one", "por cada"),
    "head.budgets": ("all budgets", "todos los presupuestos"),
    "head.society": ("society", "sociedad"),
    "head.people": ("people", "personas"),
    "head.qalys": ("QALYs", "AVAC"),
    "head.outcome": ("outcome", "resultado"),
    "head.by_year": ("by year {years}", "al año {years}"),
    "head.at_end": ("at the end", "al final"),
    "head.share": ("share seen", "parte vista"),
    "head.power": ("power, {n} per group", "potencia, {n} por grupo"),
    "head.held": ("held in January", "en caja en enero"),
    "head.owed": ("owed", "adeudado"),
    "head.need": ("a year costs", "un año cuesta"),
    "head.received": ("received", "recibido"),
    "head.spent": ("spent", "gastado"),
    "head.solvent": ("solvent in", "solvente en"),
    "head.part": ("program", "programa"),
    "head.ended_in": ("ended in", "terminó en"),
    "head.month": ("month", "mes"),
    "head.again": ("began again in", "recomenzó en"),
    "money.instrument": ("By instrument", "Por instrumento"),
    "money.category": ("By category", "Por categoría"),
    "money.day_zero": ("no cost", "sin costo"),
    "per_ace.undefined": (
        "not defined: the interval of the effect includes zero",
        "no definido: el intervalo del efecto incluye el cero",
    ),
    "per_ace.single": ("not defined with so few futures", "no definido con tan pocos futuros"),
    # family
    "family.intro": (
        "{name} is one simulated household among many, made up to be plausible; nobody is described. "
        "Its story "
        "is told in future {future}, the middle one by the hardship it meets under current law. In "
        "every lane "
        "the family has the same luck: the same throw decides each month, against other odds.",
        "{name} es un hogar simulado entre muchos, inventado para ser verosímil; no describe a nadie. Su "
        "historia se cuenta en el futuro {future}, el del medio por las dificultades que vive con la "
        "ley actual. "
        "En cada carril la familia tiene la misma suerte: la misma tirada decide cada mes, contra otras "
        "probabilidades.",
    ),
    "family.stays": (
        "Under current law it lives in the community to the last year in {stays} of {futures} futures; the "
        "story is one of those in which it stays longest.",
        "Con la ley actual vive en la comunidad hasta el último año en {stays} de {futures} futuros; "
        "la historia "
        "es una de aquellas en que se queda más tiempo.",
    ),
    "family.quiet": (
        "A quiet year: {income} a month to live on, {unmet} of basic needs unmet.",
        "Un año tranquilo: {income} al mes para vivir, {unmet} de las necesidades básicas sin cubrir.",
    ),
    "family.quiet_met": (
        "A quiet year: {income} a month to live on, basic needs met.",
        "Un año tranquilo: {income} al mes para vivir, necesidades básicas cubiertas.",
    ),
    "family.joined": ("{a}; {b}.", "{a}; {b}."),
    "family.more": ("and {n} more", "y {n} más"),
    "family.gone": (
        "The household is not in the community this year.",
        "El hogar no está en la comunidad este año.",
    ),
    "family.events": ("What happened, month by month ({n})", "Qué pasó, mes a mes ({n})"),
    "family.causes": ("pressures present: {list}", "presiones presentes: {list}"),
    "family.helped": ("At work on the family: {list}", "Actuando sobre la familia: {list}"),
    "family.later": ("with the mix only in {label}", "con la combinación, apenas en {label}"),
    "family.differs": ("What differed under {arm}, and why", "Qué cambió con {arm}, y por qué"),
    "family.spared": (
        "Happened under current law and did not happen here",
        "Pasó con la ley actual y aquí no",
    ),
    "family.put_off": ("Came at least a year later", "Llegó al menos un año después"),
    "family.gained": ("Good turns that current law did not bring", "Buenos giros que la ley actual no trajo"),
    "family.only": ("Setbacks that happened only here", "Reveses que pasaron solo aquí"),
    "family.same": (
        "The same events happened as under current law.",
        "Pasaron los mismos hechos que con la ley actual.",
    ),
    "family.frequency": (
        "In how many of {n} futures it happened to this family at least once",
        "En cuántos de {n} futuros le pasó a esta familia al menos una vez",
    ),
    "family.not_proof": (
        "An intervention is named when it was at work on the household in that month; one future shows "
        "a path, the table of all futures shows how often.",
        "Se nombra una intervención cuando actuaba sobre el hogar en ese mes; un futuro muestra un "
        "camino, la tabla de todos los futuros muestra cuántas veces.",
    ),
    "why.helped": ("At work that month: {list}.", "Actuando ese mes: {list}."),
    "why.apart": ("That month: {list}.", "Ese mes: {list}."),
    "why.arrears": (
        "rent owed {mix}, under current law {law}",
        "renta atrasada {mix}, con la ley actual {law}",
    ),
    "why.hardship": (
        "basic needs unmet {mix}, under current law {law}",
        "necesidades sin cubrir {mix}, con la ley actual {law}",
    ),
    "why.caregiver_stress": (
        "stress {mix}, under current law {law}",
        "estrés {mix}, con la ley actual {law}",
    ),
    "why.income": (
        "income {mix} a month, under current law {law}",
        "ingreso {mix} al mes, con la ley actual {law}",
    ),
    "why.support": ("support {mix}, under current law {law}", "apoyo {mix}, con la ley actual {law}"),
    "why.none": (
        "No difference of that month stands out; it comes from earlier months.",
        "Ninguna diferencia de ese mes destaca; viene de meses anteriores.",
    ),
    "meter.stress": ("stress", "estrés"),
    "meter.hardship": ("needs unmet", "sin cubrir"),
    "meter.safety": ("safety", "seguridad"),
    "meter.sd": ("{x} SD", "{x} DE"),
    "meter.note": (
        "Meters: caregivers' stress in standard deviations from the adult mean, share of basic needs "
        "unmet, safety from 0 to 1; means of the year.",
        "Medidores: estrés de los cuidadores en desviaciones estándar de la media adulta, parte de las "
        "necesidades básicas sin cubrir, seguridad de 0 a 1; medias del año.",
    ),
    "event.filed": ("an eviction was filed", "demanda de desalojo"),
    "event.evicted": ("evicted", "desalojo"),
    "event.lost_home": ("lost its own home", "pérdida de la vivienda propia"),
    "event.job_lost": ("a job was lost", "pérdida de empleo"),
    "event.food_worse": ("not enough food", "falta de comida"),
    "event.depressed": ("depression", "depresión"),
    "event.substance": ("alcohol or drug problem", "problema de alcohol o drogas"),
    "event.violence": ("violence between the partners", "violencia en la pareja"),
    "event.parted": ("the partners separated", "separación de la pareja"),
    "event.jailed": ("someone went to jail", "alguien fue a la cárcel"),
    "event.reported": ("reported to child protection", "denuncia a protección infantil"),
    "event.placed": ("a child placed away from home", "un niño separado del hogar"),
    "event.diabetes": ("diabetes diagnosed", "diagnóstico de diabetes"),
    "event.ace": ("any first adverse experience of a child", "alguna primera experiencia adversa de un niño"),
    "event.one_ace": ("first time: {name}", "primera vez: {name}"),
    # sure
    "sure.futures": (
        "{n} futures were run under every arm. A future fixes every uncertain number and all luck; "
        "arms differ within it only by policy.",
        "Se corrieron {n} futuros con cada escenario. Un futuro fija todo número incierto y toda la "
        "suerte; dentro de él los escenarios difieren solo por la política.",
    ),
    "sure.few": (
        "With fewer than six futures, intervals are wide and unsteady, and variance cannot be split.",
        "Con menos de seis futuros, los intervalos son anchos e inestables; no se puede dividir la varianza.",
    ),
    "sure.many": (
        "{n} headline comparisons are shown. If nothing differed, about {luck} of them would still "
        "have an interval that leaves zero out.",
        "Se muestran {n} comparaciones principales. Si nada difiriera, cerca de {luck} tendrían aun "
        "así un intervalo que no incluye el cero.",
    ),
    "sure.declared": (
        "Declared before the study ran: {list}. All other comparisons are exploratory.",
        "Declarado antes de correr el estudio: {list}. Las demás comparaciones son exploratorias.",
    ),
    "sure.undeclared": (
        "The study declared no comparison beforehand, so all are exploratory.",
        "El estudio no declaró ninguna comparación de antemano, así que todas son exploratorias.",
    ),
    "sure.pairing_low": (
        "Pairing is weak (correlation below 0.3) for {list}: these differences carry almost as much "
        "noise as unpaired runs would.",
        "El emparejamiento es débil (correlación menor de 0.3) para {list}: estas diferencias tienen "
        "casi tanto ruido como corridas sin emparejar.",
    ),
    "sure.pairing_ok": (
        "Pairing holds: the correlation within futures is at least 0.3 for every headline measure where it can be told.",
        "El emparejamiento se sostiene: la correlación dentro de los futuros es al menos 0.3 en toda "
        "medida principal donde se puede saber.",
    ),
    "sure.pairing_unknown": (
        "Too few futures to tell how well pairing works.",
        "Demasiado pocos futuros para saber qué tan bien funciona el emparejamiento.",
    ),
    "sure.table": (
        "Where the uncertainty of each difference comes from",
        "De dónde viene la incertidumbre de cada diferencia",
    ),
    "sure.saved": (
        "unpaired futures that one paired future replaces",
        "futuros sin emparejar que reemplaza cada uno emparejado",
    ),
    "sure.share": (
        "of the variance: numbers that are not known",
        "de la varianza: números que no se conocen",
    ),
    "sure.luck": ("luck", "azar"),
    "sure.correlation": ("pairing correlation", "correlación del emparejamiento"),
    "sure.cannot": ("What this model cannot tell", "Qué no puede decir este modelo"),
    "sure.limit_1": (
        "It is no forecast. It says what the evidence put into it implies; a path that the model does not have cannot show up.",
        "No es un pronóstico. Dice qué implica la evidencia que contiene; un camino que el modelo no tiene no puede aparecer.",
    ),
    "sure.limit_2": (
        "Intervals cover uncertain numbers and luck. They do not cover the form of the model itself, "
        "nor another synthetic community: one was built and used throughout.",
        "Los intervalos cubren números inciertos y azar. No cubren la forma misma del modelo ni otra "
        "comunidad sintética: se construyó una y se usó siempre.",
    ),
    "sure.limit_3": (
        "Reach, speed of start-up and cost of an intervention here are assumptions of the study, not facts about the place.",
        "El alcance, la velocidad de arranque y el costo de una intervención aquí son supuestos del "
        "estudio, no hechos del lugar.",
    ),
    "sure.limit_4": (
        "Effects published elsewhere may be weaker at scale. Interventions of grade C or D rest on thin evidence.",
        "Los efectos publicados en otros lugares pueden ser más débiles a escala. Las intervenciones "
        "de grado C o D se apoyan en poca evidencia.",
    ),
    "sure.limit_5": (
        "What comes after the last year, such as adult health of today's children, is not counted.",
        "No se cuenta lo que viene después del último año, como la salud adulta de los niños de hoy.",
    ),
    "sure.limit_6": (
        "Small neighborhoods and small groups hold few simulated people; single tiles say little.",
        "Los vecindarios y grupos pequeños tienen pocas personas simuladas; una celda sola dice poco.",
    ),
    "sure.notes": (
        "What was assumed or sampled when the community was built",
        "Qué se supuso o se muestreó al construir la comunidad",
    ),
    "sure.yardsticks": ("How each headline outcome is measured", "Cómo se mide cada resultado principal"),
    # table heads
    "head.measure": ("measure", "medida"),
    "head.arm": ("mix", "combinación"),
    "head.group": ("group", "grupo"),
    "head.year": ("year", "año"),
    "head.law": ("current law", "ley actual"),
    "head.mix": ("with the mix", "con la combinación"),
    "head.difference": ("difference", "diferencia"),
    "head.interval": ("95% interval", "intervalo del 95%"),
    "head.futures": ("middle 90% of futures", "90% central de los futuros"),
    "head.better": ("better in", "mejor en"),
    "head.reading": ("reading", "lectura"),
    "head.unit": ("unit", "unidad"),
    "head.yardstick": ("observed as", "se observa como"),
    "head.place": ("neighborhood", "vecindario"),
    "head.gap": ("gap", "brecha"),
    "head.gap_before": ("gap under current law", "brecha con la ley actual"),
    "head.gap_after": ("gap with the mix", "brecha con la combinación"),
    "head.ratio": ("ratio, before to after", "razón, antes a después"),
    "head.gap_change": ("change of the gap", "cambio de la brecha"),
    "head.amount": ("amount", "monto"),
    "head.who": ("who or what", "quién o qué"),
    "head.event": ("event", "hecho"),
    "head.years": ("years", "años"),
    "head.status": ("status", "estado"),
    "all.intro": (
        "Flows and money are taken over the whole horizon, states in the last year. Units stand under each measure.",
        "Los flujos y el dinero se toman en todo el horizonte, los estados en el último año. La unidad está bajo cada medida.",
    ),
}
