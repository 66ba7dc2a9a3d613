"""The scaled convolution L_j = √ρ_j θ_j and its tangent kernel, by differentiating the unrolled convolution.

r_j = √ρ_j is the symbol, so that outputs and kernels are polynomials; ρ_j = r_j². θ stays symbolic throughout: what is
derived holds at every θ. Two routes: all entries for given sizes, and one entry for symbolic t, lag, n_x and n_y.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import sympy as sp

from symbolic.errors import DerivationError

__all__ = [
    "inputs",
    "kernel_summand",
    "output",
    "parameter_jacobian",
    "parameters",
    "plain_symbols",
    "roots",
    "tangent_kernel",
]

ROOT, THETA = sp.IndexedBase("r"), sp.IndexedBase("theta")
LAG, BETA, ALPHA = sp.symbols("j beta alpha", integer=True)


def roots(T: int) -> list[sp.Symbol]:
    """r_0 … r_{T−1} with r_j² = ρ_j."""
    return [sp.Symbol(f"r_{j}", nonnegative=True) for j in range(T)]


def inputs(name: str, T: int, n_x: int) -> list[sp.Matrix]:
    """T columns of n_x symbols."""
    return [sp.Matrix(n_x, 1, lambda b, _, t=t: sp.Symbol(f"{name}_{t}{b}", real=True)) for t in range(T)]


def parameters(T: int, n_x: int, n_y: int) -> list[sp.Matrix]:
    """θ_0 … θ_{T−1}, each [n_y, n_x]."""
    return [sp.Matrix(n_y, n_x, lambda a, b, j=j: sp.Symbol(f"theta_{j}{a}{b}", real=True)) for j in range(T)]


def output(theta: Sequence[sp.Matrix], x: Sequence[sp.Matrix]) -> sp.Matrix:
    """y_t = Σ_{j≤t} √ρ_j θ_j x_{t−j}, all times below each other: entry t·n_y + a. Source: [E] (6), (7)."""
    r = roots(len(theta))
    y = [sum((r[j] * theta[j] * x[t - j] for j in range(1, t + 1)), r[0] * theta[0] * x[t]) for t in range(len(x))]
    return sp.Matrix.vstack(*y)


def parameter_jacobian(theta: Sequence[sp.Matrix], x: Sequence[sp.Matrix]) -> sp.Matrix:
    """∂y/∂θ at symbolic θ: a row an output t·n_y + a, a column a parameter (j, α, β) in row-major order."""
    return output(theta, x).jacobian(sp.Matrix([entry for matrix in theta for entry in matrix]))


def tangent_kernel(theta: Sequence[sp.Matrix], x: Sequence[sp.Matrix], x2: Sequence[sp.Matrix]) -> sp.Matrix:
    """K(x, x') = Σ_p ∂y(x)/∂θ_p (∂y(x')/∂θ_p)^T, [T·n_y, T·n_y]. Source: [E] (13)."""
    return parameter_jacobian(theta, x) * parameter_jacobian(theta, x2).T


def kernel_summand(
    times: tuple[sp.Expr, sp.Expr], lag: sp.Expr, rows: tuple[sp.Expr, sp.Expr], b: sp.Symbol
) -> sp.Expr:
    """What lag `lag` and input b contribute to K_{(t,a),(t',a')}: Σ_α ∂y_{t,a}/∂θ_{lag,α,b} ∂y'_{t',a'}/∂θ_{lag,α,b}.

    K itself is the sum over all lags and inputs. SymPy differentiates the double sum with symbolic limits, for any
    n_x > b and any n_y > a'. Integer symbols or sums of them; raises DerivationError unless SymPy sees that a ≤ a'.
    """
    if not (rows[1] - rows[0]).is_nonnegative:
        raise DerivationError(f"SymPy does not see that the output {rows[0]} is at most {rows[1]}: give them in order")
    first, second = (_derivative(name, t, lag, a, b) for name, t, a in zip(("x", "z"), times, rows, strict=True))
    more = sp.Dummy(integer=True, nonnegative=True)
    return sp.Sum(sp.expand(first * second), (ALPHA, 0, rows[1] + more)).doit()


@lru_cache(maxsize=64)
def _derivative(name: str, t: sp.Expr, lag: sp.Expr, a: sp.Expr, b: sp.Symbol) -> sp.Expr:
    """∂y_{t,a}/∂θ_{lag,α,b} of y_{t,a} = Σ_{j=0}^{t} r_j Σ_{β<n_x} θ_{j,a,β} x_{t−j,β}, for any n_x > b."""
    x, more = sp.IndexedBase(name), sp.Dummy(integer=True, nonnegative=True)
    inner = sp.Sum(THETA[LAG, a, BETA] * x[t - LAG, BETA], (BETA, 0, b + more))
    return sp.diff(sp.Sum(ROOT[LAG] * inner, (LAG, 0, t)), THETA[lag, ALPHA, b]).doit()


def plain_symbols(expression: sp.Expr) -> sp.Expr:
    """Each indexed quantity as one symbol, x[d, b] as `x[d, b]`: then it is a polynomial with rational witnesses."""
    return expression.replace(
        lambda part: isinstance(part, sp.Indexed), lambda part: sp.Symbol(str(part), positive=True)
    )
