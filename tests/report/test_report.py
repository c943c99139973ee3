"""The report as a whole: it holds for odd studies, says what it must, and asks nothing of the network."""

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from conftest import ARMS, make

from hecsim.errors import UnknownNameError
from hecsim.measures import MEASURES
from hecsim.report import write_report
from hecsim.report.page import render
from hecsim.report.text import Words
from hecsim.report.words import WORDS

VOID = {"meta", "link", "br", "img", "input", "hr", "circle", "line", "path", "rect", "polygon"}


class Page(HTMLParser):
    """Checks nesting and collects identifiers, headings and text."""

    def __init__(self, text):
        super().__init__()
        self.stack, self.ids, self.wrong, self.said, self.heads = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if re.fullmatch("h[1-6]", tag):
            self.heads.append(int(tag[1]))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        if tag not in VOID:
            self.wrong.append(tag)

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.said.append(data)


@pytest.fixture(scope="module")
def english(study):
    return render(study)


@pytest.fixture(scope="module")
def spanish(study):
    return render(study, "es")


def test_writes_one_file_per_language(study, tmp_path):
    assert write_report(study, tmp_path) == tmp_path / "report.html"
    assert write_report(study, tmp_path, language="es") == tmp_path / "informe.html"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["informe.html", "report.html"]
    with pytest.raises(UnknownNameError, match="language"):
        write_report(study, tmp_path, language="fr")


@pytest.mark.parametrize("language", ["en", "es"])
def test_is_self_contained_and_well_formed(english, spanish, language):
    text = {"en": english, "es": spanish}[language]
    assert not re.search(r"https?:|//[a-z]|@import|url\(|<script|<link|<img", text)
    assert f'<html lang="{language}">' in text
    page = Page(text)
    assert not page.wrong
    assert not page.stack
    assert len(page.ids) == len(set(page.ids))
    assert page.heads[0] == 1
    assert all(b - a <= 1 for a, b in zip(page.heads, page.heads[1:], strict=False))  # no level is skipped
    assert text.count("<svg") == text.count('role="img"') == text.count("<desc")
    assert "nan" not in " ".join(page.said).lower().split()
    assert "None" not in page.said


def test_user_text_is_escaped(english):
    assert "Hartford, four ways &lt;test&gt;" in english
    assert "<test>" not in english
    assert "Hub &amp; ambassadors only" in english


def test_says_what_an_honest_report_says(english):
    for words in (
        "Simulated, not a forecast",
        "Run c0ffee01, hecsim 0.1.0",
        "6 futures",
        "exploratory",
        "95% interval",
        "too small to tell from luck",
        "Larger than the 0.5 events per 100 child-years declared to matter",
        "No group is clearly worse off under Needs first",
        "What this model cannot tell",
    ):
        assert words in english, words


def test_every_arm_and_measure_is_in_the_tables(english):
    table = english[english.index('id="all"') :]
    for measure in MEASURES.values():
        assert f"{measure.label} (" in table.replace("&#39;", "'"), measure.name
    assert table.count("Needs first") == len(MEASURES)


def test_a_null_arm_is_called_null(english):
    start = english.index("<h3>Hub &amp; ambassadors only</h3>")
    assert "No headline outcome is clearly better." in english[start : start + 1200]


def test_openings_with_exploratory_findings_say_what_luck_alone_would_give(english, spanish):
    openings = {text: re.findall(r"<h3>.*?</p>", text, re.S) for text in (english, spanish)}
    for text, mark, words in (
        (english, "; exploratory)", "(exploratory), about 1 would look this clear by luck alone"),
        (spanish, "; exploratorio)", "(exploratorios), solo por azar se vería así de claro cerca de 1"),
    ):
        found = [(mark in opening, words in " ".join(opening.split())) for opening in openings[text]]
        assert any(marked for marked, _ in found)
        assert all(marked == said for marked, said in found), found


def test_spanish_is_spanish(spanish):
    for words in (
        "Simulado, no es un pronóstico",
        "Qué harían las combinaciones",
        "puntos porcentuales",
        "Hispana",
        "demasiado pequeño para distinguirlo del azar",
        "La familia fue desalojada",
        "vivienda inestable",
    ):
        assert words in spanish, words
    said = " ".join(Page(spanish).said)
    for words in (
        "current law",
        "95% interval",
        "events per",
        "percentage points",
        "below poverty",
        "too small",
    ):
        assert words not in said, words


def test_every_sentence_has_both_languages():
    for key, (en, es) in WORDS.items():
        assert en, key
        assert es, key
        assert set(re.findall(r"{(\w+)}", en)) == set(re.findall(r"{(\w+)}", es)), key


def test_every_measure_has_a_spanish_name_and_unit():
    es = Words("es")
    same = {"Medicaid (HUSKY)", "Medicare"}
    for name, measure in MEASURES.items():
        assert es.label(name) != measure.label or measure.label in same, name
        assert es.unit(name) != measure.unit or measure.unit in ("kg/m2",), name


def test_one_future_gives_no_range():
    text = render(make(futures=1))
    assert "Too few futures were run" in text
    assert "not defined with so few futures" in text
    assert "too few futures: no range" in text or "too few futures under" in text
    assert "clearly better under" not in text


def test_failed_futures_are_named():
    text = render(make(failed={2: "arm 'Needs first', month 3: weight is not finite"}))
    assert "1 of 7 futures failed" in text
    assert "future 2: arm &#39;Needs first&#39;, month 3: weight is not finite" in text


def test_no_family_no_section(english):
    assert 'id="family"' in english
    text = render(make(family=False))
    assert 'id="family"' not in text
    assert "#family" not in text
    bare = make(family=False)
    bare.diary = pd.DataFrame({"future": []})
    assert 'id="family"' not in render(bare)


def test_groups_without_people_are_said_to_be_empty():
    page = render(make(empty_group=True))
    assert "nothing measured" in page
    assert "One of the groups has nobody to measure." in page


def test_studies_with_little_in_them():
    only = make(arms=ARMS[:1])
    assert "no arm beside current law" in render(only)
    small = make(arms=ARMS[:2], years=1)
    small.ledger = pd.DataFrame()
    del small.manifest["places"]
    text = render(small)
    assert "ledger holds no spending" in text
    assert 'id="places"' not in text


def test_a_whole_state_of_places_has_one_tile_each():
    text = render(make(arms=ARMS[:2], futures=3, years=1, places=tuple(f"Town {i}" for i in range(169))))
    assert text.count("<polygon") == 2 * 169
    assert "map wide" in text


def test_weak_pairing_warns():
    study = make(futures=8)
    rng = np.random.default_rng(3)
    m = study.measures.index("diabetes")
    study.sums[:, :, :, m, :, 0] *= rng.uniform(0.5, 1.5, (8, len(ARMS), 1, 1))
    assert "Pairing is weak" in render(study)
    assert "adults with diagnosed diabetes (" in render(study)
