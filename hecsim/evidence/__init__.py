"""Every number of the world: value, range, unit, source, grade.

Parameters live in `data/<room>.toml`, one table per parameter, and are known as `room.name`:

    room = "stress"

    [state_persistence]
    value = 0.4
    low = 0.25
    high = 0.6
    unit = "1/month"
    source = "Cohen 1983; Harris 2023, doi 10.1093/abm/kaad015"
    grade = "C"
    note = "autoregressive coefficient implied by retest correlations"

`low` and `high` bound about 90 percent of belief. `grade` is A (replicated experiments) to D (weak,
or judgment that is called judgment), "law" for statute and "data" for a tabulated statistic.

>>> from hecsim import evidence
>>> draw = evidence.draw(None)          # central values
>>> isinstance(draw, evidence.Draw)
True
"""

from hecsim.evidence.draws import REACH, Draw, at_quantile, at_quantiles, draw, quantiles
from hecsim.evidence.ensemble import Ensemble, ensemble
from hecsim.evidence.parameters import Parameter, load, parameter

__all__ = [
    "REACH", "Draw", "Ensemble", "Parameter", "at_quantile", "at_quantiles", "draw", "ensemble", "load", "parameter",
    "quantiles",
]  # fmt: skip
