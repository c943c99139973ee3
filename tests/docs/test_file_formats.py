"""The page of file formats is what the schemas say, and what it shows can be read."""

import importlib.util
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _page():
    spec = importlib.util.spec_from_file_location("document_files", ROOT / "scripts" / "document_files.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.page()


def test_it_is_up_to_date():
    written = (ROOT / "docs" / "reference" / "files.md").read_text(encoding="utf-8")
    assert written == _page(), "docs/reference/files.md is out of date; run: python scripts/document_files.py"


def test_its_examples_are_read_by_what_they_describe(tmp_path):
    import hecsim as hs
    from hecsim.collaborative.fund_plan import FundPlan
    from hecsim.interventions import from_mapping
    from hecsim.study import Study

    study, scenario, own, funds, _ = re.findall(r"```toml\n(.*?)```", _page(), re.DOTALL)
    (tmp_path / "a.toml").write_text(study)
    assert len(Study.from_file(tmp_path / "a.toml").arms) == 2
    (tmp_path / "b.toml").write_text(scenario)
    assert hs.Scenario.from_file(tmp_path / "b.toml").interventions[0].reach == 0.7
    assert from_mapping(tomllib.loads(own)["intervention"][0]).id == "X01"
    assert FundPlan.from_mapping(tomllib.loads(funds)["funds"]).sources
