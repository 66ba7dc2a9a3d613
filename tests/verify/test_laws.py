"""The distribution functions against scipy.stats, mpmath and the central limit theorem with its proven error."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from verify.statistics.laws import Chi, ChiSquare, Fisk, Law, Normal

SAME = [
    (Normal(), stats.norm),
    (Normal(0.3), stats.norm(scale=0.3)),
    (ChiSquare(1), stats.chi2(1)),
    (ChiSquare(78), stats.chi2(78)),
    (Chi(1), stats.chi(1)),
    (Chi(16), stats.chi(16)),
    (Chi(2.5), stats.chi(2.5)),
    (Fisk(2.0), stats.fisk(1.0, scale=2.0)),
]
same_law = pytest.mark.parametrize(("law", "scipy_law"), SAME, ids=lambda value: str(value)[:20])
# An error of F moves a distance by as much; 1e-9 is a hundred-thousandth of the width of the bins that hide it
INVISIBLE = 1e-9


@same_law
def test_the_distribution_function_is_that_of_scipy(law: Law, scipy_law: stats.rv_continuous) -> None:
    x = np.concatenate([scipy_law.ppf(np.linspace(0.0005, 0.9995, 1999)), [-3.0, 0.0, 1e3]])
    np.testing.assert_allclose(law.cdf(x), scipy_law.cdf(x), rtol=0, atol=INVISIBLE)


@same_law
def test_the_quantile_function_is_its_inverse(law: Law, scipy_law: stats.rv_continuous) -> None:
    u = np.linspace(0.0, 1.0, 4001)[1:-1]  # where resolutions are computed
    np.testing.assert_allclose(law.cdf(law.ppf(u)), u, rtol=0, atol=INVISIBLE)
    np.testing.assert_allclose(scipy_law.cdf(law.ppf(u)), u, rtol=0, atol=INVISIBLE)


@same_law
def test_nan_stays_nan_so_that_it_is_counted_as_an_alarm(law: Law, scipy_law: stats.rv_continuous) -> None:
    assert scipy_law is not None
    assert np.isnan(law.cdf(np.array([math.nan]))).all()


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20).map(sorted))
def test_distribution_functions_rise_from_0_to_1(values: list[float]) -> None:
    for law, _ in SAME:
        u = law.cdf(np.array(values))
        assert np.all((u >= 0.0) & (u <= 1.0))
        assert np.all(np.diff(u) >= -1e-15)  # a unit of the last place of 1


@pytest.mark.parametrize("x", [0.5, 3.0, 4.5, 8.0])
def test_chi_is_the_incomplete_gamma_function_to_thirty_digits(x: float) -> None:
    with mpmath.workdps(30):
        exact = float(mpmath.gammainc(mpmath.mpf(15) / 2, 0, mpmath.mpf(x) ** 2 / 2, regularized=True))
    assert Chi(15).cdf(np.array(x)) == pytest.approx(exact, abs=INVISIBLE)
    assert ChiSquare(15).cdf(np.array(x**2)) == pytest.approx(exact, abs=INVISIBLE)


@pytest.mark.parametrize("degrees", [10**6, 10**10 - 1])
def test_chi_at_the_widths_in_use_is_within_the_berry_esseen_bound_of_a_normal(degrees: int) -> None:
    third = stats.chi2(1).expect(lambda x: abs(x - 1) ** 3)  # of one squared normal, variance 2
    bound = 0.4748 * third / 2**1.5 / math.sqrt(degrees)  # Shevtsova 2011
    z = np.linspace(-4.0, 4.0, 801)
    squared = degrees + z * math.sqrt(2.0 * degrees)
    assert np.max(np.abs(ChiSquare(degrees).cdf(squared) - stats.norm.cdf(z))) <= bound
    assert np.max(np.abs(Chi(degrees).cdf(np.sqrt(squared)) - stats.norm.cdf(z))) <= bound


def test_laws_are_data_that_can_be_counted_and_compared() -> None:
    assert {Chi(3): "a"}[Chi(3)] == "a"
    assert Chi(3) != ChiSquare(3)
