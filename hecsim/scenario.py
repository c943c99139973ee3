"""A scenario: a community, what is done there, and for how long.

    name = "stable start"
    years = 10

    [community]
    towns = ["Hartford"]
    households = 10000
    seed = 1

    [[intervention]]
    id = "G04"
    reach = 0.7

    [collaborative]                # leave out to have each intervention delivered as its settings say
    preset = "hartford"

The reference scenario has no interventions: current law as it is delivered.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from hecsim.clock import MONTHS_PER_YEAR
from hecsim.collaborative import CollaborativeSpec, collaborative_of
from hecsim.collaborative.fund_plan import FundPlan
from hecsim.community import Community
from hecsim.errors import ScenarioError, ScheduleError, UnknownNameError
from hecsim.interventions import Intervention, check_schedule, from_mapping, mix

__all__ = ["CommunitySpec", "Scenario"]

YEARS = (1, 75)  # length of a run
BURN_INS = (0, 120)  # months
_KEYS = ("name", "years", "start_year", "burn_in", "mix", "community", "intervention", "collaborative", "funds")
START_YEARS = (2024, 2036)  # years that the calendar of current law knows


@dataclass(frozen=True, kw_only=True)
class CommunitySpec:
    """What a community is built from.

    towns : names of towns, or "all", "region:...", "county:..."
    households : simulated households; None for every household of the towns
    seed : seed of the synthesis
    family : neighborhood in which the founding family is placed and followed, "" for none
    directory : a saved community to read instead of building one
    """

    towns: tuple[str, ...] = ("Hartford",)
    households: int | None = 10_000
    seed: int = 1
    family: str = ""
    directory: str = ""

    def __post_init__(self) -> None:
        named = (self.towns,) if isinstance(self.towns, str) else self.towns
        towns = tuple(named) if isinstance(named, Iterable) else ()
        object.__setattr__(self, "towns", towns)
        if not towns or not all(isinstance(t, str) and t for t in towns):
            raise ScenarioError('must name at least one town, such as "Hartford"', key="community.towns")
        for key in ("family", "directory"):
            if not isinstance(getattr(self, key), str):
                raise ScenarioError(f"must be text, not {getattr(self, key)!r}", key=f"community.{key}")
        for key, least in (("households", 50), ("seed", 0)):
            value = getattr(self, key)
            if key == "households" and value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ScenarioError(f"must be a whole number of at least {least}, not {value!r}", key=f"community.{key}")

    def build(self, progress: Callable[[str, float], None] | None = None) -> Community:
        """The synthetic community; equal specs give equal communities."""
        from hecsim.population import Vignette, build_community, load

        if self.directory:
            return load(self.directory)
        towns: Any = "all" if self.towns == ("all",) else list(self.towns)
        family = replace(Vignette.founding_family(), neighborhood=self.family) if self.family else None
        return build_community(towns, households=self.households, seed=self.seed, vignette=family, progress=progress)

    def to_mapping(self) -> dict[str, Any]:
        """As it stands in a file."""
        out: dict[str, Any] = {"towns": list(self.towns), "seed": self.seed}
        if self.households is not None:
            out["households"] = self.households
        return out | {k: v for k in ("family", "directory") if (v := getattr(self, k))}

    @classmethod
    def from_mapping(cls, data: Any, *, file: Any = None) -> CommunitySpec:
        """From the [community] table of a file; unknown keys are errors with a suggestion."""
        if not isinstance(data, Mapping):
            raise ScenarioError("[community] is a table with 'towns'", file=file, key="community")
        known = tuple(f.name for f in fields(cls))
        for key in data:
            if key not in known:
                raise UnknownNameError(key, known, what="key", file=file, key=f"community.{key}")
        try:
            return cls(**{"households": None, **data})
        except ScenarioError as problem:
            raise ScenarioError(str(problem), file=file) from None


def read_toml(path: str | Path) -> dict[str, Any]:
    """What a TOML file holds; whatever keeps it from being read is an error that names the file."""
    file = Path(path)
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ScenarioError("there is no such file", file=file, hint="Give the path of a study file") from None
    except OSError as problem:
        raise ScenarioError(f"the file cannot be read: {problem.strerror or problem}", file=file) from None
    except UnicodeDecodeError as problem:
        raise ScenarioError(f"the file is not UTF-8 text (byte {problem.start})", file=file, hint="Save it as UTF-8") from None
    except tomllib.TOMLDecodeError as problem:
        raise ScenarioError(f"the file is not valid TOML: {problem}", file=file) from None


@contextmanager
def naming_the_file(file: Any) -> Iterator[None]:
    """Put the name of the file before a message that does not name it yet."""
    try:
        yield
    except (ScenarioError, ScheduleError, UnknownNameError) as problem:
        if file is not None and getattr(problem, "file", None) is None:
            problem.args = (f"{file}: {problem}",)
            problem.file = file  # type: ignore[union-attr]
        raise


def chosen_of(table: Mapping[str, Any], *, file: Any = None) -> list[Intervention]:
    """The interventions of a table's `mix` and `[[intervention]]`; the latter replace those of the mix."""
    name = table.get("mix", "")
    if not isinstance(name, str):
        raise ScenarioError(f"'mix' is the id of a mix, such as \"M1\", not {name!r}", file=file, key="mix")
    listed = table.get("intervention", [])
    if not isinstance(listed, list) or not all(isinstance(item, Mapping) for item in listed):
        raise ScenarioError("write [[intervention]] tables with two brackets", file=file, key="intervention")
    # One intervention may stand in the list several times, for different places.
    own = [from_mapping(item, file=file) for item in listed]
    replaced = {iv.id for iv in own}
    return [iv for iv in (mix(name) if "mix" in table else ()) if iv.id not in replaced] + own


