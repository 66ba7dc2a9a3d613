"""Where a scaled and an unscaled convolution, trained alike, have the same expected error: sample sizes, exactly.

Each of N sequences has the same input of T steps, mostly one unit impulse: then the lags are the modes, and the noise
in each is σ²/N. The target is a unit at one delay, and both convolutions start from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sympy as sp

from symbolic import filter as descent
from symbolic.filter import STEP

__all__ = ["Duel", "all_data_errors", "gap_by_modes", "gap_from_steps", "longest_kept", "share_at_many_steps", "tie"]


@dataclass(frozen=True, kw_only=True)
class Duel:
    """A convolution with `factors` ρ_0 … ρ_{T−1} against the unscaled one, ρ ≡ 1.

    rate η of the mean over the N T outputs, variance `noise` σ² of each output, number of `steps`; all rational.
    """

    factors: tuple[sp.Expr, ...]
    rate: sp.Expr
    noise: sp.Expr
    steps: int | sp.Expr

    @property
    def lags(self) -> int:
        """T."""
        return len(self.factors)

    @property
    def unscaled(self) -> tuple[sp.Expr, ...]:
        return (sp.Integer(1),) * self.lags

    def passed(self, factors: Sequence[sp.Expr]) -> list[sp.Expr]:
        """f_j = 1 − (1 − 2ηρ_j/T)^ℓ, what ℓ steps on impulses let through at each lag."""
        s, _, f = descent.kept_by_mode()
        return [f.subs({s: 2 * self.rate * rho / self.lags, STEP: self.steps}) for rho in factors]


def tie(duel: Duel, delay: int) -> sp.Expr:
    """N* = σ²/κ: with so many sequences of impulses both have the same expected error.

    κ = [(1 − f_d)² − (1 − f^u_d)²]/Σ_j (f^u_j² − f_j²) is the noise σ²/N at which bias and variance balance.
    """
    scaled, unscaled = duel.passed(duel.factors), duel.passed(duel.unscaled)
    bias = (1 - scaled[delay]) ** 2 - (1 - unscaled[delay]) ** 2
    return duel.noise * sp.Add(*(u**2 - f**2 for f, u in zip(scaled, unscaled, strict=True))) / bias


def gap_from_steps(duel: Duel, delay: int, sequences: int) -> sp.Expr:
    """Bias² + variance of the scaled convolution less that of the unscaled one, from the steps on impulses."""
    target = sp.Matrix([int(j == delay) for j in range(duel.lags)])
    gain = 2 * duel.rate / (duel.lags * sequences)
    scaled, unscaled = (
        descent.trained_on_impulses(rho, gain, target=target, sequences=sequences, steps=duel.steps).error(
            target, sp.eye(duel.lags), duel.noise
        )
        for rho in (duel.factors, duel.unscaled)
    )
    return scaled - unscaled


def gap_by_modes(duel: Duel, delay: int, sequences: sp.Expr | int) -> sp.Expr:
    """The same as a sum over lags, each a mode with the noise τ = σ²/N, for any N."""
    total = sp.Integer(0)
    for factors, sign in ((duel.factors, 1), (duel.unscaled, -1)):
        for j, f in enumerate(duel.passed(factors)):
            total += sign * descent.mode_error(f, sp.Integer(int(j == delay)), duel.noise / sequences)
    return sp.expand(total)


def all_data_errors(duel: Duel, pulse: Sequence[sp.Expr]) -> tuple[sp.Expr, sp.Expr]:
    """Errors of both as N → ∞, all sequences with the inputs `pulse`, a unit at delay 0: without noise, bias² is left.

    N equal sequences have N times the G of one and gains of 1/N, hence the mean of one.
    """
    T = duel.lags
    design = sp.Matrix(T, T, lambda t, j: pulse[t - j] if t >= j else 0)
    target, start, gain = sp.Matrix([1] + [0] * (T - 1)), sp.zeros(T, 1), 2 * duel.rate / T
    scaled, unscaled = (
        descent.trained(design, sp.diag(*rho), gain, target=target, start=start, steps=duel.steps)
        for rho in (duel.factors, duel.unscaled)
    )
    return scaled.error(target, sp.eye(T), 0), unscaled.error(target, sp.eye(T), 0)


def share_at_many_steps(duel: Duel, delay: int) -> sp.Expr:
    """1/N* as ℓ → ∞, up to a factor that tends to 1: a quotient of two powers b^ℓ."""
    above, below = map(longest_kept, sp.fraction(1 / tie(replace(duel, steps=STEP), delay)))
    return above / below


def longest_kept(powers: sp.Expr) -> sp.Expr:
    """The term of Σ c b^ℓ with the largest b > 0: what a sum of such powers is asymptotic to as ℓ → ∞."""
    found: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(sp.expand(powers)):
        base = sp.cancel(term.subs(STEP, 1) / term.subs(STEP, 0))
        found[base] = found.get(base, sp.Integer(0)) + term.subs(STEP, 0)
    longest = max(base for base, factor in found.items() if factor != 0)
    return found[longest] * longest**STEP
