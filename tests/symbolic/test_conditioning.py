"""The conditioning lemma against plain Gaussian conditioning of all entries of A at once, in rational numbers."""

import itertools

import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from symbolic import conditioning as c

whole = st.integers(-3, 3)


def matrices(rows: int, columns: int) -> st.SearchStrategy[sp.Matrix]:
    return st.lists(whole, min_size=rows * columns, max_size=rows * columns).map(
        lambda entries: sp.Matrix(rows, columns, entries)
    )


def independent(*several: sp.Matrix) -> None:
    """Skip examples whose queries are linearly dependent: the lemma's inverses do not exist there."""
    assume(all((X.T * X).det() != 0 for X in several))


def right_query(X: sp.Matrix, rows: int) -> sp.Matrix:
    """B with B·vec(A) = vec(A X), vec by rows."""
    return sp.kronecker_product(sp.eye(rows), X.T)


def left_query(U: sp.Matrix, columns: int) -> sp.Matrix:
    """B with B·vec(A) = vec(Uᵀ A)."""
    return sp.kronecker_product(U.T, sp.eye(columns))


def unseen(B: sp.Matrix) -> sp.Matrix:
    """The covariance of a standard Gaussian vector given B·vector: the projection onto the kernel of B."""
    kernel = B.nullspace()
    if not kernel:
        return sp.zeros(B.cols, B.cols)
    N = sp.Matrix.hstack(*kernel)
    return N * (N.T * N).inv() * N.T


@given(matrices(3, 1))
def test_given_one_query_the_rows_have_the_projection_as_covariance(X: sp.Matrix) -> None:
    independent(X)
    assert unseen(right_query(X, 2)) == sp.kronecker_product(sp.eye(2), c.projection(X))


@given(matrices(3, 2))
def test_given_two_queries_the_rows_have_the_projection_as_covariance(X: sp.Matrix) -> None:
    independent(X)
    assert unseen(right_query(X, 2)) == sp.kronecker_product(sp.eye(2), c.projection(X))


@given(matrices(3, 1), matrices(2, 1))
def test_given_queries_from_both_sides_the_covariance_is_a_product_of_projections(X: sp.Matrix, U: sp.Matrix) -> None:
    independent(X, U)
    together = sp.Matrix.vstack(right_query(X, 2), left_query(U, 3))
    assert unseen(together) == sp.kronecker_product(c.projection(U), c.projection(X))


@given(matrices(2, 3), matrices(3, 2), matrices(3, 1))
def test_the_identities_hold_at_whole_numbers(A: sp.Matrix, X: sp.Matrix, x: sp.Matrix) -> None:
    independent(X)
    assert c.decomposition(A, X, c.projection(X)).is_zero_matrix
    assert c.new_query(A, X, x).is_zero_matrix
    assert c.schur_complement(X, x).is_zero_matrix
    assert all(law.is_zero_matrix for law in c.projection_laws(X).values())


@given(matrices(3, 3), matrices(3, 2), matrices(3, 1))
def test_the_two_sided_identity_holds_at_whole_numbers(A: sp.Matrix, X: sp.Matrix, U: sp.Matrix) -> None:
    independent(X, U)
    assert c.two_sided(A, X, U).is_zero_matrix


@given(matrices(2, 3), matrices(3, 1))
def test_the_decomposition_fails_with_the_projection_onto_the_queries(A: sp.Matrix, X: sp.Matrix) -> None:
    independent(X)
    wrong = c.decomposition(A, X, sp.eye(3) - c.projection(X))
    assert wrong.is_zero_matrix == A.is_zero_matrix  # A P = A (I − P) multiplied by P and by I − P gives A = 0


@given(matrices(4, 2), matrices(4, 1))
def test_the_variance_of_a_new_query_is_the_least_squares_residual(X: sp.Matrix, x: sp.Matrix) -> None:
    independent(X)
    best = (X.T * X).inv() * X.T * x
    residual = x - X * best
    assert (c.projection(X) * x - residual).is_zero_matrix
    for shift in itertools.product((-1, 1), repeat=2):  # and no other coefficients do better
        other = x - X * (best + sp.Matrix(shift))
        assert other.dot(other) > residual.dot(residual)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (2, 3)])
def test_a_matrix_of_symbols_has_a_real_symbol_at_every_place(rows: int, columns: int) -> None:
    M = c.matrix("m", rows, columns)
    assert M.shape == (rows, columns)
    assert len(M.free_symbols) == rows * columns
    assert all(symbol.is_real for symbol in M.free_symbols)


def test_the_identities_hold_for_symbols() -> None:
    A, X, x = c.matrix("a", 1, 2), c.matrix("x", 2, 1), c.matrix("z", 2, 1)
    zeros = [
        c.decomposition(A, X, c.projection(X)), c.new_query(A, X, x), c.schur_complement(X, x),
        *c.projection_laws(X).values(), c.two_sided(c.matrix("a", 2, 2), X, c.matrix("u", 2, 1)),
    ]  # fmt: skip
    assert all(zero.applyfunc(sp.cancel).is_zero_matrix for zero in zeros)
