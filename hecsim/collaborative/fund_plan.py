"""How a mix is funded: the `[funds]` table of a scenario or of an arm, checked strictly.

    [funds]
    pays = ["G01", "G04", "S03"]     # interventions that the fund pays; left out: all that are not laws
    order = ["S03"]                  # kept first when money is short; the others follow as listed
    reserve = 3                      # months of cost kept back
    benchmark = "comparison"         # what payers compare with: "comparison" or "own baseline"

    [[funds.source]]
    instrument = "grants"
    payers = { philanthropy = 1.0 }
    amount = 3_000_000               # dollars a year, at the scale of the real place
    first = 1                        # year; 0 is the first
    years = 4
    only = ["G01"]                   # what its giver agreed to; left out: anything the instrument may pay for

    [funds.capture]                  # capture and reinvestment as a policy
    share = 0.5                      # of measured savings returns to the fund
    minimum = 0.02                   # of the benchmark that savings so far must exceed
    payers = ["Medicaid", "child protection"]

Without `[funds]` every payer pays its share of what an intervention costs, without limit.

>>> plan = FundPlan.from_mapping({"source": [{"instrument": "grants", "payers": {"state": 1.0}, "amount": 1e6, "years": 3}]})
>>> plan.sources[0].start, plan.sources[0].years
(0, 3)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hecsim.collaborative.instruments import INSTRUMENTS, SAVERS, Instrument, instrument
from hecsim.errors import ScenarioError, UnknownNameError

__all__ = ["BENCHMARKS", "Capture", "FundPlan", "Source"]

BENCHMARKS = ("comparison", "own baseline")
Payers = tuple[tuple[str, float], ...]
_COMMON = ("name", "instrument", "payers", "first", "years", "only")
# Settings that belong to some instruments: default (None: must be given), least, most.
_OWN: Mapping[str, tuple[Any, float, float]] = {
    "amount": (None, 0.0, 1e12),
    "share": (None, 0.0, 1.0),
    "interest": (0.02, 0.0, 0.25),
    "term": (7, 1, 40),
    "price": (None, 0.0, 1e9),
    "cap": (math.inf, 0.0, 1e12),
    "target": (0.1, 1e-4, 1.0),
    "success": (0.05, 0.0, 1.0),
}


def _number(value: Any, low: float, high: float, key: str, *, whole: bool = False) -> Any:
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
    if not good or (whole and int(value) != value):
        kind = "a whole number" if whole else "a number"
        raise ScenarioError(f"must be {kind} from {low:g} to {high:g}, not {value!r}", key=key)
    return int(value) if whole else float(value)


def _flag(value: Any, key: str) -> bool:
    if not isinstance(value, bool):
        raise ScenarioError(f"must be true or false, not {value!r}", key=key)
    return value


def _names(value: Any, key: str) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
        raise ScenarioError(f"must be a list of names, not {value!r}", key=key)
    return tuple(value)


def _payers(value: Any, key: str) -> Payers:
    if not isinstance(value, Mapping) or not value:
        raise ScenarioError("must be a table of payers and shares, such as { philanthropy = 1.0 }", key=key)
    pairs = tuple((str(name), _number(share, 0, 1, f"{key}.{name}")) for name, share in value.items())
    if abs(sum(share for _, share in pairs) - 1) > 1e-6:
        raise ScenarioError("the payers' shares must sum to 1", key=key)
    return pairs


def _known(table: Any, allowed: tuple[str, ...], key: str, what: str = "key") -> None:
    if not isinstance(table, Mapping):
        raise ScenarioError(f"must be a table, not {table!r}", key=key)
    for name in table:
        if name not in allowed:
            raise UnknownNameError(name, allowed, what=what, key=f"{key}.{name}")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One stream of money. What an instrument does not use stays at its default and cannot be set in a file.

    payers : who puts it in, as shares; for money by outcome, who measures and pays
    amount : dollars a year (grants, braided funds, trust, credits, multi-payer) or the principal
    first, years : first year (None: the first of the instrument's phase) and how many
    only : interventions that it may pay for; empty for all that its instrument may pay for
    share : of savings paid out; of a gift that comes back as credit; of a payment held back for outcomes
    measure, price, target, cap : outcome, dollars per unit, relative gain for full payment, most in a year
    interest, term, success : of social investment and Pay for Success
    """

    instrument: str
    payers: Payers
    name: str = ""
    first: int | None = None
    years: int = 5
    only: tuple[str, ...] = ()
    amount: float = 0.0
    carry: bool = False
    blended: bool = False
    share: float = 0.0
    measure: str = ""
    price: float = 0.0
    cap: float = math.inf
    target: float = 0.1
    success: float = 0.05
    interest: float = 0.02
    term: int = 7

    @property
    def kind(self) -> Instrument:
        """Its instrument."""
        return INSTRUMENTS[self.instrument]

    @property
    def start(self) -> int:
        """First year in which it pays or measures."""
        return self.kind.phase[0] if self.first is None else self.first

    @property
    def label(self) -> str:
        """A name for tables."""
        return self.name or f"{self.instrument}: {', '.join(p for p, _ in self.payers)}"

    def active(self, year: int) -> bool:
        """Whether a year is one of its years."""
        return self.start <= year < self.start + self.years

    @classmethod
    def from_mapping(cls, data: Any, key: str) -> Source:
        """From one `[[funds.source]]`; a setting that its instrument does not have is an error."""
        if not isinstance(data, Mapping) or "instrument" not in data:
            raise ScenarioError(f'needs an instrument, such as "{next(iter(INSTRUMENTS))}"', key=key)
        if data["instrument"] not in INSTRUMENTS:
            raise UnknownNameError(str(data["instrument"]), INSTRUMENTS, what="instrument", key=f"{key}.instrument")
        kind = instrument(data["instrument"])
        _known(data, (*_COMMON, *kind.keys), key, f"setting of {kind.name}")
        made: dict[str, Any] = {"instrument": kind.name, "payers": _payers(data.get("payers"), f"{key}.payers")}
        for name in ("name", "measure"):
            if name in data and not isinstance(data[name], str):
                raise ScenarioError(f"must be text, not {data[name]!r}", key=f"{key}.{name}")
            made[name] = data.get(name, "")
        if "measure" in kind.keys and not made["measure"]:
            raise ScenarioError("needs the name of a measure, such as 'cps_confirmed'", key=f"{key}.measure")
        if "first" in data:
            made["first"] = _number(data["first"], 0, 75, f"{key}.first", whole=True)
        made["years"] = _number(data.get("years", 5), 1, 75, f"{key}.years", whole=True)
        made["only"] = _names(data.get("only", ()), f"{key}.only")
        for name in ("carry", "blended"):
            made[name] = _flag(data.get(name, False), f"{key}.{name}")
        for name, (default, low, high) in _OWN.items():
            if name not in kind.keys:
                continue
            if name not in data and default is None:
                raise ScenarioError(f"{kind.name} needs '{name}'", key=f"{key}.{name}")
            if name in data:
                made[name] = _number(data[name], low, high, f"{key}.{name}", whole=name == "term")
        if kind.outcomes and "measure" not in kind.keys:
            for payer, _ in made["payers"]:
                if payer not in SAVERS:
                    raise UnknownNameError(payer, SAVERS, what="payer whose savings are measured", key=f"{key}.payers")
        return cls(**made)

    def to_mapping(self) -> dict[str, Any]:
        """As it stands in a file."""
        out: dict[str, Any] = {"instrument": self.instrument, "payers": dict(self.payers), "years": self.years}
        plain = Source(instrument=self.instrument, payers=self.payers)
        for name in ("name", "first", "only", *self.kind.keys):
            value = getattr(self, name)
            if value != getattr(plain, name) or (name in _OWN and _OWN[name][0] is None):
                out[name] = list(value) if isinstance(value, tuple) else value
        return out


