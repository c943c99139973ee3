"""The model in Mesa's own browser page: `solara run experiments/mesa_viz.py`.

Steps, plays and resets a small Hartford; the settings on the left rebuild the model.
"""

from __future__ import annotations

import hashlib
from typing import Any

import mesa
import solara
from mesa.visualization import Slider, SolaraViz, make_plot_component

from hecsim.errors import ScenarioError
from hecsim.interventions import mixes
from hecsim.model import CommunityModel, parse_seed
from hecsim.web.server import settle

settle()  # no telemetry, nothing fetched from outside

PLOTS = {
    "Food-insecure residents, %": "food_insecurity",
    "Adults with obesity, %": "obesity_adult",
    "New adverse experiences per 100 children of 0-8": "aces_0_8",
}
START: dict[str, Any] = {"households": 500, "interventions": "", "years": 10, "seed": "1"}


def seed_of(text: str | int | None) -> int:
    """Any text is a seed here: digits are the number, other words a number made from them, so that no entry stops the page."""
    try:
        return parse_seed(text)
    except ScenarioError:
        return int.from_bytes(hashlib.sha256(str(text).encode()).digest()[:7])


class VizModel(CommunityModel):
    """`CommunityModel` with the reporters that the plots show; takes exactly what the page's settings give."""

    def __init__(self, *, households: int = 500, interventions: str = "", years: int = 10, seed: str | int | None = "1"):
        super().__init__(households=households, interventions=interventions or (), years=years, seed=seed_of(seed))
        reporters = {label: (lambda m, name=name: m.measure(name)) for label, name in PLOTS.items()}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)


PARAMETERS = {
    "households": Slider("Households", value=START["households"], min=200, max=2000, step=100),
    "interventions": {
        "type": "Select",
        "value": START["interventions"],
        "values": ["", *(m.id for m in mixes().values() if len(m))],
        "label": "Mix (empty: current law)",
    },
    # The ready-made mixes start after a year, so a run has two at least.
    "years": Slider("Years", value=START["years"], min=2, max=30, step=1),
    "seed": {"type": "InputText", "value": START["seed"], "label": "Seed of luck"},
}
COMPONENTS = [make_plot_component(label) for label in PLOTS]


@solara.component
def Page() -> None:
    """Mesa's page around a model of the visitor's own."""
    model = solara.use_memo(lambda: VizModel(**START), [])
    SolaraViz(model, components=COMPONENTS, model_params=PARAMETERS, name="hecsim: a small Hartford")
