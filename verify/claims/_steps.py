"""A step of a derivation whose left side reads well both as LaTeX and as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verify.model import Step

if TYPE_CHECKING:
    import sympy as sp

__all__ = ["derived"]


def derived(text: str, latex: str, name: str, value: sp.Expr) -> Step:
    """`text`, then `latex = value` for a page and `name = value` for a terminal."""
    import sympy as sp

    from symbolic.printing import plain

    return Step(text, f"{latex} = {sp.latex(value)}", f"{name} = {plain(value)}")
