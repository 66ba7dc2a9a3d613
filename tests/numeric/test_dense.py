"""The dense RNN against loops of matrix powers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import dense
from numeric.errors import ArgumentError
from numeric.streams import stream


def weights(n: int, n_x: int, n_y: int, key: str = "weights") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = stream(key, n, n_x, n_y)
    return rng.standard_normal((n, n)), rng.standard_normal((n, n_x)), rng.standard_normal((n_y, n))


def slow_grams(W: np.ndarray, F: np.ndarray, C: np.ndarray, T: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Right and left Grams and impulse response from powers of W, one entry of the definition at a time."""
    n = len(W)
    powers = [np.linalg.matrix_power(W / math.sqrt(n), j) for j in range(T)]
    right = [[(P @ F).T @ (Q @ F) / n for Q in powers] for P in powers]
    left = [[(P.T @ C.T).T @ (Q.T @ C.T) / n for Q in powers] for P in powers]
    return np.array(right), np.array(left), np.array([C @ P @ F / math.sqrt(n) for P in powers])


@pytest.mark.parametrize(("n", "T", "n_x", "n_y"), [(1, 4, 1, 1), (5, 4, 2, 3), (30, 6, 1, 1), (40, 3, 3, 2)])
def test_grams_of_given_weights(n: int, T: int, n_x: int, n_y: int) -> None:
    W, F, C = weights(n, n_x, n_y)
    grams = dense.grams_of(W, F, C, T)
    right, left, impulse = slow_grams(W, F, C, T)
    np.testing.assert_allclose(grams.right[0], right, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(grams.left[0], left, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(grams.impulse[0], impulse, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(dense.impulse_response(W, F, C, T), impulse, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("n", "T", "n_x", "n_y", "replicates"), [(3, 4, 2, 1, 5), (20, 3, 1, 2, 3), (400, 3, 1, 1, 2)])
def test_sampler_uses_the_weights_it_draws(n: int, T: int, n_x: int, n_y: int, replicates: int) -> None:
    """W, F, C are redrawn here from the same stream, scaled by their standard deviations, and powers are taken."""
    nu = {"nu_w": 0.7, "nu_f": 2.0, "nu_c": 0.4}
    grams = dense.sample_grams(n=n, T=T, n_x=n_x, n_y=n_y, replicates=replicates, rng=stream(5), **nu)
    rng = stream(5)
    for b in range(replicates):
        W = math.sqrt(0.7) * rng.standard_normal((n, n))
        F = math.sqrt(2.0) * rng.standard_normal((n, n_x))
        C = math.sqrt(0.4) * rng.standard_normal((n_y, n))
        right, left, impulse = slow_grams(W, F, C, T)
        np.testing.assert_allclose(grams.right[b], right, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(grams.left[b], left, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(grams.impulse[b], impulse, rtol=1e-11, atol=1e-12)


def test_grouping_of_replicates_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dense.sample_grams(n=9, T=4, n_x=2, replicates=7, rng=stream(3))
    monkeypatch.setattr(dense, "GROUP_BYTES", 1)
    single = dense.sample_grams(n=9, T=4, n_x=2, replicates=7, rng=stream(3))
    assert whole.right.tobytes() == single.right.tobytes()
    assert whole.left.tobytes() == single.left.tobytes()
    assert whole.impulse.tobytes() == single.impulse.tobytes()


@settings(deadline=None, derandomize=True, max_examples=40)
@given(n=st.integers(1, 6), T=st.integers(1, 6), n_x=st.integers(1, 3), n_y=st.integers(1, 3))
def test_recursion_and_convolution_are_the_same_map(n: int, T: int, n_x: int, n_y: int) -> None:
    W, F, C = weights(n, n_x, n_y)
    x = stream("inputs", T, n_x).standard_normal((T, n_x))
    convolved = dense.run_convolution(dense.impulse_response(W, F, C, T), x)
    np.testing.assert_allclose(dense.run_rnn(W, F, C, x), convolved, rtol=1e-11, atol=1e-11)


def test_recursion_at_width_one_by_hand() -> None:
    """h = 3, 2*3 + 3*10, ... and y = 5 h: integers, so exact."""
    y = dense.run_rnn(np.array([[2]]), np.array([[3]]), np.array([[5]]), np.array([[1], [10], [0]]))
    assert y.tolist() == [[15.0], [180.0], [360.0]]


def test_convolution_takes_fewer_or_more_lags_than_steps() -> None:
    x = np.array([[1.0], [10.0], [100.0]])
    impulse = np.array([1.0, 2.0, 3.0, 4.0])[:, None, None]
    assert dense.run_convolution(impulse[:2], x).ravel().tolist() == [1.0, 12.0, 120.0]
    assert dense.run_convolution(impulse, x[:2]).ravel().tolist() == [1.0, 12.0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_in_is_dtype_out(dtype: type) -> None:
    W, F, C = (array.astype(dtype) for array in weights(5, 2, 3))
    x = np.ones((4, 2), dtype=dtype)
    grams = dense.grams_of(W, F, C, 4)
    impulse = dense.impulse_response(W, F, C, 4)
    results = (grams.right, grams.left, grams.impulse, impulse, dense.run_rnn(W, F, C, x))
    assert {array.dtype for array in (*results, dense.run_convolution(impulse, x))} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"W": np.ones((3, 4))}, r"W has the wrong shape: got \(3, 4\), allowed: \[n, n\]"),
        ({"W": np.ones(3)}, "W has the wrong shape"),
        ({"F": np.ones((4, 2))}, r"F has the wrong shape: got \(4, 2\), allowed: \[3, n_x\]"),
        ({"F": np.ones(3)}, "F has the wrong shape"),
        ({"C": np.ones((3, 1))}, r"C has the wrong shape: got \(3, 1\), allowed: \[n_y, 3\]"),
        ({"C": np.ones((0, 3))}, "C has the wrong shape"),
        ({"x": np.ones((5, 1))}, r"x has the wrong shape: got \(5, 1\), allowed: \[T, 2\]"),
        ({"x": np.ones((0, 2))}, "x has the wrong shape"),
        ({"x": np.full((5, 2), np.nan)}, "x is not finite"),
        ({"W": np.full((3, 3), np.inf)}, "W is not finite"),
        ({"C": np.ones((1, 3), dtype=complex)}, "C is not real: got complex128"),
        ({"C": [["a", "b", "c"]]}, "C is not real"),
    ],
)
def test_bad_arrays_are_named(wrong: dict[str, np.ndarray], message: str) -> None:
    good = {"W": np.eye(3), "F": np.ones((3, 2)), "C": np.ones((1, 3)), "x": np.ones((5, 2))}
    with pytest.raises(ArgumentError, match=message):
        dense.run_rnn(**(good | wrong))


def test_bad_lags_and_impulses_are_named() -> None:
    W, F, C = weights(3, 1, 1)
    with pytest.raises(ArgumentError, match="T is out of range: got 0"):
        dense.grams_of(W, F, C, 0)
    with pytest.raises(ArgumentError, match=r"T is out of range: got 2\.0"):
        dense.impulse_response(W, F, C, 2.0)
    with pytest.raises(ArgumentError, match=r"x has the wrong shape: got \(4, 2\), allowed: \[T, 1\]"):
        dense.run_convolution(np.ones((3, 1, 1)), np.ones((4, 2)))
