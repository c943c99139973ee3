"""Spanish of what a needs assessment and proposed geographies say; sentences with numbers in them by pattern."""

from __future__ import annotations

import re
from collections.abc import Callable

from hecsim.web.words_plan import term

__all__ = ["FEATURES", "REASONS", "SAID", "in_words", "short_meaning"]

SAID: dict[str, str] = {
    # needs
    "Money that lasts the month": "Dinero que alcance para el mes",
    "Steady work": "Trabajo estable",
    "A home that is safe to keep": "Un hogar que no se pierda",
    "Enough good food": "Comida buena y suficiente",
    "Getting around": "Cómo trasladarse",
    "Coverage and care that can be reached": "Seguro y atención al alcance",
    "A healthier weight and being active": "Un peso más sano y vida activa",
    "Diabetes, blood pressure and the heart": "Diabetes, presión y corazón",
    "Mental health and rest": "Salud mental y descanso",
    "Safe, stable, nurturing homes for children": "Hogares seguros, estables y cariñosos para la niñez",
    "Safety in the neighborhood": "Seguridad en el vecindario",
    "School and a start in life": "La escuela y un buen comienzo",
    # figures
    "people with income below twice the poverty threshold": "personas con ingresos bajo el doble del umbral de pobreza",
    "people under 18 with income below twice the poverty threshold":
        "menores de 18 con ingresos bajo el doble del umbral de pobreza",
    "people 65 and over with income below the poverty threshold": "personas de 65 o más bajo el umbral de pobreza",
    "median household income": "ingreso mediano del hogar",
    "unemployed, annual average of 2019": "desempleo, promedio de 2019",
    "no high-school diploma": "sin diploma de secundaria",
    "renters whose housing costs are 30% of income or more": "inquilinos cuya vivienda cuesta 30% o más del ingreso",
    "owners whose housing costs are 30% of income or more": "propietarios cuya vivienda cuesta 30% o más del ingreso",
    "gross rent is 35% of income or more": "renta bruta de 35% o más del ingreso",
    "received SNAP in the past 12 months": "recibió SNAP en los últimos 12 meses",
    "households without a vehicle": "hogares sin vehículo",
    "no health insurance, of people 18 to 64": "sin seguro médico, de 18 a 64 años",
    "a routine check-up in the past year": "un chequeo en el último año",
    "a dental visit in the past year": "una visita al dentista en el último año",
    "no leisure-time physical activity": "sin actividad física en el tiempo libre",
    "body mass index of 30 or more": "índice de masa corporal de 30 o más",
    "diagnosed diabetes": "diabetes diagnosticada",
    "high blood pressure": "presión arterial alta",
    "coronary heart disease": "enfermedad coronaria",
    "current asthma": "asma actual",
    "any disability": "alguna discapacidad",
    "mental health not good for 14 days or more of the past 30": "salud mental no buena 14 días o más de los últimos 30",
    "sleep less than 7 hours": "duerme menos de 7 horas",
    "reports of abuse or neglect accepted for a response": "denuncias de maltrato o negligencia aceptadas",
    "children substantiated as abused or neglected": "niños con maltrato o negligencia confirmados",
    "violent offenses known to the police, mean of 2014-2016": "delitos violentos que conoce la policía, media de 2014-2016",
    "people 16 to 19 neither in school nor at work": "jóvenes de 16 a 19 que no estudian ni trabajan",
    # units, what is compared with, errors
    "a year for 1,000 children": "al año por 1,000 niños",
    "a year for 100,000 residents": "al año por 100,000 residentes",
    "the state": "el estado",
    "the cities that have it": "las ciudades que lo miden",
    "all tracts that have it": "todas las zonas que lo miden",
    "for 100,000 residents": "por 100,000 residentes",
    "for 100 renter homes": "por 100 viviendas en renta",
    "share": "parte",
    "expected number": "número que se espera",
    "SD, state 0": "desviaciones estándar, estado 0",
    "in the synthetic community": "en la comunidad sintética",
    # assets
    "Farmers' markets that take SNAP": "Mercados de agricultores que aceptan SNAP",
    "Homes with rental assistance": "Viviendas con ayuda para la renta",
    "Adults with a bachelor's degree": "Adultos con título universitario",
    "People born abroad, with their languages and ties": "Personas nacidas en el extranjero, con sus idiomas y lazos",
    "Neighbors who know and trust each other": "Vecinos que se conocen y confían entre sí",
    "Parks and recreation space": "Parques y espacios de recreo",
    "Walkable streets": "Calles para caminar",
    "Families with close kin within reach": "Familias con parientes cercanos a mano",
    "Homes with a grandparent": "Hogares con un abuelo o abuela",
    "Families in a congregation": "Familias en una congregación",
    "Practical and emotional support": "Apoyo práctico y emocional",
    "supermarket": "supermercados",
    "small grocer": "tiendas pequeñas de comestibles",
    "convenience": "tiendas de conveniencia",
    "dollar": "tiendas de un dólar",
    "fast food": "comida rápida",
    # causes
    "benefits that families could have are not claimed": "no se piden beneficios que las familias podrían tener",
    "low hourly pay": "bajo pago por hora",
    "tax credits that are small or not filed for": "créditos de impuestos pequeños o que no se piden",
    "a conviction record closes doors at hiring": "una condena cierra puertas al buscar empleo",
    "differential treatment by race in hiring": "trato desigual por raza al contratar",
    "no child care that parents can afford": "no hay cuidado infantil que se pueda pagar",
    "no car and little transit to jobs": "sin auto y con poco transporte al trabajo",
    "rent takes too large a part of income": "la renta toma demasiado del ingreso",
    "tenants face the court without a lawyer": "los inquilinos van a la corte sin abogado",
    "one missed month turns into a filing": "un mes sin pagar se vuelve una demanda",
    "differential treatment of tenants by race": "trato desigual a inquilinos por raza",
    "the food budget does not reach to the end of the month": "el dinero para comida no llega a fin de mes",
    "stores within reach offer little fresh food": "las tiendas cercanas ofrecen poca comida fresca",
    "fruit and vegetables cost too much": "la fruta y la verdura cuestan demasiado",
    "no time to shop and cook": "sin tiempo para comprar y cocinar",
    "without a car, errands and the way to work take the hours that families have":
        "sin auto, los mandados y el camino al trabajo se llevan las horas de las familias",
    "people who could have Medicaid are not enrolled": "personas que podrían tener Medicaid no están inscritas",
    "members lose coverage at renewal": "se pierde el seguro al renovarlo",
    "no pleasant, safe place to move outdoors": "sin un lugar agradable y seguro para moverse afuera",
    "few parks and streets for walking": "pocos parques y calles para caminar",
    "no free time for activity": "sin tiempo libre para la actividad",
    "sugary drinks are the cheap choice": "las bebidas azucaradas son lo barato",
    "depression lowers activity and adds weight": "la depresión baja la actividad y sube el peso",
    "weight gained over years": "peso ganado con los años",
    "adversity in one's own childhood": "adversidad en la propia infancia",
    "excess weight raises blood pressure": "el exceso de peso sube la presión",
    "job loss": "pérdida del empleo",
    "not enough to eat": "no hay suficiente para comer",
    "feeling unsafe where one lives": "sentirse inseguro donde se vive",
    "unfair treatment because of race": "trato injusto por la raza",
    "treatment is not reached": "no se llega al tratamiento",
    "too little money for basic needs": "muy poco dinero para lo básico",
    "a caregiver who is depressed": "un cuidador con depresión",
    "stress of caregivers": "estrés de quienes cuidan",
    "an eviction filing": "una demanda de desalojo",
    "few people to help and thin parenting support": "poca gente que ayude y poco apoyo en la crianza",
    "more contact with reporters raises reports of burdened homes, not only of harm":
        "más contacto con quienes denuncian sube las denuncias de hogares agobiados, no solo las de daño",
    "vacant and blighted land": "lotes baldíos y abandonados",
    "poverty that is concentrated": "pobreza concentrada",
    "thin ties among neighbors": "pocos lazos entre vecinos",
    "adversity in the first years": "adversidad en los primeros años",
    "hunger in childhood": "hambre en la infancia",
    "child care of low quality or none": "cuidado infantil de baja calidad o ninguno",
    "relationships that do not nurture": "relaciones que no nutren",
    "yes": "sí",
    "not more than elsewhere": "no más que en otros lugares",
    "not known from tables": "las tablas no lo dicen",
    # groups
    "below twice the poverty line": "bajo el doble de la línea de pobreza",
    "housing costs are 30% of income or more": "la vivienda cuesta 30% o más del ingreso",
    "no vehicle": "sin vehículo",
    "rents the home": "alquila la vivienda",
    "under 6": "menores de 6",
    "6 to 17": "de 6 a 17",
    "18 to 64": "de 18 a 64",
    "65 and over": "65 y más",
    "owners, income below $35,000": "propietarios, ingreso menor de $35,000",
    "owners, income of $75,000 and over": "propietarios, ingreso de $75,000 o más",
    "renters, income below $35,000": "inquilinos, ingreso menor de $35,000",
    "renters, income of $75,000 and over": "inquilinos, ingreso de $75,000 o más",
    "people who live alone": "personas que viven solas",
    "homes of four and more": "hogares de cuatro o más",
    "White, not Hispanic": "blancos no hispanos",
    "Black": "negros",
    "Hispanic": "hispanos",
    "Asian": "asiáticos",
    # what residents say, beside the tables
    "residents name it; the tables hold nothing on it": "los residentes lo nombran; las tablas no dicen nada",
    "residents name it; the figures do not show it: ask why":
        "los residentes lo nombran; las cifras no lo muestran: pregunte por qué",
    "the figures show it; no resident named it: were those concerned asked?":
        "las cifras lo muestran; ningún residente lo nombró: ¿se preguntó a quienes lo viven?",
    # notes
    "No inventory of services was given, so gaps in services are not in the ranking.":
        "No se dio un inventario de servicios, así que sus faltas no cuentan en el orden.",
    "Residents' own words were not given, so the ranking is that of tables alone.":
        "No se dieron las palabras de residentes, así que el orden es solo el de las tablas.",
    "Parks, ties and support were not counted; ask for a synthetic community to see them.":
        "Parques, lazos y apoyo no se contaron; pida una comunidad sintética para verlos.",
    "Reports of abuse and neglect count what is seen and reported: poor families are seen more. They are no measure of how "
    "much harm there is.":
        "Las denuncias de maltrato y negligencia cuentan lo que se ve y se denuncia: a las familias pobres se las ve más. No "
        "miden cuánto daño hay.",
    "Where a group lives says what surrounds its members, not what they are like.":
        "Dónde vive un grupo dice qué rodea a sus miembros, no cómo son.",
    # why a grouping of towns
    "best balance of all criteria": "el mejor equilibrio de todos los criterios",
    "keeps need most visible": "deja ver mejor la necesidad",
    "groups the towns that are most alike": "agrupa los municipios más parecidos",
    "keeps even the smallest proposal large": "hasta su grupo más pequeño es grande",
    "gives even the smallest pool most to save": "hasta el fondo más pequeño tiene más que ahorrar",
    "leaves fewest residents out": "deja fuera a menos residentes",
    "keeps residents closest together": "tiene a los residentes más cerca",
    "shares institutions most": "comparte más instituciones",
    "hangs together best": "es la más unida en el mapa",
    "but hides need in averages": "pero esconde la necesidad en promedios",
    "but mixes unlike towns": "pero mezcla municipios distintos",
    "but has the smallest proposal": "pero tiene el grupo más pequeño",
    "but has the smallest pool": "pero tiene el fondo más pequeño",
    "but leaves most residents out": "pero deja fuera a más residentes",
    "but spreads widest": "pero es la más extendida",
    "but shares institutions least": "pero comparte menos instituciones",
    "but has most residents in separate pieces": "pero tiene a más residentes en partes separadas",
    "between the others in every criterion": "queda entre las otras en todos los criterios",
    "one town: what it decides and what it can save are its own":
        "un solo municipio: lo que decide y lo que puede ahorrar es suyo",
}  # fmt: skip

