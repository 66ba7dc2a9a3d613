"""Exact finite-width moments against known polynomials, and at n = 1, 2, 3 against the definition of the NTK."""

import re
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import prod
from typing import Any

import numpy as np
import pytest
from sympy import ZZ, Expr, Integer, Poly, Rational, Symbol, binomial, factorial2, symbols, xring

from symbolic import gram_moments
from symbolic.exact_arguments import Exact
from symbolic.wick import (
    LagError,
    ParameterError,
    left_right_cross_moment,
    ntk_entry_second_moment,
    ntk_gram_cross_moment,
    ntk_mean,
    ntk_part_means,
    ntk_part_second_moments,
    ntk_variance,
    right_gram_cross_moment,
    right_gram_entry_second_moment,
    right_gram_mean,
    right_gram_second_moment,
)

Polynomial = Any  # an element of a SymPy ring; SymPy has no types

n, inverse = Symbol("n", positive=True), Symbol("x")
ALL_LAGS = list(combinations_with_replacement(range(7), 2))
SMALL_LAGS = [(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2), (1, 3), (2, 3), (3, 3)]
MEANS = [  # theory page, C.3: numerators of n^0, n^-1, ...
    [1],
    [1],
    [1, 0, 2],
    [1, 0, 10, 4],
    [1, 0, 28, 28, 48],
    [1, 0, 62, 110, 468, 304],
    [1, 0, 118, 314, 2426, 3880, 3656],
]


def in_inverse_width(expression: Expr) -> Poly:
    """The expression as a polynomial in 1/n."""
    return Poly(expression.subs(n, 1 / inverse), inverse)


@pytest.mark.parametrize("j", range(7))
def test_mean_of_the_gram_matrix_is_the_known_polynomial(j: int) -> None:
    assert right_gram_mean(j, j, n) == sum(count * n**-power for power, count in enumerate(MEANS[j]))


def test_tied_weights_correlate_lags_one_and_three() -> None:
    assert right_gram_mean(1, 3, n) == 2 / n + n**-2
    assert right_gram_mean(1, 3, 8) == Rational(17, 64)


@pytest.mark.parametrize("j", range(7))
def test_variance_of_the_ntk_has_the_known_leading_term(j: int) -> None:
    assert in_inverse_width(ntk_variance(j, j, n)).coeff_monomial(inverse) == binomial(2 * j + 4, 3)


@pytest.mark.parametrize(("j", "k"), ALL_LAGS)
def test_ntk_tends_to_its_limit(j: int, k: int) -> None:
    assert in_inverse_width(ntk_mean(j, k, n)).eval(0) == (j + 2 if j == k else 0)
    assert in_inverse_width(ntk_variance(j, k, n)).eval(0) == 0


def test_limit_at_other_variances_is_rho() -> None:
    nu_w, nu_f, nu_c = symbols("nu_w nu_f nu_c")
    for j in range(5):
        rho = nu_c * (j * nu_f * nu_w ** (j - 1) + nu_w**j) + nu_f * nu_w**j
        mean = ntk_mean(j, j, n, nu_w=nu_w, nu_f=nu_f, nu_c=nu_c)
        assert (in_inverse_width(mean).eval(0) - rho).expand() == 0


