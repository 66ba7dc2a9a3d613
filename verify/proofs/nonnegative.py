"""`NonNegative`: a rational function of non-negative symbols is ≥ 0 because no coefficient is negative."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from verify.model import Verdict
from verify.proofs.identity import polynomials
from verify.proofs.witness import assignments, describe

__all__ = ["NonNegative"]


@dataclass(frozen=True)
class NonNegative:
    """expression ≥ 0 wherever its symbols are ≥ 0 and it is defined.

    Proved when numerator and denominator have no negative coefficient and every generator of their ring, such as x or
    ν**j, is known to be non-negative.
    """

    label: str
    expression: sp.Expr

    def decide(self) -> tuple[Verdict, str]:
        symbols = sorted(self.expression.free_symbols, key=str)
        numerator, denominator = polynomials(self.expression)
        parts = (numerator, denominator)
        known = all(generator.is_nonnegative for part in parts for generator in part.gens)
        if known and all(c >= 0 for part in parts for c in part.coeffs()):
            return Verdict.VERIFIED, f"every coefficient of {numerator.as_expr()} is non-negative"
        for assignment in assignments(symbols):
            value = self.expression.subs(assignment)
            if value.is_Rational and value < 0:
                return Verdict.REFUTED, f"at {describe(assignment)} the value is {value}"
        return Verdict.INCONCLUSIVE, "a coefficient or a generator may be negative, but no negative value was found"
