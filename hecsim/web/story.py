"""What the page of one family says beside its lanes: the same years in numbers, and which part of the mix reached it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import pandas as pd
import solara
import solara.lab

from hecsim.clock import month_label
from hecsim.errors import HecsimError
from hecsim.interventions import catalogue
from hecsim.report.charts import KINDS
from hecsim.report.text import dollars, percent
from hecsim.study import Study
from hecsim.web import worker
from hecsim.web.jobs import BOARD
from hecsim.web.plan import START_YEAR
from hecsim.web.reached import reached
from hecsim.web.words import say

__all__ = ["numbers", "standing", "touched", "use_reached"]

_EVERY = 0.3  # seconds between two looks at an answer
_KEPT = 64  # answers held for everybody
_log = logging.getLogger(__name__)
_answers: dict[tuple[str, int], list[dict[str, Any]]] = {}


def numbers(diary: pd.DataFrame, future: int, arms: Sequence[str], language: str) -> list[list[str]]:
    """Rows of (what, under current law, with the mix) of one future; only what differs by as much as is shown.

    diary : of a study that follows one family; arms : names of current law and the mix
    """
    months = diary[diary["future"] == future].drop_duplicates(["arm", "month"])
    law, mix = (months[months["arm"] == a].sort_values("month") for a in arms)
    if not len(law) or not len(mix):
        return []

    def money(x: float) -> str:
        return dollars(x, language)

    def whole(x: float) -> str:
        return str(round(x))

    def sd(x: float) -> str:
        return f"{x:+.2f}".replace("-", "−")

    tests = (
        ("income", lambda t: t["income"].sum(), money),
        ("savings", lambda t: t["savings"].iloc[-1], money),
        ("arrears", lambda t: (t["arrears"] > 0).sum(), whole),
        ("owed", lambda t: t["arrears"].max(), money),
        ("hardship", lambda t: t["hardship"].mean(), percent),
        ("food", lambda t: (t["food_security"] > 0).sum(), whole),
        ("stress", lambda t: t["caregiver_stress"].mean(), sd),
        ("support", lambda t: t["support"].mean(), sd),
    )
    rows = [[say(f"sum.{name}", language), *(show(float(of(t))) for t in (law, mix))] for name, of, show in tests]
    return [r for r in rows if r[1] != r[2]]


def standing(apart: dict[int, int], shown: int, language: str) -> str:
    """Which of the futures the reader sees, and in how many of them anything differs."""
    k, of = sum(n > 0 for n in apart.values()), len(apart)
    key = "all_same" if not k else "every" if k == of else "one_of" if apart[shown] else "one_same"
    return say(f"family.{key}", language, n=shown + 1, k=k, of=of, rest=of - k)


def touched(found: Sequence[dict[str, Any]], language: str) -> list[dict[str, str]]:
    """Every part of the mix with what it was to the family, in a sentence; those that reached it first."""
    rows = []
    for f in sorted(found, key=lambda f: -f["work"]):
        cls = catalogue().get(f["id"])
        if cls is None:
            continue
        symbol, color = KINDS[cls.kind]
        told = say(
            f"touch.{_how(f)}", language, **{k: f[k] for k in ("work", "lived", "served", "waited", "meant")},
            when=_month(f["first"], language), reach=percent(f["reach"]),
        )  # fmt: skip
        rows.append({"id": f["id"], "symbol": symbol, "color": color, "name": getattr(cls.title, language), "told": told})
    return rows


def _how(f: dict[str, Any]) -> str:
    if not f["lived"]:
        return "away"
    if f["work"]:
        return "work"
    if f["served"]:
        return "served"
    if f["everybody"] and f["meant"]:
        return "rule"
    if not f["meant"]:
        return "never"
    return "left" if f["left"] else "waited" if f["waited"] else "missed"


def _month(month: int, language: str) -> str:
    if month < 0:
        return ""
    year, _, number = month_label(month, START_YEAR).partition("-")
    return say("month.of", language, month=say("months", language).split()[int(number) - 1], year=year)


def use_reached(key: str, study: Study | None, future: int | None) -> list[dict[str, Any]] | None:
    """The answer of `reached` for the future that is shown, once a worker has it; None until then."""
    nothing: Any = None
    _, tell = solara.use_state(nothing)
    wanted = (key, -1 if future is None else future)

    async def work() -> None:
        if study is None or future is None or wanted in _answers:
            return
        task: Future[list[dict[str, Any]]] = BOARD.ask(worker.asked, reached, study, future)
        while not task.done():
            await asyncio.sleep(_EVERY)
        try:
            answer = task.result()
        except (HecsimError, RuntimeError):  # the lanes stand without it
            _log.info("which parts reached the family is not known", exc_info=True)
            answer = []
        _answers[wanted] = answer
        while len(_answers) > _KEPT:
            _answers.pop(next(iter(_answers)))
        tell(wanted)

    solara.lab.use_task(work, dependencies=[wanted])
    return _answers.get(wanted)
