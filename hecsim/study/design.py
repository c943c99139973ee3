"""A study: arms x futures, declared in one file before it runs.

    [study]
    name = "Hartford, four ways"
    question = "Which mix does most for young children and for whom?"
    years = 10
    futures = 20

    [community]
    towns = ["Hartford"]
    households = 10000
    family = "Northeast"          # place the founding family there; leave out for none

    [[arm]]
    name = "Current law"

    [[arm]]
    name = "Needs first"
    mix = "M1"
    [[arm.intervention]]
    id = "S01"
    reach = 0.5

    [collaborative]               # who carries the mixes out; leave out for delivery as their settings say.
    preset = "hartford"           # An arm may have its own: [arm.collaborative]

    [[contrast]]
    measure = "aces_0_8"
    important = 0.5               # smallest difference that would matter, in the measure's unit
    precision = 0.25              # half-width that `hecsim study precision` runs for; half of `important` if left out
    arm = "Needs first"           # only this arm; every arm if left out
    against = "Current law"       # compared with this arm; with current law if left out

The arm without interventions is the reference; there must be exactly one. What an arm lists replaces
what its mix says of the same intervention.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hecsim import evidence, luck
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.collaborative import CollaborativeSpec
from hecsim.collaborative.fund_plan import FundPlan
from hecsim.community import Community
from hecsim.errors import ScenarioError, ScheduleError, UnknownNameError
from hecsim.interventions import Intervention
from hecsim.measures import MEASURES
from hecsim.measures.observed import check_outcomes
from hecsim.scenario import (
    BURN_INS,
    START_YEARS,
    YEARS,
    CommunitySpec,
    Scenario,
    check_funded,
    chosen_of,
    naming_the_file,
    read_toml,
)  # fmt: skip

__all__ = ["Arm", "CommunitySpec", "Contrast", "Design", "Future", "Study"]


# Where a future's parameters come from: the calibrated ensemble, their ranges whether or not the baseline then
# looks like Connecticut, or the central values.
PARAMETERS = ("ensemble", "sampled", "central")


@dataclass(frozen=True)
class Arm:
    """A mix in a study; no interventions means current law."""

    name: str
    interventions: tuple[Intervention, ...] = ()
    collaborative: CollaborativeSpec | None = None
    funds: FundPlan | None = None

    @property
    def is_reference(self) -> bool:
        """Whether this is current law."""
        return not self.interventions and self.collaborative is None

    def to_mapping(self) -> dict[str, Any]:
        """As it stands in a manifest: what was said, nothing else."""
        out: dict[str, Any] = {"name": self.name, "interventions": [i.to_mapping() for i in self.interventions]}
        for name in ("collaborative", "funds"):
            if (said := getattr(self, name)) is not None:
                out[name] = said.to_mapping()
        return out


@dataclass(frozen=True)
class Contrast:
    """A comparison declared before the study ran; all others are exploratory.

    important : smallest difference that would matter; precision : half-width to run for
    arm : the arm it is about, "" for every arm; against : the arm it is compared with, "" for current law
    """

    measure: str
    important: float = 0.0
    precision: float = 0.0
    arm: str = ""
    against: str = ""

    @property
    def half_width(self) -> float:
        """The half-width of the interval that is wanted: `precision`, else half of what is important; 0 if neither is said."""
        return self.precision or self.important / 2

    def to_mapping(self) -> dict[str, Any]:
        """As it stands in a file: what was said, nothing else."""
        said = {k: v for k in ("precision", "arm", "against") if (v := getattr(self, k))}
        return {"measure": self.measure, "important": self.important, **said}


@dataclass(frozen=True)
class Design:
    """Parameters that an experiment sets itself: one row per future, luck the same in all of them.

    names : parameters by full name; rows : their quantiles (0 to 1) in each future. All other parameters
    keep their central values.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]

    def to_mapping(self) -> dict[str, Any]:
        """Names, and the rows by their digest."""
        digest = hashlib.sha256(json.dumps(self.rows).encode()).hexdigest()
        return {"names": list(self.names), "futures": len(self.rows), "digest": digest}


@dataclass(frozen=True)
class Future:
    """Everything random: one parameter draw and one seed of luck, the same under every arm."""

    index: int
    draw: int
    parameter_seed: int | None
    luck_seed: int


