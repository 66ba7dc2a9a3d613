"""The only file that knows which lags, widths and variances the exact moments accept."""

from fractions import Fraction
from operator import index
from typing import SupportsIndex, TypeAlias

from sympy import Expr, Float, SympifyError, sympify

__all__ = ["Exact", "LagError", "ParameterError", "ordered_lags", "variance", "width"]

Exact: TypeAlias = Expr | Fraction | int


class LagError(ValueError):
    """A lag is not an integer, is negative, or is too large to count the pairings."""


class ParameterError(ValueError):
    """A width or a variance is not exact (a float), or is out of range: n > 0, ν ≥ 0."""


def ordered_lags(j: SupportsIndex, k: SupportsIndex, largest_sum: int) -> tuple[int, int]:
    """The lags as integers, the smaller one first.

    Raises LagError unless j and k are integers, j, k ≥ 0 and j + k ≤ largest_sum.
    """
    try:
        smaller, larger = sorted((index(j), index(k)))
    except TypeError:
        raise LagError(f"lags must be integers; got j = {j!r}, k = {k!r}") from None
    if smaller < 0:
        raise LagError(f"lags must not be negative; got j = {j}, k = {k}")
    if larger + smaller > largest_sum:
        raise LagError(f"this moment is counted up to j + k = {largest_sum}; got j = {j}, k = {k}: use smaller lags")
    return smaller, larger


def width(n: Exact) -> Expr:
    """The width as an expression; raises ParameterError unless it is exact and may be positive."""
    expression = _exact("n", n)
    if expression.is_positive is False:
        raise ParameterError(f"the width n must be positive; got {n!r}")
    return expression


def variance(name: str, nu: Exact) -> Expr:
    """A variance as an expression; raises ParameterError unless it is exact and may be non-negative."""
    expression = _exact(name, nu)
    if expression.is_nonnegative is False:
        raise ParameterError(f"the variance {name} must not be negative; got {nu!r}")
    return expression


def _exact(name: str, value: Exact) -> Expr:
    try:
        expression = sympify(value, strict=True)
    except SympifyError:
        expression = None
    if not isinstance(expression, Expr) or expression.has(Float):
        raise ParameterError(f"{name} must be exact, such as a symbol, 8 or Rational(9, 10); got {value!r}")
    return expression
