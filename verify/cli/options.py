"""The options that commands share. Their values are read in `settings`, so that flags and files obey the same rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = ["as_json", "options", "traceback"]

F = TypeVar("F", bound=Callable[..., Any])

SHARED: dict[str, Callable[[F], F]] = {
    "profile": click.option("--profile", metavar="NAME", help="How finely to look: quick, standard, full. [standard]"),
    "seed": click.option("--seed", metavar="N|random", help="The root seed; random draws one and prints it. [0]"),
    "jobs": click.option("--jobs", metavar="N", help="Processes to start on this machine. [all usable cores]"),
    "executor": click.option("--executor", metavar="NAME", help="Where tasks run: processes, dask. [processes]"),
    "scheduler": click.option("--scheduler", metavar="ADDRESS", help="The Dask scheduler, for --executor dask."),
    "watchdog": click.option("--watchdog", metavar="SECONDS", help="What longer runs is ended, an ERROR. [600]"),
    "out": click.option("--out", metavar="DIR", help="Where the report is written. [verification-report]"),
    "only": click.option("--only", metavar="GLOB", multiple=True, help="Only claims whose id matches; repeatable."),
    "resume": click.option("--resume/--no-resume", default=None, help="Continue what a killed run left in --out."),
    "strict": click.option("--strict/--no-strict", default=None, help="Exit with 3 if anything was not run."),
    "format": click.option("--format", metavar="LIST", help="Reports to write. [html,json,junit,md]"),
    "config": click.option("--config", metavar="FILE", help="A TOML file with settings. [./pyproject.toml]"),
    "quiet": click.option("--quiet", is_flag=True, help="Show no progress."),
}

as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON.")
# read by main, where errors end up, and not by the commands
traceback = click.option("--traceback", is_flag=True, expose_value=False, help="Show where an error happened.")


def options(*names: str) -> Callable[[F], F]:
    """The shared options of these names, in this order, and `--traceback`."""

    def decorate(command: F) -> F:
        command = traceback(command)
        for name in reversed(names):
            command = SHARED[name](command)
        return command

    return decorate
