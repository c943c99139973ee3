"""The benchmark's peers do the same work."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from hecsim.study.bench import bytes_moved, measure_scaling, memory_by_column
from hecsim.testing import toy_community

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
AGENTS, STEPS = 4_000, 30


@pytest.fixture
def peer(monkeypatch):
    for folder in (BENCHMARKS, BENCHMARKS / "peers"):
        monkeypatch.syspath_prepend(str(folder))
    yield importlib.import_module
    for name in ("specification", "plain_numpy", "mesa_objects", "hecsim_kernels"):
        sys.modules.pop(name, None)


def _lived(module, steps=STEPS):
    town = module.make(AGENTS)
    for _ in range(steps):
        town.step()
    return town


@pytest.mark.parametrize("name", ["mesa_objects", "hecsim_kernels"])
def test_means_are_those_of_plain_numpy(peer, name):
    spec = peer("specification")
    expected = np.array(_lived(peer("plain_numpy")).history)
    found = np.array(_lived(peer(name)).history)
    # Five standard errors of a difference of two runs: 1 run in a million goes beyond by chance.
    limit = np.array([spec.TOLERANCE[0], *[spec.TOLERANCE[1]] * spec.FLAGS]) * (10_000 / AGENTS) ** 0.5
    assert (np.abs(found - expected) < limit).all()


def test_blocks_do_not_change_a_bit(peer, monkeypatch):
    kernels = peer("hecsim_kernels")
    whole = _lived(kernels, 5)
    monkeypatch.setattr(kernels, "BLOCK", 700)
    cut = _lived(kernels, 5)
    assert whole.history == cut.history
    assert np.array_equal(whole.stress, cut.stress)


def test_memory_is_all_of_it():
    c = toy_community(300, seed=1)
    found = memory_by_column(c)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    columns = sum(v.nbytes for t in c.tables.values() for v in t.columns.values())
    assert sum(v for k, v in found.items() if k not in ("ties", "auxiliary arrays")) * c.residents == pytest.approx(columns)
    assert bytes_moved(c) * c.residents > c.person["key"].nbytes


def test_scaling_names_sizes_and_costs():
    rows = measure_scaling("Hartford", (200, 400), months=1)
    assert [r["households"] > 150 for r in rows] == [True, True]
    assert all(r["ns_per_person_month"] > 0 and r["processor_ns_per_person_month"] > 0 for r in rows)
