"""Forms, rules and ways to engage residents side by side, and a draft plan."""

import itertools
import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from hecsim import evidence
from hecsim.cli import main
from hecsim.collaborative import CollaborativeSpec
from hecsim.collaborative import presets as collaboratives
from hecsim.collaborative.spec import FORMS, RULES
from hecsim.errors import UnknownNameError
from hecsim.planning.governance import compare_governance, draft_plan, engagement_options, timeline

DRAW = evidence.draw(None)
STARTER = collaboratives()["starter"]


def run(*words):
    return CliRunner().invoke(main, [str(w) for w in words], env={"COLUMNS": "200"})


def test_every_form_with_every_rule_and_what_beats_what():
    rows = compare_governance(STARTER, DRAW)
    assert {(r["form"], r["rule"]) for r in rows} == {(f, r) for f in FORMS for r in RULES}
    kept = [r for r in rows if not r["dominated"]]
    assert 0 < len(kept) < len(rows)
    for r in kept:
        assert not any(
            o["months_to_services"] < r["months_to_services"] and o["residents_influence"] >= r["residents_influence"]
            and o["yearly"] <= r["yearly"]
            for o in rows
        )  # fmt: skip


def test_an_own_body_follows_through_and_takes_longer_to_found():
    rows = {(r["form"], r["rule"]): r for r in compare_governance(replace(STARTER, stage="establishing"), DRAW)}
    own, loose = rows["nonprofit", "majority"], rows["informal", "majority"]
    assert own["follow_through"] > loose["follow_through"]
    assert own["months_to_services"] > loose["months_to_services"]
    assert own["yearly"] > loose["yearly"]


def test_each_way_to_engage_residents_adds_and_costs():
    ways = {r["way"]: r for r in engagement_options(STARTER, DRAW, other_language=0.4)}
    now = ways["as it stands"]
    for way, row in ways.items():
        if way not in ("as it stands", "neutral facilitator", "two more resident seats"):
            assert row["residents_influence"] > now["residents_influence"], way
    assert ways["all that is missing"]["residents_influence"] == max(r["residents_influence"] for r in ways.values())
    assert ways["neutral facilitator"]["dominance"] < now["dominance"]
    paid = {r["way"]: r for r in engagement_options(replace(STARTER, stipend=75.0), DRAW)}
    assert paid["without: stipend"]["added"] < 0


def test_steps_follow_each_other_from_where_the_group_stands():
    steps = timeline(STARTER, DRAW)
    assert [s["stage"] for s in steps] == ["planning", "funding", "establishing", "implementing"]
    for a, b in itertools.pairwise(steps):
        assert b["begins"] == pytest.approx(a["begins"] + a["months"])
    assert timeline(replace(STARTER, form="hosted", facilitator=True), DRAW)[-1]["begins"] < steps[-1]["begins"]


class Checker(HTMLParser):
    """Tags that are opened and closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def test_the_draft_says_what_is_decided_and_what_is_not():
    spec = CollaborativeSpec(name="Group <b>", form="mou", stipend=50.0)
    text = draft_plan(spec, DRAW, towns=["Norwalk"], mix=[("G04", "Newborn nurse visits")])
    for words in ("Norwalk", "Newborn nurse visits (G04)", "memorandum of understanding", "paid $50 a meeting",
                  "Name a partner as fiduciary agent", "## Steps", "## To be agreed"):  # fmt: skip
        assert words in text
    page = draft_plan(spec, DRAW, style="html")
    checker = Checker()
    checker.feed(page)
    assert checker.wrong == []
    assert checker.open == []
    assert "Group &lt;b&gt;" in page
    assert "http" not in page.replace("http-equiv", "")
    with pytest.raises(UnknownNameError, match="did you mean 'html'"):
        draft_plan(spec, DRAW, style="htm")


@pytest.mark.parametrize("name", sorted(collaboratives()))
@pytest.mark.parametrize("ending", ["md", "html"])
def test_the_command_writes_a_draft(tmp_path, name, ending):
    out = tmp_path / f"plan.{ending}"
    got = run("plan", "governance", "--preset", name, "--out", out, "--json")
    assert got.exit_code == 0, got.output
    found = json.loads(got.stdout)
    assert len(found["options"]) == 20
    assert found["other_language"] > 0.1
    text = out.read_text(encoding="utf-8")
    assert "{{" not in text
    assert collaboratives()[name].name in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--preset", "hartfrd"), "did you mean 'hartford'"),
        (("--preset", "hartford", "--out", "plan.docx"), "End the name in .md or .html"),
        (("--scenario", "absent.toml"), "no such file"),
        (("--form", "club"), "club"),
        (("--preset", "hartford", "--scenario", "x.toml"), "not both"),
    ],
)
def test_mistakes_are_named(words, message):
    got = run("plan", "governance", *words)
    assert got.exit_code == 2
    assert message in " ".join(got.stderr.split())
