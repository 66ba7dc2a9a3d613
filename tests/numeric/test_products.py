"""Krylov vectors against powers of the matrix; cuts into rows and GEMMs for many columns change only the rounding."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import products
from numeric.streams import stream


def weights(B: int, n: int, n_x: int, n_y: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = stream("products", B, n, n_x, n_y)
    return rng.standard_normal((B, n, n)), rng.standard_normal((B, n, n_x)), rng.standard_normal((B, n_y, n))


pytestmark = pytest.mark.usefixtures("each_route")
Vectors = Callable[..., tuple[np.ndarray, np.ndarray]]


def compare_with_powers(vectors: Vectors, *, B: int, n: int, n_x: int, n_y: int, T: int) -> None:
    """Magnitudes |M|^j |F| bound every intermediate; a product rounds at most n+1 times, so j of them j (n+1)."""
    W, F, C = weights(B, n, n_x, n_y)
    right, left = vectors(W, F, C, T)
    assert (right.shape, left.shape) == ((B, T, n_x, n), (B, T, n_y, n))
    for b in range(B):
        M = W[b] / math.sqrt(n)
        for j in range(T):
            power, size = np.linalg.matrix_power(M, j), np.linalg.matrix_power(abs(M), j)
            bound = 2 * (j + 1) * (n + 2) * np.finfo(float).eps  # 2: the oracle rounds as often
            assert (abs(right[b, j].T - power @ F[b]) <= bound * (size @ abs(F[b]))).all()
            assert (abs(left[b, j].T - power.T @ C[b].T) <= bound * (size.T @ abs(C[b].T))).all()


@settings(deadline=None, derandomize=True, max_examples=60)
@given(B=st.integers(1, 3), n=st.integers(1, 12), n_x=st.integers(1, 10), n_y=st.integers(0, 10), T=st.integers(1, 6))
def test_vectors_are_those_of_powers(B: int, n: int, n_x: int, n_y: int, T: int) -> None:
    compare_with_powers(products.krylov_vectors, B=B, n=n, n_x=n_x, n_y=n_y, T=T)


@pytest.mark.parametrize("many", [1, 2, 100])
@pytest.mark.parametrize("rows_bytes", [1, 24 * 11, 88 * 4, 10**9])
def test_cuts_and_gemms_change_nothing(rows_bytes: int, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 1, 3, 4 or all of 11 rows, of which only 1 and 11 divide 11."""
    monkeypatch.setattr(products, "LARGE_BYTES", 0)
    monkeypatch.setattr(products, "ROWS_BYTES", rows_bytes)
    monkeypatch.setattr(products, "MANY_COLUMNS", many)
    compare_with_powers(products._by_blas, B=2, n=11, n_x=3, n_y=2, T=5)


@pytest.mark.parametrize(("n", "dtype", "expected"), [(8, np.float64, [3, 3, 2]), (8, np.float32, [6, 2])])
def test_a_large_matrix_is_cut_by_bytes(
    n: int, dtype: type, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(products, "LARGE_BYTES", 4 * n * n - 1)
    monkeypatch.setattr(products, "ROWS_BYTES", 3 * 8 * n + 5)
    cuts = list(products._row_blocks(np.empty((5, n, n), dtype=dtype)))
    assert [cut.stop - cut.start for cut in cuts] == expected
    monkeypatch.setattr(products, "LARGE_BYTES", 8 * n * n)
    assert list(products._row_blocks(np.empty((5, n, n), dtype=dtype))) == [slice(0, n)]


@pytest.mark.parametrize("columns", [1, 7, 8, 9])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bytes_of_a_replicate_do_not_depend_on_the_batch(columns: int, dtype: type) -> None:
    W, F, C = (array.astype(dtype) for array in weights(5, 13, columns, columns))
    together = products.krylov_vectors(W, F, C, 4)
    for b in range(5):
        alone = products.krylov_vectors(W[b : b + 1], F[b : b + 1], C[b : b + 1], 4)
        for one, all_of_them in zip(alone, together, strict=True):
            assert one.dtype == dtype
            assert one[0].tobytes() == all_of_them[b].tobytes()
