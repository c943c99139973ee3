"""Ready-made starting points for planners: four reference communities and the starter collaborative.

Each names towns, a mix and a collaborative, and can be written as a study file that `hecsim compare` runs. They are
places to begin, not proposals of these communities.

>>> preset("new london").towns
('New London',)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hecsim.collaborative import CollaborativeSpec
from hecsim.collaborative import presets as collaboratives
from hecsim.errors import UnknownNameError

__all__ = ["Preset", "preset", "presets"]


@dataclass(frozen=True, slots=True)
class Preset:
    """A starting point. `collaborative` names a preset of `hecsim.collaborative`."""

    name: str
    title: str
    towns: tuple[str, ...]
    mix: str
    note: str
    households: int = 10_000

    @property
    def collaborative(self) -> CollaborativeSpec:
        """Who carries the mix out."""
        return collaboratives()[self.name]

    def study(self) -> str:
        """A study file: current law, the mix as its settings say, and the mix carried by the collaborative."""
        towns = ", ".join(f'"{t}"' for t in self.towns)
        return (
            f"# {self.note}\n"
            f'[study]\nname = "{self.title}"\nquestion = "What would the mix do, and what if this collaborative carries it?"\n'
            f"years = 10\nfutures = 20\n\n[community]\ntowns = [{towns}]\nhouseholds = {self.households}\n\n"
            f'[[arm]]\nname = "Current law"\n\n[[arm]]\nname = "Mix {self.mix} as planned"\nmix = "{self.mix}"\n\n'
            f'[[arm]]\nname = "Mix {self.mix}, carried by the collaborative"\nmix = "{self.mix}"\n\n'
            f'[arm.collaborative]\npreset = "{self.name}"\n\n'
            '[[contrast]]\nmeasure = "aces_0_8"\nimportant = 0.5\n\n[[contrast]]\nmeasure = "obesity_child"\nimportant = 0.5\n'
        )


_REFERENCE = "One of the four reference communities of the state's planning."
_ALL = (
    Preset("starter", "Starter collaborative", ("Hartford",), "M5",
           "The collaborative of the second scenario: years of joint work, no formal governance, two residents of eleven. "
           "The scenario names no town; change towns to yours."),
    Preset("hartford", "Hartford", ("Hartford",), "M6", _REFERENCE),
    Preset("waterbury", "Waterbury", ("Waterbury",), "M1", _REFERENCE),
    Preset("norwalk", "Norwalk", ("Norwalk",), "M4", _REFERENCE),
    Preset("new london", "New London", ("New London",), "M2", _REFERENCE, 5000),
)  # fmt: skip


def presets() -> Mapping[str, Preset]:
    """All presets by name."""
    return MappingProxyType({p.name: p for p in _ALL})


def preset(name: str) -> Preset:
    """One preset by its name, in any case."""
    known = presets()
    if name.lower().replace("_", " ") not in known:
        raise UnknownNameError(name, known, what="preset")
    return known[name.lower().replace("_", " ")]
