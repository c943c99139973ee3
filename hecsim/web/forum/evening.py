"""A forum that is open: its room, its ballot, and the runs that its votes ask for."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import hecsim
from hecsim.report.text import dollars
from hecsim.web import cache
from hecsim.web.forum import show
from hecsim.web.forum.choices import Ballot, under_budget
from hecsim.web.forum.room import PHASES, Room
from hecsim.web.forum.words import told
from hecsim.web.jobs import Board
from hecsim.web.plan import START_YEAR
from hecsim.web.turns import in_turn

__all__ = ["Evening"]

_WHO = "forum"
_RUNS = {"run": 0, "run2": 1}


class Evening:
    """Joins a room to the board of runs.

    address : what phones open; qr : the same as an SVG, made by a library, for the projector
    """

    def __init__(self, room: Room, ballot: Ballot, board: Board, *, address: str = "", qr: str = ""):
        self.room, self.ballot, self.board, self.address, self.qr = room, ballot, board, address, qr

    def open(self) -> None:
        """Ask for what the evening needs from its first minute: each option alone, which gives prices and lane one."""
        for option in self.ballot.options:
            if not self.ballot.ready([option]):
                self.board.start(self.ballot.study([option]), _WHO)

    def act(self, what: str, value: str = "") -> None:
        """A press on the control; a vote that is over becomes a run."""
        before = self.room.public()["phase"]
        self.room.act(what, value)
        after = self.room.public()["phase"]
        if after == before or what != "next":
            return
        if after in ("reveal", "reveal2"):
            self.start(0 if after == "reveal" else 1)
        if after in _RUNS:
            self.start(_RUNS[after])

    def start(self, number: int) -> None:
        """Make the mix of a round from its votes and live it, unless it is kept already.

        While the price of an option that got votes is still being worked out nothing is chosen, so that no choice is
        passed over for having no price yet; the public screen asks again.
        """
        if self._unpriced(number):
            return
        picks = [r["id"] for r in under_budget(self.room.tally(number), self.ballot.price, self.ballot.budget) if r["in"]]
        self.room.choose(number, picks)
        if picks and not self.ballot.ready(picks):
            first, every = self._met(), in_turn(self.ballot.futures)
            # The future in which the hall has met the family comes first: its second lane is shown next.
            order = sorted(every, key=lambda i: i != first)
            self.board.start(self.ballot.study(picks), _WHO, tuple(order))

    def _unpriced(self, number: int) -> list[str]:
        return [i for i, votes in self.room.tally(number).items() if votes and self.ballot.price(i) is None]

    def _settle(self) -> None:
        """Choose once all prices are there."""
        public = self.room.public()
        number = public["round"] - 1
        if public["phase"] in ("reveal", "run", "reveal2", "run2") and not public["chosen"][number]:
            self.start(number)

    def _met(self) -> int | None:
        """The future in which the family was met: the middle one under current law, which no choice changes."""
        picks = self._picks(None)
        story = show.family(self.ballot, picks, "en") if picks else None
        return story["future"] if story is not None else None

    def _picks(self, number: int | None) -> tuple[str, ...]:
        if number is None:  # lane one is the same in every run; any finished one will do
            return next(((o,) for o in self.ballot.options if self.ballot.ready([o])), ())
        return tuple(self.room.public()["chosen"][number])

    def told(self, lang: str) -> str:
        """How the run of the round stands, in one line; empty when nothing is to be said."""
        public = self.room.public()
        phase = public["phase"]
        if phase == "meet":
            return "" if self._picks(None) else told("meet.wait", lang)
        if phase not in ("reveal", "run", "town", "reveal2", "run2", "town2"):
            return ""
        if waiting := self._unpriced(public["round"] - 1):
            return told("pricing", lang, n=len(waiting))
        picks = self._picks(public["round"] - 1)
        if not picks:
            return told("nothing", lang)
        if self.ballot.ready(picks):
            return ""
        look = self.board.look(cache.key_of(self.ballot.study(picks)))
        if look is not None and look.stage == "failed":
            return told("failed", lang, problem=look.problem)
        return told("running", lang, done=look.futures if look else 0, of=self.ballot.futures)

    def rows(self, number: int, lang: str) -> list[dict[str, Any]]:
        """The tally as a table: option, votes, price, and whether it fits."""
        rows = under_budget(self.room.tally(number), self.ballot.price, self.ballot.budget)
        waiting = any(r["price"] is None for r in rows)  # nothing is chosen before every price is known

        def verdict(chosen: bool) -> str:
            return told("undecided" if waiting else "fits" if chosen else "passed", lang)

        return [
            {**show.option(r["id"], lang), "votes": r["votes"], "in": r["in"] and not waiting, "undecided": waiting,
             "price": told("unpriced", lang) if r["price"] is None else dollars(r["price"], lang), "verdict": verdict(r["in"])}
            for r in rows
        ]  # fmt: skip

    def years(self, number: int | None, lang: str) -> list[dict[str, Any]]:
        """The family's years up to the step that the control has reached; lane one alone for `number` None."""
        picks = self._picks(number)
        story = show.family(self.ballot, picks, lang, self._met()) if picks else None
        if story is None:
            return []
        years = story["years"][: self.room.public()["step"] + 1]
        return [
            {**y, "lanes": [{**x, "meters": show.meters(x, lang)} for x in y["lanes"] if x["law"] or number is not None]}
            for y in years
        ]

    def town(self, number: int, lang: str) -> list[dict[str, Any]]:
        """The town's headlines in every future."""
        picks = self._picks(number)
        rows = show.town(self.ballot, picks, lang) if picks and self.ballot.ready(picks) else []
        return [{**r, "better": told("better_in", lang, n=r["better_in"], of=r["of"])} for r in rows]

    def run(self, number: int, lang: str) -> str:
        """Which run a page shows, and of what."""
        ballot, picks = self.ballot, self._picks(number)
        key = cache.key_of(ballot.study(picks)) if picks else ""
        return told(
            "run", lang, id=key[:8], version=hecsim.__version__, place=", ".join(ballot.towns),
            households=f"{ballot.households:,}", futures=ballot.futures, first=START_YEAR, last=START_YEAR + ballot.years - 1,
        ) if key else ""  # fmt: skip

    def summary(self, lang: str) -> dict[str, Any]:
        """The page to take home: what was chosen in each round, and what came of it."""
        chosen = self.room.public()["chosen"]
        return {
            "place": ", ".join(self.ballot.towns), "years": self.ballot.years,
            "rounds": [
                {"options": [show.option(i, lang) for i in picks], "town": self.town(n, lang), "run": self.run(n, lang)}
                for n, picks in enumerate(chosen)
                if picks
            ],
        }  # fmt: skip

    def stamp(self) -> str:
        """Changes whenever the public screen should be drawn again."""
        self._settle()
        public = self.room.public()
        standing = [self.told("en"), PHASES.index(public["phase"])]
        return hashlib.sha256(json.dumps([public, standing], sort_keys=True).encode()).hexdigest()[:12]
