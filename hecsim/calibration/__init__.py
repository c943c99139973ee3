"""Calibration and validation: base rates fitted to published figures, and what was not fitted held against others.

Base rates (parameters with `calibrated = true`) may move; effects never do. Patterns say what the baseline
should reproduce (`patterns.toml`); some are calibration targets, others are held out or must emerge.
"""

from hecsim.calibration.patterns import STATE, Pattern, patterns

__all__ = ["STATE", "Pattern", "patterns"]
