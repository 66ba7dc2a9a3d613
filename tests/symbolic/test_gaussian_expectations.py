"""Gaussian expectations against plain two-dimensional integration, in which no rule of theirs has a part."""

import math
from itertools import product

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic import gaussian_integrals as g
from symbolic.errors import DerivationError
from symbolic.gaussian_expectations import Gaussian, Quadratures, expectation
from symbolic.quadrature import integrate, kinks

x, y, z = sp.symbols("x y z", real=True)
COVARIANCE = sp.Matrix([["3/2", "1/2", 0], ["1/2", 1, 0], [0, 0, 2]]).applyfunc(sp.Rational)
MEAN = sp.Matrix(["1/3", "-1/2", 1]).applyfunc(sp.Rational)
relu, step, tanh = (lambda e: sp.Max(0, e)), sp.Heaviside, sp.tanh
TERMS = [
    x * y, x**2 * y**2, x**3 * y, sp.erf(x) * sp.erf(y), sp.erf(2 * x + y) * y, x * y * sp.erf(x), relu(x) * relu(y),
    relu(x) * relu(-y), relu(x) ** 2, x * relu(y), x * y * relu(x), x**3 * step(x), x**2 * y**2 * step(x),
    step(x) * step(y), step(x) ** 2, relu(x) * step(x),
    step(x) * relu(y), relu(y) * step(x), sp.cos(x) * sp.cos(y), sp.sin(x) * sp.sin(2 * y), sp.sin(x) * sp.cos(y),
    sp.cos(x) * sp.sin(y), sp.sin(x) * sp.cos(y) * sp.cos(x + y), x * sp.sin(y), sp.Abs(x) * y**2,
    sp.exp(-(x**2)) * sp.exp(-((x + y) ** 2)), sp.exp(-((x + 1) ** 2)), tanh(x) * tanh(y), tanh(x) ** 2, x * tanh(y),
    tanh(x) * sp.erf(y), 3 + 2 * relu(x - y),
]  # fmt: skip


def by_brute_force(term: sp.Expr, mean: sp.Matrix) -> float:
    """Product of Gauss–Legendre rules on panels cut at kinks: x, then y, in the coordinates themselves."""
    root = np.linalg.cholesky(np.array(COVARIANCE[:2, :2], dtype=float))
    m = np.array(mean[:2, :], dtype=float).ravel()
    f = sp.lambdify((x, y), term, modules=["scipy", "numpy"])

    def panels(cuts: list[float]) -> tuple[np.ndarray, np.ndarray]:
        nodes, weights = np.polynomial.legendre.leggauss(24)
        edges = np.unique(np.r_[np.linspace(-10.0, 10.0, 9), cuts])
        middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
        return (middle[:, None] + half[:, None] * nodes).ravel(), (half[:, None] * weights).ravel()

    outer, weight = panels([0.0])  # kinks are at x = 0, y = 0 and y = x
    a = COVARIANCE[0, 0]
    total = 0.0
    for value, w in zip(outer, weight, strict=True):
        inner, v = panels([0.0, value])
        z1 = (value - m[0]) / root[0, 0]
        z2 = (inner - m[1] - root[1, 0] * z1) / root[1, 1]
        density = np.exp(-0.5 * (z1**2 + z2**2)) / (2 * math.pi * root[0, 0] * root[1, 1])
        total += w * float(np.broadcast_to(f(np.full_like(inner, value), inner), inner.shape) @ (v * density))
    assert a > 0
    return total


@pytest.mark.parametrize(("term", "shifted"), list(product(TERMS, [False, True])), ids=str)
def test_every_rule_agrees_with_brute_force(term: sp.Expr, shifted: bool) -> None:
    mean = MEAN if shifted else sp.zeros(3, 1)
    law = Gaussian(variables=(x, y, z), covariance=COVARIANCE, mean=mean if shifted else None)
    record = Quadratures()
    found = float(expectation(term, law, record))
    assert found == pytest.approx(by_brute_force(term, mean), abs=2e-10 + record.error)


