"""Loops that have run are ready, and what is asked for is what the month calls."""

from hecsim import evidence
from hecsim.engine import Engine
from hecsim.processes.plan import MONTH
from hecsim.warmup import cold, signatures, warm_up


def test_a_month_leaves_nothing_to_compile(small_hartford):
    community = small_hartford.copy()
    Engine(MONTH, evidence.draw(None), 3).step(community)
    wanted = signatures(community)
    assert [name for name, _ in wanted] == [p.name for p in MONTH if p.scope != "structural"]
    kernels = {p.name: p.kernel for p in MONTH}
    # Called in the month with exactly these types, so one compiled version each.
    assert [name for name, types in wanted if types not in kernels[name].overloads] == []
    assert cold(wanted) == []
    assert warm_up(community) == 0
