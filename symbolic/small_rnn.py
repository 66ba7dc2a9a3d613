"""Small RNNs with exact weights and data, and the Jacobian of their outputs by differentiating the unrolled recursion.

Nothing here knows a formula for a tangent kernel: K and the lag kernel Θ are products of derivatives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from symbolic.errors import DerivationError

__all__ = [
    "Example",
    "Linearised",
    "cyclic_example",
    "example",
    "lag_kernel",
    "linearised",
    "outputs",
    "training_kernel",
]

MOVE = sp.Symbol("epsilon", real=True)
Matrices = tuple[sp.Matrix, ...]


@dataclass(frozen=True, kw_only=True)
class Example:
    """W [n, n], F [n, n_x], C [n_y, n], training x and y (a matrix a sequence, a column a step) and a new sequence z.

    The width is a square number, so that n^{-1/2} is rational. Raises DerivationError for any other.
    """

    W: sp.ImmutableMatrix
    F: sp.ImmutableMatrix
    C: sp.ImmutableMatrix
    x: tuple[sp.ImmutableMatrix, ...]
    y: tuple[sp.ImmutableMatrix, ...]
    z: sp.ImmutableMatrix

    def __post_init__(self) -> None:
        if not sp.sqrt(self.W.rows).is_Integer:
            raise DerivationError(f"the width is {self.W.rows}; take a square number, so that its root is exact")

    @property
    def weights(self) -> Matrices:
        return self.W, self.F, self.C


def example(*, sequences: int, T: int, n: int, n_x: int = 1, n_y: int = 1) -> Example:
    """An RNN and data of small whole numbers of either sign that follow no pattern: powers of 11 modulo 1009."""
    numbers = _whole_numbers()

    def matrix(rows: int, columns: int) -> sp.ImmutableMatrix:
        return sp.ImmutableMatrix(rows, columns, lambda *_: next(numbers))

    W, F, C = matrix(n, n), matrix(n, n_x), matrix(n_y, n)
    x, y = (tuple(matrix(size, T) for _ in range(sequences)) for size in (n_x, n_y))
    return Example(W=W, F=F, C=C, x=x, y=y, z=matrix(n_x, T))


def _whole_numbers() -> Iterator[sp.Integer]:
    """11^i modulo 1009 (11 generates all residues), modulo 9, minus 4."""
    power = 1
    while True:
        power = 11 * power % 1009
        yield sp.Integer(power % 9 - 4)


def cyclic_example(*, sequences: int, T: int, n: int, deviations: Sequence[sp.Expr]) -> Example:
    """An RNN of *finite* width whose lag kernel is exactly D(ρ): W = √(n ν_W) P with a cyclic P, F and C along axes.

    M^j F and (M^T)^j C^T, j < T ≤ n, then have the Grams δ_jk ν_F ν_W^j and δ_jk ν_C ν_W^j of the wide limit.
    `deviations` are √ν_W, √ν_F, √ν_C; C reads axis 1, so that L_1 is not 0. Raises DerivationError for n < T.
    """
    if n < T:
        raise DerivationError(f"T = {T} lags need as many axes, and the width is {n}")
    w, f, c = deviations
    root = sp.sqrt(n)
    given = example(sequences=sequences, T=T, n=n)
    W = sp.ImmutableMatrix(n, n, lambda i, k: w * root if i == (k + 1) % n else 0)
    F = sp.ImmutableMatrix(n, 1, lambda i, _: f * root if i == 0 else 0)
    C = sp.ImmutableMatrix(1, n, lambda _, k: c * root if k == 1 % n else 0)
    return Example(W=W, F=F, C=C, x=given.x, y=given.y, z=given.z)


# --- the map and its derivatives ------------------------------------------------------------------------------------


def outputs(weights: Sequence[sp.Matrix], inputs: Sequence[sp.Matrix]) -> sp.Matrix:
    """y, entry t·n_y + a in a column a sequence, of h_t = n^{-1/2} W h_{t−1} + F x_t, y_t = n^{-1/2} C h_t.

    Source: [E] (1), (2).
    """
    W, F, C = weights
    root = 1 / sp.sqrt(W.rows)
    h, y = sp.zeros(W.rows, len(inputs)), []
    for t in range(inputs[0].cols):
        h = root * W * h + F * sp.Matrix.hstack(*(x[:, t] for x in inputs))
        y.append(root * C * h)
    return sp.Matrix.vstack(*y)


@dataclass(frozen=True, kw_only=True)
class Linearised:
    """Outputs at the start and their Jacobians by θ = (W, F, C), for the training data, the new z and unit impulses."""

    values: list[sp.Matrix]
    slopes: list[sp.Matrix]
    value: sp.Matrix
    slope: sp.Matrix
    response: sp.Matrix  # L, rows (input, lag, output)
    response_slope: sp.Matrix


@lru_cache(maxsize=16)
def linearised(given: Example) -> Linearised:
    """∂y/∂θ at the start: one parameter after the other moved by ε, the recursion run, differentiated at ε = 0."""
    inputs = (*given.x, given.z, *_impulses(given))
    columns = [outputs(weights, inputs).applyfunc(_slope) for weights in _moved(given.weights)]
    start = outputs(given.weights, inputs)
    values = [start[:, i] for i in range(len(inputs))]
    slopes = [sp.Matrix.hstack(*(column[:, i] for column in columns)) for i in range(len(inputs))]
    N = len(given.x)
    return Linearised(
        values=values[:N],
        slopes=slopes[:N],
        value=values[N],
        slope=slopes[N],
        response=sp.Matrix.vstack(*values[N + 1 :]),
        response_slope=sp.Matrix.vstack(*slopes[N + 1 :]),
    )


def _moved(weights: Matrices) -> Iterator[list[sp.Matrix]]:
    """The weights with ε added to one entry, for every entry of W, F and C, row by row."""
    for which, matrix in enumerate(weights):
        for entry in range(len(matrix)):
            unit = sp.zeros(*matrix.shape)
            unit[entry] = MOVE
            yield [m + unit if index == which else m for index, m in enumerate(weights)]


def _slope(entry: sp.Expr) -> sp.Expr:
    return sp.expand(sp.diff(entry, MOVE).subs(MOVE, 0))


def _impulses(given: Example) -> list[sp.Matrix]:
    """One unit input at time 0 for each input channel: their outputs are the columns of the impulse response."""
    n_x, T = given.z.shape
    return [sp.Matrix(n_x, T, lambda b, t, c=c: int((b, t) == (c, 0))) for c in range(n_x)]


def lag_kernel(given: Example) -> sp.Matrix:
    """Θ = ∂L/∂θ (∂L/∂θ)^T at the start, rows and columns (input, lag, output)."""
    slope = linearised(given).response_slope
    return slope * slope.T


def training_kernel(given: Example) -> sp.Matrix:
    """K(x_i, x_k) [N·T·n_y, N·T·n_y] = J(x_i) J(x_k)^T over the training set. Source: [E] (13)."""
    slope = sp.Matrix.vstack(*linearised(given).slopes)
    return slope * slope.T
