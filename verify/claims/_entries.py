"""A matrix of rational functions as one expression, for proofs that decide one identity at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sympy as sp

__all__ = ["sum_of_entries"]


def sum_of_entries(zero: sp.Matrix) -> sp.Expr:
    """Σ t^{i} entry_i: a polynomial in t that is 0 exactly when every entry is."""
    import sympy as sp

    t = sp.Symbol("t", positive=True)
    return sp.Add(*(t**index * entry for index, entry in enumerate(zero)))
