"""Spanish of the terms that `hecsim.planning` speaks: kinds of partner, work, forms, rules, stages, headings of money."""

from __future__ import annotations

__all__ = ["TERMS", "term"]

TERMS: dict[str, str] = {
    # kinds of partner
    "health department": "departamento de salud",
    "hospital": "hospital",
    "health center": "centro de salud",
    "school": "escuela",
    "congregation": "congregación",
    "housing agency": "agencia de vivienda",
    "food organization": "organización alimentaria",
    "YMCA": "YMCA",
    "police": "policía",
    "funder": "financiador",
    "health plan": "plan de salud",
    "resident group": "grupo de residentes",
    "social services": "servicios sociales",
    "employer association": "asociación de empleadores",
    "early childhood provider": "servicio de primera infancia",
    "community action agency": "agencia de acción comunitaria",
    "re-entry provider": "servicio de reinserción",
    "legal aid": "asistencia legal",
    "advocacy organization": "organización de incidencia",
    "violence prevention organization": "organización de prevención de la violencia",
    "United Way": "United Way",
    "community foundation": "fundación comunitaria",
    "workforce board": "junta de empleo",
    "town government": "gobierno municipal",
    "state agency": "agencia estatal",
    "transit agency": "agencia de transporte",
    "court": "tribunal",
    "fire department": "bomberos",
    "library": "biblioteca",
    "retailer": "comercio",
    # forms and rules
    "informal": "informal",
    "mou": "memorando de entendimiento",
    "hosted": "alojada en un patrocinador fiscal",
    "llc": "sociedad limitada",
    "nonprofit": "organización sin fines de lucro",
    "consensus": "consenso",
    "majority": "mayoría",
    "weighted": "votos ponderados",
    "resident veto": "veto de residentes",
    "no formal governance: agreement by custom": "sin gobierno formal: acuerdo por costumbre",
    "memorandum of understanding: roles and rules in writing, no body of its own":
        "memorando de entendimiento: papeles y reglas por escrito, sin cuerpo propio",
    "hosted: a fiscal sponsor holds money and staff under bylaws of the group":
        "alojada: un patrocinador fiscal tiene el dinero y el personal bajo los estatutos del grupo",
    "limited liability company owned by the partners": "sociedad de responsabilidad limitada de los socios",
    "independent 501(c)(3) with a board and bylaws": "501(c)(3) independiente con junta y estatutos",
    "everybody can live with it": "todos pueden vivir con ello",
    "one seat, one vote": "un puesto, un voto",
    "votes by what partners bring in": "votos según lo que aporta cada socio",
    "one seat, one vote, and residents may stop a decision": "un puesto, un voto, y los residentes pueden detener una decisión",
    # ways to engage residents
    "as it stands": "como está",
    "stipend of $75 a meeting": "pago de $75 por reunión",
    "child care": "cuidado infantil",
    "interpreters": "intérpretes",
    "mentor and training": "mentor y formación",
    "neutral facilitator": "facilitador neutral",
    "two more resident seats": "dos puestos más de residentes",
    "residents collaborate": "los residentes colaboran",
    "residents may veto": "los residentes pueden vetar",
    "all that is missing": "todo lo que falta",
    "without: stipend": "sin: pago",
    "without: child care": "sin: cuidado infantil",
    "without: interpreters": "sin: intérpretes",
    "without: mentor and training": "sin: mentor y formación",
    "without: neutral facilitator": "sin: facilitador neutral",
    "without: residents may veto": "sin: veto de residentes",
    "without: residents collaborate": "sin: colaboración de residentes",
    # stages and steps
    "forming": "formación",
    "planning": "planificación",
    "funding": "financiamiento",
    "establishing": "establecimiento",
    "implementing": "puesta en marcha",
    "agree on purpose, members and seats": "acordar propósito, miembros y puestos",
    "name a backbone and a neutral facilitator": "nombrar una organización de apoyo y un facilitador neutral",
    "choose the geography": "elegir la geografía",
    "assess needs and assets with residents": "evaluar necesidades y recursos con residentes",
    "choose interventions and write the plan": "elegir intervenciones y escribir el plan",
    "agree on a fiduciary agent": "acordar un agente fiduciario",
    "line up money by what each source may pay for": "ordenar el dinero según lo que cada fuente puede pagar",
    "sign the governance documents": "firmar los documentos de gobierno",
    "hire staff": "contratar personal",
    "agree on data sharing": "acordar cómo compartir datos",
    "set up accounts": "abrir cuentas",
    "open the hub and the first services": "abrir el centro y los primeros servicios",
    "report to each other and to residents every quarter": "rendir cuentas entre sí y a residentes cada trimestre",
    # headings of money
    "planning and legal setup": "planificación y constitución legal",
    "legal and fiduciary": "gastos legales y fiduciarios",
    "backbone staff and meetings": "personal de apoyo y reuniones",
    "residents: stipends, child care, interpreters": "residentes: pagos, cuidado infantil, intérpretes",
    "advocacy and employers": "incidencia y empleadores",
    "data and shared resources": "datos y recursos compartidos",
    "start-up and buildings": "arranque y edificios",
    "programs and reforms in operation": "programas y reformas en marcha",
    "evaluation": "evaluación",
    "reserve": "reserva",
    "laws and benefits, from public budgets": "leyes y beneficios, de presupuestos públicos",
    # when an instrument pays
    "in the first month of each grant year": "en el primer mes de cada año de la subvención",
    "each year, from every partner's own budget; blended: one pot after an agreement":
        "cada año, del presupuesto de cada socio; mezclado: un solo fondo tras un acuerdo",
    "an assessment on payers, each year that the law lasts": "una cuota a los pagadores, cada año que dure la ley",
    "the principal at once; repaid in equal parts with interest":
        "el capital de una vez; se devuelve en partes iguales con interés",
    "each year, as businesses give; the state forgoes a share as credit":
        "cada año, según donen las empresas; el estado renuncia a una parte como crédito",
    "after each measured year, when measured savings exceed the minimum":
        "tras cada año medido, cuando el ahorro medido supera el mínimo",
    "investors at once; the payer repays them once the outcome is measured":
        "inversionistas de una vez; el pagador les devuelve cuando se mide el resultado",
    "after each measured year, a price for each unit of outcome": "tras cada año medido, un precio por unidad de resultado",
    "each year, a share of it held back until outcomes are measured":
        "cada año, con una parte retenida hasta que se midan los resultados",
    # who bears the risk
    "the collaborative, when the grant ends": "la colaborativa, cuando acaba la subvención",
    "the partners, each for its own purpose": "los socios, cada uno para su propósito",
    "the collaborative, when the law lapses": "la colaborativa, cuando caduca la ley",
    "investors, for what the fund cannot repay": "inversionistas, por lo que el fondo no pueda devolver",
    "the state, whatever the outcome": "el estado, sea cual sea el resultado",
    "the collaborative, which spends before it is paid": "la colaborativa, que gasta antes de cobrar",
    "investors, for outcomes that fall short": "inversionistas, por resultados que no se alcancen",
    "payers for the fixed part, the collaborative for what is held back":
        "los pagadores por la parte fija, la colaborativa por lo retenido",
}  # fmt: skip


def term(words: str, language: str) -> str:
    """A term in a language; a number after a kind ("hospital 2") stays.

    >>> term("hospital 2", "es"), term("2 residents", "es"), term("court", "en")
    ('hospital 2', '2 residentes', 'court')
    """
    if language != "es":
        return words
    if words in TERMS:
        return TERMS[words]
    head, _, number = words.rpartition(" ")
    if number.isdigit() and head in TERMS:
        return f"{TERMS[head]} {number}"
    return words.replace("residents", "residentes")
