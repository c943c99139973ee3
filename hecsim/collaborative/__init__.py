"""The collaborative: what its organizations share. So far this room holds the pools of staff."""

from hecsim.collaborative.workforce import POOLS, Workforce

__all__ = ["POOLS", "Workforce"]