def test_closed_forms_are_exact_and_need_no_quadrature() -> None:
    law = Gaussian(variables=(x, y), covariance=COVARIANCE[:2, :2])
    record = Quadratures()
    arcsine = expectation(sp.erf(x) * sp.erf(y), law, record)
    assert sp.simplify(arcsine - 2 / sp.pi * sp.asin(1 / sp.sqrt(12))) == 0
    assert expectation(relu(x) ** 2, law, record) == sp.Rational(3, 4)
    assert expectation(x**4, law, record) == 3 * sp.Rational(3, 2) ** 2
    assert record.count == 0


def test_independent_groups_are_apart_and_zero_needs_no_second_look() -> None:
    law = Gaussian(variables=(x, y, z), covariance=COVARIANCE)
    record = Quadratures()
    assert expectation(z * tanh(x) * relu(y), law, record) == 0
    assert expectation(z**2 * sp.erf(x) * sp.erf(y), law) == 2 * expectation(sp.erf(x) * sp.erf(y), law)
    assert record.count == 0


@pytest.mark.parametrize("factor", [sp.Integer(1), x**2, sp.erf(x), x * z])
def test_a_delta_is_the_density_on_a_line_and_the_law_given_it(factor: sp.Expr) -> None:
    """E δ(y) R against the integral of R times the density over the line y = 0."""
    law = Gaussian(variables=(x, y, z), covariance=COVARIANCE, mean=MEAN)
    found = float(expectation(sp.DiracDelta(y) * factor, law))
    a, b, c = (float(COVARIANCE[pair]) for pair in ((0, 0), (1, 1), (0, 1)))
    m, k = float(MEAN[0]), float(MEAN[1])
    f = sp.lambdify((x, z), factor, "mpmath")

    def on_line(v: mp.mpf) -> mp.mpf:
        quadratic = (b * (v - m) ** 2 + 2 * c * (v - m) * k + a * k**2) / (a * b - c * c)
        return f(v, float(MEAN[2])) * mp.exp(-quadratic / 2) / (2 * mp.pi * mp.sqrt(a * b - c * c))

    assert found == pytest.approx(float(mp.quad(on_line, [-14, 0, 14])), rel=1e-10)


def test_what_has_no_variance_is_a_number() -> None:
    law = Gaussian(variables=(x, y), covariance=sp.diag(0, 1), mean=sp.Matrix([2, 0]))
    assert expectation(sp.erf(x) * y**2, law) == sp.erf(2)
    assert expectation(sp.Max(0, x - 3), law) == 0


@given(st.fractions(-2, 2, max_denominator=8), st.fractions(-2, 2, max_denominator=8))
@settings(max_examples=20, deadline=None)
def test_it_is_linear(first: object, second: object) -> None:
    a, b = sp.sympify(first), sp.sympify(second)
    law = Gaussian(variables=(x, y), covariance=COVARIANCE[:2, :2])
    parts = [expectation(term, law) for term in (sp.erf(x) * y, relu(y))]
    assert sp.simplify(expectation(a * sp.erf(x) * y + b * relu(y), law) - a * parts[0] - b * parts[1]) == 0


def test_symbolic_variances_stay_symbols() -> None:
    a, c = sp.symbols("a c", positive=True)
    law = Gaussian(variables=(x, y), covariance=sp.Matrix([[a, c], [c, a]]))
    assert sp.simplify(expectation(x * relu(y), law) - c / 2) == 0
    with pytest.raises(DerivationError, match="a number first"):
        expectation(tanh(x) * tanh(y), law)


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (sp.erf(x * y), "not linear"),
        (sp.erf(x) ** sp.Rational(1, 2), "not linear"),
        (sp.exp(x), "no other exponential"),
        (sp.Max(x, y), "no function of one linear form"),
        (tanh(x) * tanh(y) * tanh(x + z) ** 2, "3 dimensions"),
    ],
)
def test_what_is_not_known_is_refused(term: sp.Expr, message: str) -> None:
    law = Gaussian(variables=(x, y, z), covariance=COVARIANCE)
    with pytest.raises(DerivationError, match=message):
        expectation(term, law)


def test_sizes_must_fit() -> None:
    with pytest.raises(DerivationError, match="give one each"):
        Gaussian(variables=(x, y), covariance=sp.eye(3))
    with pytest.raises(DerivationError, match="give one each"):
        Gaussian(variables=(x, y), covariance=sp.eye(2), mean=sp.zeros(3, 1))


