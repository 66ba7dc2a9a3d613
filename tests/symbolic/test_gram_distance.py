"""E ‖G − D‖_F² against expectations taken monomial by monomial at n = 1 and 2, and against the other Wick module."""

from collections.abc import Iterator
from functools import cache
from itertools import product

import pytest
import sympy as sp

from symbolic import gram_distance, wick
from symbolic.gram_distance import WIDTH, combination_moments, cross_moment, deviation, gram_mean, squared_distance


@cache
def grams(n: int, largest: int) -> dict[tuple[int, int], sp.Expr]:
    """G_jk as polynomials in the entries of W and f."""
    W = sp.Matrix(n, n, lambda i, k: sp.Symbol(f"w{i}{k}"))
    f = sp.Matrix(n, 1, lambda i, _: sp.Symbol(f"f{i}"))
    r = [f]
    for _ in range(largest):
        r.append((W * r[-1]).applyfunc(sp.expand))
    scale = [sp.Integer(n) ** sp.Rational(-j, 2) for j in range(largest + 1)]
    lags = range(largest + 1)
    return {(j, k): sp.expand((r[j].T * r[k])[0] * scale[j] * scale[k] / n) for j, k in product(lags, lags)}


def expectation(polynomial: sp.Expr) -> sp.Expr:
    """E of a polynomial in independent standard Gaussians: z^{2m} ↦ (2m − 1)!!, odd powers ↦ 0."""

    def terms() -> Iterator[sp.Expr]:
        poly = sp.Poly(polynomial)
        for powers, coefficient in poly.terms():
            if all(power % 2 == 0 for power in powers):
                yield coefficient * sp.prod(sp.factorial2(power - 1) for power in powers)

    return sp.Add(*terms()) if polynomial.free_symbols else polynomial


@pytest.mark.parametrize(("n", "largest"), [(1, 4), (2, 2)])
def test_moments_monomial_by_monomial(n: int, largest: int) -> None:
    found = grams(n, largest)
    pairs = [(j, k) for j in range(largest + 1) for k in range(j, largest + 1)]
    for lags in pairs:
        assert sp.simplify(gram_mean(lags).subs(WIDTH, n) - expectation(found[lags])) == 0
        limit = int(lags[0] == lags[1])
        assert sp.simplify(deviation(lags).subs(WIDTH, n) - expectation(sp.expand((found[lags] - limit) ** 2))) == 0
    for first, second in product(pairs, pairs):
        if sum(first) + sum(second) <= 2 * largest:
            expected = expectation(sp.expand(found[first] * found[second]))
            assert sp.simplify(cross_moment(first, second).subs(WIDTH, n) - expected) == 0


@pytest.mark.parametrize("j", range(7))
def test_diagonal_agrees_with_wick(j: int) -> None:
    assert sp.expand(cross_moment((j, j), (j, j)) - wick.right_gram_second_moment(j, WIDTH)) == 0
    assert sp.expand(gram_mean((j, j)) - wick.right_gram_mean(j, j, WIDTH)) == 0


def test_squared_distance_is_the_sum_over_all_entries() -> None:
    nu_w, nu_f = sp.Rational(1, 3), sp.Rational(5, 2)
    found = grams(2, 2)
    limits = [nu_f * nu_w**j for j in range(3)]
    scaled = {lags: nu_f * sp.sqrt(nu_w) ** sum(lags) * gram for lags, gram in found.items()}
    expected = sum(
        expectation(sp.expand((scaled[j, k] - (limits[j] if j == k else 0)) ** 2))
        for j, k in product(range(3), range(3))
    )
    assert sp.simplify(squared_distance(3, nu_w, nu_f).subs(WIDTH, 2) - expected) == 0
    assert gram_distance.limit_gram(3, nu_w, nu_f) == limits


def test_combinations_are_quadratic_forms_of_the_gram() -> None:
    c, nu_w, nu_f = (2, -1, 3), sp.Rational(1, 4), sp.Integer(3)
    found = grams(2, 2)
    q = sum(c[j] * c[k] * nu_f * sp.sqrt(nu_w) ** (j + k) * found[j, k] for j, k in product(range(3), range(3)))
    mean, square = combination_moments(c, nu_w, nu_f)
    assert sp.simplify(mean.subs(WIDTH, 2) - expectation(sp.expand(q))) == 0
    assert sp.simplify(square.subs(WIDTH, 2) - expectation(sp.expand(q**2))) == 0


def test_a_forgotten_pairing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dropping one of the three pairings of f with itself changes the moments that the tests above compare."""
    right = cross_moment((0, 1), (0, 1))
    monkeypatch.setattr(gram_distance, "transpose", lambda word: word)
    assert sp.expand(gram_distance.cross_moment.__wrapped__((0, 1), (0, 1)) - right) != 0
