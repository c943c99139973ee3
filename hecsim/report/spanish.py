"""Spanish for names that come from the model: groups, units, topics, payers, causes, adversities."""

from __future__ import annotations

import re

__all__ = ["ACES", "LABELS", "TERMS", "term"]

# Measures whose own declaration has no Spanish label.
LABELS = {
    "ace_recall_1plus": "Adultos que recuerdan al menos una experiencia adversa",
    "ace_recall_3plus": "Adultos que recuerdan al menos tres experiencias adversas",
    "ace_recall_4plus": "Adultos que recuerdan al menos cuatro experiencias adversas",
    "investigated_by_18": "Adolescentes de 17 años investigados alguna vez",
    "trust_services": "Confianza en servicios sociales y escuelas",
    "bandwidth": "Espacio mental para planear y participar",
    "refunds": "Reembolsos y créditos tributarios",
    "substance": "Adultos con trastorno por consumo de sustancias",
    "hypertension": "Adultos con hipertensión",
    "cardiovascular": "Adultos con enfermedad cardiovascular",
    "uninsured": "Residentes sin cobertura de salud",
    "obesity_adult_measured": "Adultos con obesidad, medida",
    "obesity_severe": "Adultos con obesidad grave, medida",
    "food_insecurity": "Hogares con inseguridad alimentaria",
    "food_insecurity_adult": "Adultos en hogares con inseguridad alimentaria, últimos 12 meses",
    "guideline_adult": "Adultos que cumplen la recomendación de actividad aeróbica",
    "bmi_adult": "Índice de masa corporal de adultos",
    "obesity_child_2_5": "Niños con obesidad, de 2 a 5 años",
    "obesity_child_6_11": "Niños con obesidad, de 6 a 11 años",
    "obesity_child_12_17": "Niños con obesidad, de 12 a 17 años",
    "bmi_z_child": "Puntaje z del índice de masa corporal de niños",
    "diet": "Calidad de la alimentación",
}
ACES = {
    "emotional abuse": "maltrato emocional",
    "physical abuse": "maltrato físico",
    "sexual abuse": "abuso sexual",
    "emotional neglect": "negligencia emocional",
    "physical neglect": "negligencia física",
    "household mental illness": "enfermedad mental en el hogar",
    "household substance use": "consumo de sustancias en el hogar",
    "violence between partners": "violencia en la pareja",
    "parental separation": "separación de los padres",
    "household incarceration": "encarcelamiento en el hogar",
    "community violence": "violencia en la comunidad",
    "unstable housing": "vivienda inestable",
    "not enough to eat": "falta de comida",
    "discrimination": "discriminación",
    "parent died": "muerte de un padre o una madre",
}

