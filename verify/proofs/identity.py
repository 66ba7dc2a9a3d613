"""`Identity`: a commutative expression is zero, by its normal form in a polynomial ring over the rationals."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from verify.model import Verdict
from verify.proofs.witness import assignments, describe

__all__ = ["Identity", "numerator_polynomial"]


@dataclass(frozen=True)
class Identity:
    """residual = 0 for all values of its symbols. Powers with a symbolic exponent are generators of the ring."""

    label: str
    residual: sp.Expr

    def decide(self) -> tuple[Verdict, str]:
        polynomial = numerator_polynomial(self.residual)
        if polynomial is None:
            value = sp.nsimplify(self.residual)
            return (Verdict.VERIFIED, "0 in QQ") if value == 0 else (Verdict.REFUTED, f"the residual is {value}")
        ring = f"QQ[{', '.join(str(g) for g in polynomial.gens)}]"
        if polynomial.is_zero:
            return Verdict.VERIFIED, f"normal form 0 in {ring}"
        symbols = sorted(self.residual.free_symbols, key=str)
        for assignment in assignments(symbols):
            value = self.residual.subs(assignment)
            if value.is_Rational and value != 0:
                return Verdict.REFUTED, f"at {describe(assignment)} the residual is {value}"
        return Verdict.INCONCLUSIVE, f"normal form {polynomial.as_expr()} in {ring}, but no rational witness found"


def numerator_polynomial(expression: sp.Expr) -> sp.Poly | None:
    """The numerator of the expression as a polynomial over QQ; None for a constant."""
    numerator, _ = sp.fraction(sp.together(sp.expand_power_exp(expression)))
    numerator = sp.expand(sp.expand_power_exp(sp.expand(numerator)))
    if not numerator.free_symbols:
        return None if numerator != 0 or not expression.free_symbols else sp.Poly(0, *_gens(expression), domain="QQ")
    return sp.Poly(numerator, domain="QQ")


def _gens(expression: sp.Expr) -> list[sp.Symbol]:
    return sorted(expression.free_symbols, key=str)
