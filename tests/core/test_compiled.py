"""Compiled code is made anew when a file changes that it was compiled from, also another than its own."""

import os
import subprocess
import sys
from pathlib import Path

_BELOW = "from hecsim.compiled import njit\n\n\n@njit()\ndef step(x):\n    return x + {n}\n"
_ABOVE = "from below import step\n\nfrom hecsim.compiled import njit\n\n\n@njit()\ndef twice(x):\n    return step(step(x))\n"


def _run(folder: Path) -> str:
    """What a new interpreter gets, and how many overloads it found on disk."""
    code = "import above; print(above.twice(1), sum(above.twice.stats.cache_hits.values()))"
    where = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path]), "NUMBA_CACHE_DIR": str(folder / "kept")}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=where, capture_output=True, text=True, check=True
    ).stdout


def test_a_change_of_what_a_loop_calls_is_noticed(tmp_path):
    (tmp_path / "below.py").write_text(_BELOW.format(n=1))
    (tmp_path / "above.py").write_text(_ABOVE)
    assert _run(tmp_path).split() == ["3", "0"]
    assert _run(tmp_path).split() == ["3", "1"]  # kept
    (tmp_path / "below.py").write_text(_BELOW.format(n=10))
    assert _run(tmp_path).split() == ["21", "0"]
