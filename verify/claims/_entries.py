"""Several rational functions as one expression, for proofs that decide one identity at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sympy as sp

__all__ = ["sum_of_entries"]


def sum_of_entries(zeros: Iterable[sp.Expr]) -> sp.Expr:
    """Σ t^{i} entry_i, of a matrix or a list: a polynomial in t that is 0 exactly when every entry is."""
    import sympy as sp

    t = sp.Symbol("t", positive=True)
    return sp.Add(*(t**index * entry for index, entry in enumerate(zeros)))
