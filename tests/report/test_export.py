"""The export: figures, one-page summaries, technical report, RO-Crate."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report.conftest import make

from hecsim.errors import StoreError, UnknownNameError
from hecsim.report.checklists import cheers, filled, stress, trace
from hecsim.report.export import export_study
from hecsim.report.facts import Facts
from hecsim.report.figures import claims_figure, save
from hecsim.report.one_page import PAGES, write_one_page
from hecsim.report.technical import write_technical
from hecsim.study import Arm, Store, Study, claims
from hecsim.study.store import FutureResult


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", PAGES)
def test_one_page_qualifies_what_it_claims(study, tmp_path, language):
    page = text_of(write_one_page(study, tmp_path, language=language))
    assert f'<html lang="{language}">' in page
    for word in {
        "en": ("95% interval", "years 1 to 2", "counted as: true event", "declared to matter: 0.5", "exploratory", "grade"),
        "es": ("intervalo del 95%", "años 1 a 2", "medido como: ", "se declaró importante: 0.5", "exploratorio", "grado"),
    }[language]:
        assert word in page, word
    assert "&lt;test&gt;" in page  # names are text, not markup
    assert "http" not in page
    with pytest.raises(UnknownNameError, match="language 'fr'"):
        write_one_page(study, tmp_path, language="fr")


def test_both_languages_say_the_same_numbers(study, tmp_path):
    import re

    found = [
        re.findall(r"[+−]?\d+(?:[.,]\d+)*", text_of(write_one_page(study, tmp_path, language=k)).split("<main>")[1])
        for k in PAGES
    ]
    assert sorted(found[0]) == sorted(found[1])


def test_an_undeclared_study_says_that_all_is_exploratory(tmp_path):
    study = make()
    study.manifest["study"]["contrasts"] = []
    assert "every finding here is exploratory" in text_of(write_one_page(study, tmp_path))
    assert not [c for c in claims(study, ["aces_0_8"]) if c.declared]


def test_every_heading_is_filled_or_listed_as_missing(study, tmp_path):
    facts = Facts(study)
    lists = (cheers(facts), stress(facts), trace(facts))
    assert [len(items) for items in lists] == [28, 23, 8]
    page = text_of(write_technical(study, tmp_path))
    for items in lists:
        assert all(i.text or i.missing for i in items)
        assert 0 < filled(items)[0] < filled(items)[1]
    assert "CHEERS 2022 27, Source of funding: To be written by the authors" in page.replace("&#39;", "'")


def test_figures_are_the_same_bytes_each_time(study, tmp_path):
    shown = claims(study)
    assert shown
    one = [p.read_bytes() for p in save(claims_figure(shown), tmp_path / "a" / "claims")]
    two = [p.read_bytes() for p in save(claims_figure(shown), tmp_path / "b" / "claims")]
    assert one == two
    assert one[0].startswith(b"<?xml") and one[1].startswith(b"\x89PNG")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The synthetic study in a folder, without its family."""
    from hecsim.interventions import RightToCounsel

    results = make(arms=("Current law", "Needs first"), futures=2, years=1, family=False)
    folder = tmp_path_factory.mktemp("kept") / "study"
    arms = (Arm("Current law"), Arm("Needs first", (RightToCounsel(start=0),)))
    store = Store(folder)
    axes = {"arm_names": list(results.arms), "measures": results.measures, "months": 12, "notes": [], "followed": {}}
    axes |= {"groups": [list(g) for g in results.groups]}
    axes |= {k: results.manifest[k] for k in ("places", "community")}
    store.open(Study("s", arms, years=1, futures=2, parameters="central"), community_digest="abc", axes=axes)
    for n, i in enumerate(results.futures):
        ledger = results.ledger[results.ledger["future"] == i].drop(columns="future")
        store.write(FutureResult(i, np.asarray(results.sums)[n], ledger, pd.DataFrame({"arm": []})))
    return folder


def test_the_export_is_a_crate_that_names_every_file(kept, tmp_path):
    from hecsim.study import Results

    out = tmp_path / "export"
    written = export_study(Results.read(Store(kept)), kept, out)
    crate = json.loads(text_of(out / "ro-crate-metadata.json"))
    graph = {e["@id"]: e for e in crate["@graph"]}
    assert crate["@context"].endswith("/ro/crate/1.1/context")
    root = graph["./"]
    assert all(root[k] for k in ("name", "description", "license", "datePublished", "hasPart"))
    parts = {p["@id"] for p in root["hasPart"]}
    for path in written:
        where = path.relative_to(out).as_posix()
        assert where == "ro-crate-metadata.json" or where in parts or where.startswith("data/")
    assert {"data/measures/", "data/ledger/", "data/diary/"} <= parts
    assert all((out / p).exists() for p in parts)
    assert {r["@id"] for r in graph["#run"]["result"]} == parts - {"manifest.json"}
    assert graph["#hecsim"]["version"]
    for name in ("claims", "runs", "outcomes_by_year", "difference_by_all"):
        table = pd.read_parquet(out / "tables" / f"{name}.parquet")
        assert len(table) == len(pd.read_csv(out / "tables" / f"{name}.csv"))
    again = export_study(Results.read(Store(kept)), kept, out)  # an earlier export is replaced
    assert again == written
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    with pytest.raises(StoreError, match="holds no export"):
        export_study(Results.read(Store(kept)), kept, tmp_path / "mine")
    assert (tmp_path / "mine" / "letter.txt").exists()


def test_one_future_is_said_to_be_too_few(tmp_path):
    one = make(futures=1)
    page = text_of(write_one_page(replace(one), tmp_path))
    assert "Few futures were run (1)" in page
    write_technical(one, tmp_path)
