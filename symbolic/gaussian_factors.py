"""How a product of functions of Gaussian variables is read as factors f(ℓ), ℓ a linear form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from symbolic.errors import DerivationError
from symbolic.gaussian_integrals import X

__all__ = ["BELL", "DELTA", "Factor", "Gaussian", "combined", "covariance", "derivative", "is_zero", "mean", "parse"]

BELL = sp.exp(-(X**2))
DELTA = sp.DiracDelta(X)


@dataclass(frozen=True, kw_only=True)
class Gaussian:
    """(variables) ~ N(mean, covariance); entries are expressions. Raises DerivationError where sizes differ."""

    variables: tuple[sp.Symbol, ...]
    covariance: sp.Matrix
    mean: sp.Matrix | None = None

    def __post_init__(self) -> None:
        size = len(self.variables)
        if self.covariance.shape != (size, size) or (self.mean is not None and self.mean.shape != (size, 1)):
            raise DerivationError(f"{size} variables, but a covariance of shape {self.covariance.shape}; give one each")


@dataclass(frozen=True)
class Factor:
    """f(ℓ): `function` of X at the linear form with these coefficients and this constant."""

    function: sp.Expr
    form: tuple[sp.Expr, ...]
    constant: sp.Expr


def parse(term: sp.Expr, law: Gaussian) -> tuple[sp.Expr, list[Factor]]:
    """(coefficient, factors) of a product; the coefficient has no variable of the law."""
    if not term.free_symbols & set(law.variables):
        return term, []
    coefficient, rest = term.as_independent(*law.variables, as_Add=False)
    parts = [_base_and_power(part) for part in sp.Mul.make_args(rest) if part != 1]
    factors = [
        _factor(base, law.variables) for base, power in parts if not isinstance(base, sp.exp) for _ in range(power)
    ]
    exponent = sp.Add(*(power * base.args[0] for base, power in parts if isinstance(base, sp.exp)))
    constant, forms = _squares(exponent, law)
    factors += [_at(form, BELL, law.variables) for form in forms]
    return coefficient * constant, factors


def _base_and_power(part: sp.Expr) -> tuple[sp.Expr, int]:
    """f^k as f and k > 0; exp(−ℓ²) is a base."""
    if part.is_Pow and part.exp.is_Integer and part.exp > 0:
        return part.base, int(part.exp)
    return part, 1


@lru_cache(maxsize=4096)
def _factor(base: sp.Expr, variables: tuple[sp.Symbol, ...]) -> Factor:
    """A symbol is X at itself; a function is taken at its argument, which must be linear."""
    if base in variables:
        return Factor(X, tuple(sp.Integer(variable == base) for variable in variables), sp.Integer(0))
    inner = [arg for arg in base.args if arg.free_symbols & set(variables)]
    if len(inner) != 1:
        raise DerivationError(f"{base} is no function of one linear form; write G as a sum of products of such")
    return _at(inner[0], base.xreplace({inner[0]: X}), variables)


def _at(argument: sp.Expr, function: sp.Expr, variables: tuple[sp.Symbol, ...]) -> Factor:
    form = tuple(sp.diff(argument, variable) for variable in variables)
    if any(entry.free_symbols & set(variables) for entry in form) or function.free_symbols & set(variables):
        raise DerivationError(f"{argument} is not linear in {variables}; write G with functions of linear forms")
    return Factor(function, form, argument.xreplace(dict.fromkeys(variables, sp.Integer(0))))


def _squares(exponent: sp.Expr, law: Gaussian) -> tuple[sp.Expr, list[sp.Expr]]:
    """(e^c, [ℓ_1, ℓ_2 …]) with e^exponent = e^c Π exp(−ℓ_i²), by completing squares: SymPy joins and splits them."""
    given, forms = exponent, []
    exponent = sp.expand(given)
    for variable in law.variables:
        square, slope = (exponent.coeff(variable, power) for power in (2, 1))
        if square != 0 and square.is_negative:
            root = sp.sqrt(-square)
            forms.append(root * variable - slope / (2 * root))
            exponent = sp.expand(exponent + forms[-1] ** 2)
    if exponent.free_symbols & set(law.variables):
        raise DerivationError(f"exp({given}) is no product of exp(−ℓ²) with ℓ linear; no other exponential is known")
    return sp.exp(exponent), forms


def mean(factor: Factor, law: Gaussian) -> sp.Expr:
    """E ℓ."""
    shift = 0 if law.mean is None else sp.Add(*(c * m for c, m in zip(factor.form, law.mean, strict=True)))
    return sp.expand(factor.constant + shift)


def covariance(first: Factor, second: Factor, law: Gaussian) -> sp.Expr:
    """Cov(ℓ, ℓ')."""
    pairs = ((i, k) for i, c in enumerate(first.form) if c != 0 for k, d in enumerate(second.form) if d != 0)
    return sp.expand(sp.Add(*(first.form[i] * second.form[k] * law.covariance[i, k] for i, k in pairs)))


def is_zero(value: sp.Expr) -> bool:
    """Exact zeros only: what depends on nothing is 0 by structure, never by rounding."""
    return bool(value.is_zero)


def combined(function: sp.Expr, first: Factor, second: Factor, sign: int) -> Factor:
    """`function` at ℓ ± ℓ'."""
    form = tuple(a + sign * b for a, b in zip(first.form, second.form, strict=True))
    return Factor(function, form, first.constant + sign * second.constant)


def derivative(factor: Factor) -> list[tuple[sp.Expr, list[Factor]]]:
    """f'(ℓ) as a sum of products of functions at ℓ; X exp(−X²) stays whole, or Stein's lemma would run for ever."""
    found = []
    for term in sp.Add.make_args(sp.expand(sp.diff(factor.function, X))):
        coefficient, rest = term.as_independent(X, as_Add=False)
        parts = [rest] if rest.has(sp.exp) else sp.Mul.make_args(rest)
        functions = [base for part in parts if part != 1 for base, k in [_base_and_power(part)] for _ in range(k)]
        found.append((coefficient, [Factor(function, factor.form, factor.constant) for function in functions]))
    return found
