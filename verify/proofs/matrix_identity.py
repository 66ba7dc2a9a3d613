"""`MatrixIdentity`: an identity between products of matrices of any size, in the free algebra of their symbols."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from verify.model import Verdict

__all__ = ["MatrixIdentity"]

PRIME = 103  # powers of 2, 3, … modulo it: 26 letters get whole numbers 1 … 9 in patterns that do not commute
WIDTH = 4  # a witness takes n = 4, so that n^{-1/2} = 1/2 is rational; every other dimension is 1


@dataclass(frozen=True)
class MatrixIdentity:
    """residual = 0 for all matrices; `shapes` names (rows, columns) of each non-commuting symbol, "n" or "1".

    `values` gives the commuting symbols their value in a witness.
    """

    label: str
    residual: sp.Expr
    shapes: Mapping[str, tuple[str, str]]
    values: Mapping[sp.Symbol, sp.Rational] = field(default_factory=dict)

    def decide(self) -> tuple[Verdict, str]:
        residual = sp.expand(self.residual)
        letters = ", ".join(sorted(self.shapes))
        if residual == 0:
            return Verdict.VERIFIED, f"normal form 0 in the free algebra QQ<{letters}>"
        at_values = residual.subs(dict(self.values))
        value = sp.zeros(1, 1) if at_values == 0 else self._evaluate(at_values)
        for i, k in itertools.product(range(value.rows), range(value.cols)):
            if value[i, k].is_Rational and value[i, k] != 0:
                return Verdict.REFUTED, f"with {self._describe()} entry ({i}, {k}) of the residual is {value[i, k]}"
        return Verdict.INCONCLUSIVE, f"normal form {residual} is not 0, but no witness was found"

    def _matrix(self, name: str) -> sp.Matrix:
        rows, columns = (WIDTH if size == "n" else 1 for size in self.shapes[name])
        base = 2 + sorted(self.shapes).index(name)
        return sp.Matrix(rows, columns, lambda i, k: 1 + pow(base, int(1 + i + WIDTH * k), PRIME) % 9)

    def _describe(self) -> str:
        numbers = [f"{symbol} = {value}" for symbol, value in self.values.items()]
        used = sorted({s.name for s in self.residual.free_symbols if s.name in self.shapes})
        return ", ".join(numbers + [f"{name} = {self._matrix(name).tolist()}" for name in used])

    def _evaluate(self, expression: sp.Expr) -> sp.Matrix:
        if isinstance(expression, sp.Add):
            return sum((self._term(term) for term in expression.args[1:]), self._term(expression.args[0]))
        return self._term(expression)

    def _term(self, term: sp.Expr) -> sp.Matrix:
        coefficient, factors = term.args_cnc()
        if not factors:
            raise ValueError(f"{self.label}: the term {term} of the residual is a number among matrices; mend it")
        product = None
        for factor in factors:
            base, exponent = factor.as_base_exp()
            times = int(exponent.subs(dict(self.values)))
            power = self._matrix(base.name) if times == 1 else self._matrix(base.name) ** times
            product = power if product is None else product * power
        return sp.Mul(*coefficient) * product