@dataclass(frozen=True, kw_only=True)
class Capture:
    """Capture and reinvestment: a share of what payers are measured to save returns to the fund.

    minimum : savings so far over the benchmark so far, below which nothing is paid; None for the parameter
        `money.minimum_savings`
    """

    share: float
    minimum: float | None = None
    payers: tuple[str, ...] = SAVERS
    first: int = 0
    years: int = 75

    @classmethod
    def from_mapping(cls, data: Any) -> Capture:
        """From `[funds.capture]`."""
        _known(data, ("share", "minimum", "payers", "first", "years"), "funds.capture")
        if "share" not in data:
            raise ScenarioError("needs the share of savings that returns", key="funds.capture.share")
        payers = _names(data.get("payers", SAVERS), "funds.capture.payers")
        for payer in payers:
            if payer not in SAVERS:
                raise UnknownNameError(payer, SAVERS, what="payer whose savings are measured", key="funds.capture.payers")
        return cls(
            share=_number(data["share"], 0, 1, "funds.capture.share"),
            minimum=_number(data["minimum"], 0, 1, "funds.capture.minimum") if "minimum" in data else None,
            payers=payers,
            first=_number(data.get("first", 0), 0, 75, "funds.capture.first", whole=True),
            years=_number(data.get("years", 75), 1, 75, "funds.capture.years", whole=True),
        )

    def to_mapping(self) -> dict[str, Any]:
        """As it stands in a file."""
        out = {"share": self.share, "payers": list(self.payers), "first": self.first, "years": self.years}
        return out | ({} if self.minimum is None else {"minimum": self.minimum})


