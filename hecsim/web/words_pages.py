"""Texts of comparing, collaborating and the lab, of budgets and downloads: key to (English, Spanish)."""

from __future__ import annotations

__all__ = ["PAGES"]

PAGES: dict[str, tuple[str, str]] = {
    "compare": ("Compare", "Comparar"),
    "plan": ("Collaborate", "Colaborar"),
    "lab": ("Lab", "Laboratorio"),
    "forum": ("Forum", "Foro"),
    "print": ("Print this page", "Imprimir esta página"),
    "copy": ("Copy", "Copiar"),
    "copy.done": ("Copied", "Copiado"),
    "take.png": ("Picture (PNG)", "Imagen (PNG)"),
    "take.csv": ("Numbers (CSV)", "Números (CSV)"),
    "stamp": (
        "Run {run}. Simulated, not a forecast. Residents after census tables of {data}.",
        "Corrida {run}. Simulado, no es un pronóstico. Residentes según tablas del censo de {data}.",
    ),
    "take.all": ("All data of this run:", "Todos los datos de esta corrida:"),
    "broken": ("This page could not be drawn", "No se pudo mostrar esta página"),
    "broken.text": (
        "Something went wrong on this server, and its log says what. Your plan is safe in the address of this page: "
        "reload it, or go to another page.",
        "Algo salió mal en este servidor, y su registro dice qué. Su plan está a salvo en la dirección de esta página: "
        "vuelva a cargarla o vaya a otra página.",
    ),
    # doors
    "door.compare": ("Compare up to four mixes", "Comparar hasta cuatro combinaciones"),
    "door.together": ("Questions of a collaborative, and a draft plan", "Preguntas de una colaborativa y un plan borrador"),
    "door.forum": ("Run a forum in a room, without internet", "Hacer un foro en una sala, sin internet"),
    "door.lab": ("Design a study, take the data", "Diseñar un estudio, llevarse los datos"),
    # budget
    "budget": ("Budget a year, in dollars", "Presupuesto al año, en dólares"),
    "budget.hint": (
        "Empty for none. Spending beyond current law counts: estimated while you build a mix, with its range after a run.",
        "Vacío si no hay. Cuenta el gasto más allá de la ley actual: estimado al armar la combinación, con rango tras correr.",
    ),
    "budget.whose": ("Whose spending counts", "El gasto de quién cuenta"),
    "budget.all": ("all budgets but families' own", "todos los presupuestos salvo el de las familias"),
    "price": ("about {cost} a year", "unos {cost} al año"),
    "price.none": ("cost too small to show in a small town", "costo demasiado pequeño para verse en una ciudad pequeña"),
    "price.total": ("Your mix costs about {cost} a year.", "Su combinación cuesta unos {cost} al año."),
    "price.within": (
        "Your mix costs about {cost} of {budget} a year.",
        "Su combinación cuesta unos {cost} de {budget} al año.",
    ),
    "price.over": (
        "Your mix costs about {cost} a year, more than the budget of {budget}.",
        "Su combinación cuesta unos {cost} al año, más que el presupuesto de {budget}.",
    ),
    "price.note": (
        "Each price is an estimate before any run: the intervention alone, in one future of a small simulated town, averaged "
        "over the years of the plan. A run gives the mix's spending with its range.",
        "Cada precio es una estimación antes de correr: la intervención sola, en un futuro de una ciudad simulada pequeña, en "
        "promedio sobre los años del plan. La corrida da el gasto de la combinación con su rango.",
    ),
    "price.busy": (
        "Prices are being worked out for this place: {n} of {of}.",
        "Se calculan los precios para este lugar: {n} de {of}.",
    ),
    "budget.spends": ("Beyond current law, {who}: {mean} a year", "Más allá de la ley actual, {who}: {mean} al año"),
    "budget.span": ("95% interval {low} to {high}", "intervalo del 95%: {low} a {high}"),
    "budget.no_span": ("too few futures for a range", "muy pocos futuros para un rango"),
    "budget.peak": ("; most in {year}: {peak}.", "; lo más en {year}: {peak}."),
    "budget.limit": ("Budget: {budget} a year", "Presupuesto: {budget} al año"),
    "budget.within": ("Within budget, {by} a year to spare", "Dentro del presupuesto, sobran {by} al año"),
    "budget.maybe": ("May go over budget: the range crosses it", "Puede pasarse del presupuesto: el rango lo cruza"),
    "budget.over": ("Over budget by {by} a year", "Se pasa del presupuesto por {by} al año"),
    "budget.short.within": ("within budget", "dentro del presupuesto"),
    "budget.short.maybe": ("may go over budget", "puede pasarse"),
    "budget.short.over": ("over budget", "se pasa del presupuesto"),
    "even.year": (
        "Break-even: from {year} on, what all budgets together have saved covers what they have spent (mean of futures; so by "
        "the end of year {years} in {share} of futures).",
        "Punto de equilibrio: desde {year}, lo ahorrado por todos los presupuestos cubre lo gastado (media de los futuros; al "
        "final del año {years}, en {share} de los futuros).",
    ),
    "even.never": (
        "No break-even within {years} years: savings do not cover spending in the mean of futures (they do in {share}).",
        "Sin punto de equilibrio en {years} años: en la media de los futuros lo ahorrado no cubre lo gastado (sí en {share} de "
        "ellos).",
    ),
    "keep": ("Keep for comparison ({n} of {most} kept)", "Guardar para comparar ({n} de {most} guardadas)"),
    "kept": ("Kept for comparison", "Guardada para comparar"),
    "kept.full": ("Four mixes are kept; discard one to keep another.", "Hay cuatro guardadas; descarte una para guardar otra."),
    "to_compare": ("Compare the kept mixes", "Comparar las guardadas"),
    # pathways
    "paths.title": ("How it may work: the three clearest pathways", "Cómo podría actuar: los tres caminos más claros"),
    "paths.text": (
        "Each step is the mean difference from current law within the same futures, with its 95% interval. That one step leads "
        "to the next is a rule of the model, read from its own processes. How much of the end flows through the middle is not "
        "separated here; on the page Lab, the question which part of a mix does it is the one to ask.",
        "Cada paso es la diferencia media con la ley actual en los mismos futuros, con su intervalo del 95%. Que un paso lleve "
        "al siguiente es una regla del modelo, leída de sus propios procesos. Cuánto del final pasa por el medio no se separa "
        "aquí; en la página Laboratorio, la pregunta es qué parte de una combinación lo logra.",
    ),
    "paths.picked": (
        "They were picked as the clearest of {n}, so luck had a hand in the choice.",
        "Se escogieron por ser los más claros de {n}, así que el azar influyó en la elección.",
    ),
    "paths.unclear": (
        "None of them can be told from luck from its beginning to its end; these come nearest.",
        "Ninguno se distingue del azar de principio a fin; estos son los que más se acercan.",
    ),
    "paths.none": (
        "None can be shown: too few futures for a range, or nothing that lies between has moved.",
        "No se puede mostrar ninguno: muy pocos futuros para un rango, o nada de lo que está en medio se movió.",
    ),
    "paths.chosen": ("What was chosen", "Lo que se eligió"),
    "paths.between": ("What it moves", "Lo que mueve"),
    "paths.end": ("What comes of it", "Lo que resulta"),
    # compare
    "compare.title": ("Compare mixes", "Comparar combinaciones"),
    "compare.lead": (
        "Up to four mixes, each lived by the same people with the same luck. The address of this page keeps them: reload, "
        "print or send it.",
        "Hasta cuatro combinaciones, cada una vivida por las mismas personas con la misma suerte. La dirección de esta página "
        "las guarda: puede recargarla, imprimirla o enviarla.",
    ),
    "compare.where": (
        "{towns}; {households} simulated households, {years} years, {futures} futures.",
        "{towns}; {households} hogares simulados, {years} años, {futures} futuros.",
    ),
    "compare.empty": (
        "Nothing is kept yet. Add ready-made mixes here, or keep one that you built on the page Plan.",
        "Todavía no hay nada guardado. Agregue aquí combinaciones hechas, o guarde una que armó en la página Planear.",
    ),
    "compare.add": ("Add a ready-made mix", "Agregar una combinación hecha"),
    "compare.keep": ("Keep", "Guardar"),
    "compare.full": ("Four are kept, which is as many as can be read.", "Hay cuatro, que es lo que se puede leer."),
    "compare.mix": ("Mix {letter}", "Combinación {letter}"),
    "compare.go": ("Run what is missing", "Correr lo que falta"),
    "compare.open": ("Work on it", "Trabajar en ella"),
    "compare.discard": ("Discard", "Descartar"),
    "compare.done": ("Finished", "Terminada"),
    "compare.waiting": ("Not run yet", "Aún sin correr"),
    "compare.missing": ("Not run yet, so not shown below: {list}.", "Aún sin correr, por eso no aparecen abajo: {list}."),
    "compare.table": ("Which mix does nothing else beat?", "¿Qué combinación no es superada por otra?"),
    "compare.table_text": (
        "Changes from current law with their 95% intervals. A mix is beaten when another is at least as good in all four "
        "columns and better in one; a cheaper mix that does less is not beaten.",
        "Cambios frente a la ley actual con su intervalo del 95%. Una combinación es superada cuando otra es al menos igual en "
        "las cuatro columnas y mejor en una; una más barata que hace menos no es superada.",
    ),
    "compare.base": ("the base", "la base"),
    "compare.spending": ("Spending a year, budgets and families", "Gasto al año, presupuestos y familias"),
    "compare.lose": ("Who loses, or gains least", "Quién pierde, o gana menos"),
    "compare.run": (
        "Runs {ids}, hecsim {version}: {n} futures that all of them share, {years} years.",
        "Corridas {ids}, hecsim {version}: {n} futuros que todas comparten, {years} años.",
    ),
    "front.head": ("Beaten?", "¿Superada?"),
    "front.yes": ("Not beaten", "No superada"),
    "front.no": ("Beaten", "Superada"),
    "front.sure": (
        "(not beaten with probability {sure}; in {share} of futures)",
        "(no superada con probabilidad {sure}; en {share} de los futuros)",
    ),
    "step.title": ("What changed from one to the next", "Qué cambió de una a otra"),
    "step.adds": ("It adds {list}", "Agrega {list}"),
    "step.drops": ("leaves out {list}", "quita {list}"),
    "step.reach": ("changes the reach of {name} from {a}% to {b}%", "cambia el alcance de {name} de {a}% a {b}%"),
    "step.start": ("starts {name} in {b} instead of {a}", "empieza {name} en {b} en vez de {a}"),
    "step.same": ("The parts are the same; other settings differ.", "Las partes son las mismas; difieren otros ajustes."),
    "step.better": ("Clearly better: {list}.", "Claramente mejor: {list}."),
    "step.worse": ("Clearly worse: {list}.", "Claramente peor: {list}."),
    "step.rest": (
        "The other {n} of {of} headline outcomes differ too little to tell from luck.",
        "Los otros {n} de {of} resultados principales difieren demasiado poco para distinguirlos del azar.",
    ),
    "step.nothing": (
        "None of {of} headline outcomes clearly differs: every difference is too small to tell from luck.",
        "Ninguno de {of} resultados principales difiere con claridad: toda diferencia es demasiado pequeña.",
    ),
    # plan
    "plan.title": ("A draft plan for a collaborative", "Un plan borrador para una colaborativa"),
    "plan.draft": ("A draft to be argued over", "Un borrador para discutir"),
    "plan.lead": (
        "Where, what is needed, with whom, how to decide, with what money. Answer below; what follows is worked out anew. "
        "Print it and take it "
        "to the table.",
        "Dónde, qué hace falta, con quién, cómo decidir, con qué dinero. Responda abajo; lo que sigue se calcula de nuevo. "
        "Imprímalo y llévelo a la "
        "mesa.",
    ),
    "plan.place": ("{towns}, {years} years. Mix: {mix}.", "{towns}, {years} años. Combinación: {mix}."),
    "plan.change": ("Change place or mix", "Cambiar lugar o combinación"),
    "plan.who": ("Who is at the table?", "¿Quién está en la mesa?"),
    "plan.leave": ("Take from the table:", "Quitar de la mesa:"),
    "plan.invite_one": ("Add an organization", "Agregar una organización"),
    "plan.how": ("How do you decide?", "¿Cómo deciden?"),
    "plan.form": ("Legal form", "Forma legal"),
    "plan.rule": ("Decision rule", "Regla de decisión"),
    "plan.residents": ("How do residents take part?", "¿Cómo participan los residentes?"),
    "plan.seats": ("Seats held by residents", "Puestos de residentes"),
    "plan.stipend": ("Dollars a meeting for each of them", "Dólares por reunión para cada uno"),
    "aid.child_care": ("child care at meetings", "cuidado infantil en las reuniones"),
    "aid.interpreters": ("interpreters", "intérpretes"),
    "aid.mentor": ("a mentor and training", "un mentor y formación"),
    "aid.facilitator": ("a neutral facilitator", "un facilitador neutral"),
    "plan.partners": ("Partners and roles", "Socios y papeles"),
    "plan.missing": (
        "For {n} pieces of work nobody at the table usually takes the lead.",
        "Para {n} tareas, nadie en la mesa suele tomar la dirección.",
    ),
    "plan.complete": ("Every piece of work has somebody who usually leads it.", "Cada tarea tiene quien suele dirigirla."),
    "plan.nomix": (
        "No mix is chosen, so only the work that every collaborative has is listed.",
        "No hay combinación elegida; solo se listan las tareas de toda colaborativa.",
    ),
    "plan.nobody": ("▲ nobody yet", "▲ nadie todavía"),
    "plan.roles": ("Who does what", "Quién hace qué"),
    "plan.load": ("Who carries how much", "Quién carga cuánto"),
    "plan.much": ("too much", "demasiado"),
    "plan.invite": ("Whom to invite, most needed first", "A quién invitar, primero lo más necesario"),
    "plan.judgment": (
        "Hours and expected numbers are judgment; they are listed on the page About the model, topic collaborative.",
        "Las horas y cantidades esperadas son juicio; están en la página Sobre el modelo, tema collaborative.",
    ),
    "plan.governance": ("Governance", "Gobierno"),
    "plan.governed": (
        "As set now: {form}; {rule}. {seats} seats, {residents} of them held by residents.",
        "Como está ahora: {form}; {rule}. {seats} puestos, {residents} de ellos de residentes.",
    ),
    "plan.forms": ("Forms and rules that nothing beats, and yours", "Formas y reglas que nada supera, y la suya"),
    "plan.now": ("now", "ahora"),
    "plan.hidden": (
        "{n} other pairs are slower, dearer and give residents no more say than one of these.",
        "Otros {n} pares son más lentos, más caros y no dan más voz a residentes que alguno de estos.",
    ),
    "plan.ways": ("Ways to engage residents, one at a time", "Maneras de incluir a residentes, una a la vez"),
    "plan.steps": ("From here to the first services", "De aquí a los primeros servicios"),
    "plan.funds": ("Money", "Dinero"),
    "plan.funds_text": (
        "Fixed money carries the first years; money by outcome comes late, when a payer has measured something.",
        "El dinero fijo sostiene los primeros años; el dinero por resultados llega tarde, cuando un pagador ha medido algo.",
    ),
    "plan.pays": ("Which instrument pays when, and who bears the risk", "Qué instrumento paga cuándo, y quién asume el riesgo"),
    "cols.roles": (
        "work|who does it|who answers for it|who is asked",
        "tarea|quién la hace|quién responde por ella|a quién se consulta",
    ),
    "cols.load": ("partner|hours a week|it has|note", "socio|horas por semana|tiene|nota"),
    "cols.invite": (
        "kind|would lead|other reasons|expected in this place",
        "tipo|dirigiría|otras razones|se esperan en este lugar",
    ),
    "cols.governance": (
        "form and rule|months a decision|carried out|months to services|residents decide|dollars a year",
        "forma y regla|meses por decisión|se cumple|meses hasta los servicios|deciden residentes|dólares al año",
    ),
    "cols.ways": ("way|they come|they decide|dollars a year more", "manera|asisten|deciden|dólares más al año"),
    "cols.steps": ("begins|stage|months|what is done", "empieza|etapa|meses|qué se hace"),
    "cols.pays": (
        "instrument|years|when it pays|who bears the risk|reporting a year|off the top",
        "instrumento|años|cuándo paga|quién asume el riesgo|informes al año|se descuenta",
    ),
    "needs.title": ("What money is needed for, year by year", "Para qué se necesita dinero, año por año"),
    "needs.text": (
        "Worked out from one simulated future at central values, as if money were no limit. It takes up to a minute.",
        "Se calcula con un futuro simulado y valores centrales, como si el dinero no fuera límite. Tarda hasta un minuto.",
    ),
    "needs.go": ("Work it out", "Calcular"),
    "needs.working": ("Living the years …", "Viviendo los años …"),
    "needs.done": (
        "One simulated future at central values, as if money were no limit; without a range, so a first look and no promise.",
        "Un futuro simulado con valores centrales, como si el dinero no fuera límite; sin rango, una primera mirada y no una "
        "promesa.",
    ),
    "needs.unit": ("Thousands of dollars of 2025", "Miles de dólares de 2025"),
    "needs.what": ("what for", "para qué"),
    "needs.fund": ("a fund has to carry", "un fondo debe cubrir"),
    # lab
    "lab.title": ("Design a study", "Diseñar un estudio"),
    "lab.lead": (
        "The page's plan as a file that anybody can run again, the questions that can be asked of it, and the data.",
        "El plan de la página como archivo que cualquiera puede correr, las preguntas que se le pueden hacer, y los datos.",
    ),
    "lab.file": ("The study file", "El archivo del estudio"),
    "lab.file_text": (
        "Current law, your mix and the kept ones as arms. Save it as study.toml; declare what would matter before you run it.",
        "La ley actual, su combinación y las guardadas como brazos. Guárdelo como study.toml; declare lo que importaría antes "
        "de correrlo.",
    ),
    "lab.empty": (
        "No mix is chosen or kept yet; choose one on the page Plan.",
        "Todavía no hay combinación elegida ni guardada; elija una en la página Planear.",
    ),
    "lab.download": ("Download study.toml", "Descargar study.toml"),
    "lab.ask": ("Questions and commands", "Preguntas y comandos"),
    "lab.ask_text": (
        "Run them where hecsim is installed; results/study is the folder that the first command writes.",
        "Córralos donde hecsim esté instalado; results/study es la carpeta que escribe el primer comando.",
    ),
    "ask.compare": ("What would they do, for whom?", "¿Qué harían, y para quién?"),
    "ask.precision": ("Run until it is known well enough", "Correr hasta saberlo lo bastante bien"),
    "ask.pawn": ("Which parameters drive the difference? (no new runs)", "¿Qué parámetros la causan? (sin corridas nuevas)"),
    "ask.morris": ("Screen whole topics of parameters (Morris)", "Explorar temas enteros de parámetros (Morris)"),
    "ask.sobol": ("Shares of variance of a few (Sobol)", "Partes de la varianza de unos pocos (Sobol)"),
    "ask.attribute": ("Which part of a mix does it?", "¿Qué parte de una combinación lo logra?"),
    "ask.robust": ("What could we regret, and when does it fail?", "¿De qué nos arrepentiríamos, y cuándo falla?"),
    "ask.voi": ("What should be measured next?", "¿Qué convendría medir después?"),
    "ask.pareto": ("Which mixes does nothing else beat?", "¿Qué combinaciones no son superadas?"),
    "ask.export": ("Everything for a reader: tables, figures, reports", "Todo para un lector: tablas, figuras, informes"),
    "lab.queue": ("Runs of this server", "Corridas de este servidor"),
    "lab.queue_none": (
        "Nothing has been run since the server started.",
        "No se ha corrido nada desde que arrancó el servidor.",
    ),
    "lab.run": ("run", "corrida"),
    "lab.place": ("place", "lugar"),
    "lab.futures": ("futures", "futuros"),
    "lab.stands": ("how it stands", "cómo va"),
    "lab.stage.waiting": ("waiting", "esperando"),
    "lab.stage.building": ("building the community", "construyendo la comunidad"),
    "lab.stage.running": ("running", "corriendo"),
    "lab.stage.done": ("finished", "terminada"),
    "lab.stage.failed": ("stopped with an error", "se detuvo con un error"),
    "lab.stage.canceled": ("canceled", "cancelada"),
    "lab.data": ("Data of finished runs", "Datos de corridas terminadas"),
    "lab.data_text": (
        "Outcomes by year, differences by group, every dollar, and the followed family, of your mix and the kept ones.",
        "Resultados por año, diferencias por grupo, cada dólar y la familia seguida, de su combinación y de las guardadas.",
    ),
    "lab.data_none": ("None of them has been run yet.", "Aún no se ha corrido ninguna."),
    "lab.kept_row": ("{n} futures, run {id}", "{n} futuros, corrida {id}"),
}
