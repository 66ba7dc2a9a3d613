"""`PositiveOnBox`: a function is > 0 on a whole box, by ball arithmetic on a covering of sub-boxes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, fmpq

from verify.model import Verdict

__all__ = ["PositiveOnBox", "ball"]

MOST_BOXES = 20_000  # chosen: a few seconds; a statement that needs more is better split by hand

Side = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class PositiveOnBox:
    """function(**balls) > 0 for every point of `box` (name → (low, high), exact rationals).

    Decided by bisection of the longest side: VERIFIED when every sub-box has a ball above 0, REFUTED at the first
    sub-box at whose midpoint the ball is entirely ≤ 0.
    """

    label: str
    function: Callable[..., arb]
    box: Mapping[str, tuple[str, str]]

    def decide(self) -> tuple[Verdict, str]:
        start = {name: (Fraction(low), Fraction(high)) for name, (low, high) in self.box.items()}
        pending, decided = [start], 0
        while pending:
            if decided + len(pending) > MOST_BOXES:
                return Verdict.INCONCLUSIVE, f"not decided within {MOST_BOXES} sub-boxes"
            box = pending.pop()
            value = self.function(**{name: ball(side) for name, side in box.items()})
            if value > 0:
                decided += 1
                continue
            middle = {name: ((low + high) / 2,) * 2 for name, (low, high) in box.items()}
            centre = self.function(**{name: ball(side) for name, side in middle.items()})
            if centre <= 0:
                return Verdict.REFUTED, f"at {_describe(middle)} the ball is {centre.str(5)}"
            pending.extend(self._halves(box, start))
        return Verdict.VERIFIED, f"{decided} sub-boxes cover {_describe(start)}, the ball of each is > 0"

    def _halves(self, box: dict[str, Side], start: dict[str, Side]) -> list[dict[str, Side]]:
        def share(name: str) -> Fraction:
            whole = start[name][1] - start[name][0]
            return (box[name][1] - box[name][0]) / whole if whole else Fraction(0)

        name = max(box, key=share)
        low, high = box[name]
        middle = (low + high) / 2
        return [{**box, name: (low, middle)}, {**box, name: (middle, high)}]


def ball(side: Side) -> arb:
    """The smallest ball that surely contains [low, high]."""
    low, high = (arb(fmpq(value.numerator, value.denominator)) for value in side)
    return low.union(high)


def _describe(box: Mapping[str, Side]) -> str:
    return ", ".join(f"{k} = {low}" if low == high else f"{k} in [{low}, {high}]" for k, (low, high) in box.items())
