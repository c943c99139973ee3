"""More arms or more futures for a study that has run: exactly what starting with them would have given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hecsim.study.design import Study
from hecsim.study.results import Results
from hecsim.study.run import run_study

__all__ = ["extend"]


def extend(study: Study, out: str | Path, **how: Any) -> Results:
    """Run what a study folder lacks of a study that has more arms or more futures, and is otherwise the same.

    Nothing that was finished runs again. Luck belongs to the future and never to the arm or to the order of
    runs, so the tables are those of a study that had been declared so from the beginning. Contrasts may be
    added for new arms only: what has been seen cannot be declared beforehand.

    Parameters
    ----------
    study : the study with its old arms, unchanged, and new ones
    out : the study folder
    how : workers, progress, community, cluster as for `run_study`

    Raises
    ------
    StoreError : something else than arms and futures differs, and what

    Examples
    --------
    >>> import hecsim as hs
    >>> hs.extend(hs.Study.from_file("hartford.toml", futures=60), "results/hartford", workers=2)   # doctest: +SKIP
    """
    return run_study(study, out, extend=True, **how)
