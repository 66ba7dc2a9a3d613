"""Closed forms of E f(X) and E f(X) g(Y), X and Y Gaussian, each obtained by integrating a simpler one.

For X ~ N(m, a):  d/dm E f(X) = E f'(X).
For (X, Y) ~ N(0, [[a, c], [c, b]]):  d/dc E f(X) g(Y) = E f'(X) g'(Y)  (Price 1958),
and at c = 0 the expectation is a product. Hence erf from a Gaussian integral, the step from a density, ReLU from the
step. Generic symbols a, b > 0, c and m are integrated once; values are put in afterwards.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symbolic.errors import DerivationError

__all__ = ["MEAN", "PAIRS", "SINGLES", "A", "B", "C", "X", "density", "pair", "pair_equal", "single"]

A, B = sp.symbols("a b", positive=True)
C, MEAN = sp.symbols("c m", real=True)
X = sp.Symbol("X", real=True)
_P = sp.Symbol("P", positive=True)

ERF, BELL = sp.erf(X), sp.exp(-(X**2))
STEP, RELU = sp.Heaviside(X), sp.Max(0, X)
SQUARE = RELU**2
SINGLES = (ERF, BELL, STEP, RELU, SQUARE)
PAIRS = ((ERF, ERF), (BELL, BELL), (STEP, STEP), (STEP, RELU), (RELU, STEP), (RELU, RELU))


def density(mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """The density of N(mean, variance) at 0."""
    return sp.exp(-(mean**2) / (2 * variance)) / sp.sqrt(2 * sp.pi * variance)


def bell(covariance: sp.Matrix, mean: sp.Matrix) -> sp.Expr:
    """E exp(−|V|²), V ~ N(mean, covariance): det(I + 2Σ)^{−1/2} exp(−mᵀ(I + 2Σ)⁻¹m), by completing the square."""
    widened = sp.eye(covariance.rows) + 2 * covariance
    exponent = (mean.T * widened.adjugate() * mean)[0, 0] / widened.det()
    return sp.exp(-exponent) / sp.sqrt(widened.det())


@lru_cache(maxsize=8)
def single(function: sp.Expr) -> sp.Expr:
    """E f(X), X ~ N(m, a), at the symbols MEAN and A, for f in SINGLES."""
    if function == BELL:
        return bell(sp.Matrix([[A]]), sp.Matrix([[MEAN]]))
    if function == ERF:
        slope = 2 / sp.sqrt(sp.pi) * single(BELL)
        return _integral(slope, MEAN, 0)
    if function == STEP:
        return sp.Rational(1, 2) + _integral(density(MEAN, A), MEAN, 0)
    if function == RELU:  # at m = 0: ∫_0^∞ x density dx
        start = sp.integrate(X * sp.exp(-(X**2) / (2 * A)) / sp.sqrt(2 * sp.pi * A), (X, 0, sp.oo))
        return start + _integral(single(STEP), MEAN, 0)
    if function == SQUARE:
        return A / 2 + 2 * _integral(single(RELU), MEAN, 0)  # at m = 0 half of E X²
    raise DerivationError(f"no closed form of E f(X) is derived for f = {function}; use quadrature")


@lru_cache(maxsize=8)
def pair(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """E f(X) g(Y) of zero-mean (X, Y) at the symbols A, B, C, for (f, g) in PAIRS."""
    if (first, second) == (BELL, BELL):
        return bell(sp.Matrix([[A, C], [C, B]]), sp.zeros(2, 1))
    apart = single(first).subs(MEAN, 0) * single(second).subs({MEAN: 0, A: B}, simultaneous=True)
    if (first, second) == (ERF, ERF):
        square = sp.expand((1 + 2 * A) * (1 + 2 * B))
        slope = 4 / sp.pi * pair(BELL, BELL)
        return apart + _arc(slope, square)
    if (first, second) == (STEP, STEP):  # the slope is the joint density at 0
        return apart + _arc(1 / (2 * sp.pi * sp.sqrt(A * B - C**2)), A * B)
    if (first, second) == (STEP, RELU):  # E δ(X) step(Y) = density of X at 0 · 1/2, whatever c
        return apart + _integral(density(sp.Integer(0), A) / 2, C, 0)
    if (first, second) == (RELU, STEP):
        return pair(STEP, RELU).subs({A: B, B: A}, simultaneous=True)
    if (first, second) == (RELU, RELU):
        return apart + _arc(pair(STEP, STEP), A * B)
    raise DerivationError(f"no closed form of E f(X) g(Y) is derived for f = {first}, g = {second}; use quadrature")


@lru_cache(maxsize=8)
def pair_equal(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """E f(X) g(X): the pair at a = b = c, where roots of squares are taken."""
    return sp.simplify(pair(first, second).subs({B: A, C: A}))


def _integral(slope: sp.Expr, symbol: sp.Symbol, start: sp.Expr | int) -> sp.Expr:
    """∫_start^symbol slope, checked by differentiating; SymPy may return an antiderivative with jumps or none.

    The rules of a textbook are tried first: where they know the answer they take a tenth of the time.
    """
    found = sp.integrate(slope, symbol, manual=True)
    if found.has(sp.Integral):
        found = sp.integrate(slope, symbol)
    if found.has(sp.Integral) or sp.simplify(sp.diff(found, symbol) - slope) != 0:
        raise DerivationError(f"SymPy integrates {slope} over {symbol} to {found}, which is no antiderivative")
    return found - found.subs(symbol, start)


def _arc(slope: sp.Expr, square: sp.Expr) -> sp.Expr:
    """∫_0^c of a slope that depends on a and b through one positive number P, here `square`."""
    if square == A * B:
        generic = slope.subs(sp.sqrt(A * B - C**2), sp.sqrt(_P - C**2)).subs(A * B, _P)
        generic = generic.subs(sp.sqrt(A) * sp.sqrt(B), sp.sqrt(_P))
    else:
        generic = slope.subs(sp.expand(square - 4 * C**2), _P - 4 * C**2)
    if generic.free_symbols - {_P, C}:
        raise DerivationError(f"the slope {slope} is no function of c and {square} alone")
    return _integral(generic, C, 0).subs(_P, square)
