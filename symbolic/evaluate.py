"""The one bridge from SymPy to floating point; it fails loudly where a symbol has no value."""

from __future__ import annotations

import math

import sympy as sp

from symbolic.errors import DerivationError

__all__ = ["to_float"]

BITS = 53  # of a float
DIGITS = 30  # chosen: twice those of a float, so that the last rounding is the only one that shows


def to_float(expression: sp.Expr | int) -> float:
    """The value of an expression without free symbols, rounded once.

    Raises DerivationError for anything else, and where cancellation leaves fewer digits than a float has.
    """
    expression = sp.sympify(expression)
    if not isinstance(expression, sp.Expr):
        raise DerivationError(f"{expression} is no number")
    if expression.free_symbols:
        missing = ", ".join(sorted(map(str, expression.free_symbols)))
        raise DerivationError(f"{expression} has no value: give {missing} a number first")
    value = expression if expression.is_Rational else sp.N(expression, DIGITS)
    if not (value.is_real and value.is_finite):
        raise DerivationError(f"{expression} evaluates to {value}, which is no finite real number")
    if not value.is_Rational and value._prec < BITS:
        raise DerivationError(f"{expression} cancels to about {value}, of which no digit is sure: simplify it first")
    number = float(value)
    if math.isinf(number):
        raise DerivationError(f"{expression} is beyond the largest float, 1.8e308")
    return number
