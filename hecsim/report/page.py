"""The page: facts to sections to one HTML file."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from hecsim.errors import UnknownNameError
from hecsim.report import closing, groups, money_page, sections
from hecsim.report.arms import parts_of
from hecsim.report.facts import Facts
from hecsim.report.family import read_family
from hecsim.report.money import arm_money
from hecsim.report.text import Words
from hecsim.study.economics import Economics
from hecsim.study.results import Results
from hecsim.study.store import write_atomically

__all__ = ["FILES", "render", "write_report"]

FILES = {"en": "report.html", "es": "informe.html"}
_log = logging.getLogger(__name__)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hecsim.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    # Pictures are built here from escaped text, so they may pass as they are.
    environment.filters["picture"] = Markup
    return environment


def write_report(results: Results, directory: str | Path, *, language: str = "en") -> Path:
    """Write the report of a study into a folder and return its path.

    Parameters
    ----------
    results : finished futures of a study
    directory : folder to write into
    language : "en" for report.html, "es" for informe.html
    """
    if language not in FILES:
        raise UnknownNameError(language, FILES, what="language")
    path = Path(directory) / FILES[language]
    page = render(results, language).encode()
    write_atomically(path, lambda stream: stream.write(page))
    _log.info("wrote %s (%d bytes)", path, len(page))
    return path


def render(results: Results, language: str = "en") -> str:
    """The report as HTML text."""
    facts, words = Facts(results), Words(language)
    parts = parts_of(results.manifest, language)
    names = {p.id: p.name for group in parts.values() for p in group}
    body: dict[str, Any] = {"sections": []}
    if facts.arms:
        economics = Economics(results)
        money = {arm: arm_money(facts, arm, economics) for arm in facts.arms}
        family = read_family(facts, words, names)
        body = {
            "headline": sections.headline_section(facts, words, money),
            "arms": sections.arms_section(facts, words, parts),
            "time": sections.time_section(facts, words, parts),
            "who": groups.who_section(facts, words),
            "places": groups.places_section(facts, words),
            "money": money_page.money_section(facts, words, money, parts, economics),
            "family": closing.family_section(family, facts, words) if family is not None else None,
            "sure": closing.sure_section(facts, words),
            "all": closing.all_section(facts, words),
        }
        body["sections"] = [k for k, v in body.items() if v is not None]
    css = _environment().get_template("report.css").render()
    return _environment().get_template("report.html").render(head=_head(facts, words), t=words, css=Markup(css), **body)


def _head(facts: Facts, words: Words) -> dict[str, Any]:
    """Title, question, and the line that says which run this is."""
    r = facts.results
    study = r.manifest["study"]
    community = r.manifest.get("community") or {}
    name = str(community.get("name") or ", ".join((study.get("community") or {}).get("towns", [])))
    if "persons" in community:
        name = words(
            "page.community",
            name=name,
            persons=f"{community['persons']:,}",
            households=f"{community.get('households', 0):,}",
        )
    version, run = str(r.manifest.get("hecsim", "")), str(r.manifest.get("digest", ""))[:8]
    total = len(r.futures) + len(r.failed)
    return {
        "lang": words.language,
        "years": r.years,
        "title": study["name"],
        "question": study.get("question", ""),
        "version": version,
        "id": run,
        "other": FILES["en" if words.language == "es" else "es"],
        "other_language": "en" if words.language == "es" else "es",
        "run": words(
            "page.run",
            id=run,
            version=version,
            community=name,
            futures=len(r.futures),
            years=r.years,
            start=facts.start_year,
            arms=len(r.arms),
        ),
        "failed": words("page.failed", n=len(r.failed), of=total) if r.failed else "",
        "failures": [words("page.failed_one", i=i, problem=p) for i, p in sorted(r.failed.items())],
    }
