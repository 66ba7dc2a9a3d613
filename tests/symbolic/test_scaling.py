"""The scaling factors against the recursion stepped with rationals, their symmetries, and SymPy that errs."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symbolic import scaling
from symbolic.errors import DerivationError, ParameterRangeError
from symbolic.scaling import LAG, NU_C, NU_F, NU_W, scaling_factor, scaling_parts

variances = st.fractions(min_value=Fraction(1, 50), max_value=3, max_denominator=50)
three = st.tuples(variances, variances, variances)
lags = st.integers(0, 12)


def stepped(lag: int, nu_w: Fraction, nu_f: Fraction, nu_c: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """(from C, from F, from W) by stepping the variances of q_j, of M^j ΔF and of Σ M^i ΔW M^(j−1−i) F."""
    q, by_f, by_w = nu_f, Fraction(1), Fraction(0)
    for _ in range(lag):
        q, by_f, by_w = nu_w * q, nu_w * by_f, nu_w * by_w + q
    return q, nu_c * by_f, nu_c * by_w


def exact(values: tuple[Fraction, ...]) -> list[sp.Rational]:
    return [sp.Rational(value.numerator, value.denominator) for value in values]


@given(lags, three)
def test_each_part_is_what_the_recursion_steps_to(lag: int, nu: tuple[Fraction, Fraction, Fraction]) -> None:
    assert list(scaling_parts(lag, *exact(nu))) == exact(stepped(lag, *nu))
    assert scaling_factor(lag, *exact(nu)) == sum(exact(stepped(lag, *nu)))


@pytest.mark.parametrize("lag", [*range(6), LAG])
def test_the_parts_and_their_sum_are_those_of_the_paper(lag: sp.Expr | int) -> None:
    from_c, from_f, from_w = scaling_parts(lag, NU_W, NU_F, NU_C)
    assert sp.simplify(from_c - NU_F * NU_W**lag) == 0
    assert sp.simplify(from_f - NU_C * NU_W**lag) == 0
    assert sp.simplify(from_w - lag * NU_C * NU_F * NU_W ** (lag - 1)) == 0
    stated = NU_C * (lag * NU_F * NU_W ** (lag - 1) + NU_W**lag) + NU_F * NU_W**lag
    assert sp.simplify(scaling_factor(lag, NU_W, NU_F, NU_C) - stated) == 0


def test_the_recorded_example_rises_to_its_peak_at_lag_eight() -> None:
    nine_tenths = sp.Rational(9, 10)
    values = [scaling_factor(j, nine_tenths, 1, 1) for j in range(20)]
    assert [float(value) for value in values[:3]] == [2.0, 2.8, 3.42]
    assert values.index(max(values)) == 8
    assert round(float(max(values)), 2) == 4.69


@given(lags, three, st.integers(0, 2))
def test_a_larger_variance_gives_a_larger_factor(lag: int, nu: tuple[Fraction, ...], which: int) -> None:
    larger = list(nu)
    larger[which] *= Fraction(11, 10)
    smaller, bigger = scaling_factor(lag, *exact(nu)), scaling_factor(lag, *exact(tuple(larger)))
    assert bigger > smaller or (which == 0 and lag == 0 and bigger == smaller)


@given(lags, three, variances)
def test_parts_are_homogeneous(lag: int, nu: tuple[Fraction, ...], factor: Fraction) -> None:
    """C and F enter once each; W enters the parts of C and F by the j-th power, its own by one less."""
    c, f, w = scaling_parts(lag, *exact(nu))
    (t,) = exact((factor,))
    nu_w, nu_f, nu_c = exact(nu)
    assert scaling_parts(lag, nu_w, t * nu_f, nu_c) == (t * c, f, t * w)
    assert scaling_parts(lag, nu_w, nu_f, t * nu_c) == (c, t * f, t * w)
    assert scaling_parts(lag, t * nu_w, nu_f, nu_c) == (t**lag * c, t**lag * f, t ** (lag - 1) * w)


@given(lags, three)
def test_reading_in_and_reading_out_are_alike(lag: int, nu: tuple[Fraction, ...]) -> None:
    nu_w, nu_f, nu_c = exact(nu)
    assert scaling_factor(lag, nu_w, nu_f, nu_c) == scaling_factor(lag, nu_w, nu_c, nu_f)


def test_symbols_are_exchanged_at_once() -> None:
    x, y, z = sp.symbols("x y z", positive=True)
    one_by_one = scaling_factor(LAG, x, y, z).subs({x: NU_F, y: NU_C, z: NU_W})
    assert sp.expand(scaling_factor(LAG, NU_F, NU_C, NU_W) - one_by_one) == 0


def test_a_step_of_the_covariance_is_the_rule_of_the_lemma_written_out() -> None:
    p, q, r, move = sp.symbols("p q r m")
    step = scaling.covariance_step(sp.Matrix([[p, q], [q, r]]), move)
    assert step == sp.Matrix([[NU_W * p, NU_W * q], [NU_W * q, NU_W * r + move * p]])
    assert scaling.cross_covariance_step(sp.zeros(2, 2)) == sp.zeros(2, 2)


@pytest.mark.parametrize(("move_f", "move_w"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_the_variances_solve_their_recursion_whatever_is_moved(move_f: int, move_w: int) -> None:
    response, perturbation = scaling.perturbation_variance(move_f, move_w)
    assert (response.subs(LAG, 0), perturbation.subs(LAG, 0)) == (NU_F, move_f)
    for lag in range(5):
        before, after = (sp.diag(response.subs(LAG, j), perturbation.subs(LAG, j)) for j in (lag, lag + 1))
        assert sp.simplify(scaling.covariance_step(before, move_w) - after) == sp.zeros(2, 2)


# --- what is refused ---


@pytest.mark.parametrize("lag", [-1, 1.5, 2.0, sp.Rational(1, 2), sp.oo, sp.nan, sp.I, True])
def test_a_lag_must_be_a_whole_number(lag: Any) -> None:  # noqa: ANN401
    with pytest.raises(ParameterRangeError, match=r"the lag j is .*; it must be an integer >= 0"):
        scaling_factor(lag, 1, 1, 1)


@pytest.mark.parametrize("value", [0, -1, 0.0, sp.oo, sp.nan, sp.I, sp.zoo, 1 - sp.sqrt(2), True])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_variance_must_be_a_finite_number_above_zero(value: Any, place: int) -> None:  # noqa: ANN401
    nu: list[Any] = [1, 1, 1]
    nu[place] = value
    with pytest.raises(ParameterRangeError, match=f"the variance nu_{'WFC'[place]} is .*; it must be a finite number"):
        scaling_factor(2, *nu)


@pytest.mark.parametrize("value", [1e-300, 0.5, sp.sqrt(2) - 1, sp.pi, "9/10", Fraction(1, 3), NU_F])
def test_positive_numbers_of_any_kind_and_symbols_are_accepted(value: Any) -> None:  # noqa: ANN401
    assert scaling_factor(0, value, 1, 1) == 2


# --- SymPy that errs ---


@pytest.fixture
def _forgetful() -> Iterator[None]:
    """Derivations are kept in memory; a test that breaks them starts and ends with none."""
    caches = (scaling.perturbation_variance, scaling._generic_parts)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.mark.usefixtures("_forgetful")
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (sp.Integer(0), "does not satisfy"),  # what SymPy returns for some valid recurrences
        (NU_F * NU_W**LAG + 1, "does not satisfy"),
        (2 * NU_F * NU_W**LAG, "does not satisfy"),  # the recurrence without its initial value
        (None, "SymPy finds no solution"),
    ],
)
def test_a_solution_that_does_not_pass_its_own_check_is_refused(
    answer: sp.Expr | None, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sp, "rsolve", lambda *_: answer)
    with pytest.raises(DerivationError, match=message):
        scaling_factor(3, 1, 1, 1)
