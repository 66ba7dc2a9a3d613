"""The dense RNN against loops of matrix powers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import dense, kernels
from numeric.errors import ArgumentError, MemoryLimitError
from numeric.grams import checked_sizes
from numeric.streams import stream, streams


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
    outputs = (dense.run_rnn(W, F, C, x), dense.run_convolution(impulse, x))
    on_top = (kernels.lag_ntk(grams), kernels.lag_ntk_diagonal(grams), kernels.ntk(W, F, C, x, x))
    results = (grams.right, grams.left, grams.impulse, impulse, *outputs, *on_top)
    assert [array.dtype for array in results] == [np.dtype(dtype)] * len(results)


@pytest.mark.parametrize("nu", [{}, {"nu_w": 0.7, "nu_f": 2.0, "nu_c": 0.4}], ids=["unit", "scaled"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, "float32"])
def test_sampler_draws_and_keeps_the_dtype(dtype: type | str, nu: dict[str, float]) -> None:
    """The numbers are those that the generator gives in this dtype, and nothing on the way is of another one."""
    grams = dense.sample_grams(n=6, T=4, n_x=2, replicates=3, rng=stream("dtype"), dtype=dtype, **nu)
    assert {array.dtype for array in (grams.right, grams.left, grams.impulse)} == {np.dtype(dtype)}
    drawn = stream("dtype").standard_normal(6 * 6, dtype=np.dtype(dtype).type).reshape(6, 6)
    room = np.empty((1, 6 * 9), dtype=dtype)
    sizes = checked_sizes(n=6, T=4, replicates=1, n_x=2, n_y=1, nu_w=1.0, nu_f=1.0, nu_c=1.0)
    all_weights = dense.draw_weights(stream("dtype"), sizes, room)
    assert {array.dtype for array in all_weights} == {np.dtype(dtype)}
    assert all_weights[0][0].tobytes() == drawn.tobytes()


def test_single_precision_is_the_same_network_to_its_rounding() -> None:
    """The weights of the float32 draw in double precision: T products of n terms and a Gram, each rounded n times."""
    n, T = 40, 5
    grams = dense.sample_grams(n=n, T=T, replicates=1, rng=stream("single"), dtype=np.float32)
    room = np.empty((1, n * (n + 2)), dtype=np.float32)
    sizes = checked_sizes(n=n, T=T, replicates=1, n_x=1, n_y=1, nu_w=1.0, nu_f=1.0, nu_c=1.0)
    W, F, C = (array[0].astype(np.float64) for array in dense.draw_weights(stream("single"), sizes, room))
    exact, sizes_of = dense.grams_of(W, F, C, T), dense.grams_of(abs(W), abs(F), abs(C), T)
    bound = (2 * (T - 1) + 1) * (n + 2) * np.finfo(np.float32).eps
    for name in ("right", "left", "impulse"):
        error = abs(getattr(grams, name) - getattr(exact, name))
        assert (error <= bound * getattr(sizes_of, name)).all()
        assert error.max() > 0


@pytest.mark.parametrize("dtype", [np.float16, np.int64, complex, None, "words", object])
def test_other_dtypes_are_refused(dtype: object) -> None:
    with pytest.raises(ArgumentError, match=r"dtype is not supported: .*float32 or float64"):
        dense.sample_grams(n=3, T=2, replicates=1, rng=stream("x"), dtype=dtype)


def test_single_precision_needs_half_of_the_memory() -> None:
    limit = {"n": 300, "T": 2, "replicates": 1, "max_bytes": 6 * 300 * 300}
    with pytest.raises(MemoryLimitError, match="W with its Grams"):
        dense.sample_grams(rng=stream("x"), **limit)
    assert dense.sample_grams(rng=stream("x"), dtype=np.float32, **limit).T == 2


def test_room_that_does_not_divide_a_block_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups of 3, 3 and 1 replicates in two blocks of 7: the last lot of a block must not take from the next."""
    expected = dense.sample_grams(n=5, T=3, replicates=14, rng=streams(("cut",), range(2)))
    monkeypatch.setattr(dense, "GROUP_BYTES", 3 * 8 * 5 * (5 + 7 * 2))
    grams = dense.sample_grams(n=5, T=3, replicates=14, rng=streams(("cut",), range(2)))
    assert grams.right.tobytes() == expected.right.tobytes()


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
