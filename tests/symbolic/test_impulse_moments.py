"""Moments of ‖L_j‖_F² against the expansion of its definition in the entries of W, F and C at small widths."""

from itertools import product
from math import prod
from typing import Any

import pytest
from sympy import ZZ, Integer, Rational, Symbol, expand, factorial2, symbols, xring

from symbolic import impulse_moments
from symbolic.exact_arguments import LagError, ParameterError
from symbolic.impulse_moments import squared_norm_moment, squared_norm_variance
from symbolic.wick import right_gram_cross_moment, right_gram_entry_second_moment, right_gram_second_moment

Polynomial = Any

n, x, y = symbols("n x y", positive=True)


def squared_norm(width: int, n_x: int, n_y: int, lags: tuple[int, ...]) -> Polynomial:
    """Π n^{1+j} ‖L_j‖_F² as a polynomial in the entries."""
    count = width * width + width * n_x + n_y * width
    ring, entries = xring([f"z{i}" for i in range(count)], ZZ)
    W = [list(entries[i * width : (i + 1) * width]) for i in range(width)]
    rest = entries[width * width :]
    F = [[rest[i * n_x + b] for i in range(width)] for b in range(n_x)]
    C = [[rest[width * n_x + a * width + i] for i in range(width)] for a in range(n_y)]
    total = ring.one
    for lag in lags:
        energy = ring.zero
        for row, column in product(C, F):
            state = column
            for _ in range(lag):
                state = [sum((W[i][k] * state[k] for k in range(width)), ring.zero) for i in range(width)]
            energy += sum((row[i] * state[i] for i in range(width)), ring.zero) ** 2
        total *= energy
    return total


def expectation(polynomial: Polynomial) -> Integer:
    """All entries are independent N(0, 1)."""
    return sum(
        int(coefficient) * prod(factorial2(power - 1) for power in powers)
        for powers, coefficient in polynomial.terms()
        if all(power % 2 == 0 for power in powers)
    )


CASES = [
    (1, 1, 1, (3,)), (1, 2, 3, (2,)), (2, 1, 1, (2,)), (2, 2, 1, (1,)), (2, 2, 2, (1,)), (3, 1, 2, (1,)),
    (1, 1, 1, (2, 3)), (1, 2, 2, (1, 1)), (1, 3, 2, (0, 1)), (2, 1, 1, (1, 1)), (2, 2, 1, (0, 1)), (2, 1, 2, (1, 1)),
    (2, 2, 2, (0, 0)), (2, 2, 2, (0, 1)), (1, 2, 1, (0, 1, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("width", "n_x", "n_y", "lags"), CASES)
def test_moments_from_the_definition(width: int, n_x: int, n_y: int, lags: tuple[int, ...]) -> None:
    expected = expectation(squared_norm(width, n_x, n_y, lags)) / Integer(width) ** (len(lags) + sum(lags))
    assert squared_norm_moment(*lags, n=width, n_x=n_x, n_y=n_y) == expected


@pytest.mark.parametrize("j", range(5))
def test_one_input_or_output_is_a_chi_square_given_the_gram(j: int) -> None:
    square = right_gram_second_moment(j, n)
    assert expand(squared_norm_moment(j, j, n=n, n_y=y) - y * (y + 2) * square) == 0
    assert expand(squared_norm_moment(j, j, n=n, n_x=x) - x * (x + 2) * square) == 0


@pytest.mark.parametrize(("j", "k"), [(0, 1), (1, 3), (2, 4), (4, 4)])
def test_products_of_squares_from_the_gram(j: int, k: int) -> None:
    by_gram = right_gram_cross_moment(j, k, n) + 2 * right_gram_entry_second_moment(j, k, n)
    assert expand(squared_norm_moment(j, k, n=n) - by_gram) == 0


def test_inputs_and_outputs_can_be_exchanged() -> None:
    one, other = squared_norm_moment(2, 3, n=n, n_x=x, n_y=y), squared_norm_moment(2, 3, n=n, n_x=y, n_y=x)
    assert expand(one - other) == 0


def test_variances_scale_the_moments() -> None:
    nu = {"nu_w": Rational(3, 5), "nu_f": Rational(7, 2), "nu_c": Rational(2, 11)}
    scale = Rational(3, 5) ** 3 * Rational(7, 2) * Rational(2, 11)
    assert expand(squared_norm_moment(3, n=n, **nu) - scale * squared_norm_moment(3, n=n)) == 0
    assert expand(squared_norm_variance(3, n=n, **nu) - scale**2 * squared_norm_variance(3, n=n)) == 0


@pytest.mark.parametrize("forgotten", range(3))
def test_a_forgotten_pairing_is_noticed(forgotten: int, monkeypatch: pytest.MonkeyPatch) -> None:
    complete = impulse_moments.pairings

    def incomplete(places: list[int]) -> list[dict[int, int]]:
        return [pairing for i, pairing in enumerate(complete(places)) if i != forgotten]

    monkeypatch.setattr(impulse_moments, "pairings", incomplete)
    impulse_moments._counts.cache_clear()
    try:
        expected = expectation(squared_norm(2, 2, 2, (0, 1))) / Integer(8)
        assert squared_norm_moment(0, 1, n=2, n_x=2, n_y=2) != expected
    finally:
        impulse_moments._counts.cache_clear()


def test_impossible_arguments_are_errors() -> None:
    with pytest.raises(LagError):
        squared_norm_moment(-1, n=n)
    with pytest.raises(LagError, match="up to"):
        squared_norm_moment(9, 8, n=n)
    with pytest.raises(ParameterError, match="width"):
        squared_norm_moment(1, n=0)
    with pytest.raises(ParameterError, match="nu_w"):
        squared_norm_moment(1, n=n, nu_w=0.5)
    assert squared_norm_moment(1, n=Symbol("m")).has(Symbol("m")) is False  # E L_1² is 1 at every width
