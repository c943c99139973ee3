"""Fixed sentences of the report: key to (English, Spanish)."""

from __future__ import annotations

from hecsim.report.words_closing import MORE

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    # page
    "page.simulated": ("Simulated, not a forecast", "Simulado, no es un pronóstico"),
    "page.contents": ("Contents", "Contenido"),
    "page.skip": ("Skip to the results", "Ir a los resultados"),
    "page.run": (
        "Run {id}, hecsim {version}; {community}; {futures} futures of {years} years from {start}; {arms} arms.",
        "Corrida {id}, hecsim {version}; {community}; {futures} futuros de {years} años desde {start}; {arms} escenarios.",
    ),
    "page.community": (
        "{name}: {persons} simulated residents in {households} households",
        "{name}: {persons} residentes simulados en {households} hogares",
    ),
    "page.failed": (
        "{n} of {of} futures failed and are left out of every comparison:",
        "{n} de {of} futuros fallaron y quedan fuera de toda comparación:",
    ),
    "page.failed_one": ("future {i}: {problem}", "futuro {i}: {problem}"),
    "page.other": ("Este informe en español: informe.html", "This report in English: report.html"),
    "page.table": ("The numbers of this picture", "Los números de esta figura"),
    "page.many": ("The numbers of these pictures", "Los números de estas figuras"),
    "page.law": ("current law", "ley actual"),
    "page.no_arms": (
        "This study has no arm beside current law.",
        "Este estudio no tiene otro escenario que la ley actual.",
    ),
    "page.made": (
        "Made by hecsim {version} from study {id}. Every number can be found in the folder tables/ beside this file.",
        "Hecho por hecsim {version} a partir del estudio {id}. Todos los números están en la carpeta "
        "tables/ junto a este archivo.",
    ),
    # titles
    "title.headline": ("What the mixes would do", "Qué harían las combinaciones"),
    "title.arms": ("What each mix consists of", "En qué consiste cada combinación"),
    "title.time": ("How outcomes move over the years", "Cómo cambian los resultados con los años"),
    "title.who": ("Who gains, and who does not", "Quién gana y quién no"),
    "title.places": ("Which neighborhoods change", "Qué vecindarios cambian"),
    "title.money": ("What it costs, who pays, and who saves", "Cuánto cuesta, quién paga y quién ahorra"),
    "title.family": ("The same family under each mix", "La misma familia con cada combinación"),
    "title.sure": ("How sure this is", "Qué tan seguro es"),
    "title.all": ("All results", "Todos los resultados"),
    # general
    "range": ("{a} to {b}", "{a} a {b}"),
    "and": ("{a} and {b}", "{a} y {b}"),
    "interval": ("95% interval {range}", "intervalo del 95%: {range}"),
    "unit.points": ("percentage points", "puntos porcentuales"),
    "one.future": ("too few futures: no range", "muy pocos futuros: sin rango"),
    "better_in": ("better in {share} of futures", "mejor en el {share} de los futuros"),
    "exploratory": ("exploratory", "exploratorio"),
    "declared": ("declared beforehand", "declarado de antemano"),
    "verdict.better": ("better", "mejor"),
    "verdict.worse": ("worse", "peor"),
    "verdict.changed": ("changed", "cambió"),
    "verdict.unclear": ("too small to tell from luck", "demasiado pequeño para distinguirlo del azar"),
    "verdict.same": ("the same in every future", "igual en todos los futuros"),
    "verdict.single": (
        "too few futures: nothing to compare luck with",
        "muy pocos futuros: no se puede separar del azar",
    ),
    "verdict.nodata": ("nothing measured", "sin medición"),
    "moved.lower": ("lower by {size} {unit}", "baja en {size} {unit}"),
    "moved.higher": ("higher by {size} {unit}", "sube en {size} {unit}"),
    "finding.moved": ("{arm}: {label}, {moved}", "{arm}: {label}, {moved}"),
    "finding.unclear": (
        "{arm}: {label}, {size} {unit} ({range}), too small to tell from luck",
        "{arm}: {label}, {size} {unit} ({range}), demasiado pequeño para distinguirlo del azar",
    ),
    "finding.same": (
        "{arm}: {label}, the same in every future",
        "{arm}: {label}, igual en todos los futuros",
    ),
    "finding.nodata": ("{arm}: {label}, nothing measured", "{arm}: {label}, sin medición"),
    "matters.small": (
        "Smaller than the {size} declared to matter.",
        "Menor que los {size} declarados como importantes.",
    ),
    "matters.large": (
        "Larger than the {size} declared to matter.",
        "Mayor que los {size} declarados como importantes.",
    ),
    "matters.open": (
        "Whether it reaches the {size} declared to matter is open.",
        "Queda abierto si alcanza los {size} declarados como importantes.",
    ),
    # headline
    "headline.gains": ("Most certain gains: {list}.", "Mejoras más seguras: {list}."),
    "headline.no_gain": (
        "No headline outcome is clearly better.",
        "Ningún resultado principal mejora con claridad.",
    ),
    "headline.worse": ("Clearly worse: {list}.", "Claramente peor: {list}."),
    "headline.no_worse": (
        "No headline outcome is clearly worse.",
        "Ningún resultado principal empeora con claridad.",
    ),
    "headline.all_luck": (
        "None is clearly worse either: every difference is too small to tell from luck.",
        "Tampoco empeora ninguno con claridad: toda diferencia es demasiado pequeña para distinguirla del azar.",
    ),
    "headline.by_luck": (
        "Of the {n} outcomes compared that nobody had declared beforehand (exploratory), about {luck} would look this clear "
        "by luck alone.",
        "De los {n} resultados comparados que nadie había declarado de antemano (exploratorios), solo por azar se vería "
        "así de claro cerca de {luck}.",
    ),
    "headline.single": (
        "Too few futures were run, so nothing here can be told from luck; run at least six.",
        "Se corrieron muy pocos futuros, así que nada aquí se distingue del azar; corra al menos seis.",
    ),
    "headline.in_one": ("In what was run: {list}.", "En lo que se corrió: {list}."),
    "cost.none": (
        "The study's ledger holds no spending for it.",
        "El registro del estudio no contiene gastos para ella.",
    ),
    "cost.net": (
        "It costs {spent} over {years} years, {net} after what others save in care and public services",
        "Cuesta {spent} en {years} años, {net} después de lo que otros ahorran en atención y servicios públicos",
    ),
    "cost.unclear": (
        "It costs {spent} over {years} years; after what others save or pay more, {net} (95% interval "
        "{range}), so whether it pays for "
        "itself is too small to tell from luck.",
        "Cuesta {spent} en {years} años; después de lo que otros ahorran o pagan de más, {net} "
        "(intervalo del 95%: {range}), así que si se "
        "paga sola es demasiado pequeño para distinguirlo del azar.",
    ),
    "cost.revenue": (
        "It brings in {spent} more than it costs over {years} years; net cost with what others save or pay more: {net}.",
        "Recauda {spent} más de lo que cuesta en {years} años; costo neto con lo que otros ahorran o pagan de más: {net}.",
    ),
    "cost.saves": (
        "It costs {spent} over {years} years; others save more than that, by {net}, in care and public services",
        "Cuesta {spent} en {years} años; otros ahorran más que eso, por {net}, en atención y servicios públicos",
    ),
    "headline.note": (
        "Each number is the mean difference from current law within the same futures: same people, "
        "same luck, another policy. "
        "The bar shows the 95% interval of that mean beside the line of no change. Comparisons that "
        "the study did not declare "
        "beforehand are marked exploratory.",
        "Cada número es la diferencia media con la ley actual dentro de los mismos futuros: las mismas "
        "personas, la misma suerte, otra "
        "política. La barra muestra el intervalo del 95% de esa media junto a la línea sin cambio. Las "
        "comparaciones que el estudio no "
        "declaró de antemano llevan la marca exploratorio.",
    ),
    "card.aces": ("Adverse experiences", "Experiencias adversas"),
    "card.weight": ("Obesity", "Obesidad"),
    "card.gap": ("Gaps", "Brechas"),
    "card.cost": ("Cost", "Costo"),
    "card.daily": ("Stress and food", "Estrés y comida"),
    "card.prevented": (
        "Prevented before the ninth birthday, {years} years",
        "Evitadas antes de los nueve años, en {years} años",
    ),
    "card.experiences": ("experiences, whole community", "experiencias, toda la comunidad"),
    "card.gap_row": (
        "Adverse experiences, 0 to 8: {group} against {against}",
        "Experiencias adversas, 0 a 8: {group} frente a {against}",
    ),
    "card.spending": ("Spending on the mix", "Gasto en la combinación"),
    "card.net": ("After savings of others", "Después de lo que otros ahorran"),
    "card.saves_in": ("saves money in {share} of futures", "ahorra dinero en el {share} de los futuros"),
    "card.over": ("over {years} years, discounted", "en {years} años, descontado"),
    "card.from": ("{before} to {after} {unit}", "{before} a {after} {unit}"),
    # arms
    "arms.intro": (
        "Every mix is added to current law. Reach is the share of those eligible who are served in the end, at full scale.",
        "Cada combinación se suma a la ley actual. El alcance es la parte de las personas elegibles "
        "atendidas al final, a plena escala.",
    ),
    "arms.law": ("Current law: nothing is added.", "Ley actual: no se agrega nada."),
    "arms.reach": ("reach {reach}", "alcance {reach}"),
    "arms.start": ("from {start}", "desde {start}"),
    "arms.end": ("until {end}", "hasta {end}"),
    "arms.no_end": ("no end", "sin fin"),
    "arms.paid": ("paid by {list}", "pagado por {list}"),
    "arms.grade": ("evidence {grade}", "evidencia {grade}"),
    "arms.set": ("set to: {list}", "ajustes: {list}"),
    "arms.grades": (
        "Evidence runs from A (strongest) to D (weakest).",
        "La evidencia va de A (la más fuerte) a D (la más débil).",
    ),
    "kind.system": ("Systems", "Sistemas"),
    "kind.policy": ("Policies", "Políticas"),
    "kind.program": ("Programs", "Programas"),
    "kind.norm": ("Norms", "Normas"),
    "kind.": ("Other", "Otros"),
    # time
    "time.intro": (
        "Bands hold the middle 90% of futures. Both lines live the same futures, so the difference "
        "between them is more certain than "
        "the bands suggest. Scales do not start at zero.",
        "Las bandas contienen el 90% central de los futuros. Ambas líneas viven los mismos futuros, "
        "así que la diferencia entre ellas es "
        "más segura de lo que sugieren las bandas. Las escalas no empiezan en cero.",
    ),
    "time.start": ("start", "inicio"),
    "time.title": ("{label}: {list}", "{label}: {list}"),
    "time.better": ("better under {arms}", "mejora con {arms}"),
    "time.worse": ("worse under {arms}", "empeora con {arms}"),
    "time.unclear": (
        "too small to tell from luck under {arms}",
        "demasiado pequeño para distinguirlo del azar con {arms}",
    ),
    "time.same": ("the same under {arms}", "igual con {arms}"),
    "time.single": ("too few futures under {arms}", "muy pocos futuros con {arms}"),
    "time.changed": ("changed under {arms}", "cambia con {arms}"),
    "time.nodata": ("nothing measured under {arms}", "sin medición con {arms}"),
    "time.describe": (
        "Line chart of {label} by year. Current law ends at {law}, {arm} at {mix}.",
        "Gráfico de líneas de {label} por año. La ley actual termina en {law}, {arm} en {mix}.",
    ),
    # who
    "who.intro": (
        "Groups are fixed when the run begins: race/ethnicity as recorded, and income against the "
        "poverty line at the start. "
        "A gap is the difference from the better-off group. Bold changes have an interval that leaves "
        "zero out.",
        "Los grupos se fijan al comienzo: raza o etnia según registro, e ingreso frente a la línea de "
        "pobreza al inicio. Una brecha es "
        "la diferencia con el grupo en mejor situación. En negrita, los cambios cuyo intervalo no "
        "incluye el cero.",
    ),
    "who.race_ethnicity": ("by race/ethnicity", "por raza o etnia"),
    "who.income": ("by income at the start", "por ingreso al inicio"),
    "who.loses": ("Clearly worse off under {arm}: {list}.", "Claramente peor con {arm}: {list}."),
    "who.more": ("{n} more in the tables", "{n} más en las tablas"),
    "who.chance": (
        "Of {n} such comparisons, about {luck} would look clearly worse by luck alone.",
        "De {n} comparaciones así, cerca de {luck} parecerían claramente peores solo por azar.",
    ),
    "who.one": ("{group} ({label}, {size} {unit}, {range})", "{group} ({label}, {size} {unit}, {range})"),
    "who.none": (
        "No group is clearly worse off under {arm} in these measures.",
        "Ningún grupo está claramente peor con {arm} en estas medidas.",
    ),
    "who.least": (
        "The group that gains least: {group} ({label}, {size} {unit}, {range}).",
        "El grupo que menos gana: {group} ({label}, {size} {unit}, {range}).",
    ),
    "who.down": (
        "Levelling down: the gap in {label} between {against} and {group} closes while {against} "
        "clearly gets worse ({size}, {range}).",
        "Igualar hacia abajo: la brecha en {label} entre {against} y {group} se cierra mientras "
        "{against} claramente empeora ({size}, {range}).",
    ),
    "who.gaps": ("Gaps, absolute and relative", "Brechas, absolutas y relativas"),
    "gap.closes": (
        "The gap closes by {size} {unit} ({range}), from {before} to {after}.",
        "La brecha se cierra en {size} {unit} ({range}), de {before} a {after}.",
    ),
    "gap.widens": (
        "The gap widens by {size} {unit} ({range}), from {before} to {after}.",
        "La brecha crece en {size} {unit} ({range}), de {before} a {after}.",
    ),
    "gap.unclear": (
        "The change of {size} ({range}) is too small to tell from luck.",
        "El cambio de {size} ({range}) es demasiado pequeño para distinguirlo del azar.",
    ),
    "gap.single": ("Too few futures: {size} {unit}, no range.", "Muy pocos futuros: {size} {unit}, sin rango."),
    "gap.same": ("The gap is the same in every future.", "La brecha es igual en todos los futuros."),
    "gap.nodata": ("One of the groups has nobody to measure.", "Uno de los grupos no tiene a quién medir."),
    # places
    "places.intro": (
        "Each tile is a neighborhood, put as near as possible to where it lies, all of one size. The "
        "number is the change from "
        "current law; blue is better, orange is worse. Bold numbers in outlined tiles have an interval "
        "that leaves zero out; with "
        "{n} tiles, about {luck} would do so by luck alone.",
        "Cada celda es un vecindario, tan cerca como se puede de donde está, todas del mismo tamaño. "
        "El número es el cambio frente a la "
        "ley actual; azul es mejor, naranja es peor. Los números en negrita en celdas con borde tienen "
        "un intervalo que no incluye el "
        "cero; con {n} celdas, cerca de {luck} lo harían solo por azar.",
    ),
    "places.describe": (
        "Tile map of {n} neighborhoods; the change in {label} under {arm} runs from {low} to {high}.",
        "Mapa de celdas de {n} vecindarios; el cambio en {label} con {arm} va de {low} a {high}.",
    ),
    "places.caption": (
        "{arm}: {better} of {n} neighborhoods clearly better, {worse} clearly worse",
        "{arm}: {better} de {n} vecindarios claramente mejor, {worse} claramente peor",
    ),
    **MORE,
}
