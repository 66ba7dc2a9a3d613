"""The compiled products: bytes of their stated order of summation, distance from NumPy's, layouts, and refusals."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from numeric import compiled, dense, products, products_compiled
from numeric.streams import stream

_kernels = pytest.importorskip("numeric._kernels", reason="the compiled kernels were not built")

TARGETS = [name for name, _ in _kernels.targets()]
COLUMNS = [(1, 1), (2, 1), (1, 3), (3, 0), (0, 2)]
each_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])
each_target = pytest.mark.parametrize("target", TARGETS)


@pytest.fixture(autouse=True)
def _compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(compiled.VARIABLE, "1")


def weights(B: int, n: int, n_x: int, n_y: int, dtype: type = np.float64) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = stream("compiled products", B, n, n_x, n_y)
    return tuple(rng.standard_normal(shape).astype(dtype) for shape in ((B, n, n), (B, n, n_x), (B, n_y, n)))


def content(vectors: tuple[np.ndarray, np.ndarray]) -> bytes:
    return vectors[0].tobytes() + vectors[1].tobytes()


# --- against slower routes ---


def one_by_one(W: np.ndarray, F: np.ndarray, C: np.ndarray, T: int) -> tuple[np.ndarray, np.ndarray]:
    """The stated order for one W, a product and a sum at a time: parts of 64 bytes over columns, rows up and down."""
    n, ways, scale = len(W), 64 // W.itemsize, W.dtype.type(1 / math.sqrt(len(W)))
    right, left = [F.T], [C]
    for j in range(1, T):
        order = range(n - 1, -1, -1) if j % 2 == 0 else range(n)
        y, z = np.zeros_like(right[0]), np.zeros_like(left[0])
        for i in order:
            for c in range(len(y)):
                parts = [W.dtype.type(0)] * ways
                for k in range(n):
                    parts[k % ways] += W[i, k] * right[-1][c, k]
                y[c, i] = sum(parts, start=W.dtype.type(0)) * scale
            for c in range(len(z)):
                z[c] += W[i] * left[-1][c, i]
        right.append(y)
        left.append(z * scale)
    return np.stack(right)[None], np.stack(left)[None]


@each_dtype
@each_target
@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33])
@pytest.mark.parametrize("columns", COLUMNS, ids=str)
def test_bytes_are_those_of_the_stated_order_on_every_instruction_set(
    columns: tuple[int, int], n: int, target: str, dtype: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "widest_target", lambda: target)
    W, F, C = weights(1, n, *columns, dtype)
    found = products.krylov_vectors(W, F, C, 4)
    assert {array.dtype for array in found} == {np.dtype(dtype)}
    assert content(found) == content(one_by_one(W[0], F[0], C[0], 4))


@each_target
@pytest.mark.parametrize("n", [64, 130, 257])
def test_instruction_sets_give_the_same_bytes_at_larger_widths(
    n: int, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    W, F, C = weights(2, n, 2, 1)
    monkeypatch.setattr(compiled, "widest_target", lambda: TARGETS[-1])
    expected = content(products.krylov_vectors(W, F, C, 5))
    monkeypatch.setattr(compiled, "widest_target", lambda: target)
    assert content(products.krylov_vectors(W, F, C, 5)) == expected


@each_dtype
@pytest.mark.parametrize(("n", "T"), [(5, 6), (64, 8), (257, 4)])
def test_the_routes_differ_by_rounding_alone(n: int, T: int, dtype: type) -> None:
    """j products of n terms with a scaling round each path j (n + 2) times at most, on both routes."""
    W, F, C = weights(2, n, 2, 1, dtype)
    pairs = zip(products.krylov_vectors(W, F, C, T), products._by_blas(W, F, C, T), strict=True)
    sizes = products._by_blas(*(abs(array.astype(np.float64)) for array in (W, F, C)), T)
    steps = np.arange(T)[:, None, None]
    for (found, expected), size in zip(pairs, sizes, strict=True):
        bound = 1.01 * 2 * steps * (n + 2) * np.finfo(dtype).eps / 2 * size  # 1.01: terms of second order
        assert (abs(found.astype(np.float64) - expected) <= bound).all()


@each_dtype
@pytest.mark.parametrize("n", [1, 4, 16, 64, 256])
def test_without_rounding_the_routes_are_equal(n: int, dtype: type) -> None:
    """Signed permutations times sqrt(n), a power of two: every number on the way is a small integer."""
    rng = stream("permutation", n)
    W = np.zeros((1, n, n), dtype=dtype)
    W[0, np.arange(n), rng.permutation(n)] = math.sqrt(n) * rng.choice([-1, 1], n)
    F, C = rng.integers(-9, 10, (1, n, 2)).astype(dtype), rng.integers(-9, 10, (1, 3, n)).astype(dtype)
    for found, expected in zip(products.krylov_vectors(W, F, C, 9), products._by_blas(W, F, C, 9), strict=True):
        assert np.array_equal(found, expected)
        assert abs(found[0, 8]).max() > 0


def test_nothing_that_was_in_memory_enters() -> None:
    W, F, C = weights(2, 19, 1, 2)
    expected = products.krylov_vectors(W, F, C, 4)
    right, left = np.full((2, 4, 1, 19), np.nan), np.full((2, 4, 2, 19), np.nan)
    right[:, 0], left[:, 0] = F.swapaxes(1, 2), C
    _kernels.krylov((2, 4, 19, 1, 2), 1 / math.sqrt(19), W, right, left, TARGETS[0])
    assert content((right, left)) == content(expected)


# --- layouts ---


def shifted(W: np.ndarray) -> np.ndarray:
    """The same numbers, one byte off their alignment."""
    memory = np.empty(W.nbytes + 1, dtype=np.uint8)[1:].view(W.dtype).reshape(W.shape)
    memory[...] = W
    return memory


IN_ROWS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "rows apart": lambda W: np.concatenate([W, np.full_like(W, np.nan)], axis=2)[:, :, : W.shape[2]],
    "replicates apart": lambda W: np.repeat(W, 2, axis=0)[::2],
    "rows backwards": lambda W: np.ascontiguousarray(W[:, ::-1])[:, ::-1],
    "replicates backwards": lambda W: np.ascontiguousarray(W[::-1])[::-1],
    "one W for all": lambda W: np.broadcast_to(W[:1], W.shape),
}
COPIED: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "entries apart": lambda W: np.repeat(W, 2, axis=2)[:, :, ::2],
    "entries backwards": lambda W: np.ascontiguousarray(W[:, :, ::-1])[:, :, ::-1],
    "misaligned": shifted,
}


@each_dtype
@pytest.mark.parametrize("layout", [*IN_ROWS, *COPIED])
def test_any_layout_gives_the_bytes_of_a_contiguous_one(layout: str, dtype: type) -> None:
    W, F, C = weights(3, 13, 2, 1, dtype)
    other = (IN_ROWS | COPIED)[layout](W)
    other.flags.writeable = False
    expected = products.krylov_vectors(np.ascontiguousarray(other), F, C, 4)
    assert content(products.krylov_vectors(other, F, C, 4)) == content(expected)
    assert (products_compiled._in_rows(other) is other) == (layout in IN_ROWS)


def oddly_apart(n: int) -> np.ndarray:
    """One replicate, its rows apart, at a distance to the next that is no multiple of a double; nothing is there."""
    rows = stream("oddly apart").standard_normal((n, n + 3))[:, :n]
    return np.lib.stride_tricks.as_strided(rows, (1, n, n), (12, *rows.strides))


def test_a_lone_replicate_at_an_odd_distance_is_copied() -> None:
    _, F, C = weights(1, 13, 2, 1)
    W = oddly_apart(13)
    assert content(products.krylov_vectors(W, F, C, 4)) == content(products.krylov_vectors(W.copy(), F, C, 4))


def test_fortran_order_is_read_as_the_transpose(monkeypatch: pytest.MonkeyPatch) -> None:
    W, F, C = weights(2, 13, 2, 1)
    expected = products.krylov_vectors(W.swapaxes(1, 2).copy(), C.swapaxes(1, 2), F.swapaxes(1, 2), 4)[::-1]
    in_rows = products_compiled._in_rows

    def without_copy(W: np.ndarray) -> np.ndarray:
        assert in_rows(W) is W
        return W

    monkeypatch.setattr(products_compiled, "_in_rows", without_copy)
    columns = W.swapaxes(1, 2).copy().swapaxes(1, 2)
    assert content(products.krylov_vectors(columns, F, C, 4)) == content(expected)


@pytest.mark.parametrize("dtype", [np.dtype(np.float64).newbyteorder(), np.dtype(np.float16), np.dtype(np.longdouble)])
def test_other_kinds_of_numbers_stay_with_numpy(dtype: np.dtype) -> None:
    W, F, C = (array.astype(dtype) for array in weights(1, 9, 1, 1))
    assert not products_compiled.takes(W, F, C) or dtype == np.float64  # where a long double is a double
    grams = dense.grams_of(*(array[0] for array in (W, F, C)), 3)
    np.testing.assert_allclose(grams.right.astype(float), grams.right.swapaxes(1, 2).astype(float), rtol=1e-2)


# --- which route ---


def refuse(*_: object) -> None:
    raise AssertionError


@pytest.mark.parametrize(("route", "other"), [("0", "krylov"), ("1", "_by_blas")])
def test_the_route_taken_is_the_one_asked_for(route: str, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(compiled.VARIABLE, route)
    monkeypatch.setattr(_kernels if other == "krylov" else products, other, refuse)
    assert products.krylov_vectors(*weights(1, 9, 1, 1), 3)[0].shape == (1, 3, 1, 9)


@pytest.mark.parametrize("columns", [(1, 0), (0, 1), (1, 1)])
def test_many_columns_are_left_to_blas(columns: tuple[int, int]) -> None:
    most = products_compiled.MOST_COLUMNS
    few, many = ([max(1, most * c + extra * c) for c in columns] for extra in (0, 1))
    assert products_compiled.takes(*weights(1, 5, *few))
    assert not products_compiled.takes(*weights(1, 5, *many))


# --- what is refused, so that no wrong size reads or writes beyond an array ---


def call(**change: object) -> None:
    W, right, left = np.ones((2, 5, 5)), np.ones((2, 3, 2, 5)), np.ones((2, 3, 1, 5))
    named: dict[str, object] = {
        "sizes": (2, 3, 5, 2, 1), "scale": 1.0, "W": W, "right": right, "left": left, "target": TARGETS[-1]
    }  # fmt: skip
    assert set(change) <= set(named)
    _kernels.krylov(*(named | change).values())


def test_sizes_that_fit_are_accepted() -> None:
    call()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": (0, 3, 5, 2, 1)}, "no sizes of Krylov vectors"),
        ({"sizes": (2, 0, 5, 2, 1)}, "no sizes of Krylov vectors"),
        ({"sizes": (2, 3, 0, 2, 1)}, "no sizes of Krylov vectors"),
        ({"sizes": (2, 3, 5, -1, 1)}, "no sizes of Krylov vectors"),
        ({"sizes": (2, 3, 5, 0, 0)}, "no sizes of Krylov vectors"),
        ({"sizes": (2, 2**62, 5, 2, 1)}, "no sizes of Krylov vectors"),
        ({"sizes": (2, 3, 6, 2, 1)}, "W is no aligned array"),
        ({"sizes": (1, 3, 5, 2, 1)}, "W is no aligned array"),
        ({"sizes": (2, 4, 5, 2, 1)}, "right has 480 bytes, and the sizes ask for 80 doubles"),
        ({"sizes": (2, 3, 5, 2, 2)}, "left has 240 bytes, and the sizes ask for 60 doubles"),
        ({"W": np.ones((2, 5, 5), dtype=np.float32)}, "right has 480 bytes, and the sizes ask for 60 floats"),
        ({"W": np.ones((2, 5, 5), dtype=np.int64)}, "W is no aligned array"),
        ({"W": np.ones((2, 5, 5), dtype=np.dtype(np.float64).newbyteorder())}, "W is no aligned array"),
        ({"W": np.ones((2, 25))}, "W is no aligned array"),
        ({"W": np.ones((2, 5, 10))[:, :, ::2]}, "W is no aligned array"),
        ({"W": shifted(np.ones((2, 5, 5)))}, "W is no aligned array"),
        ({"W": memoryview(bytearray(401))[1:].cast("B").cast("d", (2, 5, 5))}, "W is no aligned array"),
        ({"W": oddly_apart(5), "sizes": (1, 3, 5, 4, 2)}, "W is no aligned array"),
        ({"target": "mmx"}, "no instruction set of this processor is called mmx"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(**change)


def test_results_must_be_writable_and_contiguous() -> None:
    fixed = np.ones((2, 3, 2, 5))
    fixed.flags.writeable = False
    for wrong in (fixed, np.ones((2, 3, 4, 5))[:, :, ::2]):
        with pytest.raises((BufferError, TypeError, ValueError)):
            call(right=wrong)
