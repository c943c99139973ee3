"""How the loops of this package are compiled: what all of them share stands here once.

Compiled code is kept on disk, lets other threads of the interpreter run, and has no entry for callers in C, which
nobody uses and which costs a twentieth of the time that compiling takes. Functions of numpy are compiled anew for every
combination of options that asks for them, so the fewer combinations, the less there is to compile.

What a loop calls is compiled into it. numba compiles anew when the file of the loop itself has changed; here also when
that of anything it calls has, wherever that is, so that no stale code is ever run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

import numba
from numba.core import options as known

__all__ = ["kept", "njit", "on_disk"]

# An option that numba has but does not promise to keep: without it compiling takes longer, and gives the same.
_LEAN: dict[str, Any] = {"no_cfunc_wrapper": True} if hasattr(known.DefaultOptions, "no_cfunc_wrapper") else {}


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`numba.njit` as all loops of this package use it; `options` are what one of them needs besides.

    >>> @njit(error_model="numpy")
    ... def twice(x):
    ...     return 2 * x
    >>> twice(4)
    8
    """
    decorate: Callable[[Callable[..., Any]], Any] = numba.njit(cache=True, nogil=True, **_LEAN, **options)

    def made(function: Callable[..., Any]) -> Any:
        loop = decorate(function)
        kept: Any = getattr(getattr(loop, "_cache", None), "_cache_file", None)
        others = sorted(_files(function) - {function.__code__.co_filename})
        if others and hasattr(kept, "_source_stamp"):
            kept._source_stamp = kept._source_stamp, tuple(_stamp(file) for file in others)
        return loop

    return made


def on_disk(loop: Any, kinds: tuple[Any, ...]) -> bool:
    """Whether a loop's machine code for these types of arguments lies on disk, as far as one can tell."""
    # numba offers no public way to look there; if this changes, nothing does, and all goes through numba.
    try:
        cache = loop._cache
        return cache._index_key(kinds, loop.targetctx.codegen()) in cache._cache_file._load_index()
    except (AttributeError, TypeError):
        return False


def kept(loop: Any, kinds: tuple[Any, ...]) -> tuple[bytes, Any] | None:
    """That machine code as an object file, and what numba tells about the function in it; None if it is not to be had.

    It calls nothing that is not in it or in numba's own library, so that it can be linked by itself.
    """
    try:
        cache = loop._cache
        (_, form, (code, _)), about, *_ = cache._cache_file.load(cache._index_key(kinds, loop.targetctx.codegen()))
    except (AttributeError, OSError, TypeError, ValueError):
        return None
    # A loop that calls itself is left to numba, which tells it where it lies.
    return (code, about) if form == "object" and b"numba.unresolved" not in code else None


def _called(code: CodeType, names: dict[str, Any]) -> Iterator[Any]:
    """What the code of a function names that is compiled, too, as plain functions."""
    for name in code.co_names:
        plain = getattr(names.get(name), "py_func", None) or getattr(names.get(name), "_defn", None)
        if plain is not None:
            yield plain
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _called(inner, names)


def _files(function: Callable[..., Any]) -> set[str]:
    """Source files of a function and of everything compiled that it calls."""
    seen: dict[int, Any] = {}
    left = [function]
    while left:
        one: Any = left.pop()
        if id(one) not in seen:
            seen[id(one)] = one
            left += _called(one.__code__, one.__globals__)
    return {one.__code__.co_filename for one in seen.values()}


def _stamp(file: str) -> tuple[float, int]:
    """When a file was written and how long it is; zeros for what is no file, such as the text of an interpreter."""
    try:
        found = os.stat(file)
    except OSError:
        return 0.0, 0
    return found.st_mtime, found.st_size
