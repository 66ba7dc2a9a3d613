"""The scaling factors ρ_j of [E] Theorem 3.3(b), derived from the recursion of the perturbed impulse response.

q_j = M^j F is the response of the state, δq_j its perturbation when W, F are moved by standard Gaussian ΔW, ΔF:
    q_{j+1} = M q_j,   δq_{j+1} = M δq_j + n^{-1/2} ΔW q_j,   q_0 = F,   δq_0 = ΔF          (45)
In the wide limit rows of (q_j, δq_j) are Gaussian, and by Lemma C.1 a step X ↦ Σ_k A_k X S_k with independent A_k of
variance ν_k takes their covariance P to Σ_k ν_k S_kᵀ P S_k. Everything below follows from that rule by algebra.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symbolic.errors import DerivationError, ParameterRangeError

__all__ = [
    "LAG",
    "NU_C",
    "NU_F",
    "NU_W",
    "covariance_step",
    "cross_covariance_step",
    "initial_covariance",
    "perturbation_variance",
    "scaling_factor",
    "scaling_parts",
]

NU_W, NU_F, NU_C = sp.symbols("nu_W nu_F nu_C", positive=True)
LAG = sp.Symbol("j", integer=True, nonnegative=True)

BY_W = sp.eye(2)  # M acts on q and on δq alike
BY_DELTA_W = sp.Matrix([[0, 1], [0, 0]])  # ΔW carries q into δq


def initial_covariance(move_f: sp.Expr | int = 1) -> sp.Matrix:
    """Cov of a row of (q_0, δq_0) = (F, ΔF); `move_f` = 0 holds F fixed."""
    return sp.diag(NU_F, move_f)


def covariance_step(covariance: sp.Matrix, move_w: sp.Expr | int = 1) -> sp.Matrix:
    """Cov of a row at lag j + 1 from that at lag j (46)–(50); `move_w` = 0 holds W fixed."""
    return NU_W * BY_W.T * covariance * BY_W + move_w * BY_DELTA_W.T * covariance * BY_DELTA_W


def cross_covariance_step(covariance: sp.Matrix) -> sp.Matrix:
    """Cov of the rows at lags j + 1 and k + 1 from that at lags j and k: the same linear rule, so 0 stays 0 (55)."""
    return covariance_step(covariance)


@lru_cache(maxsize=8)
def perturbation_variance(move_f: int = 1, move_w: int = 1) -> tuple[sp.Expr, sp.Expr]:
    """(variance of an entry of q_j, of δq_j) at symbolic lag `LAG`, by solving the recursion (51).

    Raises DerivationError where a solution of SymPy does not satisfy its recurrence and initial value.
    """
    b, a = sp.Function("b"), sp.Function("a")
    start = initial_covariance(move_f)
    response = _solve(b, covariance_step(sp.diag(b(LAG), 0), move_w)[0, 0], start[0, 0])
    step = covariance_step(sp.diag(response, a(LAG)), move_w)[1, 1]
    return response, _solve(a, step, start[1, 1])


def _solve(unknown: sp.Function, step: sp.Expr, start: sp.Expr) -> sp.Expr:
    """The sequence with unknown(0) = start, unknown(j + 1) = step; `rsolve` returns 0 for some valid recurrences."""
    solution = sp.rsolve(unknown(LAG + 1) - step, unknown(LAG), {unknown(0): start})
    if solution is None:
        raise DerivationError(f"SymPy finds no solution of {unknown}(j + 1) = {step}")
    residual = solution.subs(LAG, LAG + 1) - step.subs(unknown(LAG), solution)
    if sp.simplify(residual) != 0 or sp.simplify(solution.subs(LAG, 0) - start) != 0:
        raise DerivationError(f"{solution} does not satisfy {unknown}(j + 1) = {step}, {unknown}(0) = {start}")
    return sp.expand(solution)


@lru_cache(maxsize=1)
def _generic_parts() -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """The variance of δL_j = n^{-1/2}(C δq_j + ΔC q_j) when C, F or W alone is moved (52)–(54)."""
    response, _ = perturbation_variance(move_f=0, move_w=0)
    _, by_f = perturbation_variance(move_f=1, move_w=0)
    _, by_w = perturbation_variance(move_f=0, move_w=1)
    return response, sp.expand(NU_C * by_f), sp.expand(NU_C * by_w)


def scaling_parts(
    j: sp.Expr | int, nu_w: sp.Expr | float, nu_f: sp.Expr | float, nu_c: sp.Expr | float
) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """(from_c, from_f, from_w): what moving C, F and W contributes to ρ_j; they add up to `scaling_factor`.

    j is a lag (integer ≥ 0) or a symbol; variances are symbols or numbers > 0. Raises ParameterRangeError otherwise.
    Source: [E] (45)–(54).
    """
    values = _checked(j, nu_w, nu_f, nu_c)
    from_c, from_f, from_w = (part.subs(values, simultaneous=True) for part in _generic_parts())
    return from_c, from_f, from_w


def scaling_factor(j: sp.Expr | int, nu_w: sp.Expr | float, nu_f: sp.Expr | float, nu_c: sp.Expr | float) -> sp.Expr:
    """ρ_j, the limit of the NTK at lag j, as the sum of its three derived parts.

    j is a lag (integer ≥ 0) or a symbol; variances are symbols or numbers > 0. Raises ParameterRangeError otherwise.
    Source: [E] Theorem 3.3(b), (20), (21).
    """
    return sp.Add(*scaling_parts(j, nu_w, nu_f, nu_c))


def _checked(
    j: sp.Expr | int, nu_w: sp.Expr | float, nu_f: sp.Expr | float, nu_c: sp.Expr | float
) -> dict[sp.Symbol, sp.Expr]:
    lag = sp.sympify(j)
    if not isinstance(lag, sp.Expr) or (lag.is_number and not (lag.is_integer and lag.is_nonnegative)):
        raise ParameterRangeError(f"the lag j is {j}; it must be an integer >= 0")
    values = {LAG: lag}
    for symbol, value in ((NU_W, nu_w), (NU_F, nu_f), (NU_C, nu_c)):
        variance = sp.sympify(value)
        allowed = isinstance(variance, sp.Expr) and (
            not variance.is_number or (variance.is_finite and variance.is_positive)
        )
        if not allowed:
            raise ParameterRangeError(f"the variance {symbol} is {value}; it must be a finite number > 0")
        values[symbol] = variance
    return values
