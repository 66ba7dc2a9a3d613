"""Gradient descent on a linearised RNN, all steps, sizes and data at once: identities between non-commuting symbols.

Letters: G = ∂L/∂θ and A = ∂(predictions)/∂L with their transposes g and a, the prediction row Z of a new input, start
l, targets y, and the three states after ℓ steps: parameters moved by d, dual coefficients v, impulse response L. By the
induction hypothesis d = g a v and L = l + G d; `step` says what one more step makes of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

__all__ = ["RATE", "SHAPES", "States", "hypothesis", "new_prediction", "residuals", "scaled_step", "step"]

RATE = sp.Symbol("eta", positive=True)
G, GT, A, AT, Z, S = (sp.Symbol(name, commutative=False) for name in ("G", "g", "A", "a", "Z", "S"))
START, TARGET, DUAL = (sp.Symbol(name, commutative=False) for name in ("l", "y", "v"))
SHAPES = {**dict.fromkeys(("G", "g", "A", "a", "S"), ("n", "n")), **dict.fromkeys("lyv", ("n", "1")), "Z": ("1", "n")}


@dataclass(frozen=True, kw_only=True)
class States:
    """Parameters moved by `moved`, dual coefficients `dual`, impulse response `response`."""

    moved: sp.Expr
    dual: sp.Expr
    response: sp.Expr


def hypothesis(dual: sp.Expr = DUAL) -> States:
    """The states that α = `dual` ties together by d = G^T A^T α and L = L^0 + G d; α = 0 is the start."""
    moved = sp.expand(GT * AT * dual)
    return States(moved=moved, dual=dual, response=sp.expand(START + G * moved))


def residuals(states: States) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """y − f of each form: the linearised model (12), the kernel form with K = A G G^T A^T (13), the convolution (5)."""
    by_parameters = TARGET - A * START - A * G * states.moved
    by_dual = TARGET - A * START - A * G * GT * AT * states.dual
    by_response = TARGET - A * states.response
    return sp.expand(by_parameters), sp.expand(by_dual), sp.expand(by_response)


def step(states: States, *, collect: bool = True) -> States:
    """One step of each: d += η (A G)^T r, α += η r, L += η Θ A^T r, Θ = G G^T; a rival forgets the earlier α."""
    by_parameters, by_dual, by_response = residuals(states)
    return States(
        moved=sp.expand(states.moved + RATE * GT * AT * by_parameters),
        dual=sp.expand((states.dual if collect else 0) + RATE * by_dual),
        response=sp.expand(states.response + RATE * G * GT * AT * by_response),
    )


def new_prediction(states: States) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """f at a new input with L ↦ Z L: through parameters, through K(x, ·) = Z G G^T A^T, through the convolution."""
    return (
        sp.expand(Z * START + Z * G * states.moved),
        sp.expand(Z * START + Z * G * GT * AT * states.dual),
        sp.expand(Z * states.response),
    )


def scaled_step() -> tuple[sp.Expr, sp.Expr]:
    """(what L = S θ moves by in a `step` of its parameters θ, η D A^T r): S = S^T, D = S² and r = y − A L."""
    scaled = {G: S, GT: S}  # the Jacobian of L by θ
    here, there = hypothesis(), step(hypothesis())
    response = here.response.xreplace(scaled)
    moved = S * (there.moved - here.moved).xreplace(scaled)
    return sp.expand(moved), sp.expand(RATE * S * S * AT * (TARGET - A * response))
