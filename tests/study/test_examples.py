"""The examples of other tools that drive the model run as they stand."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from hecsim.study import Question, Study

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def example(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_mesa_batch_run():
    module = example("mesa_batch_run")
    found = module.run(households=300, seeds=2)
    assert sorted(zip(found["mix"], found["seed"], strict=True)) == [
        ("M1", 1),
        ("M1", 2),
        ("current law", 1),
        ("current law", 2),
    ]
    assert (found["residents"] > 300).all()
    assert np.isfinite(module.paired(found, "stress")).all()


def test_ema_workbench():
    pytest.importorskip("ema_workbench")
    module = example("ema_workbench_hartford")
    experiments, outcomes = module.explore(module.make(households=300, years=1), scenarios=2, policies=2)
    assert len(experiments) == 4
    assert outcomes["by_month"].shape == (4, 12)
    assert np.isfinite(outcomes["hardship"]).all()


@pytest.mark.parametrize("path", sorted((ROOT / "experiments").glob("*.toml")), ids=lambda p: p.stem)
def test_worked_studies_can_be_read(path):
    if "[optimise]" in path.read_text(encoding="utf-8"):
        assert Question.from_file(path).candidates
    else:
        study = Study.from_file(path)
        assert study.question and study.contrasts
