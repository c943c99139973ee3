"""`hecsim plan`: tools for people who found and run a collaborative. Each command has a file `plan_*.py`."""

from __future__ import annotations

from hecsim.cli.base import main

__all__ = ["plan"]


@main.group()
def plan() -> None:
    """Tools for a collaborative: where, what is needed, with whom, how to decide, with what money."""
