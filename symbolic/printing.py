"""How a derived expression is shown where LaTeX cannot be: one line of plain text."""

from __future__ import annotations

import re

import sympy as sp

__all__ = ["equation", "plain"]

GREEK = {"nu": "ν", "rho": "ρ", "lambda": "λ"}


def plain(expression: sp.Expr) -> str:
    """`j*nu_C*nu_W**(j - 1)` as `j ν_C ν_W^(j - 1)`."""
    text = re.sub(r"\b(nu|rho|lambda)(?=_|\b)", lambda found: GREEK[found[0]], str(expression))
    return text.replace("**", "^").replace("*", " ")


def equation(left: str, right: sp.Expr) -> tuple[str, str]:
    """`left = right` as LaTeX and as plain text; `left` is LaTeX of a name, such as `b_{j+1}`."""
    name = left.replace("{", "(").replace("}", ")").replace("\\rho", "ρ").replace("\\", "")
    return f"{left} = {sp.latex(right)}", f"{name} = {plain(right)}"
