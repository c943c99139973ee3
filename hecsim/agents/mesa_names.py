"""Where Mesa keeps its names; the only file that knows that this differs between versions."""

try:  # Mesa 3.3 and 3.4 (Python 3.11)
    from mesa.agent import AgentSet, GroupBy
except ImportError:  # Mesa 3.5 (Python 3.12 and later)
    from mesa.agentset import AgentSet, GroupBy  # type: ignore[import-not-found, no-redef]

__all__ = ["AgentSet", "GroupBy"]