@dataclass(frozen=True)
class Study:
    """Arms, futures, community, contrasts."""

    name: str
    arms: tuple[Arm, ...]
    community: CommunitySpec = field(default_factory=CommunitySpec)
    question: str = ""
    years: int = 10
    start_year: int = 2025
    burn_in: int = 12
    futures: int = 20
    seed: int = 1
    parameters: str = "ensemble"
    contrasts: tuple[Contrast, ...] = ()
    design: Design | None = None

    def __post_init__(self) -> None:
        references = [a.name for a in self.arms if a.is_reference]
        if len(references) != 1:
            raise ScenarioError(
                f"a study has exactly one arm without interventions, which is current law; this one has {len(references)}",
                key="arm",
            )
        names = [a.name for a in self.arms]
        if len(set(names)) < len(names):
            raise ScenarioError("two arms have the same name", key="arm")
        for contrast in self.contrasts:
            for arm_name in (contrast.arm, contrast.against):
                if arm_name and arm_name not in names:
                    raise UnknownNameError(arm_name, names, what="arm", key="contrast")
        if self.design is not None and self.futures > len(self.design.rows):
            raise ScenarioError(f"the design has {len(self.design.rows)} rows, not {self.futures}", key="futures")
        for arm in self.arms:
            for i in arm.interventions:
                if i.start >= self.years * MONTHS_PER_YEAR:
                    raise ScheduleError(
                        f"arm '{arm.name}': {i.id} starts in month {i.start}, after the horizon of "
                        f"{self.years * MONTHS_PER_YEAR} months; start it earlier or simulate more years"
                    )

    @property
    def reference(self) -> Arm:
        """The arm of current law."""
        return next(a for a in self.arms if a.is_reference)

    def future(self, index: int) -> Future:
        """The future of this index: two seeds of luck share each parameter draw, which splits the variance."""
        return _future(self.seed, self.parameters, self.design is not None, index)

    def draw_of(self, index: int) -> evidence.Draw:
        """All parameters of a future."""
        if self.design is None:
            seed = self.future(index).parameter_seed
            if self.parameters == "ensemble" and seed is not None:
                return evidence.ensemble().drawn(seed)
            return evidence.draw(seed)
        return evidence.at_quantiles(dict(zip(self.design.names, self.design.rows[index], strict=True)))

    @staticmethod
    def seeds_of(study: Mapping[str, Any]) -> Callable[[int], Future]:
        """Index to future, from what a manifest says of its study."""
        return lambda i: _future(int(study["seed"]), str(study["parameters"]), "design" in study, i)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "name": self.name,
            "question": self.question,
            "years": self.years,
            "start_year": self.start_year,
            "burn_in": self.burn_in,
            "seed": self.seed,
            "parameters": self.parameters,
            "community": self.community.to_mapping(),
            "arms": [a.to_mapping() for a in self.arms],
            "contrasts": [c.to_mapping() for c in self.contrasts],
            **({"ensemble": evidence.ensemble().digest} if self.parameters == "ensemble" and self.design is None else {}),
            **({"design": self.design.to_mapping()} if self.design is not None else {}),
        }

    @property
    def digest(self) -> str:
        """sha256 of everything that decides a future's results; the number of futures is not part of it."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True, default=str).encode()).hexdigest()

    @classmethod
    def from_scenarios(cls, scenarios: Sequence[Scenario], *, futures: int = 20, seed: int = 1, name: str = "") -> Study:
        """A study whose arms are scenarios of one community and one horizon; one of them is current law."""
        if not scenarios:
            raise ScenarioError("a comparison needs scenarios, one of which is current law", key="scenarios")
        first = scenarios[0]
        for other in scenarios[1:]:
            for key in ("community", "years", "start_year", "burn_in"):
                same = _same_place(first, other) if key == "community" else getattr(other, key) == getattr(first, key)
                if not same:
                    raise ScenarioError(
                        f"'{other.name}' and '{first.name}' differ in their {key.replace('_', ' ')}; "
                        "only arms of one community and one horizon can be paired", key=key,
                    )  # fmt: skip
        place = first.community if isinstance(first.community, CommunitySpec) else CommunitySpec()
        return cls(
            name=name or " / ".join(s.name for s in scenarios),
            arms=tuple(Arm(s.name, s.interventions, s.collaborative, s.funds) for s in scenarios),
            community=place, years=first.years, start_year=first.start_year, burn_in=first.burn_in, futures=futures, seed=seed,
        )  # fmt: skip

    @classmethod
    def from_file(cls, path: str | Path, **changes: Any) -> Study:
        """Read a study file; `changes` that are not None (such as futures=50) replace what the file says."""
        file = Path(path)
        with naming_the_file(file):
            return cls.from_mapping(read_toml(file), file, **changes)

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any], file: Path, **changes: Any) -> Study:
        """A study from what a file holds; `file` is named in messages."""
        return _parse(raw, file, {k: v for k, v in changes.items() if v is not None})


def _same_place(a: Scenario, b: Scenario) -> bool:
    """Whether two scenarios stand in one community: the same object, the same description, or the same state."""
    if isinstance(a.community, Community) != isinstance(b.community, Community):
        return False
    return a.community is b.community or a.community_digest == b.community_digest


def _future(seed: int, parameters: str, designed: bool, index: int) -> Future:
    if designed:  # the same luck in every row, so that rows differ by their parameters alone
        return Future(index, index, None, _seed(seed, 0, "study.luck"))
    draw = index // 2
    if parameters == "ensemble":  # in the study's own order; with more draws than members they come round again
        members = evidence.ensemble()
        draw %= len(members)
        parameter_seed: int | None = int(members.seeds[members.order(seed)[draw]])
    else:
        parameter_seed = None if parameters == "central" else _seed(seed, draw, "study.parameters")
    return Future(index, draw, parameter_seed, _seed(seed, index, "study.luck"))


def fresh_seed(study_seed: int, purpose: str) -> int:
    """The seed of a study whose futures nobody has looked at, for a purpose such as running finalists again."""
    return _seed(study_seed, 0, f"study.fresh.{purpose}")


def _seed(study_seed: int, index: int, stream: str) -> int:
    key = luck.founder_keys(study_seed, stream, index + 1)[index]
    return int(key >> 1)


def _known(table: Mapping[str, Any], allowed: Sequence[str], file: Path, key: str) -> None:
    for name in table:
        if name not in allowed:
            raise UnknownNameError(name, allowed, what="key", file=file, key=key)


def _number(table: Mapping[str, Any], name: str, default: int, low: int, high: int, file: Path, key: str) -> int:
    value = table.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ScenarioError(f"'{name}' is a whole number from {low} to {high}, not {value!r}", file=file, key=key)
    return value


def _text(table: Mapping[str, Any], name: str, default: str, file: Path, key: str) -> str:
    value = table.get(name, default)
    if not isinstance(value, str):
        raise ScenarioError(f"'{name}' is text, not {value!r}", file=file, key=key)
    return value


def _parse(raw: Mapping[str, Any], file: Path, changes: Mapping[str, Any]) -> Study:
    _known(raw, ("study", "community", "arm", "contrast", "collaborative"), file, "")
    for part, kind in (("study", dict), ("community", dict), ("collaborative", dict), ("arm", list), ("contrast", list)):
        if not isinstance(raw.get(part, kind()), kind):
            raise ScenarioError(f"'{part}' is a {'table' if kind is dict else 'list of tables'}", file=file, key=part)
    head = {**raw.get("study", {}), **changes}
    _known(head, ("name", "question", "years", "start_year", "burn_in", "futures", "seed", "parameters"), file, "study")
    parameters = _text(head, "parameters", "ensemble", file, "study")
    if parameters not in PARAMETERS:
        raise ScenarioError(f'\'parameters\' is "ensemble", "sampled" or "central", not {parameters!r}', file=file, key="study")
    return Study(
        name=_text(head, "name", file.stem, file, "study"),
        question=_text(head, "question", "", file, "study"),
        years=_number(head, "years", 10, *YEARS, file, "study"),
        start_year=_number(head, "start_year", 2025, *START_YEARS, file, "study"),
        burn_in=_number(head, "burn_in", 12, *BURN_INS, file, "study"),
        futures=_number(head, "futures", 20, 1, 100_000, file, "study"),
        seed=_number(head, "seed", 1, 0, 2**62, file, "study"),
        parameters=parameters,
        community=CommunitySpec.from_mapping(raw.get("community", {}), file=file),
        arms=tuple(_arm(a, n, file, raw.get("collaborative")) for n, a in enumerate(raw.get("arm", []))),
        contrasts=tuple(_contrast(c, file) for c in raw.get("contrast", [])),
    )


def _arm(table: Any, number: int, file: Path, common: Any = None) -> Arm:
    key = f"arm {number + 1}"
    if not isinstance(table, dict):
        raise ScenarioError("an arm is a table with a name", file=file, key=key)
    _known(table, ("name", "mix", "intervention", "collaborative", "funds"), file, key)
    name = _text(table, "name", "", file, key)
    if not name:
        raise ScenarioError("every arm has a name", file=file, key=key)
    chosen = tuple(chosen_of(table, file=file))
    group = table.get("collaborative", common if chosen else None)
    who = None if group is None else CollaborativeSpec.from_mapping(group, file=file)
    funds = FundPlan.from_mapping(table["funds"], file=file) if "funds" in table else None
    if funds is not None:
        check_outcomes(funds.measures)
        check_funded(chosen, who, funds)
    return Arm(name, chosen, who, funds)


def _contrast(table: Any, file: Path) -> Contrast:
    if not isinstance(table, dict):
        raise ScenarioError("a contrast is a table with a measure", file=file, key="contrast")
    _known(table, ("measure", "important", "precision", "arm", "against"), file, "contrast")
    name = _text(table, "measure", "", file, "contrast")
    if name not in MEASURES:
        raise UnknownNameError(name, MEASURES, what="measure", file=file, key="contrast")
    sizes = {}
    for key in ("important", "precision"):
        sizes[key] = size = table.get(key, 0.0)
        if isinstance(size, bool) or not isinstance(size, (int, float)) or not 0 <= size <= sys.float_info.max:
            raise ScenarioError(f"'{key}' is a number of at least 0", file=file, key="contrast")
    arms = {key: _text(table, key, "", file, "contrast") for key in ("arm", "against")}
    return Contrast(name, float(sizes["important"]), float(sizes["precision"]), **arms)