def check_funded(
    interventions: Iterable[Intervention], collaborative: CollaborativeSpec | None, funds: FundPlan | None
) -> None:
    """Refuse a fund that names interventions the mix does not have; a collaborative may bring more."""
    if funds is not None and collaborative is None:
        funds.check(tuple(dict.fromkeys(iv.id for iv in interventions)))


class Scenario:
    """One arm: current law in a community, and the interventions added to it.

    community : a built `Community`, a `CommunitySpec`, or the name of a town
    collaborative : who carries the interventions out; None where each is delivered as its settings say
    funds : what money there is for them; None where every payer pays its share without limit
    years, start_year, burn_in : length of the run, first calendar year, months run before the start
    """

    def __init__(
        self,
        community: Community | CommunitySpec | str,
        *,
        name: str = "current law",
        interventions: Iterable[Intervention] = (),
        years: int = 10,
        start_year: int = 2025,
        burn_in: int = 12,
        collaborative: CollaborativeSpec | str | None = None,
        funds: FundPlan | None = None,
    ):
        self.community = CommunitySpec(towns=(community,)) if isinstance(community, str) else community
        self.name = str(name)
        self.interventions = tuple(interventions)
        self.collaborative = collaborative_of(collaborative)
        self.funds = funds
        for key, value, low, high in (
            ("years", years, *YEARS),
            ("start_year", start_year, *START_YEARS),
            ("burn_in", burn_in, *BURN_INS),
        ):
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise ScenarioError(f"must be a whole number from {low} to {high}, not {value!r}", key=key)
        self.years, self.start_year, self.burn_in = years, start_year, burn_in
        for iv in self.interventions:
            if not isinstance(iv, Intervention):
                raise ScenarioError(f"must be interventions, not {iv!r}", key="interventions")
        check_schedule(self.interventions, self.horizon)
        check_funded(self.interventions, self.collaborative, self.funds)

    @property
    def horizon(self) -> int:
        """Months after burn-in."""
        return self.years * MONTHS_PER_YEAR

    def with_interventions(self, *interventions: Intervention, name: str | None = None) -> Scenario:
        """The same scenario with more interventions; it needs a name of its own in a comparison."""
        added = [*self.interventions, *interventions]
        named = name or " + ".join(iv.id for iv in added) or self.name
        return self._like(name=named, interventions=added)

    def _like(self, **changes: Any) -> Scenario:
        kept = ("name", "interventions", "years", "start_year", "burn_in", "collaborative", "funds")
        same = {k: getattr(self, k) for k in kept}
        return Scenario(self.community, **{**same, **changes})

    def build(self) -> Community:
        """A community of its own, ready to run; what was passed in is never changed."""
        return self.community.build() if isinstance(self.community, CommunitySpec) else self.community.copy()

    # -- files --------------------------------------------------------------------------------------

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any], *, file: Any = None) -> Scenario:
        """A scenario from what a file holds; unknown keys are errors with a suggestion."""
        for key in data:
            if key not in _KEYS:
                raise UnknownNameError(key, _KEYS, what="key", file=file, key=key)
        place = data.get("community")
        if not isinstance(place, Mapping):
            raise ScenarioError("a scenario needs a [community] table with 'towns'", file=file, key="community")
        spec = CommunitySpec.from_mapping(place, file=file)
        if "towns" not in place:
            raise ScenarioError('name at least one town, such as towns = ["Hartford"]', file=file, key="community.towns")
        settings = {k: data[k] for k in ("name", "years", "start_year", "burn_in") if k in data}
        if "collaborative" in data:
            settings["collaborative"] = CollaborativeSpec.from_mapping(data["collaborative"], file=file)
        if "funds" in data:
            settings["funds"] = FundPlan.from_mapping(data["funds"], file=file)
        with naming_the_file(file):
            return cls(spec, interventions=chosen_of(data, file=file), **settings)

    @classmethod
    def from_file(cls, path: str | Path) -> Scenario:
        """Read a scenario from a TOML file."""
        return cls.from_mapping(read_toml(path), file=Path(path))

    def to_mapping(self) -> dict[str, Any]:
        """Everything that a file holds; a community that was built elsewhere stands by its digest."""
        place = self.community
        return {
            "name": self.name,
            "years": self.years,
            "start_year": self.start_year,
            "burn_in": self.burn_in,
            "community": place.to_mapping() if isinstance(place, CommunitySpec) else {"digest": self.community_digest},
            "intervention": [iv.to_mapping() for iv in self.interventions],
            **({"collaborative": self.collaborative.to_mapping()} if self.collaborative is not None else {}),
            **({"funds": self.funds.to_mapping()} if self.funds is not None else {}),
        }

    def to_toml(self) -> str:
        """The scenario as a file that `from_file` reads back."""
        if not isinstance(self.community, CommunitySpec):
            raise ScenarioError(
                "a community that was built in memory cannot be written to a scenario file", key="community",
                hint="Give the scenario a CommunitySpec",
            )  # fmt: skip
        data = self.to_mapping()
        lines = [f"{k} = {_toml(data[k])}" for k in ("name", "years", "start_year", "burn_in")]
        lines += ["", "[community]", *(f"{k} = {_toml(v)}" for k, v in data["community"].items())]
        if "collaborative" in data:
            lines += ["", "[collaborative]", *(f"{k} = {_toml(v)}" for k, v in data["collaborative"].items())]
        if "funds" in data:
            lines += ["", "[funds]", *(f"{k} = {_toml(v)}" for k, v in data["funds"].items())]
        for item in data["intervention"]:
            lines += ["", "[[intervention]]", *(f"{k} = {_toml(v)}" for k, v in item.items())]
        return "\n".join(lines) + "\n"

    @cached_property
    def community_digest(self) -> str:
        """sha256 of the state of a built community, or of the description of one to be built."""
        place = self.community
        if isinstance(place, CommunitySpec):
            return hashlib.sha256(json.dumps(place.to_mapping(), sort_keys=True).encode()).hexdigest()
        return place.digest()

    @cached_property
    def digest(self) -> str:
        """sha256 of what is simulated; the name does not count."""
        data = {**self.to_mapping(), "name": "", "community": self.community_digest}
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()

    def __repr__(self) -> str:
        ids = ", ".join(iv.id for iv in self.interventions) or "current law only"
        return f"<Scenario {self.name!r}: {ids}; {self.years} years from {self.start_year}>"


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)
