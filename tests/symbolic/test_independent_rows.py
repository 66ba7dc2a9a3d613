"""Averages over independent rows against sums over all outcomes of a law with few of them."""

import itertools

import pytest
import sympy as sp

from symbolic import gaussian_sum
from symbolic import independent_rows as rows
from symbolic.gram_distance import WIDTH
from symbolic.row_coupling import mean_trace, squared_bound

OUTCOMES = (sp.Integer(-1), sp.Integer(2), sp.Rational(1, 2))  # of equal probability
X = sp.Symbol("x", real=True)


def of_outcomes(power: int) -> sp.Expr:
    return sp.Add(*(value**power for value in OUTCOMES)) / len(OUTCOMES)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize("p", [1, 2, 3])
def test_the_mean_square_of_an_average_is_that_over_all_samples(n: int, p: int) -> None:
    term = X**p - of_outcomes(p)
    samples = itertools.product(OUTCOMES, repeat=n)
    brute = sp.Add(*((sp.Add(*(term.subs(X, value) for value in s)) / n) ** 2 for s in samples)) / 3**n
    assert rows.squared_average(term, [X], n, of_outcomes) == brute
    assert rows.squared_average_by_expansion(term, [X], n, of_outcomes) == brute


def test_a_term_whose_mean_is_not_zero_keeps_its_square() -> None:
    assert rows.squared_average(X + 1, [X], sp.oo, of_outcomes) is sp.nan  # no number of rows
    limit = sp.limit(rows.squared_average(X + 1, [X], WIDTH, of_outcomes), WIDTH, sp.oo)
    assert limit == (of_outcomes(1) + 1) ** 2
    assert rows.squared_average(X, [X], 5, of_outcomes, alike=True) == of_outcomes(2)


@pytest.mark.parametrize(("T", "n"), [(1, 1), (2, 1), (1, 4), (3, 2), (2, 3)])
def test_the_covariance_of_a_sample_fluctuates_by_its_entries(T: int, n: int) -> None:
    assert rows.covariance_fluctuation(T, n) == rows.fluctuation_by_expansion(T, n) == sp.Rational(T * (T + 1), n)


def test_expectations_take_symbols_for_moments() -> None:
    y = sp.Symbol("y", real=True)
    m = rows.unknown_moment
    assert sp.expand(rows.expectation(3 * X**2 * y + y**4 + 1, [X, y], m) - (3 * m(2) * m(1) + m(4) + 1)) == 0
    assert rows.expectation(X**4, [X], gaussian_sum.moment) == 3


def test_the_bound_on_the_coupling_is_its_two_parts() -> None:
    """One lag: E (G_00 − 1)² = 2/n, and S has the same law: 2·2/n + 2·2/n."""
    for growing in (False, True):
        assert squared_bound(1, 1, 1, growing=growing) == 8 / WIDTH
    nu_w, nu_f = sp.Rational(1, 4), sp.Integer(3)
    shrinking = squared_bound(2, nu_w, nu_f, growing=False)
    assert shrinking.subs(WIDTH, 10) > squared_bound(2, 1, nu_f, growing=False).subs(WIDTH, 10)
    assert sp.limit(mean_trace(3, nu_w, nu_f), WIDTH, sp.oo) == nu_f * (1 + nu_w + nu_w**2)


@pytest.mark.parametrize(("nu_w", "growing"), [("1/2", False), ("2", True)])
def test_the_side_of_the_bound_follows_the_variances(nu_w: str, growing: bool) -> None:
    """With λ_min and λ_max exchanged the bound is not the same: the right one is the larger."""
    right, wrong = (
        squared_bound(3, sp.Rational(nu_w), 1, growing=side).subs(WIDTH, 50) for side in (growing, not growing)
    )
    assert right > wrong
