"""The scaling factors ρ_j of [E] Theorem 3.3(b), derived from the recursion of the perturbed impulse response.

q_j = M^j F is the response of the state, δq_j its perturbation when W, F are moved by standard Gaussian ΔW, ΔF:
    q_{j+1} = M q_j,   δq_{j+1} = M δq_j + n^{-1/2} ΔW q_j,   q_0 = F,   δq_0 = ΔF          (45)
Both are recursions of Lemma C.1, given to its engine as data: (41) for q alone, (45) for the row (q, δq). What follows
is the engine's one-step covariance, solved at symbolic lag.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symbolic.errors import DerivationError, ParameterRangeError
from symbolic.recursion import Recursion, Transform
from symbolic.state_evolution import covariance_step as engine_step

__all__ = [
    "LAG",
    "NU_C",
    "NU_F",
    "NU_W",
    "covariance_step",
    "cross_covariance_step",
    "initial_covariance",
    "perturbation_variance",
    "perturbed_recursion",
    "scaling_factor",
    "scaling_parts",
]

NU_W, NU_F, NU_C = sp.symbols("nu_W nu_F nu_C", positive=True)
LAG = sp.Symbol("j", integer=True, nonnegative=True)

Q, DELTA_Q = sp.symbols("q delta_q", real=True)  # an entry of q_j and of δq_j


def perturbed_recursion(move_f: sp.Expr | int = 1, move_w: sp.Expr | int = 1) -> Recursion:
    """(45): M takes (q, δq) to itself, n^{-1/2} ΔW takes q into δq; a move of 0 holds F or W fixed."""
    return Recursion(
        state=(Q, DELTA_Q),
        transforms=(
            Transform(variance=NU_W, rows=(Q, DELTA_Q)),
            Transform(variance=sp.sympify(move_w), rows=(sp.Integer(0), Q)),
        ),
        start=sp.ImmutableMatrix(initial_covariance(move_f)),
    )


def initial_covariance(move_f: sp.Expr | int = 1) -> sp.Matrix:
    """Cov of a row of (q_0, δq_0) = (F, ΔF); `move_f` = 0 holds F fixed."""
    return sp.diag(NU_F, move_f)


def covariance_step(covariance: sp.Matrix, move_w: sp.Expr | int = 1) -> sp.Matrix:
    """Cov of a row at lag j + 1 from that at lag j (46)–(50), by Lemma C.1; `move_w` = 0 holds W fixed."""
    return engine_step(perturbed_recursion(move_w=move_w), covariance)


def cross_covariance_step(covariance: sp.Matrix) -> sp.Matrix:
    """Cov of the rows at lags j + 1 and k + 1 from that at lags j and k, by Lemma C.1: linear, so 0 stays 0 (55)."""
    own = sp.Matrix(2, 2, sp.symbols("c00 c01 c01 c11", positive=True))  # it drops out: each factor has one lag
    return engine_step(perturbed_recursion(), own, covariance)


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
