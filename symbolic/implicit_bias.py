"""[E] Theorem 4.1, steps (60)–(67): how far gradient descent moves each lag of a scaled convolution, and of the RNN.

The loss is ½‖Y − A L‖² over the training set, L ↦ A L the predictions, r = Y − A L. SymPy differentiates the loss of
the unrolled convolution for given sizes; for all sizes the same steps are identities between non-commuting symbols.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symbolic.rnn import convolve, inputs, response_to_impulse, unroll
from symbolic.scaled_convolution import inputs as columns
from symbolic.scaled_convolution import output, parameters, roots

__all__ = [
    "RATE",
    "SHAPES",
    "accumulated_gap",
    "alignment_gap",
    "block_gap",
    "curvature_gap",
    "impulse_transfer",
    "lag_moves",
    "residual_recursion",
    "residual_shrinkage",
    "same_start",
]

RATE = sp.Symbol("eta", positive=True)
A, AT, D, L, Y, R = (sp.Symbol(name, commutative=False) for name in ("A", "a", "D", "L", "Y", "r"))
SHAPES = {**dict.fromkeys("AaD", ("n", "n")), **dict.fromkeys("LYr", ("n", "1"))}


def same_start(T: int) -> list[sp.Expr]:
    """√ρ_j θ_j^0 − L_j^0 at θ_j^0 = L_j^0/√ρ_j, read off as the response to a unit input: 0. Source: [E] (60)."""
    r, start = roots(T), [sp.Symbol(f"L_{j}", real=True) for j in range(T)]
    impulse = [sp.Matrix([[int(t == 0)]]) for t in range(T)]
    response = output([sp.Matrix([[start[j] / r[j]]]) for j in range(T)], impulse)
    return [sp.cancel(response[j] - start[j]) for j in range(T)]


def lag_moves(T: int, n_x: int, n_y: int, N: int) -> list[tuple[sp.Matrix, sp.Matrix]]:
    """(what a step moves L_j by, η [A^T r]_j) for j < T: the first by differentiating the loss, at symbolic θ and data.

    L_j = r_j θ_j with r_j² = ρ_j; [A^T r]_j = Σ_i Σ_{t≥j} r_t^i (x_{t−j}^i)^T, [n_y, n_x].
    """
    theta = parameters(T, n_x, n_y)
    data = [(columns(f"x{i}", T, n_x), columns(f"y{i}", T, n_y)) for i in range(N)]
    residuals = [sp.Matrix.vstack(*y) - output(theta, x) for x, y in data]
    loss = sp.Rational(1, 2) * sum(entry**2 for residual in residuals for entry in residual)
    pairs = []
    for j, root in enumerate(roots(T)):
        moved = theta[j].applyfunc(lambda entry, root=root: -RATE * root * sp.diff(loss, entry))
        pulled = sp.zeros(n_y, n_x)
        for (x, _), residual in zip(data, residuals, strict=True):
            for t in range(j, T):
                pulled += residual[t * n_y : (t + 1) * n_y, :] * x[t - j].T
        pairs.append((moved, RATE * pulled))
    return pairs


def residual_recursion() -> sp.Expr:
    """r⁺ − (1 − η A D A^T) r for L⁺ = L + η D A^T r, r = Y − A L: 0 for all sizes and data. Source: [E] (61)."""
    here = Y - A * L
    after = Y - A * (L + RATE * D * AT * here)
    return sp.expand(after - (here - RATE * A * D * AT * here))


def curvature_gap(T: int) -> sp.Expr:
    """max ρ ‖w‖² − Σ_j ρ_j w_j², w = A^T v, each ρ_j = max ρ − d_j: ≥ 0, so λ_max(A D A^T) ≤ max ρ ‖A‖².

    Source: [E] (62).
    """
    largest = sp.Symbol("R", nonnegative=True)
    lower, w = sp.symbols(f"d:{T}", nonnegative=True), sp.symbols(f"w:{T}", nonnegative=True)
    whole = largest * sp.Add(*(part**2 for part in w))
    return sp.expand(whole - sp.Add(*((largest - d) * part**2 for d, part in zip(lower, w, strict=True))))


def residual_shrinkage(speed: sp.Expr) -> sp.Expr:
    """1 − (1 − η λ)² along an eigenvector of A D A^T, η λ = `speed`: ≥ 0 where the residual does not grow.

    Source: [E] (63).
    """
    return sp.cancel(1 - (1 - speed) ** 2)


def block_gap(T: int, j: int) -> sp.Expr:
    """‖w‖² − ‖w_j‖², w = A^T r: ≥ 0, so the block [A^T r]_j is no longer than A^T r, itself at most ‖A‖‖r‖ long.

    A step then moves L_j by at most η ρ_j ‖A‖‖r^ℓ‖ ≤ η ρ_j ‖A‖‖r^0‖. Source: [E] (64).
    """
    w = sp.symbols(f"w:{T}", nonnegative=True)
    return sp.Add(*(part**2 for part in w)) - w[j] ** 2


def accumulated_gap(lost: sp.Expr) -> sp.Expr:
    """B_2 ρ_j (ℓ + 1) − ‖L_j^ℓ − L_j^0‖ − ‖L_j^{ℓ+1} − L_j^ℓ‖, where ‖r^ℓ‖ = ‖r^0‖ − `lost`: ≥ 0 if `lost` is.

    The step of the induction over ℓ, which starts at 0 ≤ 0: ‖L_j^ℓ − L_j^0‖ = B_2 ρ_j ℓ − s by hypothesis, and
    ‖[A^T r^ℓ]_j‖ = ‖A‖‖r^ℓ‖ − u, with s, u ≥ 0. Source: [E] (64).
    """
    rho, size, residual, steps, s, u = sp.symbols("rho_j a r_0 l s u", nonnegative=True)
    bound = RATE * size * residual  # B_2
    moved, step = bound * rho * steps - s, RATE * rho * (size * (residual - lost) - u)
    return sp.expand(bound * rho * (steps + 1) - moved - step)


def alignment_gap(entries: int) -> sp.Expr:
    """‖u‖²‖v‖² − (u · v)² − Σ_{i<k} (u_i v_k − u_k v_i)²: 0, so u · v ≤ ‖u‖‖v‖, hence ‖u + v‖ ≤ ‖u‖ + ‖v‖.

    u is what the convolution moves L_j by, v what the RNN's L_j has beyond; both start at L_j^0. Source: [E] (65).
    """
    u, v = sp.symbols(f"u:{entries}", real=True), sp.symbols(f"v:{entries}", real=True)
    long = sp.Add(*(a**2 for a in u)) * sp.Add(*(b**2 for b in v))
    along = sp.Add(*(a * b for a, b in zip(u, v, strict=True))) ** 2
    across = sp.Add(*((u[i] * v[k] - u[k] * v[i]) ** 2 for k in range(entries) for i in range(k)))
    return sp.expand(long - along - across)


def impulse_transfer(T: int) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """Two lists of zeros: (outputs of the RNN for a unit impulse − L_t), (outputs for any x − Σ_j L_j x_{t−j}).

    So close outputs for every input make close responses, and the other way round. Source: [E] (66), (67), (9).
    """
    response, x = response_to_impulse(T), inputs(T)
    impulse: Sequence[sp.Expr] = [sp.Integer(int(t == 0)) for t in range(T)]
    by_impulse = [sp.expand(a - b) for a, b in zip(convolve(response, list(impulse)), response, strict=True)]
    by_input = [sp.expand(a - b) for a, b in zip(unroll(x), convolve(response, x), strict=True)]
    return by_impulse, by_input