@dataclass(frozen=True, kw_only=True)
class FundPlan:
    """Sources of money, what they pay for, and the rules by which a fiduciary agent keeps the fund solvent."""

    sources: tuple[Source, ...] = ()
    pays: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    reserve: int = 3
    benchmark: str = "comparison"
    capture: Capture | None = None

    @property
    def by_outcome(self) -> bool:
        """Whether any money depends on what was measured."""
        return self.capture is not None or any(s.kind.outcomes for s in self.sources)

    @property
    def measures(self) -> tuple[str, ...]:
        """Measures that payers of outcomes name, beside those of savings."""
        return tuple(dict.fromkeys(s.measure for s in self.sources if s.measure))

    @classmethod
    def from_mapping(cls, data: Any, *, file: Any = None) -> FundPlan:
        """From the `[funds]` table of a file.

        Raises
        ------
        ScenarioError, UnknownNameError : naming the file and the key
        """
        try:
            return cls._read(data)
        except ScenarioError as problem:
            if file is None or problem.file is not None:
                raise
            raise ScenarioError(f"{file}: {problem}") from None
        except UnknownNameError as problem:
            if file is not None and problem.file is None:
                problem.args = (f"{file}: {problem}",)
                problem.file = file
            raise

    @classmethod
    def _read(cls, data: Any) -> FundPlan:
        _known(data, ("source", "pays", "order", "reserve", "benchmark", "capture"), "funds")
        listed = data.get("source", [])
        if not isinstance(listed, (list, tuple)):
            raise ScenarioError("write [[funds.source]] tables with two brackets", key="funds.source")
        sources = tuple(Source.from_mapping(s, f"funds.source {n + 1}") for n, s in enumerate(listed))
        capture = Capture.from_mapping(data["capture"]) if "capture" in data else None
        if not sources:
            raise ScenarioError("a fund needs at least one [[funds.source]]", key="funds.source")
        benchmark = data.get("benchmark", BENCHMARKS[0])
        if benchmark not in BENCHMARKS:
            raise UnknownNameError(str(benchmark), BENCHMARKS, what="benchmark", key="funds.benchmark")
        return cls(
            sources=sources,
            pays=_names(data.get("pays", ()), "funds.pays"),
            order=_names(data.get("order", ()), "funds.order"),
            reserve=_number(data.get("reserve", 3), 0, 24, "funds.reserve", whole=True),
            benchmark=benchmark,
            capture=capture,
        )

    def to_mapping(self) -> dict[str, Any]:
        """As it stands in a file."""
        out: dict[str, Any] = {"reserve": self.reserve, "benchmark": self.benchmark}
        for name in ("pays", "order"):
            if value := getattr(self, name):
                out[name] = list(value)
        out["source"] = [s.to_mapping() for s in self.sources]
        return out | ({"capture": self.capture.to_mapping()} if self.capture else {})

    def check(self, ids: tuple[str, ...]) -> None:
        """Refuse names of interventions that the mix does not have."""
        named = [("funds.pays", self.pays), ("funds.order", self.order)]
        named += [(f"funds.source {n + 1}.only", s.only) for n, s in enumerate(self.sources)]
        for key, names in named:
            for name in names:
                if name not in ids:
                    raise UnknownNameError(name, ids, what="intervention of this mix", key=key)
