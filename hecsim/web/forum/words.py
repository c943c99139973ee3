"""Texts of the forum: key to (English, Spanish)."""

from __future__ import annotations

__all__ = ["texts", "told"]

WORDS: dict[str, tuple[str, str]] = {
    "title": ("A forum on health upstream", "Un foro sobre las causas de la salud"),
    "the_mix": ("What this room chose", "Lo que eligió esta sala"),
    "law": ("Current law", "Ley actual"),
    "simulated": (
        "Simulated, not a forecast. The family is illustrative.",
        "Simulado, no es un pronóstico. La familia es ilustrativa.",
    ),
    # phases, as headings of the public screen
    "phase.welcome": ("Welcome", "Bienvenidos"),
    "phase.meet": ("Meet a family", "Conozca a una familia"),
    "phase.predict": ("What do you expect?", "¿Qué espera usted?"),
    "phase.vote": ("Your three choices", "Sus tres opciones"),
    "phase.reveal": ("What the room chose", "Lo que eligió la sala"),
    "phase.run": ("The same family, the same luck, another policy", "La misma familia, la misma suerte, otra política"),
    "phase.town": ("The whole town, in every future", "Toda la ciudad, en cada futuro"),
    "phase.missing": ("What got no votes?", "¿Qué no recibió votos?"),
    "phase.vote2": ("Vote again: at least one system or norm?", "Vote otra vez: ¿al menos un sistema o una norma?"),
    "phase.reveal2": ("The second choice", "La segunda elección"),
    "phase.run2": ("The family once more", "La familia, una vez más"),
    "phase.town2": ("The town once more", "La ciudad, una vez más"),
    "phase.home": ("To take home", "Para llevar a casa"),
    # public screen
    "join": (
        "Open this address on your phone, then type the letters",
        "Abra esta dirección en su teléfono y escriba las letras",
    ),
    "welcome": (
        "In the next minutes this room decides what a community does for its families, and sees what might come of it.",
        "En los próximos minutos, esta sala decide qué hace una comunidad por sus familias, y ve qué podría resultar.",
    ),
    "ask": ("What would have helped?", "¿Qué habría ayudado?"),
    "meet.wait": ("The family's years are being worked out …", "Se calculan los años de la familia …"),
    "predict": (
        "If this community does three good things, how will it be for its children in ten years?",
        "Si esta comunidad hace tres cosas buenas, ¿cómo les irá a sus niños en diez años?",
    ),
    "better": ("Clearly better", "Claramente mejor"),
    "same": ("About the same", "Más o menos igual"),
    "worse": ("Worse", "Peor"),
    "expected": (
        "Before the vote this room expected: clearly better {better}, about the same {same}, worse {worse}.",
        "Antes de votar, esta sala esperaba: claramente mejor {better}, más o menos igual {same}, peor {worse}.",
    ),
    "rule": (
        "The rule: most votes first, until the budget of {budget} a year is used. What no longer fits is passed over.",
        "La regla: primero lo más votado, hasta usar el presupuesto de {budget} al año. Lo que ya no cabe se salta.",
    ),
    "voted": ("{n} have voted", "{n} han votado"),
    "hidden": ("The count stays hidden until the vote is closed.", "El conteo queda oculto hasta cerrar la votación."),
    "votes": ("Votes", "Votos"),
    "price": ("Cost a year", "Costo al año"),
    "fits": ("Chosen", "Elegido"),
    "passed": ("Does not fit", "No cabe"),
    "unpriced": ("Not yet worked out", "Aún sin calcular"),
    "undecided": ("Not decided yet", "Aún sin decidir"),
    "running": ("Working out {done} of {of} futures …", "Se calculan {done} de {of} futuros …"),
    "pricing": ("Choices whose cost is still being worked out: {n} …", "Opciones cuyo costo aún se calcula: {n} …"),
    "failed": ("The run stopped: {problem}", "El cálculo se detuvo: {problem}"),
    "nothing": ("Nothing was chosen that fits under the budget.", "No se eligió nada que quepa en el presupuesto."),
    "better_in": ("Better than current law in {n} of {of} futures.", "Mejor que la ley actual en {n} de {of} futuros."),
    "no_votes": ("Nobody chose", "Nadie eligió"),
    "no_votes_text": (
        "Votes go to what is seen. Systems and norms are slower and seen less. Is one missing from the list?",
        "Los votos van a lo que se ve. Los sistemas y las normas son más lentos y se ven menos. ¿Falta alguno en la lista?",
    ),
    "run": (
        "Run {id}, hecsim {version}; {place}: {households} simulated households, {futures} futures, {first} to {last}.",
        "Corrida {id}, hecsim {version}; {place}: {households} hogares simulados, {futures} futuros, de {first} a {last}.",
    ),
    "meter.stress": ("stress", "estrés"),
    "meter.hardship": ("basic needs unmet", "necesidades sin cubrir"),
    "meter.safety": ("safety outside", "seguridad en la calle"),
    "stress.less": ("below average", "menor que el promedio"),
    "stress.like": ("average", "como el promedio"),
    "stress.more": ("above average", "mayor que el promedio"),
    "of_100": ("{n} of 100", "{n} de 100"),
    "unit.aces_0_8": ("events per 100 children a year", "eventos por cada 100 niños al año"),
    "verdict.better": ("Clearly better.", "Claramente mejor."),
    "verdict.worse": ("Clearly worse.", "Claramente peor."),
    "verdict.unclear": (
        "On average, the difference is too uncertain to tell from luck.",
        "En promedio, la diferencia es demasiado incierta para distinguirla del azar.",
    ),
    "verdict.same": ("No difference.", "Sin diferencia."),
    "verdict.single": ("Too few futures to say.", "Muy pocos futuros para decirlo."),
    "verdict.changed": ("Changed.", "Cambió."),
    "verdict.nodata": ("Nothing to count.", "Nada que contar."),
    "home": (
        "Three things to remember: causes come long before illness; a difference counts when it is larger than luck; and "
        "the same policy reaches one family and misses another. Ask who decides, who pays, and who is missing from the table.",
        "Tres cosas para recordar: las causas llegan mucho antes que la enfermedad; una diferencia cuenta cuando es mayor que "
        "la suerte; y la misma política llega a una familia y a otra no. Pregunte quién decide, quién paga y quién falta en la "
        "mesa.",
    ),
    "cannot": (
        "What this cannot tell: what will happen to any real family, or in any real year.",
        "Lo que esto no puede decir: qué le pasará a una familia real, ni en un año real.",
    ),
    # ballot
    "ballot.code": ("Letters on the screen", "Letras en la pantalla"),
    "ballot.send": ("Send my vote", "Enviar mi voto"),
    "ballot.change": ("Change my vote", "Cambiar mi voto"),
    "ballot.kept": (
        "Your vote is counted. You may change it until the vote is closed.",
        "Su voto cuenta. Puede cambiarlo hasta que se cierre.",
    ),
    "ballot.wait": ("Nothing to vote on right now. Watch the screen.", "Ahora no hay nada que votar. Mire la pantalla."),
    "ballot.choose": ("Choose up to three", "Elija hasta tres"),
    "ballot.private": (
        "No name, no address, nothing about you is kept.",
        "No se guarda ni nombre ni dirección ni nada sobre usted.",
    ),
    "ballot.thanks": ("Thank you. Your guess is counted.", "Gracias. Su respuesta cuenta."),
    "ballot.print": ("Print this page", "Imprimir esta página"),
    "language": ("Español", "English"),
    # what may go wrong, as a phone sees it
    "error.code": ("These letters are not the ones on the screen.", "Esas letras no son las de la pantalla."),
    "error.closed": ("The vote is closed.", "La votación está cerrada."),
    "error.unknown": ("That is not on the ballot.", "Eso no está en la boleta."),
    "error.three": ("Choose one, two or three.", "Elija una, dos o tres."),
    "error.full": ("This room is full.", "Esta sala está llena."),
    "error.pin": ("That is not the PIN.", "Ese no es el PIN."),
    "error.locked": (
        "Too many wrong PINs. The control is locked for five minutes.",
        "Demasiados PIN incorrectos. El control queda bloqueado cinco minutos.",
    ),
    "error.large": ("That was too much to read.", "Eso fue demasiado largo."),
    # control
    "control": ("Control", "Control"),
    "control.pin": ("PIN", "PIN"),
    "control.enter": ("Enter", "Entrar"),
    "control.next": ("Next: {phase}", "Siguiente: {phase}"),
    "control.end": ("The end", "Fin"),
    "control.undo": ("Undo", "Deshacer"),
    "control.step": ("One year on (space)", "Un año más (espacio)"),
    "control.back": ("One year back", "Un año atrás"),
    "control.blank": ("Blank the screen (B)", "Apagar la pantalla (B)"),
    "control.large": ("Larger type", "Letra más grande"),
    "control.language": ("Screen in Spanish", "Pantalla en inglés"),
    "control.paper": ("Paper ballots", "Boletas de papel"),
    "control.set": ("Set", "Anotar"),
    "control.delete": ("Delete the votes of this round", "Borrar los votos de esta ronda"),
    "control.now": ("Now on the screen", "Ahora en la pantalla"),
    "off": (
        "No forum is open on this machine. Start one with: hecsim app --forum",
        "No hay un foro abierto en esta máquina. Inicie uno con: hecsim app --forum",
    ),
}


def told(key: str, language: str, **values: object) -> str:
    """A text in a language, with its values."""
    text = WORDS[key][1 if language == "es" else 0]
    return text.format(**values) if values else text


def texts(language: str) -> dict[str, str]:
    """All texts in a language, for templates."""
    return {key: pair[1 if language == "es" else 0] for key, pair in WORDS.items()}
