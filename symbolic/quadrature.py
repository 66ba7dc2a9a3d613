"""Gaussian expectations in one and two dimensions by the trapezoidal rule, its error estimated by halving the step.

For a function analytic in a strip |Im z| < d the rule with step h errs by about e^{−2πd/h}: tanh of a variable of
variance 1 has d = π/2, and h = 1/4 leaves 10⁻¹⁷. A kink leaves an error of order h².
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from symbolic.errors import DerivationError
from symbolic.gaussian_integrals import X

__all__ = ["TOLERANCE", "integrate"]

Array = NDArray[np.floating[Any]]
REACH = 9.0  # chosen: a standard Gaussian is beyond it with probability 2·10⁻¹⁹
FIRST = 2  # 1/step of the first rule; chosen, the coarsest whose halving can be told from chance
LAST = 64  # chosen: two dimensions then take 1.3 million points, a tenth of a second
TOLERANCE = 1e-11  # chosen: far below any n^{−1/2}, far above the rounding of a sum of 10⁵ terms


def integrate(
    functions: tuple[sp.Expr, ...], mean: tuple[float, ...], covariance: tuple[tuple[float, ...], ...],
    tolerance: float = TOLERANCE,
) -> tuple[float, float]:  # fmt: skip
    """(E Π f_i(V_i), error), V ~ N(mean, covariance) in one or two dimensions, f_i expressions in X.

    The step is halved until two rules agree to `tolerance`; their difference is the error given. Raises
    DerivationError where they never do, for more dimensions, and where a value is not finite.
    """
    if len(functions) not in {1, 2}:
        raise DerivationError(f"quadrature in {len(functions)} dimensions; one and two are supported: split G")
    compiled = [sp.lambdify(X, function, modules=["scipy", "numpy"]) for function in functions]
    per_unit, previous = FIRST, _rule(compiled, mean, covariance, FIRST)
    while True:
        per_unit *= 2
        value = _rule(compiled, mean, covariance, per_unit)
        error = abs(value - previous)
        if error <= tolerance * max(1.0, abs(value)):
            return value, error
        if per_unit >= LAST or not math.isfinite(value):
            shown = " · ".join(map(str, functions))
            raise DerivationError(
                f"the quadrature of {shown} changes by {error:.2g} at step 1/{per_unit}, more than {tolerance:.2g};"
                " give a larger tolerance or a smoother G"
            )
        previous = value


def _rule(
    functions: list[Callable[[Array], Array]], mean: tuple[float, ...], covariance: tuple[tuple[float, ...], ...],
    per_unit: int,
) -> float:  # fmt: skip
    """Σ weight · Π f(point): V_1 = m_1 + √a z_1, V_2 = m_2 + (c/√a) z_1 + √(b − c²/a) z_2, 0/0 read as 0."""
    z = np.arange(-int(REACH * per_unit), int(REACH * per_unit) + 1) / per_unit
    weight = np.exp(-0.5 * z * z) / (math.sqrt(2.0 * math.pi) * per_unit)
    root = math.sqrt(max(covariance[0][0], 0.0))
    first = mean[0] + root * z
    values = np.broadcast_to(np.asarray(functions[0](first), dtype=float), z.shape)
    if len(functions) == 2:  # noqa: PLR2004
        slope = covariance[0][1] / root if root > 0.0 else 0.0
        rest = math.sqrt(max(covariance[1][1] - slope * slope, 0.0))
        second = mean[1] + slope * z[:, None] + rest * z
        inner = np.broadcast_to(np.asarray(functions[1](second), dtype=float), second.shape) @ weight
        values = values * inner
    return float(values @ weight)
