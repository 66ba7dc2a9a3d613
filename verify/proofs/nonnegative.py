"""`NonNegative`: a polynomial in non-negative symbols is ≥ 0 because no coefficient is negative."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from verify.model import Verdict
from verify.proofs.identity import numerator_polynomial
from verify.proofs.witness import assignments, describe

__all__ = ["NonNegative"]


@dataclass(frozen=True)
class NonNegative:
    """expression ≥ 0 wherever its symbols are ≥ 0 (its denominator must be positive there)."""

    label: str
    expression: sp.Expr

    def decide(self) -> tuple[Verdict, str]:
        polynomial = numerator_polynomial(self.expression)
        coefficients = [self.expression] if polynomial is None else polynomial.coeffs()
        if all(c >= 0 for c in coefficients):
            terms = self.expression if polynomial is None else polynomial.as_expr()
            return Verdict.VERIFIED, f"every coefficient of {terms} is non-negative"
        for assignment in assignments(sorted(self.expression.free_symbols, key=str)):
            value = self.expression.subs(assignment)
            if value.is_Rational and value < 0:
                return Verdict.REFUTED, f"at {describe(assignment)} the value is {value}"
        return Verdict.INCONCLUSIVE, "a coefficient is negative, but no negative value was found"
