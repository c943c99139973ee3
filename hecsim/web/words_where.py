"""Texts of `/plan` on where a collaborative works and what is needed there: key to (English, Spanish)."""

from __future__ import annotations

__all__ = ["WHERE"]

WHERE: dict[str, tuple[str, str]] = {
    "where.ask": ("Which towns together?", "¿Qué municipios juntos?"),
    "where.area": ("Area to be grouped", "Zona que se agrupa"),
    "where.here": ("the planning regions of your towns", "las regiones de sus municipios"),
    "where.state": ("the whole state", "todo el estado"),
    "where.touch": ("Must towns touch?", "¿Deben tocarse?"),
    "where.required": ("yes, in one piece", "sí, en una sola parte"),
    "where.preferred": ("better if they do", "mejor si se tocan"),
    "where.free": ("no", "no"),
    "where.count": ("How many collaboratives", "Cuántas colaborativas"),
    "where.several": ("try several numbers", "probar varios números"),
    "where.title": ("Which towns belong together?", "¿Qué municipios van juntos?"),
    "where.lead": (
        "{shown} ways to group {n} towns, of {kept} that no other beats in everything, out of {tried} tried. Each cell is a "
        "town near where it lies, all of one size; its number is its collaborative.",
        "{shown} maneras de agrupar {n} municipios, de {kept} que ninguna otra supera en todo, entre {tried} probadas. Cada "
        "casilla es un municipio cerca de su lugar, todas del mismo tamaño; su número es su colaborativa.",
    ),
    "where.option": ("{name}: {n} collaboratives", "{name}: {n} colaborativas"),
    "where.option_one": ("{name}: one collaborative", "{name}: una sola colaborativa"),
    "where.figures": (
        "{residents} residents, {share} below twice the poverty line",
        "{residents} residentes, {share} bajo el doble de la línea de pobreza",
    ),
    "where.savings": (
        "payers together might save {low} to {high} a year",
        "los pagadores juntos podrían ahorrar de {low} a {high} al año",
    ),
    "where.towns": ("Its towns", "Sus municipios"),
    "where.take": ("Work with these towns", "Trabajar con estos municipios"),
    "where.left": ("Left alone", "Quedan fuera"),
    "where.working": ("Grouping the towns …", "Agrupando los municipios …"),
    "where.long": ("The whole state takes about a quarter of a minute.", "Todo el estado tarda unos quince segundos."),
    "where.numbers": ("How each way scores", "Cómo puntúa cada manera"),
    "where.criterion": ("criterion", "criterio"),
    "crit.need": ("need that averages do not hide", "necesidad que el promedio no esconde"),
    "crit.similarity": ("likeness of the towns in a group", "parecido de los municipios de un grupo"),
    "crit.size": ("residents of the smallest group", "residentes del grupo más pequeño"),
    "crit.savings": ("yearly savings of the smallest pool", "ahorro anual del fondo más pequeño"),
    "crit.coverage": ("residents in a group", "residentes en algún grupo"),
    "crit.closeness": ("km between two residents (less is better)", "km entre dos residentes (menos es mejor)"),
    "crit.partners": ("two residents share a planning region", "dos residentes comparten región"),
    "crit.contiguity": ("residents whose town hangs together", "residentes cuyo municipio está unido"),
    # needs
    "need.title": ("What is needed, and what is strong", "Qué hace falta y qué es fuerte"),
    "need.working": ("Reading the tables of these towns …", "Leyendo las tablas de estos municipios …"),
    "need.lead": (
        "In {place}, {worse} of {n} figures are clearly worse than those they are compared with, {better} clearly better; the "
        "others do not differ beyond their error.",
        "En {place}, {worse} de {n} cifras son claramente peores que aquellas con que se comparan, {better} claramente "
        "mejores; las demás no difieren más allá de su error.",
    ),
    "need.strong": ("What protects here", "Qué protege aquí"),
    "need.strong_lead": (
        "What is there to build on. Clearly better than elsewhere: {list}.",
        "Sobre qué se puede construir. Claramente mejor que en otros lugares: {list}.",
    ),
    "need.strong_none": (
        "What is there to build on. None of the figures is clearly better than elsewhere.",
        "Sobre qué se puede construir. Ninguna cifra es claramente mejor que en otros lugares.",
    ),
    "need.assets": ("Assets in the tables, beside the state", "Recursos en las tablas, junto al estado"),
    "need.ties": ("Ties and places of a synthetic community", "Lazos y lugares de una comunidad sintética"),
    "need.ties_text": (
        "They follow from how the model fills these towns with people, and are no survey of them.",
        "Salen de cómo el modelo llena estos municipios de gente; no son una encuesta.",
    ),
    "need.expected": ("Organizations to be expected", "Organizaciones que se esperan"),
    "need.expected_text": (
        "How many a place of this size usually has, by judgment. Ask which are there.",
        "Cuántas suele tener un lugar de este tamaño, a juicio. Pregunte cuáles hay.",
    ),
    "need.asset": ("asset", "recurso"),
    "need.value": ("here", "aquí"),
    "need.state": ("the state", "el estado"),
    "need.less": ("less than", "menos que"),
    "need.more": ("more than", "más que"),
    "need.better": ("better than", "mejor que"),
    "need.worse": ("worse than", "peor que"),
    "need.beside": ("the state", "el estado"),
    "need.apart": ("{n} SD from the state's mean", "{n} DE de la media del estado"),
    "need.first": ("What comes first, by the declared rule", "Qué va primero, con la regla declarada"),
    "need.first_text": (
        "The dot is the rank by equal weights of gap, people concerned, differences among neighborhoods, what residents say "
        "and missing services (half a weight for evidence); the bar holds nine of ten ranks when weights and errors vary.",
        "El punto es el lugar con pesos iguales para la brecha, las personas, las diferencias entre vecindarios, lo que dicen "
        "los residentes y los servicios que faltan (medio peso a la evidencia); la barra cubre nueve de diez lugares cuando "
        "varían los pesos y los errores.",
    ),
    "need.top": ("in the first three: {share}", "entre los tres primeros: {share}"),
    "need.figures": ("Figures by need", "Cifras por necesidad"),
    "need.figures_text": (
        "Each figure beside the one it is compared with (in parentheses), its 95% interval as a bar; one end of the line is "
        "four times as good, the other four times as bad.",
        "Cada cifra junto a aquella con que se compara (entre paréntesis), con su intervalo del 95% como barra; un extremo de "
        "la línea es cuatro veces mejor, el otro cuatro veces peor.",
    ),
    "need.figure": ("figure", "cifra"),
    "need.interval": ("95% interval", "intervalo del 95%"),
    "need.source": ("source", "fuente"),
    "need.upstream": ("What may lie upstream (hypotheses)", "Qué puede haber detrás (hipótesis)"),
    "need.present": ("seen here", "se ve aquí"),
    "need.grade": ("evidence", "evidencia"),
    "need.who": ("what would move it", "qué lo movería"),
    "need.condition": ("condition", "condición"),
    "need.places": (
        "People below twice the poverty line, by neighborhood",
        "Personas bajo el doble de la línea de pobreza, por vecindario",
    ),
    "need.places_text": (
        "Percent of residents. Tracts of one neighborhood share a cell; darker is more.",
        "Porcentaje de residentes. Las zonas de un vecindario comparten casilla; más oscuro es más.",
    ),
    "need.neighborhood": ("neighborhood", "vecindario"),
    "need.groups": ("Who carries more of it", "Quién carga más"),
    "need.group": ("group", "grupo"),
    "need.voice": ("What residents say, beside the tables", "Lo que dicen los residentes, junto a las tablas"),
    "need.voice_cols": ("theme|said by|in the tables", "tema|dicho por|en las tablas"),
    "need.services": ("Services that there are", "Servicios que hay"),
    "need.services_cols": (
        "need|people concerned|places|without a place|towns without any",
        "necesidad|personas|lugares|sin lugar|municipios sin ninguno",
    ),
    "need.notes": ("What the tables cannot show", "Lo que las tablas no muestran"),
    "voice.title": ("Bring what residents say", "Traiga lo que dicen los residentes"),
    "voice.hint": (
        "A CSV file with the columns theme, count, priority, quote (only theme is needed). At most {kb} kB. It is read on this "
        "machine, counts in the ranking below, and is forgotten when you leave. Files with personal data are refused.",
        "Un archivo CSV con las columnas theme, count, priority, quote (solo theme es obligatoria). Hasta {kb} kB. Se lee en "
        "esta máquina, cuenta en el orden de abajo y se olvida cuando usted se va. Se rechazan archivos con datos personales.",
    ),
    "voice.file": ("Residents' voice (CSV)", "Voz de residentes (CSV)"),
    "voice.services": ("Inventory of services (CSV)", "Inventario de servicios (CSV)"),
    "voice.services_hint": (
        "Columns: name, kind, languages, capacity, towns.",
        "Columnas: name, kind, languages, capacity, towns.",
    ),
    "voice.taken": ("Read: {name}", "Leído: {name}"),
    "voice.forget": ("Forget it", "Olvidarlo"),
    "voice.large": ("This file is too large.", "Este archivo es demasiado grande."),
    "voice.problem": ("The file cannot be used: {problem}", "El archivo no se puede usar: {problem}"),
}
