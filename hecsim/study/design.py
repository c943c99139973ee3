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

    [[contrast]]
    measure = "aces_0_8"
    important = 0.5               # smallest difference that would matter, in the measure's unit

The arm without interventions is the reference; there must be exactly one. What an arm lists replaces
what its mix says of the same intervention.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hecsim import luck
from hecsim.clock import MONTHS_PER_YEAR
from hecsim.community import Community
from hecsim.errors import ScenarioError, ScheduleError, UnknownNameError
from hecsim.interventions import Intervention
from hecsim.measures import MEASURES
from hecsim.scenario import BURN_INS, START_YEARS, YEARS, CommunitySpec, Scenario, chosen_of, naming_the_file, read_toml

__all__ = ["Arm", "CommunitySpec", "Contrast", "Future", "Study"]


@dataclass(frozen=True)
class Arm:
    """A mix in a study; no interventions means current law."""

    name: str
    interventions: tuple[Intervention, ...] = ()

    @property
    def is_reference(self) -> bool:
        """Whether this is current law."""
        return not self.interventions


@dataclass(frozen=True)
class Contrast:
    """A comparison declared before the study ran; all others are exploratory."""

    measure: str
    important: float = 0.0


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
    parameters: str = "sampled"
    contrasts: tuple[Contrast, ...] = ()

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
        draw = index // 2
        if self.parameters == "central":
            parameter_seed = None
        else:
            parameter_seed = _seed(self.seed, draw, "study.parameters")
        return Future(index, draw, parameter_seed, _seed(self.seed, index, "study.luck"))

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
            "arms": [{"name": a.name, "interventions": [i.to_mapping() for i in a.interventions]} for a in self.arms],
            "contrasts": [{"measure": c.measure, "important": c.important} for c in self.contrasts],
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
            arms=tuple(Arm(s.name, s.interventions) for s in scenarios),
            community=place, years=first.years, start_year=first.start_year, burn_in=first.burn_in, futures=futures, seed=seed,
        )  # fmt: skip

    @classmethod
    def from_file(cls, path: str | Path, **changes: Any) -> Study:
        """Read a study file; `changes` that are not None (such as futures=50) replace what the file says."""
        file = Path(path)
        with naming_the_file(file):
            return _parse(read_toml(file), file, {k: v for k, v in changes.items() if v is not None})


def _same_place(a: Scenario, b: Scenario) -> bool:
    """Whether two scenarios stand in one community: the same object, the same description, or the same state."""
    if isinstance(a.community, Community) != isinstance(b.community, Community):
        return False
    return a.community is b.community or a.community_digest == b.community_digest


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
    _known(raw, ("study", "community", "arm", "contrast"), file, "")
    for part, kind in (("study", dict), ("community", dict), ("arm", list), ("contrast", list)):
        if not isinstance(raw.get(part, kind()), kind):
            raise ScenarioError(f"'{part}' is a {'table' if kind is dict else 'list of tables'}", file=file, key=part)
    head = {**raw.get("study", {}), **changes}
    _known(head, ("name", "question", "years", "start_year", "burn_in", "futures", "seed", "parameters"), file, "study")
    parameters = _text(head, "parameters", "sampled", file, "study")
    if parameters not in ("sampled", "central"):
        raise ScenarioError(f'\'parameters\' is "sampled" or "central", not {parameters!r}', file=file, key="study")
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
        arms=tuple(_arm(a, n, file) for n, a in enumerate(raw.get("arm", []))),
        contrasts=tuple(_contrast(c, file) for c in raw.get("contrast", [])),
    )


def _arm(table: Any, number: int, file: Path) -> Arm:
    key = f"arm {number + 1}"
    if not isinstance(table, dict):
        raise ScenarioError("an arm is a table with a name", file=file, key=key)
    _known(table, ("name", "mix", "intervention"), file, key)
    name = _text(table, "name", "", file, key)
    if not name:
        raise ScenarioError("every arm has a name", file=file, key=key)
    return Arm(name, tuple(chosen_of(table, file=file)))


def _contrast(table: Any, file: Path) -> Contrast:
    if not isinstance(table, dict):
        raise ScenarioError("a contrast is a table with a measure", file=file, key="contrast")
    _known(table, ("measure", "important"), file, "contrast")
    name = _text(table, "measure", "", file, "contrast")
    if name not in MEASURES:
        raise UnknownNameError(name, MEASURES, what="measure", file=file, key="contrast")
    important = table.get("important", 0.0)
    if isinstance(important, bool) or not isinstance(important, (int, float)) or not 0 <= important < math.inf:
        raise ScenarioError("'important' is a number of at least 0", file=file, key="contrast")
    return Contrast(name, float(important))
