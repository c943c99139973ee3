"""Opening a forum on this machine: address, letters, PIN and QR, from the settings that the command hands over."""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import dataclass

import segno

from hecsim.errors import ScenarioError
from hecsim.web import cache
from hecsim.web.forum.choices import Ballot
from hecsim.web.forum.evening import Evening
from hecsim.web.forum.room import Room
from hecsim.web.jobs import Board

__all__ = ["SETTING", "current", "local_address", "open_evening"]

SETTING = "HECSIM_FORUM"  # a JSON object of `Settings`, set by `hecsim app --forum`


@dataclass(frozen=True)
class _Settings:
    port: int = 8765
    pin: str = ""
    options: tuple[str, ...] = Ballot.options
    town: str = "Hartford"
    households: int = Ballot.households
    years: int = Ballot.years
    futures: int = Ballot.futures
    budget: float = Ballot.budget
    fresh: bool = False


_now: Evening | None = None


def current() -> Evening | None:
    """The forum that is open in this process."""
    return _now


def local_address() -> str:
    """Find the address of this machine in the room's own network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))  # an address of documentation; a datagram socket only looks up the way
            return str(s.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def open_evening(board: Board) -> Evening | None:
    """Open the forum that the environment asks for; None if it asks for none. Prints what the facilitator needs."""
    global _now  # noqa: PLW0603  (one server process has one room)
    text = os.environ.get(SETTING)
    if not text:
        return None
    try:
        raw = json.loads(text)
        settings = _Settings(**{**raw, "options": tuple(raw.get("options") or Ballot.options)})
    except (ValueError, TypeError) as problem:
        raise ScenarioError(f"the settings of the forum cannot be read: {problem}", key=SETTING) from None
    ballot = Ballot(settings.options, (settings.town,), settings.households, settings.years, settings.futures, settings.budget)
    file = cache.root() / "forum" / "room.json"
    if settings.fresh:
        file.unlink(missing_ok=True)
    room = Room(ballot.options, ballot.budget, file=file, pin=settings.pin or None)
    address = f"http://{local_address()}:{settings.port}/v"
    code = segno.make(f"{address}?c={room.code}", micro=False)
    _now = Evening(room, ballot, board, address=address, qr=code.svg_inline(border=2, omitsize=True))
    _now.open()
    print(
        f"\nForum open.\n  phones      {address}   letters {room.code}\n"
        f"  projector   http://127.0.0.1:{settings.port}/forum\n"
        f"  control     http://127.0.0.1:{settings.port}/forum/control   PIN {room.pin}\n"
        + ("  going on where the room was before\n" if room.restored else ""),
        file=sys.stderr,
        flush=True,
    )
    return _now
