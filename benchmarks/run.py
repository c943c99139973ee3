"""Specification S in every peer, each beside plain numpy in the same run: `python benchmarks/run.py`.

--peers PYTHON   interpreter of an environment with the peers (see README.md); without it, those
                 that this environment has
--agents N       agents (default 10,000)
--json           one JSON document instead of a table
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PEERS = {
    "mesa_objects": "Mesa, agents as objects",
    "vivarium_component": "Vivarium, common random numbers",
    "starsim_module": "Starsim, common random numbers",
    "mesa_frames_polars": "mesa-frames (Polars)",
    "plain_numpy": "plain numpy, float32",
    "hecsim_kernels": "hecsim: compiled kernels by block, luck of the person",
}
SLOW = {"mesa_objects": (1, 3), "vivarium_component": (2, 3)}  # steps a round, rounds


def run(name: str, python: str, agents: int) -> dict[str, object] | None:
    steps, rounds = SLOW.get(name, (10, 5))
    words = [python, str(HERE / "one.py"), name, "--agents", str(agents), "--steps", str(steps), "--rounds", str(rounds)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'failed'}", file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def agrees(found: dict[str, object]) -> bool:
    """Whether means over agents are those of plain numpy after as many steps, within chance."""
    sys.path.insert(0, str(HERE))
    import specification as s

    scale = (10_000 / int(found["agents"])) ** 0.5  # type: ignore[call-overload]
    gaps = [abs(a - b) for a, b in zip(found["last"], found["numpy_last"], strict=True)]  # type: ignore[call-overload]
    return gaps[0] <= s.TOLERANCE[0] * scale and max(gaps[1:]) <= s.TOLERANCE[1] * scale


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--agents", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    out = []
    for name, title in PEERS.items():
        print(f"{title} ...", file=sys.stderr)
        found = run(name, sys.executable if name == "hecsim_kernels" else chosen.peers, chosen.agents)
        if found is not None:
            out.append(found | {"title": title, "agrees": agrees(found)})
    if chosen.json:
        print(json.dumps(out, indent=1))
        return
    print(
        f"| | times plain numpy (range) | ns per agent-step | bytes per agent |\n|---|---|---|---|   {chosen.agents:,} agents"
    )
    for r in out:
        note = "" if r["agrees"] else "  (its means differ)"
        print(
            f"| {r['title']}{note} | {r['ratio_to_numpy']:.2f} ({r['ratio_low']:.2f} to {r['ratio_high']:.2f}) "
            f"| {r['ns_per_agent_step']:,.0f} | {r['bytes_per_agent']:,.0f} |"
        )
    if not all(r["agrees"] for r in out):
        sys.exit(1)


if __name__ == "__main__":
    main()
