"""Every number of the world is used, and no process keeps one to itself."""

import ast
import inspect
from pathlib import Path

from hecsim import evidence
from hecsim.evidence.usage import usage
from hecsim.processes.plan import MONTH


def test_every_parameter_is_used_somewhere():
    unused = [name for name, files in usage().items() if not files]
    assert unused == []


def test_a_name_nobody_writes_is_not_found():
    # The search can say no: a parameter that no file names counts as unused.
    from hecsim.evidence.usage import _File

    text = 'value = draw["labor.wage"]\ndef kernel(p_age, k_growth):\n    return f"staff_{kind}"\n'
    file = _File(text)
    assert file.uses("labor", "wage", "x.py")
    assert file.uses("weight", "growth", "x.py")
    assert file.uses("labor", "staff_nurse", "x.py")
    assert not file.uses("labor", "salary", "x.py")


# What a loop may hold without being a number of the world: identities, halves and doubles, months of a year,
# percent, and the grams, pounds, minutes and weeks of unit conversions.
PLAIN = {0, 1, 2, 3, 0.5, -1, 12, 24, 100, 1e-9, 1e-6, 1e-12, 60, 52, 7, 1000, 255, 65535}

# Guards that keep a logarithm, a power or a share inside its domain, and classes that a definition draws
# (body mass index, poverty ratios, quarters, adult age). Anything else belongs in the evidence.
GUARDS = {
    "place.violence": {0.02, 0.99}, "commerce.employers": {0.1}, "labor.jobs": {0.95}, "income.members": {4.0, 13.0},
    "income.return": {18.0, 40.0}, "budget.month": {4.0}, "budget.mind": {0.1}, "housing.cases": {2.999999},
    "food.security": {0.25, 4.0, 500.0}, "food.diet": {0.2, 0.4, 5.0}, "food.energy": {0.1, 0.2}, "activity": {5.0},
    "weight.child": {4.0}, "health.utility": {30.0, 40.0}, "health.cost": {30.0, 40.0},
    "demography.mortality": {15.0, 18.5, 25.0}, "adversity.maltreatment": {1e-30}, "weight.adult": {0.01, 0.8, 28.0},
}  # fmt: skip


def test_kernels_hold_no_bare_constants_of_the_world():
    found = []
    for p in MONTH:
        kernel = getattr(p.kernel, "py_func", p.kernel)
        if p.scope == "structural":
            continue
        tree = ast.parse(inspect.cleandoc(inspect.getsource(kernel)))
        for node in ast.walk(tree):
            allowed = PLAIN | GUARDS.get(p.name, set())
            if isinstance(node, ast.Constant) and isinstance(node.value, float) and node.value not in allowed:
                found.append(f"{p.name}: {node.value} in line {node.lineno} of {kernel.__name__}")
    assert found == []


def test_every_parameter_of_a_process_is_in_the_evidence():
    known = evidence.load()
    assert {k for p in MONTH for k in p.parameters} <= set(known)


def test_sources_and_grades_are_there():
    for p in evidence.load().values():
        assert p.source.strip()
        assert p.unit.strip()
        assert p.grade in {"A", "B", "C", "D", "law", "data"}
    assert Path(evidence.__file__).exists()
