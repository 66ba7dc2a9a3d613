"""What Theorem 4.1 says about memory: against quadrature, counted steps and numbers."""

from __future__ import annotations

import math

import mpmath
import pytest
import sympy as sp

from symbolic import learning_time as m
from symbolic.scaling import LAG, NU_C, NU_F, scaling_factor


@pytest.mark.parametrize(("level", "mean", "spread"), [("1", "0", "1"), ("2", "1/2", "3/2"), ("1/3", "2", "1/2")])
def test_the_exceedance_is_the_integral_of_the_density(level: str, mean: str, spread: str) -> None:
    b, mu, sigma = (mpmath.mpf(sp.Rational(v).p) / sp.Rational(v).q for v in (level, mean, spread))
    outside = 1 - mpmath.quad(lambda t: mpmath.npdf(t, mu, sigma), [-b, b])
    at = {m.LEVEL: sp.Rational(level), m.MEAN: sp.Rational(mean), m.SPREAD: sp.Rational(spread)}
    assert float(m.exceedance().subs(at).evalf()) == pytest.approx(float(outside), rel=1e-12)
    t = sp.Rational(3, 7)
    assert float(m.density(t).subs(at).evalf()) == pytest.approx(float(mpmath.npdf(3 / mpmath.mpf(7), mu, sigma)))


def test_the_first_move_grows_without_bound() -> None:
    start, move = m.first_move()
    assert move == m.RATE * start


@pytest.mark.parametrize("rho", [0.3, 2.0])
def test_counted_steps_close_on_the_limit(rho: float) -> None:
    eta, share, left, steps = 1e-5, 0.5, 1.0, 0
    while left > share:
        left *= 1 - eta * rho
        steps += 1
    limit = m.steps_times_rate(sp.Symbol("p", positive=True))
    value = float(
        limit.subs({"delta": share})
        .subs(sp.Symbol("delta", positive=True), share)
        .subs(sp.Symbol("p", positive=True), rho)
    )
    assert eta * steps == pytest.approx(value, abs=2 * eta * max(1.0, rho))


@pytest.mark.parametrize("x", [0.01, 0.3, 0.9])
def test_the_logarithm_is_between_its_bounds(x: float) -> None:
    assert x <= -math.log1p(-x) <= x / (1 - x)
    u = sp.Symbol("u", positive=True)
    lower, upper = (gap.subs(u, sp.Rational(x / (1 - x))) for gap in m.log_bounds())
    step = 1e-6
    slope = (-math.log1p(-x - step) - x - step + math.log1p(-x + step) + x - step) / (2 * step)
    assert float(lower) == pytest.approx(slope, rel=1e-4)
    other = (
        (x + step) / (1 - x - step) + math.log1p(-x - step) - (x - step) / (1 - x + step) - math.log1p(-x + step)
    ) / (2 * step)
    assert float(upper) == pytest.approx(other, rel=1e-4)


def test_what_training_adds_is_small_beside_the_start() -> None:
    q, nu_f, nu_c = sp.Rational(1, 3), sp.Integer(2), sp.Rational(1, 2)
    nu_w = 1 / (1 + q) ** 2
    for j in (0, 1, 6):
        expected = scaling_factor(j, nu_w, nu_f, nu_c) / sp.sqrt(nu_c * nu_f * nu_w**j)
        got = m.move_over_start().subs({sp.Symbol("q", positive=True): q, NU_F: nu_f, NU_C: nu_c, LAG: j})
        assert sp.simplify(got - expected) == 0
