"""Linear RNNs with M = diag(λ) whose impulse response is given, exactly: Proposition 2.1(b) of [E].

Everything is rational in λ and L: M = W/√n and the read-out C/√n are kept in the place of W and C. Scalars are
`Fraction`s or SymPy expressions; nothing but + − × ÷ is used.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sympy as sp

from symbolic.errors import ParameterRangeError

__all__ = [
    "Realization",
    "block_hankel",
    "impulse_response",
    "inverse",
    "nodes",
    "readout",
    "realise",
    "realise_by_input",
    "realise_by_output",
    "response",
    "vandermonde",
    "with_offsets",
]

Scalar: TypeAlias = Any  # Fraction, int or sp.Expr: Python has no type for "a field element"
Rows: TypeAlias = tuple[tuple[Scalar, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Realization:
    """M = diag(eigenvalues) [n], F [n, n_x], readout C/√n [n_y, n]; W = √n M and C = √n·readout."""

    eigenvalues: tuple[Scalar, ...]
    F: Rows
    readout: Rows

    @property
    def n(self) -> int:
        """Number of hidden units."""
        return len(self.eigenvalues)


def nodes(T: int) -> list[sp.Symbol]:
    """λ_0 … λ_{T−1}, distinct as symbols are."""
    return [sp.Symbol(f"lambda_{i}", real=True) for i in range(T)]


def response(T: int, n_x: int = 1, n_y: int = 1) -> list[Rows]:
    """L_0 … L_{T−1}, each [n_y, n_x], of symbols."""
    return [
        tuple(tuple(sp.Symbol(f"L_{j}{a}{b}", real=True) for b in range(n_x)) for a in range(n_y)) for j in range(T)
    ]


def vandermonde(lam: Sequence[Scalar]) -> sp.Matrix:
    """V_ij = λ_i^j; the system for the weights k of a block is V^T k = L."""
    return sp.Matrix(len(lam), len(lam), lambda i, j: lam[i] ** j)


def inverse(lam: Sequence[Scalar]) -> list[list[Scalar]]:
    """(V^T)⁻¹: row i holds the coefficients of the Lagrange polynomial ℓ_i(z) = Π_{m≠i} (z − λ_m)/(λ_i − λ_m).

    A functional with values L_j on z^j has the value Σ_i k_i p(λ_i) on every polynomial p of degree below T if
    k_i is its value on ℓ_i: that is V^T k = L. Π_m (z − λ_m) is divided by z − λ_i, so T nodes cost O(T²).
    Raises ParameterRangeError where two nodes are equal.
    """
    whole: list[Scalar] = [1]  # Π (z − λ_m), lowest coefficient first
    for node in lam:
        whole = [high - node * low for high, low in zip([0, *whole], [*whole, 0], strict=True)]
    rows = []
    for i, node in enumerate(lam):
        quotient = [whole[-1]]
        for coefficient in reversed(whole[1:-1]):
            quotient.append(coefficient + node * quotient[-1])
        value = _at_own_node(lam, i)
        if value == 0:
            raise ParameterRangeError(f"the eigenvalue {node} occurs twice; T lags need T distinct eigenvalues")
        rows.append([coefficient / value for coefficient in reversed(quotient)])
    return rows


def _at_own_node(lam: Sequence[Scalar], i: int) -> Scalar:
    """Π_{m≠i} (λ_i − λ_m), each pair subtracted in the order of its indices: then SymPy sees common denominators."""
    total: Scalar = (-1) ** i
    for m in range(len(lam)):
        if m != i:
            total = total * (lam[min(i, m)] - lam[max(i, m)])
    return total


def readout(values: Sequence[Scalar], lam: Sequence[Scalar]) -> list[Scalar]:
    """k with Σ_i k_i λ_i^j = L_j for j < T = len(λ), k = C/√n of one block. Source: [E] (33)–(35)."""
    return [sum(c * v for c, v in zip(row, values, strict=True)) for row in inverse(lam)]


def realise(L: Sequence[Rows], lam: Sequence[Scalar]) -> Realization:
    """The RNN with T n_x n_y units: one block of T units per input–output pair, F = 1 in its input's column.

    Unit (a n_x + b) T + i belongs to output a, input b and λ_i.
    """
    n_y, n_x = len(L[0]), len(L[0][0])
    by_row = inverse(lam)
    units = list(itertools.product(range(n_y), range(n_x), range(len(lam))))
    weights = {unit: _functional(by_row[unit[2]], L, unit[0], unit[1]) for unit in units}
    return Realization(
        eigenvalues=tuple(lam[i] for _, _, i in units),
        F=tuple(tuple(int(b == column) for column in range(n_x)) for _, b, _ in units),
        readout=tuple(tuple(weights[unit] if unit[0] == row else 0 for unit in units) for row in range(n_y)),
    )


def realise_by_input(L: Sequence[Rows], lam: Sequence[Scalar]) -> Realization:
    """The RNN with T n_x units: one block per input, read out by every output. Unit b T + i belongs to b and λ_i."""
    n_y, n_x = len(L[0]), len(L[0][0])
    by_row = inverse(lam)
    units = list(itertools.product(range(n_x), range(len(lam))))
    return Realization(
        eigenvalues=tuple(lam[i] for _, i in units),
        F=tuple(tuple(int(b == column) for column in range(n_x)) for b, _ in units),
        readout=tuple(tuple(_functional(by_row[i], L, a, b) for b, i in units) for a in range(n_y)),
    )


def realise_by_output(L: Sequence[Rows], lam: Sequence[Scalar]) -> Realization:
    """The RNN with T n_y units: one block per output, driven by every input: the transpose of `realise_by_input`."""
    flipped = realise_by_input([tuple(zip(*matrix, strict=True)) for matrix in L], lam)
    return Realization(
        eigenvalues=flipped.eigenvalues,
        F=tuple(zip(*flipped.readout, strict=True)),
        readout=tuple(zip(*flipped.F, strict=True)),
    )


def _functional(row: Sequence[Scalar], L: Sequence[Rows], a: int, b: int) -> Scalar:
    return sum(coefficient * matrix[a][b] for coefficient, matrix in zip(row, L, strict=True))


def impulse_response(network: Realization, T: int, root: sp.Expr | None = None) -> list[sp.Matrix]:
    """L_j = n^{-(j+1)/2} C W^j F with W = √n M and C = root·readout, as SymPy matrices; root is √n unless given.

    Source: [E] (9).
    """
    n = sp.Integer(network.n)
    W = sp.sqrt(n) * sp.diag(*network.eigenvalues)
    state, C = sp.Matrix(network.F), (sp.sqrt(n) if root is None else root) * sp.Matrix(network.readout)
    found = []
    for j in range(T):
        found.append(n ** -sp.Rational(j + 1, 2) * C * state)
        state = W * state
    return found


def block_hankel(L: Sequence[Rows], rows: int, columns: int) -> sp.Matrix:
    """The matrix of blocks L_{i+k}; it is (C M^i)_i (M^k F)_k/√n, so n units give it a rank of at most n."""
    return sp.Matrix.vstack(*(sp.Matrix.hstack(*(sp.Matrix(L[i + k]) for k in range(columns))) for i in range(rows)))


def with_offsets(L: Sequence[Rows], offsets: Sequence[Sequence[Scalar]]) -> list[Rows]:
    """The response to (x_t, 1) that gives Σ_j L_j x_{t−j} + d_t: the constant input gets d_j − d_{j−1} at lag j.

    `offsets` holds d_0 … d_{T−1}, each with n_y entries; a bias is an extra constant input.
    """
    before = [[0] * len(offsets[0]), *offsets[:-1]]
    return [
        tuple((*row, d[a] - d_before[a]) for a, row in enumerate(matrix))
        for matrix, d, d_before in zip(L, offsets, before, strict=True)
    ]
