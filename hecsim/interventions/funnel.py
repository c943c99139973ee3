"""How a program reaches families: eligible, found, offered, enrolled, retained, completed.

Each step is a decision of its own, keyed on the family, so that no program's luck shifts another's:

    <id>.place    drawn once: whether a place is planned for this family (reach, ramp, consent)
    <id>.found    each month: found by outreach, referral or word of mouth
    <id>.handoff  lost between being found and being offered
    <id>.consent  takes the place when it is offered: trust, mental room, language
    <id>.stay     leaves early

Places are planned for reach x ramp / consent of those eligible, so that `reach` is the share
served in the end where trust, mental room and language are at their reference levels. Families
found wait in a queue while staff are short, longest wait first. The state of each family stands
in the columns iv_<id>_stage, iv_<id>_months and iv_<id>_dose of its own table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hecsim.clock import monthly_decay
from hecsim.community import Community
from hecsim.engine import Context
from hecsim.interventions.base import Intervention
from hecsim.interventions.doses import ramp
from hecsim.interventions.frame import Frame
from hecsim.tables import Column

__all__ = ["COMPLETED", "ENROLLED", "LEFT", "NEVER", "STAGES", "WAITING", "Funnel"]

STAGES = ("never", "waiting", "enrolled", "left or declined", "completed")
NEVER, WAITING, ENROLLED, LEFT, COMPLETED = range(5)
_TRUST = ("trust_health", "trust_services", "trust_community", "trust_police")
_LONG = 255  # months saturate here


class Funnel:
    """The funnel of one intervention under one name (`key`); its memory is in the community's columns."""

    def __init__(self, iv: Intervention, key: str, siblings: Sequence[str] = ()):
        self.iv, self.key, self.siblings = iv, key, tuple(siblings)
        self._names = tuple(self.column(n) for n in ("stage", "months", "dose"))

    def column(self, name: str) -> str:
        """Name of one of its columns."""
        return f"iv_{self.key}_{name}"

    def columns(self, community: Community) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Stage, months in it, and dose of every row; added to the table at first use."""
        table, (stage, months, dose) = community.tables[self.iv.unit], self._names
        if stage in table.columns:
            return table.columns[stage], table.columns[months], table.columns[dose]
        title = self.iv.title.en
        return (
            table.add(Column(stage, "uint8", "code", f"stage in '{title}'", STAGES)),
            table.add(Column(months, "uint8", "month", f"months in that stage of '{title}'")),
            table.add(Column(dose, "float32", "1", f"effect of '{title}' reached, 0 to 1")),
        )

    # -- those already known ----------------------------------------------------------------------

    def advance(self, frame: Frame, context: Context, month: int) -> None:
        """A month passes for those in the funnel: effects build up or fade, people finish or leave."""
        iv, draw = self.iv, context.draw
        stage, months, dose = self.columns(frame.community)
        rows = np.flatnonzero(((stage > NEVER) | (dose > 0)) & frame.present(iv.unit))
        if not rows.size:
            return
        months[rows] = np.minimum(months[rows].astype(np.int64) + 1, _LONG)
        fade = iv.number(draw, "fade", 0.0)
        keep = np.float32(monthly_decay(fade) if fade > 0 else 0.0)
        served = rows[stage[rows] == ENROLLED]
        dose[rows[stage[rows] != ENROLLED]] *= keep
        if iv.end is not None and month >= iv.end:
            self._close(stage, months, dose, rows, served, keep)
            return
        lag = iv.number(draw, "lag", 0.0)
        dose[served] = np.maximum(dose[served], np.minimum(1.0, months[served] / max(lag, 1.0)))
        done = self._finished(frame, context, served, months[served])
        quits = ~done & self._quits(frame, context, served, month)
        for out, where in ((COMPLETED, served[done]), (LEFT, served[quits])):
            stage[where], months[where] = out, 0
            dose[where] *= keep
        back = rows[(months[rows] >= float(draw["interventions.retry"])) & self._may_return(stage[rows])]
        stage[back] = NEVER

    def _close(self, stage, months, dose, rows, served, keep) -> None:
        stage[served], months[served] = LEFT, 0
        dose[served] *= keep
        stage[rows[stage[rows] == WAITING]] = NEVER

    def _may_return(self, stage: np.ndarray) -> np.ndarray:
        return (stage == LEFT) | ((stage == COMPLETED) & self.iv.repeat)

    def _finished(self, frame: Frame, context: Context, served: np.ndarray, months: np.ndarray) -> np.ndarray:
        length = self.iv.number(context.draw, "months", 0.0)
        if length > 0:
            return months >= length
        return ~self.iv.retains(frame.community, context)[served]

    def _quits(self, frame: Frame, context: Context, served: np.ndarray, month: int) -> np.ndarray:
        hazard = self.iv.number(context.draw, "dropout", 0.0)
        if not hazard or not served.size:
            return np.zeros(served.size, bool)
        u = context.uniforms(f"{self.key}.stay", month, self._keys(frame, served))
        return u < np.clip(hazard / self._room(frame, context.draw, served), 0.0, 1.0)

    # -- those not yet served -----------------------------------------------------------------------

    def able(self, frame: Frame, context: Context, inside: np.ndarray) -> np.ndarray:
        """Eligible and living where the program is, bool over the rows of its unit."""
        return frame.once(
            self.key,
            "able",
            lambda: self.iv.eligible(frame.community, context) & inside[frame.place[self.iv.unit]],
        )

    def find(self, frame: Frame, context: Context, month: int, inside: np.ndarray, held: np.ndarray | None = None) -> None:
        """Families for whom a place is planned are found and handed on; they wait from now on.

        inside : neighborhoods that have the program, bool
        held : households that are not asked yet, bool; None for nobody
        """
        iv, draw = self.iv, context.draw
        stage, months, _ = self.columns(frame.community)
        able = self.able(frame, context, inside)
        waiting = np.flatnonzero(stage == WAITING)
        stage[waiting[~able[waiting]]] = NEVER
        rows = np.flatnonzero(able & (stage == NEVER))
        rows = rows[~self._elsewhere(frame, draw, rows)]
        if held is not None:
            rows = rows[~held[self._home(frame, rows)]]
        consent = iv.number(draw, "consent", 1.0)
        planned = min(1.0, iv.reach * ramp(iv, month) / consent)
        rows = rows[context.uniforms(f"{self.key}.place", 0, self._keys(frame, rows)) < planned]
        hazard = -np.log1p(-min(iv.number(draw, "found", 1.0), 1 - 1e-6))
        chance = -np.expm1(-hazard * self._outreach(frame, context, rows))
        rows = rows[context.uniforms(f"{self.key}.found", month, self._keys(frame, rows)) < chance]
        loss = float(draw["interventions.handoff_loss"]) * _lever(context, "handoff_scale", self._home(frame, rows))
        rows = rows[context.uniforms(f"{self.key}.handoff", month, self._keys(frame, rows)) >= loss]
        stage[rows], months[rows] = WAITING, 0

    def _elsewhere(self, frame: Frame, draw: Mapping[str, Any], rows: np.ndarray) -> np.ndarray:
        """Waiting, served or lately served by the same program under another name."""
        table = frame.community.tables[self.iv.unit]
        busy = np.zeros(rows.size, bool)
        for other in self.siblings:
            if f"iv_{other}_stage" in table:
                stage, months = table[f"iv_{other}_stage"][rows], table[f"iv_{other}_months"][rows]
                lately = (months < float(draw["interventions.retry"])) | (not self.iv.repeat)
                busy |= (stage == WAITING) | (stage == ENROLLED) | ((stage == COMPLETED) & lately)
        return busy

    def waiting(self, frame: Frame) -> np.ndarray:
        """Rows waiting for staff."""
        stage = self.columns(frame.community)[0]
        return np.flatnonzero((stage == WAITING) & frame.present(self.iv.unit))

    def active(self, frame: Frame) -> float:
        """Real units being served."""
        stage = self.columns(frame.community)[0]
        return float(frame.weight[self.iv.unit][stage == ENROLLED].sum())

    def offer(
        self, frame: Frame, context: Context, month: int, rows: np.ndarray, grant: float, lift: np.ndarray | None = None
    ) -> np.ndarray:
        """Offer places to the rows waiting, within `grant` real units; returns those newly enrolled.

        lift : multiplier of consent by household; None for 1
        """
        stage, months, dose = self.columns(frame.community)
        weight = frame.weight[self.iv.unit]
        if weight[rows].sum() > grant:
            luck = context.uniforms(f"{self.key}.place", 0, self._keys(frame, rows))
            rows = rows[np.lexsort((luck, -months[rows].astype(np.int64)))]
            # A row that stands for several families gets a place when half of it fits.
            rows = rows[np.cumsum(weight[rows]) - weight[rows] / 2 <= grant]
        if not rows.size:
            return rows
        chance = self.iv.number(context.draw, "consent", 1.0) * self.propensity(frame, context, rows)
        if lift is not None:
            chance = chance * lift[self._home(frame, rows)]
        takes = context.uniforms(f"{self.key}.consent", month, self._keys(frame, rows)) < chance
        stage[rows] = np.where(takes, ENROLLED, LEFT)
        months[rows] = 0
        if self.iv.number(context.draw, "lag", 0.0) == 0:
            dose[rows[takes]] = 1.0
        return rows[takes]

    # -- what makes uptake differ ---------------------------------------------------------------------

    def _keys(self, frame: Frame, rows: np.ndarray) -> np.ndarray:
        return frame.community.tables[self.iv.unit]["key"][rows]

    def _home(self, frame: Frame, rows: np.ndarray) -> np.ndarray:
        return rows if self.iv.unit == "household" else frame.home(rows)

    def _outreach(self, frame: Frame, context: Context, rows: np.ndarray) -> np.ndarray:
        """Multiplier of the hazard of being found: awareness, referral systems, differential treatment."""
        draw, home, h = context.draw, self._home(frame, rows), frame.community.household
        aware = h["aware"][home] / float(draw["interventions.aware_reference"])
        ratio = np.asarray(draw["interventions.service_ratio"])[h["race"][home].astype(np.int64)]
        treated = 1.0 + float(context.levers.number("service_bias")) * (ratio - 1.0)
        return aware * _lever(context, "found_scale", home) * treated

    def _room(self, frame: Frame, draw: Mapping[str, Any], rows: np.ndarray) -> np.ndarray:
        """Mental room against the reference, to its power."""
        bandwidth = np.maximum(frame.community.household["bandwidth"][self._home(frame, rows)], 0.05)
        return (bandwidth / float(draw["interventions.bandwidth_reference"])) ** float(draw["interventions.bandwidth_power"])

    def propensity(self, frame: Frame, context: Context, rows: np.ndarray) -> np.ndarray:
        """Multiplier of consent: trust and mental room against their reference levels, and language."""
        draw, home, h = context.draw, self._home(frame, rows), frame.community.household
        usual = float(np.asarray(draw["interventions.trust_reference"])[_TRUST.index(self.iv.trust)])
        trust = np.maximum(h[self.iv.trust][home], 0.02) / usual
        match = _lever(context, "language_match", home)
        spoken = np.where(h["language"][home] > 0, match + (1 - match) * float(draw["interventions.unspoken"]), 1.0)
        return trust ** float(draw["interventions.trust_power"]) * self._room(frame, draw, rows) * spoken


def _lever(context: Context, name: str, rows: np.ndarray) -> np.ndarray | float:
    """Composed value of a household lever at some rows; one number where nobody moves it."""
    if not context.levers.moved(name):
        return context.levers.base(name)
    last = int(rows.max(initial=-1)) + 1
    out = np.empty(last, np.float32)
    return context.levers.fill(name, slice(0, last), out)[rows].astype(float)
