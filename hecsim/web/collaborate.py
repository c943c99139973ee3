"""`/plan`: what a collaborative asks before it begins: where, for what, with whom, how to decide, with what money; a draft."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import lru_cache
from typing import Any

import solara
import solara.lab

from hecsim import evidence
from hecsim.clock import month_label
from hecsim.collaborative import CollaborativeSpec
from hecsim.collaborative.instruments import INSTRUMENTS
from hecsim.collaborative.roles import KINDS, core_work
from hecsim.collaborative.spec import FORMS, RULES
from hecsim.errors import HecsimError
from hecsim.interventions import catalogue
from hecsim.planning.funds import may_pay
from hecsim.planning.geography import CONTIGUITY
from hecsim.planning.governance import FORM_WORDS, RULE_WORDS, compare_governance, engagement_options, timeline
from hecsim.planning.partners import expected_partners, partners_of_spec, plan_partners
from hecsim.report.charts import KINDS as SYMBOLS
from hecsim.report.text import dollars, percent
from hecsim.web import worker
from hecsim.web.ground import Ground
from hecsim.web.grouping import MOST_GROUPS, areas
from hecsim.web.jobs import BOARD
from hecsim.web.plan import START_YEAR, chosen, study_of
from hecsim.web.shell import mix_name, use_state
from hecsim.web.state import AIDS, MAX_PARTNERS, MAX_SEATS, MAX_STIPEND, Group, State
from hecsim.web.view import templates
from hecsim.web.words import all_words, say
from hecsim.web.words_plan import term

__all__ = ["PlanPage", "draft", "spec_of"]

BEST = 6  # forms and rules shown


def form_name(form: str, lang: str) -> str:
    """The name of a legal form, without what explains it."""
    return term(form, lang) if lang == "es" else FORM_WORDS[form].partition(":")[0]


@solara.component_vue("vue/group.vue")
def _Group(
    words: dict[str, str],
    place: str,
    mix: str,
    parts: list[dict[str, str]],
    group: dict[str, Any],
    options: dict[str, Any],
    event_change: Callable[[Any], None],
    event_go: Callable[[Any], None],
) -> None:
    """Questions to the group."""


def spec_of(group: Group) -> CollaborativeSpec:
    """The collaborative that the page asks for; its backbone is the first partner that may be one."""
    able = CollaborativeSpec.__dataclass_fields__["backbone"].metadata["options"]
    backbone = next((k for k in group.partners if k in able), "health department")
    aids: dict[str, Any] = dict.fromkeys(group.aids, True)
    return CollaborativeSpec(
        form=group.form, rule=group.rule, resident_seats=group.seats, stipend=float(group.stipend), partners=group.partners,
        backbone=backbone, **aids,
    )  # fmt: skip


@lru_cache(maxsize=32)
def draft(state: State) -> str:
    """The draft plan below the questions, as HTML: roles, gaps, forms and rules, residents, steps, instruments."""
    lang, draw = state.lang, evidence.draw(None)
    spec, mix = spec_of(state.group), chosen(state)

    def t(words: str) -> str:
        return term(words, lang)

    def title(work: str) -> str:
        cls = catalogue().get(work)
        if cls is None:
            return str(core_work()[work][lang])
        return f"{SYMBOLS[cls.kind][0]} {getattr(cls.title, lang)}"

    place = expected_partners(list(state.towns), draw)
    found = plan_partners(mix, partners_of_spec(spec), draw, place=place, backbone=spec.backbone)
    nobody, much = say("plan.nobody", lang), f"▲ {say('plan.much', lang)}"
    roles = [
        [
            title(r["work"]),
            t(r["responsible"]) or nobody,
            t(r["accountable"]) or nobody,
            ", ".join(map(t, r["consulted"])) or "–",
        ]
        for r in found.roles
    ]
    load = [
        [t(r["partner"]), f"{r['hours']:.0f}", f"{r['available']:.0f}", much if r["overloaded"] else ""]
        for r in found.load
    ]  # fmt: skip
    invite = [
        [t(r["kind"]), ", ".join(title(m.work) for m in found.missing if m.kind == r["kind"]) or "–", str(r["other"]),
         "–" if r["expected_here"] is None else f"{r['expected_here']:.{0 if r['expected_here'] >= 1 else 1}f}"]
        for r in found.invite[:8]
    ]  # fmt: skip
    here, now = (spec.form, spec.rule), f" ◀ {say('plan.now', lang)}"
    every = compare_governance(spec, draw)
    options = [r for r in every if not r["dominated"] or (r["form"], r["rule"]) == here][:BEST]
    governance = [
        [f"{form_name(r['form'], lang)}, {t(r['rule'])}" + (now if (r["form"], r["rule"]) == here else ""),
         f"{r['months_per_decision']:.1f}", percent(r["follow_through"]), f"{r['months_to_services']:.0f}",
         percent(r["residents_influence"]), dollars(r["yearly"], lang)]
        for r in options
    ]  # fmt: skip
    ways = [
        [t(r["way"]), percent(r["attendance"]), percent(r["residents_influence"]), dollars(r["added"], lang, sign=True)]
        for r in engagement_options(spec, draw)
    ]
    steps = [
        [month_label(round(s["begins"]), START_YEAR), t(s["stage"]), f"{s['months']:.0f}", "; ".join(map(t, s["steps"]))]
        for s in timeline(spec, draw)
    ]
    pays = [
        [INSTRUMENTS[r["instrument"]].spanish if lang == "es" else r["instrument"], r["years"], t(r["when"]), t(r["risk"]),
         dollars(r["report"], lang), percent(r["overhead"])]
        for r in may_pay()
    ]  # fmt: skip

    def table(key: str, rows: list[list[str]]) -> dict[str, Any]:
        head = say(f"cols.{key}", lang).split("|")
        return {"head": head, "rows": [list(zip(head, r, strict=True)) for r in rows]}

    return templates().get_template("collaborative.html").render(
        say=lambda name, **v: say(name, lang, **v), roles=table("roles", roles), load=table("load", load),
        invite=table("invite", invite), governance=table("governance", governance), ways=table("ways", ways),
        steps=table("steps", steps), pays=table("pays", pays), missing=len(found.missing), mixed=bool(mix),
        form=t(FORM_WORDS[spec.form]), rule=t(RULE_WORDS[spec.rule]), seats=spec.seats, residents=spec.resident_seats,
        hidden=len([r for r in every if r["dominated"]]),
    )  # fmt: skip


def needs_html(headings: dict[str, list[float]], fund: list[float], lang: str) -> str:
    """What money is needed for by year, as an HTML table."""
    head = [say("needs.what", lang), *(str(START_YEAR + y) for y in range(len(fund)))]
    rows = [[term(h, lang), *(_thousands(x) for x in row)] for h, row in headings.items()]
    rows.append([say("needs.fund", lang), *(_thousands(x) for x in fund)])
    table = {"head": head, "rows": [list(zip(head, r, strict=True)) for r in rows]}
    return templates().get_template("needs.html").render(say=lambda name, **v: say(name, lang, **v), table=table)


def _thousands(x: float) -> str:
    return f"{round(x / 1000) + 0:,}"


def _area(area: str, lang: str) -> str:
    return {"": say("where.here", lang), "all": say("where.state", lang)}.get(area) or area.partition(":")[2]


def _place(state: State) -> str:
    return say(
        "plan.place", state.lang, towns=", ".join(state.towns), years=state.years,
        mix=mix_name(state) if state.picks else say("mix.none", state.lang),
    )  # fmt: skip


@solara.component
def PlanPage() -> None:
    """Questions, draft plan, money."""
    state, change, go = use_state()
    lang, g = state.lang, state.group
    solara.Title(f"{say('plan', lang)} · hecsim")
    options = {
        "forms": [{"id": f, "name": form_name(f, lang)} for f in FORMS],
        "rules": [{"id": r, "name": term(r, lang)} for r in RULES],
        "kinds": sorted(({"id": k, "name": term(k, lang)} for k in KINDS), key=lambda k: k["name"].lower()),
        "aids": [{"id": a, "name": say(f"aid.{a}", lang)} for a in AIDS],
        "seats": MAX_SEATS, "stipend": MAX_STIPEND, "partners": MAX_PARTNERS,
        "areas": [{"id": a, "name": _area(a, lang)} for a in areas()],
        "contiguity": [{"id": c, "name": say(f"where.{c}", lang)} for c in CONTIGUITY], "groups": MOST_GROUPS,
    }  # fmt: skip
    group = {
        "form": g.form, "rule": g.rule, "seats": g.seats, "stipend": g.stipend, "aids": list(g.aids),
        "partners": [{"id": k, "name": term(k, lang)} for k in g.partners],
        "area": state.where.area, "contiguity": state.where.contiguity, "count": state.where.count,
    }  # fmt: skip
    parts = [{"id": p.id, "name": getattr(catalogue()[p.id].title, lang), "symbol": SYMBOLS[catalogue()[p.id].kind][0],
              "color": SYMBOLS[catalogue()[p.id].kind][1]} for p in state.picks]  # fmt: skip
    plain = replace(state, budget=0, payer="", saved=(), where=State.where)
    html = solara.use_memo(lambda: draft(plain), [plain])
    with solara.Div(classes=["hecsim-wide"]):
        _Group(
            words=all_words(lang, "plan", "aid", "print", "where"), place=_place(state), mix=state.mix, parts=parts,
            group=group, options=options, event_change=change, event_go=go,
        )  # fmt: skip
        Ground(state=state)
        with solara.Div(classes=["hecsim", "collaborative"]):
            solara.HTML(unsafe_innerHTML=html, classes=["results"])
            if state.picks:
                _Needs(state=replace(plain, lang="en", futures=State.futures), lang=lang)


@solara.component
def _Needs(state: State, lang: str) -> None:
    """What money is needed for, worked out by a worker when somebody asks."""
    wanted, want = solara.use_state("")
    this = repr((state.towns, state.households, state.years, state.picks, state.mix, state.group))
    nothing: Any = None
    found, tell = solara.use_state(nothing)

    async def work() -> None:
        if wanted != this:
            return
        study = study_of(state)
        assert study is not None
        try:
            answer = await asyncio.wrap_future(BOARD.ask(worker.needs, study, spec_of(state.group)))
            tell((this, answer, ""))
        except (HecsimError, BrokenProcessPool) as problem:
            tell((this, None, str(problem)))

    task = solara.lab.use_task(work, dependencies=[wanted])
    with solara.Div(classes=["needs"]):
        solara.HTML(tag="h2", unsafe_innerHTML=say("needs.title", lang))
        if found is not None and found[0] == this and found[1] is not None:
            solara.HTML(unsafe_innerHTML=needs_html(found[1][0], found[1][1], lang))
            return
        solara.HTML(tag="p", unsafe_innerHTML=say("needs.text", lang))
        if found is not None and found[0] == this:
            solara.Text(say("stage.failed", lang, problem=found[2]))
        if wanted == this and task.pending:
            solara.HTML(tag="p", unsafe_innerHTML=say("needs.working", lang), attributes={"role": "status"})
        else:
            solara.Button(say("needs.go", lang), on_click=lambda: want(this), text=True, classes=["ask-needs"])
