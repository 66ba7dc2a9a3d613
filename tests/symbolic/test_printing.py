"""Derived expressions as one line of plain text and as LaTeX."""

import pytest
import sympy as sp

from symbolic.printing import equation, plain

NU, J, NUMBER = sp.Symbol("nu_W"), sp.Symbol("j"), sp.Symbol("number")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (J * NU ** (J - 1), "j ν_W^(j - 1)"),
        (NUMBER + sp.Symbol("nu"), "ν + number"),
        (sp.Symbol("rho_0") / 2, "ρ_0/2"),
    ],
)
def test_plain_text_uses_greek_letters_and_carets(expression: sp.Expr, text: str) -> None:
    assert sorted(plain(expression)) == sorted(text)  # SymPy may order the terms of a sum either way
    assert "**" not in plain(expression)
    assert "nu_" not in plain(expression)


def test_an_equation_has_both_forms() -> None:
    latex, text = equation(r"\rho_{j}", NU**J)
    assert latex == r"\rho_{j} = \nu_{W}^{j}"
    assert text == "ρ_(j) = ν_W^j"
