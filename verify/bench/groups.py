"""Which groups of measurements there are, in the order of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # every command lists the groups, and only this one measures
    from verify.bench.rows import Measured
    from verify.bench.stopwatch import Measure

__all__ = ["DEFAULT", "GROUPS", "Group", "run"]


@dataclass(frozen=True, kw_only=True)
class Group:
    """A file of this package whose `group` yields rows as they are measured."""

    title: str
    module: str


GROUPS: Mapping[str, Group] = {
    "width-free": Group(title="Width-free sampler", module="width_free"),
    "kernel": Group(title="Tangent kernel from Grams", module="lag_kernel"),
    "dense": Group(title="Dense RNN", module="dense"),
    "training": Group(title="Gradient descent", module="training"),
    "curves": Group(title="Cost over width and lags", module="curves"),
    "workers": Group(title="Two workers", module="workers"),
    "peers": Group(title="Other tools", module="peers"),
    "commands": Group(title="Whole commands", module="commands"),
}
DEFAULT = tuple(name for name in GROUPS if name != "commands")  # they take minutes


def run(names: Sequence[str], measure: Measure, environments: Path | None) -> Iterator[Measured]:
    """The rows of the groups named, one after the other; `environments` is where the peers live."""
    for name in names:
        module = import_module(f"verify.bench.{GROUPS[name].module}")
        group: Callable[..., Iterator[Measured]] = module.group
        rows = group(environments) if name == "peers" else group(measure)
        for row in rows:
            yield replace(row, group=name)