@pytest.mark.parametrize("excess", [-(2.0**-50), 0.0, 2.0**-50])
@pytest.mark.parametrize(("function", "value"), [(relu, 0.15), (step, 0.5)])
def test_a_correlation_that_rounding_carries_to_one_is_one(function: object, value: float, excess: float) -> None:
    a = sp.Float(0.1) * 3
    law = Gaussian(variables=(x, y), covariance=sp.Matrix([[a, a * (1 + excess)], [a * (1 + excess), a]]))
    found = expectation(function(x) * function(y), law)  # type: ignore[operator]
    assert float(found) == pytest.approx(value, abs=2e-8)  # √(2·2⁻⁵⁰) in the arcsine


def test_a_correlation_above_one_is_refused() -> None:
    law = Gaussian(variables=(x, y), covariance=sp.Matrix([[1.0, 1.1], [1.1, 1.0]]))
    with pytest.raises(DerivationError, match="above 1"):
        expectation(relu(x) * relu(y), law)


@pytest.mark.parametrize("function", g.SINGLES)
def test_single_expectations_are_integrals(function: sp.Expr) -> None:
    for a, m in ((0.5, 0.0), (2.0, -0.7), (0.3, 1.2)):
        f = sp.lambdify(g.X, function, "mpmath")
        cuts = sorted([m - 14 * math.sqrt(a), 0.0, m + 14 * math.sqrt(a)])
        integral = mp.quad(lambda v, f=f, a=a, m=m: f(v) * mp.npdf(v, m, mp.sqrt(a)), cuts)
        assert float(g.single(function).subs({g.A: a, g.MEAN: m})) == pytest.approx(float(integral), rel=1e-12)


@pytest.mark.parametrize("pair", g.PAIRS, ids=str)
def test_pairs_obey_price_and_are_products_at_zero_covariance(pair: tuple[sp.Expr, sp.Expr]) -> None:
    """d/dc by finite differences equals E f'g' where both derivatives are functions; at c = 0 it is E f E g."""
    values = {g.A: sp.Rational(3, 4), g.B: sp.Rational(5, 3)}
    apart = [g.single(f).subs({g.MEAN: 0, g.A: v}) for f, v in zip(pair, values.values(), strict=True)]
    assert float(g.pair(*pair).subs({**values, g.C: 0}) - sp.Mul(*apart)) == pytest.approx(0.0, abs=1e-15)
    if pair[0] == pair[1] == g.RELU:
        slope = g.pair(g.STEP, g.STEP).subs(values)
        h = 1e-5
        rise = g.pair(*pair).subs({**values, g.C: 0.4 + h}) - g.pair(*pair).subs({**values, g.C: 0.4 - h})
        assert float(rise / (2 * h)) == pytest.approx(float(slope.subs(g.C, 0.4)), rel=1e-8)
    if pair[0] == pair[1]:
        same = g.pair(*pair).subs(dict.fromkeys((g.A, g.B, g.C), sp.Rational(4, 5)))
        assert float(g.pair_equal(*pair).subs(g.A, sp.Rational(4, 5))) == pytest.approx(float(same), rel=1e-12)


def test_what_has_no_closed_form_is_named() -> None:
    with pytest.raises(DerivationError, match="tanh"):
        g.single(sp.tanh(g.X))
    with pytest.raises(DerivationError, match="use quadrature"):
        g.pair(g.ERF, g.RELU)


def test_an_antiderivative_that_is_none_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    g.single.cache_clear()
    monkeypatch.setattr(g.sp, "integrate", lambda *_, **__: g.MEAN)
    try:
        with pytest.raises(DerivationError, match="no antiderivative"):
            g.single(g.ERF)
    finally:
        g.single.cache_clear()


def test_the_error_by_halving_covers_the_true_one() -> None:
    """E tanh² has no closed form; E erf(X) erf(Y) has, and E cos X cos Y with a mean, too."""
    value, error = integrate((sp.erf(g.X), sp.erf(g.X)), (0.0, 0.0), ((1.5, 0.5), (0.5, 1.0)))
    assert value == pytest.approx(2 / math.pi * math.asin(1 / math.sqrt(12)), abs=1e-14 + error)
    assert error < 1e-11
    value, error = integrate((sp.cos(g.X),), (0.3,), ((2.0,),))
    assert value == pytest.approx(math.cos(0.3) * math.exp(-1.0), abs=1e-14)


POWERS = (sp.Max(0, g.X), sp.Max(0, g.X) ** 2)


