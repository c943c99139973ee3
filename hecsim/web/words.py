"""Texts of the app: key to (English, Spanish). What the report says already comes from the report's words."""

from __future__ import annotations

from hecsim.web.words_family import FAMILY
from hecsim.web.words_pages import PAGES
from hecsim.web.words_where import WHERE

__all__ = ["WORDS", "all_words", "say"]

WORDS: dict[str, tuple[str, str]] = {
    # frame
    "app": ("hecsim", "hecsim"),
    "skip": ("Skip to the content", "Ir al contenido"),
    "nav": ("Pages", "Páginas"),
    "start": ("Start", "Inicio"),
    "studio": ("Plan", "Planear"),
    "family": ("One family", "Una familia"),
    "about": ("About the model", "Sobre el modelo"),
    "language": ("Español", "English"),
    "simulated": ("Simulated, not a forecast", "Simulado, no es un pronóstico"),
    "footer": (
        "hecsim {version}. Everything runs on this machine; no page asks anything of another.",
        "hecsim {version}. Todo corre en esta máquina; ninguna página pide nada a otra.",
    ),
    "law": ("Current law", "Ley actual"),
    "month.of": ("{month} {year}", "{month} de {year}"),
    "months": (
        "January February March April May June July August September October November December",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    ),
    "your_mix": ("Your mix", "Su combinación"),
    "changed": ("{name}, changed", "{name}, con cambios"),
    # start
    "start.title": (
        "What would a mix of upstream interventions do for families here?",
        "¿Qué haría por las familias de aquí una combinación de intervenciones en las causas?",
    ),
    "start.lead": (
        "hecsim lets a simulated Connecticut community live through the coming years twice: under current"
        " law, and with the systems, policies, programs and norms that you choose. The same people, the "
        "same luck, another policy.",
        "hecsim hace vivir dos veces los próximos años a una comunidad simulada de Connecticut: con la "
        "ley actual, y con los sistemas, políticas, programas y normas que usted elija. Las mismas "
        "personas, la misma suerte, otra política.",
    ),
    "door.plan": ("Plan a mix", "Planear una combinación"),
    "door.plan_text": (
        "For planners. Choose towns and a mix, run it, and see who gains, who does not, what it costs and who pays.",
        "Para quienes planean. Elija municipios y una combinación, córrala y vea quién gana, quién no, "
        "cuánto cuesta y quién paga.",
    ),
    "door.family": ("Follow one family", "Seguir a una familia"),
    "door.family_text": (
        "For everyone. Joseph and Camille's family lives the same years twice, with the same luck. See "
        "what turns out otherwise, and why.",
        "Para todos. La familia de Joseph y Camille vive los mismos años dos veces, con la misma suerte. "
        "Vea qué resulta distinto y por qué.",
    ),
    "door.about": ("Check the model", "Revisar el modelo"),
    "door.about_text": (
        "For researchers and doubters. How a person is modeled, and each of {n} numbers with its source and grade.",
        "Para investigadores y escépticos. Cómo se modela a una persona, y cada uno de los {n} números "
        "con su fuente y su grado.",
    ),
    "start.is": ("What this is", "Qué es"),
    "start.not": ("What this is not", "Qué no es"),
    "is.1": (
        "A community of simulated people, drawn to match census tables of your towns: households, jobs, homes, stores, ties.",
        "Una comunidad de personas simuladas, que coincide con las tablas del censo de sus municipios: "
        "hogares, empleos, viviendas, tiendas, lazos.",
    ),
    "is.2": (
        "A way to compare mixes: every difference is taken between two lives of the same people with the same luck.",
        "Una manera de comparar combinaciones: cada diferencia se toma entre dos vidas de las mismas "
        "personas con la misma suerte.",
    ),
    "is.3": (
        "Open to the last number: each of them has a source, a range and a grade of evidence.",
        "Abierto hasta el último número: cada uno tiene fuente, rango y grado de evidencia.",
    ),
    "not.1": (
        "Not a forecast. It says what would differ, within a range, if what we believe about causes holds.",
        "No es un pronóstico. Dice qué cambiaría, dentro de un rango, si es cierto lo que creemos sobre las causas.",
    ),
    "not.2": (
        "Not about any real household. The family is illustrative, and nobody in the simulation exists.",
        "No trata de ningún hogar real. La familia es ilustrativa, y nadie en la simulación existe.",
    ),
    "not.3": (
        "Not a verdict. Where evidence is thin the ranges are wide, and groups that lose are named.",
        "No es un veredicto. Donde la evidencia es débil los rangos son amplios, y se nombran los grupos que pierden.",
    ),
    "start.count": (
        "In this version: {interventions} interventions, {mixes} ready-made mixes, {towns} towns, {n} numbers with sources.",
        "En esta versión: {interventions} intervenciones, {mixes} combinaciones hechas, {towns} "
        "municipios, {n} números con fuente.",
    ),
    # studio
    "studio.title": ("Plan a mix", "Planear una combinación"),
    "place": ("Community", "Comunidad"),
    "towns": ("Towns", "Municipios"),
    "town.one": ("Town", "Municipio"),
    "town.add": ("Add another town", "Agregar otro municipio"),
    "town.hint": ("Up to {n} towns, simulated together.", "Hasta {n} municipios, simulados juntos."),
    "town.remove": ("Remove {name}", "Quitar {name}"),
    "households": ("Simulated households", "Hogares simulados"),
    "households.hint": (
        "They stand for all households there. More take longer and give narrower ranges.",
        "Representan a todos los hogares de allí. Más hogares tardan más y dan rangos más estrechos.",
    ),
    "years": ("Years", "Años"),
    "futures": ("Futures", "Futuros"),
    "futures.hint": (
        "Each future draws other luck and other values of what we do not know.",
        "Cada futuro toma otra suerte y otros valores de lo que no sabemos.",
    ),
    "mix": ("Mix", "Combinación"),
    "mix.ready": ("Start from a ready-made mix", "Partir de una combinación hecha"),
    "mix.none": ("Nothing yet", "Nada todavía"),
    "chosen": ("Chosen: {n}", "Elegidas: {n}"),
    "chosen.none": (
        "Nothing is chosen yet. Take a ready-made mix, or open a kind below.",
        "Todavía no hay nada elegido. Tome una combinación hecha, o abra un tipo abajo.",
    ),
    "remove": ("Remove {name}", "Quitar {name}"),
    "kind.system": ("Systems", "Sistemas"),
    "kind.policy": ("Policies", "Políticas"),
    "kind.program": ("Programs", "Programas"),
    "kind.norm": ("Norms", "Normas"),
    "kind.count": ("{chosen} of {n}", "{chosen} de {n}"),
    "grade": ("evidence {grade}", "evidencia {grade}"),
    "grades": (
        "Evidence: A replicated experiments, B good studies, C weaker or indirect studies, D thin, or judgment.",
        "Evidencia: A experimentos repetidos, B buenos estudios, C estudios más débiles o indirectos, D escasa, o juicio.",
    ),
    "reach": ("Reach", "Alcance"),
    "reach.of": ("{n}% of those eligible", "{n}% de quienes pueden recibirla"),
    "begins": ("Starts in", "Empieza en"),
    "run": ("Run", "Correr"),
    "run.hint": (
        "{years} years, {futures} futures, both with and without the mix.",
        "{years} años, {futures} futuros, con y sin la combinación.",
    ),
    "run.done": ("Shown at the right, from this very run", "Se muestra al lado, de esta misma corrida"),
    "cancel": ("Cancel", "Cancelar"),
    "stage.waiting": ("Waiting for a free worker", "Esperando un proceso libre"),
    "stage.building": ("Building the community", "Construyendo la comunidad"),
    "stage.running": (
        "Living the years: {done} of {of} futures finished",
        "Viviendo los años: {done} de {of} futuros terminados",
    ),
    "ahead.busy": (
        "Meanwhile current law is lived here, so that a result comes sooner.",
        "Mientras tanto se vive aquí la ley actual, para que un resultado llegue antes.",
    ),
    "ahead.ready": (
        "Current law is ready here: only the mix remains to be lived.",
        "La ley actual está lista aquí: solo falta vivir la combinación.",
    ),
    "stage.draft": (
        "First a draft of a smaller town, then the town itself",
        "Primero un borrador de una ciudad más pequeña, luego la ciudad misma",
    ),
    "stage.canceled": (
        "Canceled. Finished futures are kept; running again goes on from there.",
        "Cancelado. Los futuros terminados se guardan; al correr de nuevo se sigue desde ahí.",
    ),
    "stage.failed": ("The run stopped: {problem}", "La corrida se detuvo: {problem}"),
    "stage.lost": (
        "{n} of {of} futures stopped with an error and are left out of every comparison: {problem}",
        "{n} de {of} futuros se detuvieron con un error y quedan fuera de toda comparación: {problem}",
    ),
    "draft": (
        "Draft from {done} of {of} futures; ranges will narrow.",
        "Borrador con {done} de {of} futuros; los rangos se estrecharán.",
    ),
    "draft.small": (
        "Draft: a smaller simulated town ({n} households, {done} futures) stands for the one you asked for ({households} "
        "households, {futures} futures). Ranges are wider, and numbers will move when the full result replaces it.",
        "Borrador: una ciudad simulada más pequeña ({n} hogares, {done} futuros) representa a la que usted pidió "
        "({households} hogares, {futures} futuros). Los rangos son más anchos, y los números cambiarán cuando llegue el "
        "resultado completo.",
    ),
    "veil": (
        "These results belong to the plan before your last change. Run to see the new one.",
        "Estos resultados son de la combinación antes de su último cambio. Corra para ver la nueva.",
    ),
    "empty.title": ("Your results will stand here", "Aquí estarán sus resultados"),
    "empty.1": ("Choose one or more towns.", "Elija uno o más municipios."),
    "empty.2": ("Take a ready-made mix, or build your own.", "Tome una combinación hecha, o arme la suya."),
    "empty.3": (
        "Run. For a large town a draft of a smaller one comes within seconds, then the town itself.",
        "Corra. Para una ciudad grande, en segundos llega un borrador de una más pequeña, y luego la ciudad misma.",
    ),
    "empty.4": (
        "Then: one plain sentence, the changes with their ranges, curves, who benefits, and who pays.",
        "Después: una frase sencilla, los cambios con sus rangos, curvas, quién gana y quién paga.",
    ),
    "results": ("{place}, {first} to {last}: {mix}", "{place}, {first} a {last}: {mix}"),
    "results.note": (
        "Each number is the mean difference from current law within the same futures: same people, same "
        "luck, another policy. The bar is the 95% interval of that mean beside the line of no change.",
        "Cada número es la diferencia media con la ley actual dentro de los mismos futuros: las mismas "
        "personas, la misma suerte, otra política. La barra es el intervalo del 95% de esa media junto a "
        "la línea sin cambio.",
    ),
    "mix.parts": ("What is in the mix, and what each part does", "Qué hay en la combinación, y qué hace cada parte"),
    "live.town": ("Your town, from the census tables", "Su municipio, según las tablas del censo"),
    "live.poor": (
        "In {town}, {all} of residents live below twice the poverty line, {kids} of the children; {n} of the other {of} "
        "towns have a larger share.",
        "En {town}, {all} de los residentes viven por debajo del doble de la línea de pobreza, {kids} de los niños; {n} de los "
        "otros {of} municipios tienen una parte mayor.",
    ),
    "live.rent": (
        "Of those who rent, {rent} pay 30% of their income or more for it.",
        "De quienes alquilan, {rent} pagan el 30% de sus ingresos o más por ello.",
    ),
    "live.data": ("American Community Survey, {data}.", "Encuesta sobre la Comunidad Estadounidense, {data}."),
    "plain.start": (
        "Over {years} years in {place}, {mix} clearly changes",
        "En {years} años en {place}, con {mix}",
    ),
    "plain.nothing": (
        "Over {years} years in {place}, {mix} clearly changes none of {n} headline outcomes: every difference is too small "
        "to tell from luck, or there is none.",
        "En {years} años en {place}, {mix} no cambia con claridad ninguno de {n} resultados principales: toda diferencia es "
        "demasiado pequeña para distinguirla del azar, o no la hay.",
    ),
    "place.and": ("{names} and {last}", "{names} y {last}"),
    "place.more": ("{names} and {n} more towns", "{names} y {n} municipios más"),
    "plain.gains": (" for the better: {list};", " mejoran con claridad: {list};"),
    "plain.no_gain": (" nothing for the better,", " nada mejora con claridad,"),
    "plain.worse": (" for the worse: {list}.", " empeoran con claridad: {list}."),
    "plain.no_worse": (" nothing for the worse.", " nada empeora con claridad."),
    "plain.rest": (
        " The other {rest} of {n} headline outcomes differ too little to tell from luck.",
        " Los otros {rest} de {n} resultados principales difieren demasiado poco para distinguirlos del azar.",
    ),
    "plain.cost": (" It costs {spent}.", " Cuesta {spent}."),
    "plain.one": (
        "So far only one future has been lived, so nothing can be told from luck.",
        "Hasta ahora se vivió un solo futuro, así que nada se distingue del azar.",
    ),
    "to_family": ("See one family in this run", "Ver una familia en esta corrida"),
    # family
    # about
    "about.title": ("How the model works, and how to check it", "Cómo funciona el modelo y cómo revisarlo"),
    "about.person": ("How a person is modeled", "Cómo se modela a una persona"),
    "person.1": (
        "Every simulated person has an age, a home, a family, a neighborhood and a past. Work, rent, "
        "food, health, stress and the adversities of childhood are states that change month by month.",
        "Cada persona simulada tiene edad, hogar, familia, vecindario y pasado. El trabajo, la renta, la "
        "comida, la salud, el estrés y las adversidades de la infancia son estados que cambian mes a mes.",
    ),
    "person.2": (
        "What happens in a month is a chance whose size depends on the person's state: rent owed raises "
        "the chance of a court filing, a filing raises the chance of a move, a move disturbs work and "
        "sleep. No outcome is written in; all of them follow from such steps.",
        "Lo que pasa en un mes es un azar cuyo tamaño depende del estado de la persona: la renta debida "
        "sube la probabilidad de una demanda, la demanda la de una mudanza, la mudanza altera el trabajo "
        "y el sueño. Ningún resultado está escrito; todos salen de esos pasos.",
    ),
    "person.3": (
        "An intervention enrolls people, spends money and moves the size of such chances, by as much as "
        "studies found and for whom they found it. It never sets an outcome.",
        "Una intervención inscribe personas, gasta dinero y mueve el tamaño de esas probabilidades, tanto"
        " como hallaron los estudios y para quienes lo hallaron. Nunca fija un resultado.",
    ),
    "person.4": (
        "Luck belongs to the person and the month. Both lives of a future get the same luck, so whatever "
        "differs between them has a cause.",
        "La suerte pertenece a la persona y al mes. Las dos vidas de un futuro reciben la misma suerte, "
        "así que lo que difiere tiene una causa.",
    ),
    "person.5": (
        "Race and ethnicity enter no equation of the body. Racism does its harm as different treatment in"
        " hiring, housing, policing and services.",
        "La raza y la etnicidad no entran en ninguna ecuación del cuerpo. El racismo daña como trato "
        "desigual en empleo, vivienda, policía y servicios.",
    ),
    "about.evidence": ("Every number and its source", "Cada número y su fuente"),
    "find": ("Search {n} numbers", "Buscar entre {n} números"),
    "find.hint": (
        "Words from a name, a source or a note, such as: eviction, stress, Heckman",
        "Palabras de un nombre, fuente o nota (en inglés), como: eviction, stress, Heckman",
    ),
    "find.room": ("Topic", "Tema"),
    "find.rooms": ("all topics", "todos los temas"),
    "find.count": ("{shown} of {n} found", "{shown} de {n} encontrados"),
    "find.none": ("Nothing found.", "No se encontró nada."),
    "find.value": ("value", "valor"),
    "find.range": ("range", "rango"),
    "find.grade": ("grade", "grado"),
    "find.source": ("source", "fuente"),
    "find.calibrated": ("may be moved by calibration", "la calibración puede moverlo"),
    "find.grades": (
        "Grades: A replicated experiments to D thin evidence or judgment; law means statute, data a tabulated statistic.",
        "Grados: de A (experimentos repetidos) a D (evidencia escasa o juicio); law es una norma legal, "
        "data una estadística publicada.",
    ),
    "about.limits": ("Limits", "Límites"),
    "about.cite": ("How to cite", "Cómo citar"),
    "cite": (
        "hecsim {version}: an agent-based simulator of community health for Connecticut. Give the "
        "version, the run id under the results, and the link of the page, which holds town, mix, years "
        "and futures; with them anybody gets the same numbers.",
        "hecsim {version}: simulador basado en agentes de la salud comunitaria en Connecticut. Indique la"
        " versión, el identificador de la corrida bajo los resultados y el enlace de la página, que "
        "contiene municipio, combinación, años y futuros; con ellos cualquiera obtiene los mismos "
        "números.",
    ),
    **FAMILY,
    **PAGES,
    **WHERE,
}


def say(key: str, language: str, **values: object) -> str:
    """One text in a language, its blanks filled."""
    words = WORDS[key][language == "es"]
    return words.format(**values) if values else words


def all_words(language: str, *prefixes: str) -> dict[str, str]:
    """Texts whose keys are or begin with one of the prefixes, for a page that fills blanks itself."""
    return {
        key: pair[language == "es"] for key, pair in WORDS.items() if any(key == p or key.startswith(f"{p}.") for p in prefixes)
    }
