"""The page of dependencies names every one of them with the version that is pinned."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def audit():
    pytest.importorskip("packaging")
    spec = importlib.util.spec_from_file_location("audit", ROOT / "scripts" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_dependency_is_pinned_named_and_explained(audit):
    rows = {
        line.split("|")[1].strip(): line
        for line in audit.PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.startswith("| package")
    }
    pinned = audit.pins()
    users = {n: extra for n, extra in audit.direct().items() if extra != "dev"}
    assert set(rows) == set(users), "docs/dependencies.md is out of date; run: python scripts/audit.py"
    for name, extra in users.items():
        assert name in audit.WHAT, f"scripts/audit.py does not say what {name} is for"
        assert " and ".join(pinned[name]) in rows[name], "docs/dependencies.md is out of date; run: python scripts/audit.py"
        assert f"| {extra} |" in rows[name]


def test_tools_are_pinned_too(audit):
    assert [n for n in audit.direct() if n not in audit.pins()] == []


def test_only_the_example_brings_a_copyleft_package(audit):
    users = [n for n, extra in audit.direct().items() if extra not in ("dev", "ema")]
    found = {n: audit.licence(n) for n in audit.everything(users)}
    assert {n: said for n, said in found.items() if "GPL" in said or "GNU" in said} == {}
