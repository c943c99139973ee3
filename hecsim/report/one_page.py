"""One page that a legislator can read, in English and Spanish: what was asked, what was found, how sure, at what cost."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from hecsim.errors import UnknownNameError
from hecsim.measures import MEASURES
from hecsim.report.facts import Facts
from hecsim.report.money import arm_money
from hecsim.report.text import Words, percent
from hecsim.study.parts import write_atomically
from hecsim.study.results import Results, grade_of

__all__ = ["PAGES", "write_one_page"]

PAGES = {"en": "one-page.html", "es": "una-pagina.html"}
_SAID = 3  # findings for each mix
_MIXES = 3  # with more, a page would not hold them; the rest are named
TEXT: dict[str, tuple[str, str]] = {
    "asked": ("What was asked", "Qué se preguntó"),
    "found": ("What was found", "Qué se encontró"),
    "sure": ("How sure this is", "Qué tan seguro es"),
    "read": ("How to read it", "Cómo leerlo"),
    "compared": (
        "{place} was simulated for {years} years from {start}, {futures} times over, each time with the same families and the "
        "same luck under current law and under each mix.",
        "Se simuló {place} durante {years} años desde {start}, {futures} veces, cada vez con las mismas familias y la misma "
        "suerte bajo la ley actual y bajo cada combinación.",
    ),
    "better_in": ("better in {share} of the simulated futures", "mejor en {share} de los futuros simulados"),
    "important": ("declared to matter: {size} or more", "se declaró importante: {size} o más"),
    "horizon": ("years {a} to {b}", "años {a} a {b}"),
    "last": ("year {b}", "año {b}"),
    "yardstick": ("counted as: {y}", "medido como: {y}"),
    "grade": (
        "weakest evidence in this mix: grade {g} of A to D",
        "evidencia más débil de esta combinación: grado {g} de A a D",
    ),
    "law_grade": ("rests on law as written", "se basa en la ley escrita"),
    "exploratory": ("exploratory", "exploratorio"),
    "nothing": (
        "No comparison was declared before the study ran, so every finding here is exploratory.",
        "No se declaró ninguna comparación antes del estudio, así que todo hallazgo aquí es exploratorio.",
    ),
    "interval": (
        "Figures in parentheses are 95% intervals: if the numbers of the world are as uncertain as stated, the mean effect "
        "lies inside. Where the interval includes zero, the effect cannot be told from luck.",
        "Las cifras entre paréntesis son intervalos del 95%: si los números del mundo son tan inciertos como se dice, el "
        "efecto medio está dentro. Donde el intervalo incluye el cero, el efecto no se distingue del azar.",
    ),
    "grades": (
        "Grade A: replicated experiments. B: one good experiment or several strong studies. C: observational studies. "
        "D: weak evidence, or judgment that says so.",
        "Grado A: experimentos replicados. B: un buen experimento o varios estudios sólidos. C: estudios observacionales. "
        "D: evidencia débil, o un juicio que lo dice.",
    ),
    "limits": (
        "Simulated people are nobody in particular. No observed results of a collaborative like this exist to check against. "
        "This page supports a judgment; it does not replace one.",
        "Las personas simuladas no son nadie en particular. No hay resultados observados de una colaboración así con los que "
        "comparar. Esta página apoya un juicio; no lo reemplaza.",
    ),
    "few": (
        "Few futures were run ({n}); treat every figure as provisional.",
        "Se corrieron pocos futuros ({n}); toda cifra es provisional.",
    ),
    "rest": ("Also in the study: {names}; see the full report.", "También en el estudio: {names}; vea el informe completo."),
    "other": ("Esta página en español", "This page in English"),
    "full": ("Full report", "Informe completo"),
}


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("hecsim.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip


def write_one_page(results: Results, directory: str | Path, *, language: str = "en", full: str = "report.html") -> Path:
    """Write the page of a study and return its path.

    language : "en" for one-page.html, "es" for una-pagina.html; full : link to the full report
    """
    if language not in PAGES:
        raise UnknownNameError(language, PAGES, what="language")
    path = Path(directory) / PAGES[language]
    page = _environment().get_template("one_page.html").render(**_content(Facts(results), Words(language)), full=full).encode()
    write_atomically(path, lambda stream: stream.write(page))
    return path


def _content(facts: Facts, words: Words) -> dict[str, Any]:
    column = int(words.language == "es")

    def say(key: str, **values: object) -> str:
        return TEXT[key][column].format(**values)

    r = facts.results
    study = r.manifest["study"]
    place = ", ".join((study.get("community") or {}).get("towns", [])) or str(
        (r.manifest.get("community") or {}).get("name", "")
    )
    definitions = {a["name"]: a["interventions"] for a in study["arms"]}
    arms = []
    for arm in facts.arms[:_MIXES]:
        grade = grade_of(definitions.get(arm, []))
        arms.append(
            {
                "name": arm, "findings": _findings(facts, words, arm, say), "cost": words.cost(arm_money(facts, arm), r.years),
                "grade": say("law_grade") if grade in ("law", "data") else say("grade", g=grade) if grade else "",
            }
        )  # fmt: skip
    sure = [say("interval")]
    if not facts.declared:
        sure.append(say("nothing"))
    if len(r.futures) < 20:
        sure.append(say("few", n=len(r.futures)))
    rest = facts.arms[_MIXES:]
    return {
        "lang": words.language, "title": study["name"], "question": study.get("question", ""), "flag": words("page.simulated"),
        "compared": say("compared", place=place, years=r.years, start=facts.start_year, futures=len(r.futures)),
        "arms": arms, "rest": say("rest", names=", ".join(rest)) if rest else "", "sure": sure,
        "reading": [say("grades"), say("limits")], "head": {k: say(k) for k in ("asked", "found", "sure", "read", "full")},
        "other": TEXT["other"][column], "other_page": PAGES["en" if column else "es"],
        "id": f"hecsim {r.manifest.get('hecsim', '')}, {str(r.manifest.get('digest', ''))[:8]}",
    }  # fmt: skip


def _findings(facts: Facts, words: Words, arm: str, say: Any) -> list[dict[str, str]]:
    """What was declared for the arm, then its most certain changes, as sentences with all that qualifies them."""
    changes = [facts.change(arm, m) for m in facts.headlines]
    declared = [c for c in changes if c.declared]
    others = sorted((c for c in changes if not c.declared and c.clear), key=lambda c: -c.certainty)
    out = []
    for c in (declared + others)[: max(_SAID, len(declared))]:
        first, last = facts.results.span(c.measure)
        span = say("horizon", a=first + 1, b=last) if last - first > 1 else say("last", b=last)
        notes = [span, say("yardstick", y=words.term(MEASURES[c.measure].yardstick))]
        if c.futures > 1 and c.better and c.verdict != "same":
            notes.append(say("better_in", share=percent(c.share)))
        if c.declared and c.important > 0:
            notes.append(say("important", size=f"{c.important:g} {words.step(c.measure)}"))
        if not c.declared:
            notes.append(say("exploratory"))
        text = words.finding(c).removeprefix(f"{arm}: ")
        out.append({"text": text[0].upper() + text[1:], "notes": "; ".join(notes), "verdict": c.verdict})
    return out
