"""Exact gradient descent on an RNN linearised at its start, run in three ways: parameters, dual form, convolution.

The loss is ½ Σ_i ‖y_i − f(x_i)‖² over whole sequences, the rate a symbol: states are polynomials in η.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from functools import reduce

import sympy as sp

from symbolic.small_rnn import Example, lag_kernel, linearised

__all__ = ["RATE", "run_convolution", "run_dual", "run_parameters", "run_scaled"]

RATE = sp.Symbol("eta", positive=True)


def run_parameters(given: Example, steps: int) -> list[sp.Matrix]:
    """f_lin(z, θ^ℓ), ℓ = 0 … steps: θ ← θ + η Σ_i J(x_i)^T r_i in the parameters of the linearised RNN."""
    model = linearised(given)
    moved, path = sp.zeros(model.slope.cols, 1), []
    for _ in range(steps + 1):
        path.append((model.value + model.slope * moved).expand())
        trained = zip(model.slopes, model.values, _targets(given), strict=True)
        pull = [J.T * (y - f - J * moved).expand() for J, f, y in trained]
        moved = (moved + RATE * _total(pull)).expand()
    return path


def run_dual(given: Example, steps: int, *, collect: bool = True) -> list[sp.Matrix]:
    """f(z, θ^0) + Σ_i K(z, x_i) α_i^ℓ with α_i^ℓ = η Σ_{s<ℓ} r_i^s; a rival does not `collect` the earlier residuals.

    Source: [E] (12)–(14).
    """
    model = linearised(given)
    kernel = [[J_i * J_k.T for J_k in model.slopes] for J_i in model.slopes]
    to_new = [model.slope * J_i.T for J_i in model.slopes]
    alpha, path = [sp.zeros(f.rows, 1) for f in model.values], []
    for _ in range(steps + 1):
        path.append((model.value + _total(K * a for K, a in zip(to_new, alpha, strict=True))).expand())
        fitted = [_total(K * a for K, a in zip(row, alpha, strict=True)) for row in kernel]
        trained = zip(model.values, fitted, _targets(given), strict=True)
        residuals = [(y - f - move).expand() for f, move, y in trained]
        alpha = [(RATE * r + (a if collect else 0 * a)).expand() for a, r in zip(alpha, residuals, strict=True)]
    return path


def run_convolution(given: Example, steps: int) -> list[sp.Matrix]:
    """(L^ℓ * z): L ← L − η Θ ∂loss/∂L, Θ = ∂L/∂θ (∂L/∂θ)^T, for a convolution that starts at the RNN's response."""
    return _descend(given, lag_kernel(given), steps)


def run_scaled(given: Example, rho: Sequence[sp.Expr], steps: int) -> list[sp.Matrix]:
    """(L^ℓ * z) for the scaled convolution L_j = √ρ_j θ_j, from θ_j^0 = L_j^0/√ρ_j: SISO. Source: [E] (6)–(8), (60).

    Descent in θ: L_j = √ρ_j θ_j moves by √ρ_j times −η ∂loss/∂θ_j = −η √ρ_j ∂loss/∂L_j.
    """
    root = sp.diag(*(sp.sqrt(factor) for factor in rho))
    return _descend(given, root * root.T, steps)


def _descend(given: Example, preconditioner: sp.Matrix, steps: int) -> list[sp.Matrix]:
    """Outputs for z of L ← L − η (preconditioner) ∂loss/∂L; the loss of the convolution is differentiated by SymPy."""
    start = linearised(given).response
    variables = sp.Matrix(start.rows, 1, lambda p, _: sp.Symbol(f"L_{p}", real=True))
    residuals = [y - _convolve(given, variables, x) for x, y in zip(given.x, _targets(given), strict=True)]
    loss = sum(entry**2 for residual in residuals for entry in residual) / 2
    gradient = sp.Matrix([loss]).jacobian(variables).T
    response, path = start, []
    for _ in range(steps + 1):
        path.append(_convolve(given, response, given.z).expand())
        here = gradient.subs(dict(zip(variables, response, strict=True)), simultaneous=True)
        response = (response - RATE * preconditioner * here).expand()
    return path


def _convolve(given: Example, response: sp.Matrix, x: sp.Matrix) -> sp.Matrix:
    """Σ_{j≤t} L_j x_{t−j}, entry t·n_y + a, for L with rows (input, lag, output)."""
    T, n_y = x.cols, given.C.rows
    steps = []
    for t in range(T):
        y = sp.zeros(n_y, 1)
        for b in range(x.rows):
            for j in range(t + 1):
                first = (b * T + j) * n_y
                y += response[first : first + n_y, :] * x[b, t - j]
        steps.append(y)
    return sp.Matrix.vstack(*steps)


def _targets(given: Example) -> list[sp.Matrix]:
    """Each y as a column with entry t·n_y + a, like the outputs."""
    return [sp.Matrix.vstack(*(y[:, t] for t in range(y.cols))) for y in given.y]


def _total(matrices: Iterable[sp.Matrix]) -> sp.Matrix:
    """Σ of matrices of one shape."""
    return reduce(operator.add, matrices)
