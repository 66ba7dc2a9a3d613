"""What the laws are tried on: Hypothesis strategies for networks, inputs, transformations and covariances.

Numbers are multiples of 1/8 below 8, so that sums, integer combinations and small products of them are exact in
floating point, and examples shrink to readable ones. Import them as `from tests.laws import strategies`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

__all__ = [
    "Network",
    "Sizes",
    "covariances",
    "dyadic",
    "inputs",
    "networks",
    "partitions",
    "permutations",
    "rational_variances",
    "rotations",
    "seeds",
    "sizes",
    "unimodular",
    "variances",
]

Array = NDArray[np.floating[Any]]
Draw = Callable[[st.SearchStrategy[Any]], Any]

STEPS, LARGEST = 8, 31  # entries are k/8 with |k| ≤ 31


@dataclass(frozen=True)
class Sizes:
    """Width n, number of lags T, inputs n_x and outputs n_y."""

    n: int
    T: int
    n_x: int
    n_y: int


@dataclass(frozen=True)
class Network:
    """Weights W [n, n], F [n, n_x], C [n_y, n] and a number of lags T."""

    W: Array
    F: Array
    C: Array
    T: int

    @property
    def weights(self) -> tuple[Array, Array, Array]:
        """(W, F, C), as the functions of `numeric` take them."""
        return self.W, self.F, self.C


def seeds() -> st.SearchStrategy[int]:
    """A number that names a stream: `numeric.streams.stream("law", seed)`."""
    return st.integers(0, 2**32 - 1)


def variances() -> st.SearchStrategy[float]:
    """ν between 1/10 and 4."""
    return st.floats(0.1, 4.0)


def rational_variances() -> st.SearchStrategy[Fraction]:
    """ν > 0 with a small denominator."""
    return st.fractions(Fraction(1, 10), 4, max_denominator=20)


def sizes(*, n: int = 6, T: int = 5, columns: int = 3) -> st.SearchStrategy[Sizes]:
    """Sizes up to the given ones; small widths first, so that axes often run out."""
    return st.builds(
        Sizes, n=st.integers(1, n), T=st.integers(1, T), n_x=st.integers(1, columns), n_y=st.integers(1, columns)
    )


def dyadic(*shape: int) -> st.SearchStrategy[Array]:
    """Arrays of multiples of 1/8 between −31/8 and 31/8, exact in floating point."""
    whole = arrays(np.int64, shape, elements=st.integers(-LARGEST, LARGEST))
    return whole.map(lambda array: array / STEPS)


@st.composite
def networks(draw: Draw, *, n: int = 6, T: int = 5, columns: int = 3) -> Network:
    """Weights with no structure at all: nothing that holds for them needs Gaussian entries."""
    size = draw(sizes(n=n, T=T, columns=columns))
    W, F, C = (draw(dyadic(*shape)) for shape in ((size.n, size.n), (size.n, size.n_x), (size.n_y, size.n)))
    return Network(W=W, F=F, C=C, T=size.T)


def inputs(T: int, n_x: int) -> st.SearchStrategy[Array]:
    """Input sequences [T, n_x]."""
    return dyadic(T, n_x)


def permutations(n: int) -> st.SearchStrategy[list[int]]:
    """Orders of n hidden units."""
    return st.permutations(range(n))


@st.composite
def unimodular(draw: Draw, n: int) -> tuple[Array, Array]:
    """(S, S⁻¹), both of small integers: products of up to four steps "add ±1 or ±2 times a row to another"."""
    S, inverse = np.eye(n), np.eye(n)
    if n == 1:
        return S, inverse
    pairs = st.tuples(st.integers(0, n - 1), st.integers(0, n - 2), st.sampled_from((-2.0, -1.0, 1.0, 2.0)))
    for row, other, factor in draw(st.lists(pairs, max_size=4)):
        column = other if other < row else other + 1
        step = np.eye(n)
        step[row, column] = factor
        S, step[row, column] = step @ S, -factor
        inverse = inverse @ step
    return S, inverse


@st.composite
def covariances(draw: Draw, d: int) -> Array:
    """R Rᵀ + I: symmetric, positive definite, no eigenvalue below 1, exact."""
    R = draw(dyadic(d, d))
    return np.asarray(R @ R.T + np.eye(d))


@st.composite
def rotations(draw: Draw, d: int) -> Array:
    """Orthogonal matrices to rounding: a signed permutation, then up to three plane rotations."""
    Q = np.eye(d)[draw(permutations(d))] * np.array(
        draw(st.lists(st.sampled_from((-1.0, 1.0)), min_size=d, max_size=d))
    )
    if d > 1:
        planes = st.tuples(st.integers(0, d - 1), st.integers(0, d - 2), st.floats(-3.0, 3.0))
        for first, other, angle in draw(st.lists(planes, max_size=3)):
            second = other if other < first else other + 1
            turn = np.eye(d)
            turn[first, first] = turn[second, second] = np.cos(angle)
            turn[first, second], turn[second, first] = -np.sin(angle), np.sin(angle)
            Q = turn @ Q
    return np.asarray(Q)


@st.composite
def partitions(draw: Draw, number: int) -> list[range]:
    """0 … number−1 cut into consecutive, non-empty parts."""
    cuts = sorted(draw(st.sets(st.integers(1, number - 1)))) if number > 1 else []
    ends = [0, *cuts, number]
    return [range(start, stop) for start, stop in pairwise(ends)]
