"""Histories drawn anew: the same people and homes, with other parameters or other luck behind them.

`build_community` keeps what it knew before histories were drawn. A future then begins with histories
that belong to its own parameters and luck, so that what people bring along agrees with the rates that
they will live by, and no outcome drifts merely because the two were drawn from different values.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hecsim.columns import SCHEMA
from hecsim.community import Community
from hecsim.population import histories
from hecsim.population.followed import restore_followed
from hecsim.tables import Table

__all__ = ["forget_before", "keep_before", "relive", "without_before"]

_MARK = "before/"


def keep_before(community: Community) -> None:
    """Remember every column that holds something before histories are drawn."""
    for name, table in community.tables.items():
        community.extras[f"{_MARK}{name}/"] = np.stack([np.diff(table.start), table.used])
        for column, values in table.columns.items():
            if (values != table.schema[column].fill).any():
                community.extras[f"{_MARK}{name}/{column}"] = values.copy()


def forget_before(community: Community) -> Community:
    """The same community, which has forgotten it: for one that lives a single future and is not begun anew."""
    for name in [k for k in community.extras if k.startswith(_MARK)]:
        del community.extras[name]
    return community


def without_before(community: Community) -> Community:
    """A copy that has forgotten it, so that it begins every future exactly as it stands."""
    extras = {k: v for k, v in community.extras.items() if not k.startswith(_MARK)}
    return replace(community, extras=extras, kept={}).copy()


def relive(community: Community, draw: Any, seed: int) -> Community:
    """A community of the same people whose histories follow from `draw` and the luck of `seed`.

    A community that does not know what it was before its histories comes back as a copy. Followed
    families keep the story that they were told with.
    """
    out = without_before(community)
    kept = {k.removeprefix(_MARK): v for k, v in community.extras.items() if k.startswith(_MARK)}
    if not kept:
        return out
    for name in out.tables:
        rows, used = kept[f"{name}/"]
        out.tables[name] = Table.empty(name, SCHEMA[name], used, rows - used)
        for column in out.tables[name].columns:
            if f"{name}/{column}" in kept:
                out.tables[name][column] = kept[f"{name}/{column}"]
    histories.run(out, seed, draw=draw)
    restore_followed(out, community)
    return out
