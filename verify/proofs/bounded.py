"""`Bounded`: an expression stays bounded as a symbol approaches a point; a statement about a limit."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from verify.model import Verdict

__all__ = ["Bounded"]


@dataclass(frozen=True)
class Bounded:
    """sup |expression| < ∞ as `symbol` tends to `point` (from the side `direction`)."""

    label: str
    expression: sp.Expr
    symbol: sp.Symbol
    point: sp.Expr
    direction: str = "-"

    def decide(self) -> tuple[Verdict, str]:
        limit = sp.limit(self.expression, self.symbol, self.point, self.direction)
        place = f"as {self.symbol} → {self.point}"
        if limit in (sp.oo, -sp.oo):
            return Verdict.REFUTED, f"{self.expression} → {limit} {place}"
        if limit.is_finite:
            return Verdict.VERIFIED, f"limit {limit} {place}"
        return Verdict.INCONCLUSIVE, f"SymPy found no limit {place}: {limit}"
