"""Averages over independent rows: exact second moments, from products of the moments of one row.

For a_1, …, a_n independent with the law of a, E ((1/n) Σ a_i)² = (E a² + (n − 1)(E a)²)/n: each of the n² products of
two terms is a square or has independent factors. Source: [E] Appendix A, (28), and the coupling of its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp

from symbolic import gaussian_sum

__all__ = [
    "covariance_fluctuation",
    "expectation",
    "fluctuation_by_expansion",
    "squared_average",
    "squared_average_by_expansion",
    "unknown_moment",
]

Moment = Callable[[int], sp.Expr]


def unknown_moment(power: int) -> sp.Expr:
    """E x^power as a symbol; E 1 = 1."""
    return sp.Symbol(f"m_{power}", real=True) if power else sp.Integer(1)


def expectation(polynomial: sp.Expr, variables: Sequence[sp.Symbol], moment: Moment) -> sp.Expr:
    """E of a polynomial in independent variables of one law, monomial by monomial; its coefficients are constants."""
    terms = sp.Poly(polynomial, *variables).terms()
    return sp.expand(sp.Add(*(coefficient * sp.Mul(*map(moment, powers)) for powers, coefficient in terms)))


def squared_average(
    term: sp.Expr, variables: Sequence[sp.Symbol], n: sp.Expr | int, moment: Moment, *, alike: bool = False
) -> sp.Expr:
    """E ((1/n) Σ_i a_i)² for n independent copies of the term; with `alike` for n copies that are one and the same."""
    square, mean = (expectation(term**power, variables, moment) for power in (2, 1))
    between = square if alike else mean**2
    return sp.expand((square + (n - 1) * between) / n)


def squared_average_by_expansion(term: sp.Expr, variables: Sequence[sp.Symbol], n: int, moment: Moment) -> sp.Expr:
    """The same, multiplied out over n copies of the variables."""
    copies = [{v: sp.Symbol(f"{v}_{i}", real=True) for v in variables} for i in range(n)]
    average = sp.Add(*(term.subs(copy) for copy in copies)) / n
    return expectation(sp.expand(average**2), [v for copy in copies for v in copy.values()], moment)


def covariance_fluctuation(T: sp.Expr | int, n: sp.Expr | int, *, off_diagonal: int = 1) -> sp.Expr:
    """E ‖S − I‖_F² for S = (1/n) Σ_i y_i y_iᵀ, y_i ~ N(0, I_T) independent.

    T entries on the diagonal are averages of y² − 1, T (T − 1) off it of y z; `off_diagonal` = 0 forgets the latter.
    """
    y, z = sp.symbols("y z", real=True)
    on = squared_average(y**2 - 1, [y], n, gaussian_sum.moment)
    off = squared_average(y * z, [y, z], n, gaussian_sum.moment)
    return sp.expand(T * on + off_diagonal * T * (T - 1) * off)


def fluctuation_by_expansion(T: int, n: int) -> sp.Expr:
    """The same from the n × T matrix of the rows itself."""
    Y = sp.Matrix(n, T, lambda i, j: sp.Symbol(f"y_{i}{j}", real=True))
    excess = Y.T * Y / n - sp.eye(T)
    return gaussian_sum.expectation(sp.expand(sp.Add(*(entry**2 for entry in excess))), list(Y))
