"""E of an expression in jointly Gaussian variables: which closed form applies, and when only quadrature is left.

The expression is expanded into products of powers of linear forms and of functions f(ℓ) of linear forms ℓ. Then, in
this order: a factor without variance is a number; groups that are uncorrelated are independent; a delta conditions the
rest; powers are removed by Stein's lemma E ℓ R = (E ℓ) E R + Σ_j Cov(ℓ, ℓ_j) E ∂_j R; products of sines and cosines
become sums; what is left is looked up in `gaussian_integrals`, vanishes by symmetry, or is integrated numerically in
one or two dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

from symbolic import gaussian_integrals as g
from symbolic.errors import DerivationError
from symbolic.evaluate import to_float
from symbolic.gaussian_factors import (
    DELTA,
    Factor,
    Gaussian,
    combined,
    covariance,
    derivative,
    is_zero,
    mean,
    parse,
)
from symbolic.gaussian_integrals import X
from symbolic.quadrature import TOLERANCE, integrate

__all__ = ["Gaussian", "Quadratures", "expectation"]

PAIR = 2
ROUNDING = 1e-9  # chosen: a float covariance is a sum of a few terms, each rounded to at least 15 digits
DIGITS = 30  # chosen: twice those of a float


@dataclass(kw_only=True)
class Quadratures:
    """What was integrated numerically: how often, and the largest error estimate; `tolerance` is what is asked."""

    tolerance: float = TOLERANCE
    count: int = 0
    error: float = 0.0
    known: dict[object, sp.Expr] = field(default_factory=dict)

    def value(
        self, functions: tuple[sp.Expr, ...], mean: tuple[float, ...], covariance: tuple[tuple[float, ...], ...]
    ) -> sp.Expr:
        """E Π f_i(V_i), remembered: the same pair comes back at every later step."""
        key = (functions, mean, covariance)
        if key not in self.known:
            value, error = integrate(functions, mean, covariance, self.tolerance)
            self.count, self.error = self.count + 1, max(self.error, error)
            self.known[key] = sp.Float(value)
        return self.known[key]


def expectation(expression: sp.Expr, law: Gaussian, quadratures: Quadratures | None = None) -> sp.Expr:
    """E of `expression`; symbols that are no variables of the law are constants.

    Exact where every product has a closed form; else with floats, counted in `quadratures`. Raises DerivationError for
    a function of something that is not linear in the variables, or of more than two correlated forms.
    """
    record = quadratures or Quadratures()
    split = sp.sympify(expression).replace(sp.Abs, lambda inner: sp.Max(0, inner) + sp.Max(0, -inner))
    return sp.Add(*(_term(term, law, record) for term in sp.Add.make_args(sp.expand(split))))


def _term(term: sp.Expr, law: Gaussian, record: Quadratures) -> sp.Expr:
    coefficient, factors = parse(term, law)
    return coefficient * _product(factors, law, record)


def _product(factors: list[Factor], law: Gaussian, record: Quadratures) -> sp.Expr:
    """E Π f_i(ℓ_i): numbers out, then independent groups apart."""
    number, random = sp.Integer(1), []
    for factor in factors:
        if is_zero(covariance(factor, factor, law)):
            number *= factor.function.subs(X, mean(factor, law))
        else:
            random.append(factor)
    for group in sorted(_groups(_absorbed(random), law), key=_effort):
        if is_zero(number):
            break
        number *= _group(group, law, record)
    return number


def _effort(group: list[Factor]) -> tuple[bool, int]:
    """Powers alone first: where they vanish by symmetry nothing else need be known."""
    return any(factor.function != X for factor in group), len(group)


def _absorbed(factors: list[Factor]) -> list[Factor]:
    """The same product with step·step = step and step·ReLU = ReLU at one form, where a square would be a kink."""
    places = [(factor.form, factor.constant) for factor in factors]
    kept: list[Factor] = []
    for i, factor in enumerate(factors):
        others = [other.function for k, other in enumerate(factors) if k != i and places[k] == places[i]]
        before = [other.function for k, other in enumerate(factors[:i]) if places[k] == places[i]]
        if factor.function != g.STEP or (g.RELU not in others and g.STEP not in before):
            kept.append(factor)
    return kept


def _groups(factors: list[Factor], law: Gaussian) -> list[list[Factor]]:
    """Connected components of "is correlated with"."""
    groups: list[list[Factor]] = []
    for factor in factors:
        near = [not all(is_zero(covariance(factor, other, law)) for other in group) for group in groups]
        joined = [member for group, touches in zip(groups, near, strict=True) if touches for member in group]
        groups = [group for group, touches in zip(groups, near, strict=True) if not touches]
        groups.append([*joined, factor])
    return groups


def _group(factors: list[Factor], law: Gaussian, record: Quadratures) -> sp.Expr:
    """E of a product of correlated factors, each with a variance."""
    for wanted, rule in ((DELTA, _at_zero), (X, _by_stein)):  # Stein's lemma would differentiate a delta
        index = next((i for i, factor in enumerate(factors) if factor.function == wanted), None)
        if index is not None:
            return rule(factors[index], factors[:index] + factors[index + 1 :], law, record)
    waves = [i for i, factor in enumerate(factors) if factor.function in {sp.cos(X), sp.sin(X)}]
    if len(waves) >= PAIR:
        others = [factor for i, factor in enumerate(factors) if i not in waves[:PAIR]]
        return _sum_of_waves(factors[waves[0]], factors[waves[1]], others, law, record)
    means = [mean(factor, law) for factor in factors]
    if all(map(is_zero, means)) and _is_odd(factors):
        return sp.Integer(0)
    closed = _closed_form(factors, means, law)
    return _numeric(factors, law, record) if closed is None else closed


def _by_stein(power: Factor, others: list[Factor], law: Gaussian, record: Quadratures) -> sp.Expr:
    """E ℓ R = (E ℓ) E R + Σ_j Cov(ℓ, ℓ_j) E ∂_j R."""
    total = mean(power, law) * _product(others, law, record)
    for index, factor in enumerate(others):
        slope = covariance(power, factor, law)
        if not is_zero(slope):
            rest = others[:index] + others[index + 1 :]
            for coefficient, parts in derivative(factor):
                total += slope * coefficient * _product(parts + rest, law, record)
    return sp.expand(total)


def _at_zero(delta: Factor, others: list[Factor], law: Gaussian, record: Quadratures) -> sp.Expr:
    """E δ(ℓ) R = density of ℓ at 0 · E[R | ℓ = 0], the conditional law being Gaussian again."""
    at, variance = mean(delta, law), covariance(delta, delta, law)
    with_form = law.covariance * sp.Matrix(delta.form)
    centre = sp.zeros(len(law.variables), 1) if law.mean is None else law.mean
    given = Gaussian(
        variables=law.variables,
        mean=centre - with_form * at / variance,
        covariance=(law.covariance - with_form * with_form.T / variance).applyfunc(sp.simplify),
    )
    return g.density(at, variance) * _product(others, given, record)


def _sum_of_waves(first: Factor, second: Factor, others: list[Factor], law: Gaussian, record: Quadratures) -> sp.Expr:
    """cos α cos β = (cos(α−β) + cos(α+β))/2 and its kin."""
    cosine, sine, half = sp.cos(X), sp.sin(X), sp.Rational(1, 2)
    kind = (first.function == sine, second.function == sine)
    same, sign = (cosine if kind[0] == kind[1] else sine), (-1 if kind == (True, True) else 1)
    total = half * sign * _product([combined(same, first, second, 1), *others], law, record)
    difference_sign = -1 if kind == (False, True) else 1  # cos α sin β = (sin(α+β) − sin(α−β))/2
    return total + half * difference_sign * _product([combined(same, first, second, -1), *others], law, record)


def _is_odd(factors: list[Factor]) -> bool:
    """Whether Π f_i changes sign under v → −v, each factor being odd or even."""
    signs = []
    for factor in factors:
        turned = factor.function.subs(X, -X)
        signs.append(1 if turned == factor.function else -1 if sp.expand(turned + factor.function) == 0 else 0)
    return bool(sp.prod(signs) == -1)


def _closed_form(factors: list[Factor], means: list[sp.Expr], law: Gaussian) -> sp.Expr | None:
    functions = tuple(factor.function for factor in factors)
    a = covariance(factors[0], factors[0], law)
    if len(factors) == 1:
        values = {g.A: a, g.MEAN: means[0]}
        if functions[0] in {sp.cos(X), sp.sin(X)}:  # real and imaginary part of e^{im − a/2}
            return functions[0].xreplace({X: means[0]}) * sp.exp(-a / 2)
        return g.single(functions[0]).xreplace(values) if functions[0] in g.SINGLES else None
    together = factors[0].form == factors[1].form and is_zero(means[0] - means[1])
    if functions == (g.RELU, g.RELU) and together:
        return g.single(g.SQUARE).xreplace({g.A: a, g.MEAN: means[0]})
    if functions not in g.PAIRS or not all(map(is_zero, means)):
        return None
    b, c = covariance(factors[1], factors[1], law), covariance(factors[0], factors[1], law)
    if together:
        return g.pair_equal(*functions).xreplace({g.A: a})
    return _real(g.pair(*functions).xreplace({g.A: a, g.B: b, g.C: c}), a, b, c)


def _real(value: sp.Expr, a: sp.Expr, b: sp.Expr, c: sp.Expr) -> sp.Expr:
    """The value where a, b, c are numbers with rounding: at correlation 1 ± rounding it has a spurious imaginary part.

    arcsin(1 + ε) has the real part π/2 and √−ε has none, which are the values at correlation 1. Raises DerivationError
    where a correlation is beyond 1 by more than rounding.
    """
    if not any(entry.has(sp.Float) for entry in (a, b, c)) or a.free_symbols | b.free_symbols | c.free_symbols:
        return value
    if float(c**2) > float(a * b) * (1.0 + ROUNDING):
        raise DerivationError(f"covariance {c} of variances {a} and {b}: the correlation is above 1, mend the law")
    return sp.re(sp.N(value, DIGITS))


def _numeric(factors: list[Factor], law: Gaussian, record: Quadratures) -> sp.Expr:
    """Functions of one form are multiplied first: tanh(ℓ)² is one dimension."""
    merged: dict[tuple[tuple[sp.Expr, ...], sp.Expr], Factor] = {}
    for factor in factors:
        before = merged.get((factor.form, factor.constant))
        function = factor.function if before is None else before.function * factor.function
        merged[factor.form, factor.constant] = Factor(function, factor.form, factor.constant)
    kept = tuple(merged.values())
    return record.value(
        tuple(factor.function for factor in kept),
        tuple(to_float(mean(factor, law)) for factor in kept),
        tuple(tuple(to_float(covariance(first, second, law)) for second in kept) for first in kept),
    )
