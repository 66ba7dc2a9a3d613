"""How a derived expression is shown where LaTeX cannot be: one line of plain text."""

from __future__ import annotations

import re

import sympy as sp

__all__ = ["equation", "plain"]

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω", "lamda": "λ", "gamma(": "Γ(",  # as SymPy writes a variable and a function
}  # fmt: skip
# A whole name, or the start of one with an index: nu, nu_W and delta2, but neither number nor digamma.
NAME = re.compile(rf"(?<![A-Za-z])(?:gamma\(|(?:{'|'.join(name for name in GREEK if name.isalpha())})(?![A-Za-z]))")
COMMAND = re.compile(r"\\([A-Za-z]+)")


def plain(expression: sp.Expr) -> str:
    """`j*nu_C*nu_W**(j - 1)` as `j ν_C ν_W^(j - 1)`."""
    text = NAME.sub(lambda found: GREEK[found[0]], str(expression))
    return text.replace("**", "^").replace("*", " ")


def equation(left: str, right: sp.Expr) -> tuple[str, str]:
    """`left = right` as LaTeX and as plain text; `left` is LaTeX of a name, such as `b_{j+1}`."""
    name = COMMAND.sub(lambda found: GREEK.get(found[1], found[1]), left.replace("{", "(").replace("}", ")"))
    return f"{left} = {sp.latex(right)}", f"{name} = {plain(right)}"
