"""The only file that knows in which order tasks are started: it decides when a claim is finished, and no verdict."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from verify.model import Check, Evidence, Family

__all__ = ["State", "Telling", "Work", "next_of"]

TELL_SECONDS = 1.0  # what a derivation is taken to cost; chosen: between the quickest seen, 0.1, and the longest, 2


@dataclass(frozen=True)
class Telling:
    """The derivation of a claim, not yet begun."""

    claim: str
    left: float = TELL_SECONDS
    task: float = TELL_SECONDS


@dataclass(eq=False)
class State:
    """A family under way: chunks in, looks taken, lines still open."""

    family: Family
    check: Check
    look: int = 1  # the look that is being collected
    todo: deque[tuple[int, int]] = field(default_factory=deque)  # chunks of this look that are not yet started
    waiting: int = 0  # chunks of this look that are not yet merged
    sums: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        return len(self.evidence) == len(self.family.lines)

    @property
    def claim(self) -> str:
        return self.family.claim

    @property
    def left(self) -> float:
        """CPU seconds of what is not yet started, later looks included."""
        return self.family.cost * (1.0 - self.todo[0][0] / self._blocks) if self.todo else 0.0

    @property
    def task(self) -> float:
        """CPU seconds of the next chunk."""
        return self.family.cost * (self.todo[0][1] - self.todo[0][0]) / self._blocks if self.todo else 0.0

    @property
    def _blocks(self) -> int:
        return self.family.blocks(len(self.family.looks))

    def collect(self) -> None:
        """Lay out the chunks that this look needs."""
        family = self.family
        first, last = family.blocks(self.look - 1), family.blocks(self.look)
        self.todo.extend((start, min(start + family.chunk, last)) for start in range(first, last, family.chunk))
        self.waiting = len(self.todo)


Work = State | Telling


def next_of(work: Sequence[Work], planned: Mapping[str, float], slots: int) -> Work:
    """What to start next; `planned` are the CPU seconds of each claim as a whole.

    The cheapest claim first, so that a run that is stopped early has finished some; within it what costs most, so that
    the workers stay even. But a task that all other work would not outlast is started at once: what cannot be split
    must not be what everybody waits for. Of equals, the first.
    """
    share = sum(one.left for one in work) / slots
    return min(work, key=lambda one: (one.task < share, planned.get(one.claim, 0.0), -one.left))
