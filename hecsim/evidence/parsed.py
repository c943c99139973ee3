"""What the parameter files say, kept beside compiled Python: reading TOML takes a tenth of a second, JSON a hundredth."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hecsim.errors import EvidenceError

__all__ = ["parse", "parse_all"]

_KEPT = Path(__file__).parent / "__pycache__" / "evidence.json"


def parse(file: str, text: str) -> dict[str, Any]:
    """What a file of this name and text says."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise EvidenceError(f"{file} is not valid TOML: {problem}") from None


def parse_all(files: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """What files say, by name and text; taken from what was kept if that belongs to the same texts."""
    of = hashlib.sha256(json.dumps(files).encode()).hexdigest()
    try:
        kept = json.loads(_KEPT.read_text(encoding="utf-8"))
        if kept["of"] == of:
            return kept["said"]
    except (OSError, ValueError, KeyError, TypeError):
        pass  # nothing is kept, or it is damaged
    said = [parse(file, text) for file, text in files]
    if not sys.dont_write_bytecode:
        _keep({"of": of, "said": said})
    return said


def _keep(document: Any) -> None:
    beside = _KEPT.with_name(f"{_KEPT.name}.{os.getpid()}")
    try:
        beside.write_text(json.dumps(document), encoding="utf-8")
        os.replace(beside, _KEPT)
    except (OSError, TypeError):  # a folder that nobody may write to, or a date, which JSON does not know
        beside.unlink(missing_ok=True)
