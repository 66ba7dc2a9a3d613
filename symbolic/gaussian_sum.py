"""Lemma B.1 of [E]: a sum over an orthonormal basis is a Gaussian expectation, and the tangent kernel is such a sum.

Expectations are taken of polynomials in independent standard Gaussians, monomial by monomial, with moments that SymPy
integrates from the density.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import lru_cache

import sympy as sp

from symbolic.conditioning import matrix
from symbolic.errors import DerivationError

__all__ = [
    "cayley",
    "expectation",
    "moment",
    "outer_mean",
    "outer_sum",
    "perturbation",
    "product_variance",
    "run",
    "sum_over_basis",
]

Weights = tuple[sp.Matrix, sp.Matrix, sp.Matrix]  # W [n, n], F [n, n_x], C [n_y, n]
Moment = Callable[[int], sp.Expr]


@lru_cache(maxsize=32)
def moment(power: int) -> sp.Expr:
    """E v^power of a standard Gaussian, integrated from its density."""
    v = sp.Symbol("v", real=True)
    density = sp.exp(-(v**2) / 2) / sp.sqrt(2 * sp.pi)
    value = sp.integrate(v**power * density, (v, -sp.oo, sp.oo))
    if not value.is_Rational:
        raise DerivationError(f"SymPy integrates the moment of order {power} to {value}, which is no rational number")
    return value


def expectation(polynomial: sp.Expr, variables: Sequence[sp.Symbol], law: Moment = moment) -> sp.Expr:
    """E of a polynomial in independent variables with these moments: each monomial is a product of moments.

    The other symbols are constants, in which it must be a polynomial, too.
    """
    constants = sorted(polynomial.free_symbols - set(variables), key=str)
    ring, element = sp.sring(polynomial, *variables, *constants, domain=sp.QQ)  # sparse: a few terms in many symbols
    total = ring.zero
    for powers, coefficient in element.terms():
        factor = sp.Mul(*map(law, powers[: len(variables)]))
        if factor != 0:
            rest = (0,) * len(variables) + powers[len(variables) :]
            total += ring({rest: coefficient * ring.domain.convert(factor)})
    return total.as_expr()


def outer_sum(A: sp.Matrix, B: sp.Matrix, basis: sp.Matrix) -> sp.Matrix:
    """Σ_i (A v_i)(B v_i)^T over the columns v_i of `basis`. Source: [E] (38)."""
    columns = [basis[:, i] for i in range(basis.cols)]
    return sum(((A * v) * (B * v).T for v in columns), sp.zeros(A.rows, B.rows))


def outer_mean(A: sp.Matrix, B: sp.Matrix, law: Moment = moment) -> sp.Matrix:
    """E[(A v)(B v)^T], v a standard Gaussian vector. Source: [E] (39)."""
    v = matrix("v", A.cols, 1)
    return ((A * v) * (B * v).T).applyfunc(lambda entry: expectation(entry, list(v), law))


def product_variance(a: sp.Matrix, b: sp.Matrix) -> sp.Expr:
    """Var[(a·v)(b·v)] for rows a and b, from moments up to the fourth."""
    v = matrix("v", a.cols, 1)
    product = (a * v)[0, 0] * (b * v)[0, 0]
    return expectation(product**2, list(v)) - expectation(product, list(v)) ** 2


def cayley(size: int) -> sp.Matrix:
    """(I − S)(I + S)⁻¹, S a skew-symmetric matrix of symbols: every rotation without the eigenvalue −1."""
    entries = {(i, k): sp.Symbol(f"s{i}{k}", real=True) for i, k in itertools.combinations(range(size), 2)}
    S = sp.Matrix(size, size, lambda i, k: entries.get((i, k), 0) - entries.get((k, i), 0))
    inverse = (sp.eye(size) + S).adjugate() / (sp.eye(size) + S).det()
    return ((sp.eye(size) - S) * inverse).applyfunc(sp.cancel)


def run(weights: Weights, x: Sequence[sp.Matrix], scale: sp.Expr) -> sp.Matrix:
    """All outputs y_t = scale·C h_t below each other, h_t = scale·W h_{t−1} + F x_t. Source: [E] (1), (2)."""
    W, F, C = weights
    h, y = sp.zeros(W.rows, 1), []
    for x_t in x:
        h = scale * W * h + F * x_t
        y.append(scale * C * h)
    return sp.Matrix.vstack(*y)


def perturbation(weights: Weights, moves: Weights, x: Sequence[sp.Matrix], scale: sp.Expr) -> sp.Matrix:
    """δy, linear in the moves (ΔW, ΔF, ΔC): δh_t = scale (ΔW h_{t−1} + W δh_{t−1}) + ΔF x_t. Source: [E] (36), (37)."""
    (W, F, C), (dW, dF, dC) = weights, moves
    h = moved = sp.zeros(W.rows, 1)
    y = []
    for x_t in x:
        moved = scale * (dW * h + W * moved) + dF * x_t
        h = scale * W * h + F * x_t
        y.append(scale * (dC * h + C * moved))
    return sp.Matrix.vstack(*y)


def sum_over_basis(weights: Weights, x: Sequence[sp.Matrix], x2: Sequence[sp.Matrix], scale: sp.Expr) -> sp.Matrix:
    """Σ_p ∂y(x)/∂θ_p (∂y(x')/∂θ_p)^T over all entries of W, F and C, by differentiating the outputs. Source: [E] (13).

    The weights must be symbols.
    """
    parameters = sp.Matrix([entry for weight in weights for entry in weight])
    first, second = (run(weights, inputs, scale).jacobian(parameters) for inputs in (x, x2))
    return first * second.T
