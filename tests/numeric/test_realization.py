"""Vandermonde systems in floating point and at many digits against fractions; the stacked weights against the RNN."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import realization as r
from numeric.dense import impulse_response, run_convolution, run_rnn
from numeric.errors import ArgumentError
from numeric.streams import stream


def eliminated(nodes: list[Fraction], response: list[Fraction]) -> list[Fraction]:
    """V^T k = L by Gauss–Jordan in fractions."""
    rows = [[node**j for node in nodes] + [value] for j, value in enumerate(response)]
    for i in range(len(rows)):
        pivot = next(k for k in range(i, len(rows)) if rows[k][i] != 0)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [entry / rows[i][i] for entry in rows[i]]
        for k in range(len(rows)):
            if k != i:
                rows[k] = [a - rows[k][i] * b for a, b in zip(rows[k], rows[i], strict=True)]
    return [row[-1] for row in rows]


def system(T: int, seed: int) -> tuple[list[Fraction], list[Fraction]]:
    rng = stream("vandermonde", T, seed)
    numerators = rng.choice(np.arange(1, 256), size=T, replace=False)
    return [Fraction(int(p), 256) for p in numerators], [Fraction(int(p), 16) for p in rng.integers(-99, 99, T)]


def inverse_norm(nodes: list[Fraction]) -> Fraction:
    T = len(nodes)
    columns = [eliminated(nodes, [Fraction(int(i == j)) for i in range(T)]) for j in range(T)]
    return max(sum(abs(column[i]) for column in columns) for i in range(T))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9), st.integers(0, 10**6))
def test_backward_errors_bound_what_both_solvers_do(T: int, seed: int) -> None:
    nodes, L = system(T, seed)
    exact = eliminated(nodes, L)
    found, backward = r.solve_readout(np.array(nodes, dtype=float), np.array(L, dtype=float))
    # A k̂ − L, in fractions, is −ΔA k̂
    kept = [Fraction(float(k)) for k in found]
    for j in range(T):
        residual = abs(sum(k * node**j for k, node in zip(kept, nodes, strict=True)) - L[j])
        assert float(residual) <= backward[j] @ np.abs(found)
    condition = inverse_norm(nodes) * max(sum(node**j for node in nodes) for j in range(T))
    many = r.solve_with_digits(nodes, L, 40)
    error = max(abs(m - e) for m, e in zip(many, exact, strict=True))
    bits = 132  # 40 digits are at least 132 bits
    assert error <= condition * Fraction(r.elimination_error(T, bits)) * max(abs(m) for m in many)


def test_more_digits_are_more_accurate() -> None:
    nodes, L = system(9, 1)
    exact = eliminated(nodes, L)
    errors = [max(abs(a - b) for a, b in zip(r.solve_with_digits(nodes, L, d), exact, strict=True)) for d in (20, 40)]
    assert 0 < errors[1] < errors[0] / 10**15


def test_equal_nodes_are_refused() -> None:
    with pytest.raises(ArgumentError, match="singular"):
        r.solve_with_digits([Fraction(1, 2), Fraction(1, 2)], [Fraction(1), Fraction(2)], 20)


def test_without_transposition_the_response_is_interpolated() -> None:
    nodes, values = np.array([0.5, 0.25]), np.array([1.0, 3.0])
    found, _ = r.solve_readout(nodes, values, transposed=False)
    np.testing.assert_allclose(found[0] + found[1] * nodes, values)


def test_stacked_weights_have_the_response_within_the_bound() -> None:
    T, n_x, n_y = 4, 2, 3
    nodes = [Fraction(p, 8) for p in (1, 3, 5, 7)]
    L = stream("response").integers(-9, 9, size=(n_y, n_x, T))
    readout = np.array(
        [[eliminated(nodes, [Fraction(int(v)) for v in L[a, b]]) for b in range(n_x)] for a in range(n_y)]
    )
    W, F, C = r.stacked_weights(np.array(nodes, dtype=float), readout.astype(float))
    assert W.shape == (24, 24)
    difference = np.abs(impulse_response(W, F, C, T) - L.transpose(2, 0, 1))
    bound = r.stacked_error(W, F, C, T)
    assert np.all(difference <= bound)
    assert bound.max() < 1e-9
    halved = r.stacked_weights(np.array(nodes, dtype=float), readout.astype(float), root=np.sqrt(24) / 2)
    np.testing.assert_allclose(impulse_response(*halved, T), impulse_response(W, F, C, T) / 2, rtol=1e-12)


def test_exact_runs_agree_with_floating_point() -> None:
    rng = stream("exact runs")
    lam, F = (
        [Fraction(1, 2), Fraction(-1, 4), Fraction(3, 4)],
        [[Fraction(int(v)) for v in row] for row in rng.integers(-3, 4, (3, 2))],
    )
    readout = [[Fraction(int(v)) for v in row] for row in rng.integers(-3, 4, (2, 3))]
    x = [[Fraction(int(v), 2) for v in row] for row in rng.integers(-5, 6, (6, 2))]
    as_floats = [np.array(part, dtype=float) for part in (F, readout, x)]
    W, C = np.sqrt(3) * np.diag(np.array(lam, dtype=float)), np.sqrt(3) * as_floats[1]
    np.testing.assert_allclose(
        np.array(r.run_exactly(lam, F, readout, x), dtype=float), run_rnn(W, as_floats[0], C, as_floats[2])
    )
    L = [[[Fraction(int(v)) for v in row] for row in block] for block in rng.integers(-3, 4, (6, 2, 2))]
    convolved = run_convolution(np.array(L, dtype=float), as_floats[2])
    np.testing.assert_allclose(np.array(r.convolve_exactly(L, x), dtype=float), convolved, atol=1e-13)
