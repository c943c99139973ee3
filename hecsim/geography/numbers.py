"""Cells of text to numbers, all columns of a table at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import pandas as pd

from hecsim.errors import CommunityDataError

__all__ = ["to_numbers"]


def to_numbers(
    frame: pd.DataFrame,
    path: Path,
    *,
    missing: Collection[str],
    hint: str,
    tidy: Callable[[str], str] = str,
    row: tuple[str, int] = ("line", 2),
) -> pd.DataFrame:
    """The same table as float64, unknown cells NaN; whole columns at a time, because tables are long.

    missing : cells, once tidied, that mean unknown
    tidy : what is done to every cell first, such as taking out thousands separators
    row : what a row is called in a message, and the number of the first

    Raises
    ------
    CommunityDataError : a cell is no finite number; names the first, column by column, and how many its column has

    >>> to_numbers(pd.DataFrame({"a": ["1", ""]}), Path("x.csv"), missing=("",), hint="")["a"].tolist()
    [1.0, nan]
    """
    rows = len(frame)
    text = frame.to_numpy(dtype=object).ravel(order="F")
    cells = [tidy(str(cell)) for cell in text]
    known = [None if cell in missing else cell for cell in cells]
    number = np.asarray(pd.to_numeric(pd.Series(known, dtype="object"), errors="coerce"), float)
    wrong = ~np.isfinite(number) & np.array([cell is not None for cell in known], dtype=bool)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        column = at // rows
        many = int(wrong[column * rows : (column + 1) * rows].sum())
        raise CommunityDataError(
            f"'{text[at]}' in {row[0]} {at % rows + row[1]} is not a number ({many} such cells)",
            file=path, column=str(frame.columns[column]), rows=rows, hint=hint,
        )  # fmt: skip
    return pd.DataFrame(number.reshape(frame.shape[1], rows).T, columns=frame.columns, index=frame.index)
