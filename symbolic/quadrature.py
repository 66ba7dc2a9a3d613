"""Gaussian expectations in one and two dimensions, by rules that are cut at kinks; the error by refining once more.

For a function analytic in a strip |Im z| < d the trapezoidal rule with step h errs by about e^{−2πd/h}: tanh of a
variable of variance 1 has d = π/2, and h = 1/4 leaves 10⁻¹⁷. A kink would leave an error of order h², and then the
change from one rule to the next bounds nothing. So where Max or a step changes branch, Gauss's rule is used on panels
that end there: the integrand is analytic on each, and refining squares the error.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from symbolic.errors import DerivationError
from symbolic.gaussian_integrals import X

__all__ = ["TOLERANCE", "integrate", "kinks"]

Array = NDArray[np.floating[Any]]
Function = Callable[[Array], Array]
Rule = Callable[[int], tuple[float, float]]  # refinement -> (value, the same of absolute values)
REACH = 9.0  # chosen: a standard Gaussian is beyond it with probability 2·10⁻¹⁹
REFINEMENTS = (2, 4, 8, 16, 32, 64)  # 1/step of the trapezoidal rules; chosen, two dimensions take 1.3 million points
PARTS = (1, 2, 4, 8)  # of each panel; chosen, the last takes as many points
PANELS = 9  # chosen: before cuts, each two deviations wide
NODES = 16  # chosen: e^{−z²/2} on such a panel to 10⁻¹³
ROUNDING = 2.0**-40  # of a sum of absolute values: up to 4,000 terms a dimension, each with a few roundings of 2⁻⁵³
BEYOND = 1e-15  # what is left out beyond REACH, for functions of linear growth below 1,000 a deviation
TOLERANCE = 1e-11  # chosen: far below any n^{−1/2}, far above the rounding of a sum of 10⁵ terms


def integrate(
    functions: tuple[sp.Expr, ...], mean: tuple[float, ...], covariance: tuple[tuple[float, ...], ...],
    tolerance: float = TOLERANCE,
) -> tuple[float, float]:  # fmt: skip
    """(E Π f_i(V_i), error), V ~ N(mean, covariance) in one or two dimensions, f_i expressions in X.

    The rule is refined until two agree to `tolerance` times E Π |f_i|, or times 1 if that is less; their difference,
    plus rounding and tails, is the error given. Raises DerivationError where they never do, for more dimensions, for
    kinks that are not found, and where a value is not finite.
    """
    if len(functions) not in {1, 2}:
        raise DerivationError(f"quadrature in {len(functions)} dimensions; one and two are supported: split G")
    compiled = [sp.lambdify(X, function, modules=["scipy", "numpy"]) for function in functions]
    cuts = [kinks(function) for function in functions]
    arguments = (compiled, mean, _factors(covariance))
    rule: Rule = partial(_cut_rule, *arguments, cuts) if any(cuts) else partial(_rule, *arguments)
    refinements = PARTS if any(cuts) else REFINEMENTS
    previous, _ = rule(refinements[0])
    for refinement in refinements[1:]:
        value, size = rule(refinement)
        error = abs(value - previous) + ROUNDING * size + BEYOND
        if error <= tolerance * max(1.0, size):
            return value, error
        if not math.isfinite(value):
            break
        previous = value
    shown = " · ".join(map(str, functions))
    raise DerivationError(
        f"the quadrature of {shown} changes by {error:.2g} at refinement {refinement}, more than {tolerance:.2g};"
        " give a larger tolerance or a smoother G"
    )


def kinks(function: sp.Expr) -> list[float]:
    """The X where Max, Min, Abs, sign or a step changes branch. Raises DerivationError for other functions in parts."""
    if function.has(sp.Piecewise):
        raise DerivationError(f"the places where {function} changes branch are not known; write it with Max")
    between = [pair for piece in function.atoms(sp.Max, sp.Min) for pair in itertools.combinations(piece.args, 2)]
    gaps = [sp.expand(first - second) for first, second in between]
    gaps += [sp.expand(piece.args[0]) for piece in function.atoms(sp.Heaviside, sp.sign, sp.Abs)]
    found = set()
    for gap in gaps:
        slope = sp.diff(gap, X)
        if slope.has(X):
            raise DerivationError(f"the places where {function} changes branch are not known: {gap} is not linear")
        if slope != 0:
            found.add(float(-gap.xreplace({X: sp.Integer(0)}) / slope))
    return sorted(found)


def _factors(covariance: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """(√a, c/√a, √(b − c²/a)), 0/0 read as 0: V_1 = m_1 + √a z_1, V_2 = m_2 + (c/√a) z_1 + √(b − c²/a) z_2."""
    root = math.sqrt(max(covariance[0][0], 0.0))
    slope = covariance[0][-1] / root if root > 0.0 else 0.0
    return root, slope, math.sqrt(max(covariance[-1][-1] - slope * slope, 0.0))


def _rule(
    functions: Sequence[Function], mean: tuple[float, ...], factors: tuple[float, float, float], per_unit: int
) -> tuple[float, float]:
    """Σ weight · Π f(point) on one grid of step 1/per_unit."""
    root, slope, rest = factors
    z = np.arange(-int(REACH * per_unit), int(REACH * per_unit) + 1) / per_unit
    weight = np.exp(-0.5 * z * z) / (math.sqrt(2.0 * math.pi) * per_unit)
    values = _at(functions[0], mean[0] + root * z)
    sizes = np.abs(values)
    if len(functions) == 2:  # noqa: PLR2004
        inner = _at(functions[1], mean[1] + slope * z[:, None] + rest * z)
        values, sizes = values * (inner @ weight), sizes * (np.abs(inner) @ weight)
    return float(values @ weight), float(sizes @ weight)


def _cut_rule(
    functions: Sequence[Function], mean: tuple[float, ...], factors: tuple[float, float, float],
    cuts: Sequence[Sequence[float]], parts: int,
) -> tuple[float, float]:  # fmt: skip
    """The same by Gauss's rule, z_2 cut where f_2(V_2) has a kink at this z_1, z_1 where f_1(V_1) has.

    What the inner integral makes of a kink of f_2 is smooth over a width √(b − c²/a)/(c/√a) in z_1 only: there the
    panels of z_1 shrink by halves.
    """
    root, slope, rest = factors
    edges = [np.linspace(-REACH, REACH, PANELS + 1)]
    edges += [np.array([(cut - mean[0]) / root]) for cut in cuts[0] if root > 0.0]
    if len(functions) == 2 and slope != 0.0:  # noqa: PLR2004
        width = rest / abs(slope)
        graded = width * 2.0 ** np.arange(math.log2(2.0 * REACH / width)) if 0.0 < width < REACH else np.zeros(0)
        edges += [(cut - mean[1]) / slope + np.concatenate([-graded, [0.0], graded]) for cut in cuts[1]]
    z, weight = _panels(np.sort(np.clip(np.concatenate(edges), -REACH, REACH)), parts)
    values = _at(functions[0], mean[0] + root * z)
    sizes = np.abs(values)
    if len(functions) == 2:  # noqa: PLR2004
        centre = mean[1] + slope * z[:, None]
        moving = [(cut - centre) / rest for cut in cuts[1] if rest > 0.0]
        grid = np.broadcast_to(edges[0], (len(z), PANELS + 1))
        second, inner_weight = _panels(np.sort(np.clip(np.hstack([grid, *moving]), -REACH, REACH)), parts)
        inner = inner_weight * _at(functions[1], centre + rest * second)
        values, sizes = values * inner.sum(axis=1), sizes * np.abs(inner).sum(axis=1)
    return float(values @ weight), float(sizes @ weight)


def _panels(edges: Array, parts: int) -> tuple[Array, Array]:
    """Points and Gaussian weights of Gauss's rule on so many parts of each panel: edges [..., P + 1] to [..., N]."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    unit = ((np.arange(parts)[:, None] + 0.5 * (nodes + 1.0)) / parts).ravel()
    length = np.diff(edges)[..., None]
    z = edges[..., :-1, None] + length * unit
    weight = length * np.tile(0.5 * weights / parts, parts) * np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    return z.reshape(*edges.shape[:-1], -1), weight.reshape(*edges.shape[:-1], -1)


def _at(function: Function, points: Array) -> Array:
    """The values, also of a constant."""
    return np.broadcast_to(np.asarray(function(points), dtype=float), points.shape)
