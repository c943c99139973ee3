"""`/lab`: the plan as a study file, the commands that question it, the runs of this server, and their data."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import solara
import solara.lab

from hecsim.interventions import Intervention
from hecsim.web import cache
from hecsim.web.compare import letters
from hecsim.web.jobs import BOARD, finished
from hecsim.web.plan import START_YEAR, chosen, family_home, study_of
from hecsim.web.shell import mix_name, use_state
from hecsim.web.state import Saved, State, restored
from hecsim.web.words import all_words, say

__all__ = ["LabPage", "study_file"]

_EVERY = 1.0  # seconds between two looks at the queue
# What each command asks, by the key of its words, in the order in which a researcher would ask.
QUESTIONS = {
    "compare": "hecsim compare study.toml",
    "precision": "hecsim study precision study.toml",
    "pawn": "hecsim study sensitivity results/study --outcome aces_0_8",
    "morris": "hecsim study sensitivity study.toml --method morris --parameter adversity --parameter housing",
    "sobol": "hecsim study sensitivity study.toml --method sobol --size 64 --parameter stress --parameter income",
    "attribute": "hecsim study attribute study.toml",
    "robust": "hecsim study robust results/study",
    "voi": "hecsim study voi results/study --gain aces_0_8 --worth 50000",
    "pareto": "hecsim study pareto results/study --outcome aces_0_8 --outcome spending",
    "export": "hecsim study export results/study",
}


@solara.component_vue("vue/lab.vue")
def _Lab(
    words: dict[str, str],
    toml: str,
    commands: list[dict[str, str]],
    queue: list[dict[str, Any]],
    kept: list[dict[str, Any]],
    note: str,
) -> None:
    """The page."""


def _value(v: Any) -> str:
    if isinstance(v, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_value(x)}" for k, x in v.items()) + " }"
    return json.dumps(list(v) if isinstance(v, tuple) else v, ensure_ascii=False)


def _arm(name: str, mix: str, interventions: tuple[Intervention, ...]) -> str:
    lines = ["[[arm]]", f"name = {_value(name)}"]
    if mix:
        lines.append(f"mix = {_value(mix)}")
    for iv in () if mix else interventions:
        lines += ["", "[[arm.intervention]]", *(f"{k} = {_value(v)}" for k, v in iv.to_mapping().items() if v is not None)]
    return "\n".join(lines)


def study_file(state: State) -> str:
    """The study that the plan and the kept mixes ask for, as a file that `hecsim compare` reads.

    >>> from hecsim.web.state import parse
    >>> "[[arm]]" in study_file(parse("m=M1&lang=es"))
    True
    """
    english = State(**{**vars(state), "lang": "en"})
    arms = [(mix_name(english), state)] if state.picks and Saved(state.mix, state.picks) not in state.saved else []
    arms += [(name, restored(state, one)) for name, one in zip(letters(english), state.saved, strict=True)]
    towns = ", ".join(_value(t) for t in state.towns)
    head = (
        f'[study]\nname = "From the app"\nquestion = "What would these mixes do, for whom, at what cost?"\n'
        f"years = {state.years}\nstart_year = {START_YEAR}\nfutures = {max(state.futures, 20)}\n\n"
        f"[community]\ntowns = [{towns}]\nhouseholds = {state.households}\nseed = 1\n"
        f"family = {_value(family_home(state.towns))}\n"
    )
    body = [_arm("Current law", "", ())]
    for name, one in arms:
        whole = bool(one.mix) and not one.changed and study_of(one) is not None
        body.append(_arm(name, one.mix if whole else "", chosen(one)))
    contrasts = (
        '[[contrast]]\nmeasure = "aces_0_8"\nimportant = 0.5\n\n[[contrast]]\nmeasure = "obesity_child"\nimportant = 0.5\n'
    )
    return "\n\n".join([head, *body, contrasts]).replace("\n\n\n", "\n\n")


def _kept(state: State) -> list[dict[str, Any]]:
    """Finished runs of the plan and of the kept mixes, with the links of their data."""
    rows = []
    asked = [(mix_name(state), state)] if state.picks else []
    asked += [(name, restored(state, one)) for name, one in zip(letters(state), state.saved, strict=True)]
    seen = set()
    for name, one in asked:
        study = study_of(one)
        key = cache.key_of(study) if study is not None else ""
        done = len(finished(key, state.futures)) if key else 0
        if done and key not in seen:
            seen.add(key)
            told = say("lab.kept_row", state.lang, n=done, id=key[:8])
            rows.append({"name": name, "told": told, "csv": f"/files/{key}/csv.zip", "parquet": f"/files/{key}/parquet.zip"})
    return rows


@solara.component
def LabPage() -> None:
    """File, commands, queue, data."""
    state, _, _ = use_state()
    lang = state.lang
    solara.Title(f"{say('lab', lang)} · hecsim")
    nothing: tuple[Any, ...] = ()
    queue, see = solara.use_state(nothing)

    async def watch() -> None:
        last: tuple[Any, ...] | None = None
        while True:
            now = BOARD.queue()
            if now != last:
                last = now
                see(now)
            await asyncio.sleep(_EVERY)

    solara.lab.use_task(watch, dependencies=[])
    rows = [
        {"id": key[:8], "name": ", ".join(towns), "share": look.share, "busy": look.busy,
         "futures": f"{look.futures} / {look.of}", "told": say(f"lab.stage.{look.stage}", lang)}
        for key, towns, look in queue
    ]  # fmt: skip
    done = tuple((key, look.futures) for key, _, look in queue)
    kept = solara.use_memo(lambda: _kept(state), [state, done])
    commands = [{"key": k, "asks": say(f"ask.{k}", lang), "command": c} for k, c in QUESTIONS.items()]
    empty = not state.picks and not state.saved
    with solara.Div(classes=["hecsim-wide"]):
        _Lab(
            words=all_words(lang, "lab", "copy", "take"), commands=commands, queue=rows, kept=kept,
            toml=solara.use_memo(lambda: "" if empty else study_file(state), [state]),
            note=say("lab.empty", lang) if empty else "",
        )  # fmt: skip