# What parents report: one name for each item, and one for each count and age band.
LABELS |= {f"nsch_{name.replace(' ', '_')}": f"Niños cuyos padres reportan: {spanish}" for name, spanish in ACES.items()}
LABELS |= {
    f"nsch_{n}plus{end}": f"Niños cuyos padres reportan al menos {words} de ocho, {ages}"
    for n, words in ((1, "una"), (2, "dos"))
    for end, ages in (
        ("", "de 0 a 17 años"), ("_0_5", "de 0 a 5 años"), ("_6_11", "de 6 a 11 años"), ("_12_17", "de 12 a 17 años"),
    )
}  # fmt: skip
TERMS = {
    **ACES,
    # groups
    "White": "Blanca",
    "Black": "Negra",
    "Hispanic": "Hispana",
    "Asian": "Asiática",
    "Other": "Otra",
    "below poverty": "bajo la línea de pobreza",
    "1 to 2 times poverty": "1 a 2 veces la línea de pobreza",
    "2 to 4 times poverty": "2 a 4 veces la línea de pobreza",
    "4 times poverty or more": "4 veces la línea de pobreza o más",
    # kinds
    "system": "sistema",
    "policy": "política",
    "program": "programa",
    "norm": "norma",
    # units
    "SD": "DE",
    "SD, per child of 0 to 8": "DE, por niño de 0 a 8",
    "0 to 1": "0 a 1",
    "percent": "por ciento",
    "0 to 1, children's homes": "0 a 1, hogares con niños",
    "mean score of 10": "puntaje medio de 10",
    "mean of 7, ages 6 to 17": "media de 7, de 6 a 17 años",
    "percent of adults": "por ciento de adultos",
    "percent of adults 55+": "por ciento de adultos de 55 o más",
    "percent of children": "por ciento de niños",
    "percent of residents": "por ciento de residentes",
    "percent of households": "por ciento de hogares",
    "percent of couples": "por ciento de parejas",
    "percent of needs": "por ciento de las necesidades",
    "percent of the labor force": "por ciento de la fuerza laboral",
    "cups a day": "tazas al día",
    "percent of ages 0 to 17": "por ciento, de 0 a 17 años",
    "percent of ages 2 to 17": "por ciento, de 2 a 17 años",
    "percent of ages 6 to 17": "por ciento, de 6 a 17 años",
    "events per 100 child-years": "eventos por 100 años-niño",
    "per 1,000 children a year": "por 1,000 niños al año",
    "per 1,000 children": "por 1,000 niños",
    "per 1,000 residents": "por 1,000 residentes",
    "per 1,000 residents a year": "por 1,000 residentes al año",
    "per 100 renter households a year": "por 100 hogares inquilinos al año",
    "minutes a week": "minutos por semana",
    "QALYs per person-year": "AVAC por año-persona",
    "simulated residents": "residentes simulados",
    "$ per resident-month": "$ por residente al mes",
    "$ per household-month": "$ por hogar al mes",
    "per resident-month": "por residente al mes",
    "per household-month": "por hogar al mes",
    "kg/m2": "kg/m2",
    "on a scale of 0 to 1": "en una escala de 0 a 1",
    "of 7": "de 7",
    "of 10": "de 10",
    "points of 100 (HEI)": "puntos de 100 (HEI)",
    "HEI, 0 to 100": "HEI, 0 a 100",
    "Medicaid": "Medicaid",
    "commercial insurers": "aseguradoras comerciales",
    "payroll contributions": "contribuciones de nómina",
    "congregations": "congregaciones",
    "investment": "inversión",
    "tax credit": "crédito tributario",
    "wages": "salarios",
    # topics
    "Adverse childhood experiences": "Experiencias adversas en la niñez",
    "Adversity by type": "Adversidad por tipo",
    "Adversity as parents report it": "Adversidad según los padres",
    "Child protection": "Protección infantil",
    "Protection": "Factores protectores",
    "Healthy weight": "Peso saludable",
    "Food": "Alimentación",
    "Activity": "Actividad física",
    "Stress and mental health": "Estrés y salud mental",
    "Family": "Familia",
    "Chronic disease and survival": "Enfermedad crónica y supervivencia",
    "Coverage": "Cobertura",
    "Cost by payer": "Costo por pagador",
    "Income and work": "Ingreso y trabajo",
    "Benefits": "Beneficios",
    "Housing": "Vivienda",
    "Place and trust": "Lugar y confianza",
    "Population": "Población",
    # payers, categories, instruments
    "commercial plans": "planes comerciales",
    "child protection": "protección infantil",
    "courts": "tribunales",
    "corrections": "cárceles",
    "investors": "inversionistas",
    "collaborative fund": "fondo del colaborativo",
    "Medicare": "Medicare",
    "administration": "administración",
    "reporting": "informes",
    "capture and reinvestment": "captura y reinversión",
    "unpaid bills": "cuentas sin pagar",
    "wellness trust": "fideicomiso de bienestar",
    "social investment": "inversión social",
    "tax credits": "créditos fiscales",
    "shared savings": "ahorros compartidos",
    "pay for success": "pago por éxito",
    "outcomes rate card": "tarifa por resultados",
    "multi-payer arrangement": "acuerdo de varios pagadores",
    "braided funds": "fondos combinados",
    "Cost in all": "Costo en total",
    "state": "estado",
    "federal": "gobierno federal",
    "city": "ciudad",
    "town": "municipio",
    "towns": "municipios",
    "employers": "empleadores",
    "employer": "empleador",
    "hospitals": "hospitales",
    "hospital": "hospital",
    "philanthropy": "filantropía",
    "health plans": "planes de salud",
    "families": "familias",
    "residents": "residentes",
    "consumers": "consumidores",
    "workers": "trabajadores",
    "grants": "subvenciones",
    "service": "servicio",
    "enrollment": "inscripción",
    "operation": "operación",
    "benefit": "beneficio",
    "benefits": "beneficios",
    "revenue": "ingreso",
    "payroll": "nómina",
    "tax": "impuesto",
    "landlords": "arrendadores",
    "schools": "escuelas",
    # yardsticks
    "true event": "evento real",
    "known to child protection": "conocido por protección infantil",
    "adult recall (BRFSS, eight types)": "recuerdo de adultos (BRFSS, ocho tipos)",
    "simulated state": "estado simulado",
    "self-report scale (BRFSS)": "según encuesta (BRFSS)",
    "measured scale (NHANES)": "medida (NHANES)",
    "measured, CDC 2000 reference": "medida, referencia CDC 2000",
    # causes in the diary
    "no lawyer in court": "sin abogado en el tribunal",
    "a lawyer in court": "un abogado en el tribunal",
    "eviction": "desalojo",
    "no home they could afford": "ninguna vivienda a su alcance",
    "unstable work": "trabajo inestable",
    "treatment": "tratamiento",
    "a parent without work": "un padre o una madre sin empleo",
    "basic needs unmet": "necesidades básicas sin cubrir",
    "an open eviction case": "un caso de desalojo abierto",
    "a recent eviction": "un desalojo reciente",
    "food insecurity": "inseguridad alimentaria",
    "high stress": "mucho estrés",
    "a parent's depression": "depresión de un padre o una madre",
    "a parent's alcohol or drug use": "consumo de alcohol o drogas de un padre o una madre",
    "violence between the partners": "violencia en la pareja",
    "conflict over money": "conflicto por dinero",
    "gunfire in the neighborhood": "disparos en el vecindario",
    "little support": "poco apoyo",
    "shelter": "albergue",
    "doubled up": "viviendo con otra familia",
    "the parents' separation": "separación de los padres",
    "a family member in jail": "un familiar en la cárcel",
    "loss of the home": "pérdida de la vivienda",
    "low": "baja",
    "very low": "muy baja",
    "the baby": "el bebé",
    "the child": "el niño",
    "the younger child": "el niño menor",
    "the householder": "la persona a cargo del hogar",
    "the partner": "la pareja",
    "the parent of householder": "la abuela o el abuelo",
    "the other": "otro familiar",
}
_PATTERNS = (
    (r"^rent owed for ([\d.]+) months$", r"renta atrasada por \1 meses"),
    (r"^rent takes (\d+)% of income$", r"la renta se lleva el \1% del ingreso"),
    (r"^BMI of (\d+)$", r"IMC de \1"),
)


