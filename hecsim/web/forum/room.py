"""One forum: its phase, its votes, its rules; kept in a small file, so that a restarted server goes on where it was.

Nobody is asked for a name and no address is kept. A phone is a random token that the phone itself holds. The tally is
shown only after the vote is closed, so that nobody follows the crowd; until then a vote may be changed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hecsim.errors import HecsimError

__all__ = ["PHASES", "PICKS", "ROUNDS", "Room", "RoomError"]

# The evening, in order. "vote" and "vote2" take votes; "run" and "run2" live the chosen mix.
PHASES = (
    "welcome", "meet", "predict", "vote", "reveal", "run", "town", "missing", "vote2", "reveal2", "run2", "town2", "home",
)  # fmt: skip
VOTING = {"vote": 0, "vote2": 1}
ROUNDS = 2
PICKS = 3  # choices on a ballot
_VOTERS = 2000  # phones in a room; more than any hall holds
_TRIES, _LOCK = 5, 300.0  # wrong PINs before the control is locked, and for how many seconds
_LETTERS = "ACDEFHJKLMNPRTUVWXY"  # none that is mistaken for another
_AGE = 24 * 3600.0  # an older file is another evening's


class RoomError(HecsimError):
    """Something that the room does not allow now; the message is shown to the person who asked."""


@dataclass
class _Round:
    votes: dict[str, list[str]] = field(default_factory=dict)
    paper: dict[str, int] = field(default_factory=dict)
    predictions: dict[str, str] = field(default_factory=dict)


@dataclass
class _State:
    code: str
    salt: str
    pin: str
    opened: float
    options: list[str]
    budget: float
    phase: str = "welcome"
    language: str = "en"
    blank: bool = False
    large: bool = False
    step: int = 0
    chosen: list[list[str]] = field(default_factory=lambda: [[], []])
    rounds: list[_Round] = field(default_factory=lambda: [_Round(), _Round()])
    past: list[str] = field(default_factory=list)


class Room:
    """The state of a forum. Methods may be called from any thread.

    options : ids of the eight to twelve interventions on the ballot
    budget : dollars a year that the chosen ones may cost together
    file : where the room is kept; None keeps it in memory
    """

    def __init__(self, options: Iterable[str], budget: float, *, file: Path | None = None, pin: str | None = None):
        self._lock = threading.RLock()
        self._file = file
        self.pin = pin or f"{secrets.randbelow(10**6):06d}"
        salt = secrets.token_hex(8)
        code = "".join(secrets.choice(_LETTERS) for _ in range(4))
        self._state = _State(code, salt, self._hash(salt, self.pin), time.time(), list(options), float(budget))
        self._wrong: list[float] = []
        self._keys: set[str] = set()
        self.restored = self._restore()
        self._keep()

    # -- what anybody may see -----------------------------------------------------------------

    @property
    def code(self) -> str:
        """Four letters that stand on the projector: who has them is in the room."""
        return self._state.code

    @property
    def options(self) -> tuple[str, ...]:
        """Ids on the ballot."""
        return tuple(self._state.options)

    @property
    def budget(self) -> float:
        """USD a year."""
        return self._state.budget

    def public(self) -> dict[str, Any]:
        """What the public screen may know now. The tally is among it only when the vote is closed."""
        with self._lock:
            s = self._state
            at = PHASES.index(s.phase)
            second = at >= PHASES.index("missing")
            number = 1 if second else 0
            closed = at >= PHASES.index("reveal2" if second else "reveal") and s.phase not in ("missing", "vote2")
            shown = number if closed else 0 if second else None
            return {
                "code": s.code, "phase": s.phase, "language": s.language, "blank": s.blank, "large": s.large, "step": s.step,
                "voted": len(s.rounds[number].votes) + sum(s.rounds[number].paper.values()) // PICKS,
                "round": number + 1, "chosen": [list(c) for c in s.chosen],
                "tally": None if shown is None else self.tally(shown),
                "predictions": dict(Counter(s.rounds[0].predictions.values())) if at > PHASES.index("predict") else {},
            }  # fmt: skip

    def tally(self, number: int) -> dict[str, int]:
        """Votes for each option of a round, phones and paper, in the order of the ballot."""
        with self._lock:
            found = Counter(i for picks in self._state.rounds[number].votes.values() for i in picks)
            found.update(self._state.rounds[number].paper)
            return {i: int(found[i]) for i in self._state.options}

    def picks_of(self, voter: str) -> list[str]:
        """What this phone has voted for in the round of now."""
        with self._lock:
            return list(self._state.rounds[self._number()].votes.get(voter, ()))

    def voting(self) -> bool:
        """Whether votes are taken now."""
        return self._state.phase in VOTING

    def _number(self) -> int:
        return 1 if PHASES.index(self._state.phase) >= PHASES.index("missing") else 0

    # -- what a phone may do ------------------------------------------------------------------

    def vote(self, voter: str, code: str, picks: Iterable[str]) -> list[str]:
        """Take or change a vote: at most three of the options, each once."""
        chosen = list(dict.fromkeys(str(p) for p in picks))
        with self._lock:
            self._is_here(code)
            if self._state.phase not in VOTING:
                raise RoomError("closed")
            unknown = [p for p in chosen if p not in self._state.options]
            if unknown:
                raise RoomError("unknown")
            if not 1 <= len(chosen) <= PICKS:
                raise RoomError("three")
            votes = self._state.rounds[VOTING[self._state.phase]].votes
            if voter not in votes and len(votes) >= _VOTERS:
                raise RoomError("full")
            votes[voter] = chosen
            self._keep()
            return chosen

    def predict(self, voter: str, code: str, answer: str) -> None:
        """Note what this phone expects: "better", "same" or "worse"."""
        with self._lock:
            self._is_here(code)
            if self._state.phase != "predict" or answer not in ("better", "same", "worse"):
                raise RoomError("closed")
            if voter not in self._state.rounds[0].predictions and len(self._state.rounds[0].predictions) >= _VOTERS:
                raise RoomError("full")
            self._state.rounds[0].predictions[voter] = answer
            self._keep()

    def _is_here(self, code: str) -> None:
        if not hmac.compare_digest(str(code).strip().upper().encode(), self._state.code.encode()):
            raise RoomError("code")

    # -- what the control may do --------------------------------------------------------------

    def enter(self, pin: str) -> str:
        """A key for the control, for the right PIN; five wrong ones lock it for five minutes."""
        with self._lock:
            now = time.monotonic()
            self._wrong = [t for t in self._wrong if now - t < _LOCK]
            if len(self._wrong) >= _TRIES:
                raise RoomError("locked")
            if not hmac.compare_digest(self._hash(self._state.salt, str(pin)), self._state.pin):
                self._wrong.append(now)
                raise RoomError("locked" if len(self._wrong) >= _TRIES else "pin")
            self._wrong.clear()
            key = secrets.token_urlsafe(24)
            self._keys.add(key)
            return key

    def allowed(self, key: str) -> bool:
        """Whether this key was given out by `enter`."""
        with self._lock:
            return key in self._keys

    def act(self, what: str, value: str = "") -> None:
        """A press on the control: next, undo, step, blank, large, language, paper, delete."""
        with self._lock:
            s = self._state
            at = PHASES.index(s.phase)
            if what == "next":
                if at + 1 < len(PHASES):
                    s.past.append(s.phase)
                    s.phase, s.step = PHASES[at + 1], 0
            elif what == "undo":
                if s.past:
                    s.phase, s.step = s.past.pop(), 0
            elif what == "step":
                s.step = max(0, min(s.step + (-1 if value == "back" else 1), 100))
            elif what == "blank":
                s.blank = not s.blank
            elif what == "large":
                s.large = not s.large
            elif what == "language":
                s.language = "es" if s.language == "en" else "en"
            elif what == "paper":
                self._paper(value)
            elif what == "delete":
                s.rounds[self._number()] = _Round()
            else:
                raise RoomError("unknown")
            self._keep()

    def choose(self, number: int, picks: Iterable[str]) -> None:
        """Keep what a round's vote became under the budget."""
        with self._lock:
            self._state.chosen[number] = list(picks)
            self._keep()

    def _paper(self, value: str) -> None:
        """Set the count of paper ballots for one option: "P01=7"."""
        name, _, number = value.partition("=")
        if name not in self._state.options or not number.isdecimal() or len(number) > 4:
            raise RoomError("unknown")
        self._state.rounds[self._number()].paper[name] = int(number)

    # -- the file -----------------------------------------------------------------------------

    @staticmethod
    def _hash(salt: str, pin: str) -> str:
        return hashlib.pbkdf2_hmac("sha256", pin.encode(), bytes.fromhex(salt), 50_000).hex()

    def _restore(self) -> bool:
        if self._file is None or not self._file.is_file():
            return False
        try:
            raw: Mapping[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
            state = _State(**{**raw, "rounds": [_Round(**r) for r in raw["rounds"]]})
            if state.phase not in PHASES or len(state.rounds) != ROUNDS:
                return False
        except (OSError, ValueError, TypeError, KeyError):
            return False  # a damaged file is another evening's; this one begins anew
        if time.time() - state.opened > _AGE or state.options != self._state.options or state.budget != self._state.budget:
            return False
        state.salt, state.pin = self._state.salt, self._state.pin  # the PIN of this start holds; who controls enters again
        self._state = state
        return True

    def _keep(self) -> None:
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_suffix(".part")
        with part.open("w", encoding="utf-8") as out:
            json.dump(asdict(self._state), out)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(part, 0o600)
        part.replace(self._file)
