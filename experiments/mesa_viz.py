"""The model in Mesa's own browser page: `solara run experiments/mesa_viz.py`.

Steps, plays and resets a small Hartford; the settings on the left rebuild the model.
"""

from __future__ import annotations

import mesa
from mesa.visualization import Slider, SolaraViz, make_plot_component

from hecsim.model import CommunityModel

PLOTS = {
    "Food-insecure residents, %": "food_insecurity",
    "Adults with obesity, %": "obesity_adult",
    "New adverse experiences per 100 children of 0-8": "aces_0_8",
}


class VizModel(CommunityModel):
    """`CommunityModel` with the reporters that the plots show."""

    def __init__(
        self, *, households: int = 1000, interventions: str = "", years: int = 10, seed: int | str | None = 1
    ):
        super().__init__(households=households, interventions=interventions or (), years=years, seed=seed)
        reporters = {label: (lambda m, name=name: m.measure(name)) for label, name in PLOTS.items()}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)


page = SolaraViz(
    VizModel(households=500, years=10),
    components=[make_plot_component(label) for label in PLOTS],
    model_params={
        "households": Slider("Households", value=500, min=200, max=2000, step=100),
        "interventions": {
            "type": "Select",
            "value": "",
            "values": ["", "M1", "M2", "M3"],
            "label": "Mix (empty: current law)",
        },
        "years": Slider("Years", value=10, min=1, max=30, step=1),
        "seed": {"type": "InputText", "value": "1", "label": "Seed of luck"},
    },
    name="hecsim: a small Hartford",
)
page  # noqa: B018  (solara shows the name `page`)
