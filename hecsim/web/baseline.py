"""Current law of a community, lived once and kept: every mix is compared with the same futures of it.

A future under current law does not depend on the mix beside it. So it is kept in a study of its own, by the digest of
everything that decides it, and a new mix copies its parts and lives its own arm alone.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from hecsim.community import Community
from hecsim.interventions import find
from hecsim.study import Arm, Store, Study
from hecsim.study.parts import write_atomically
from hecsim.study.run import axes_of
from hecsim.web import cache
from hecsim.web.plan import MIX

__all__ = ["DRAFT", "SMALL", "folder", "give", "law_only", "open_stores", "small", "take", "with_some_mix"]

_KINDS = ("ledger", "diary", "measures")  # the measures come last: their file says that a run is complete
SMALL = 1000  # households of the smaller town that a draft shows
DRAFT = (0, 2)  # its futures, of two draws of the parameters
_TYPICAL = "P01"  # begins after twelve months, as nearly every intervention does


def law_only(study: Study) -> Study:
    """The study of current law alone, which every mix of the same place and horizon shares."""
    return replace(study, arms=(study.reference,), contrasts=())


def with_some_mix(study: Study) -> Study:
    """A study of the same futures with an arm beside current law, so that the months which arms share are lived once."""
    return replace(study, arms=(study.reference, Arm(name=MIX, interventions=(find(_TYPICAL)(),))), contrasts=())


def small(study: Study) -> Study | None:
    """The draft of a study: fewer households of the same towns, of which `DRAFT` is lived; None if it is no larger itself."""
    if study.community.households is None or study.community.households <= SMALL:
        return None
    return replace(study, community=replace(study.community, households=SMALL), futures=max(DRAFT) + 1)


def folder(study: Study) -> Path:
    """Where the futures of current law of a study are kept."""
    return cache.folder(cache.key_of(law_only(study)))


def open_stores(study: Study, place: Path, community: Community) -> list[int]:
    """Begin the folders of a study and of its current law; the futures of the study that are finished."""
    axes, digest = axes_of(study, community), community.digest()
    alone = law_only(study)
    for one, home in ((alone, folder(study)), (study, place)):
        store = Store(home)
        named = {**axes, "arm_names": [a.name for a in one.arms]}
        store.open(one, community_digest=digest, axes=named)
        os.utime(home)  # what is in use is not pruned
    return store.finished()


def take(study: Study, index: int, store: Store) -> bool:
    """Copy a future of current law into a study's folder; whether it is there."""
    return _copy(Store(folder(study)), store, study.reference.name, index)


def give(study: Study, index: int, store: Store) -> None:
    """Keep a study's future of current law for the next mix."""
    _copy(store, Store(folder(study)), study.reference.name, index)


def _copy(source: Store, target: Store, law: str, index: int) -> bool:
    if target.part("measures", index, law).exists():
        return True
    if not source.part("measures", index, law).exists():
        return False
    for kind in _KINDS:
        content = source.part(kind, index, law).read_bytes()
        write_atomically(target.part(kind, index, law), lambda stream, content=content: stream.write(content))  # type: ignore[misc]
    return True
