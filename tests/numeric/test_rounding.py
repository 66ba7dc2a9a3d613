"""The rounding bounds against exact rational arithmetic, and against a count of the roundings on the longest chain.

At n = 1, 4, 9 and 16 the factor n^{-1/2} is rational, so that what is computed can be compared with what is exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from numeric import rounding
from numeric.dense import impulse_response, run_convolution, run_rnn
from numeric.errors import ArgumentError
from numeric.kernels import grams_of, lag_ntk
from numeric.streams import stream

SQUARES = pytest.mark.parametrize("n", [1, 4, 9, 16])


def exact(array: np.ndarray) -> np.ndarray:
    """Doubles as the rationals that they are."""
    return np.array([Fraction(float(value)) for value in array.ravel()], dtype=object).reshape(array.shape)


def weights(n: int, n_x: int = 2, n_y: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = stream("rounding weights", n, n_x, n_y)
    return rng.standard_normal((n, n)), rng.standard_normal((n, n_x)), rng.standard_normal((n_y, n))


def exact_response(W: np.ndarray, F: np.ndarray, C: np.ndarray, T: int) -> np.ndarray:
    """C M^j F/√n as rationals [T, n_y, n_x]."""
    root = math.isqrt(len(W))
    state, found = exact(F), []
    for _ in range(T):
        found.append(exact(C).dot(state) / root)
        state = exact(W).dot(state) / root
    return np.array(found)


def exact_outputs(W: np.ndarray, F: np.ndarray, C: np.ndarray, x: np.ndarray) -> np.ndarray:
    root = math.isqrt(len(W))
    h, y = np.full(len(W), Fraction(0)), []
    for x_t in exact(x):
        h = exact(W).dot(h) / root + exact(F).dot(x_t)
        y.append(exact(C).dot(h) / root)
    return np.array(y)


def distance(computed: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """|computed − truth| of exact differences, as floats."""
    return np.abs(exact(computed) - truth).astype(float)


# --- γ and shares ---


@pytest.mark.parametrize("operations", [0, 1, 7, 10**6, 2**52])
def test_gamma_is_its_formula(operations: int) -> None:
    unit = Fraction(1, 2**53)
    truth = operations * unit / (1 - operations * unit)
    assert rounding.gamma(operations) == pytest.approx(float(truth), rel=1e-15)  # itself rounded three times


@pytest.mark.parametrize("operations", [2**53, 2**60])
def test_gamma_has_an_end(operations: int) -> None:
    with pytest.raises(ArgumentError, match="too many chained operations"):
        rounding.gamma(operations)


@pytest.mark.parametrize(
    ("difference", "bound", "expected"),
    [
        (1.0, 2.0, 0.5),
        (0.0, 2.0, 0.0),
        (0.0, 0.0, 0.0),
        (1e-300, 0.0, math.inf),
        (math.inf, 2.0, math.inf),
        (math.nan, 2.0, math.nan),
        (math.nan, 0.0, math.nan),
        (0.0, math.nan, math.nan),
        (1.0, math.nan, math.nan),
        (1.0, math.inf, math.nan),
        (math.inf, math.inf, math.nan),
    ],
)
def test_a_share_of_a_bound_that_means_nothing_is_nan(difference: float, bound: float, expected: float) -> None:
    share = rounding.share(np.array([difference, 1.0]), np.array([bound, 4.0]))
    np.testing.assert_array_equal(share, [expected, 0.25])


# --- errors within bounds, and bounds that mean something ---


@SQUARES
def test_the_error_of_a_product_is_within_its_bound(n: int) -> None:
    W, F, C = weights(n)
    T = 12
    error = distance(impulse_response(W, F, C, T), exact_response(W, F, C, T))
    bound = rounding.product_error(W, F, C, T)
    assert np.all(error <= bound)
    assert error.max() > 0.0


@SQUARES
def test_the_error_of_the_recursion_is_within_its_bound(n: int) -> None:
    W, F, C = weights(n)
    x = stream("rounding inputs", n).standard_normal((40, 2))
    error = distance(run_rnn(W, F, C, x), exact_outputs(W, F, C, x))
    assert np.all(np.linalg.norm(error, axis=1) <= rounding.recursion_error(W, F, C, x))


@SQUARES
def test_the_error_of_the_convolution_is_within_its_bound(n: int) -> None:
    W, F, C = weights(n)
    x = stream("rounding inputs", n).standard_normal((40, 2))
    computed = run_convolution(impulse_response(W, F, C, len(x)), x)
    error = distance(computed, exact_outputs(W, F, C, x))
    assert np.all(np.linalg.norm(error, axis=1) <= rounding.convolution_error(W, F, C, x))


@pytest.mark.parametrize("n", [1, 4])
def test_the_error_of_the_kernel_is_within_its_bound(n: int) -> None:
    """The exact kernel by four nested loops over rationals."""
    W, F, C = weights(n)
    T, root = 4, math.isqrt(n)
    right, left = [exact(F)], [exact(C.T)]
    for _ in range(1, T):
        right.append(exact(W).dot(right[-1]) / root)
        left.append(exact(W.T).dot(left[-1]) / root)
    error = np.zeros((T, T, 4, 4))
    computed = lag_ntk(grams_of(W, F, C, T))[0]
    for j in range(T):
        for k in range(T):
            theta = np.kron(np.eye(2, dtype=object), right[j].T.dot(right[k]) / n)
            theta = theta + np.kron(left[j].T.dot(left[k]) / n, np.eye(2, dtype=object))
            for a in range(j):
                for b in range(k):
                    theta = theta + np.kron(left[a].T.dot(left[b]), right[j - 1 - a].T.dot(right[k - 1 - b])) / n**2
            error[j, k] = distance(computed[j, k], theta)
    assert np.all(error <= rounding.kernel_error(W, F, C, T))


BOUNDS: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]] = {
    "product": lambda W, F, C: (impulse_response(W, F, C, 8), rounding.product_error(W, F, C, 8)),
    "kernel": lambda W, F, C: (lag_ntk(grams_of(W, F, C, 6))[0], rounding.kernel_error(W, F, C, 6)),
    "recursion": lambda W, F, C: (run_rnn(W, F, C, inputs()), rounding.recursion_error(W, F, C, inputs())[:, None]),
    "convolution": lambda W, F, C: (
        run_convolution(impulse_response(W, F, C, 30), inputs()),
        rounding.convolution_error(W, F, C, inputs())[:, None],
    ),
}


def inputs() -> np.ndarray:
    return stream("rounding inputs").standard_normal((30, 2))


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_is_far_below_what_a_wrong_factor_of_a_millionth_does(name: str) -> None:
    W, F, C = weights(24)
    value, bound = BOUNDS[name](W, F, C)
    other, _ = BOUNDS[name](W, F * (1 + 1e-6), C)
    assert np.max(rounding.share(np.abs(other - value), np.broadcast_to(bound, value.shape))) > 100


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_grows_in_proportion_to_what_is_read_in(name: str) -> None:
    W, F, C = weights(24)
    before, after = BOUNDS[name](W, F, C)[1], BOUNDS[name](W, F, 4.0 * C)[1]
    assert ((before == 0) == (after == 0)).all()  # in the kernel of lag 0 some entries are 0, and exactly so
    ratio = after[before > 0] / before[before > 0]
    rounded = 1e-12  # the bounds are sums of some thousand terms
    if name == "kernel":  # the part of C does not change, the others grow by 16
        assert np.all((ratio > 1 - rounded) & (ratio < 16 + 16 * rounded))
    else:
        np.testing.assert_allclose(ratio, 4.0, rtol=rounded)


# --- the number of roundings ---


@dataclass(frozen=True)
class Chain:
    """A number that knows only the most factors (1 + δ) that any of its terms has picked up."""

    roundings: int

    def __mul__(self, other: Chain) -> Chain:
        return Chain(self.roundings + other.roundings + 1)

    def __add__(self, other: Chain) -> Chain:
        return Chain(max(self.roundings, other.roundings) + 1)


def inner(left: list[Chain], right: list[Chain]) -> Chain:
    """A sum of products, one after the other: no order of summation has a longer chain."""
    total = left[0] * right[0]
    for a, b in zip(left[1:], right[1:], strict=True):
        total = total + a * b
    return total


EXACT, SCALE, ROOT = Chain(0), Chain(2), Chain(1)  # 1/√n is rounded twice, √n once


def krylov(n: int, j: int) -> Chain:
    """An entry of M^j F as `impulse_response` computes it: a sum, then the scale, j times."""
    entry = EXACT
    for _ in range(j):
        entry = inner([EXACT] * n, [entry] * n) * SCALE
    return entry


def allowed(n: int, j: int) -> int:
    """The number of roundings that `product_error` allows, read off its value for weights of one."""
    one = np.ones((n, n)) / math.sqrt(n)
    column = np.ones((n, 1))
    magnitude = impulse_response(one, column, column.T, j + 1)[j, 0, 0]
    share = rounding.product_error(one, column, column.T, j + 1)[j, 0, 0] / magnitude / rounding.SLACK
    return round(share / (1 + share) * 2**53)


@pytest.mark.parametrize("n", [1, 2, 3, 10])
@pytest.mark.parametrize("j", [0, 1, 5, 60])
def test_a_product_allows_for_every_rounding(n: int, j: int) -> None:
    response = inner([EXACT] * n, [krylov(n, j)] * n) * SCALE
    assert response.roundings <= allowed(n, j)


@pytest.mark.parametrize("n", [1, 2, 3, 10])
@pytest.mark.parametrize(("j", "cut"), [(0, 0), (5, 0), (5, 2), (60, 30), (60, 60)])
def test_two_products_cut_at_different_places_are_within_twice_the_bound(n: int, j: int, cut: int) -> None:
    """r_{j−a} and l_a are read out by the identity, scaled by √n; their product is divided by √n."""
    whole = inner([EXACT] * n, [krylov(n, j)] * n) * SCALE
    right, left = (krylov(n, lag) * SCALE * ROOT for lag in (j - cut, cut))  # one entry times 1, the others times 0
    product = inner([left] * n, [right] * n) * ROOT
    assert whole.roundings + product.roundings <= 2 * allowed(n, j)