# Label of a feature of towns: Spanish, and whether "many" is feminine.
FEATURES: dict[str, tuple[str, bool]] = {
    "people below twice the poverty line": ("personas bajo el doble de la línea de pobreza", True),
    "homes that are rented": ("viviendas en renta", True),
    "renters whose rent is a burden": ("inquilinos con renta pesada", False),
    "homes without a car": ("viviendas sin auto", True),
    "adults with a bachelor's degree": ("adultos con título universitario", False),
    "people of 65 and over": ("personas de 65 o más", True),
    "school-age children": ("niños en edad escolar", False),
    "people born abroad": ("personas nacidas en el extranjero", True),
    "residents per km2 (log)": ("residentes por km2 (log)", False),
}


def _names(words: str) -> str:
    return re.sub(r" and (\d+) more", r" y \1 más", words).replace(" and ", " y ")


def _feature(words: str) -> str:
    many, _, label = words.partition(" ")
    told, feminine = FEATURES[label]
    return f"{'much' if many == 'many' else 'poc'}{'as' if feminine else 'os'} {told}"


_SIDES = {"more than": "más que", "less than": "menos que", "as in": "como en"}
# A sentence with numbers or names in it, and how to say it.
REASONS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(p), say)
    for p, say in (
        (r"(\d+)% live below twice the poverty line, (more than|less than|as in) the whole area \((\d+)%\)",
         lambda m: f"{m[1]}% vive bajo el doble de la línea de pobreza, {_SIDES[m[2]]} toda la zona ({m[3]}%)"),
        (r"its towns have in common: (.+)",
         lambda m: f"sus municipios tienen en común: {', '.join(map(_feature, m[1].split(', ')))}"),
        (r"its towns differ most in (.+), from (.+) \(least\) to (.+) \(most\)",
         lambda m: f"sus municipios difieren más en {FEATURES[m[1]][0]}, desde {m[2]} (menos) hasta {m[3]} (más)"),
        (r"(\d+) separate pieces: (.+) (does|do) not touch the main one",
         lambda m: f"{m[1]} partes separadas: {_names(m[2])} no {'toca' if m[3] == 'does' else 'tocan'} la principal"),
        (r"up to (\d+) km between its town centers", lambda m: f"hasta {m[1]} km entre los centros de sus municipios"),
        (r"spans (\d+) planning regions \((.+)\), so partners and councils differ",
         lambda m: f"abarca {m[1]} regiones de planificación ({m[2]}), con socios y consejos distintos"),
        (r"both: residents name it, and (\d+) of (\d+) figures are worse than the state's",
         lambda m: f"ambos: los residentes lo nombran, y {m[1]} de {m[2]} cifras son peores que las del estado"),
        (r"No figure here for: (.+)\.", lambda m: f"No hay cifra aquí de: {_each(m[1])}."),
        (r"Known for a part of the place only: (.+)\.", lambda m: f"Se conoce solo en una parte del lugar: {_each(m[1])}."),
        (r"The tables cannot rank by their gap: (.+)\. Ask residents and providers\.",
         lambda m: f"Las tablas no pueden ordenar por su brecha: {_each(m[1])}. Pregunte a residentes y proveedores."),
        (r"Services listed for other towns only: (.+)\.", lambda m: f"Servicios solo de otros municipios: {m[1]}."),
        (r"touches only proposals that it would have to join in pieces",
         lambda m: "solo toca grupos a los que se uniría por partes"),
        (r"touches no proposal; one more proposal could take it", lambda m: "no toca ningún grupo; uno más podría tomarlo"),
        (r"(.+) and (\d+) more", lambda m: f"{m[1]} y {m[2]} más"),
        (r"([A-Z][\w ]+) and ([A-Z][\w ]+)", lambda m: f"{m[1]} y {m[2]}"),
    )
)  # fmt: skip


def _each(listed: str) -> str:
    out = []
    for part in listed.split("; "):
        found = re.fullmatch(r"(.+?)( \(\d+%\))?", part)
        assert found is not None
        out.append(in_words(short_meaning(found[1]), "es") + (found[2] or ""))
    return "; ".join(out)


def short_meaning(meaning: str) -> str:
    """What a figure counts, without the number of the table and the way of counting.

    >>> short_meaning("received SNAP in the past 12 months (B22003)")
    'received SNAP in the past 12 months'
    """
    return re.sub(r" \((?:[BC]\d+|crude prevalence[^)]*)\)", "", meaning)


def in_words(words: str, language: str) -> str:
    """What the planning tools say, in a language; unknown words stay, and a test finds them.

    >>> in_words("2 separate pieces: New Britain does not touch the main one", "es")
    '2 partes separadas: New Britain no toca la principal'
    """
    if language != "es":
        return words
    if words in SAID:
        return SAID[words]
    for pattern, say in REASONS:
        if found := pattern.fullmatch(words):
            return say(found)
    return term(words, language)
