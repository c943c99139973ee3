"""Sets of agents that answer from the columns where they can."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import numpy as np

from hecsim.agents.mesa_names import AgentSet, GroupBy
from hecsim.agents.views import VIEWS, View
from hecsim.errors import UnknownNameError

__all__ = ["AgentsByType", "AllAgents", "ColumnAgentSet"]

_REDUCERS: dict[str, Callable[[np.ndarray], Any]] = {
    "mean": np.mean, "sum": np.sum, "min": np.min, "max": np.max, "median": np.median, "count": np.size,
}  # fmt: skip


class ColumnAgentSet(AgentSet):
    """Agents of one type: a model and an array of rows. `select` and `get` never build an agent.

    `select` takes what Mesa's takes, and column conditions as keywords:
    `people.select(sex=1, age=lambda months: months < 216)` compares whole columns.
    """

    def __init__(self, model: Any, view: type[View], rows: np.ndarray | None = None):
        self._model = model
        self._view = view
        self._chosen = rows
        self.random = model.random

    @property
    def rows(self) -> np.ndarray:
        """Row numbers of the members, int64: those present now, unless the set was selected."""
        if self._chosen is not None:
            return self._chosen
        table = self._model.community.tables[self._view.table_name]
        for flag in ("present", "open"):
            if flag in table:
                return np.flatnonzero(table.columns[flag] == 1)
        return np.arange(table.size)

    @property
    def table(self) -> Any:
        """The table behind the set."""
        return self._model.community.tables[self._view.table_name]

    def __len__(self) -> int:
        return int(self.rows.size)

    def __iter__(self) -> Iterator[View]:
        model, view = self._model, self._view
        return (view(model, r) for r in self.rows)

    def __contains__(self, agent: object) -> bool:
        return isinstance(agent, self._view) and agent.model is self._model and bool((self.rows == agent.row).any())

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, slice):
            return [self._view(self._model, r) for r in self.rows[item]]
        return self._view(self._model, int(self.rows[item]))

    def _with(self, rows: np.ndarray) -> ColumnAgentSet:
        return ColumnAgentSet(self._model, self._view, rows)

    def column(self, name: str) -> np.ndarray:
        """The members' values of one column, shape (len(self),)."""
        return self.table[name][self.rows]

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> Any:
        """Values of one attribute or several: columns come as lists without building agents."""
        if isinstance(attr_names, str):
            if attr_names in self.table:
                return self.column(attr_names).tolist()
            if attr_names == "unique_id" and "key" in self.table:
                return self.column("key").tolist()
            if handle_missing == "default":
                return [getattr(a, attr_names, default_value) for a in self]
            return [getattr(a, attr_names) for a in self]
        parts = [self.get(name, handle_missing, default_value) for name in attr_names]
        return [list(values) for values in zip(*parts, strict=True)]

    def set(self, attr_name: str, value: Any) -> ColumnAgentSet:
        """Write one column for all members: a number, or one value each."""
        self.table[attr_name][self.rows] = value
        return self

    def agg(self, attribute: str, func: Any) -> Any:
        """Aggregate a column: callables, or the names mean, sum, min, max, median, count."""
        values = self.column(attribute) if attribute in self.table else np.asarray(self.get(attribute))
        if isinstance(func, str):
            if func not in _REDUCERS:
                raise UnknownNameError(func, _REDUCERS, what="aggregation")
            return _REDUCERS[func](values)
        return func(values) if callable(func) else [self.agg(attribute, f) for f in func]

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
        agent_type: type | None = None,
        **conditions: Any,
    ) -> ColumnAgentSet:
        """Members that meet all conditions; a condition is a value, or a function of the whole column."""
        rows = self.rows
        for name, wanted in conditions.items():
            values = self.table[name][rows]
            rows = rows[np.asarray(wanted(values) if callable(wanted) else values == wanted, bool)]
        if agent_type is not None and not issubclass(self._view, agent_type):
            rows = rows[:0]
        if filter_func is not None:
            rows = np.array([r for r in rows if filter_func(self._view(self._model, r))], np.int64)
        if at_most <= 1.0 and isinstance(at_most, float):
            at_most = int(len(self) * at_most)
        if at_most < rows.size:
            rows = rows[: int(at_most)]
        if inplace:
            self._chosen = rows
            return self
        return self._with(rows)

    def groupby(self, by: Any, result_type: str = "agentset") -> GroupBy:
        """Groups by a column or a callable on agents."""
        rows = self.rows
        keys = self.table[by][rows] if isinstance(by, str) and by in self.table else np.array([by(a) for a in self])
        groups = {k.item() if hasattr(k, "item") else k: self._with(rows[keys == k]) for k in np.unique(keys)}
        if result_type == "list":
            return GroupBy({k: list(g) for k, g in groups.items()})
        return GroupBy(groups)

    def sort(self, key: Any, ascending: bool = False, inplace: bool = False) -> ColumnAgentSet:
        """Members ordered by a column or a callable."""
        rows = self.rows
        values = self.table[key][rows] if isinstance(key, str) and key in self.table else np.array([key(a) for a in self])
        order = np.argsort(values, kind="stable")
        rows = rows[order if ascending else order[::-1]]
        if inplace:
            self._chosen = rows
            return self
        return self._with(rows)

    def shuffle(self, inplace: bool = False) -> ColumnAgentSet:
        """Members in an order drawn from the model's generator (for display; the processes have no order)."""
        order = list(self.rows)
        self.random.shuffle(order)
        rows = np.array(order, np.int64)
        if inplace:
            self._chosen = rows
            return self
        return self._with(rows)

    def do(self, method: Any, *args: Any, **kwargs: Any) -> ColumnAgentSet:
        """Call a method, or a function of the agent, on each member; small rules only."""
        for agent in self:
            getattr(agent, method)(*args, **kwargs) if isinstance(method, str) else method(agent, *args, **kwargs)
        return self

    def shuffle_do(self, method: Any, *args: Any, **kwargs: Any) -> ColumnAgentSet:
        """`do` in an order drawn from the model's generator."""
        return self.shuffle().do(method, *args, **kwargs)

    def map(self, method: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """Results of a method, or of a function of the agent, for each member."""
        return [getattr(a, method)(*args, **kwargs) if isinstance(method, str) else method(a, *args, **kwargs) for a in self]

    def count(self, value: Any) -> int:
        """How often an agent is a member: 1 or 0."""
        return int(value in self)

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """Position of an agent."""
        found = np.flatnonzero(self.rows[start:stop] == value.row)
        if not found.size:
            raise ValueError(f"{value!r} is not in the set")
        return start + int(found[0])

    def to_list(self) -> list[View]:
        """The members as a list of views."""
        return list(self)

    def add(self, agent: Any) -> None:
        """Refuse: people enter by birth or by moving in."""
        raise TypeError("agents are views of the community's rows; none can be added")

    discard = remove = add  # type: ignore[assignment]

    def frame(self, *names: str) -> Any:
        """Columns as a pandas DataFrame indexed by row."""
        import pandas as pd

        wanted = names or tuple(c for c in self.table.columns if self.table.schema[c].width == 1)
        return pd.DataFrame({n: self.column(n) for n in wanted}, index=pd.Index(self.rows, name="row"))

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self._model, "view": self._view, "rows": self._chosen}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["model"], state["view"], state["rows"])  # type: ignore[misc]

    def __repr__(self) -> str:
        return f"<{len(self):,} {self._view.__name__} agents>"


