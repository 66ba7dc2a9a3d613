"""The limit of the NTK of a recurrent network with any activation, from the same engine as Lemma C.1.

    z_t = n^{−1/2} W φ(z_{t−1}) + F x_t,   y_t = n^{−1/2} C φ(z_t),   φ(z_{−1}) = 0                          (1), (2)
Moving (W, F, C) along a standard Gaussian (Lemma B.1) moves z_t by
    δz_t = n^{−1/2}(W φ'(z_{t−1}) δz_{t−1} + ΔW φ(z_{t−1})) + ΔF x_t,
so that the rows (q, δq) of the parts driven by W and ΔW are a recursion (68) with inputs (F x_t, ΔF x_t), and
    K_tt'(x, x') = E φ(z_t) φ(z'_t') + ν_C E[φ'(z_t) φ'(z'_t')] E[δz_t δz'_t'].
φ'(z) δz is not Lipschitz: Lemma C.1 as stated does not cover it (for a bounded φ' it is pseudo-Lipschitz of order two).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from symbolic.errors import DerivationError
from symbolic.quadrature import TOLERANCE
from symbolic.recursion import GaussianInputs, Recursion, Transform
from symbolic.state_evolution import Evolution, evolve, second_moment

__all__ = ["Network", "Z", "limit_ntk", "recursion_of"]

Z = sp.Symbol("Z", real=True)


@dataclass(frozen=True, kw_only=True)
class Network:
    """An activation φ, an expression in Z, and the variances of W, F, C; `slope` is φ' unless a rival has another."""

    activation: sp.Expr
    nu_w: sp.Expr
    nu_f: sp.Expr
    nu_c: sp.Expr
    slope: sp.Expr | None = None

    def at(self, z: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        """(φ(z), φ'(z))."""
        slope = sp.diff(self.activation, Z) if self.slope is None else self.slope
        return self.activation.subs(Z, z), slope.subs(Z, z)


def recursion_of(network: Network, sequences: Sequence[Sequence[sp.Matrix]]) -> Recursion:
    """(68) for rows (q, δq) of each sequence side by side, with inputs (F x_t, ΔF x_t); a sequence is T vectors x_t.

    Raises DerivationError for no sequence, an empty one, or sequences of different length.
    """
    lengths = sorted({len(x) for x in sequences})
    if len(lengths) != 1 or lengths[0] < 1:
        raise DerivationError(f"sequences of {lengths} steps; pass one or more of one length >= 1")
    size = 2 * len(sequences)
    state = sp.symbols(f"q:{size}", real=True)
    inputs = sp.symbols(f"u:{size}", real=True)
    through_w, through_dw = [], []
    for i in range(0, size, 2):
        value, slope = network.at(state[i] + inputs[i])
        through_w += [value, slope * (state[i + 1] + inputs[i + 1])]
        through_dw += [sp.Integer(0), value]
    return Recursion(
        state=state,
        inputs=inputs,
        transforms=(
            Transform(variance=network.nu_w, rows=tuple(through_w)),
            Transform(variance=sp.Integer(1), rows=tuple(through_dw)),
        ),
        start=sp.ImmutableMatrix(sp.zeros(size, size)),
        law=GaussianInputs(size=size, covariance=_input_covariance(network, sequences)),
    )


def _input_covariance(network: Network, sequences: Sequence[Sequence[sp.Matrix]]) -> sp.ImmutableMatrix:
    """Cov(F x_s, F x_t) = ν_F x_s·x_t and Cov(ΔF x_s, ΔF x_t) = x_s·x_t, over times and sequences."""
    vectors = [vector for together in zip(*sequences, strict=True) for vector in together]  # x_0, x'_0, x_1, …
    inner = sp.Matrix(len(vectors), len(vectors), lambda i, k: vectors[i].dot(vectors[k]))
    return sp.ImmutableMatrix(sp.kronecker_product(inner, sp.diag(network.nu_f, 1)))


def limit_ntk(
    network: Network, sequences: Sequence[Sequence[sp.Matrix]], *, tied: bool = True,
    digits: int | None = None, tolerance: float = TOLERANCE,
) -> sp.Matrix:  # fmt: skip
    """lim K(x_i, x_k) [S T, S T] for one output, row i T + t; with several outputs it is this times the identity.
    `tied` and `digits` as in `evolve`.

    Source: [E] (13), (15).
    """
    recursion = recursion_of(network, sequences)
    S, T = len(sequences), len(sequences[0])
    evolution = evolve(recursion, max(1, T - 1), tied=tied, digits=digits, tolerance=tolerance)
    kernel = sp.zeros(S * T, S * T)
    for row in range(S * T):
        for column in range(row, S * T):
            forward, slopes, moved = _parts(network, evolution, divmod(row, T), divmod(column, T))
            value = forward + network.nu_c * slopes * moved
            kernel[row, column] = kernel[column, row] = value if digits is None else sp.N(value, digits)
    return kernel


def _parts(
    network: Network, evolution: Evolution, first: tuple[int, int], second: tuple[int, int]
) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """E φ(z) φ(z'), E φ'(z) φ'(z'), E δz δz' at two pairs (sequence, time)."""
    state, inputs = evolution.recursion.state, evolution.recursion.inputs
    (i, s), (k, t) = first, second
    (value, slope), (value2, slope2) = (network.at(state[2 * index] + inputs[2 * index]) for index in (i, k))
    dz, dz2 = (state[2 * index + 1] + inputs[2 * index + 1] for index in (i, k))
    pairs = ((value, value2), (slope, slope2), (dz, dz2))
    forward, slopes, moved = (second_moment(evolution, [left], [right], s, t)[0, 0] for left, right in pairs)
    return forward, slopes, moved
