"""How a run is watched: a bar on a terminal, plain lines anywhere else, nothing with `--quiet`. All of it on stderr."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from logging import DEBUG, getLogger
from typing import TYPE_CHECKING, Protocol

from verify.cli import output
from verify.cli.tally import Request, Tally

if TYPE_CHECKING:
    from rich.progress import Progress as RichBar

    from verify.model import Evidence, Family
    from verify.scheduler import Progress

__all__ = ["watch"]

PERIOD = 10.0  # seconds between two plain lines about one claim; chosen: a log of an hour stays below 400 lines


@contextlib.contextmanager
def watch(requests: Sequence[Request], jobs: int, *, quiet: bool) -> Iterator[Progress]:
    """What a run reports to. Rich obeys NO_COLOR; the log lines of --traceback would break a bar."""
    from verify.scheduler import Silent

    tally = Tally(requests, jobs)
    if quiet:
        yield Silent()
    elif not sys.stderr.isatty() or os.environ.get("TERM") == "dumb" or getLogger("verify").isEnabledFor(DEBUG):
        yield Reporter(tally, Lines())
    else:
        with _bar() as bar:
            yield Reporter(tally, Bar(bar))


class View(Protocol):
    """Where a state of the tally is shown: `family` is what moved, `complete` whether its claim is finished."""

    def show(self, tally: Tally, family: Family, *, complete: bool) -> None: ...


class Reporter:
    """The `Progress` of the scheduler, told to a tally and shown in a view."""

    def __init__(self, tally: Tally, view: View) -> None:
        self._tally, self._view = tally, view

    def planned(self, family: Family) -> None:
        self._tally.planned(family)

    def drew(self, family: Family, draws: int) -> None:
        self._tally.drew(family, draws)
        self._view.show(self._tally, family, complete=False)

    def judged(self, evidence: Evidence) -> None: ...

    def finished(self, family: Family) -> None:
        self._tally.finished(family)
        self._view.show(self._tally, family, complete=self._tally.is_complete(family.claim))


class Lines:
    """A plain line for each claim that is finished, and one every ten seconds at most in between."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._last = clock, clock()

    def show(self, tally: Tally, family: Family, *, complete: bool) -> None:
        if not complete and self._clock() - self._last < PERIOD:
            return
        self._last = self._clock()
        what = f"{family.claim} finished" if complete else f"{family.claim}, {_check(family)}"
        output.note(f"{tally.share:4.0%}  {what}, {_amount(tally)}")


class Bar:
    """One line that changes in place."""

    def __init__(self, bar: RichBar) -> None:
        self._bar = bar
        self._task = bar.add_task("planning", total=1.0, amount="")

    def show(self, tally: Tally, family: Family, *, complete: bool) -> None:  # noqa: ARG002 — the bar shows all alike
        what = f"{family.claim} · {_check(family)}"
        self._bar.update(self._task, completed=tally.share, description=what, amount=_amount(tally))


def _bar() -> RichBar:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    amount = TextColumn("{task.fields[amount]}", markup=False)
    console = Console(stderr=True)
    return Progress(*columns, amount, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)


def _check(family: Family) -> str:
    return family.check if family.control is None else f"{family.check} against {family.control}"


def _amount(tally: Tally) -> str:
    """`81,920 draws so far, at most about 2 min left`; while some of the cost is unknown, `still planning`."""
    minutes, seconds = divmod(math.ceil(tally.left), 60)
    left = f", at most about {minutes} min left" if minutes else f", at most about {seconds} s left" if seconds else ""
    return f"{tally.draws:,} draws so far{', still planning' if tally.planning else left}"
