"""The geometric bounds against brute force over lags and a numerical maximum over the reals."""

import itertools
from collections.abc import Iterator
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize

from symbolic import decay
from symbolic.decay import A, B, R, T, best_constant
from symbolic.errors import DerivationError, ParameterRangeError
from symbolic.scaling import LAG, NU_C, NU_F, NU_W, scaling_factor

fractions = st.fractions(min_value=Fraction(1, 20), max_value=3, max_denominator=20)
stable = st.fractions(min_value=Fraction(1, 20), max_value=Fraction(19, 20), max_denominator=20)
LAST = 120  # beyond it (a + b j)(ν_W/λ)^j falls for every case below: t* ≤ 1/ln(λ/ν_W) ≤ 38


def exact(*values: Fraction) -> list[sp.Rational]:
    return [sp.Rational(value.numerator, value.denominator) for value in values]


def factors(nu_w: Fraction, nu_f: Fraction, nu_c: Fraction) -> list[Fraction]:
    """ρ_0 … by stepping the recursion."""
    q, moved, found = nu_f, Fraction(1), []
    for _ in range(LAST):
        found.append(nu_c * moved + q)
        q, moved = nu_w * q, nu_w * moved + q
    return found


def test_the_linear_form_is_the_factor() -> None:
    a, b = decay.linear_form()
    assert a == NU_C + NU_F
    assert sp.simplify(b - NU_C * NU_F / NU_W) == 0
    assert sp.simplify(scaling_factor(LAG, NU_W, NU_F, NU_C) - (a + b * LAG) * NU_W**LAG) == 0


def test_the_maximiser_is_where_the_profile_is_stationary_and_bends_down() -> None:
    profile, peak = decay.rate_profile(), decay.maximiser()
    assert sp.simplify(sp.diff(profile, T).subs(T, peak)) == 0
    assert sp.simplify(peak - (1 / R - A / B)) == 0
    assert sp.simplify(sp.diff(profile, T, 2).subs(T, peak)).is_negative


@given(stable, fractions, fractions, st.integers(1, 10))
def test_the_constant_over_lags_is_their_maximum(nu_w: Fraction, nu_f: Fraction, nu_c: Fraction, step: int) -> None:
    lam = nu_w + (1 - nu_w) * Fraction(step, 10)
    assume(nu_w / lam < Fraction(97, 100))
    brute = max(value / lam**j for j, value in enumerate(factors(nu_w, nu_f, nu_c)))
    found = best_constant(*exact(lam, nu_w, nu_f, nu_c), integer=True)
    assert [found] == exact(brute)  # attained at a lag, and never exceeded


@given(stable, fractions, fractions, st.integers(1, 10))
def test_the_constant_over_the_reals_bounds_every_lag_and_is_the_numerical_maximum(
    nu_w: Fraction, nu_f: Fraction, nu_c: Fraction, step: int
) -> None:
    lam = nu_w + (1 - nu_w) * Fraction(step, 10)
    assume(nu_w / lam < Fraction(97, 100))
    constant = float(best_constant(*exact(lam, nu_w, nu_f, nu_c)))
    rounding = 1 + 1e-13  # of a handful of operations in double precision
    assert all(float(value / lam**j) <= constant * rounding for j, value in enumerate(factors(nu_w, nu_f, nu_c)))

    def profile(t: float) -> float:
        return float(nu_c + nu_f + nu_c * nu_f / nu_w * t) * float(nu_w / lam) ** t

    highest = optimize.minimize_scalar(
        lambda t: -profile(t), bounds=(0.0, LAST), method="bounded", options={"xatol": 1e-9}
    )
    assert constant == pytest.approx(max(profile(0.0), -highest.fun), rel=1e-9)  # flat: an error of 1e-9 in t is 1e-18


@given(stable, fractions, fractions)
def test_the_lags_need_no_more_than_the_reals(nu_w: Fraction, nu_f: Fraction, nu_c: Fraction) -> None:
    numbers = exact((1 + nu_w) / 2, nu_w, nu_f, nu_c)
    assert float(best_constant(*numbers, integer=True)) <= float(best_constant(*numbers)) * (1 + 1e-13)


def test_between_two_lags_the_profile_may_be_four_times_as_high() -> None:
    numbers = exact(Fraction(99, 100), Fraction(1, 100), Fraction(1), Fraction(1))
    assert best_constant(*numbers, integer=True) / best_constant(*numbers) < sp.Rational(1, 4)


def test_the_constant_grows_without_bound_as_the_rate_falls_to_the_variance() -> None:
    half = sp.Rational(1, 2)
    values = [float(best_constant(half + sp.Rational(1, 10**k), half, 1, 1)) for k in range(1, 8)]
    assert all(9 < later / earlier < 11 for earlier, later in itertools.pairwise(values[2:]))  # like 1/r


def test_where_the_profile_only_falls_the_constant_is_its_start() -> None:
    assert best_constant(2, 1, 1, 1) == 2


@given(stable, fractions, fractions)
def test_the_factor_falls_exactly_from_the_onset_on(nu_w: Fraction, nu_f: Fraction, nu_c: Fraction) -> None:
    onset = decay.onset().subs(dict(zip((NU_W, NU_F, NU_C), exact(nu_w, nu_f, nu_c), strict=True)))
    values = factors(nu_w, nu_f, nu_c)
    for j in range(60):
        assert (values[j + 1] <= values[j]) == bool(onset <= j)


def test_the_onset_of_the_recorded_example_is_seven_and_a_fifth() -> None:
    assert decay.onset().subs({NU_W: sp.Rational(9, 10), NU_F: 1, NU_C: 1}) == sp.Rational(36, 5)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ((0.5, 0.9, 1, 1), "the rate λ is 0.50*; it must be a number above ν_W = 0.9"),
        ((0.9, 0.9, 1, 1), "it must be a number above ν_W = 0.9"),
        ((sp.Symbol("x"), 0.5, 1, 1), "the rate λ is x; it must be a number"),
        ((0.9, NU_W, 1, 1), "ν_W = nu_W, itself a number"),
        ((0.9, -0.5, 1, 1), "the variance nu_W is -0.5"),
        ((0.9, 0.5, 0, 1), "the variance nu_F is 0"),
        ((0.9, 0.5, 1, -1), "the variance nu_C is -1"),
        ((sp.I, 0.5, 1, 1), "it must be a number above"),
    ],
)
@pytest.mark.parametrize("integer", [False, True])
def test_numbers_out_of_range_are_named(numbers: tuple, message: str, integer: bool) -> None:
    with pytest.raises(ParameterRangeError, match=message):
        best_constant(*numbers, integer=integer)


@pytest.fixture
def _forgetful() -> Iterator[None]:
    """Derivations are kept in memory; a test that breaks them starts and ends with none."""
    for cached in (decay.maximiser, decay.onset):
        cached.cache_clear()
    yield
    for cached in (decay.maximiser, decay.onset):
        cached.cache_clear()


@pytest.mark.usefixtures("_forgetful")
@pytest.mark.parametrize("roots", [[], [sp.Integer(0), sp.Integer(1)]])
def test_no_root_or_two_are_not_taken_for_one(roots: list, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sp, "solve", lambda *_: roots)
    with pytest.raises(DerivationError, match="not one"):
        decay.maximiser()
    with pytest.raises(DerivationError, match="not one"):
        decay.onset()
