"""The one bridge from SymPy to floating point; it fails loudly where a symbol has no value."""

from __future__ import annotations

import sympy as sp

from symbolic.errors import DerivationError

__all__ = ["to_float"]

DIGITS = 30  # chosen: twice those of a float, so that the last rounding is the only one that shows


def to_float(expression: sp.Expr | int) -> float:
    """The value of an expression without free symbols, rounded once. Raises DerivationError for anything else."""
    expression = sp.sympify(expression)
    if expression.free_symbols:
        missing = ", ".join(sorted(map(str, expression.free_symbols)))
        raise DerivationError(f"{expression} has no value: give {missing} a number first")
    if expression.is_Rational:
        return float(sp.Rational(expression))
    value = sp.N(expression, DIGITS)
    if not (value.is_real and value.is_finite):
        raise DerivationError(f"{expression} evaluates to {value}, which is no finite real number")
    return float(value)