def term(words: str) -> str:
    """The Spanish of a name, or the name itself if none is known."""
    if words in TERMS:
        return TERMS[words]
    head, _, rest = words.partition(", ages 0 to 8")
    if rest == "" and head.lower() in ACES:
        spanish = ACES[head.lower()]
        return f"{spanish[0].upper()}{spanish[1:]}, de 0 a 8 años"
    for pattern, replacement in _PATTERNS:
        if re.match(pattern, words):
            return re.sub(pattern, replacement, words)
    return words


def sentence(words: str) -> str:
    """A diary sentence in Spanish throughout: names of adversities and persons in it are still English.

    >>> sentence("Camille's mother encontró empleo")
    'La mamá de Camille encontró empleo'
    """
    words = re.sub(r"^(\w+)'s mother", r"La mamá de \1", words)
    words = re.sub(r"(\w+)'s mother", r"la mamá de \1", words)
    for english in sorted(
        (
            *ACES,
            "the baby",
            "the child",
            "the younger child",
            "the householder",
            "the partner",
            "the parent of householder",
            "the other",
        ),
        key=len,
        reverse=True,
    ):
        spanish = TERMS[english]
        words = words.replace(english, spanish)
        # At the beginning of a sentence.
        words = words.replace(english[0].upper() + english[1:], spanish[0].upper() + spanish[1:])
    return words.replace("(low)", "(baja)").replace("(very low)", "(muy baja)")
