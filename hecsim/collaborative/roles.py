"""Who leads and who supports each intervention, by kind of organization; read from `data/roles.toml`.

>>> roles()["G04"].lead
('hospital',)
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from hecsim.columns import ORGANIZATION

__all__ = ["HOSTS", "KINDS", "SIMULATED", "Role", "core_work", "host_of", "kinds_of", "roles"]

# Where the staff of a shared pool sit; programs without a pool sit with whoever leads them.
HOSTS = {
    "nurse": "hospital", "home visitor": "social services", "clinician": "health center",
    "community health worker": "health center", "navigator": "social services", "coach": "YMCA",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Role:
    """Kinds that may lead, the usual one first, and kinds that support."""

    lead: tuple[str, ...]
    support: tuple[str, ...]


@cache
def _raw() -> Mapping[str, Any]:
    return tomllib.loads((resources.files("hecsim.collaborative") / "data" / "roles.toml").read_text(encoding="utf-8"))


@cache
def roles() -> Mapping[str, Role]:
    """Intervention id to its role."""
    return MappingProxyType({k: Role(tuple(v["lead"]), tuple(v["with"])) for k, v in _raw()["roles"].items()})


def core_work() -> Mapping[str, Any]:
    """Work that a collaborative has whatever its mix: name to lead kinds and words."""
    return _raw()["core"]


SIMULATED: Mapping[str, str] = MappingProxyType({k: v["simulated"] for k, v in _raw()["kinds"].items()})
KINDS: tuple[str, ...] = (*ORGANIZATION, *SIMULATED)


def kinds_of(names: Iterable[str]) -> set[str]:
    """These kinds as the simulated community tells them apart."""
    return {SIMULATED.get(n, n) for n in names}


def host_of(identifier: str, pool: str = "") -> str:
    """The simulated kind of organization that carries an intervention."""
    if pool in HOSTS:
        return HOSTS[pool]
    lead = roles().get(identifier)
    return SIMULATED.get(lead.lead[0], lead.lead[0]) if lead else "social services"