@pytest.mark.parametrize("tolerance", [1e-3, 1e-11])
@pytest.mark.parametrize("function", POWERS)
def test_the_error_stated_for_a_kink_covers_the_true_one(function: sp.Expr, tolerance: float) -> None:
    """200 random laws, against the closed form; the kink is anywhere in reach, or beyond it."""
    rng = np.random.default_rng(5)
    exact = sp.lambdify((g.MEAN, g.A), g.single(function), "mpmath")
    for m, a in zip(rng.uniform(-2, 2, 200), rng.uniform(0.03, 3, 200), strict=True):
        value, error = integrate((function,), (m,), ((a,),), tolerance)
        with mp.workdps(40):
            wanted = exact(mp.mpf(m), mp.mpf(a))
        assert abs(value - float(wanted)) <= error < 1e-11


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("closeness", [0.7, 0.01, 1e-6, 1e-13, 0.0])
@pytest.mark.parametrize("second", [sp.Max(0, g.X), sp.Max(-1, g.X), sp.Heaviside(g.X), sp.tanh(g.X)])
def test_the_error_stated_for_two_kinks_covers_the_true_one(second: sp.Expr, closeness: float, sign: int) -> None:
    """E X_+ g(Y) at correlation ±(1 − closeness), against ∫ g(y) E[X_+ | Y = y] p(y) dy by mpmath, cut by hand."""
    (m, k), (a, b) = np.random.default_rng(6).uniform((-1, 0.2), (1, 2), (2, 2)).T
    c = sign * (1 - closeness) * math.sqrt(a * b)
    value, error = integrate((sp.Max(0, g.X), second), (m, k), ((a, c), (c, b)))
    rest, start = max(a - c * c / b, 0.0), k - m * b / c  # E[X | Y] changes sign at Y = start
    at = sp.lambdify(g.X, second, "mpmath")
    given = sp.lambdify((g.MEAN, g.A), g.single(g.RELU), "mpmath")

    def on_line(y: mp.mpf) -> mp.mpf:
        mean = m + c / b * (y - k)
        return (given(mean, mp.mpf(rest)) if rest > 0 else max(0, mean)) * at(y) * mp.npdf(y, k, mp.sqrt(b))

    width = math.sqrt(rest) * b / abs(c)
    near = [start + side * width * 4.0**power for side in (-1, 1) for power in range(-1, 25) if width > 0]
    ends = (k - 10 * math.sqrt(b), k + 10 * math.sqrt(b))
    cuts = sorted({*ends, *(cut for cut in (-1.0, 0.0, start, *near) if ends[0] < cut < ends[1])})
    assert abs(value - float(mp.quad(on_line, cuts))) <= error + 1e-13  # of the slower route, in double precision
    assert error < 1e-10


def test_kinks_are_found_or_refused() -> None:
    assert kinks(sp.Max(0, g.X) * sp.Heaviside(2 * g.X - 1) * sp.tanh(g.X)) == [0.0, 0.5]
    assert kinks(sp.Max(g.X, -1, g.X / 5)) == [-5.0, -1.0, 0.0]
    with pytest.raises(DerivationError, match="not linear"):
        kinks(sp.Max(0, g.X**2 - 1))
    with pytest.raises(DerivationError, match="write it with Max"):
        kinks(sp.Piecewise((g.X, g.X > 0), (0, True)))


@pytest.mark.parametrize(
    ("functions", "tolerance", "message"),
    [
        ((sp.tanh(1000 * g.X),), 1e-12, "give a larger tolerance"),
        ((sp.tanh(g.X),) * 3, 1e-12, "3 dimensions"),
    ],
)
def test_quadrature_that_does_not_settle_is_refused(
    functions: tuple[sp.Expr, ...], tolerance: float, message: str
) -> None:
    with pytest.raises(DerivationError, match=message):
        integrate(functions, (0.1,), ((1.0,),), tolerance=tolerance)


def test_a_quadrature_is_done_once() -> None:
    law = Gaussian(variables=(x, y), covariance=COVARIANCE[:2, :2])
    record = Quadratures()
    first = expectation(tanh(x) * tanh(y), law, record)
    assert expectation(tanh(x) * tanh(y), law, record) == first
    assert record.count == 1
    assert 0.0 < record.error < 1e-11
