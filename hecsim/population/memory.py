"""Memory that nobody uses any more goes back to the system."""

from __future__ import annotations

import ctypes
import sys

__all__ = ["give_back"]

_LARGE = 1_000_000  # rows of persons, from which on it is worth the time again and again


def give_back(persons: int = _LARGE) -> None:
    """Let the C library return what it holds without use, as after work that needed much for a while.

    persons : rows of persons of the community that the work was for; nothing happens where they are few

    It keeps freed pieces for later, which after a state has been built are a fifth of a gigabyte. Elsewhere than with
    the library of GNU nothing happens.
    """
    if _trim is not None and persons >= _LARGE:
        _trim(0)


_trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
