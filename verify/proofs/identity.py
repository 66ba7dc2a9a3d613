"""`Identity`: a commutative expression is zero, by its normal form in a polynomial ring over the rationals."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from verify.model import Verdict
from verify.proofs.witness import assignments, describe

__all__ = ["Identity", "polynomials"]


@dataclass(frozen=True)
class Identity:
    """residual = 0 for all values of its symbols. Powers with a symbolic exponent are generators of the ring."""

    label: str
    residual: sp.Expr

    def decide(self) -> tuple[Verdict, str]:
        numerator, _ = polynomials(self.residual)
        ring = f"QQ[{', '.join(str(g) for g in numerator.gens if g != _UNIT)}]".replace("[]", "")
        if numerator.is_zero:
            return Verdict.VERIFIED, f"normal form 0 in {ring}"
        for assignment in assignments(sorted(self.residual.free_symbols, key=str)):
            value = self.residual.subs(assignment)
            if value.is_Rational and value != 0:
                return Verdict.REFUTED, f"at {describe(assignment)} the residual is {value}"
        return Verdict.INCONCLUSIVE, f"normal form {numerator.as_expr()} in {ring}, but no rational witness found"


_UNIT = sp.Symbol("1", positive=True)  # the generator for rational numbers, which SymPy gives no ring of their own


def polynomials(expression: sp.Expr) -> tuple[sp.Poly, sp.Poly]:
    """Numerator and denominator over QQ; a power with a symbolic exponent is a generator like any symbol.

    Raises ValueError for floats, with which nothing is proved.
    """
    parts = sp.fraction(sp.together(sp.expand_power_exp(expression)))
    spare = sorted(expression.free_symbols, key=str) or [_UNIT]
    numerator, denominator = (_polynomial(part, spare) for part in parts)
    return numerator, denominator


def _polynomial(part: sp.Expr, spare: list[sp.Symbol]) -> sp.Poly:
    expanded = sp.expand(sp.expand_power_exp(sp.expand(part)))
    if expanded.has(sp.Float):
        raise ValueError(f"{expanded} has floats, and a proof is exact; write them as Rational or Integer")
    return sp.Poly(expanded, *spare, domain="QQ") if expanded.is_Rational else sp.Poly(expanded, domain="QQ")
