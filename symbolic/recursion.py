"""What a recursion q_{t+1} = Σ_k A_k G_k(q_t, u_t) is, as data: its functions, variances, start and input law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import sympy as sp

from symbolic.errors import DerivationError, ParameterRangeError

__all__ = ["Component", "FiniteInputs", "GaussianInputs", "NoInputs", "Recursion", "Transform", "caveats", "constant"]

Component = tuple[sp.Expr, sp.Matrix, sp.Matrix]  # probability, mean and covariance of (U_s, U_t), length 2p
SLOPES = (sp.erf, sp.tanh, sp.sin, sp.cos, sp.Max, sp.Abs, sp.atan)  # of a linear form: Lipschitz functions


@dataclass(frozen=True, kw_only=True)
class NoInputs:
    """The law of no input at all."""

    size: int = 0

    def components(self, s: int, t: int) -> list[Component]:  # noqa: ARG002 — nothing depends on time
        return [(sp.Integer(1), sp.zeros(0, 1), sp.zeros(0, 0))]


@dataclass(frozen=True, kw_only=True)
class FiniteInputs:
    """U takes finitely many paths: pairs (probability, [values of u_0, values of u_1, …])."""

    paths: tuple[tuple[sp.Expr, tuple[tuple[sp.Expr, ...], ...]], ...]

    def __post_init__(self) -> None:
        total = sum(sp.sympify(probability) for probability, _ in self.paths)
        if sp.simplify(total - 1) != 0:
            raise ParameterRangeError(f"the probabilities of the paths add up to {total}; they must add up to 1")

    @property
    def size(self) -> int:
        return len(self.paths[0][1][0])

    def components(self, s: int, t: int) -> list[Component]:
        """One component for each pair of values (u_s, u_t); equal pairs are joined."""
        joined: dict[tuple[sp.Expr, ...], sp.Expr] = {}
        for probability, path in self.paths:
            pair = tuple(map(sp.sympify, (*path[s], *path[t])))
            joined[pair] = joined.get(pair, 0) + sp.sympify(probability)
        zero = sp.zeros(2 * self.size, 2 * self.size)
        return [(probability, sp.Matrix(2 * self.size, 1, pair), zero) for pair, probability in joined.items()]


@dataclass(frozen=True, kw_only=True)
class GaussianInputs:
    """(U_0, U_1, …) ~ N(0, covariance): a matrix of blocks of `size` rows, one block a time."""

    size: int
    covariance: sp.ImmutableMatrix

    def components(self, s: int, t: int) -> list[Component]:
        rows = [self.size * time + i for time in (s, t) for i in range(self.size)]
        return [(sp.Integer(1), sp.zeros(len(rows), 1), sp.Matrix(self.covariance.extract(rows, rows)))]


Inputs = NoInputs | FiniteInputs | GaussianInputs


def constant(T: int, atoms: Sequence[tuple[sp.Expr, tuple[sp.Expr, ...]]]) -> FiniteInputs:
    """U constant in time: pairs (probability, value)."""
    return FiniteInputs(paths=tuple((probability, (value,) * T) for probability, value in atoms))


@dataclass(frozen=True, kw_only=True)
class Transform:
    """A_k G_k: independent entries A_k ~ N(0, variance/n); `rows` are the d entries of a row of G_k."""

    variance: sp.Expr
    rows: tuple[sp.Expr, ...]


@dataclass(frozen=True, kw_only=True)
class Recursion:
    """q_{t+1} = Σ_k A_k G_k(q_t, u_t), a row of q_0 being N(0, start). Source: [E] (68)–(70).

    `state` and `inputs` are the symbols of a row of q_t and of u_t. Raises DerivationError where sizes do not fit, and
    ParameterRangeError for a negative variance.
    """

    state: tuple[sp.Symbol, ...]
    transforms: tuple[Transform, ...]
    start: sp.ImmutableMatrix
    inputs: tuple[sp.Symbol, ...] = ()
    law: Inputs = field(default_factory=NoInputs)

    def __post_init__(self) -> None:
        d = len(self.state)
        if self.start.shape != (d, d) or self.start != self.start.T:
            raise DerivationError(
                f"the start has covariance {self.start}; {d} states need a symmetric {d} × {d} matrix"
            )
        if self.law.size != len(self.inputs):
            raise DerivationError(f"the law is of {self.law.size} inputs, the symbols are {self.inputs}; match them")
        for k, transform in enumerate(self.transforms, 1):
            if len(transform.rows) != d:
                raise DerivationError(f"G_{k} has {len(transform.rows)} entries a row; q has {d}, and so must G")
            if sp.sympify(transform.variance).is_negative:
                raise ParameterRangeError(f"the variance of A_{k} is {transform.variance}; it must be ≥ 0")


def caveats(recursion: Recursion) -> list[str]:
    """The entries of G that are not known to be Lipschitz, for which Lemma C.1 promises nothing."""
    variables = {*recursion.state, *recursion.inputs}
    return [
        f"G_{k}, entry {i}: {entry} is not known to be Lipschitz, Lemma C.1 does not cover it"
        for k, transform in enumerate(recursion.transforms, 1)
        for i, entry in enumerate(transform.rows, 1)
        if not all(_is_lipschitz(term, variables) for term in sp.Add.make_args(sp.expand(entry)))
    ]


def _is_lipschitz(term: sp.Expr, variables: set[sp.Symbol]) -> bool:
    """A constant times a variable, or times a Lipschitz function of a linear form."""
    _, rest = term.as_independent(*variables, as_Add=False)
    if not rest.free_symbols & variables or rest in variables:
        return True
    if not isinstance(rest, SLOPES):
        return False
    arguments = [arg for arg in rest.args if arg.free_symbols & variables]
    return all(arg.is_polynomial(*variables) and sp.Poly(arg, *variables).total_degree() <= 1 for arg in arguments)
