"""Memory that nobody uses any more goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

__all__ = ["give_back", "lend_large"]

_LARGE = 1_000_000  # rows of persons, from which on it is worth the time again and again
_APART = 1 << 22  # bytes of an array that is asked of the system by itself
_MMAP_THRESHOLD = -3  # as the library of GNU numbers it
_LIBRARY: Any = ctypes.CDLL(None) if sys.platform == "linux" else None


def give_back(persons: int = _LARGE) -> None:
    """Let the C library return what it holds without use, as after work that needed much for a while.

    persons : rows of persons of the community that the work was for; nothing happens where they are few

    It keeps freed pieces for later, which after a state has been built are a fifth of a gigabyte. Elsewhere than with
    the library of GNU nothing happens.
    """
    if persons >= _LARGE and hasattr(_LIBRARY, "malloc_trim"):
        _LIBRARY.malloc_trim(0)


def lend_large(persons: int) -> None:
    """From now on every large array is lent by the system itself and goes back when nobody uses it any more.

    persons : rows of persons of the community at hand; nothing happens where they are few

    Else the C library keeps pieces of up to 32 MB among small ones, where they can be neither used for something larger
    nor given back: in a month of a state 0.1 GB. This holds for the process. It costs a month
    2 percent of its time; building, which asks for more, would take 6 s longer.
    """
    if persons >= _LARGE and hasattr(_LIBRARY, "mallopt"):
        _LIBRARY.mallopt(_MMAP_THRESHOLD, _APART)
