"""Where to look for an exact rational counterexample: small values that respect a symbol's assumptions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import sympy as sp

__all__ = ["assignments", "describe"]

LIMIT = 400  # chosen: a polynomial of moderate degree that vanishes on all of these is not worth a longer search
POSITIVE = [sp.Rational(p) for p in ("1/2", "2", "1/3", "9/10", "3", "5/4", "1/10")]
WHOLE = [sp.Integer(p) for p in (3, 2, 1, 5, 0, 8)]


def assignments(symbols: Sequence[sp.Symbol]) -> Iterator[dict[sp.Symbol, sp.Rational]]:
    """At most 400 assignments of small rationals, whole numbers where a symbol is an integer; none where none fits."""
    choices = [
        [value for value in (WHOLE if symbol.is_integer else POSITIVE) if _fits(symbol, value)] for symbol in symbols
    ]
    if not all(choices):
        return
    # staggered starts, so that the first assignments already have different values for different symbols
    rotated = [
        options[index % len(options) :] + options[: index % len(options)] for index, options in enumerate(choices)
    ]
    for values in itertools.islice(itertools.product(*rotated), LIMIT):
        yield dict(zip(symbols, values, strict=True))


def _fits(symbol: sp.Symbol, value: sp.Rational) -> bool:
    """Whether the value has every property that the symbol is assumed to have, such as being positive or even."""
    return all(getattr(value, f"is_{name}") in (assumed, None) for name, assumed in symbol.assumptions0.items())


def describe(assignment: dict[sp.Symbol, sp.Rational]) -> str:
    """`j = 3, nu_W = 1/2`."""
    return ", ".join(f"{symbol} = {value}" for symbol, value in assignment.items()) or "no free symbol"
