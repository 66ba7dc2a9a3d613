"""The sequential form (72a–h): equal to the direct one, singular Grams included, and the pseudo-inverse it needs."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.recursion import Recursion, Transform, constant
from symbolic.sequential_evolution import evolution_steps, pseudo_inverse, resum, steps
from symbolic.state_evolution import Evolution, evolve

NU = sp.Symbol("nu", positive=True)
factors = st.tuples(st.integers(1, 4), st.integers(1, 3)).flatmap(
    lambda shape: st.lists(st.integers(-3, 3), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda entries: sp.Matrix(shape[0], shape[1], entries)
    )
)


@given(factors)
@settings(max_examples=40, deadline=None)
def test_any_gram_is_built_up_again(factor: sp.Matrix) -> None:
    """Of any rank, zero included."""
    gram = factor * factor.T
    assert (resum(steps(gram), NU) - NU * gram).applyfunc(sp.expand).is_zero_matrix


@given(factors)
@settings(max_examples=40, deadline=None)
def test_the_pseudo_inverse_obeys_penrose(factor: sp.Matrix) -> None:
    M = factor * factor.T
    P = pseudo_inverse(M)
    for residual in (M * P * M - M, P * M * P - P, (M * P).T - M * P, (P * M).T - P * M):
        assert residual.is_zero_matrix
    numeric = np.array(pseudo_inverse(M.applyfunc(sp.Float)), dtype=float)
    assert numeric == pytest.approx(np.array(P, dtype=float), abs=1e-8)


@given(st.lists(st.integers(-3, 3), min_size=18, max_size=18))
@settings(max_examples=15, deadline=None)
def test_blocks_of_two_columns_are_built_up_again(entries: list[int]) -> None:
    factor = sp.Matrix(6, 3, entries)
    gram = factor * factor.T
    assert (resum(steps(gram, 2), NU, 2) - NU * gram).applyfunc(sp.expand).is_zero_matrix


def test_a_repeated_query_is_predicted_without_noise() -> None:
    """G = u constant in time: M is singular, the coefficients average the past and nothing fresh is left."""
    first, second, third = steps(sp.ones(3, 3))
    assert (first.coefficients.shape, first.residual) == ((0, 1), sp.Matrix([[1]]))
    assert (second.coefficients, second.residual) == (sp.Matrix([1]), sp.Matrix([[0]]))
    assert (third.coefficients, third.residual) == (sp.Matrix([sp.Rational(1, 2)] * 2), sp.Matrix([[0]]))


def evolution(rows: tuple[sp.Expr, ...]) -> Evolution:
    q, r, u = sp.symbols("q r u", real=True)
    named = tuple(sp.sympify(row).subs({"q": q, "r": r, "u": u}) for row in rows)
    recursion = Recursion(
        state=(q, r), inputs=(u,), start=sp.ImmutableMatrix([[1, 0], [0, 2]]),
        transforms=(Transform(variance=sp.Rational(1, 2), rows=named),),
        law=constant(3, [(sp.Rational(1, 2), (1,)), (sp.Rational(1, 2), (2,))]),
    )  # fmt: skip
    return evolve(recursion, 3, digits=25)


def test_the_steps_of_an_evolution_lead_back_to_it() -> None:
    found = evolution((sp.Max(0, sp.Symbol("q")) + sp.Symbol("u"), sp.Symbol("r")))
    again = np.array(resum(evolution_steps(found, 0), sp.Rational(1, 2), 2), dtype=float)
    direct = np.array(found.covariance(1), dtype=float)
    assert again == pytest.approx(direct, abs=1e-12)
    with_noise = evolution((sp.Symbol("u"), sp.Symbol("u")))
    assert np.array(resum(evolution_steps(with_noise, 0), sp.Rational(1, 2), 2), dtype=float) == pytest.approx(
        np.array(with_noise.covariance(1), dtype=float), abs=1e-12
    )
