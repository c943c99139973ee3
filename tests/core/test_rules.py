"""Rules of the house that a reader could break without noticing."""

import ast
import re
from pathlib import Path

import hecsim

ROOT = Path(hecsim.__file__).parent


def _modules():
    for file in sorted(ROOT.rglob("*.py")):
        yield file.relative_to(ROOT), ast.parse(file.read_text(encoding="utf-8"))


def test_luck_is_drawn_through_luck_alone():
    # The synthesis has seeded generators of its own; everything else draws by (seed, decision, who, month).
    # What reads finished runs (resampling, designs of parameter sets) may use a generator that is given its seed.
    reading = {"study", "calibration", "trials", "planning", "report"}
    found = []
    for name, tree in _modules():
        if name.parts[0] == "population" or name.name == "luck.py":
            continue
        seeded = {
            id(call.func) for call in ast.walk(tree)
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "np.random.default_rng" and call.args
        }  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and re.fullmatch(r"(np|numpy)\.random\.\w+", ast.unparse(node)):
                kind = ast.unparse(node) == "np.random.Generator" or id(node) in seeded
                if not (name.parts[0] in reading and kind):
                    found.append(f"{name}:{node.lineno}")
            if isinstance(node, ast.Import) and any(
                a.name == "random" or (a.name == "secrets" and name.parts[0] != "web") for a in node.names
            ):  # the web room needs keys that nobody can guess
                found.append(f"{name}:{node.lineno}")
            if isinstance(node, ast.ImportFrom) and node.module in ("random", "numpy.random", "secrets"):
                found.append(f"{name}:{node.lineno}")
    assert not found


def test_only_the_model_and_the_agents_know_mesa():
    allowed = {("model.py",), ("agents", "views.py"), ("agents", "mesa_names.py")}
    found = [
        str(name)
        for name, tree in _modules()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and any(a.name.split(".")[0] == "mesa" for a in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "mesa")
        if name.parts not in allowed
    ]
    assert not found


def test_nothing_is_swallowed():
    # An exception is handled, turned into words, or let through; never passed over in silence.
    found = [
        f"{name}:{node.lineno}"
        for name, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and len(node.body) == 1 and isinstance(node.body[0], ast.Pass)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    ]  # fmt: skip
    assert not found