class Definition:
    """The NTK at width n from its definition: polynomials in the entries of W and of columns f, g and rows c, d."""

    def __init__(self, width: int) -> None:
        entries = {"W": list(product(range(width), repeat=2))} | {name: list(range(width)) for name in "fgcd"}
        generators = [(name, index) for name, indices in entries.items() for index in indices]
        domain, symbols_ = xring([f"x{i}" for i in range(len(generators))], ZZ)
        self.width, self.zero = width, domain.zero
        self.symbol = dict(zip(generators, symbols_, strict=True))
        self.names = [name for name, _ in generators]

    def impulse_response(self, lag: int, output: str, column: str) -> Polynomial:
        """c^T W^lag f, which is n^{(lag+1)/2} L_lag."""
        units, symbol = range(self.width), self.symbol
        state = [symbol[column, i] for i in units]
        for _ in range(lag):
            state = [sum((symbol["W", (i, k)] * state[k] for k in units), self.zero) for i in units]
        return sum((symbol[output, i] * state[i] for i in units), self.zero)

    def parts(self, j: int, k: int, *, same_input: bool = True, same_output: bool = True) -> list[Polynomial]:
        """Σ_p ∂L_j/∂p ∂L_k/∂p over the entries p of C, of F and of W, times n^{(j+k+2)/2}."""
        one = self.impulse_response(j, "c", "f")
        other = self.impulse_response(k, "c" if same_output else "d", "f" if same_input else "g")
        sums = dict.fromkeys(("cd", "fg", "W"), self.zero)
        for (name, _), symbol in self.symbol.items():
            group = next(group for group in sums if name in group)
            sums[group] += one.diff(symbol) * other.diff(symbol)
        return list(sums.values())

    def expectation(self, polynomial: Polynomial, *, nu_w: Expr = 1, nu_f: Expr = 1, nu_c: Expr = 1) -> Expr:
        """Every entry is N(0, ν): E x^{2p} = ν^p (2p - 1)!!."""
        nu = {"W": nu_w, "f": nu_f, "g": nu_f, "c": nu_c, "d": nu_c}
        total = Integer(0)
        for powers, coefficient in polynomial.terms():
            if all(power % 2 == 0 for power in powers):
                moments = (nu[name] ** (p // 2) * factorial2(p - 1) for name, p in zip(self.names, powers, strict=True))
                total += int(coefficient) * prod(moments)
        return total

    def quadratic_form(self, vector: str, word: str | None) -> Polynomial:
        """c^T word c, and 1 if there is no word."""
        if word is None:
            return self.zero + 1
        units, symbol = range(self.width), self.symbol
        state = [symbol[vector, i] for i in units]
        for letter in reversed(word):
            entry = {"W": lambda i, k: symbol["W", (i, k)], "T": lambda i, k: symbol["W", (k, i)]}[letter]
            state = [sum((entry(i, k) * state[k] for k in units), self.zero) for i in units]
        return sum((symbol[vector, i] * state[i] for i in units), self.zero)


@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize(("j", "k"), list(combinations_with_replacement(range(4), 2)))
def test_words_are_the_ntk_for_every_matrix(width: int, j: int, k: int) -> None:
    """Moments alone cannot tell this: f^T W^j (W^T)^k f in place of f^T (W^T)^j W^k f changes none below j + k = 8."""
    definition = Definition(width)
    form = definition.quadratic_form
    parts = gram_moments._ntk_parts(j, k)
    assert definition.parts(j, k) == [
        sum((form("c", left) * form("f", right) for left, right in part), definition.zero) for part in parts
    ]


AT_SMALL_WIDTHS = [
    *((1, j, k) for j, k in ALL_LAGS),
    *((2, j, k) for j, k in SMALL_LAGS),
    *((3, j, k) for j, k in [(0, 1), (1, 1), (0, 2), (1, 2)]),
]


@pytest.mark.parametrize(("width", "j", "k"), AT_SMALL_WIDTHS)
def test_parts_from_the_definition(width: int, j: int, k: int) -> None:
    definition = Definition(width)
    parts = definition.parts(j, k)
    divisor = Integer(width) ** Rational(j + k + 2, 2)
    assert ntk_part_means(j, k, width) == tuple(definition.expectation(part) / divisor for part in parts)
    moments = ntk_part_second_moments(j, k, width)
    for p, q in combinations_with_replacement(range(3), 2):
        assert moments[p, q] == moments[q, p] == definition.expectation(parts[p] * parts[q]) / divisor**2
    assert right_gram_mean(j, k, width) == ntk_part_means(j, k, width)[0]
    if j == k:
        assert right_gram_second_moment(j, width) == moments[0, 0]


@pytest.mark.parametrize(
    ("width", "j", "k"),
    [
        *((1, j, k) for j, k in ALL_LAGS),
        *((2, j, k) for j, k in [(0, 1), (1, 1), (0, 2), (1, 2)]),
        (3, 0, 1),
        (3, 1, 1),
    ],
)
def test_products_of_different_lags_from_the_definition(width: int, j: int, k: int) -> None:
    definition = Definition(width)
    first, second = definition.parts(j, j), definition.parts(k, k)
    divisor = Integer(width) ** (j + k + 2)
    assert right_gram_cross_moment(j, k, width) == definition.expectation(first[0] * second[0]) / divisor
    assert left_right_cross_moment(j, k, width) == definition.expectation(first[1] * second[0]) / divisor
    kernel = sum(first, definition.zero)
    assert ntk_gram_cross_moment(j, k, width) == definition.expectation(kernel * second[0]) / divisor
    assert ntk_gram_cross_moment(j, k, width) == definition.expectation(kernel * second[1]) / divisor
    for same_input in (True, False):
        entry = definition.parts(j, k, same_input=same_input)[0]
        square = definition.expectation(entry**2) / divisor
        assert right_gram_entry_second_moment(j, k, width, same_input=same_input) == square


@pytest.mark.parametrize(("j", "k"), [(0, 0), (3, 3), (2, 4), (6, 6)])
def test_products_of_equal_lags_are_the_known_squares(j: int, k: int) -> None:
    assert right_gram_cross_moment(j, j, n) == right_gram_second_moment(j, n)
    assert right_gram_entry_second_moment(j, j, n) == right_gram_second_moment(j, n)
    assert right_gram_cross_moment(j, k, n) == right_gram_cross_moment(k, j, n)
    assert left_right_cross_moment(j, k, n) == left_right_cross_moment(k, j, n)


@pytest.mark.parametrize("same_output", [True, False])
@pytest.mark.parametrize("same_input", [True, False])
@pytest.mark.parametrize(("width", "j", "k"), AT_SMALL_WIDTHS)
def test_entries_from_the_definition(width: int, j: int, k: int, same_input: bool, same_output: bool) -> None:
    definition = Definition(width)
    entry = sum(definition.parts(j, k, same_input=same_input, same_output=same_output), definition.zero)
    expected = definition.expectation(entry**2) / Integer(width) ** (j + k + 2)
    assert ntk_entry_second_moment(j, k, width, same_input=same_input, same_output=same_output) == expected


@pytest.mark.parametrize(("width", "j", "k"), [(1, 5, 5), (1, 4, 6), (1, 2, 3), (2, 0, 0), (2, 1, 3), (2, 2, 2)])
def test_other_variances_from_the_definition(width: int, j: int, k: int) -> None:
    nu = {"nu_w": Rational(3, 5), "nu_f": Rational(7, 2), "nu_c": Rational(2, 11)}
    definition = Definition(width)
    kernel = sum(definition.parts(j, k), definition.zero)
    mean = definition.expectation(kernel, **nu) / Integer(width) ** Rational(j + k + 2, 2)
    second_moment = definition.expectation(kernel**2, **nu) / Integer(width) ** (j + k + 2)
    assert ntk_mean(j, k, width, **nu) == mean
    assert ntk_variance(j, k, width, **nu) == second_moment - mean**2


def test_symbolic_variances_agree_with_rational_ones() -> None:
    nu = dict(zip(symbols("nu_w nu_f nu_c"), (Rational(3, 5), Rational(7, 2), 0), strict=True))
    w, f, c = nu
    for j, k in ALL_LAGS[:16]:
        for moment in (ntk_mean, ntk_variance):
            symbolic = moment(j, k, n, nu_w=w, nu_f=f, nu_c=c).subs(nu).subs(n, 9)
            assert symbolic == moment(j, k, 9, nu_w=nu[w], nu_f=nu[f], nu_c=nu[c])


@pytest.mark.parametrize(("j", "k"), [(0, 3), (2, 4), (3, 4)])
def test_lags_can_be_exchanged(j: int, k: int) -> None:
    assert right_gram_mean(j, k, n) == right_gram_mean(k, j, n)
    assert ntk_mean(j, k, n) == ntk_mean(k, j, n)
    assert ntk_variance(j, k, n) == ntk_variance(k, j, n)
    assert ntk_part_second_moments(j, k, n) == ntk_part_second_moments(k, j, n)


@pytest.mark.parametrize("width", [3, Fraction(7, 2), Rational(7, 2), np.int64(3), Symbol("m"), 2 * Symbol("m") + 1])
def test_any_exact_width_is_substituted(width: Exact) -> None:
    for moment in (right_gram_mean(2, 4, width), ntk_mean(3, 3, width), ntk_variance(1, 2, width)):
        assert not moment.has(n)
    assert ntk_variance(1, 2, width) == ntk_variance(1, 2, n).subs(n, width)


def test_zero_variances_leave_the_other_parts() -> None:
    assert ntk_mean(0, 0, n, nu_w=0) == 2
    assert ntk_mean(1, 1, n, nu_w=0) == 1
    assert ntk_variance(0, 0, n, nu_w=0) == ntk_variance(0, 0, n)
    assert ntk_variance(0, 1, n, nu_w=0) == 0
    assert ntk_mean(4, 4, n, nu_f=0) == ntk_part_means(4, 4, n)[1]


@pytest.mark.parametrize("lag", [-1, 1.0, Rational(1, 2), "2", None])
@pytest.mark.parametrize(
    "moment",
    [
        lambda lag: right_gram_mean(lag, 2, n),
        lambda lag: right_gram_second_moment(lag, n),
        lambda lag: ntk_mean(2, lag, n),
        lambda lag: ntk_variance(lag, 2, n),
        lambda lag: ntk_part_means(lag, 2, n),
        lambda lag: ntk_part_second_moments(2, lag, n),
        lambda lag: ntk_entry_second_moment(lag, 2, n, same_input=True, same_output=False),
        lambda lag: right_gram_cross_moment(2, lag, n),
        lambda lag: right_gram_entry_second_moment(lag, 2, n),
        lambda lag: left_right_cross_moment(lag, 2, n),
        lambda lag: ntk_gram_cross_moment(2, lag, n),
    ],
)
def test_impossible_lag_is_an_error_that_names_it(moment: Callable[[object], object], lag: object) -> None:
    with pytest.raises(LagError, match=re.escape(repr(lag))):
        moment(lag)


def test_too_large_lag_is_an_error() -> None:
    with pytest.raises(LagError, match=r"up to j [+] k = 14; got j = 8, k = 7"):
        ntk_variance(8, 7, n)
    with pytest.raises(LagError, match=r"up to j [+] k = 30; got j = 16, k = 15"):
        right_gram_mean(16, 15, n)


@pytest.mark.parametrize("width", [0, -2, 8.0, np.float64(8), "n", 1.5 * n, None])
def test_impossible_width_is_an_error_that_names_it(width: Exact) -> None:
    with pytest.raises(ParameterError, match=re.escape(repr(width))):
        right_gram_mean(2, 2, width)


@pytest.mark.parametrize("name", ["nu_w", "nu_f", "nu_c"])
@pytest.mark.parametrize("value", [0.9, -1, "1/2"])
def test_impossible_variance_is_an_error_that_names_it(name: str, value: Exact) -> None:
    for moment in (ntk_mean, ntk_variance):
        with pytest.raises(ParameterError, match=f"{name}.*{re.escape(repr(value))}"):
            moment(1, 1, n, **{name: value})
