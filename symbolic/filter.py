"""What gradient descent makes of noisy data, by SymPy from its own recursion: mean, covariance, degrees of freedom.

One step is L <- L + c K A^T (Y - A L), with Y = A L* + noise. Three routes: the steps themselves on symbolic noise, for
given rationals; the recursion of one mode, with the step l a symbol; and one lag of Gaussian inputs, where G = A^T A is
chi-squared and the expectation over the inputs is a polynomial.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.polys.rings import ring

from symbolic.errors import DerivationError, ParameterRangeError

__all__ = ["STEP", "Trained", "kept_by_mode", "mode_error", "one_lag_moments", "trained", "trained_on_impulses"]

STEP = sp.Symbol("l", integer=True, nonnegative=True)


@dataclass(frozen=True, kw_only=True)
class Trained:
    """L after some steps, one output, as a function of unit noise: L = mean + by_noise * noise.

    mean [P, 1], by_noise [P, R], fit [R, R] = d(A L)/dY; all rational where the data are.
    """

    mean: sp.Matrix
    by_noise: sp.Matrix
    fit: sp.Matrix

    @property
    def covariance(self) -> sp.Matrix:
        """Cov L for independent noise of unit variance."""
        return self.by_noise * self.by_noise.T

    @property
    def degrees_of_freedom(self) -> sp.Expr:
        """tr d(A L)/dY."""
        return self.fit.trace()

    def error(self, target: sp.Matrix, test: sp.Matrix, noise: sp.Expr | int) -> sp.Expr:
        """E (L − L*)^T Q (L − L*) for noise of this variance."""
        away = self.mean - target
        return (away.T * test * away)[0] + noise * (test * self.covariance).trace()


def trained(
    design: sp.Matrix, kernel: sp.Matrix, gain: sp.Expr, *, target: sp.Matrix, start: sp.Matrix, steps: int
) -> Trained:
    """Take the steps of gradient descent with outputs that are the generators of a ring, and differentiate by them.

    design A [R, P], kernel K [P, P], gain c = 2η/R, all rational; raises DerivationError unless L is affine in Y.
    """
    outputs, *y = ring([f"y_{row}" for row in range(design.rows)], sp.QQ)
    A, by_gradient = _rational(design), _rational(gain * kernel * design.T)
    L = [outputs(value) for (value,) in _rational(start)]
    for _ in range(steps):
        residual = [observed - _dot(row, L, outputs) for observed, row in zip(y, A, strict=True)]
        L = [old + _dot(row, residual, outputs) for old, row in zip(L, by_gradient, strict=True)]
    slopes = [[old.diff(observed) for observed in y] for old in L]
    if any(not slope.is_ground for row in slopes for slope in row):
        raise DerivationError(f"L after {steps} steps is not affine in the outputs: {L}")
    by_noise = sp.Matrix([[sp.sympify(slope.as_expr()) for slope in row] for row in slopes])
    clean = [value for (value,) in _rational(design * target)]
    mean = sp.Matrix([sp.sympify(old.evaluate(list(zip(y, clean, strict=True)))) for old in L])
    return Trained(mean=mean, by_noise=by_noise, fit=design * by_noise)


def _rational(matrix: sp.Matrix) -> list[list[Any]]:
    """The entries in QQ, row by row."""
    return [[sp.QQ.from_sympy(sp.sympify(entry)) for entry in row] for row in matrix.tolist()]


def _dot(row: list[Any], column: list[Any], outputs: Any) -> Any:  # noqa: ANN401 — a ring of SymPy and its elements
    return sum((factor * entry for factor, entry in zip(row, column, strict=True)), outputs.zero)


def trained_on_impulses(
    rho: Sequence[sp.Expr], gain: sp.Expr, *, target: sp.Matrix, sequences: int, steps: int
) -> Trained:
    """The same from L^0 = 0 for sequences whose only input is a unit impulse at time 0: A is a column of blocks 1."""
    design = sp.Matrix.vstack(*(sp.eye(len(rho)) for _ in range(sequences)))
    start = sp.zeros(len(rho), 1)
    return trained(design, sp.diag(*rho), gain, target=target, start=start, steps=steps)


@lru_cache(maxsize=1)
def kept_by_mode() -> tuple[sp.Symbol, sp.Expr, sp.Expr]:
    """(s, kept, passed): in a mode with eigenvalue s the distance to the target and the response to a unit of noise.

    SymPy solves u_{l+1} = (1 − s) u_l from u_0 = 1, and v_{l+1} = (1 − s) v_l + s from v_0 = 0, for symbolic l.
    """
    s, u, v = sp.Symbol("s", positive=True), sp.Function("u"), sp.Function("v")
    kept = sp.rsolve(u(STEP + 1) - (1 - s) * u(STEP), u(STEP), {u(0): 1})
    passed = sp.rsolve(v(STEP + 1) - (1 - s) * v(STEP) - s, v(STEP), {v(0): 0})
    for name, found, step, start in (("u", kept, (1 - s) * kept, 1), ("v", passed, (1 - s) * passed + s, 0)):
        left = sp.powsimp(sp.expand_power_exp(found.subs(STEP, STEP + 1)) - step)
        if sp.simplify(left) != 0 or sp.simplify(found.subs(STEP, 0) - start) != 0:
            raise DerivationError(f"{found} does not satisfy the recursion of {name}")
    return s, kept, passed


def mode_error(passed: sp.Expr, signal: sp.Expr, noise: sp.Expr) -> sp.Expr:
    """(1 − f)² δ² + f² τ: bias² and variance of a mode with filter f, a distance δ to learn and noise τ = σ²/g."""
    return (1 - passed) ** 2 * signal + passed**2 * noise


def one_lag_moments(rows: int, *, step: sp.Expr, steps: int, noise: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """E and E of the square of (L − L*)², over Gaussian inputs and noise, for one lag, L^0 − L* = 1 and `rows` inputs.

    Given G = Σ x² ~ χ² with `rows` degrees, L − L* is normal with mean (1 − aG)^l and variance σ² a² G φ², where
    φ = Σ_{i<l} (1 − aG)^i and a = cρ is `step`; E G^k = R (R + 2) … (R + 2k − 2).
    """
    if rows < 1 or steps < 0:
        raise ParameterRangeError(f"{rows} inputs and {steps} steps: there must be an input, and no step is undone")
    G = sp.Symbol("G")
    kept = (1 - step * G) ** steps
    squared = noise * step**2 * G * sp.Add(*((1 - step * G) ** i for i in range(steps))) ** 2
    fourth = kept**4 + 6 * kept**2 * squared + 3 * squared**2
    return _over_chi_square(kept**2 + squared, G, rows), _over_chi_square(fourth, G, rows)


def _over_chi_square(polynomial: sp.Expr, G: sp.Symbol, rows: int) -> sp.Expr:
    """The expectation of a polynomial in G ~ χ² with `rows` degrees of freedom."""
    terms = sp.Poly(sp.expand(polynomial), G).terms()
    return sp.Add(*(value * sp.Mul(*(rows + 2 * i for i in range(power))) for (power,), value in terms))
