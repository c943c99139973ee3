"""What a household remembers of the market."""

from hecsim.tables import Column

COLUMNS = {"household": (Column("market_evenings", "float32", "evening/month", "evenings at the night market, smoothed"),)}
