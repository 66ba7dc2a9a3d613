"""Null vectors of the training kernel on random sequences; the design matrix against a convolution by loops."""

from __future__ import annotations

import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symbolic.training_kernel import cofactor_relation, design, null_vector, sequences, square_design_determinant


@st.composite
def inputs(draw: st.DrawFn, more: int) -> list[sp.Matrix]:
    """n_x + `more` sequences of whole numbers."""
    n_x, T = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    entries = st.lists(st.integers(-5, 5), min_size=n_x * T, max_size=n_x * T)
    return [sp.Matrix(n_x, T, draw(entries)) for _ in range(n_x + more)]


@given(inputs(more=1))
def test_the_vector_is_annihilated_by_every_kernel(x: list[sp.Matrix]) -> None:
    A, v = design(x), null_vector(x)
    assert A.T * v == sp.zeros(A.cols, 1)
    assert A.rank() <= A.cols < A.rows


@given(inputs(more=0))
def test_one_output_of_a_convolution_is_the_design_times_its_response(x: list[sp.Matrix]) -> None:
    n_x, T = x[0].shape
    L = sp.Matrix(T, n_x, lambda j, b: 3 * j - 2 * b + 1)
    by_loops = [sum(L[j, b] * z[b, t - j] for j in range(t + 1) for b in range(n_x)) for z in x for t in range(T)]
    assert list(design(x) * L.reshape(T * n_x, 1)) == by_loops


@given(inputs(more=0))
def test_as_many_sequences_as_inputs_leave_room_for_a_positive_kernel(x: list[sp.Matrix]) -> None:
    first = sp.Matrix.hstack(*(z[:, 0] for z in x))
    assert (design(x).rank() == design(x).rows) == (first.det() != 0)


def test_the_determinant_is_that_of_the_first_inputs() -> None:
    squared, expected = square_design_determinant(2, 2)
    assert squared == expected != 0


def test_relations_hold_for_symbols_and_fail_without_a_sign() -> None:
    assert cofactor_relation(2) == [0, 0]
    x = sequences(2, 2, 1)
    assert any(entry != 0 for entry in (design(x).T * null_vector(x, in_time=False)).expand())
    unsigned = null_vector(x).applyfunc(lambda e: e if not e.could_extract_minus_sign() else -e)
    assert any(entry != 0 for entry in (design(x).T * unsigned).expand())