class AllAgents(ColumnAgentSet):
    """All agents of all types, for what Mesa asks of `model.agents`."""

    def __init__(self, model: Any):
        self._model = model
        self.random = model.random
        self._chosen = None

    def _sets(self) -> Iterable[ColumnAgentSet]:
        return (ColumnAgentSet(self._model, view) for view in VIEWS.values())

    def __len__(self) -> int:
        return sum(len(s) for s in self._sets())

    def __iter__(self) -> Iterator[View]:
        return chain.from_iterable(self._sets())

    def __contains__(self, agent: object) -> bool:
        return any(agent in s for s in self._sets())

    def __getitem__(self, item: Any) -> Any:
        return list(self)[item]

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> Any:
        """Values over all agents, type after type; a column that only some types have is missing for the others."""
        return list(chain.from_iterable(s.get(attr_names, handle_missing, default_value) for s in self._sets()))

    def agg(self, attribute: str, func: Any) -> Any:
        """Aggregate over all agents that have the attribute as a column."""
        parts = [s.column(attribute) for s in self._sets() if attribute in s.table]
        if not parts:
            raise UnknownNameError(attribute, [], what="column")
        values = np.concatenate(parts)
        if isinstance(func, str):
            return _REDUCERS[func](values)
        return func(values) if callable(func) else [self.agg(attribute, f) for f in func]

    def select(self, filter_func: Any = None, at_most: Any = float("inf"), inplace: bool = False,
               agent_type: type | None = None, **conditions: Any) -> Any:  # fmt: skip
        """Agents of one type: give `agent_type`, then conditions as for that type."""
        if agent_type is None and not conditions:
            return AgentSet([a for a in self if filter_func is None or filter_func(a)], random=self.random)
        views = [v for v in VIEWS.values() if agent_type is None or issubclass(v, agent_type)]
        for view in views:
            found = ColumnAgentSet(self._model, view)
            if all(name in found.table for name in conditions):
                return found.select(filter_func, at_most, **conditions)
        raise UnknownNameError(", ".join(conditions), [], what="column")

    def groupby(self, by: Any, result_type: str = "agentset") -> GroupBy:
        """Groups by a function of the agent, such as `type`."""
        if by is type:
            return GroupBy({v: ColumnAgentSet(self._model, v) for v in VIEWS.values()})
        groups: dict[Any, list[View]] = {}
        for agent in self:
            groups.setdefault(by(agent) if callable(by) else getattr(agent, by), []).append(agent)
        return GroupBy(groups if result_type == "list" else {k: AgentSet(v, random=self.random) for k, v in groups.items()})

    def __repr__(self) -> str:
        return f"<{len(self):,} agents of {len(VIEWS)} types>"

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self._model}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["model"])  # type: ignore[misc]


class AgentsByType(Mapping[type, ColumnAgentSet]):
    """Agent type to set, made when asked for."""

    def __init__(self, model: Any):
        self._model = model

    def __getitem__(self, view: type) -> ColumnAgentSet:
        if view not in VIEWS.values():
            raise KeyError(view)
        return ColumnAgentSet(self._model, view)

    def __iter__(self) -> Iterator[type]:
        return iter(VIEWS.values())

    def __len__(self) -> int:
        return len(VIEWS)
