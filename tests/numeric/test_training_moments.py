"""Second moments and the loss they give, against sums over explicit sequences in exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric import moments as m
from numeric import training_loss as loss
from numeric.dense import run_convolution
from numeric.errors import ArgumentError
from numeric.rounding import gamma
from numeric.streams import stream
from numeric.training_error import HOUSEHOLDER

SIZES = [(1, 1, 1, 1), (4, 3, 1, 2), (3, 5, 2, 1), (7, 4, 3, 2)]
sizes = pytest.mark.parametrize(("N", "T", "n_x", "n_y"), SIZES)


def data(N: int, T: int, n_x: int, n_y: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sequences x, y and an impulse response of small whole numbers over 8: sums of their products are exact."""
    rng = stream("moments", N, T, n_x, n_y, seed)
    return tuple(rng.integers(-31, 32, shape) / 8 for shape in ((N, T, n_x), (N, T, n_y), (T, n_y, n_x)))


def stacked(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """[A | Y], one row a decoded step, filled in one number after the other."""
    N, T, n_x = x.shape
    rows = np.zeros((N * T, T * n_x + y.shape[2]))
    for i, t in np.ndindex(N, T):
        for j, b in np.ndindex(t + 1, n_x):
            rows[i * T + t, j * n_x + b] = x[i, t - j, b]
        rows[i * T + t, T * n_x :] = y[i, t]
    return rows


def product_bound(rows: np.ndarray, merges: int = 0) -> np.ndarray:
    """Entrywise bound on the error of root^T root: backward error of QR by columns, and the product itself."""
    norms = np.linalg.norm(rows, axis=0)
    columns = len(norms)
    factorised = HOUSEHOLDER * columns * (len(rows) + 2 * merges * columns)
    return 1.01 * gamma(2 * factorised + columns) * np.outer(norms, norms)


@sizes
def test_moments_are_those_of_the_delayed_inputs(N: int, T: int, n_x: int, n_y: int) -> None:
    x, y, _ = data(N, T, n_x, n_y)
    moments, rows = m.moments_of_sequences(x, y), stacked(x, y)
    exact, bound = rows.T @ rows, product_bound(rows)
    assert np.all(np.abs(moments.root.T @ moments.root - exact) <= bound)
    K = T * n_x
    assert np.all(np.abs(moments.gram - exact[:K, :K]) <= bound[:K, :K])
    assert np.all(np.abs(moments.cross - exact[:K, K:]) <= bound[:K, K:])
    assert moments.entries == N * T * n_y
    assert bound.max() < 1e-10 * exact.max()  # a bound that allows anything shows nothing


@sizes
def test_loss_is_the_mean_over_all_outputs_of_explicit_sequences(N: int, T: int, n_x: int, n_y: int) -> None:
    x, y, L = data(N, T, n_x, n_y)
    moments = m.moments_of_sequences(x, y)
    errors = np.array([run_convolution(L, x_i) for x_i in x]) - y  # exact: whole numbers over 64
    total = sum((Fraction(float(e)) ** 2 for e in errors.ravel()), Fraction(0))
    size = (np.linalg.norm(stacked(x, y), axis=0) @ np.abs(np.vstack([loss.flat(L), np.eye(n_y)]))) ** 2
    bound = gamma(2 * HOUSEHOLDER * (T * n_x + n_y) * (N * T) + 3 * (T * n_x + n_y) + 4) * size.sum()
    assert abs(loss.squared_residual(moments, L) - float(total)) <= 1.01 * bound
    assert abs(loss.mean_squared_error(moments, L) - float(total / (N * T * n_y))) <= 1.01 * bound / (N * T * n_y)


@sizes
def test_gradient_is_that_of_the_exact_parabola(N: int, T: int, n_x: int, n_y: int) -> None:
    """The loss is a parabola in each entry, so that a central difference of any width is exact, here in fractions."""
    x, y, L = data(N, T, n_x, n_y)
    moments = m.moments_of_sequences(x, y)
    value, gradient = loss.loss_and_gradient(moments, L)
    projected = loss.back_projected(moments, L)
    norms = np.linalg.norm(stacked(x, y), axis=0)
    reach = norms @ np.abs(np.vstack([loss.flat(L), np.eye(n_y)]))
    bound = gamma(2 * HOUSEHOLDER * len(norms) * (N * T) + 3 * len(norms) + 8) * norms.max() * reach.max()
    for index in np.ndindex(L.shape):
        ends = []
        for sign in (1, -1):
            moved = L.copy()
            moved[index] += sign
            errors = (np.array([run_convolution(moved, x_i) for x_i in x]) - y).ravel()
            ends.append(sum((Fraction(float(e)) ** 2 for e in errors), Fraction(0)))
        slope = float((ends[0] - ends[1]) / 2)
        assert abs(projected[index] + slope / 2) <= bound
        assert abs(gradient[index] - slope / (N * T * n_y)) <= 2 * bound / (N * T * n_y)
    assert value == pytest.approx(float(loss.mean_squared_error(moments, L)), rel=1e-13)


@given(st.integers(0, 10**6), st.integers(1, 6))
def test_parts_merge_to_the_whole(seed: int, cut: int) -> None:
    x, y, _ = data(7, 4, 3, 2, seed)
    parts = [m.moments_of_sequences(x[part], y[part]) for part in (slice(cut), slice(cut, None))]
    rows = stacked(x, y)
    for merged in (m.merged(*parts), m.merged(*reversed(parts))):
        assert (merged.rows, merged.T, merged.n_x, merged.n_y) == (28, 4, 3, 2)
        assert np.all(np.abs(merged.root.T @ merged.root - rows.T @ rows) <= product_bound(rows, merges=2))


def test_long_data_are_factored_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y, _ = data(40, 4, 3, 2)
    monkeypatch.setattr(m, "CHUNK_BYTES", 3 * 8 * 4 * 14)  # three sequences, so that the last chunk is a shorter one
    moments, rows = m.moments_of_sequences(x, y), stacked(x, y)
    assert np.all(np.abs(moments.root.T @ moments.root - rows.T @ rows) <= product_bound(rows, merges=14))
    assert moments.root.shape == (14, 14)
    assert moments.rows == 160


def test_what_training_reads_does_not_grow_with_the_data() -> None:
    few, many = (m.moments_of_sequences(*data(N, 5, 2, 3)[:2]).root.shape for N in (5, 500))
    assert few == many == (13, 13)


@given(st.integers(0, 10**6), st.integers(1, 3))
def test_zero_sequences_only_dilute_the_mean(seed: int, zeros: int) -> None:
    x, y, L = data(4, 3, 1, 2, seed)
    here = m.moments_of_sequences(x, y)
    pad = [np.concatenate([array, np.zeros((zeros, *array.shape[1:]))]) for array in (x, y)]
    there = m.moments_of_sequences(*pad)
    rows = stacked(x, y)
    assert np.all(np.abs(here.root.T @ here.root - there.root.T @ there.root) <= 3 * product_bound(rows, merges=1))
    ratio = loss.mean_squared_error(there, L) / loss.mean_squared_error(here, L)
    assert ratio == pytest.approx(4 / (4 + zeros), rel=1e-12)


def test_a_perfect_fit_has_no_loss_below_zero_and_none_above_the_square_of_rounding() -> None:
    """From yy - 2bL + LGL the loss would be of the size of rounding and of either sign."""
    x, _, L = data(9, 5, 2, 3)
    y = np.array([run_convolution(L, x_i) for x_i in x])
    rows = stacked(x, y)
    reach = np.linalg.norm(rows, axis=0) @ np.abs(np.vstack([loss.flat(L), np.eye(3)]))
    rounding = gamma(HOUSEHOLDER * rows.shape[1] * len(rows) + rows.shape[1]) * reach  # of A L − Y, column by column
    value = loss.squared_residual(m.moments_of_sequences(x, y), L)
    assert 0 <= value <= 1.01 * np.sum(rounding**2)
    assert np.sum(rounding**2) < 2.0**-53 * np.sum(y**2)  # what any difference of moments would leave


def test_many_impulse_responses_at_once() -> None:
    x, y, L = data(4, 3, 2, 2)
    moments = m.moments_of_sequences(x, y)
    together = np.stack([[L, 2 * L, -L]] * 2)
    assert loss.mean_squared_error(moments, together).shape == (2, 3)
    assert loss.back_projected(moments, together).shape == together.shape
    for index in np.ndindex(2, 3):
        alone = loss.mean_squared_error(moments, together[index])
        assert loss.mean_squared_error(moments, together)[index] == pytest.approx(alone, rel=1e-13)
    assert np.array_equal(loss.shaped(loss.flat(together), moments), together)


def test_rows_that_are_no_whole_sequences() -> None:
    """Sliding windows of which the last step alone is decoded."""
    rng = stream("windows")
    delayed, y = rng.standard_normal((30, 4, 2)), rng.standard_normal((30, 3))
    moments = m.moments_of_rows(delayed, y)
    L = rng.standard_normal((4, 3, 2))
    errors = y - sum(delayed[:, j] @ L[j].T for j in range(4))
    assert loss.mean_squared_error(moments, L) == pytest.approx(np.mean(errors**2), rel=1e-13)


def test_norm_and_rate_of_the_sum_form() -> None:
    x, y, L = data(5, 3, 2, 2)
    moments, rows = m.moments_of_sequences(x, y), stacked(x, y)
    assert loss.operator_norm(moments) == pytest.approx(np.linalg.norm(rows[:, :6], 2), rel=1e-13)
    _, gradient = loss.loss_and_gradient(moments, L)
    of_half_sum = -loss.back_projected(moments, L)
    assert np.allclose(0.3 * gradient, loss.sum_form_rate(moments, 0.3) * of_half_sum, rtol=1e-12, atol=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_in_is_dtype_out(dtype: type) -> None:
    x, y, L = (array.astype(dtype) for array in data(9, 4, 2, 2))
    moments = m.moments_of_sequences(x, y)
    found = [moments.root, moments.gram, moments.cross, m.merged(moments, moments).root]
    found += [loss.mean_squared_error(moments, L), loss.back_projected(moments, L)]
    assert {array.dtype for array in [*found, loss.loss_and_gradient(moments, L)[1]]} == {np.dtype(dtype)}


def test_mistakes_are_named() -> None:
    x, y, L = data(4, 3, 2, 2)
    moments = m.moments_of_sequences(x, y)
    with pytest.raises(ArgumentError, match=r"y has the wrong shape: got \(4, 2, 2\), allowed: \[4, 3, n_y\]"):
        m.moments_of_sequences(x, y[:, :2])
    with pytest.raises(ArgumentError, match="x is not finite"):
        m.moments_of_sequences(np.where(x == x.max(), np.nan, x), y)
    with pytest.raises(ArgumentError, match=r"other \(T, n_x, n_y\): got \(2, 2, 2\), allowed: \(3, 2, 2\)"):
        m.merged(moments, m.moments_of_sequences(x[:, :2], y[:, :2]))
    with pytest.raises(
        ArgumentError, match=r"impulse has the wrong shape: got \(2, 2, 2\), allowed: \[\.\.\., 3, 2, 2\]"
    ):
        loss.mean_squared_error(moments, L[:2])
    with pytest.raises(ArgumentError, match="root has too many rows: got 16, allowed: <= 8"):
        m.Moments(root=np.vstack([moments.root] * 2), rows=12, T=3, n_x=2, n_y=2)
    with pytest.raises(ArgumentError, match=r"root has the wrong shape: got \(8, 8\), allowed: \[r, 7\]"):
        m.Moments(root=moments.root, rows=12, T=3, n_x=2, n_y=1)
    with pytest.raises(ArgumentError, match="rows is out of range"):
        m.Moments(root=moments.root, rows=0, T=3, n_x=2, n_y=2)
