"""`MatrixIdentity`: products of matrices do not commute, and a false identity is shown false by whole numbers."""

import itertools
import re
import string

import numpy as np
import pytest
import sympy as sp

from verify.model import Verdict
from verify.proofs import MatrixIdentity

W, V, B, F, C = (sp.Symbol(name, commutative=False) for name in "WVBFC")
s, w = sp.Symbol("s", positive=True), sp.Symbol("w", positive=True)
j = sp.Symbol("j", integer=True, positive=True)
SHAPES = {"W": ("n", "n"), "V": ("n", "n"), "B": ("n", "n"), "F": ("n", "1"), "C": ("1", "n")}

TRUE = {
    "distributive": (W + V) * (W - V) - W**2 + W * V - V * W + V**2,
    "associative power": W * W ** (j - 1) * F - W**j * F,
    "scalars commute": s * W * w * F - w * s * W * F,
    "normalised": (s * W) ** 2 * F - s**2 * W * W * F,
    "read out": C * (W + V) * F - C * W * F - C * V * F,
}
FALSE = {
    "commutator": W * V - V * W,
    "letters whose codes agree modulo 7": W * B - B * W,
    "binomial": (W + V) ** 2 - W**2 - 2 * W * V - V**2,
    "scalar": s * W * F - W * F,
    "power": W ** (j + 1) * F - W**j * F,
    "read out": C * W * F - C * F,
}
VALUES = {s: sp.Rational(1, 2), w: sp.Integer(3), j: sp.Integer(2)}


@pytest.mark.parametrize("residual", TRUE.values(), ids=TRUE.keys())
def test_a_true_identity_is_zero_in_the_free_algebra(residual: sp.Expr) -> None:
    verdict, detail = MatrixIdentity("true", residual, SHAPES, VALUES).decide()
    assert verdict is Verdict.VERIFIED
    assert "free algebra QQ<B, C, F, V, W>" in detail


@pytest.mark.parametrize("residual", FALSE.values(), ids=FALSE.keys())
def test_a_false_identity_is_refuted_by_matrices_that_anyone_can_multiply(residual: sp.Expr) -> None:
    verdict, detail = MatrixIdentity("false", residual, SHAPES, VALUES).decide()
    assert verdict is Verdict.REFUTED
    found = re.search(r"entry \((\d), (\d)\) of the residual is (-?[\d/]+)$", detail)
    assert found
    matrices = {name: np.array(eval(rows), dtype=object) for name, rows in re.findall(r"(\w) = (\[\[.*?\]\])", detail)}
    assert all(matrices[name].shape == tuple(4 if size == "n" else 1 for size in SHAPES[name]) for name in matrices)
    total = sum(multiplied(term, matrices) for term in sp.Add.make_args(sp.expand(residual.subs(VALUES))))
    assert total[int(found[1]), int(found[2])] == sp.Rational(found[3]) != 0


def multiplied(term: sp.Expr, matrices: dict[str, np.ndarray]) -> np.ndarray:
    """A word in the letters multiplied out from left to right with Python's integers."""
    coefficient, letters = term.args_cnc()
    product = None
    for letter in letters:
        base, power = letter.as_base_exp()
        for _ in range(int(power)):
            product = matrices[base.name] if product is None else product.dot(matrices[base.name])
    return sp.Mul(*coefficient) * product


def test_a_residual_that_vanishes_at_the_corner_is_refuted_where_it_does_not() -> None:
    letters = sp.symbols("P Q", commutative=False)
    shapes = dict.fromkeys("PQ", ("n", "n"))
    corner = MatrixIdentity("p", letters[0], shapes)._matrix("P")[0, 0]
    other = MatrixIdentity("q", letters[1], shapes)._matrix("Q")[0, 0]
    verdict, detail = MatrixIdentity("corner", other * letters[0] - corner * letters[1], shapes).decide()
    assert verdict is Verdict.REFUTED
    assert "entry (0, 0)" not in detail
    assert not detail.endswith("is 0")


@pytest.mark.parametrize("coefficient", [sp.sin(s) ** 2 + sp.cos(s) ** 2 - 1, sp.sqrt(2), w - s])
def test_a_coefficient_without_a_rational_value_refutes_nothing(coefficient: sp.Expr) -> None:
    verdict, detail = MatrixIdentity("coefficient", coefficient * W, SHAPES).decide()
    assert verdict is Verdict.INCONCLUSIVE
    assert "no witness was found" in detail


def test_a_residual_that_vanishes_at_the_values_of_the_witness_is_inconclusive() -> None:
    assert MatrixIdentity("vanishing", (j - 2) * W, SHAPES, VALUES).decide()[0] is Verdict.INCONCLUSIVE


def test_a_number_among_matrices_is_a_mistake_of_the_claim() -> None:
    with pytest.raises(ValueError, match="a number among matrices"):
        MatrixIdentity("number", C * F - 1, SHAPES).decide()


def test_products_of_shapes_that_do_not_fit_are_a_mistake_of_the_claim() -> None:
    with pytest.raises(sp.matrices.exceptions.ShapeError):
        MatrixIdentity("shapes", W * F - F * W, SHAPES).decide()


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(string.ascii_uppercase[:12], 2)))
def test_no_two_letters_commute_in_the_witness(first: str, second: str) -> None:
    a, b = sp.Symbol(first, commutative=False), sp.Symbol(second, commutative=False)
    statement = MatrixIdentity("commute", a * b - b * a, dict.fromkeys(string.ascii_uppercase, ("n", "n")))
    assert statement.decide()[0] is Verdict.REFUTED
