"""Settlement: births, deaths, departures, unions, moves and arrivals, at the end of the month.

The block processes have decided who dies, leaves, parts, looks for a partner (`p_leaving`) and which
household moves (`h_wants_move`); here it happens, in this order: deaths, births, households that
leave the area, partners who part, grown children who leave home, couples who form, people who join
kin, moves, newcomers. Events are taken in the order of keys, so the cut into blocks changes nothing. What
happened is left in `context.events` as arrays of keys:

    births, deaths, orphaned, left_home, left_home_area, joined_kin    keys of persons
    left, separations, unions, moves, homeless, newcomers              keys of households

In the last month of burn-in, examples of households that move in are put aside, so that newcomers
are the same in every arm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecsim.processes.base import process
from hecsim.processes.settle_births import births, deaths
from hecsim.processes.settle_couples import form_couples
from hecsim.processes.settle_homes import count_open, dwellings
from hecsim.processes.settle_kin import join_kin
from hecsim.processes.settle_moves import keep_pool, leave_area, moves, newcomers
from hecsim.processes.settle_recount import refresh
from hecsim.processes.settle_rows import Settlement
from hecsim.processes.settle_unions import leave_home, part

if TYPE_CHECKING:
    from hecsim.community import Community
    from hecsim.engine import Context

__all__ = ["SETTLE", "settle"]

_LAST_OF_BURN_IN = -1


def settle(community: Community, context: Context) -> None:
    """Carry out a month's settlement."""
    m = Settlement(community, context, community.clock.month)
    dwellings(m)  # counted before anybody moves
    if m.month == _LAST_OF_BURN_IN or "pool_h_key" not in community.extras:
        keep_pool(m)
    m.note_events()
    deaths(m)
    births(m)
    leave_area(m)
    part(m)
    leave_home(m)
    form_couples(m)
    join_kin(m)
    refresh(m)  # homes that nobody lives in any more are free
    moves(m)
    newcomers(m)
    refresh(m)
    count_open(m)


SETTLE = process(
    "settle",
    scope="structural",
    kernel=settle,
    twin=None,
    writes=(),
    summary="Births, deaths, departures, unions, moves and arrivals.",
)
