"""The only file that knows how far a run is and how long it will take, from what the scheduler tells."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verify.model import Family

__all__ = ["Tally"]

Request = tuple[str, str, str | None]  # claim, check, control
WINDOW = 30.0  # seconds over which the pace is measured; chosen: about sixty tasks a core
SETTLED = 2.0  # seconds before a measured pace is believed; chosen: a few tasks a core


class Tally:
    """Costs, draws and open families of a run. A family decided early is done, whatever it was planned to cost."""

    def __init__(self, requests: Iterable[Request], jobs: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.draws = 0
        self._clock, self._jobs = clock, jobs
        self._unplanned = set(requests)
        self._open: dict[tuple[str, ...], tuple[Family, int]] = {}  # key → family, draws so far; until it is finished
        self._closed = 0.0
        self._worked = 0.0  # what all draws so far were planned to cost: the pace is measured by it
        self._pace: deque[tuple[float, float]] = deque([(clock(), 0.0)])

    def planned(self, family: Family) -> None:
        self._unplanned.discard((family.claim, family.check, family.control))
        self._open[family.key] = (family, 0)

    def drew(self, family: Family, draws: int) -> None:
        self.draws += draws
        self._open[family.key] = (family, self._open[family.key][1] + draws)
        self._worked += _seconds(family, draws)
        now = self._clock()
        self._pace.append((now, self._worked))
        while now - self._pace[0][0] > WINDOW:
            self._pace.popleft()

    def finished(self, family: Family) -> None:
        del self._open[family.key]
        self._closed += _seconds(family, family.looks[-1])

    def is_complete(self, claim: str) -> bool:
        """Whether every check and control of the claim has been planned and finished."""
        return all(request[0] != claim for request in self._unplanned) and all(key[0] != claim for key in self._open)

    @property
    def planning(self) -> bool:
        """Whether some of the cost is still unknown."""
        return bool(self._unplanned)

    @property
    def left(self) -> float:
        """Seconds until everything planned is drawn, at the pace of late; an upper bound, as looks may end it early."""
        (then, before), (now, worked) = self._pace[0], self._pace[-1]
        settled = now - then > SETTLED and worked > before
        pace = (worked - before) / (now - then) if settled else float(self._jobs)
        return self._remaining / pace

    @property
    def share(self) -> float:
        """The part of the planned cost that is done, from 0 to 1."""
        done = self._closed + sum(_seconds(family, draws) for family, draws in self._open.values())
        return done / (done + self._remaining) if done > 0 else 0.0

    @property
    def _remaining(self) -> float:
        return sum(_seconds(family, max(0, family.looks[-1] - draws)) for family, draws in self._open.values())


def _seconds(family: Family, draws: int) -> float:
    """The estimated CPU seconds of some draws; a family that is skipped takes none."""
    return 0.0 if family.skip else family.microseconds * 1e-6 * draws
