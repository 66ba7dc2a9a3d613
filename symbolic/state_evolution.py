"""Lemma C.1 of [E] as an engine: from a recursion to the covariance of the whole Gaussian process Q_1, …, Q_T.

With X_{t,k} = G_k(Q_t, U_t),   Q_{t+1} = Σ_k R_{t,k},   Cov(R_{s,k}, R_{t,k'}) = δ_kk' ν_k E[X_{s,k}ᵀ X_{t,k}]:
only A_k acts, never A_kᵀ, so there is no Onsager term; and the same A_k acts at every step, so that R_s and R_t are
correlated wherever X_s and X_t are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from symbolic.errors import DerivationError
from symbolic.gaussian_expectations import Gaussian, Quadratures, expectation
from symbolic.quadrature import TOLERANCE
from symbolic.recursion import Recursion, Transform, caveats

__all__ = ["Evolution", "covariance_step", "evolve", "second_moment"]

Blocks = Mapping[tuple[int, int], sp.Matrix]  # (s, t), s ≤ t, to a d × d matrix


@dataclass(frozen=True, kw_only=True)
class Evolution:
    """The limit law: E[Q_sᵀ Q_t] in `state`, E[X_{s,k}ᵀ X_{t,k}] in `grams[k]`; `error` is the largest of quadrature.

    `caveats` name what Lemma C.1 does not cover.
    """

    recursion: Recursion
    T: int
    state: Blocks
    grams: tuple[Blocks, ...]
    error: float
    caveats: tuple[str, ...]

    def block(self, s: int, t: int) -> sp.Matrix:
        """E[Q_sᵀ Q_t], 0 ≤ s, t ≤ T."""
        return self.state[s, t] if s <= t else self.state[t, s].T

    def gram(self, k: int, s: int, t: int) -> sp.Matrix:
        """E[X_{s,k}ᵀ X_{t,k}], 0 ≤ s, t < T; the covariance of R_{s,k} and R_{t,k} is ν_k times it."""
        return self.grams[k][s, t] if s <= t else self.grams[k][t, s].T

    def covariance(self, first: int = 0) -> sp.Matrix:
        """The covariance of a row of (Q_first, …, Q_T)."""
        times = range(first, self.T + 1)
        return _joined([[self.block(s, t) for t in times] for s in times])


def evolve(
    recursion: Recursion, T: int, *, tied: bool = True, digits: int | None = None, tolerance: float = TOLERANCE
) -> Evolution:
    """The process up to Q_T, exact where every expectation has a closed form.

    With `digits` each covariance is rounded to so many digits as it is found: exact expressions grow with T. With
    `tied` false the matrices are fresh at every step, so that Q_s and Q_t are independent: the rival whose
    laws at one time are all those of the lemma.
    Raises DerivationError for T < 1 and where an expectation cannot be taken. Source: [E] Lemma C.1.
    """
    if T < 1:
        raise DerivationError(f"T = {T}: there is no step to take; use T >= 1")
    d, record = len(recursion.state), Quadratures(tolerance=tolerance)
    state: dict[tuple[int, int], sp.Matrix] = {(0, 0): sp.Matrix(recursion.start)}
    grams: tuple[dict[tuple[int, int], sp.Matrix], ...] = tuple({} for _ in recursion.transforms)
    for t in range(T):
        state[0, t + 1] = sp.zeros(d, d)  # the process is independent of its start
        for s in range(t + 1):
            blocks = (state[s, s], state[s, t], state[t, t])
            for gram, transform in zip(grams, recursion.transforms, strict=True):
                gram[s, t] = _gram(recursion, transform, (s, t), blocks, record)
                if digits is not None:
                    gram[s, t] = gram[s, t].evalf(digits)
            parts = [
                _scaled(gram[s, t], transform) for gram, transform in zip(grams, recursion.transforms, strict=True)
            ]
            state[s + 1, t + 1] = sum(parts, sp.zeros(d, d)) if tied or s == t else sp.zeros(d, d)
    return Evolution(
        recursion=recursion, T=T, state=state, grams=grams, error=record.error, caveats=tuple(caveats(recursion))
    )


def covariance_step(recursion: Recursion, covariance: sp.Matrix, across: sp.Matrix | None = None) -> sp.Matrix:
    """E[Q_{s+1}ᵀ Q_{t+1}] when Q_s and Q_t both have this covariance and E[Q_sᵀ Q_t] = `across`; s = t without it.

    For recursions without input: one step of the engine, for solving at a symbolic time.
    """
    times = (0, 0) if across is None else (0, 1)
    blocks = (covariance, covariance if across is None else across, covariance)
    record = Quadratures()
    parts = [
        _scaled(_gram(recursion, transform, times, blocks, record), transform) for transform in recursion.transforms
    ]
    return sum(parts, sp.zeros(*covariance.shape))


def second_moment(
    evolution: Evolution, first: Sequence[sp.Expr], second: Sequence[sp.Expr], s: int, t: int
) -> sp.Matrix:
    """E[f(Q_s, U_s)ᵀ g(Q_t, U_t)] for rows f, g of expressions in the symbols of the recursion, 0 ≤ s, t ≤ T."""
    blocks = (evolution.block(s, s), evolution.block(s, t), evolution.block(t, t))
    return _moment(evolution.recursion, (first, second), (s, t), blocks, Quadratures())


def _joined(blocks: Sequence[Sequence[sp.Matrix]]) -> sp.Matrix:
    return sp.Matrix.vstack(*(sp.Matrix.hstack(*row) for row in blocks))


def _scaled(gram: sp.Matrix, transform: Transform) -> sp.Matrix:
    return gram.applyfunc(lambda entry: sp.expand(transform.variance * entry))


def _gram(
    recursion: Recursion, transform: Transform, times: tuple[int, int],
    blocks: tuple[sp.Matrix, sp.Matrix, sp.Matrix], record: Quadratures,
) -> sp.Matrix:  # fmt: skip
    """E[G(Q_s, U_s)ᵀ G(Q_t, U_t)] from the covariances (ss, st, tt)."""
    return _moment(recursion, (transform.rows, transform.rows), times, blocks, record)


def _moment(
    recursion: Recursion, rows: tuple[Sequence[sp.Expr], Sequence[sp.Expr]], times: tuple[int, int],
    blocks: tuple[sp.Matrix, sp.Matrix, sp.Matrix], record: Quadratures,
) -> sp.Matrix:  # fmt: skip
    """E over the law of (Q_s, Q_t), Gaussian, and of (U_s, U_t), a mixture of Gaussians, independent of it."""
    now = [*recursion.state, *recursion.inputs]
    d, p, same = len(recursion.state), len(recursion.inputs), times[0] == times[1]
    later = now if same else [sp.Symbol(f"{symbol.name}_later", real=True) for symbol in now]
    second = [sp.sympify(entry).xreplace(dict(zip(now, later, strict=True))) for entry in rows[1]]
    total = sp.zeros(len(rows[0]), len(second))
    for probability, mean, covariance in recursion.law.components(*times):
        states = blocks[0] if same else _joined([[blocks[0], blocks[1]], [blocks[1].T, blocks[2]]])
        kept = p if same else 2 * p
        law = Gaussian(
            variables=tuple(now) if same else (*now[:d], *later[:d], *now[d:], *later[d:]),
            covariance=sp.diag(states, covariance[:kept, :kept]) if kept else states,
            mean=sp.Matrix.vstack(sp.zeros(states.rows, 1), mean[:kept, :]),
        )
        total += probability * sp.Matrix(
            len(rows[0]),
            len(second),
            lambda i, k: expectation(rows[0][i] * second[k], law, record),  # noqa: B023
        )
    return total
