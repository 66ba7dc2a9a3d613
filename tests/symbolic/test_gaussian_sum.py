"""Gaussian expectations against Isserlis' sum over pairings, and perturbations against differentiation."""

from collections.abc import Sequence

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic import gaussian_sum as g
from symbolic.conditioning import matrix

small = st.integers(-3, 3)


def pairings(indices: Sequence[int]) -> int:
    """E of a product of standard Gaussians: the number of ways to pair equal indices."""
    if not indices:
        return 1
    first, rest = indices[0], indices[1:]
    return sum(pairings(rest[:i] + rest[i + 1 :]) for i, index in enumerate(rest) if index == first)


@pytest.mark.parametrize("power", range(7))
def test_moments_are_double_factorials(power: int) -> None:
    assert g.moment(power) == (0 if power % 2 else sp.factorial2(power - 1))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2), max_size=6), small)
def test_expectation_is_the_sum_over_pairings(indices: list[int], constant: int) -> None:
    v = sp.symbols("v0:3")
    polynomial = sp.Mul(*(v[i] for i in indices)) + constant
    assert g.expectation(polynomial, v) == pairings(indices) + constant


def test_expectation_keeps_other_symbols_and_fractions() -> None:
    v, a = sp.symbols("v a")
    assert g.expectation((a * v + sp.Rational(1, 2)) ** 2, [v]) == a**2 + sp.Rational(1, 4)


def test_expectation_under_another_law() -> None:
    v = sp.Symbol("v")
    assert g.expectation(v**4, [v], law=lambda power: sp.Rational(1, power + 1)) == sp.Rational(1, 5)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_cayley_matrices_are_orthonormal_and_not_constant(size: int) -> None:
    Q = g.cayley(size)
    assert (Q * Q.T - sp.eye(size)).applyfunc(sp.cancel).is_zero_matrix
    assert len(Q.free_symbols) == size * (size - 1) // 2


@settings(max_examples=25, deadline=None)
@given(st.lists(small, min_size=6, max_size=6))
def test_variance_of_a_product_is_that_of_isserlis(numbers: list[int]) -> None:
    a, b = sp.Matrix([numbers[:3]]), sp.Matrix([numbers[3:]])
    assert g.product_variance(a, b) == a.dot(a) * b.dot(b) + a.dot(b) ** 2


def test_outer_mean_and_sum_are_the_product_with_the_transpose() -> None:
    A, B = matrix("a", 2, 3), matrix("b", 1, 3)
    assert (g.outer_mean(A, B) - A * B.T).expand().is_zero_matrix
    assert (g.outer_sum(A, B, sp.eye(3)) - A * B.T).expand().is_zero_matrix


@settings(max_examples=10, deadline=None)
@given(st.lists(small, min_size=22, max_size=22))
def test_perturbation_is_the_part_of_first_order(numbers: list[int]) -> None:
    """y(θ + εΔ) at numbers is a polynomial in ε; the coefficient of ε is δy."""
    step, scale = sp.Symbol("epsilon"), sp.Rational(1, 2)
    n, T = 2, 3
    rows = iter(numbers)
    weights, moves = (
        tuple(sp.Matrix(r, c, lambda *_: next(rows)) for r, c in ((n, n), (n, 1), (1, n))) for _ in range(2)
    )
    x = [sp.Matrix([next(rows)]) for _ in range(T)]
    moved = tuple(weight + step * move for weight, move in zip(weights, moves, strict=True))
    expected = g.run(moved, x, scale).applyfunc(lambda e: sp.expand(e).coeff(step, 1))
    assert (g.perturbation(weights, moves, x, scale) - expected).expand().is_zero_matrix


def test_sum_over_basis_of_the_smallest_network() -> None:
    """y_0 = s c f x: K = s² x z (f² + c²); W does not act at time 0."""
    weights = matrix("w", 1, 1), matrix("f", 1, 1), matrix("c", 1, 1)
    x, z = sp.symbols("x z")
    kernel = g.sum_over_basis(weights, [sp.Matrix([x])], [sp.Matrix([z])], sp.Rational(1, 3))
    f, c = weights[1][0], weights[2][0]
    assert sp.expand(kernel[0, 0] - x * z * (f**2 + c**2) / 9) == 0


def test_pairings_themselves() -> None:
    assert [pairings([0] * (2 * k)) for k in range(4)] == [1, 1, 3, 15]
    assert pairings([0, 0, 1, 1]) == 1
    assert pairings([0, 1]) == 0
