"""The linear RNN with non-commuting symbols: products of W, F, C and inputs in the order in which they act."""

from __future__ import annotations

import sympy as sp

__all__ = ["ROOT", "SHAPES", "C", "F", "W", "convolve", "inputs", "response_to_impulse", "unroll"]

W, F, C = (sp.Symbol(name, commutative=False) for name in "WFC")
ROOT = sp.Symbol("s", positive=True)  # n^{-1/2}
SHAPES = {"W": ("n", "n"), "F": ("n", "1"), "C": ("1", "n")}


def inputs(T: int) -> list[sp.Symbol]:
    """Symbols x_0 … x_{T−1}, each a vector of its own."""
    return [sp.Symbol(f"x_{t}", commutative=False) for t in range(T)]


def unroll(x: list[sp.Expr]) -> list[sp.Expr]:
    """y_0 … y_{T−1} of h_t = n^{-1/2} W h_{t−1} + F x_t, y_t = n^{-1/2} C h_t, h_{−1} = 0. Source: [E] (1), (2)."""
    h: sp.Expr = sp.Integer(0)
    y = []
    for x_t in x:
        h = sp.expand(ROOT * W * h + F * x_t)
        y.append(sp.expand(ROOT * C * h))
    return y


def response_to_impulse(T: int) -> list[sp.Expr]:
    """L_0 … L_{T−1}, read off as the output for a unit input at time 0 and nothing after."""
    return unroll([sp.Integer(1)] + [sp.Integer(0)] * (T - 1))


def convolve(impulse: list[sp.Expr], x: list[sp.Expr]) -> list[sp.Expr]:
    """y_t = Σ_{j≤t} L_j x_{t−j}. Source: [E] (5), (8)."""
    return [sp.Add(*(impulse[j] * x[t - j] for j in range(t + 1))) for t in range(len(x))]
