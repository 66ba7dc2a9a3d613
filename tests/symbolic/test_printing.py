"""Derived expressions as one line of plain text and as LaTeX."""

import unicodedata

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
        (sp.Symbol("delta2") * sp.Symbol("Theta_0") * sp.Symbol("theta_000"), "Θ_0 δ2 θ_000"),
        (sp.Symbol("eta") * sp.Symbol("theta"), "η θ"),
        (sp.pi * sp.Symbol("lamda") * sp.Symbol("mean"), "π λ mean"),
        (sp.gamma(J) * sp.Symbol("gamma"), "γ Γ(j)"),
        (sp.digamma(J), "polygamma(0, j)"),
    ],
)
def test_plain_text_uses_greek_letters_and_carets(expression: sp.Expr, text: str) -> None:
    assert sorted(plain(expression)) == sorted(text)  # SymPy may order the terms of a sum either way
    assert "**" not in plain(expression)
    assert "nu_" not in plain(expression)


@pytest.mark.parametrize("letter", "αβγδεζηθικλμνξπρστυφχψω" + "ΓΔΘΛΞΣΦΨΩ")
def test_every_greek_letter_is_printed_by_the_name_that_unicode_gives_it(letter: str) -> None:
    name = unicodedata.name(letter).split()[-1].lower().replace("lamda", "lambda")
    name = name.title() if letter.isupper() else name
    assert plain(sp.Symbol(name)) == letter
    assert plain(sp.Symbol(f"{name}_0")) == f"{letter}_0"
    assert plain(sp.Symbol(f"{name}s")) == f"{name}s"
    assert equation(rf"\{name}_0", J)[1] == f"{letter}_0 = j"


def test_an_equation_has_both_forms() -> None:
    latex, text = equation(r"\rho_{j}", NU**J)
    assert latex == r"\rho_{j} = \nu_{W}^{j}"
    assert text == "ρ_(j) = ν_W^j"
    assert equation(r"\det V", J)[1] == "det V = j"
