"""What all commands share: the main group, consoles, progress, JSON."""

from __future__ import annotations

import gc
import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

import click
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from hecsim import __version__
from hecsim.errors import HecsimError

__all__ = [
    "HEADLINES",
    "KINDS",
    "aside",
    "complain",
    "main",
    "plain_values",
    "print_json",
    "print_pair",
    "progress_bar",
    "screen",
    "town_names",
]

# Names of arms and keys of files stand in brackets; nothing a user wrote is read as markup.
screen = Console(markup=False, emoji=False, highlight=False)
aside = Console(stderr=True, markup=False, emoji=False, highlight=False)

_OBJECTS = 50_000  # new ones after which Python looks for refuse
KINDS = ("all", "race_ethnicity", "income", "neighborhood")  # of groups

# What a planner looks at first; `--all` shows every measure.
HEADLINES = (
    "aces_0_8", "ace_score_at_8", "cps_reports", "obesity_adult", "obesity_child", "stress_caregivers", "food_insecurity",
    "low_food_access", "diet", "activity_adult", "diabetes", "eviction_filings", "evictions", "poverty_child", "health_cost",
)  # fmt: skip


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar with time left on standard error; call it with (stage, done, total)."""
    columns = (
        TextColumn("{task.description:<12}"), BarColumn(bar_width=28), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=aside, transient=False) as bar:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield tell


def print_json(document: Any) -> None:
    """One JSON document on standard output; what is no number becomes null."""
    click.echo(json.dumps(plain_values(document), indent=1, allow_nan=False, default=str))


def plain_values(value: Any) -> Any:
    """The same in the types of JSON; what is not a number there (NaN, infinity) becomes null."""
    if isinstance(value, Mapping):
        return {str(k): plain_values(v) for k, v in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain_values(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_values(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def complain(problem: object) -> None:
    """Say on standard error what is wrong."""
    aside.print(Text.assemble(("error: ", "bold red"), str(problem)), soft_wrap=True)


def town_names(towns: tuple[str, ...]) -> Any:
    """Names from repeated options and commas, or "all"."""
    names = [t.strip() for part in towns for t in part.split(",") if t.strip()]
    return "all" if [n.lower() for n in names] == ["all"] else names


class Main(click.Group):
    """Turns a user's mistake into one message and exit code 2, and an interrupt into 130."""

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:  # type: ignore[override]
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
        except HecsimError as problem:
            complain(problem)
            code = 2
        except (click.exceptions.Abort, KeyboardInterrupt):
            aside.print("interrupted; what was finished is kept, run the same command to go on", soft_wrap=True)
            code = 130
        except click.ClickException as problem:
            problem.show()
            code = 2
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 0
        except OSError as problem:  # a full disk or a folder without permission, met outside the stores
            complain(f"{problem.filename or 'files'}: {problem.strerror or problem}")
            code = 2
        except MemoryError:
            complain("not enough memory; take fewer households or fewer workers")
            code = 2
        sys.exit(code if isinstance(code, int) else 0)


@click.group(cls=Main, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hecsim")
def main() -> None:
    """What mixes of upstream interventions would do for a Connecticut community."""
    gc.set_threshold(_OBJECTS)  # loading makes a million objects that stay: a tenth of the start was looking for refuse


def print_pair(key: str, value: object) -> None:
    """A key in bold and its value."""
    screen.print(Text.assemble((key, "bold"), f"  {value}"), soft_wrap=True)
