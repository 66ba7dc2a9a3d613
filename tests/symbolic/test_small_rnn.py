"""Small exact RNNs: the recursion against loops, derivatives against the Gram form, a width whose kernel is D(ρ)."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

from symbolic.errors import DerivationError
from symbolic.scaling import scaling_factor
from symbolic.small_rnn import Example, cyclic_example, example, lag_kernel, linearised, outputs, training_kernel

SIZES = (
    {"sequences": 2, "T": 3, "n": 4, "n_x": 1, "n_y": 1},
    {"sequences": 2, "T": 3, "n": 4, "n_x": 2, "n_y": 3},
    {"sequences": 1, "T": 4, "n": 1, "n_x": 3, "n_y": 2},
)


def fractions(matrix: sp.Matrix) -> list[list[Fraction]]:
    return [[Fraction(int(entry.p), int(entry.q)) for entry in matrix.row(i)] for i in range(matrix.rows)]


def run(given: Example, x: sp.Matrix) -> list[Fraction]:
    """y by loops over entries, in Python's fractions."""
    W, F, C = map(fractions, given.weights)
    n, root = len(W), Fraction(1, int(sp.sqrt(len(W))))
    h, y = [Fraction(0)] * n, []
    for t in range(x.cols):
        moved = [root * sum(W[i][k] * h[k] for k in range(n)) for i in range(n)]
        h = [moved[i] + sum(F[i][b] * int(x[b, t]) for b in range(x.rows)) for i in range(n)]
        y += [root * sum(row[k] * h[k] for k in range(n)) for row in C]
    return y


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_outputs_are_those_of_a_loop(sizes: dict[str, int]) -> None:
    given = example(**sizes)
    got = outputs(given.weights, [given.z])
    assert [Fraction(int(v.p), int(v.q)) for v in got] == run(given, given.z)


def gram_form(given: Example) -> sp.Matrix:
    """Θ by the Gram form of the theory page, C.1, rows (input, lag, output) like `lag_kernel`."""
    W, F, C = (sp.Matrix(m) for m in given.weights)
    n, T, n_x, n_y = W.rows, given.z.cols, F.cols, C.rows
    M = W / sp.sqrt(n)
    r = [M**j * F for j in range(T)]
    left = [M.T**j * C.T for j in range(T)]
    theta = sp.zeros(n_x * T * n_y)
    for j in range(T):
        for k in range(T):
            for b in range(n_x):
                for q in range(n_x):
                    for a in range(n_y):
                        for p in range(n_y):
                            value = int(a == p) * (r[j].T * r[k])[b, q] + int(b == q) * (left[j].T * left[k])[a, p]
                            value += sum(
                                (left[c].T * left[d])[a, p] * (r[j - 1 - c].T * r[k - 1 - d])[b, q] / n
                                for c in range(j)
                                for d in range(k)
                            )
                            theta[(b * T + j) * n_y + a, (q * T + k) * n_y + p] = value / n
    return theta


@pytest.mark.parametrize("sizes", SIZES[::2], ids=str)
def test_the_lag_kernel_is_the_gram_form(sizes: dict[str, int]) -> None:
    given = example(**sizes)
    assert lag_kernel(given) == gram_form(given)


def test_the_jacobian_is_that_of_symbolic_weights() -> None:
    given = example(sequences=1, T=3, n=1)
    symbols = sp.symbols("w f c")
    y = outputs([sp.Matrix([[s]]) for s in symbols], [given.z])
    at = dict(zip(symbols, (m[0] for m in given.weights), strict=True))
    assert linearised(given).slope == y.jacobian(sp.Matrix(symbols)).subs(at)


def test_the_training_kernel_is_a_product_of_jacobians() -> None:
    given = example(sequences=2, T=2, n=4)
    slopes = linearised(given).slopes
    assert training_kernel(given)[0:2, 2:4] == slopes[0] * slopes[1].T


@pytest.mark.parametrize("T", [1, 3, 4])
def test_the_cyclic_rnn_has_the_kernel_of_the_wide_limit(T: int) -> None:
    deviations = (sp.Rational(1, 2), sp.Rational(2, 3), sp.Integer(3))
    given = cyclic_example(sequences=1, T=T, n=4, deviations=deviations)
    expected = sp.diag(*(scaling_factor(j, *(d**2 for d in deviations)) for j in range(T)))
    assert lag_kernel(given) == expected
    assert T == 1 or linearised(given).response[1] != 0


def test_more_lags_than_axes_are_refused() -> None:
    with pytest.raises(DerivationError, match="T = 5 lags need as many axes, and the width is 4"):
        cyclic_example(sequences=1, T=5, n=4, deviations=sp.symbols("w f c", positive=True))


def test_a_width_without_a_rational_root_is_refused() -> None:
    with pytest.raises(DerivationError, match="the width is 3; take a square number"):
        example(sequences=1, T=2, n=3)


def test_examples_are_of_either_sign_and_follow_no_pattern() -> None:
    given = example(sequences=2, T=3, n=4)
    assert min(given.W) < 0 < max(given.W)
    assert len({tuple(given.W.row(i)) for i in range(4)}) == 4
    assert given.W.rank() == 4
    assert given.x[0] != given.x[1]
