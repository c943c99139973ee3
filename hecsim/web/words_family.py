"""Texts of `/family`: key to (English, Spanish)."""

from __future__ import annotations

__all__ = ["FAMILY"]

FAMILY: dict[str, tuple[str, str]] = {
    "family.title": ("One family, the same luck twice", "Una familia, la misma suerte dos veces"),
    "family.who": (
        "Camille, {camille}, works hours that change from week to week for the minimum wage at a fast-"
        "food restaurant, and is expecting. Joseph, {joseph}, finds day work; an old conviction closes "
        "most doors. Michael is {michael}. Camille's mother, {mother}, helps with the child. They rent, "
        "have no car, owe rent, and have been evicted once.",
        "Camille, de {camille} años, trabaja por el salario mínimo en un restaurante de comida rápida, "
        "con horas que cambian cada semana, y está embarazada. Joseph, de {joseph}, encuentra trabajo por"
        " día; una condena antigua le cierra casi todas las puertas. Michael tiene {michael}. La madre de"
        " Camille, de {mother}, ayuda con el niño. Alquilan, no tienen auto, deben renta y ya fueron "
        "desalojados una vez.",
    ),
    "family.strengths": (
        "They also have each other, a grandmother at home and a church that knows them.",
        "También se tienen unos a otros, una abuela en casa y una iglesia que los conoce.",
    ),
    "family.illustrative": (
        "The family is illustrative. It lives inside the same run as {town}'s simulated residents, in one of the futures.",
        "La familia es ilustrativa. Vive dentro de la misma corrida que los residentes simulados de "
        "{town}, en uno de los futuros.",
    ),
    "family.run": ("Let them live these years", "Que vivan estos años"),
    "family.mix": ("With which mix?", "¿Con qué combinación?"),
    "family.everyone": (
        "Let every part of the mix reach everyone it is meant for, this family too (more than planned)",
        "Que cada parte de la combinación llegue a todos para quienes es, también a esta familia (más de lo previsto)",
    ),
    "family.edit": ("Change the mix or the town", "Cambiar la combinación o el municipio"),
    "family.next": ("Next year", "Año siguiente"),
    "family.all": ("Show all years", "Mostrar todos los años"),
    "family.again": ("From the beginning", "Desde el principio"),
    "family.question": ("What would have helped here?", "¿Qué habría ayudado aquí?"),
    "family.future": ("Which future?", "¿Qué futuro?"),
    "family.future_same": (
        "future {n}: the same events in both lanes",
        "futuro {n}: los mismos hechos en las dos vidas",
    ),
    "family.future_one": ("future {n}: 1 event differs", "futuro {n}: 1 hecho difiere"),
    "family.future_more": ("future {n}: {k} events differ", "futuro {n}: {k} hechos difieren"),
    "family.future_middle": (", the middle one by hardship", ", el del medio por sus privaciones"),
    "family.intro": (
        "Joseph and Camille's family is one simulated household among many, made up to be plausible; "
        "nobody is described. In both lanes of a future it has the same luck: the same throw decides each"
        " month, against other odds.",
        "La familia de Joseph y Camille es un hogar simulado entre muchos, inventado para ser creíble; no"
        " describe a nadie. En las dos vidas de un futuro tiene la misma suerte: el mismo tiro decide "
        "cada mes, contra otras probabilidades.",
    ),
    "family.none": ("No family was placed in this run.", "En esta corrida no se colocó ninguna familia."),
    "family.next_apart": ("Next future in which something differs", "Siguiente futuro en que algo difiere"),
    "family.one_of": (
        "Future {n}. In {k} of {of} futures, this one among them, some event differs; in the other {rest} every event is the "
        "same in both lanes.",
        "Futuro {n}. En {k} de {of} futuros, este entre ellos, algún hecho difiere; en los otros {rest} todos los hechos son "
        "iguales en las dos vidas.",
    ),
    "family.every": (
        "Future {n}. Some event differs in all {of} futures.",
        "Futuro {n}. Algún hecho difiere en los {of} futuros.",
    ),
    "family.one_same": (
        "Future {n}. In {rest} of {of} futures, this one among them, every event is the same in both lanes; in the other {k} "
        "some event differs.",
        "Futuro {n}. En {rest} de {of} futuros, este entre ellos, todos los hechos son iguales en las dos vidas; en los otros "
        "{k} algún hecho difiere.",
    ),
    "family.all_same": (
        "Future {n}. In all {of} futures every event is the same in both lanes: this mix reached too little of what "
        "happens to one family to turn an event. Try another mix, more years or more futures.",
        "Futuro {n}. En los {of} futuros todos los hechos son iguales en las dos vidas: esta combinación llegó a "
        "demasiado poco de lo que le pasa a una familia para cambiar un hecho. Pruebe otra combinación, más años o futuros.",
    ),
    "sum.title": ("The same years in numbers", "Los mismos años en números"),
    "sum.same": (
        "In this future income, savings, rent owed, unmet needs, food, stress and support are the same in both lanes.",
        "En este futuro los ingresos, ahorros, renta atrasada, necesidades sin cubrir, comida, estrés y apoyo son iguales en "
        "las dos vidas.",
    ),
    "sum.income": ("Income over all years", "Ingresos en todos los años"),
    "sum.savings": ("Savings at the end", "Ahorros al final"),
    "sum.arrears": ("Months in which rent was owed", "Meses con renta atrasada"),
    "sum.owed": ("Most rent owed", "Máxima renta atrasada"),
    "sum.hardship": ("Basic needs unmet, mean of all months", "Necesidades básicas sin cubrir, promedio de los meses"),
    "sum.food": ("Months without enough food", "Meses sin comida suficiente"),
    "sum.stress": ("Caregiver stress, SD from the mean of all adults", "Estrés de quien cuida, DE frente a todos los adultos"),
    "sum.support": ("Support from others, SD from the mean", "Apoyo de otras personas, DE frente al promedio"),
    "touch.title": ("What reached this family, and what did not", "Qué le llegó a esta familia, y qué no"),
    "touch.wait": ("These years are lived once more and asked.", "Estos años se viven otra vez para averiguarlo."),
    "touch.work": (
        "Touched their home or one of them in {work} of {lived} months, first in {when}.",
        "Tocó su hogar o a alguien de él en {work} de {lived} meses, por primera vez en {when}.",
    ),
    "touch.served": (
        "Served them in {served} of {lived} months; nothing that the model follows moved by it.",
        "Les atendió en {served} de {lived} meses; nada de lo que el modelo sigue se movió por ello.",
    ),
    "touch.never": (
        "Not eligible: in none of the {lived} months was anyone in the family among those it is meant for.",
        "No cumplían los requisitos: en ninguno de los {lived} meses hubo en la familia alguien para quien esté pensado.",
    ),
    "touch.rule": (
        "A rule or change for everybody, theirs too. If it moved anything for them, it shows in the numbers above; no step of "
        "their home alone was moved.",
        "Una regla o un cambio para todo el mundo, también para ellos. Si les movió algo, se ve en los números de arriba; nada "
        "que fuera solo de su hogar se movió.",
    ),
    "touch.waited": (
        "Not reached: they waited {waited} months for a place.",
        "No les llegó: esperaron un lugar {waited} meses.",
    ),
    "touch.left": ("Not taken up: a place was offered and declined.", "No lo tomaron: se ofreció un lugar y no se aceptó."),
    "touch.missed": (
        "Not reached: meant for them in {meant} of {lived} months, but it serves {reach} of those eligible, and they were not "
        "among these.",
        "No les llegó: era para ellos en {meant} de {lived} meses, pero atiende al {reach} de quienes tienen derecho, y no "
        "estuvieron entre ellos.",
    ),
    "touch.away": ("The family no longer lived here when it began.", "La familia ya no vivía aquí cuando empezó."),
}
