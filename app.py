"""The hecsim app: `solara run app.py`, or `hecsim app`."""

from hecsim.web.app import routes

__all__ = ["routes"]
